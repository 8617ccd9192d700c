//! `cargo xtask npm [--sizes]`: assembles the npm package `@tidegate/policy` in `target/npm/policy`.

mod sizes;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::test::machine;
use crate::{Failure, cargo, wasm};

pub(crate) fn run(arguments: &[&str]) -> Result<(), Failure> {
    match arguments {
        [] => {
            println!("{}", assemble()?.display());
            Ok(())
        }
        ["--sizes"] => sizes::print(&source(), &assemble()?),
        [other, ..] => Err(Failure::Usage(format!("`{other}` is no option"))),
    }
}

fn source() -> PathBuf {
    cargo::root().join("crates/tidegate-wasm/npm")
}

/// Builds the engine three times, and the package around; returns its folder.
pub(crate) fn assemble() -> Result<PathBuf, Failure> {
    machine::need_node()?;
    let source = source();
    need_tools(&source)?;
    let out = cargo::root().join("target/npm/policy");
    let mut node = Command::new("node");
    node.arg("build.mjs").arg(&out).current_dir(&source);
    for package in [&wasm::CORE, &wasm::ED25519, &wasm::WHOLE] {
        node.arg(wasm::package(package)?);
    }
    let status = node.stdin(Stdio::null()).status();
    if status.is_ok_and(|status| status.success()) {
        Ok(out)
    } else {
        Err(Failure::failed("the npm package cannot be assembled"))
    }
}

/// What a folder's `package.json` asks for, in the versions of its lock file.
pub(crate) fn need_tools(source: &Path) -> Result<(), Failure> {
    let (lock, stamp) = (
        source.join("package-lock.json"),
        source.join("node_modules/.package-lock.json"),
    );
    let written = |file: &Path| file.metadata().and_then(|found| found.modified()).ok();
    if written(&stamp) > written(&lock) {
        return Ok(());
    }
    println!("installing the tools of {}", source.display());
    ci(source)
}

/// Installs what a folder's lock file names.
pub(crate) fn ci(folder: &Path) -> Result<(), Failure> {
    let status = Command::new("npm")
        .args(["ci", "--no-fund", "--no-audit", "--silent"])
        .current_dir(folder)
        .stdin(Stdio::null())
        .status();
    if status.is_ok_and(|status| status.success()) {
        Ok(())
    } else {
        Err(Failure::failed(format!(
            "npm ci in {} failed",
            folder.display()
        )))
    }
}
