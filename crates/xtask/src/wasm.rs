//! `cargo xtask wasm [--sizes]`: the engine's JavaScript package, and how large it is.

pub(crate) mod paths;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::test::machine;
use crate::{Failure, cargo};

/// What of the engine is in a package.
pub(crate) struct Package {
    /// For people.
    what: &'static str,
    /// Its folder in `target`.
    folder: &'static str,
    /// Of the crate `tidegate-wasm`.
    pub(crate) features: &'static str,
    /// Most bytes of the module, by `wasm-opt` and `gzip -9`.
    pub(crate) goal_bytes: usize,
}

/// All of it.
pub(crate) const WHOLE: Package = Package {
    what: "with conditions",
    folder: "wasm-package",
    features: "conditions",
    goal_bytes: 150_000,
};

/// On compiled bundles and slices alone.
pub(crate) const CORE: Package = Package {
    what: "decide on bundles and slices alone",
    folder: "wasm-package-core",
    features: "core",
    goal_bytes: 70_000,
};

/// On compiled bundles alone, with the signatures' cryptography inside.
pub(crate) const ED25519: Package = Package {
    what: "decide on bundles alone, Ed25519 inside",
    folder: "wasm-package-ed25519",
    features: "core,ed25519",
    goal_bytes: 110_000,
};

/// The module in a package.
pub(crate) const MODULE: &str = "tidegate_wasm_bg.wasm";

const PACKAGES: [Package; 3] = [
    CORE,
    Package {
        what: "language, check, lists, explain and slices",
        folder: "wasm-package-language",
        features: "language",
        goal_bytes: 90_000,
    },
    WHOLE,
];

pub(crate) fn run(arguments: &[&str]) -> Result<(), Failure> {
    match arguments {
        [] => {
            let package = package(&WHOLE)?;
            println!("{}", package.display());
            Ok(())
        }
        ["--sizes"] => sizes(),
        [other, ..] => Err(Failure::Usage(format!("`{other}` is no option"))),
    }
}

/// Builds the module, optimizes it where there is `wasm-opt`, and writes the JavaScript around it; returns the
/// folder.
pub(crate) fn package(package: &Package) -> Result<PathBuf, Failure> {
    Ok(build(package)?.0)
}

/// Returns the folder, and whether the module is optimized.
fn build(package: &Package) -> Result<(PathBuf, bool), Failure> {
    let folder = cargo::root().join("target").join(package.folder);
    let Some(program) = machine::wasm_opt() else {
        bind(package, &folder, &[])?;
        return Ok((folder, false));
    };
    bind(package, &folder, &["--names"])?;
    let module = folder.join(MODULE);
    optimize(&program, &module)?;
    order(&module)?;
    Ok((folder, true))
}

fn bind(package: &Package, folder: &Path, options: &[&str]) -> Result<(), Failure> {
    machine::need_wasm_target()?;
    let paths = paths::options()?;
    let arguments = [
        "-p",
        "tidegate-wasm",
        "--no-default-features",
        "--features",
        package.features,
        "--profile",
        "wasm",
        "--target",
        "wasm32-unknown-unknown",
    ];
    let arguments = arguments
        .into_iter()
        .chain(paths.iter().map(String::as_str));
    let built = cargo::build_without(&paths::INSTEAD, &arguments.collect::<Vec<_>>())?;
    let module = cargo::file(&built, "tidegate_wasm", ".wasm")?;
    bindgen(|command| command.args(options).arg(&module).arg(folder))
}

/// In place: functions that are alike next to each other, which saves 3 % of the gzipped module. `wasm-opt` knows
/// orders by name and by use alone, and so does wasm-pack.
pub(crate) fn order(module: &Path) -> Result<(), Failure> {
    bindgen(|command| command.arg("order").arg(module))
}

fn bindgen(arguments: impl FnOnce(&mut Command) -> &mut Command) -> Result<(), Failure> {
    let mut command = cargo::cargo();
    command.args(["run", "--quiet", "-p", "tidegate-bindgen", "--"]);
    let status = arguments(&mut command).stdin(Stdio::null()).status();
    if status.is_ok_and(|status| status.success()) {
        Ok(())
    } else {
        // It says why itself.
        Err(Failure::failed(format!("{command:?} failed")))
    }
}

fn sizes() -> Result<(), Failure> {
    machine::need_node()?;
    let mut over = Vec::new();
    for found in &PACKAGES {
        let (folder, is_optimized) = build(found)?;
        let bytes = gzipped(&folder.join(MODULE))?;
        let Package {
            what, goal_bytes, ..
        } = found;
        if !is_optimized {
            println!(
                "{what}: {bytes} bytes gzipped; there is no wasm-opt, so the goal is not held"
            );
            continue;
        }
        println!("{what}: {bytes} bytes gzipped, of {goal_bytes}");
        if bytes > *goal_bytes {
            over.push(*what);
        }
    }
    if over.is_empty() {
        Ok(())
    } else {
        Err(Failure::failed(format!("too large: {}", over.join("; "))))
    }
}

/// In place. The manifest of `tidegate-wasm` gives wasm-pack the same options.
fn optimize(program: &Path, module: &Path) -> Result<(), Failure> {
    let status = Command::new(program)
        // What is inlined is repeated: without, the gzipped module is 8 % smaller. `-Oz` makes it smaller by
        // what does not repeat: gzipped, `-Os` is 2 % smaller.
        .args(["-Os", "--skip-pass=inlining-optimizing"])
        // What is computed once and kept takes a local of its own: gzipped, to repeat it is smaller.
        .arg("--skip-pass=local-cse")
        // The first KB of memory is the end of the stack: nothing lies so near to 0 that what is added to an address
        // could not stand in the instruction that uses it.
        .arg("--low-memory-unused")
        // What is alike has names alike: where the order of the next step begins.
        .args(["--reorder-functions-by-name", "--strip-debug"])
        // Of the features, those that the module says it needs: with `--all-features` it comes out in forms that
        // no engine reads yet.
        .args(["--strip-target-features", "--strip-producers"])
        .arg(module)
        .arg("-o")
        .arg(module)
        .stdin(Stdio::null())
        .status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Failure::failed(format!("wasm-opt: {status}"))),
        Err(error) => Err(Failure::failed(format!("wasm-opt: {error}"))),
    }
}

/// Bytes, by Node's gzip of the highest level.
fn gzipped(file: &Path) -> Result<usize, Failure> {
    const PROGRAM: &str = "const { gzipSync } = require('node:zlib'); \
                           const bytes = require('node:fs').readFileSync(process.argv[1]); \
                           console.log(gzipSync(bytes, { level: 9 }).length)";
    let output = Command::new("node")
        .args(["-e", PROGRAM])
        .arg(file)
        .stdin(Stdio::null())
        .output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let bytes = text.ok().and_then(|text| text.trim().parse().ok());
    bytes.ok_or_else(|| Failure::failed(format!("cannot gzip {}", file.display())))
}
