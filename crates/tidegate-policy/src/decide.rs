//! The one decision.

use crate::check::{CheckError, CheckRequest};
use crate::condition::Context;
use crate::snapshot::Snapshot;
use crate::tuple::{Object, Subject, Tuple};

/// The type of the subject that stands for callers without a secret.
pub const ANONYMOUS: &str = "anonymous";

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
    pub contextual_tuples: &'a [Tuple],
    /// Values of conditions' parameters.
    pub context: &'a Context,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Yes.
    Allow,
    /// No, and why: for log and audit, not for the caller.
    Deny(Denial),
}

impl Decision {
    /// Whether it is yes.
    pub fn is_allowed(&self) -> bool {
        matches!(self, Self::Allow)
    }
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

impl Denial {
    /// A stable word for logs, metrics and test vectors.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::NotGranted => "not-granted",
            Self::UnknownKind(_) => "unknown-kind",
            Self::KindOfOthers { .. } => "kind-of-others",
            Self::KindMayNot { .. } => "kind-may-not",
            Self::UnknownResource => "unknown-resource",
            Self::UnknownPrincipal => "unknown-principal",
            Self::NoAnonymous => "no-anonymous",
            Self::Check(error) => error.kind(),
        }
    }
}

/// Decides: the kind may exercise the action, and the model grants it. Pure and total; every doubt
/// is a denial.
///
/// A caller without a secret, and a kind that the profile marks so, is the subject
/// `anonymous:anonymous`.
pub fn decide(request: &Request<'_>, snapshot: &Snapshot) -> Decision {
    match permitted(request, snapshot) {
        Ok(true) => Decision::Allow,
        Ok(false) => Decision::Deny(Denial::NotGranted),
        Err(denial) => Decision::Deny(denial),
    }
}

fn permitted(request: &Request<'_>, snapshot: &Snapshot) -> Result<bool, Denial> {
    let subject = match request.caller {
        Caller::Anonymous => None,
        Caller::Principal { object, kind } => {
            let anonymous = capped(object, kind, request.action, snapshot)?;
            if snapshot.standing(object).is_none() {
                return Err(Denial::UnknownPrincipal);
            }
            (!anonymous).then_some(object)
        }
    };
    if snapshot.standing(request.resource).is_none() {
        return Err(Denial::UnknownResource);
    }
    let subject = match subject {
        Some(object) => object.clone(),
        None if snapshot.model().has_type(ANONYMOUS) => {
            Object::new(ANONYMOUS, ANONYMOUS).map_err(|_| Denial::NoAnonymous)?
        }
        None => return Err(Denial::NoAnonymous),
    };
    Ok(snapshot.check(&CheckRequest {
        subject: &Subject::Object(subject),
        relation: request.action,
        object: request.resource,
        contextual_tuples: request.contextual_tuples,
        context: request.context,
    })?)
}

/// Whether the kind is checked as `anonymous`; refused when it may not exercise the action.
fn capped(object: &Object, kind: &str, action: &str, snapshot: &Snapshot) -> Result<bool, Denial> {
    let profile = snapshot.profile();
    let cap = profile
        .kinds
        .get(kind)
        .ok_or_else(|| Denial::UnknownKind(kind.to_owned()))?;
    if !cap.principals.contains(object.type_name()) {
        let type_name = object.type_name().to_owned();
        return Err(Denial::KindOfOthers {
            kind: kind.to_owned(),
            type_name,
        });
    }
    if cap
        .actions
        .as_ref()
        .is_some_and(|actions| !actions.contains(action))
    {
        return Err(Denial::KindMayNot {
            kind: kind.to_owned(),
            action: action.to_owned(),
        });
    }
    Ok(cap.anonymous)
}
