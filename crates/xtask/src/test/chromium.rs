//! Chromium, this machine's own, and what drives it.

use std::path::{Path, PathBuf};

use super::machine::goes;
use crate::{Failure, cargo};

/// Pinned: it speaks to the browser in a protocol that changes.
const PLAYWRIGHT: &str = "playwright-core@1.65.1";

/// The browser, and the folder that playwright-core is installed in.
pub(crate) fn need_chromium() -> Result<(PathBuf, PathBuf), Failure> {
    const INSTALL: &str = "apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y \
                           --no-install-recommends chromium";
    let browser = match find() {
        Some(browser) => browser,
        // Only root may install it, and only where apt is.
        None if goes("sh", &["-c", "test \"$(id -u)\" = 0 && command -v apt-get"]) => {
            println!("installing Chromium");
            goes("sh", &["-c", INSTALL]);
            find().ok_or_else(missing)?
        }
        None => return Err(missing()),
    };
    let folder = cargo::root().join("target/playwright");
    npm_install(
        PLAYWRIGHT,
        &folder,
        &folder.join("node_modules/playwright-core"),
    )?;
    Ok((browser, folder))
}

/// By the names that systems give it.
fn find() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .flat_map(|folder| {
            ["chromium", "chromium-browser", "google-chrome"].map(|name| folder.join(name))
        })
        .find(|program| program.is_file())
}

fn missing() -> Failure {
    Failure::failed("Chromium is missing: install it, on Debian: apt-get install chromium")
}

/// A package of npm of one version, in a folder of `target`, where `made` tells that it is there.
pub(super) fn npm_install(package: &str, folder: &Path, made: &Path) -> Result<(), Failure> {
    let stamp = folder.join(format!("{}.installed", package.replace('/', "-")));
    if stamp.exists() && made.exists() {
        return Ok(());
    }
    println!("installing {package} into {}", folder.display());
    let prefix = folder.to_string_lossy();
    let quiet = ["--silent", "--no-fund", "--no-audit"];
    let install = [&["install", "--prefix", &prefix, package], &quiet[..]].concat();
    if !goes("npm", &install) || !made.exists() {
        return Err(Failure::failed(format!(
            "`npm install --prefix {prefix} {package}` failed"
        )));
    }
    std::fs::write(&stamp, "").map_err(|error| Failure::failed(error.to_string()))
}
