//! The engine as wasm, in Node: builds it, binds it, runs `tests/wasm/`, and asks it what was asked natively.

use std::process::Command;

use super::tally::{self, Runner, Tally};
use super::{Scale, generated, machine};
use crate::{Failure, cargo, wasm};

pub(super) fn run(scale: &Scale) -> Result<Tally, Failure> {
    machine::need_node()?;
    let package = wasm::package(&wasm::WHOLE)?;
    let core = wasm::package(&wasm::CORE)?;
    let mut node = Command::new("node");
    node.arg("--test").args(files()?);
    node.current_dir(cargo::root())
        .env("TIDEGATE_WASM_PKG", &package)
        .env("TIDEGATE_WASM_CORE", &core)
        .envs(scale.environment());
    let mut tally = tally::count(Runner::Node, node)?;
    tally += generated::run(*scale, &package)?;
    Ok(tally)
}

/// Named one by one: what `node --test FOLDER` means differs between versions.
fn files() -> Result<Vec<std::path::PathBuf>, Failure> {
    let folder = cargo::root().join("tests/wasm");
    let cannot = |error: std::io::Error| Failure::failed(format!("{}: {error}", folder.display()));
    let mut files = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(cannot)? {
        let path = entry.map_err(cannot)?.path();
        if path.to_string_lossy().ends_with(".test.mjs") {
            files.push(path);
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(Failure::failed(format!(
            "{} holds no *.test.mjs",
            folder.display()
        )));
    }
    Ok(files)
}
