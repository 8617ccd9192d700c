//! On which objects of a type does a subject have a relation?

use super::reach::reach;
use super::walk::{First, MAX_WALK};
use super::{ListError, MAX_STEPS, Page, SubjectKind, known, page};
use crate::check::check_within;
use crate::condition::Context;
use crate::snapshot::{Snapshot, SubjectId, View};
use crate::tuple::{Object, Subject, Tuple};

/// On which objects of `object_type` does `subject` have `relation`?
#[derive(Clone, Copy, Debug)]
pub struct ListObjectsRequest<'a> {
    /// The subject: an object, a userset or a wildcard.
    pub subject: &'a Subject,
    /// The relation asked for.
    pub relation: &'a str,
    /// The type of the objects.
    pub object_type: &'a str,
    /// Tuples that hold for this question alone, at most
    /// [`MAX_CONTEXTUAL_TUPLES`](crate::check::MAX_CONTEXTUAL_TUPLES).
    pub contextual_tuples: &'a [Tuple],
    /// Values of conditions' parameters.
    pub context: &'a Context,
    /// Only objects after this one: [`Page::next`] of the page before. It need not exist any more.
    pub after: Option<&'a Object>,
    /// Most objects to answer; at least 1.
    pub limit: usize,
}

pub(super) fn list(
    snapshot: &Snapshot,
    request: &ListObjectsRequest<'_>,
) -> Result<Page<Object>, ListError> {
    list_within(snapshot, request, MAX_WALK, MAX_STEPS)
}

/// Lists, with so much for the walk to the objects, and so many steps for all checks but the first.
pub(super) fn list_within(
    snapshot: &Snapshot,
    request: &ListObjectsRequest<'_>,
    max_walk: u32,
    max_steps: u32,
) -> Result<Page<Object>, ListError> {
    let model = snapshot.model();
    let kind = match request.subject {
        Subject::Userset { object, relation } => SubjectKind::Userset {
            type_name: object.type_name(),
            relation,
        },
        other => SubjectKind::Type(other.type_name()),
    };
    known(
        model,
        request.object_type,
        request.relation,
        kind,
        request.contextual_tuples,
    )?;

    let mut overlay = snapshot.overlay(request.contextual_tuples);
    let subject = overlay.subject(snapshot.store(), model, request.subject);
    let view = View {
        overlay: (!overlay.is_empty()).then_some(&overlay),
        ..snapshot.view()
    };
    let wanted = model
        .type_id(request.object_type)
        .zip(model.relation_id(request.relation));
    let (Some(subject), Some(wanted)) = (subject, wanted) else {
        return Ok(Page::empty());
    };
    let mut candidates = First::after(request.after);
    let walked = reach(model, view, subject, wanted, max_walk, &mut |id| {
        let wanted = |name: &str| candidates.wants(|other| name.cmp(other.as_str()));
        if let Some(name) = view.object_if(id, wanted) {
            candidates.add(name);
        }
    });
    let holds = |object: &Object, most: u32| {
        let goal = (view.id(object.as_str())?, wanted.1);
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
    Ok(page.after_a_walk(walked.is_ok(), max_walk))
}

/// Objects of a type that an object, as a subject, may have a relation on, sorted.
pub(super) fn reachable(
    snapshot: &Snapshot,
    subject: &Object,
    relation: &str,
    type_name: &str,
) -> Option<Vec<Object>> {
    let (model, view) = (snapshot.model(), snapshot.view());
    let wanted = model.type_id(type_name).zip(model.relation_id(relation));
    let Some(wanted) = wanted else {
        return Some(Vec::new());
    };
    let subject = match view.id(subject.as_str()) {
        Some(id) => Some(SubjectId::Object(id)),
        // No tuple names it: it may have what everybody of its type has.
        None => model.type_id(subject.type_name()).map(SubjectId::Wildcard),
    };
    let Some(subject) = subject else {
        return Some(Vec::new());
    };
    let mut named = Vec::new();
    let walked = reach(model, view, subject, wanted, MAX_WALK, &mut |id| {
        if let Some(name) = view.object(id) {
            named.push(name);
        }
    });
    // What more there is would be left out.
    walked.ok()?;
    crate::sort::sort(&mut named);
    Some(named)
}
