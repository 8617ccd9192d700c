//! Why an operation was not done.

use std::borrow::Cow;

use crate::store::StoreError;

/// Which part of a request, for example `object`, or `operations[2].object` in a batch.
pub type Field = Cow<'static, str>;

/// Why an operation was not done. Nothing was changed, but for [`Fault::Unavailable`], after which the
/// caller looks whether it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The request is wrong.
    #[error("{field}: {detail}")]
    BadRequest {
        /// Which part of it.
        field: Field,
        /// How.
        detail: String,
    },
    /// The caller was deleted, or the secret revoked, while the request was on its way.
    #[error("the secret does not hold any more")]
    Unauthenticated,
    /// The caller may not.
    #[error("not allowed by {rule}")]
    Forbidden {
        /// The guard and the clause that does not hold.
        rule: String,
    },
    /// It does not exist, or the caller may not see it.
    #[error("{detail}")]
    NotFound {
        /// Which part of the request names it.
        field: Field,
        /// What is not found.
        detail: String,
    },
    /// It cannot be done to what exists.
    #[error("{detail}")]
    Conflict {
        /// Which part of the request is in the way.
        field: Field,
        /// The rule that it would break, where the system has one.
        rule: Option<String>,
        /// What is in the way.
        detail: String,
    },
    /// The object changed after the revision that the request demands.
    #[error("{detail}")]
    Changed {
        /// What changed when.
        detail: String,
    },
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// The store does not answer; the log says why.
    #[error("the store does not answer")]
    Unavailable,
    /// A fault of the program; the log says which.
    #[error("internal error")]
    Internal,
}

impl Fault {
    /// A stable word for log and metrics.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::BadRequest { .. } => "bad-request",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden { .. } => "forbidden",
            Self::NotFound { .. } => "not-found",
            Self::Conflict { .. } => "conflict",
            Self::Changed { .. } => "changed",
            Self::KeyReused => "key-reused",
            Self::Unavailable => "unavailable",
            Self::Internal => "internal",
        }
    }

    /// A wrong part of a request.
    pub(crate) fn bad(field: impl Into<Field>, detail: impl Into<String>) -> Self {
        Self::BadRequest {
            field: field.into(),
            detail: detail.into(),
        }
    }

    /// What does not exist, or cannot be seen.
    pub(super) fn missing(field: impl Into<Field>, what: impl std::fmt::Display) -> Self {
        Self::NotFound {
            field: field.into(),
            detail: format!("no {what}"),
        }
    }

    /// What stands in the way.
    pub(super) fn conflict(field: impl Into<Field>, detail: impl Into<String>) -> Self {
        Self::Conflict {
            field: field.into(),
            rule: None,
            detail: detail.into(),
        }
    }

    /// The same, of one operation of a batch.
    pub(super) fn of_operation(self, number: usize) -> Self {
        let within = |field: &Field| Field::from(format!("operations[{number}].{field}"));
        match self {
            Self::BadRequest { field, detail } => Self::BadRequest {
                field: within(&field),
                detail,
            },
            Self::NotFound { field, detail } => Self::NotFound {
                field: within(&field),
                detail,
            },
            Self::Conflict {
                field,
                rule,
                detail,
            } => Self::Conflict {
                field: within(&field),
                rule,
                detail,
            },
            Self::Forbidden { rule } => Self::Forbidden {
                rule: format!("operations[{number}]: {rule}"),
            },
            Self::Unauthenticated
            | Self::Changed { .. }
            | Self::KeyReused
            | Self::Unavailable
            | Self::Internal => self,
        }
    }

    /// A fault of the program.
    pub(super) fn internal(what: &str, error: &dyn std::fmt::Display) -> Self {
        tracing::error!(%error, "{what}");
        Self::Internal
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the store does not answer");
        Self::Unavailable
    }
}
