//! What ran of a suite, what held, and the same cases written down for other ways to run the engine.
//!
//! `target/suites/` gets two files for each suite: `NAME.jsonl`, one case a line, and `NAME.tally.json`, the counts.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use serde_json::{Value, json};

/// How many cases of a suite hold.
pub(crate) struct Tally {
    suite: String,
    total: usize,
    excepted: usize,
    wrong: Vec<String>,
    cases: BufWriter<File>,
}

impl Tally {
    pub(crate) fn new(suite: &str) -> Self {
        let file = File::create(output(suite, "jsonl")).expect("a file in target/suites");
        Self {
            suite: suite.to_owned(),
            total: 0,
            excepted: 0,
            wrong: Vec::new(),
            cases: BufWriter::new(file),
        }
    }

    /// Writes a line for those who run the cases in another way.
    pub(crate) fn write(&mut self, line: &Value) {
        writeln!(self.cases, "{line}").expect("a line is written");
    }

    /// One case that cannot hold here.
    pub(crate) fn except(&mut self) {
        self.excepted += 1;
    }

    /// One case: whether it holds, and what was found if not.
    pub(crate) fn count(&mut self, name: &str, holds: bool, found: impl FnOnce() -> String) {
        self.total += 1;
        if !holds {
            self.wrong.push(format!("{name}\n{}", found()));
        }
    }

    /// Prints and notes the counts; every case holds.
    #[track_caller]
    pub(crate) fn done(mut self) {
        self.cases.flush().expect("the cases are written");
        let Self {
            suite,
            total,
            excepted,
            wrong,
            ..
        } = self;
        let passed = total - wrong.len();
        eprintln!("{suite}: {passed}/{total}, {excepted} excepted");
        let counts = json!({ "passed": passed, "total": total, "excepted": excepted });
        std::fs::write(output(&suite, "tally.json"), counts.to_string())
            .expect("the counts are written");
        assert!(
            wrong.is_empty(),
            "{} of {total}:\n{}",
            wrong.len(),
            wrong.join("\n")
        );
    }
}

/// A file of `target/suites`.
fn output(suite: &str, ending: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).with_file_name("suites");
    std::fs::create_dir_all(&folder).expect("target/suites");
    folder.join(format!("{}.{ending}", suite.replace('/', "-")))
}
