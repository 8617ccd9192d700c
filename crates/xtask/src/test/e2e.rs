//! End to end: `tidegate serve` as a user starts it, in front of upstreams, one of them Datasette.

use super::tally::{self, Tally};
use super::{Scale, machine, rust};
use crate::{Failure, cargo};

/// Pinned, so that a new release does not change what is tested.
const DATASETTE: &str = "datasette==0.65.5";

pub(super) fn run(scale: &Scale) -> Result<Tally, Failure> {
    machine::need_postgres()?;
    let datasette = machine::need_python_program("datasette", DATASETTE)?;
    let built = cargo::build(&["-p", "tidegate", "--bin", "tidegate"])?;
    let (runner, mut tests) = rust::runner(&["-p", "tidegate-tests"]);
    tests
        .env("TIDEGATE_BIN", cargo::file(&built, "tidegate", "")?)
        .env("TIDEGATE_DATASETTE", datasette)
        .envs(scale.environment());
    tally::count(runner, tests)
}
