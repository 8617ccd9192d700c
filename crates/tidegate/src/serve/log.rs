//! Logs: to standard error; readable on a terminal, otherwise one JSON object a line.

use std::io::IsTerminal;

use clap::ValueEnum;
use tracing_subscriber::EnvFilter;

/// How a line of the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// Starts logging with a filter such as `info` or `warn,tidegate_gateway=debug`.
///
/// # Errors
/// The filter cannot be read.
pub(crate) fn start(filter: &str, format: Option<Format>) -> Result<(), String> {
    let filter = EnvFilter::builder()
        .parse(filter)
        .map_err(|error| format!("`{filter}` is no filter for the log: {error}"))?;
    let is_terminal = std::io::stderr().is_terminal();
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let started = match format.unwrap_or(if is_terminal {
        Format::Text
    } else {
        Format::Json
    }) {
        Format::Json => builder.json().try_init(),
        Format::Text => {
            let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
            builder
                .with_target(false)
                .with_ansi(is_terminal && !plain)
                .try_init()
        }
    };
    started.map_err(|error| error.to_string())
}
