//! The cases that cannot hold here, by `exceptions.toml`.

use serde::Deserialize;

#[derive(Deserialize)]
struct Exceptions {
    exception: Vec<Exception>,
}

#[derive(Deserialize)]
struct Exception {
    id: String,
    /// Cases that expect no error hold.
    #[serde(default)]
    only_errors: bool,
    reason: String,
}

/// Whether a case of a file is excepted.
pub(crate) fn is_excepted(file: &str, group: &str, name: &str, expects_error: bool) -> bool {
    let Exceptions { exception: all } =
        toml::from_str(include_str!("exceptions.toml")).expect("a list of exceptions");
    let found = all.iter().find(|exception| {
        let group_of_all = exception.id == format!("{file} {group}/*");
        let one = exception.id == format!("{file} {group}/{name}");
        (group_of_all || one) && (expects_error || !exception.only_errors)
    });
    if let Some(Exception { id, reason, .. }) = found {
        assert!(!reason.is_empty(), "{id} says no reason");
    }
    found.is_some()
}
