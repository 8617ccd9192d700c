//! On which objects of a type does a subject have a relation?

use std::collections::BTreeSet;

use super::{ListError, Page, allowed_context, known_relation, known_type, page};
use crate::check::CheckRequest;
use crate::snapshot::Snapshot;
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
    pub context: &'a [Tuple],
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
    allowed_context(model, request.context)?;

    let candidates = candidates(snapshot, request);
    let holds = |object: &&Object| {
        snapshot.check(&CheckRequest {
            subject: request.subject,
            relation: request.relation,
            object,
            context: request.context,
        })
    };
    let found = page(&candidates, request.after.as_ref(), request.limit, holds);
    Ok(Page {
        found: found.found.into_iter().cloned().collect(),
        next: found.next.cloned(),
        complete: found.complete,
    })
}

/// Objects of the type that are known, or that only the request names.
fn candidates<'a>(
    snapshot: &'a Snapshot,
    request: &ListObjectsRequest<'a>,
) -> BTreeSet<&'a Object> {
    let in_context = request.context.iter().map(|tuple| &tuple.object);
    let own = match request.subject {
        Subject::Userset { object, .. } => Some(object),
        Subject::Object(_) | Subject::Wildcard { .. } => None,
    };
    snapshot
        .names()
        .chain(in_context)
        .chain(own)
        .filter(|object| object.type_name() == request.object_type)
        .collect()
}
