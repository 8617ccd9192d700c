//! Other projects' test data: natively by the tests of the engine, which write the cases and their answers down, then in
//! wasm in each host, where the answers have to be the same.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::hosts::{Host, Hosts};
use super::tally::{self, Tally};
use super::{Scale, rust};
use crate::{Failure, cargo};

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

impl Counts {
    fn tally(self) -> Tally {
        Tally {
            passed: self.passed,
            failed: self.total - self.passed,
        }
    }
}

pub(super) fn run(scale: &Scale) -> Result<Tally, Failure> {
    let Some(suites) = folder()? else {
        println!("SKIPPED: there are no suites; name their folder by {SUITES}");
        return Ok(Tally::default());
    };
    let hosts = Hosts::new()?;
    let cases = cargo::root().join("target/suites");
    // What an earlier run has left is not of this one.
    if cases.exists() {
        std::fs::remove_dir_all(&cases).map_err(|error| cannot(&cases, &error))?;
    }
    let (runner, mut tests) = rust::runner(&["-p", "tidegate-policy", "--test", "suites"]);
    tests.env(SUITES, suites).envs(scale.environment());
    let native = tally::count(runner, tests)?;
    let mut answered = true;
    for host in Host::ALL {
        let status = hosts.ask(host, "suites", Some(&cases)).status();
        answered &= status.is_ok_and(|status| status.success());
    }
    let tally = compare(&cases)?;
    // A test that failed in another way than by its cases counts too.
    let in_other_ways = u64::from(tally.failed == 0 && (native.failed > 0 || !answered));
    Ok(Tally {
        failed: tally.failed + in_other_ways,
        ..tally
    })
}

/// Prints each file's counts, natively and in each host, and sums up.
fn compare(cases: &Path) -> Result<Tally, Failure> {
    let native = counts(cases, ".tally.json")?;
    let mut in_hosts = Vec::new();
    for host in Host::ALL {
        let name = host.name();
        in_hosts.push((name, counts(cases, &format!(".{name}.json"))?));
    }
    let mut tally = Tally::default();
    for (file, one) in &native {
        let mut line = format!("{file}: {}/{} natively", one.passed, one.total);
        tally += one.tally();
        // Each is one line or more of the file: the hosts have the same file, and so the same number.
        let mut totals = Vec::new();
        for (host, counts) in &in_hosts {
            let two = counts.get(file).copied().unwrap_or_default();
            line += &format!(", {}/{} in {host}", two.passed, two.total);
            tally += two.tally();
            totals.push(two.total);
        }
        if one.excepted > 0 {
            line += &format!("; {} excepted", one.excepted);
        }
        println!("{line}");
        if totals
            .iter()
            .any(|total| *total < one.total || Some(total) != totals.first())
        {
            eprintln!("error: {file}: not every case ran in every host");
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
