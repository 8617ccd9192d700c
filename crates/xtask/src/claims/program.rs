//! The tests of the claims, as a program that is built once.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::{Failure, cargo};

/// Where tests look for systems instead of the built-in ones: a folder of folders.
const SYSTEMS: &str = "TIDEGATE_CLAIMS_SYSTEMS";

/// The test that says whether systems load.
const LOADS: &str = "claims::town::every_system_loads";

/// The program of the end-to-end tests.
pub(super) struct Program(PathBuf);

/// What becomes of a system under its claims.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is refused when it is loaded.
    Invalid,
    /// This test fails.
    Killed(String),
    /// Every test passes.
    Survived,
}

impl Program {
    pub(super) fn build() -> Result<Self, Failure> {
        let built = cargo::build(&["-p", "tidegate-tests", "--test", "it"])?;
        cargo::file(&built, "it", "").map(Self)
    }

    /// Runs a system's claims: whether each test has passed.
    pub(super) fn run(&self, system: &str) -> Result<BTreeMap<String, bool>, Failure> {
        let mut command = self.command(&format!("claims::{system}::"));
        // What failed tests have printed comes at the end, and is for whoever asked.
        let mut child = command.spawn().map_err(|error| self.cannot(&error))?;
        let mut results = BTreeMap::new();
        self.lines(&mut child, |line| {
            match outcome(line) {
                Some((test, passed)) => {
                    results.insert(test.to_owned(), passed);
                }
                None => println!("{line}"),
            }
            true
        })?;
        let ended = child.wait().map_err(|error| self.cannot(&error))?;
        let failed = results.values().any(|passed| !passed);
        if ended.success() == failed {
            return Err(Failure::failed(format!("the claims of {system}: {ended}")));
        }
        Ok(results)
    }

    /// Runs a system's claims against `FOLDER/SYSTEM/`, until the first that fails.
    pub(super) fn try_out(&self, system: &str, folder: &Path) -> Result<Verdict, Failure> {
        let loads = self.first_failure(LOADS, folder)?;
        if loads.is_some() {
            return Ok(Verdict::Invalid);
        }
        let failed = self.first_failure(&format!("claims::{system}::"), folder)?;
        Ok(failed.map_or(Verdict::Survived, Verdict::Killed))
    }

    fn first_failure(&self, filter: &str, folder: &Path) -> Result<Option<String>, Failure> {
        let mut command = self.command(filter);
        command.env(SYSTEMS, folder).stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| self.cannot(&error))?;
        let (mut failed, mut passed) = (None, 0);
        self.lines(&mut child, |line| {
            match outcome(line) {
                Some((test, false)) => failed = Some(test.to_owned()),
                Some((_, true)) => passed += 1,
                None => {}
            }
            failed.is_none()
        })?;
        if failed.is_some() {
            // It may have ended by itself.
            let _ = child.kill();
        }
        let ended = child.wait().map_err(|error| self.cannot(&error))?;
        if failed.is_none() && (passed == 0 || !ended.success()) {
            return Err(Failure::failed(format!(
                "{filter}: {passed} tests have passed, and none failed: {ended}"
            )));
        }
        Ok(failed)
    }

    fn command(&self, filter: &str) -> Command {
        let mut command = Command::new(&self.0);
        command
            .current_dir(cargo::root().join("tests"))
            .args([filter, "--test-threads", "4"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        command
    }

    /// Hands every line over, until one is not answered with true.
    fn lines(&self, child: &mut Child, mut take: impl FnMut(&str) -> bool) -> Result<(), Failure> {
        let Some(stdout) = child.stdout.take() else {
            return Ok(());
        };
        for line in BufReader::new(stdout).lines() {
            if !take(&line.map_err(|error| self.cannot(&error))?) {
                break;
            }
        }
        Ok(())
    }

    fn cannot(&self, error: &std::io::Error) -> Failure {
        Failure::failed(format!("{}: {error}", self.0.display()))
    }
}

/// `test claims::beneath::data::bn_01 ... ok`
fn outcome(line: &str) -> Option<(&str, bool)> {
    let (test, outcome) = line.strip_prefix("test ")?.split_once(" ... ")?;
    match outcome {
        "ok" => Some((test, true)),
        "FAILED" => Some((test, false)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes() {
        for (line, expected) in [
            (
                "test claims::x::bn_01 ... ok",
                Some(("claims::x::bn_01", true)),
            ),
            (
                "test claims::x::bn_01 ... FAILED",
                Some(("claims::x::bn_01", false)),
            ),
            ("test claims::x::bn_01 ... ignored", None),
            ("test result: ok. 1 passed; 0 failed", None),
            ("running 5 tests", None),
        ] {
            assert_eq!(outcome(line), expected);
        }
    }
}
