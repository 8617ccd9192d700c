//! `tidegate model graph`

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::fault::failure;
use super::source::Source;
use crate::exit::{Exit, Failure};
use crate::output::Output;

/// Of which model.
#[derive(Args, Debug)]
#[group(skip)]
#[command(
    after_help = "Graphviz draws it: tidegate model graph model.fga | dot -Tsvg > model.svg\n\
                  Example:\n  tidegate model graph model.fga"
)]
pub(crate) struct Arguments {
    /// A model in the language or in JSON, an fga.mod file with the modules that it lists, or a store file;
    /// `-` for standard input.
    file: PathBuf,
    /// Read what the file names also where that is outside of the file's folder.
    #[arg(long)]
    danger_read_outside: bool,
}

/// Prints the drawing.
pub(crate) fn run(output: Output, arguments: &Arguments) -> Result<Exit, Failure> {
    let Arguments {
        file,
        danger_read_outside,
    } = arguments;
    let source = Source::read(file, *danger_read_outside).map_err(|faults| failure(&faults))?;
    let model = source.model().map_err(|faults| failure(&faults))?;
    let text = model.graph();
    output.text(&json!({ "dot": text }), &text)?;
    Ok(Exit::Ok)
}
