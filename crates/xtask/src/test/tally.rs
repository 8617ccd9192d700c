//! How many tests passed and failed, from what their runners print.

use std::fmt;
use std::io::{BufRead, BufReader, Read, Write};
use std::ops::AddAssign;
use std::process::{Command, Stdio};
use std::thread;

use crate::Failure;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) passed: u64,
    pub(super) failed: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { passed, failed } = self;
        write!(f, "{passed} passed, {failed} failed")
    }
}

/// Whose words are counted: what a failed test has printed may hold those of another runner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Runner {
    /// `cargo test`
    Cargo,
    /// `cargo nextest run`
    Nextest,
    /// `node --test`
    Node,
}

/// Runs a test runner, shows what it prints, and counts.
pub(super) fn count(runner: Runner, mut command: Command) -> Result<Tally, Failure> {
    let what = format!("{command:?}");
    let cannot = |error: std::io::Error| Failure::failed(format!("{what}: {error}"));
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(cannot)?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let errors = thread::spawn(move || pass_on(runner, stderr, std::io::stderr()));
    let mut tally = pass_on(runner, stdout, std::io::stdout());
    tally += errors.join().unwrap_or_default();
    let status = child.wait().map_err(cannot)?;
    if !status.success() && tally.failed == 0 {
        eprintln!("error: {what}: {status}");
        // It did not come to the tests, or not to their end.
        tally.failed = 1;
    }
    Ok(tally)
}

fn pass_on(runner: Runner, from: Option<impl Read>, mut to: impl Write) -> Tally {
    let mut tally = Tally::default();
    let Some(from) = from else { return tally };
    for line in BufReader::new(from).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line);
        // Nobody may be reading any more; the tests count all the same.
        let _ = writeln!(to, "{line}");
        tally += read(runner, &line);
    }
    tally
}

/// What a line adds.
fn read(runner: Runner, line: &str) -> Tally {
    let line = line.trim();
    let after = |words: &[&str]| {
        words
            .iter()
            .find_map(|word| line.strip_prefix(word)?.parse().ok())
    };
    let (passed, failed) = match runner {
        Runner::Cargo => match line.strip_prefix("test result: ") {
            Some(counts) => (before(counts, " passed"), before(counts, " failed")),
            None => (0, 0),
        },
        Runner::Nextest if line.starts_with("Summary [") => (
            before(line, " passed"),
            before(line, " failed") + before(line, " timed out") + before(line, " exec failed"),
        ),
        Runner::Nextest => (0, 0),
        // The sign depends on the reporter.
        Runner::Node => (
            after(&["# pass ", "ℹ pass "]).unwrap_or(0),
            after(&["# fail ", "ℹ fail ", "# cancelled ", "ℹ cancelled "]).unwrap_or(0),
        ),
    };
    Tally { passed, failed }
}

/// The number right before a word.
fn before(line: &str, word: &str) -> u64 {
    let number = line.match_indices(word).find_map(|(at, _)| {
        let digits = line
            .get(..at)?
            .rsplit(|c: char| !c.is_ascii_digit())
            .next()?;
        digits.parse().ok()
    });
    number.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runners_print_is_counted() {
        use Runner::{Cargo, Nextest, Node};
        for (runner, line, passed, failed) in [
            (
                Cargo,
                "test result: ok. 7 passed; 0 failed; 1 ignored; 0 measured",
                7,
                0,
            ),
            (
                Cargo,
                "test result: FAILED. 12 passed; 3 failed; 0 ignored; 0 measured",
                12,
                3,
            ),
            (Cargo, "running 7 tests", 0, 0),
            (Cargo, "test a::b ... ok", 0, 0),
            (
                Nextest,
                "  Summary [ 0.512s] 120 tests run: 119 passed, 1 failed, 2 skipped",
                119,
                1,
            ),
            (
                Nextest,
                "  Summary [ 1s] 3/4 tests run: 1 passed (1 slow), 1 failed, 1 timed out",
                1,
                2,
            ),
            (
                Nextest,
                "  Summary [ 0.000s] 2 tests run: 2 passed, 0 skipped",
                2,
                0,
            ),
            (
                Nextest,
                "    test result: FAILED. 0 passed; 1 failed; 0 ignored",
                0,
                0,
            ),
            (Node, "# pass 5", 5, 0),
            (Node, "# fail 2", 0, 2),
            (Node, "ℹ pass 5", 5, 0),
            (Node, "ℹ fail 1", 0, 1),
            (Node, "ℹ cancelled 1", 0, 1),
            (Node, "# tests 7", 0, 0),
        ] {
            assert_eq!(read(runner, line), Tally { passed, failed }, "{line}");
        }
    }

    #[test]
    fn a_runner_that_does_not_come_to_its_tests_has_failed() {
        let mut command = Command::new("sh");
        command.args(["-c", "exit 101"]);
        assert_eq!(
            count(Runner::Cargo, command).unwrap(),
            Tally {
                passed: 0,
                failed: 1
            }
        );
    }
}
