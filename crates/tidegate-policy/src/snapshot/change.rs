//! Changes of a snapshot.

use uuid::Uuid;

use super::{Bound, ObjectId, Snapshot, Standing, Store, SubjectId};
use crate::model::{Model, RelationId};
use crate::tuple::{Object, Subject, Tuple, TupleError};

/// One change of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Adds a tuple (no error when it exists). One under another condition takes its place.
    Write(Tuple),
    /// Removes a tuple, under whatever condition it is there (no error when it does not exist).
    Delete(Tuple),
    /// Makes an object known, or moves its `valid_from`.
    Put {
        /// The object.
        object: Object,
        /// Its uid (UUIDv7), never used again.
        uid: Uuid,
        /// Secrets of it issued before are refused. Seconds since the epoch, UTC.
        valid_from_s: u64,
    },
    /// Forgets an object, every tuple on it, and every tuple whose subject is it or a userset of it.
    Forget(Object),
    /// Refuses a secret from now on.
    Revoke {
        /// The secret's `jti`.
        jti: Uuid,
    },
}

/// Why a change cannot be applied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChangeError {
    /// The model does not allow the tuple.
    #[error("{tuple}: {error}")]
    Tuple {
        /// The tuple.
        tuple: Box<Tuple>,
        /// The reason.
        error: TupleError,
    },
    /// The revision is not above the snapshot's.
    #[error("revision {offered} does not follow {held}")]
    Revision {
        /// What the snapshot has.
        held: u64,
        /// What was offered.
        offered: u64,
    },
}

/// Makes changes in a snapshot's store.
pub(super) fn apply(snapshot: &mut Snapshot, changes: &[Change]) -> Result<(), ChangeError> {
    for change in changes {
        match change {
            Change::Write(tuple) => {
                let allowed = snapshot.model.allows(tuple);
                allowed.map_err(|error| ChangeError::Tuple {
                    tuple: Box::new(tuple.clone()),
                    error,
                })?;
                snapshot.set_aside.remove(tuple);
                write(&snapshot.model, &mut snapshot.store, tuple);
            }
            Change::Delete(tuple) => {
                snapshot.set_aside.remove(tuple);
                delete(&snapshot.model, &mut snapshot.store, tuple);
            }
            Change::Put {
                object,
                uid,
                valid_from_s,
            } => {
                let type_id = snapshot.model.type_id(object.type_name());
                let id = snapshot.store.intern(object, type_id);
                let standing = Standing {
                    uid: *uid,
                    valid_from_s: *valid_from_s,
                };
                snapshot.store.set_standing(id, Some(standing));
            }
            Change::Forget(object) => {
                snapshot.set_aside.forget(object);
                if let Some(id) = snapshot.store.id(object.as_str()) {
                    snapshot.store.forget(id);
                }
            }
            Change::Revoke { jti } => snapshot.store.revoke(*jti),
        }
    }
    Ok(())
}

/// Adds a tuple. Says whether the model has a name for all of it: if not, nothing is added.
pub(super) fn write(model: &Model, store: &mut Store, tuple: &Tuple) -> bool {
    let Some((relation, bound)) = names(model, tuple) else {
        return false;
    };
    let mut id = |object: &Object| Some(intern(model, store, object));
    let Some(subject) = subject(model, &tuple.subject, &mut id) else {
        return false;
    };
    let object = intern(model, store, &tuple.object);
    store.write(object, relation, subject, bound);
    true
}

/// A tuple's relation, and under which condition it holds; none when the model has no name for one of them.
pub(super) fn names(model: &Model, tuple: &Tuple) -> Option<(RelationId, Option<Bound>)> {
    let relation = model.relation_id(&tuple.relation)?;
    let bound = match &tuple.condition {
        Some(condition) => {
            let id = model.condition_id(&condition.name)?;
            Some(Bound::new(id, condition.context.clone())?)
        }
        None => None,
    };
    Some((relation, bound))
}

fn delete(model: &Model, store: &mut Store, tuple: &Tuple) {
    let relation = model.relation_id(&tuple.relation);
    let object = store.id(tuple.object.as_str());
    let subject = subject(model, &tuple.subject, &mut |object| {
        store.id(object.as_str())
    });
    if let (Some(object), Some(relation), Some(subject)) = (object, relation, subject) {
        store.delete(object, relation, subject);
    }
}

fn intern(model: &Model, store: &mut Store, object: &Object) -> ObjectId {
    // A type that the model does not have answers no question, but its objects have a standing.
    store.intern(object, model.type_id(object.type_name()))
}

/// The subject over numbers; none when its type or relation is not in the model, or it has no number.
pub(super) fn subject(
    model: &Model,
    subject: &Subject,
    id: &mut dyn FnMut(&Object) -> Option<ObjectId>,
) -> Option<SubjectId> {
    Some(match subject {
        Subject::Object(object) => SubjectId::Object(id(object)?),
        Subject::Userset { object, relation } => {
            let relation = model.relation_id(relation)?;
            SubjectId::Userset(id(object)?, relation)
        }
        Subject::Wildcard { type_name } => SubjectId::Wildcard(model.type_id(type_name)?),
    })
}
