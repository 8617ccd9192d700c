//! The profile file: for each name, where the API is and the secret to show it.
//!
//! `$XDG_CONFIG_HOME/tidegate/profiles.toml` (`~/.config` where that is not set), which only its owner may
//! read: one that others may read is refused, as `ssh` refuses a key.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::exit::Failure;
use crate::hidden;

/// Longest profile file that is read. Bytes.
const FILE_LIMIT_BYTES: u64 = 1024 * 1024;

/// All profiles.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profiles {
    /// By name.
    #[serde(default)]
    pub(crate) profile: BTreeMap<String, Profile>,
}

/// Where to, with what.
#[derive(Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profile {
    /// Where the API is.
    pub(crate) url: String,
    /// The secret to show it, and nobody else.
    pub(crate) secret: String,
}

impl std::fmt::Debug for Profile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { url, secret: _ } = self;
        f.debug_struct("Profile")
            .field("url", url)
            .finish_non_exhaustive()
    }
}

/// Where the file is; none when neither variable says.
pub(crate) fn path() -> Option<PathBuf> {
    // The XDG base directory specification has relative paths ignored.
    let absolute = |name: &str| {
        let path = PathBuf::from(std::env::var_os(name)?);
        path.is_absolute().then_some(path)
    };
    let base = absolute("XDG_CONFIG_HOME").or_else(|| Some(absolute("HOME")?.join(".config")))?;
    Some(base.join("tidegate").join("profiles.toml"))
}

impl Profiles {
    /// Reads the file; none is no profiles.
    pub(crate) fn load(path: &Path) -> Result<Self, Failure> {
        let shown = || path.display().to_string();
        let failed = |error| Failure::File {
            path: shown(),
            error,
        };
        let mode = match std::fs::metadata(path) {
            Ok(metadata) => metadata.permissions().mode(),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(failed(error)),
        };
        if mode & 0o077 != 0 {
            return Err(Failure::Usage(format!(
                "{path} holds secrets and others may read it: chmod 600 {path}",
                path = shown()
            )));
        }
        let text = hidden::read_file_or_stdin(path, FILE_LIMIT_BYTES)?;
        // The whole message of the parser would quote the line, and the secret in it.
        toml::from_str(&text).map_err(|error| Failure::Content {
            path: shown(),
            reason: error.message().to_owned(),
        })
    }

    /// Replaces the file in one step, so that a run that is cut off leaves the old one.
    pub(crate) fn save(&self, path: &Path) -> Result<(), Failure> {
        self.write(path).map_err(|error| Failure::File {
            path: path.display().to_string(),
            error,
        })
    }

    fn write(&self, path: &Path) -> std::io::Result<()> {
        let text = toml::to_string(self).map_err(std::io::Error::other)?;
        if let Some(folder) = path.parent() {
            let mut builder = std::fs::DirBuilder::new();
            builder.recursive(true).mode(0o700).create(folder)?;
        }
        let beside = path.with_extension(format!("toml.{}", std::process::id()));
        // Also a link that somebody laid there is not followed: the file must be new.
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&beside)?;
        let written = file
            .write_all(text.as_bytes())
            .and_then(|()| file.sync_all())
            .and_then(|()| std::fs::rename(&beside, path));
        if written.is_err() {
            // What could not take its place must not lie about with secrets in it.
            let _ = std::fs::remove_file(&beside);
        }
        written
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let name = format!("tidegate-profiles-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = std::fs::remove_dir_all(&path);
        path
    }

    fn profiles() -> Profiles {
        let profile = Profile {
            url: "http://127.0.0.1:1".to_owned(),
            secret: "hush".to_owned(),
        };
        Profiles {
            profile: BTreeMap::from([("default".to_owned(), profile)]),
        }
    }

    #[test]
    fn what_is_saved_is_read_and_is_the_owners_alone() {
        let folder = folder("saved");
        let path = folder.join("tidegate").join("profiles.toml");
        assert_eq!(Profiles::load(&path).unwrap(), Profiles::default());
        profiles().save(&path).unwrap();
        profiles().save(&path).unwrap();
        assert_eq!(Profiles::load(&path).unwrap(), profiles());
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(path.parent().unwrap()), 0o700);
        let left = std::fs::read_dir(path.parent().unwrap()).unwrap().count();
        assert_eq!(left, 1, "nothing lies beside it");
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn one_that_others_may_read_is_refused() {
        let folder = folder("open");
        let path = folder.join("profiles.toml");
        profiles().save(&path).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        let refused = Profiles::load(&path).unwrap_err().to_string();
        assert!(refused.contains("chmod 600"), "{refused}");
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn no_message_and_no_debug_shows_a_secret() {
        let folder = folder("broken");
        let path = folder.join("profiles.toml");
        profiles().save(&path).unwrap();
        std::fs::write(&path, "[profile.default]\nsecret = hush\n").unwrap();
        let refused = Profiles::load(&path).unwrap_err();
        assert!(
            !format!("{refused} {refused:?}").contains("hush"),
            "{refused}"
        );
        assert!(!format!("{:?}", profiles()).contains("hush"));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
