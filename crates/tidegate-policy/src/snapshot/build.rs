//! A snapshot made at once, from everything that a store holds.

use hashbrown::DefaultHashBuilder;
use uuid::Uuid;

use super::{Entry, Layer, ObjectId, Snapshot, Standing, SubjectId};
use crate::model::{Model, RelationId, Taken, TypeId};
use crate::profile::Profile;
use crate::tuple::{Object, Subject, Tuple, TupleError};

/// Takes objects, tuples between them and revocations, in any order but for that objects come before
/// the tuples that name them. What it makes is what [`Snapshot::apply`] makes of the same, in a fraction
/// of the time: a name is looked up once, and a row is sorted once.
#[derive(Debug)]
pub struct SnapshotBuilder {
    model: Model,
    profile: Profile,
    hasher: DefaultHashBuilder,
    base: Layer,
    written: Vec<(ObjectId, RelationId, SubjectId)>,
}

/// An object that was put into a [`SnapshotBuilder`]. It means nothing to another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed(ObjectId);

/// The subject of a tuple, of objects that were put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlacedSubject<'a> {
    /// `type:id`
    Object(Placed),
    /// `type:id#relation`
    Userset(Placed, &'a str),
    /// `type:*`
    Wildcard(&'a str),
}

/// A tuple that the model does not allow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{tuple}: {reason}")]
pub struct LeftOut {
    /// The tuple's text.
    pub tuple: String,
    /// Why.
    pub reason: TupleError,
}

impl SnapshotBuilder {
    /// Nothing so far.
    pub fn new(model: Model, profile: Profile) -> Self {
        Self {
            model,
            profile,
            hasher: DefaultHashBuilder::default(),
            base: Layer::default(),
            written: Vec::new(),
        }
    }

    /// Makes an object known.
    pub fn put(&mut self, object: Object, standing: Standing) -> Placed {
        let id = self
            .base
            .number(object.as_str(), &self.hasher)
            .unwrap_or_else(|| {
                let type_id = self.model.type_id(object.type_name());
                let type_id = type_id.unwrap_or(TypeId::MAX);
                self.base.add(object, type_id, &self.hasher)
            });
        self.base.set_standing(id, Some(standing));
        Placed(id)
    }

    /// Adds a tuple (no error when it was added before).
    ///
    /// # Errors
    /// Why the model does not allow it; it is left out.
    pub fn write(
        &mut self,
        object: Placed,
        relation: &str,
        subject: PlacedSubject<'_>,
    ) -> Result<(), LeftOut> {
        match self.allowed(object, relation, subject) {
            Some((relation, subject)) => {
                self.written.push((object.0, relation, subject));
                Ok(())
            }
            None => Err(self.refusal(object, relation, subject)),
        }
    }

    /// Refuses a secret.
    pub fn revoke(&mut self, jti: Uuid) {
        self.base.revoke(jti);
    }

    /// What was put, written and revoked, at a revision.
    pub fn finish(self, revision: u64) -> Snapshot {
        let Self {
            model,
            profile,
            hasher,
            mut base,
            mut written,
        } = self;
        written.sort_unstable();
        written.dedup();
        for row in written.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            let Some(&(object, relation, _)) = row.first() else {
                continue;
            };
            for &(_, _, subject) in row {
                base.note(subject, (object, relation));
            }
            // INVARIANT: a row is sorted, or the engine would not find its subjects.
            let subjects = row.iter().map(|&(_, _, subject)| Entry::new(subject));
            base.set_row(object, relation, subjects.collect());
        }
        Snapshot::of_layer(model, profile, revision, hasher, base)
    }

    /// The relation and the subject over numbers, if the model allows the tuple.
    fn allowed(
        &self,
        object: Placed,
        relation: &str,
        subject: PlacedSubject<'_>,
    ) -> Option<(RelationId, SubjectId)> {
        let model = &self.model;
        let relation_id = model.relation_id(relation)?;
        let found = model.relation(self.base.type_of(object.0)?, relation_id)?;
        let (taken, subject) = match subject {
            PlacedSubject::Object(Placed(id)) => {
                let type_id = self.base.type_of(id)?;
                (Taken::Object(type_id), SubjectId::Object(id))
            }
            PlacedSubject::Userset(Placed(id), member) => {
                let type_id = self.base.type_of(id)?;
                let member = model.relation_id(member)?;
                if (id, member) == (object.0, relation_id) {
                    return None;
                }
                let userset = SubjectId::Userset(id, member);
                (Taken::Userset(type_id, member), userset)
            }
            PlacedSubject::Wildcard(type_name) => {
                let type_id = model.type_id(type_name)?;
                (Taken::Wildcard(type_id), SubjectId::Wildcard(type_id))
            }
        };
        let mut restrictions = found.restrictions.iter();
        let allowed = restrictions.any(|entry| entry.taken == taken && entry.condition.is_none());
        allowed.then_some((relation_id, subject))
    }

    fn refusal(&self, object: Placed, relation: &str, subject: PlacedSubject<'_>) -> LeftOut {
        let named = |Placed(id): Placed| self.base.object(id).cloned();
        let subject = match subject {
            PlacedSubject::Object(id) => named(id).map(Subject::Object),
            PlacedSubject::Userset(id, relation) => named(id).map(|object| Subject::Userset {
                object,
                relation: relation.into(),
            }),
            PlacedSubject::Wildcard(type_name) => Some(Subject::Wildcard {
                type_name: type_name.into(),
            }),
        };
        let tuple = named(object)
            .zip(subject)
            .map(|(object, subject)| Tuple::new(object, relation, subject));
        let reason = tuple
            .as_ref()
            .and_then(|tuple| self.model.allows(tuple).err());
        let reason = reason.unwrap_or_else(|| TupleError::NotAllowed {
            relation: relation.to_owned(),
            subject: "an object of another builder".to_owned(),
        });
        LeftOut {
            tuple: tuple.map_or_else(String::new, |tuple| tuple.to_string()),
            reason,
        }
    }
}
