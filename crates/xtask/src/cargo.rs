//! Calls of cargo, and what it says it has built.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::Failure;

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

/// cargo, in the repository's root, with nothing to read from.
pub(crate) fn cargo() -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.current_dir(root()).stdin(Stdio::null());
    command
}

/// One thing that a build has made.
#[derive(Debug)]
pub(crate) struct Built {
    /// The target's name.
    pub(crate) name: String,
    /// Its files; the program first, if it is one.
    pub(crate) files: Vec<PathBuf>,
}

/// `cargo build` with these arguments. What the compiler says goes to standard error.
pub(crate) fn build(arguments: &[&str]) -> Result<Vec<Built>, Failure> {
    build_without(&[], arguments)
}

/// The same, without these variables of the environment.
pub(crate) fn build_without(variables: &[&str], arguments: &[&str]) -> Result<Vec<Built>, Failure> {
    let what = || format!("cargo build {}", arguments.join(" "));
    let cannot = |error: std::io::Error| Failure::failed(format!("{}: {error}", what()));
    let mut command = cargo();
    for variable in variables {
        command.env_remove(variable);
    }
    let mut child = command
        .args(["build", "--message-format=json-render-diagnostics"])
        .args(arguments)
        .stdout(Stdio::piped())
        .spawn()
        .map_err(cannot)?;
    let mut built = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines() {
            built.extend(artifact(&line.map_err(cannot)?));
        }
    }
    if child.wait().map_err(cannot)?.success() {
        Ok(built)
    } else {
        Err(Failure::failed(format!("{} failed", what())))
    }
}

/// The first file of a built target that ends in `suffix`.
pub(crate) fn file(built: &[Built], name: &str, suffix: &str) -> Result<PathBuf, Failure> {
    built
        .iter()
        .filter(|built| built.name == name)
        .flat_map(|built| &built.files)
        .find(|file| file.to_string_lossy().ends_with(suffix))
        .cloned()
        .ok_or_else(|| Failure::failed(format!("the build has made no {name}{suffix}")))
}

#[derive(Deserialize)]
struct Message {
    reason: String,
    target: Option<Target>,
    executable: Option<PathBuf>,
    #[serde(default)]
    filenames: Vec<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

fn artifact(line: &str) -> Option<Built> {
    let message: Message = serde_json::from_str(line).ok()?;
    if message.reason != "compiler-artifact" {
        return None;
    }
    let mut files = message.filenames;
    if let Some(executable) = message.executable {
        files.insert(0, executable);
    }
    Some(Built {
        name: message.target?.name,
        files,
    })
}
