//! `cargo xtask bench NAME [--json FILE]`: builds what is measured, then measures it.

use crate::{Failure, cargo};

pub(crate) fn run(arguments: &[&str]) -> Result<(), Failure> {
    if arguments.first().is_none_or(|name| name.starts_with('-')) {
        return Err(Failure::Usage(
            "which bench? As in: cargo xtask bench gateway".to_owned(),
        ));
    }
    let built = cargo::build(&["--release", "-p", "tidegate", "--bin", "tidegate"])?;
    let status = cargo::cargo()
        .args(["run", "--quiet", "--release", "-p", "bench", "--"])
        .args(arguments)
        // Relative paths are the caller's.
        .current_dir(std::env::current_dir().map_err(|error| Failure::failed(error.to_string()))?)
        .env("TIDEGATE_BIN", cargo::file(&built, "tidegate", "")?)
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
