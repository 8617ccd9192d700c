//! How a run of the program ends: exit codes, and errors with the next step.

use std::process::ExitCode;

use serde_json::{Map, Value, json};
use tidegate_client::ApiError;

/// What the program tells whoever started it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Ok = 0,
    /// Not done.
    Failed = 1,
    /// Asked for in a way that cannot be understood. clap ends with the same number.
    Usage = 2,
    /// The answer is no: a check that denies, or a caller who may not.
    Denied = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a verb did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The arguments make no sense together.
    #[error("{0}")]
    Usage(String),
    /// The API did not do it.
    #[error("{0}")]
    Api(#[from] ApiError),
    /// A file cannot be read.
    #[error("{path}: {error}")]
    File {
        /// Which.
        path: String,
        /// Why.
        error: std::io::Error,
    },
    /// Nothing can be printed.
    #[error("standard output: {0}")]
    Output(#[from] std::io::Error),
}

impl Failure {
    /// The exit code that goes with it.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) => Exit::Usage,
            // Whoever reads the output has seen enough, as with `| head`.
            Self::Output(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Exit::Ok,
            Self::Api(error) if matches!(error.status(), Some(401 | 403)) => Exit::Denied,
            Self::Api(_) | Self::File { .. } | Self::Output(_) => Exit::Failed,
        }
    }

    /// What to do about it, where that is known.
    pub(crate) fn next_step(&self) -> Option<&'static str> {
        let Self::Api(error) = self else { return None };
        match error {
            ApiError::Connect { .. } => Some(
                "is `tidegate serve` running there? --url or TIDEGATE_URL names another address",
            ),
            ApiError::BadUrl { .. } => {
                Some("set --url or TIDEGATE_URL, as in http://127.0.0.1:8081")
            }
            ApiError::BadSecret => Some("look at TIDEGATE_SECRET or the file of --secret-file"),
            ApiError::Problem(problem) if problem.status == 401 => Some(
                "put a secret that holds into TIDEGATE_SECRET, or into a file named by --secret-file",
            ),
            ApiError::Problem(problem) if problem.status == 403 => {
                Some("ask someone who may, or use the secret of someone who may")
            }
            ApiError::Unexpected { .. } => Some(
                "is that the address of the control API, and not of the gateway or something else?",
            ),
            _ => None,
        }
    }

    /// For `--json`: `error`, `exit`, and what the API said in `problem`.
    pub(crate) fn to_json(&self) -> Value {
        let mut object = Map::new();
        object.insert("error".to_owned(), json!(self.to_string()));
        object.insert("exit".to_owned(), json!(self.exit() as u8));
        if let Some(step) = self.next_step() {
            object.insert("next_step".to_owned(), json!(step));
        }
        if let Self::Api(ApiError::Problem(problem)) = self {
            object.insert("problem".to_owned(), json!(problem));
        }
        Value::Object(object)
    }
}
