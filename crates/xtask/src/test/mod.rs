//! `cargo xtask test [PART…] [--full]`: runs the tests of each part, and sums up.

mod browser;
pub(crate) mod chromium;
mod e2e;
mod fuzz;
mod generated;
mod hosts;
pub(crate) mod machine;
mod npm;
mod rust;
mod schemathesis;
mod suites;
mod tally;
mod wasm;
mod workerd;

use std::time::Instant;

use crate::Failure;
use tally::Tally;

/// Tells tests to run at full scale.
const FULL: &str = "TIDEGATE_TEST_FULL";

/// The profile for the engine's properties at full scale: optimized, with the checks of a debug build.
const CHECKED: &str = "checked";

/// A part, by name.
type Part = (&'static str, fn(&Scale) -> Result<Tally, Failure>);

const PARTS: [Part; 8] = [
    ("rust", rust::run),
    ("wasm", wasm::run),
    ("npm", npm::run),
    ("fuzz", fuzz::run),
    ("suites", suites::run),
    ("e2e", e2e::run),
    ("browser", browser::run),
    ("schemathesis", schemathesis::run),
];

/// How much is tested.
#[derive(Clone, Copy, Debug)]
struct Scale {
    full: bool,
}

impl Scale {
    /// What tests look at.
    fn environment(self) -> Vec<(&'static str, &'static str)> {
        if self.full {
            vec![
                (FULL, "1"),
                ("PROPTEST_CASES", "4096"),
                ("TIDEGATE_KILLS", "200"),
                ("TIDEGATE_OPERATIONS", "5000"),
            ]
        } else {
            Vec::new()
        }
    }

    /// How the engine's properties are built, for cargo.
    fn profile(self) -> &'static [&'static str] {
        if self.full {
            &["--profile", CHECKED]
        } else {
            &[]
        }
    }
}

pub(crate) fn run(arguments: &[&str]) -> Result<(), Failure> {
    let mut scale = Scale { full: false };
    let mut parts = Vec::new();
    for &argument in arguments {
        match PARTS.iter().find(|(name, _)| *name == argument) {
            Some(part) => parts.push(part),
            None if argument == "--full" => scale.full = true,
            None => {
                let known = PARTS.map(|(name, _)| name).join(", ");
                return Err(Failure::Usage(format!(
                    "`{argument}` is no part; there are {known}"
                )));
            }
        }
    }
    if parts.is_empty() {
        parts.extend(&PARTS);
    }
    let mut lines = Vec::new();
    let mut total = Tally::default();
    for (name, run) in parts {
        println!("== {name}");
        let start = Instant::now();
        let tally = run(&scale).unwrap_or_else(|failure| {
            let (Failure::Usage(message) | Failure::Failed(message)) = failure;
            eprintln!("error: {message}");
            // What could not be run has not passed.
            Tally {
                passed: 0,
                failed: 1,
            }
        });
        lines.push(format!(
            "{name:<5} {tally} in {} s",
            start.elapsed().as_secs()
        ));
        total += tally;
    }
    println!("\n{}\n{total}", lines.join("\n"));
    if total.failed == 0 {
        Ok(())
    } else {
        Err(Failure::failed("not all tests have passed"))
    }
}
