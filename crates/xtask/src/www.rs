//! `cargo xtask www`: builds the console into `target/www`, where the next build of `tidegate` finds it.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::test::machine;
use crate::{Failure, cargo, npm};

pub(crate) fn run(arguments: &[&str]) -> Result<(), Failure> {
    match arguments {
        [] => {
            println!("{}", build()?.display());
            Ok(())
        }
        [other, ..] => Err(Failure::Usage(format!("`{other}` is no option"))),
    }
}

/// Builds the engine's package, which the console is linked with, and the console; returns its folder.
pub(crate) fn build() -> Result<PathBuf, Failure> {
    machine::need_node()?;
    npm::assemble()?;
    let source = cargo::root().join("www");
    npm::need_tools(&source)?;
    let folder = cargo::root().join("target/www");
    // Aside first: what is half done is never put into a program.
    let aside = cargo::root().join("target/www.new");
    let built = Command::new("npm")
        .args(["run", "--silent", "build", "--", "--outDir"])
        .arg(&aside)
        .current_dir(&source)
        .stdin(Stdio::null())
        .status();
    if !built.is_ok_and(|status| status.success()) {
        return Err(Failure::failed("the console cannot be built"));
    }
    let cannot = |error: std::io::Error| Failure::failed(format!("{}: {error}", folder.display()));
    if folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(cannot)?;
    }
    std::fs::rename(&aside, &folder).map_err(cannot)?;
    Ok(folder)
}
