//! Files that another file names: read from its folder and below, and from nowhere else unless asked to.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::source::without_mark;
use crate::hidden;

/// Where files that a file names are, and whether they may be elsewhere.
#[derive(Clone, Debug)]
pub(super) struct Beside {
    folder: PathBuf,
    outside: bool,
}

impl Beside {
    /// Beside a file. `outside`: what it names may be anywhere.
    pub(super) fn new(file: &Path, outside: bool) -> Self {
        let folder = file.parent().unwrap_or(Path::new(""));
        let folder = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        Self {
            folder: folder.to_owned(),
            outside,
        }
    }

    /// Where a file of this name would be, for people.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        let name = name.trim_start_matches("./");
        if self.folder == Path::new(".") {
            PathBuf::from(name)
        } else {
            self.folder.join(name)
        }
    }

    /// The folder, if it is a system's.
    pub(super) fn system(&self) -> Option<PathBuf> {
        let rules = self.folder.join("system.toml");
        rules.is_file().then(|| self.folder.clone())
    }

    /// Reads a file, without a mark of its byte order; a longer one than `limit_bytes` is refused.
    pub(super) fn read(&self, name: &str, limit_bytes: u64) -> io::Result<String> {
        // Links are followed before it is looked where the file is, and what was looked at is read.
        let path = self.folder.join(name).canonicalize()?;
        if !self.outside && !path.starts_with(self.folder.canonicalize()?) {
            let message = "it is outside of the folder: --danger-read-outside reads it nonetheless";
            return Err(io::Error::new(ErrorKind::PermissionDenied, message));
        }
        if !path.metadata()?.is_file() {
            return Err(io::Error::other("it is no file"));
        }
        let text = hidden::bounded(File::open(path)?, limit_bytes)?;
        Ok(without_mark(text))
    }
}
