//! Changes of a snapshot, written into its top layer.

use std::sync::Arc;

use hashbrown::DefaultHashBuilder;
use uuid::Uuid;

use super::{Bound, Entry, Layer, Layers, ObjectId, Snapshot, Standing, SubjectId};
use crate::model::{Model, RelationId, TypeId};
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

/// Writes changes into a top layer.
pub(super) fn apply(
    snapshot: &Snapshot,
    top: &mut Layer,
    changes: &[Change],
) -> Result<(), ChangeError> {
    let (model, hasher, base) = (&snapshot.model, &snapshot.hasher, &*snapshot.base);
    let mut draft = Draft {
        model,
        hasher,
        base,
        middle: None,
        layer: top,
    };
    for change in changes {
        match change {
            Change::Write(tuple) => {
                model.allows(tuple).map_err(|error| ChangeError::Tuple {
                    tuple: Box::new(tuple.clone()),
                    error,
                })?;
                draft.write(tuple);
            }
            Change::Delete(tuple) => draft.delete(tuple),
            Change::Put {
                object,
                uid,
                valid_from_s,
            } => {
                let id = draft.intern(object);
                let standing = Standing {
                    uid: *uid,
                    valid_from_s: *valid_from_s,
                };
                draft.layer.set_standing(id, Some(standing));
            }
            Change::Forget(object) => draft.forget(object),
            Change::Revoke { jti } => draft.layer.revoke(*jti),
        }
    }
    Ok(())
}

/// A layer that is being written.
pub(crate) struct Draft<'a> {
    pub(crate) model: &'a Model,
    pub(crate) hasher: &'a DefaultHashBuilder,
    pub(crate) base: &'a Layer,
    /// Between the base and the layer that is being written, if there is one.
    pub(crate) middle: Option<&'a Layer>,
    pub(crate) layer: &'a mut Layer,
}

impl Draft<'_> {
    fn layers(&self) -> Layers<'_> {
        let (hasher, base) = (self.hasher, self.base);
        match self.middle {
            Some(top) => Layers {
                hasher,
                base,
                top,
                context: Some(self.layer),
            },
            None => Layers {
                hasher,
                base,
                top: self.layer,
                context: None,
            },
        }
    }

    /// The object's number, given now if it has none.
    pub(crate) fn intern(&mut self, object: &Object) -> ObjectId {
        if let Some(id) = self.layers().id(object.as_str()) {
            return id;
        }
        // A type that the model does not have answers no question, but its objects have a standing.
        let type_id = self
            .model
            .type_id(object.type_name())
            .unwrap_or(TypeId::MAX);
        self.layer.add(object.clone(), type_id, self.hasher)
    }

    /// Adds a tuple that the model allows.
    pub(crate) fn write(&mut self, tuple: &Tuple) {
        let Some(relation) = self.model.relation_id(&tuple.relation) else {
            return;
        };
        let object = self.intern(&tuple.object);
        let Some(subject) = self.subject(&tuple.subject) else {
            return;
        };
        let bound = match &tuple.condition {
            Some(condition) => {
                let Some(id) = self.model.condition_id(&condition.name) else {
                    return;
                };
                Some(Bound {
                    condition: id,
                    context: condition.context.clone(),
                })
            }
            None => None,
        };
        let entry = match bound {
            Some(_) => Entry::conditional(subject),
            None => Entry::new(subject),
        };
        let row = self.layers().row(object, relation);
        match row.place(subject) {
            Err(place) => {
                let mut row = row.entries().to_vec();
                row.insert(place, entry);
                self.layer.set_row(object, relation, row.into());
                self.layer.note(subject, (object, relation));
            }
            Ok(_) if row.find(subject) == Some(entry) => {}
            Ok(place) => {
                let mut row = row.entries().to_vec();
                if let Some(old) = row.get_mut(place) {
                    *old = entry;
                }
                self.layer.set_row(object, relation, row.into());
            }
        }
        if let Some(bound) = bound {
            self.layer.bind(object, relation, subject, bound);
        }
    }

    fn delete(&mut self, tuple: &Tuple) {
        let layers = self.layers();
        let Some(relation) = self.model.relation_id(&tuple.relation) else {
            return;
        };
        let Some(object) = layers.id(tuple.object.as_str()) else {
            return;
        };
        let known = match &tuple.subject {
            Subject::Object(found) | Subject::Userset { object: found, .. } => {
                layers.id(found.as_str()).is_some()
            }
            Subject::Wildcard { .. } => true,
        };
        if known && let Some(subject) = self.subject(&tuple.subject) {
            self.keep(object, relation, |found| found != subject);
        }
    }

    fn forget(&mut self, object: &Object) {
        let Some(id) = self.layers().id(object.as_str()) else {
            return;
        };
        self.layer.set_standing(id, None);
        let relations: Vec<RelationId> = self
            .model
            .relations(object.type_name())
            .filter_map(|name| self.model.relation_id(name))
            .collect();
        for relation in relations {
            self.keep(id, relation, |_| false);
        }
        let is_of = |subject: SubjectId| match subject {
            SubjectId::Object(found) | SubjectId::Userset(found, _) => found == id,
            SubjectId::Wildcard(_) => false,
        };
        for (object, relation) in self.layers().stands_in(id) {
            self.keep(object, relation, |subject| !is_of(subject));
        }
    }

    fn keep(&mut self, object: ObjectId, relation: RelationId, which: impl Fn(SubjectId) -> bool) {
        let row = self.layers().row(object, relation);
        let entries = row.entries().iter().copied();
        let kept: Arc<[Entry]> = entries.filter(|entry| which(entry.subject())).collect();
        if kept.len() < row.len() {
            self.layer.set_row(object, relation, kept);
        }
    }

    /// The subject over numbers; none when its type or relation is not in the model.
    pub(crate) fn subject(&mut self, subject: &Subject) -> Option<SubjectId> {
        Some(match subject {
            Subject::Object(object) => SubjectId::Object(self.intern(object)),
            Subject::Userset { object, relation } => {
                let relation = self.model.relation_id(relation)?;
                SubjectId::Userset(self.intern(object), relation)
            }
            Subject::Wildcard { type_name } => SubjectId::Wildcard(self.model.type_id(type_name)?),
        })
    }
}
