//! OpenFGA's check, v1 semantics.

use crate::tuple::{Object, Subject, Tuple, TupleError};

/// A question with OpenFGA's semantics.
#[derive(Clone, Copy, Debug)]
pub struct CheckRequest<'a> {
    /// The subject: an object, a userset or a wildcard.
    pub subject: &'a Subject,
    /// The relation asked for.
    pub relation: &'a str,
    /// The object.
    pub object: &'a Object,
    /// Tuples that hold for this question alone.
    pub context: &'a [Tuple],
}

/// Why a check has no answer. Every one of them denies.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckError {
    /// The model has no such type.
    #[error("type `{0}` is not in the model")]
    UnknownType(String),
    /// The type has no such relation.
    #[error("relation `{relation}` is not defined on type `{type_name}`")]
    UnknownRelation {
        /// The type.
        type_name: String,
        /// The relation.
        relation: String,
    },
    /// A contextual tuple that the model does not allow.
    #[error("contextual tuple {tuple}: {error}")]
    Context {
        /// The tuple.
        tuple: Box<Tuple>,
        /// The reason.
        error: TupleError,
    },
    /// More than 25 hops (OpenFGA's `resolve_node_limit`).
    #[error("more than {0} hops")]
    TooDeep(u32),
    /// The budget is used up.
    #[error("the budget of {0} steps is used up")]
    TooMuch(u32),
}
