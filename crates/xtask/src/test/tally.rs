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

/// Runs a test runner, shows what it prints, and counts.
pub(super) fn count(mut command: Command) -> Result<Tally, Failure> {
    let what = format!("{command:?}");
    let cannot = |error: std::io::Error| Failure::failed(format!("{what}: {error}"));
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(cannot)?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let errors = thread::spawn(move || pass_on(stderr, std::io::stderr()));
    let mut tally = pass_on(stdout, std::io::stdout());
    tally += errors.join().unwrap_or_default();
    let status = child.wait().map_err(cannot)?;
    if !status.success() && tally.failed == 0 {
        eprintln!("error: {what}: {status}");
        // It did not come to the tests, or not to their end.
        tally.failed = 1;
    }
    Ok(tally)
}

fn pass_on(from: Option<impl Read>, mut to: impl Write) -> Tally {
    let mut tally = Tally::default();
    let Some(from) = from else { return tally };
    for line in BufReader::new(from).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line);
        // Nobody may be reading any more; the tests count all the same.
        let _ = writeln!(to, "{line}");
        tally += read(&line);
    }
    tally
}

/// What a line adds: of `cargo test`, of nextest, of `node --test`.
fn read(line: &str) -> Tally {
    let line = line.trim();
    let (mut passed, mut failed) = (0, 0);
    if let Some(counts) = line.strip_prefix("test result: ") {
        (passed, failed) = (before(counts, " passed"), before(counts, " failed"));
    } else if line.starts_with("Summary [") {
        passed = before(line, " passed");
        failed = ["failed", "timed out", "exec failed"]
            .map(|word| before(line, &format!(" {word}")))
            .iter()
            .sum();
    } else if let Some(count) = line
        .strip_prefix("# pass ")
        .or_else(|| line.strip_prefix("ℹ pass "))
    {
        passed = count.parse().unwrap_or(0);
    } else if let Some(count) = ["# fail ", "# cancelled ", "ℹ fail ", "ℹ cancelled "]
        .iter()
        .find_map(|prefix| line.strip_prefix(prefix))
    {
        failed = count.parse().unwrap_or(0);
    }
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
        for (line, passed, failed) in [
            (
                "test result: ok. 7 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out",
                7,
                0,
            ),
            (
                "test result: FAILED. 12 passed; 3 failed; 0 ignored; 0 measured",
                12,
                3,
            ),
            (
                "     Summary [   0.512s] 120 tests run: 119 passed, 1 failed, 2 skipped",
                119,
                1,
            ),
            (
                "     Summary [   1.012s] 3/4 tests run: 1 passed (1 slow), 1 failed, 1 timed out",
                1,
                2,
            ),
            (
                "     Summary [   0.000s] 2 tests run: 2 passed, 0 skipped",
                2,
                0,
            ),
            ("# pass 5", 5, 0),
            ("# fail 2", 0, 2),
            ("ℹ pass 5", 5, 0),
            ("ℹ fail 1", 0, 1),
            ("# tests 7", 0, 0),
            ("running 7 tests", 0, 0),
            ("test a::b ... ok", 0, 0),
        ] {
            assert_eq!(read(line), Tally { passed, failed }, "{line}");
        }
    }

    #[test]
    fn a_runner_that_does_not_come_to_its_tests_has_failed() {
        let mut command = Command::new("sh");
        command.args(["-c", "exit 101"]);
        assert_eq!(
            count(command).unwrap(),
            Tally {
                passed: 0,
                failed: 1
            }
        );
    }
}
