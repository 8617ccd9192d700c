//! `cargo xtask bench NAME [--json FILE]`: builds what is measured, then measures it.

mod npm;

use crate::{Failure, cargo};

pub(crate) fn run(arguments: &[&str]) -> Result<(), Failure> {
    let Some(&name) = arguments.first().filter(|name| !name.starts_with('-')) else {
        return Err(Failure::Usage(
            "which bench? As in: cargo xtask bench gateway".to_owned(),
        ));
    };
    if name == "npm" {
        return npm::run(arguments.get(1..).unwrap_or_default());
    }
    let mut command = cargo::cargo();
    command.args(["run", "--quiet", "--release", "-p", "bench"]);
    if name == "engine" {
        // Measured in the bench's own process, with the allocator that `tidegate` has.
        command.args(["--features", "mimalloc"]);
    } else {
        let built = cargo::build(&["--release", "-p", "tidegate", "--bin", "tidegate"])?;
        command.env("TIDEGATE_BIN", cargo::file(&built, "tidegate", "")?);
    }
    let status = command
        .arg("--")
        .args(arguments)
        // Relative paths are the caller's.
        .current_dir(std::env::current_dir().map_err(|error| Failure::failed(error.to_string()))?)
        .status()
        .map_err(|error| Failure::failed(format!("cargo run -p bench: {error}")))?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure::failed(format!(
            "bench {}: {status}",
            arguments.join(" ")
        )))
    }
}
