//! `tidegate model validate`

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use tidegate_control::domain::system::{LoadError, System, SystemError};

use super::fault::{Fault, MORE, MOST_TOLD};
use super::source::Source;
use crate::exit::{Exit, Failure};
use crate::output::{Output, Text, Tone};

/// Which models.
#[derive(Args, Debug)]
#[group(skip)]
#[command(
    after_help = "Of a store file the model alone is looked at: `tidegate model test` says what is wrong with its tuples \
                  and tests.\n\
                  Beside a system.toml, model.fga is looked at as the system that they are together, the \
                  platform's types included.\n\
                  Example:\n  tidegate model validate model.fga\n  tidegate model validate fga.mod store.fga.yaml --json"
)]
pub(crate) struct Arguments {
    /// Models in the language or in JSON, fga.mod files with the modules that they list, store files; `-`
    /// for standard input.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Read what a file names also where that is outside of the file's folder.
    #[arg(long)]
    danger_read_outside: bool,
}

/// What was found.
#[derive(Debug, Serialize)]
struct Report {
    /// How many models were looked at.
    files: usize,
    errors: usize,
    warnings: usize,
    /// Whether nothing was left out for being too much: of each file only so many things are told.
    complete: bool,
    items: Vec<Fault>,
}

/// Looks, and reports.
pub(crate) fn run(output: Output, arguments: &Arguments) -> Result<Exit, Failure> {
    let Arguments {
        files,
        danger_read_outside,
    } = arguments;
    let (mut items, mut complete) = (Vec::new(), true);
    for file in files {
        let found = match Source::read(file, *danger_read_outside) {
            Ok(source) => look(output, &source),
            Err(faults) => faults,
        };
        complete &= found.len() < MOST_TOLD;
        items.extend(found);
    }
    let warnings = items.iter().filter(|fault| fault.warning).count();
    let report = Report {
        files: files.len(),
        errors: items.len() - warnings,
        warnings,
        complete,
        items,
    };
    output.answer(&report, describe)?;
    Ok(if report.errors == 0 {
        Exit::Ok
    } else {
        Exit::Failed
    })
}

fn look(output: Output, source: &Source) -> Vec<Fault> {
    let faults = source.lint();
    let Some(folder) = source.system() else {
        return faults;
    };
    output.remark(&format!(
        "{}: looked at as a system, with the platform's types",
        folder.display()
    ));
    match load(&folder) {
        Ok(_) => faults.into_iter().filter(|fault| fault.warning).collect(),
        Err(LoadError::Invalid { errors, .. }) => together(&folder, faults, &errors),
        Err(error) => vec![Fault::unreadable(&folder, error)],
    }
}

/// Loads the system that a folder is, also where its name is that of one that is built in.
pub(super) fn load(folder: &Path) -> Result<System, LoadError> {
    let path = folder.canonicalize();
    let path = path.map_err(|error| LoadError::Read {
        path: folder.to_owned(),
        error,
    })?;
    System::load(&path.to_string_lossy())
}

/// What is wrong with a system: its model's errors as the model alone has them, where the system has them too.
fn together(folder: &Path, faults: Vec<Fault>, errors: &[SystemError]) -> Vec<Fault> {
    let is_same = |fault: &Fault, error: &SystemError| {
        let line = fault.line.and_then(|line| usize::try_from(line).ok());
        *error.place.file == *"model.fga"
            && line == Some(error.place.line)
            && fault.message == error.message
    };
    let mut found = faults;
    found.retain(|fault| fault.warning || errors.iter().any(|error| is_same(fault, error)));
    let mut further: Vec<Fault> = errors
        .iter()
        .filter(|error| !found.iter().any(|fault| is_same(fault, error)))
        .map(|error| Fault::system(folder, error))
        .collect();
    found.append(&mut further);
    found
}

fn describe(text: &mut Text, report: &Report) {
    let Report {
        files,
        errors,
        warnings,
        complete,
        items,
    } = report;
    for fault in items {
        text.line(&fault.to_string());
    }
    if !complete {
        text.line(MORE);
    }
    let tone = if *errors == 0 { Tone::Yes } else { Tone::No };
    text.toned_line(
        tone,
        &format!("files: {files}, errors: {errors}, warnings: {warnings}"),
    );
}
