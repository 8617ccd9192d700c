//! What keeps the folders of the machine that builds out of what is built: where a panic comes from is text in the
//! module. Without them the same sources and the same compiler give the same bytes wherever they lie.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{Failure, cargo};

/// Variables whose flags cargo would take instead of those of `.cargo/config.toml` and of [`options`].
pub(crate) const INSTEAD: [&str; 2] = ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"];

/// For `cargo build`: joined to what `.cargo/config.toml` has for the target.
///
/// # Errors
/// When the compiler does not say where it is, or a folder's name is no text.
pub(crate) fn options() -> Result<[String; 2], Failure> {
    let asked = |arguments: &[&str]| {
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let output = Command::new(rustc)
            .args(arguments)
            .current_dir(cargo::root())
            .stdin(Stdio::null())
            .output();
        let output = output.ok().filter(|output| output.status.success());
        let text = output.and_then(|output| String::from_utf8(output.stdout).ok());
        text.ok_or_else(|| Failure::failed(format!("rustc {} failed", arguments.join(" "))))
    };
    let sysroot = asked(&["--print", "sysroot"])?;
    let version = asked(&["-vV"])?;
    let commit = version
        .lines()
        .find_map(|line| line.strip_prefix("commit-hash: "))
        .unwrap_or("unknown");
    let flags = [
        remap(&cargo_home()?, "/cargo")?,
        // What the library calls its sources where they are not installed.
        remap(
            &Path::new(sysroot.trim_end()).join("lib/rustlib/src/rust"),
            &format!("/rustc/{commit}"),
        )?,
        remap(&cargo::root(), "/tidegate")?,
    ];
    // A list of texts is the same in JSON and in TOML.
    let flags =
        serde_json::to_string(&flags).map_err(|error| Failure::failed(error.to_string()))?;
    let config = format!("target.wasm32-unknown-unknown.rustflags={flags}");
    Ok(["--config".to_owned(), config])
}

fn remap(from: &Path, to: &str) -> Result<String, Failure> {
    let text = from
        .to_str()
        .ok_or_else(|| Failure::failed(format!("{} is no text", from.display())))?;
    Ok(format!("--remap-path-prefix={text}={to}"))
}

fn cargo_home() -> Result<PathBuf, Failure> {
    let told = std::env::var_os("CARGO_HOME").filter(|home| !home.is_empty());
    let home = told
        .map(PathBuf::from)
        .or_else(|| Some(std::env::home_dir()?.join(".cargo")));
    home.ok_or_else(|| Failure::failed("where is cargo's home?"))
}
