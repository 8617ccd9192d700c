//! The engine against the test data of other projects: OpenFGA's server and parser, OpenFGA's sample stores, SpiceDB.
//!
//! The data is read where it is: the folder that `TIDEGATE_SUITES` names, else `../shared/suites` beside the repository.
//! Without the variable a missing folder skips these tests, loudly. A file that a folder does not have is named; whether
//! each suite has cases is for `cargo xtask test suites` to say.
//!
//! Each case is also written into `target/suites/`, in one form for all suites (`tally`) and with the answer that it got
//! here (`native`): `tests/wasm/` answers the same cases through the JavaScript package. What cannot hold is in `exceptions.toml`, with the reason.

#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test says what is wrong by panicking, and reads the suites where they are"
)]

// What each test reads, in the order of the folders.
mod conditions; // openfga: condition_table.json
mod language; // openfga-language: what the reference parser accepts and refuses
mod matrices; // openfga: check_matrix.json, listobjects_matrix.json
mod models; // openfga: model_validation_table.json, tuple_validation_table.json
mod modules; // openfga-language: transformer-module
mod server; // openfga: consolidated_1_1_tests.yaml, abac_tests.yaml
mod spicedb; // spicedb: converted_openfga.json
mod stores; // openfga-sample-stores
mod users; // openfga: list_users_table.json

mod exceptions; // what cannot hold
mod explain; // the explanation of each check
mod native; // what the engine answers here, for those who ask it elsewhere
mod questions; // questions on stores, and what is expected
#[path = "../it/remedy.rs"]
mod remedy; // whether a remedy is one
mod store; // a store under test
mod tally; // what holds, and the cases for other ways to run them
mod tuple_file; // files of tuples

use std::path::PathBuf;

use serde::de::DeserializeOwned;

/// A file of the suites, in JSON or YAML; none, with a note, when it is not here.
#[track_caller]
fn suite<T: DeserializeOwned>(path: &str) -> Option<T> {
    let file = present(path)?;
    let text = std::fs::read_to_string(&file);
    let text = text.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let read = if path.ends_with(".json") {
        serde_json::from_str(&text).map_err(|error| error.to_string())
    } else {
        serde_yaml_ng::from_str(&text).map_err(|error| error.to_string())
    };
    Some(read.unwrap_or_else(|error| panic!("{}: {error}", file.display())))
}

/// A file or folder of the suites; none, with a note, when it is not here.
fn present(path: &str) -> Option<PathBuf> {
    let path = folder()?.join(path);
    if path.exists() {
        return Some(path);
    }
    eprintln!("ABSENT: {}", path.display());
    None
}

/// The folder of the suites; none, with a note, when they are not here.
fn folder() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("TIDEGATE_SUITES") {
        let folder = PathBuf::from(named);
        assert!(
            folder.is_dir(),
            "TIDEGATE_SUITES names {}, which is no folder",
            folder.display()
        );
        return Some(folder);
    }
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/suites");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!(
        "SKIPPED: no test suites at {}; set TIDEGATE_SUITES",
        folder.display()
    );
    None
}

/// Whether tests run at full scale.
fn is_full_scale() -> bool {
    std::env::var_os("TIDEGATE_TEST_FULL").is_some_and(|value| value == "1")
}
