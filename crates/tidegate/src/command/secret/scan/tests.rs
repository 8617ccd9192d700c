//! Scans of folders that are made for it.

use std::fs;

use tidegate_token::SECRET_PREFIX;

use super::super::proof::tests::{NOW_S, key, key_set, secret};
use super::*;

/// A folder of its own, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let name = format!("tidegate-scan-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, content: &[u8]) {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn secrets_are_found_and_proven_and_never_shown() {
    let (own, other) = (key("k"), key("other"));
    let folder = Folder::new("proven");
    let good = secret(&own, None, None);
    let expired = secret(&own, None, Some(NOW_S - 1));
    folder.write(
        "a/.env",
        format!("# x\nTIDEGATE_SECRET={good}\n").as_bytes(),
    );
    folder.write("b.json", format!("{{\"old\":\"{expired}\"}}").as_bytes());
    folder.write("c", secret(&key("k"), None, None).as_bytes());
    folder.write("d", secret(&other, None, None).as_bytes());
    folder.write(
        "e.rs",
        format!("const PREFIX: &str = \"{SECRET_PREFIX}\";").as_bytes(),
    );
    let report = Report::of(std::slice::from_ref(&folder.0), &key_set(&own), NOW_S);
    let seen: Vec<_> = report
        .items
        .iter()
        .map(|item| {
            let name = item.file.strip_prefix(folder.0.to_str().unwrap()).unwrap();
            let subject = item.proven.as_ref().map(|proven| proven.subject.as_str());
            (name, item.line, item.state, subject)
        })
        .collect();
    let bot = Some("service:acme/sales/bot");
    assert_eq!(
        seen,
        [
            ("/a/.env", 2, "genuine", bot),
            ("/b.json", 1, "expired", bot),
            ("/c", 1, "forged", None),
            ("/d", 1, "unknown_key", None),
        ]
    );
    assert_eq!((report.genuine, report.others, report.files), (2, 2, 5));
    let mut text = Text::default();
    describe(&mut text, &report);
    let printed = format!("{text:?}{}", serde_json::to_string(&report).unwrap());
    assert!(!printed.contains(SECRET_PREFIX), "{printed}");
    let (_, signature) = good.rsplit_once('.').unwrap();
    assert!(!printed.contains(signature), "{printed}");
}

#[test]
fn links_are_not_followed_and_what_is_missing_is_told() {
    let own = key("k");
    let (folder, outside) = (Folder::new("links"), Folder::new("outside"));
    outside.write("secret", secret(&own, None, None).as_bytes());
    std::os::unix::fs::symlink(&outside.0, folder.0.join("folder")).unwrap();
    std::os::unix::fs::symlink(outside.0.join("secret"), folder.0.join("file")).unwrap();
    std::os::unix::fs::symlink(&folder.0, folder.0.join("circle")).unwrap();
    let report = Report::of(std::slice::from_ref(&folder.0), &key_set(&own), NOW_S);
    assert_eq!((report.genuine, report.files, report.skipped), (0, 0, 3));
    assert!(report.unreadable.is_empty());
    // One that was asked for by name must not pass for looked at.
    let asked = [folder.0.join("file"), folder.0.join("none")];
    let report = Report::of(&asked, &key_set(&own), NOW_S);
    assert_eq!((report.genuine, report.unreadable.len()), (0, 2));
}

#[test]
fn long_binaries_are_skipped_and_short_ones_are_not() {
    let own = key("k");
    let folder = Folder::new("binaries");
    let good = secret(&own, None, None);
    folder.write("short", &[b"\0\0", good.as_bytes()].concat());
    folder.write("long", good.as_bytes());
    let long = fs::OpenOptions::new()
        .write(true)
        .open(folder.0.join("long"))
        .unwrap();
    // A hole reads as zeros.
    long.set_len(BINARY_LIMIT_BYTES + 1).unwrap();
    let report = Report::of(std::slice::from_ref(&folder.0), &key_set(&own), NOW_S);
    assert_eq!((report.genuine, report.files, report.skipped), (1, 1, 1));
}
