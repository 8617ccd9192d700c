//! Files below paths, in a stable order. Links are not followed, and what is no file is not opened.

use std::fs;
use std::io;
use std::path::PathBuf;

/// Walks below some paths.
pub(crate) struct Walk {
    /// What is still to be looked at, the next one last.
    open: Vec<PathBuf>,
}

/// What was come across.
#[derive(Debug)]
pub(crate) enum Found {
    /// A file.
    File(PathBuf),
    /// A link, a socket, a device.
    Other(PathBuf),
    /// What cannot be looked at.
    Unreadable(PathBuf, io::Error),
}

impl Walk {
    /// Below these, in this order.
    pub(crate) fn new(paths: &[PathBuf]) -> Self {
        Self {
            open: paths.iter().rev().cloned().collect(),
        }
    }

    /// Puts the entries of a folder before everything else.
    fn enter(&mut self, folder: &PathBuf) -> io::Result<()> {
        let entries = fs::read_dir(folder)?.map(|entry| Ok(entry?.path()));
        let mut entries = entries.collect::<io::Result<Vec<_>>>()?;
        entries.sort_unstable_by(|a, b| b.cmp(a));
        self.open.append(&mut entries);
        Ok(())
    }
}

impl Iterator for Walk {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        loop {
            let path = self.open.pop()?;
            let kind = match fs::symlink_metadata(&path) {
                Ok(metadata) => metadata.file_type(),
                Err(error) => return Some(Found::Unreadable(path, error)),
            };
            if kind.is_file() {
                return Some(Found::File(path));
            }
            if !kind.is_dir() {
                return Some(Found::Other(path));
            }
            if let Err(error) = self.enter(&path) {
                return Some(Found::Unreadable(path, error));
            }
        }
    }
}
