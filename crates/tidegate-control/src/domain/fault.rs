//! Why an operation was not done.

use crate::store::StoreError;

/// Why an operation was not done. Nothing was changed, but for [`Fault::Unavailable`], after which the
/// caller looks whether it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The request is wrong.
    #[error("{field}: {detail}")]
    BadRequest {
        /// Which part of it.
        field: &'static str,
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
        field: &'static str,
        /// What is not found.
        detail: String,
    },
    /// It cannot be done to what exists.
    #[error("{detail}")]
    Conflict {
        /// Which part of the request is in the way.
        field: &'static str,
        /// What is in the way.
        detail: String,
    },
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
            Self::Unavailable => "unavailable",
            Self::Internal => "internal",
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
