//! Who has a relation on an object?

use std::collections::BTreeSet;

use super::named::{MAX_STEPS, named};
use super::{ListError, Page, allowed_context, known_relation, known_type, page};
use crate::check::{CheckError, CheckRequest};
use crate::condition::Context;
use crate::snapshot::Snapshot;
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
    /// Tuples that hold for this question alone.
    pub contextual_tuples: &'a [Tuple],
    /// Values of conditions' parameters.
    pub context: &'a Context,
    /// Only subjects after this one: [`Page::next`] of the page before. It need not exist any more.
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

pub(super) fn list(
    snapshot: &Snapshot,
    request: &ListUsersRequest<'_>,
) -> Result<Page<Subject>, ListError> {
    list_within(snapshot, request, MAX_STEPS)
}

/// Lists, with so many steps for finding out who is named.
pub(super) fn list_within(
    snapshot: &Snapshot,
    request: &ListUsersRequest<'_>,
    max_steps: u32,
) -> Result<Page<Subject>, ListError> {
    let model = snapshot.model();
    known_relation(model, request.object.type_name(), request.relation)?;
    match request.kind {
        SubjectKind::Type(type_name) => known_type(model, type_name)?,
        SubjectKind::Userset {
            type_name,
            relation,
        } => known_relation(model, type_name, relation)?,
    }
    allowed_context(model, request.contextual_tuples)?;

    let named = named(snapshot, request, max_steps);
    let mut candidates: BTreeSet<Subject> = named.subjects;
    if let SubjectKind::Type(type_name) = request.kind {
        let type_name = type_name.into();
        candidates.insert(Subject::Wildcard { type_name });
    }
    let holds = |subject: &Subject| {
        snapshot.check(&CheckRequest {
            subject,
            relation: request.relation,
            object: request.object,
            contextual_tuples: request.contextual_tuples,
            context: request.context,
        })
    };
    let mut found = page(
        &Vec::from_iter(candidates),
        request.after,
        request.limit,
        holds,
    );
    found.complete &= named.complete && named.error.is_none();
    found.error = found.error.or_else(|| {
        let error = named.error?;
        Some(CheckError::Condition(Box::new(error)))
    });
    Ok(found)
}
