//! Other projects' test data: natively by the tests of the engine, which write the cases down, then in wasm.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use super::tally::{self, Tally};
use super::{Scale, machine, rust};
use crate::{Failure, cargo, wasm};

/// The folder of the suites.
const SUITES: &str = "TIDEGATE_SUITES";

/// The suites that the engine is held to: each has cases.
const NAMES: [&str; 4] = [
    "openfga",
    "openfga-language",
    "openfga-sample-stores",
    "spicedb",
];

/// How many cases of one file hold.
#[derive(Clone, Copy, Default, Deserialize)]
struct Counts {
    passed: u64,
    total: u64,
    /// Cases that cannot hold, by `exceptions.toml`; no part of the total.
    #[serde(default)]
    excepted: u64,
}

pub(super) fn run(scale: &Scale) -> Result<Tally, Failure> {
    let Some(suites) = folder()? else {
        println!("SKIPPED: there are no suites; name their folder by {SUITES}");
        return Ok(Tally::default());
    };
    machine::need_node()?;
    let cases = cargo::root().join("target/suites");
    // What an earlier run has left is not of this one.
    if cases.exists() {
        std::fs::remove_dir_all(&cases).map_err(|error| cannot(&cases, &error))?;
    }
    let (runner, mut tests) = rust::runner(&["-p", "tidegate-policy", "--test", "suites"]);
    tests.env(SUITES, suites).envs(scale.environment());
    let native = tally::count(runner, tests)?;
    let answered = Command::new("node")
        .arg(cargo::root().join("tests/suites/answer.mjs"))
        .args([&wasm::package(&wasm::WHOLE)?, &cases])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status();
    let answered = answered.is_ok_and(|status| status.success());
    let tally = compare(&cases)?;
    // A test that failed in another way than by its cases counts too.
    let in_other_ways = u64::from(tally.failed == 0 && (native.failed > 0 || !answered));
    Ok(Tally {
        failed: tally.failed + in_other_ways,
        ..tally
    })
}

/// Prints each file's counts, natively and in wasm, and sums up.
fn compare(cases: &Path) -> Result<Tally, Failure> {
    let native = counts(cases, ".tally.json")?;
    let mut in_wasm = counts(cases, ".wasm.json")?;
    let mut tally = Tally::default();
    for (file, one) in &native {
        let two = in_wasm.remove(file).unwrap_or_default();
        let excepted = match one.excepted {
            0 => String::new(),
            many => format!("; {many} excepted"),
        };
        println!(
            "{file}: {}/{} natively, {}/{} in wasm{excepted}",
            one.passed, one.total, two.passed, two.total
        );
        tally.passed += one.passed + two.passed;
        tally.failed += one.total - one.passed + (two.total - two.passed);
        if two.total == 0 && one.total > 0 {
            eprintln!("error: {file}: nothing ran in wasm");
            tally.failed += 1;
        }
    }
    for name in NAMES {
        let mut files = native.iter().filter(|(file, _)| is_of(name, file));
        if !files.any(|(_, counts)| counts.total > 0) {
            eprintln!("error: {name}: there are no cases");
            tally.failed += 1;
        }
    }
    Ok(tally)
}

/// Whether a file of cases is of a suite: `openfga-language-…` is not of `openfga`.
fn is_of(name: &str, file: &str) -> bool {
    let suites = NAMES.iter().filter(|name| file.starts_with(**name));
    suites.max_by_key(|name| name.len()) == Some(&name)
}

fn counts(folder: &Path, ending: &str) -> Result<BTreeMap<String, Counts>, Failure> {
    let mut found = BTreeMap::new();
    let entries = std::fs::read_dir(folder).map_err(|error| cannot(folder, &error))?;
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(name) = name.strip_suffix(ending) else {
            continue;
        };
        let text = std::fs::read_to_string(&path).map_err(|error| cannot(&path, &error))?;
        let counts = serde_json::from_str(&text).map_err(|error| cannot(&path, &error))?;
        found.insert(name.to_owned(), counts);
    }
    Ok(found)
}

fn cannot(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::failed(format!("{}: {error}", path.display()))
}

/// The folder that is named, which must be there, or the one beside the repository, if it is there.
fn folder() -> Result<Option<PathBuf>, Failure> {
    if let Some(named) = std::env::var_os(SUITES) {
        // From wherever it was named: the tests run in another folder.
        let folder = std::fs::canonicalize(&named).unwrap_or_else(|_| PathBuf::from(&named));
        if folder.is_dir() {
            return Ok(Some(folder));
        }
        return Err(Failure::failed(format!(
            "{SUITES} names {}, which is no folder",
            folder.display()
        )));
    }
    let beside = cargo::root().join("../shared/suites");
    Ok(beside.is_dir().then_some(beside))
}
