//! Writes what the npm package is measured on: payloads of bundles, and questions with the answers that the engine gives
//! here.
//!
//! `bench-npm-worlds FOLDER` writes, for each number of objects, `slice-N.bin` (the payload of one subject's slice),
//! `change-N.bin` (of a change of it) and `slice-N.json`; for each number of tuples `whole-N.bin` and `whole-N.json`.
//! Signatures are left to whoever reads them: keys of their own are the host's.

#![expect(
    clippy::print_stderr,
    reason = "a program that says what it was not given"
)]

mod slices;
mod wholes;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::Value;
use tidegate_policy::{Change, Model, Profile, Snapshot};
use uuid::Uuid;

/// Objects on which the subject of a slice has something.
const OBJECTS: [usize; 3] = [10, 1_000, 10_000];
const TUPLES: [usize; 2] = [10_000, 1_000_000];

const REVISION: u64 = 7;
const MODEL: &str = "model
  schema 1.1
type user
type team
  relations
    define member: [user]
type stream
  relations
    define owner: [user]
    define writer: [user, team#member] or owner
    define viewer: [user, team#member] or writer
    define can_read: viewer
    define can_write: writer
    define can_grant: owner
    define can_delete: owner
";
const PROFILE: &str = r#"{"kinds": {"full": {"principals": ["user"], "audiences": ["gateway"]}}}"#;
const ACTIONS: [&str; 4] = ["can_read", "can_write", "can_grant", "can_delete"];

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: bench-npm-worlds FOLDER");
        return ExitCode::from(2);
    };
    match write(&folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error}", folder.display());
            ExitCode::FAILURE
        }
    }
}

fn write(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    for objects in OBJECTS {
        slices::write(folder, objects)?;
    }
    for tuples in TUPLES {
        wholes::write(folder, tuples)?;
    }
    Ok(())
}

/// A snapshot of the model, at [`REVISION`].
fn snapshot(changes: &[Change]) -> Result<Snapshot> {
    let profile: Profile = serde_json::from_str(PROFILE)?;
    Ok(Snapshot::new(Model::parse(MODEL)?, profile).apply(REVISION, changes)?)
}

/// An object that exists.
fn put(name: &str, number: usize) -> Result<Change> {
    Ok(Change::Put {
        object: name.parse()?,
        uid: uid(number),
        valid_from_s: 0,
    })
}

fn uid(number: usize) -> Uuid {
    Uuid::from_u128(number as u128 + 1)
}

fn tuple(text: &str) -> Result<Change> {
    Ok(Change::Write(text.parse()?))
}

fn files(folder: &Path, name: &str, payload: &[u8], questions: &Value) -> Result<()> {
    std::fs::write(folder.join(format!("{name}.bin")), payload)?;
    std::fs::write(folder.join(format!("{name}.json")), questions.to_string())?;
    Ok(())
}
