//! `cargo xtask claims [--mutate] [SYSTEM [PART]]`: which tests hold each claim of `tests/claims/*.md`,
//! and whether every line of a built-in system is held by some claim; with a part of their names, as in
//! `--mutate lamindb type.space`, whether those lines are.
//!
//! A claim's tests are the functions of `tests/it/claims/SYSTEM/` that are named by its id: BN-01 is
//! held by `bn_01` and `bn_01_more_words`.

mod list; // the claims
mod model; // mutants of a model
mod mutants; // mutants of a system, and who kills them
mod program; // the tests, built
mod rules; // mutants of a system.toml

use std::collections::BTreeMap;
use std::fmt::Write;

use self::list::Claim;
use self::program::Program;
use crate::{Failure, cargo};

/// Where the list is, below the root.
const CLAIMS: &str = "tests/claims";

pub(crate) fn run(arguments: &[&str]) -> Result<(), Failure> {
    let lists = list::read(&cargo::root().join(CLAIMS))?;
    let mutate = arguments.contains(&"--mutate");
    let (mut only, mut part) = (None, None);
    for &argument in arguments {
        match argument {
            "--mutate" => {}
            system if lists.contains_key(system) => only = Some(system),
            name if mutate && part.is_none() => part = Some(name),
            other => {
                let known: Vec<&str> = lists.keys().map(String::as_str).collect();
                let known = known.join(", ");
                return Err(Failure::Usage(format!(
                    "`{other}` is no system with claims; there are {known}"
                )));
            }
        }
    }
    let lists: BTreeMap<&str, &[Claim]> = lists
        .iter()
        .filter(|(system, _)| only.is_none_or(|only| only == *system))
        .map(|(system, claims)| (system.as_str(), claims.as_slice()))
        .collect();
    let program = Program::build()?;
    if mutate {
        let systems: Vec<&str> = lists.keys().copied().collect();
        return mutants::run(&program, &systems, part);
    }
    let mut wrong = 0;
    for (system, claims) in &lists {
        let results = program.run(system)?;
        let (text, bad) = table(system, claims, &results);
        print!("{text}");
        wrong += bad;
    }
    if wrong == 0 {
        Ok(())
    } else {
        Err(Failure::failed(format!("{wrong} claims are not held")))
    }
}

/// The table of a system's claims, and how many of them are not held as they must be.
fn table(system: &str, claims: &[Claim], results: &BTreeMap<String, bool>) -> (String, usize) {
    let mut text = format!("== {system}\n");
    let (mut held, mut surface, mut wrong) = (0, 0, 0);
    let mut unnamed: Vec<&str> = results.keys().map(String::as_str).collect();
    for claim in claims {
        let holds = |test: &&str| claim.is_held_by(test);
        let tests: Vec<&str> = results.keys().map(String::as_str).filter(holds).collect();
        unnamed.retain(|test| !claim.is_held_by(test));
        let passed = tests.iter().all(|test| results.get(*test) == Some(&true));
        let result = match (tests.is_empty(), passed) {
            (true, _) if !claim.needs_test() => {
                surface += 1;
                "-"
            }
            (true, _) => {
                wrong += 1;
                "NO TEST"
            }
            (false, true) => {
                held += 1;
                "ok"
            }
            (false, false) => {
                wrong += 1;
                "FAILED"
            }
        };
        let tests: Vec<&str> = tests.iter().map(|test| last(test)).collect();
        let (id, tags, tests) = (&claim.id, claim.tags(), tests.join(" "));
        let _ = writeln!(text, "{id}  {tags:<12}  {result:<7}  {tests}");
    }
    for test in unnamed {
        wrong += 1;
        let _ = writeln!(text, "{test} is named by no claim of {system}");
    }
    let _ = writeln!(
        text,
        "{} claims: {held} held, {surface} advice or surface, {wrong} wrong; {} tests\n",
        claims.len(),
        results.len()
    );
    (text, wrong)
}

/// A test's name without its modules.
fn last(test: &str) -> &str {
    test.rsplit("::").next().unwrap_or(test)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_claim_is_held_or_named() {
        let claims = list::parse(
            "# X\n\n* **XX-01** one. [M]\n* **XX-02** two. [U]\n* **XX-03** three. [U][C]\n* **XX-04** four. [A]\n",
        );
        let results = [
            ("claims::x::a::xx_01_this", true),
            ("claims::x::a::xx_01", true),
            ("claims::x::a::xx_010", true),
            ("claims::x::b::xx_04", false),
        ];
        let results = results.map(|(test, passed)| (test.to_owned(), passed));
        let (text, wrong) = table("x", &claims, &results.into());
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines,
            [
                "== x",
                "XX-01  [M]           ok       xx_01 xx_01_this",
                "XX-02  [U]           -        ",
                "XX-03  [U][C]        NO TEST  ",
                "XX-04  [A]           FAILED   xx_04",
                "claims::x::a::xx_010 is named by no claim of x",
                "4 claims: 1 held, 1 advice or surface, 3 wrong; 4 tests",
                "",
            ]
        );
        assert_eq!(wrong, 3);
    }
}
