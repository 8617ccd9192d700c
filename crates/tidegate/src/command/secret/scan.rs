//! `tidegate secret scan`
//!
//! A scan passes (exit 0) only when every file that it was asked about was looked at and no genuine secret
//! is in any: one file that cannot be read, and it fails. It looks at bytes as they lie in the file, so it
//! does not see into archives, or into text of two bytes a character. It never prints the text of what it finds.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use tidegate_token::KeySet;

use super::find::{Candidate, Finder};
use super::proof::{self, Proof};
use super::verify;
use super::walk::{Found, Walk};
use crate::command::connection;
use crate::exit::{Exit, Failure};
use crate::output::{Output, Text};
use crate::quantity;

/// Longest file with zero bytes in its first piece that is looked at: what is longer is data. Bytes.
const BINARY_LIMIT_BYTES: u64 = 16 * 1024 * 1024;
/// What is read at a time. Bytes.
const PIECE_BYTES: usize = 64 * 1024;
/// Most findings that are kept; the rest is counted.
const MOST_FINDINGS: usize = 10_000;

/// Where to look.
#[derive(Args, Debug)]
#[group(skip)]
#[command(
    after_help = "Exit 1 when a genuine secret is found, expired ones too, or a file cannot be read.\n\
                  Example:\n  tidegate secret scan . /etc/myapp"
)]
pub(crate) struct Arguments {
    /// Files and folders; links are not followed.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
}

/// What was found.
#[derive(Debug, Default, Serialize)]
struct Report {
    items: Vec<Finding>,
    /// Genuine ones, also those past the end of `items`.
    genuine: u64,
    /// Forged ones, and those of other servers.
    others: u64,
    /// Files looked at.
    files: u64,
    /// Links, sockets, and long files that are no text.
    skipped: u64,
    /// Files and folders that could not be looked at.
    unreadable: Vec<Unreadable>,
}

/// A text that looks like a secret.
#[derive(Debug, Serialize)]
struct Finding {
    file: String,
    /// From 1.
    line: u64,
    state: &'static str,
    /// What its signature proves; nothing where it proves nothing.
    #[serde(flatten)]
    proven: Option<Proven>,
}

#[derive(Debug, Serialize)]
struct Proven {
    subject: String,
    kind: String,
    jti: String,
    expires_at_s: Option<u64>,
}

#[derive(Debug, Serialize)]
struct Unreadable {
    file: String,
    reason: String,
}

/// Looks, and reports.
pub(crate) async fn run(
    output: Output,
    arguments: &Arguments,
    connection: &connection::Arguments,
) -> Result<Exit, Failure> {
    let Arguments { paths } = arguments;
    let keys = proof::keys(&connection.anonymous()?).await?;
    let report = Report::of(paths, &keys, proof::now_s());
    output.answer(&report, describe)?;
    let clean = report.genuine == 0 && report.unreadable.is_empty();
    Ok(if clean { Exit::Ok } else { Exit::Failed })
}

impl Report {
    fn of(paths: &[PathBuf], keys: &KeySet, now_s: u64) -> Self {
        let mut report = Self::default();
        for found in Walk::new(paths) {
            match found {
                Found::File(path) => match report.look(&path, keys, now_s) {
                    Ok(true) => report.files += 1,
                    Ok(false) => report.skipped += 1,
                    Err(error) => report.unreadable(&path, &error),
                },
                Found::Other(path) if paths.contains(&path) => {
                    let error = io::Error::other("no file and no folder; links are not followed");
                    report.unreadable(&path, &error);
                }
                Found::Other(_) => report.skipped += 1,
                Found::Unreadable(path, error) => report.unreadable(&path, &error),
            }
        }
        report
    }

    /// Whether it was looked at.
    fn look(&mut self, path: &Path, keys: &KeySet, now_s: u64) -> io::Result<bool> {
        let mut file = File::open(path)?;
        let length_bytes = file.metadata()?.len();
        let mut finder = Finder::new();
        let mut piece = vec![0; PIECE_BYTES];
        let mut is_first = true;
        loop {
            let size = match file.read(&mut piece) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                size => size?,
            };
            let read = piece.get(..size).unwrap_or_default();
            if is_first && length_bytes > BINARY_LIMIT_BYTES && read.contains(&0) {
                return Ok(false);
            }
            is_first = false;
            for candidate in finder.feed(read, size == 0) {
                self.add(path, &candidate, Proof::of(&candidate.text, keys, now_s));
            }
            if size == 0 {
                return Ok(true);
            }
        }
    }

    fn add(&mut self, path: &Path, candidate: &Candidate, proof: Proof) {
        let (state, proven) = match proof {
            Proof::Genuine { claims, time } => {
                self.genuine += 1;
                let proven = Proven {
                    subject: claims.sub,
                    kind: claims.kind,
                    jti: claims.jti.to_string(),
                    expires_at_s: claims.exp,
                };
                (verify::state(time), Some(proven))
            }
            Proof::Forged => ("forged", None),
            Proof::UnknownKey => ("unknown_key", None),
            // Such as the start of all secrets in a text about them.
            Proof::Malformed => return,
        };
        if proven.is_none() {
            self.others += 1;
        }
        if self.items.len() < MOST_FINDINGS {
            self.items.push(Finding {
                file: path.display().to_string(),
                line: candidate.line,
                state,
                proven,
            });
        }
    }

    fn unreadable(&mut self, path: &Path, error: &io::Error) {
        if self.unreadable.len() < MOST_FINDINGS {
            self.unreadable.push(Unreadable {
                file: path.display().to_string(),
                reason: error.to_string(),
            });
        }
    }
}

fn describe(text: &mut Text, report: &Report) {
    let Report {
        items,
        genuine,
        others,
        files,
        skipped,
        unreadable,
    } = report;
    if !items.is_empty() {
        let rows: Vec<_> = items.iter().map(row).collect();
        text.table(
            ["WHERE", "STATE", "SUBJECT", "KIND", "JTI", "EXPIRES"],
            &rows,
        );
    }
    for Unreadable { file, reason } in unreadable {
        text.line(&format!("cannot be read: {file}: {reason}"));
    }
    text.line(&format!(
        "files: {files}, skipped: {skipped}, not readable: {}; genuine secrets: {genuine}, others: {others}",
        unreadable.len()
    ));
    if *genuine > 0 {
        text.line("revoke each: tidegate secret revoke JTI");
    }
}

fn row(finding: &Finding) -> [String; 6] {
    let Finding {
        file,
        line,
        state,
        proven,
    } = finding;
    let place = format!("{file}:{line}");
    let state = (*state).to_owned();
    match proven {
        Some(Proven {
            subject,
            kind,
            jti,
            expires_at_s,
        }) => [
            place,
            state,
            subject.clone(),
            kind.clone(),
            jti.clone(),
            quantity::end(*expires_at_s),
        ],
        None => {
            let [subject, kind, jti, expires] = [(); 4].map(|()| "-".to_owned());
            [place, state, subject, kind, jti, expires]
        }
    }
}

#[cfg(test)]
mod tests;
