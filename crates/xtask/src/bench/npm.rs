//! `cargo xtask bench npm [--rounds N] [--json FILE] [--case PART] [--host HOST]`: the npm package beside its peers, in
//! Node and in Chromium.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::test::{chromium, machine};
use crate::{Failure, cargo, npm};

/// What runs there, of `crates/bench/npm`.
const PROGRAM: [&str; 3] = ["bench.mjs", "table.mjs", "package.json"];
const FOLDERS: [&str; 3] = ["hosts", "measured", "measured/peers"];

pub(super) fn run(arguments: &[&str]) -> Result<(), Failure> {
    machine::need_node()?;
    let (browser, _) = chromium::need_chromium()?;
    let package = npm::assemble()?;
    let folder = cargo::root().join("target/bench-npm");
    install(&folder, &package)?;
    let worlds = worlds(&folder)?;
    let bench = Command::new("node")
        .arg(folder.join("bench.mjs"))
        .args([&package, &worlds, &browser])
        .args(arguments)
        .stdin(Stdio::null())
        .status();
    if bench.is_ok_and(|status| status.success()) {
        Ok(())
    } else {
        Err(Failure::failed("bench npm has not come to its end"))
    }
}

/// The program and its peers in the versions of the lock file, and the package where they find it.
fn install(folder: &Path, package: &Path) -> Result<(), Failure> {
    let source = cargo::root().join("crates/bench/npm");
    let cannot = |error: std::io::Error| Failure::failed(format!("{}: {error}", folder.display()));
    for name in FOLDERS {
        std::fs::create_dir_all(folder.join(name)).map_err(cannot)?;
        for entry in std::fs::read_dir(source.join(name)).map_err(cannot)? {
            let path = entry.map_err(cannot)?.path();
            if let Some(file) = path.file_name().filter(|_| path.is_file()) {
                std::fs::copy(&path, folder.join(name).join(file)).map_err(cannot)?;
            }
        }
    }
    for name in PROGRAM {
        std::fs::copy(source.join(name), folder.join(name)).map_err(cannot)?;
    }
    let lock = std::fs::read(source.join("package-lock.json")).map_err(cannot)?;
    let installed = folder.join("package-lock.json");
    if std::fs::read(&installed).ok().as_ref() != Some(&lock) {
        println!("installing the peers into {}", folder.display());
        std::fs::write(&installed, &lock).map_err(cannot)?;
        if let Err(failure) = npm::ci(folder) {
            // So that the next run does not take it for done.
            let _ = std::fs::remove_file(&installed);
            return Err(failure);
        }
    }
    let scope = folder.join("node_modules/@tidegate");
    let linked = scope.join("policy");
    std::fs::create_dir_all(&scope).map_err(cannot)?;
    if std::fs::symlink_metadata(&linked).is_ok() {
        std::fs::remove_file(&linked).map_err(cannot)?;
    }
    std::os::unix::fs::symlink(package, &linked).map_err(cannot)?;
    bundle(folder)
}

/// The peers in one file, for the page.
fn bundle(folder: &Path) -> Result<(), Failure> {
    let status = Command::new(folder.join("node_modules/.bin/esbuild"))
        .args(["measured/peers/index-web.mjs", "--outfile=peers.js"])
        .args(["--bundle", "--format=esm", "--platform=browser", "--minify"])
        // casbin reads files with it, where there are any.
        .args(["--external:fs", "--inject:measured/peers/buffer.mjs"])
        .arg("--log-level=error")
        .current_dir(folder)
        .stdin(Stdio::null())
        .status();
    if status.is_ok_and(|status| status.success()) {
        Ok(())
    } else {
        Err(Failure::failed("the peers cannot be bundled"))
    }
}

/// What is measured on, written by the engine natively.
fn worlds(folder: &Path) -> Result<PathBuf, Failure> {
    let worlds = folder.join("worlds");
    let built = cargo::build(&["--release", "-p", "bench-npm-worlds"])?;
    let written = Command::new(cargo::file(&built, "bench-npm-worlds", "")?)
        .arg(&worlds)
        .stdin(Stdio::null())
        .status();
    if written.is_ok_and(|status| status.success()) {
        Ok(worlds)
    } else {
        Err(Failure::failed("the worlds cannot be written"))
    }
}
