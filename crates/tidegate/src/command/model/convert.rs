//! `tidegate model convert`

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::json;

use super::fault::{Fault, failure};
use super::source::Source;
use crate::exit::{Exit, Failure};
use crate::output::Output;

/// Which model, and to what.
#[derive(Args, Debug)]
#[group(skip)]
#[command(
    after_help = "Example:\n  tidegate model convert model.fga\n  tidegate model convert fga.mod --to dsl"
)]
pub(crate) struct Arguments {
    /// A model in the language or in JSON, an fga.mod file with the modules that it lists, or a store file;
    /// `-` for standard input.
    file: PathBuf,
    /// To which form; without it to JSON, and a model in JSON to the language.
    #[arg(long, value_enum, value_name = "FORM")]
    to: Option<Form>,
    /// Read what the file names also where that is outside of the file's folder.
    #[arg(long)]
    danger_read_outside: bool,
}

/// A form of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// The modelling language.
    Dsl,
    /// JSON, as OpenFGA's API takes it.
    Json,
}

/// Prints the model in that form.
pub(crate) fn run(output: Output, arguments: &Arguments) -> Result<Exit, Failure> {
    let Arguments {
        file,
        to,
        danger_read_outside,
    } = arguments;
    let source = Source::read(file, *danger_read_outside).map_err(|faults| failure(&faults))?;
    let model = source.model().map_err(|faults| failure(&faults))?;
    let form = to.unwrap_or(if source.is_json() {
        Form::Dsl
    } else {
        Form::Json
    });
    match form {
        Form::Dsl => {
            let text = model
                .to_dsl()
                .map_err(|reason| failure(&[Fault::new(file, reason.to_string(), "dsl")]))?;
            output.text(&json!({ "dsl": text }), &text)?;
        }
        Form::Json => {
            let value = model.to_json();
            let text = serde_json::to_string_pretty(&value).map_err(std::io::Error::from)?;
            output.text(&value, &format!("{text}\n"))?;
        }
    }
    Ok(Exit::Ok)
}
