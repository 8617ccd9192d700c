//! What is wrong with a file, and where: `file:line:column: message [kind]`.

use std::fmt;
use std::path::Path;

use serde::Serialize;
use serde_json::json;
use tidegate_control::domain::system::store_file::{self, StoreFileError};
use tidegate_control::domain::system::{Place, SystemError};
use tidegate_policy::ModelError;
use tidegate_policy::model::MAX_ERRORS;

use super::beside::Beside;
use crate::exit::Failure;

/// Most that is told of one file; errors before warnings.
pub(super) const MOST_TOLD: usize = MAX_ERRORS;
const _: () = assert!(MOST_TOLD == 200 && store_file::MAX_ERRORS == MOST_TOLD);
/// Said where that many are.
pub(super) const MORE: &str = "there may be more: of each file 200 are told, errors first";

/// One thing that is wrong, or only odd.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Fault {
    pub(super) file: String,
    /// From 1; none where the message names the place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) line: Option<u32>,
    /// From 1, in characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) column: Option<u32>,
    pub(super) message: String,
    /// A stable word: of a model OpenFGA's where it has one; `file`, `store-file` or `system` of the rest.
    pub(super) kind: &'static str,
    /// The model is in order all the same.
    pub(super) warning: bool,
}

impl Fault {
    /// A file that cannot be read.
    pub(super) fn unreadable(file: &Path, reason: impl fmt::Display) -> Self {
        Self::new(file, reason.to_string(), "file")
    }

    /// Of a store file, or of a file of tuples that it names.
    pub(super) fn store(file: &Path, error: &StoreFileError) -> Self {
        let StoreFileError {
            file: tuples,
            place,
            key,
            message,
        } = error;
        let message = match key.as_str() {
            "" => message.clone(),
            key => format!("{key}: {message}"),
        };
        let file = match tuples {
            Some(name) => Beside::new(file, false).path(name),
            None => file.to_owned(),
        };
        let (line, column) = place.unzip();
        Self {
            line: line.and_then(|line| line.try_into().ok()),
            column: column.and_then(|column| column.try_into().ok()),
            ..Self::new(&file, message, "store-file")
        }
    }

    /// Of a model that is alone in its file, or of the module that the error names.
    pub(super) fn model(file: &Path, error: ModelError) -> Self {
        let ModelError {
            kind,
            file: _,
            line,
            column,
            message,
        } = error;
        Self {
            line: Some(line).filter(|line| *line > 0),
            column: Some(column).filter(|column| *column > 0),
            warning: kind.is_warning(),
            ..Self::new(file, message, kind.as_str())
        }
    }

    /// Of a system's folder.
    pub(super) fn system(folder: &Path, error: &SystemError) -> Self {
        let Place { file, line, key } = &error.place;
        // Of the model it says where in the line, of the rules under which key.
        let column = key
            .strip_prefix("column ")
            .and_then(|number| number.parse().ok());
        let message = if key.is_empty() || column.is_some() {
            error.message.clone()
        } else {
            format!("{key}: {}", error.message)
        };
        let folder = folder.strip_prefix(".").unwrap_or(folder);
        Self {
            line: u32::try_from(*line).ok(),
            column,
            ..Self::new(&folder.join(&**file), message, "system")
        }
    }

    pub(super) fn new(file: &Path, message: String, kind: &'static str) -> Self {
        Self {
            file: name_of(file),
            line: None,
            column: None,
            message,
            kind,
            warning: false,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            line,
            column,
            message,
            kind,
            warning,
        } = self;
        f.write_str(file)?;
        for number in [line, column].into_iter().flatten() {
            write!(f, ":{number}")?;
        }
        let warning = if *warning { "warning: " } else { "" };
        write!(f, ": {warning}{message} [{kind}]")
    }
}

/// What a file is called, for people.
pub(super) fn name_of(file: &Path) -> String {
    match file == Path::new("-") {
        true => "standard input".to_owned(),
        false => file.display().to_string(),
    }
}

/// For a verb that needs files without errors.
pub(super) fn failure(faults: &[Fault]) -> Failure {
    let errors: Vec<&Fault> = faults.iter().filter(|fault| !fault.warning).collect();
    let mut lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
    if faults.len() >= MOST_TOLD {
        lines.push(MORE.to_owned());
    }
    Failure::Invalid {
        lines,
        items: json!(errors),
    }
}
