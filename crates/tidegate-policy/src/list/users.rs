//! Who has a relation on an object?

use super::named::named;
use super::walk::MAX_WALK;
use super::{ListError, MAX_STEPS, Page, known, page};
use crate::check::{CheckError, check_within, known_subject};
use crate::condition::Context;
use crate::snapshot::{Snapshot, View};
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
    list_within(snapshot, request, MAX_WALK, MAX_STEPS)
}

/// Lists, with so much for finding out who is named, and so many steps for all checks but the first.
pub(super) fn list_within(
    snapshot: &Snapshot,
    request: &ListUsersRequest<'_>,
    max_walk: u32,
    max_steps: u32,
) -> Result<Page<Subject>, ListError> {
    let model = snapshot.model();
    known(
        model,
        request.object.type_name(),
        request.relation,
        request.kind,
        request.contextual_tuples,
    )?;

    let mut overlay = snapshot.overlay(request.contextual_tuples);
    let object = overlay.intern(snapshot.store(), model, request.object);
    let view = View {
        overlay: (!overlay.is_empty()).then_some(&overlay),
        ..snapshot.view()
    };
    let Some(relation) = model.relation_id(request.relation) else {
        return Ok(Page::empty());
    };
    let named = named(snapshot, view, request, object, max_walk);
    let mut candidates = named.subjects;
    if let SubjectKind::Type(type_name) = request.kind {
        let type_name = type_name.into();
        candidates.add(Subject::Wildcard { type_name });
    }
    let holds = |subject: &Subject, most: u32| {
        let subject = known_subject(model, view, subject)?;
        let goal = (object, relation);
        Some(check_within(
            model,
            view,
            subject,
            goal,
            request.context,
            most,
        ))
    };
    let page = page(&candidates.into_names(), request.limit, max_steps, &holds);
    let mut page = page.after_a_walk(named.complete, max_walk);
    if let Some(error) = named.error {
        page.complete = false;
        let error = CheckError::Condition(Box::new(error));
        page.error.get_or_insert(error);
    }
    Ok(page)
}
