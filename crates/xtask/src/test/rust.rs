//! The tests inside the crates, and the examples in their documentation.

use serde::Deserialize;

use super::tally::{self, Runner, Tally};
use super::{Scale, machine};
use crate::{Failure, cargo};

/// The part `e2e`.
const END_TO_END: &str = "tidegate-tests";

const ENGINE: &str = "tidegate-policy";

/// Features that the engine is tested with apart from all of them, for cargo.
const FEWER: [&str; 3] = ["", "language", "conditions"];

pub(super) fn run(scale: &Scale) -> Result<Tally, Failure> {
    machine::need_postgres()?;
    let (which, mut tests) = runner(&[]);
    // At full scale, apart from the others: built in another way.
    let (_, mut engine) = runner(&["-p", ENGINE]);
    let mut examples = cargo::cargo();
    examples.args(["test", "--doc"]);
    for package in &packages()? {
        examples.args(["-p", package]);
        if !scale.full || package != ENGINE {
            tests.args(["-p", package]);
        }
    }
    let mut commands = vec![(which, tests), (Runner::Cargo, examples)];
    if scale.full {
        engine.arg(match which {
            Runner::Nextest => "--cargo-profile",
            Runner::Cargo | Runner::Node => "--profile",
        });
        engine.arg(super::CHECKED);
        // The counts are part of what is asked for.
        if which == Runner::Nextest {
            engine.args(["--success-output", "final"]);
        }
        commands.push((which, engine));
    }
    for features in FEWER {
        let fewer = ["--no-default-features", "--features", features];
        commands.push(runner(&[&["-p", ENGINE], &fewer[..]].concat()));
    }
    let mut tally = Tally::default();
    for (runner, mut command) in commands {
        command.envs(scale.environment());
        tally += tally::count(runner, command)?;
    }
    Ok(tally)
}

/// nextest where it is installed, because it runs all at once; otherwise `cargo test`.
pub(super) fn runner(arguments: &[&str]) -> (Runner, std::process::Command) {
    let mut command = cargo::cargo();
    let runner = if machine::goes("cargo", &["nextest", "--version"]) {
        command.args(["nextest", "run", "--no-fail-fast", "--status-level", "fail"]);
        Runner::Nextest
    } else {
        command.args([
            "test",
            "--no-fail-fast",
            "--lib",
            "--bins",
            "--tests",
            "--examples",
        ]);
        Runner::Cargo
    };
    command.args(arguments);
    (runner, command)
}

/// The packages that cargo takes by default, but for the end-to-end tests.
fn packages() -> Result<Vec<String>, Failure> {
    #[derive(Deserialize)]
    struct Metadata {
        packages: Vec<Package>,
        workspace_default_members: Vec<String>,
    }
    #[derive(Deserialize)]
    struct Package {
        id: String,
        name: String,
    }
    let cannot = |error: String| Failure::failed(format!("cargo metadata: {error}"));
    let output = cargo::cargo()
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .output()
        .map_err(|error| cannot(error.to_string()))?;
    let Metadata {
        packages,
        workspace_default_members,
    } = serde_json::from_slice(&output.stdout).map_err(|error| {
        cannot(format!(
            "{error}\n{}",
            String::from_utf8_lossy(&output.stderr)
        ))
    })?;
    Ok(packages
        .into_iter()
        .filter(|package| workspace_default_members.contains(&package.id))
        .map(|package| package.name)
        .filter(|name| name != END_TO_END)
        .collect())
}
