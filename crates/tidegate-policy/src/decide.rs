//! The one decision.

use crate::check::CheckError;
use crate::snapshot::Snapshot;
use crate::tuple::{Object, Tuple};

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub enum Caller<'a> {
    /// A caller without a secret.
    Anonymous,
    /// The holder of a secret.
    Principal {
        /// Who the secret authenticates as.
        object: &'a Object,
        /// The secret's kind.
        kind: &'a str,
    },
}

/// A decision request (AuthZEN's subject, action, resource).
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Who asks.
    pub caller: Caller<'a>,
    /// The relation asked for, for example `can_read`.
    pub action: &'a str,
    /// On what.
    pub resource: &'a Object,
    /// Contextual tuples.
    pub context: &'a [Tuple],
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Yes.
    Allow,
    /// No, and why: for log and audit, not for the caller.
    Deny(Denial),
}

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denial {
    /// The model does not grant it.
    #[error("not granted")]
    NotGranted,
    /// The profile has no such kind of secret.
    #[error("no kind of secret `{0}`")]
    UnknownKind(String),
    /// The kind cannot be held by this type of principal.
    #[error("a `{type_name}` cannot hold a secret of kind `{kind}`")]
    KindOfOthers {
        /// The kind.
        kind: String,
        /// The principal's type.
        type_name: String,
    },
    /// The kind may not exercise the action.
    #[error("a secret of kind `{kind}` may not `{action}`")]
    KindMayNot {
        /// The kind.
        kind: String,
        /// The action.
        action: String,
    },
    /// The resource is not known.
    #[error("unknown resource")]
    UnknownResource,
    /// The principal is not known.
    #[error("unknown principal")]
    UnknownPrincipal,
    /// The model has no type `anonymous`.
    #[error("the model knows no anonymous callers")]
    NoAnonymous,
    /// The check has no answer.
    #[error(transparent)]
    Check(#[from] CheckError),
}

/// Decides: the kind may exercise the action, and the model grants it. Pure and total.
pub fn decide(_request: &Request<'_>, _snapshot: &Snapshot) -> Decision {
    todo!()
}
