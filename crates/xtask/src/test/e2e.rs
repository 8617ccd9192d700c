//! End to end: `tidegate serve` as a user starts it, in front of upstreams, one of them Datasette, and behind a worker
//! that authorizes.

use std::process::Command;

use super::tally::{self, Runner, Tally};
use super::workerd::need_workerd;
use super::{Scale, machine, rust};
use crate::{Failure, cargo, npm};

/// Pinned, so that a new release does not change what is tested.
const DATASETTE: &str = "datasette==0.65.5";

/// What runs in Node, of the worker's part.
const IN_NODE: [&str; 2] = [
    "tests/edge/authorize.test.mjs",
    "tests/edge/secrets.test.mjs",
];

pub(super) fn run(scale: &Scale) -> Result<Tally, Failure> {
    machine::need_postgres()?;
    let datasette = machine::need_python_program("datasette", DATASETTE)?;
    let (package, workerd) = (npm::assemble()?, need_workerd()?);
    let mut node = Command::new("node");
    node.arg("--test").args(IN_NODE);
    node.current_dir(cargo::root())
        .env("TIDEGATE_NPM", &package);
    let mut tally = tally::count(Runner::Node, node)?;
    let built = cargo::build(&["-p", "tidegate", "--bin", "tidegate"])?;
    let (runner, mut tests) = rust::runner(&["-p", "tidegate-tests"]);
    tests
        .env("TIDEGATE_BIN", cargo::file(&built, "tidegate", "")?)
        .env("TIDEGATE_DATASETTE", datasette)
        .env("TIDEGATE_NPM", package)
        .env("TIDEGATE_WORKERD", workerd)
        .envs(scale.environment());
    tally += tally::count(runner, tests)?;
    Ok(tally)
}
