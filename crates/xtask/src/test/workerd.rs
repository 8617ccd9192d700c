//! workerd, the runtime of Cloudflare Workers.

use std::path::PathBuf;

use super::chromium::npm_install;
use crate::{Failure, cargo};

/// Pinned: its compatibility dates end with its own.
const WORKERD: &str = "workerd@1.20260421.1";

/// The program, in `target/workerd`.
pub(crate) fn need_workerd() -> Result<PathBuf, Failure> {
    let folder = cargo::root().join("target/workerd");
    let program = folder.join("node_modules/.bin/workerd");
    npm_install(WORKERD, &folder, &program)?;
    Ok(program)
}
