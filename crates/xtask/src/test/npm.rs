//! The npm package: asked as it is assembled, and packed and installed into fresh projects. With `--full` also that
//! wasm-pack makes of the engine what is made here.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::chromium::need_chromium;
use super::tally::{self, Runner, Tally};
use super::workerd::need_workerd;
use super::{Scale, machine};
use crate::{Failure, cargo, npm, wasm};

pub(super) fn run(scale: &Scale) -> Result<Tally, Failure> {
    machine::need_node()?;
    let (chromium, _) = need_chromium()?;
    let workerd = need_workerd()?;
    let package = npm::assemble()?;
    let mut node = Command::new("node");
    node.arg("--test").args(files()?);
    node.current_dir(cargo::root())
        .env("TIDEGATE_NPM", &package)
        .env(
            "TIDEGATE_NPM_PROJECTS",
            cargo::root().join("target/npm/projects"),
        )
        .env("TIDEGATE_CHROMIUM", &chromium)
        .env("TIDEGATE_WORKERD", &workerd);
    let mut tally = tally::count(Runner::Node, node)?;
    if scale.full {
        tally += same_bytes()?;
    }
    Ok(tally)
}

/// Named one by one: what `node --test FOLDER` means differs between versions.
fn files() -> Result<Vec<PathBuf>, Failure> {
    let folder = cargo::root().join("tests/npm");
    let cannot = |error: std::io::Error| Failure::failed(format!("{}: {error}", folder.display()));
    let mut files = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(cannot)? {
        let path = entry.map_err(cannot)?.path();
        if path.to_string_lossy().ends_with(".test.mjs") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Whether wasm-pack makes the same files as `cargo xtask wasm`, but for the functions' order, which is made here: it
/// is what people know, and slow.
fn same_bytes() -> Result<Tally, Failure> {
    let wasm_opt = machine::wasm_opt();
    let wasm_opt = wasm_opt.ok_or_else(|| Failure::failed("npm cannot install wasm-opt"))?;
    let tools = need_wasm_pack()?;
    let ours = wasm::package(&wasm::WHOLE)?;
    let theirs = cargo::root().join("target/wasm-pack");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let first = [tools.clone()]
        .into_iter()
        .chain(wasm_opt.parent().map(Path::to_owned));
    let path = std::env::join_paths(first.chain(std::env::split_paths(&path)));
    let path = path.map_err(|error| Failure::failed(error.to_string()))?;
    println!("building with wasm-pack");
    let mut command = Command::new(tools.join("wasm-pack"));
    for variable in wasm::paths::INSTEAD {
        command.env_remove(variable);
    }
    let status = command
        .args([
            "build",
            "crates/tidegate-wasm",
            "--target",
            "web",
            "--no-pack",
            "--mode",
            "no-install",
        ])
        .arg("--out-dir")
        .arg(&theirs)
        // Its default features are these, but the word `default` itself would give every symbol another hash, and so
        // functions another order.
        .args(["--", "--no-default-features", "--features"])
        .arg(wasm::WHOLE.features)
        .args(wasm::paths::options()?)
        // It knows no profile of ours: what ours says, for its own.
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "z")
        .env("CARGO_PROFILE_RELEASE_LTO", "fat")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1")
        .env("PATH", path)
        .current_dir(cargo::root())
        .stdin(Stdio::null())
        .status();
    if !status.is_ok_and(|status| status.success()) {
        return Err(Failure::failed("wasm-pack build failed"));
    }
    wasm::order(&theirs.join(wasm::MODULE))?;
    let mut tally = Tally::default();
    for name in [wasm::MODULE, "tidegate_wasm.js", "tidegate_wasm.d.ts"] {
        let read = |folder: &Path| std::fs::read(folder.join(name)).ok();
        let (ours, theirs) = (read(&ours), read(&theirs));
        if ours.is_some() && ours == theirs {
            tally.passed += 1;
        } else {
            eprintln!("wasm-pack makes another {name}");
            tally.failed += 1;
        }
    }
    Ok(tally)
}

/// wasm-pack, and the wasm-bindgen that it looks for, in `target/tools/bin`.
fn need_wasm_pack() -> Result<PathBuf, Failure> {
    const BINDGEN: &str = "0.2.130";
    let tools = cargo::root().join("target/tools");
    for (program, package, options) in [
        ("wasm-pack", "wasm-pack@0.15.1", &["--locked"][..]),
        ("wasm-bindgen", &format!("wasm-bindgen-cli@{BINDGEN}"), &[]),
    ] {
        if machine::goes(tools.join("bin").join(program), &["--version"]) {
            continue;
        }
        println!("installing {package} into target/tools");
        let status = cargo::cargo()
            .args(["install", "--quiet", package, "--root"])
            .arg(&tools)
            .args(options)
            .status();
        if !status.is_ok_and(|status| status.success()) {
            return Err(Failure::failed(format!("`cargo install {package}` failed")));
        }
    }
    Ok(tools.join("bin"))
}
