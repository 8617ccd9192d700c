//! On which objects of a type does a subject have a relation?

use std::cmp::Ordering;

use super::Walked;
use super::reach::reach;
use super::walk::{First, MAX_WALK};
use crate::condition::Context;
use crate::model::{Model, RelationId, TypeId};
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
    /// Only objects after this one: [`Page::next`](super::Page::next) of the page before. It need not exist any more.
    pub after: Option<&'a Object>,
    /// Most objects to answer; at least 1.
    pub limit: usize,
}

/// The candidates for a page: the first objects that a subject may have the relation of the type on.
pub(super) fn reached(
    model: &Model,
    view: View<'_>,
    subject: SubjectId,
    wanted: (TypeId, RelationId),
    after: Option<&Object>,
    max_walk: u32,
) -> Walked {
    let after = after.cloned().map(Subject::Object);
    let mut candidates = First::after(after.as_ref());
    let walked = reach(model, view, subject, wanted, max_walk, &mut |id| {
        let wanted = |name: &str| {
            candidates.wants(|other| match other {
                Subject::Object(other) => name.cmp(other.as_str()),
                Subject::Userset { .. } | Subject::Wildcard { .. } => Ordering::Less,
            })
        };
        if let Some(name) = view.object_if(id, wanted) {
            candidates.add(Subject::Object(name));
        }
    });
    Walked {
        names: candidates.into_names(),
        complete: walked.is_ok(),
        error: None,
    }
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
