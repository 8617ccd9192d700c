//! Who has a relation on an object?

use crate::condition::Context;
use crate::tuple::{Object, Subject, Tuple};

/// Which subjects of a kind have `relation` on `object`?
#[derive(Clone, Copy, Debug)]
pub struct ListUsersRequest<'a> {
    /// The object.
    pub object: &'a Object,
    /// The relation asked for.
    pub relation: &'a str,
    /// The subjects that are wanted.
    pub kind: SubjectKind<'a>,
    /// Tuples that hold for this question alone, at most
    /// [`MAX_CONTEXTUAL_TUPLES`](crate::check::MAX_CONTEXTUAL_TUPLES).
    pub contextual_tuples: &'a [Tuple],
    /// Values of conditions' parameters.
    pub context: &'a Context,
    /// Only subjects after this one: [`Page::next`](super::Page::next) of the page before. It need not exist any more.
    pub after: Option<&'a Subject>,
    /// Most subjects to answer; at least 1.
    pub limit: usize,
}

/// A kind of subject, as a type restriction of a model writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubjectKind<'a> {
    /// `user`: objects of the type, and its wildcard.
    Type(&'a str),
    /// `team#member`: usersets.
    Userset {
        /// The type, `team`.
        type_name: &'a str,
        /// The relation, `member`.
        relation: &'a str,
    },
}

impl<'a> SubjectKind<'a> {
    /// The kind that a subject is of.
    pub(super) fn of(subject: &'a Subject) -> Self {
        match subject {
            Subject::Userset { object, relation } => Self::Userset {
                type_name: object.type_name(),
                relation,
            },
            other => Self::Type(other.type_name()),
        }
    }
}
