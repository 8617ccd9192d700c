//! What tests need of the machine: found, installed where that may be, else named.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{Failure, cargo};

/// Runs a program; whether it went well. What it prints is kept back.
pub(super) fn goes(program: impl AsRef<Path>, arguments: &[&str]) -> bool {
    Command::new(program.as_ref())
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Pinned: another version gives other sizes.
const BINARYEN: &str = "binaryen@132.0.0";

/// The standard library for wasm.
pub(crate) fn need_wasm_target() -> Result<(), Failure> {
    const TARGET: &str = "wasm32-unknown-unknown";
    let is_there = || {
        let output = Command::new("rustc")
            .args(["--print", "target-libdir", "--target", TARGET])
            .current_dir(cargo::root())
            .stdin(Stdio::null())
            .output();
        output.is_ok_and(|output| {
            output.status.success()
                && Path::new(String::from_utf8_lossy(&output.stdout).trim()).exists()
        })
    };
    if is_there() {
        return Ok(());
    }
    println!("installing Rust's {TARGET}");
    if goes("rustup", &["target", "add", TARGET]) && is_there() {
        return Ok(());
    }
    Err(Failure::failed(format!(
        "Rust's {TARGET} is missing: rustup target add {TARGET}"
    )))
}

/// Whether there is a C++ compiler, or one could be installed: libFuzzer is built with it.
pub(crate) fn need_cxx() -> bool {
    let is_there = || {
        let named = std::env::var("CXX").unwrap_or_else(|_| "c++".to_owned());
        goes(named, &["--version"])
    };
    if is_there() {
        return true;
    }
    // Only root may install it, and only where apt is.
    if !goes("sh", &["-c", "test \"$(id -u)\" = 0 && command -v apt-get"]) {
        return false;
    }
    println!("installing a C++ compiler");
    const INSTALL: &str = "apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y \
                           --no-install-recommends g++";
    goes("sh", &["-c", INSTALL]) && is_there()
}

/// Node, new enough to run tests.
pub(crate) fn need_node() -> Result<(), Failure> {
    let output = Command::new("node")
        .arg("--version")
        .stdin(Stdio::null())
        .output();
    let version = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    let version = version.unwrap_or_default();
    let major = version
        .strip_prefix('v')
        .and_then(|version| version.split('.').next()?.parse().ok());
    match major {
        Some(20_u32..) => Ok(()),
        Some(_) => Err(Failure::failed(format!(
            "Node {version} is too old: install Node 20 or newer"
        ))),
        None => Err(Failure::failed(
            "Node is missing: install Node 20 or newer (https://nodejs.org)",
        )),
    }
}

/// `wasm-opt` of Binaryen, in `target/binaryen`: one version, so that sizes compare. Debian's does not read every
/// instruction that the bindings use.
pub(crate) fn wasm_opt() -> Option<PathBuf> {
    let folder = cargo::root().join("target/binaryen");
    let program = folder.join("node_modules/.bin/wasm-opt");
    if !goes(&program, &["--version"]) {
        println!("installing {BINARYEN} into target/binaryen");
        let folder = folder.to_string_lossy();
        let quiet = ["--silent", "--no-fund", "--no-audit"];
        let install = [&["install", "--prefix", &folder, BINARYEN], &quiet[..]].concat();
        goes("npm", &install);
    }
    goes(&program, &["--version"]).then_some(program)
}

/// PostgreSQL's programs: tests start servers of their own with them.
pub(super) fn need_postgres() -> Result<(), Failure> {
    const OLDEST: u32 = 15;
    const INSTALL: &str = "apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y \
                           --no-install-recommends postgresql";
    if newest_postgres() >= Some(OLDEST) {
        return Ok(());
    }
    // Only root may install it, and only where apt is.
    if goes("sh", &["-c", "test \"$(id -u)\" = 0 && command -v apt-get"]) {
        println!("installing PostgreSQL");
        // Debian's package makes a database and starts a server of it, unless it is told not to. There was
        // none before, so that whatever runs now came with the package.
        const QUIET: &str = "mkdir -p /etc/postgresql-common/createcluster.d && \
                             printf 'create_main_cluster = false\nstart_conf = manual\n' \
                                 > /etc/postgresql-common/createcluster.d/tidegate.conf";
        const STOP: &str = "for cluster in /etc/postgresql/*/*; do \
                                test -d \"$cluster\" || continue; \
                                pg_ctlcluster \"$(basename \"$(dirname \"$cluster\")\")\" \
                                    \"$(basename \"$cluster\")\" stop || true; \
                            done";
        const LOUD: &str = "rm -f /etc/postgresql-common/createcluster.d/tidegate.conf";
        let fresh = newest_postgres().is_none();
        let installed = goes("sh", &["-c", QUIET]) && goes("sh", &["-c", INSTALL]);
        goes("sh", &["-c", LOUD]);
        if fresh {
            goes("sh", &["-c", STOP]);
        }
        if installed && newest_postgres() >= Some(OLDEST) {
            return Ok(());
        }
    }
    Err(Failure::failed(format!(
        "PostgreSQL {OLDEST} or newer is missing: install it, on Debian: apt-get install postgresql (no server \
         need run)"
    )))
}

/// The newest version of this machine, as the tests look for it.
fn newest_postgres() -> Option<u32> {
    let debian = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    let debian = debian.flatten().map(|entry| entry.path().join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = debian.chain(std::env::split_paths(&path));
    folders
        .filter(|folder| {
            let programs = ["initdb", "pg_ctl", "psql"];
            programs.iter().all(|program| folder.join(program).exists())
        })
        .filter_map(|folder| {
            let output = Command::new(folder.join("postgres"))
                .arg("--version")
                .stdin(Stdio::null())
                .output()
                .ok()?;
            major(&String::from_utf8_lossy(&output.stdout))
        })
        .max()
}

/// Of `postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)`.
fn major(version: &str) -> Option<u32> {
    let version = version.split_whitespace().nth(2)?;
    let digits = version.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

/// A program of PyPI, in `target/venv`.
pub(super) fn need_python_program(name: &str, requirement: &str) -> Result<PathBuf, Failure> {
    let venv = cargo::root().join("target/venv");
    let (pip, program) = (venv.join("bin/pip"), venv.join("bin").join(name));
    let stamp = venv.join(format!("{requirement}.installed"));
    if stamp.exists() && program.exists() {
        return Ok(program);
    }
    println!("installing {requirement} into target/venv");
    if !goes(&pip, &["--version"]) {
        make_venv(&venv)?;
    }
    let installed = Command::new(&pip)
        .args([
            "install",
            "--quiet",
            "--disable-pip-version-check",
            requirement,
        ])
        .stdin(Stdio::null())
        .status();
    if !installed.is_ok_and(|status| status.success()) || !program.exists() {
        return Err(Failure::failed(format!(
            "`{} install {requirement}` failed",
            pip.display()
        )));
    }
    std::fs::write(&stamp, "").map_err(|error| Failure::failed(error.to_string()))?;
    Ok(program)
}

fn make_venv(venv: &Path) -> Result<(), Failure> {
    let make = || {
        let _ = std::fs::remove_dir_all(venv);
        goes("python3", &["-m", "venv", &venv.to_string_lossy()])
    };
    if make() {
        return Ok(());
    }
    // Debian's Python comes without it. Only root may install it, and only where apt is.
    if goes("sh", &["-c", "test \"$(id -u)\" = 0 && command -v apt-get"]) {
        println!("installing python3-venv");
        let install = "apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y \
                       --no-install-recommends python3 python3-venv";
        if goes("sh", &["-c", install]) && make() {
            return Ok(());
        }
    }
    Err(Failure::failed(
        "Python 3 with venv is missing: install it, on Debian: apt-get install python3-venv",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_postgres_are_read() {
        for (text, expected) in [
            (
                "postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n",
                Some(15),
            ),
            ("postgres (PostgreSQL) 18beta2", Some(18)),
            ("postgres (PostgreSQL)", None),
            ("", None),
        ] {
            assert_eq!(major(text), expected, "{text}");
        }
    }
}
