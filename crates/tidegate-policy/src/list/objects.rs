//! On which objects of a type does a subject have a relation?

use super::reach::reach;
use super::{ListError, Page, allowed_context, known_relation, known_type, page};
use crate::check::CheckRequest;
use crate::condition::Context;
use crate::snapshot::{ObjectId, Snapshot, SubjectId, View};
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
    /// Tuples that hold for this question alone.
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
    let model = snapshot.model();
    known_relation(model, request.object_type, request.relation)?;
    match request.subject {
        Subject::Userset { object, relation } => {
            known_relation(model, object.type_name(), relation)?;
        }
        other => known_type(model, other.type_name())?,
    }
    allowed_context(model, request.contextual_tuples)?;

    let candidates = candidates(snapshot, request);
    let holds = |object: &Object| {
        snapshot.check(&CheckRequest {
            subject: request.subject,
            relation: request.relation,
            object,
            contextual_tuples: request.contextual_tuples,
            context: request.context,
        })
    };
    Ok(page(&candidates, request.after, request.limit, holds))
}

/// Objects of the type that the subject may have the relation on.
fn candidates(snapshot: &Snapshot, request: &ListObjectsRequest<'_>) -> Vec<Object> {
    let model = snapshot.model();
    let mut overlay = snapshot.overlay(request.contextual_tuples);
    let subject = overlay.subject(snapshot.store(), model, request.subject);
    let view = View {
        overlay: Some(&overlay),
        ..snapshot.view()
    };
    let wanted = model
        .type_id(request.object_type)
        .zip(model.relation_id(request.relation));
    let (Some(subject), Some(wanted)) = (subject, wanted) else {
        return Vec::new();
    };
    let found = reach(model, view, subject, wanted);
    sorted(view, found)
}

/// Objects of a type that an object, as a subject, may have a relation on, sorted.
pub(super) fn reachable(
    snapshot: &Snapshot,
    subject: &Object,
    relation: &str,
    type_name: &str,
) -> Vec<Object> {
    let (model, view) = (snapshot.model(), snapshot.view());
    let wanted = model.type_id(type_name).zip(model.relation_id(relation));
    let Some(wanted) = wanted else {
        return Vec::new();
    };
    let subject = match view.id(subject.as_str()) {
        Some(id) => Some(SubjectId::Object(id)),
        // No tuple names it: it may have what everybody of its type has.
        None => model.type_id(subject.type_name()).map(SubjectId::Wildcard),
    };
    let Some(subject) = subject else {
        return Vec::new();
    };
    sorted(view, reach(model, view, subject, wanted))
}

/// The names of objects, in order.
fn sorted(view: View<'_>, found: Vec<ObjectId>) -> Vec<Object> {
    let found = found.into_iter();
    let mut named: Vec<Object> = found.filter_map(|id| view.object(id)).collect();
    crate::sort::sort(&mut named);
    named.dedup();
    named
}
