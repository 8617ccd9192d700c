//! What the npm package weighs where it is used.

use std::path::Path;
use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::{Failure, wasm};

/// Most bytes of the JavaScript that loads bundles and slices and asks them, gzipped. What follows a slice and what
/// verifies secrets comes on top, where it is used.
const AROUND_BYTES: usize = 6_000;

/// Of a build, in bytes, gzipped.
#[derive(Deserialize)]
struct Sizes {
    name: String,
    wasm: usize,
    around: usize,
    following: usize,
    whole: usize,
}

/// Prints the sizes of the package in a folder.
///
/// # Errors
/// One is over its goal.
pub(super) fn print(source: &Path, package: &Path) -> Result<(), Failure> {
    let output = Command::new("node")
        .arg("sizes.mjs")
        .arg(package)
        .current_dir(source)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let lines: Result<Vec<Sizes>, _> = text
        .unwrap_or_default()
        .lines()
        .map(serde_json::from_str)
        .collect();
    let goals = [&wasm::CORE, &wasm::ED25519, &wasm::WHOLE].map(|package| package.goal_bytes);
    let builds = lines
        .ok()
        .filter(|builds: &Vec<Sizes>| builds.len() == goals.len());
    let builds = builds.ok_or_else(|| Failure::failed("the package cannot be weighed"))?;
    let mut over = Vec::new();
    println!("bytes, gzipped   module           JavaScript around it   and following   all of it");
    for (build, goal) in builds.iter().zip(goals) {
        let Sizes {
            name,
            wasm,
            around,
            following,
            whole,
        } = build;
        println!(
            "{name:<16} {wasm:>6} of {goal:>6}   {around:>6} of {AROUND_BYTES:>6} {following:>15} {whole:>11}"
        );
        if *wasm > goal {
            over.push(format!("the module of {name}"));
        }
        if *around > AROUND_BYTES {
            over.push(format!("the JavaScript around {name}"));
        }
    }
    if over.is_empty() {
        Ok(())
    } else {
        Err(Failure::failed(format!("too large: {}", over.join("; "))))
    }
}
