//! The engine against the test data of other projects: OpenFGA's server and parser, OpenFGA's sample stores, SpiceDB.
//!
//! The data is read where it is: the folder that `TIDEGATE_SUITES` names, else `../shared/suites` beside the repository.
//! Without the variable a missing folder skips these tests, loudly.
//!
//! Conditions, modules and models in a schema other than 1.1 and 1.2 are not part of the engine yet; the cases that
//! need them are counted, and the tests assert how many cases ran.

#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test says what is wrong by panicking, and reads the suites where they are"
)]

// What each test reads, in the order of the folders.
mod conditions; // openfga: condition_table.json
mod language; // openfga-language: what the reference parser accepts and refuses
mod lists; // openfga: consolidated_1_1_tests.yaml, list_users_table.json, the matrices
mod models; // openfga: model_validation_table.json, tuple_validation_table.json
mod modules; // openfga-language: transformer-module
mod server; // openfga: consolidated_1_1_tests.yaml
mod spicedb; // spicedb: converted_openfga.json
mod stores; // openfga-sample-stores

mod store; // a store under test

use std::path::PathBuf;

/// The text of a file of the suites; none, with a note, when the suites are not here.
fn suite(path: &str) -> Option<String> {
    let file = folder()?.join(path);
    match std::fs::read_to_string(&file) {
        Ok(text) => Some(text),
        Err(error) => panic!("{}: {error}", file.display()),
    }
}

/// How many cases of a suite hold.
struct Tally {
    suite: String,
    total: usize,
    wrong: Vec<String>,
}

impl Tally {
    fn new(suite: &str) -> Self {
        Self {
            suite: suite.to_owned(),
            total: 0,
            wrong: Vec::new(),
        }
    }

    fn count(&mut self, name: &str, holds: bool, found: impl FnOnce() -> String) {
        self.total += 1;
        if !holds {
            self.wrong.push(format!("{name}\n{}", found()));
        }
    }

    /// Prints the count; every case holds, and there are enough of them.
    fn done(self, at_least: usize) {
        let Self {
            suite,
            total,
            wrong,
        } = self;
        eprintln!("{suite}: {} of {total} hold", total - wrong.len());
        assert!(
            wrong.is_empty(),
            "{} of {total}:\n{}",
            wrong.len(),
            wrong.join("\n")
        );
        assert!(total >= at_least, "only {total} cases of {suite} ran");
    }
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
