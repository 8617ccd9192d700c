//! What a process holds in memory, as the kernel counts it.
//!
//! It is measured in a process of its own, whose allocator gives back at once what is freed: what a load needs on
//! the way, and is over with, is not what a store takes.

use std::fs;

use crate::error::{Context, Error, Result};
use crate::process;

/// What this program prints when it is started once more with `arguments`.
///
/// # Errors
/// When it fails.
pub(super) fn measured_apart(arguments: &[&str]) -> Result<String> {
    let mut command = process::this_program()?;
    command.args(arguments);
    command.env("MIMALLOC_PURGE_DELAY", "0");
    let output = command
        .output()
        .context("cannot start the measurement of memory")?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    Err(Error::new(format!(
        "the measurement of memory: {}, {}",
        output.status,
        String::from_utf8_lossy(&output.stderr).trim()
    )))
}

/// What this process holds now (`VmRSS`). Bytes.
///
/// # Errors
/// When the kernel does not tell.
pub(super) fn resident_bytes() -> Result<u64> {
    status("VmRSS:")
}

/// The most that this process has held since [`forget_peak`] (`VmHWM`). Bytes.
///
/// # Errors
/// When the kernel does not tell.
pub(super) fn peak_bytes() -> Result<u64> {
    status("VmHWM:")
}

/// From here on the peak is that of what comes (5 in `clear_refs`, see proc(5)).
///
/// # Errors
/// When the kernel does not do that.
pub(super) fn forget_peak() -> Result<()> {
    fs::write("/proc/self/clear_refs", "5").context("the peak of memory cannot be set back")
}

fn status(line: &str) -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status").context("cannot read its own memory")?;
    let kilobytes = status
        .lines()
        .find_map(|text| text.strip_prefix(line)?.trim().strip_suffix(" kB"))
        .and_then(|text| text.trim().parse::<u64>().ok());
    kilobytes
        .map(|kilobytes| kilobytes * 1024)
        .ok_or_else(|| Error::new(format!("the kernel does not tell {line}")))
}
