//! The console in Chromium, as people use it: built, put into `tidegate serve`, and looked at.

use std::path::PathBuf;
use std::process::Command;

use super::tally::{self, Runner, Tally};
use super::{Scale, chromium, machine};
use crate::{Failure, cargo, npm, www};

pub(super) fn run(scale: &Scale) -> Result<Tally, Failure> {
    machine::need_node()?;
    let (browser, _) = chromium::need_chromium()?;
    www::build()?;
    let folder = cargo::root().join("tests/browser");
    npm::need_tools(&folder)?;
    let built = cargo::build(&["-p", "tidegate", "--bin", "tidegate"])?;
    let mut node = Command::new("node");
    // One file at a time: each has a server and a browser of its own.
    node.args(["--test", "--test-concurrency=1"])
        .args(["console.test.mjs", "looks.test.mjs", "logic.test.mjs"])
        .current_dir(&folder)
        .env("TIDEGATE_BIN", cargo::file(&built, "tidegate", "")?)
        .env("TIDEGATE_CHROMIUM", browser)
        .env("TIDEGATE_SCREENSHOTS", screenshots())
        .envs(scale.environment());
    tally::count(Runner::Node, node)
}

/// Pictures of each page, for people.
fn screenshots() -> PathBuf {
    cargo::root().join("target/screenshots")
}
