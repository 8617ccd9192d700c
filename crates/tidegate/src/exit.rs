//! How a run of the program ends: exit codes, and errors with the next step.

use std::process::ExitCode;

use serde_json::{Map, Value, json};
use tidegate_client::ApiError;
use tidegate_client::wire::ProblemDocument;

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

/// What to do after the API has said no.
fn after(problem: &ProblemDocument) -> Option<&'static str> {
    let rule = problem.rule.as_deref().unwrap_or_default();
    Some(match problem.status {
        400 if matches!(problem.field.as_deref(), Some("cursor" | "page.token")) => {
            "a cursor is the word after `more: --cursor`, and leads on in the very list that said it: \
             leave it out to begin anew"
        }
        400 if problem.field.is_some() => "`--help` after the verb shows how that is written",
        401 => {
            "`tidegate login` keeps a secret that holds; TIDEGATE_SECRET or --secret-file name one for this run"
        }
        403 => "ask someone who may, or use the secret of someone who may",
        404 if problem.field.is_none() => {
            "the API there does not have this: is it as new as this program, and is it the control \
             plane's address?"
        }
        404 => {
            "names are compared as a whole, and what you may not see is not there for you: \
             `tidegate list TYPE` shows what is"
        }
        409 if rule.contains("needs") => {
            "the other side needs something first, as a membership: `tidegate invite`, \
             `tidegate members`"
        }
        409 if rule.contains("keep") => {
            "somebody must be left who holds it: grant it to another first"
        }
        409 => "`tidegate get OBJECT --grants` and `tidegate audit OBJECT` show what is in the way",
        412 => {
            "somebody was faster: look again with `tidegate get`, then repeat with --if-match \
             and its revision"
        }
        422 => "this --idempotency-key stands for another change: take a new one",
        _ => return None,
    })
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
    /// What was named is not there, where no route of its own says so.
    #[error("{0}")]
    Missing(String),
    /// A file holds something else than it should.
    #[error("{path}: {reason}")]
    Content {
        /// Which.
        path: String,
        /// What is wrong with it, and where.
        reason: String,
    },
    /// What files hold is wrong: each thing with its place.
    #[error("{}", .lines.join("\n  "))]
    Invalid {
        /// For people.
        lines: Vec<String>,
        /// For `--json`: a list, as the verb has it that looks for such things.
        items: Value,
    },
    /// A file cannot be read or written.
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
            Self::Usage(_) | Self::Content { .. } => Exit::Usage,
            // Whoever reads the output has seen enough, as with `| head`.
            Self::Output(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Exit::Ok,
            Self::Api(error) if matches!(error.status(), Some(401 | 403)) => Exit::Denied,
            Self::Api(_)
            | Self::Missing(_)
            | Self::Invalid { .. }
            | Self::File { .. }
            | Self::Output(_) => Exit::Failed,
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
            ApiError::BadSecret => {
                Some("look at TIDEGATE_SECRET, the file of --secret-file, or the profile")
            }
            ApiError::Problem(problem) => after(problem),
            ApiError::Unexpected { .. } => Some(
                "is that the address of the control API, and not of the gateway or something else?",
            ),
            _ => None,
        }
    }

    /// For `--json`: `error`, `exit`, what the API said in `problem`, and what is wrong with files in `items`.
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
        if let Self::Invalid { items, .. } = self {
            object.insert("items".to_owned(), items.clone());
        }
        Value::Object(object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(status: u16, rule: Option<&str>) -> Failure {
        failure_of(status, Some("subject"), rule)
    }

    fn failure_of(status: u16, field: Option<&str>, rule: Option<&str>) -> Failure {
        Failure::Api(ApiError::Problem(Box::new(ProblemDocument {
            type_uri: "urn:tidegate:problem:x".to_owned(),
            title: "No".to_owned(),
            status,
            detail: None,
            field: field.map(ToOwned::to_owned),
            rule: rule.map(ToOwned::to_owned),
        })))
    }

    #[test]
    fn refusals_are_told_from_failures_and_lead_on() {
        for (status, rule, exit, step) in [
            (400, None, Exit::Failed, "--help"),
            (401, None, Exit::Denied, "tidegate login"),
            (403, Some("can_grant"), Exit::Denied, "ask someone"),
            (404, None, Exit::Failed, "tidegate list"),
            (409, Some("needs member"), Exit::Failed, "tidegate invite"),
            (409, Some("keep admin"), Exit::Failed, "grant it to another"),
            (409, None, Exit::Failed, "--grants"),
            (412, None, Exit::Failed, "--if-match"),
            (422, None, Exit::Failed, "--idempotency-key"),
        ] {
            let failure = failure(status, rule);
            assert_eq!(failure.exit(), exit, "{status}");
            let next = failure.next_step().unwrap_or_default();
            assert!(next.contains(step), "{status} {rule:?}: {next}");
        }
        for field in ["cursor", "page.token"] {
            let failure = failure_of(400, Some(field), None);
            let next = failure.next_step().unwrap_or_default();
            assert!(next.contains("more: --cursor"), "{field}: {next}");
        }
        assert_eq!(failure(500, None).next_step(), None);
        let no_route = failure_of(404, None, None).next_step().unwrap_or_default();
        assert!(no_route.contains("as new as this program"), "{no_route}");
    }
}
