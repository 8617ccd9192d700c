//! A snapshot made at once, from everything that a store holds.

use hashbrown::HashTable;
use uuid::Uuid;

use super::load::Loader;
use super::names::{self, Hash};
use super::{Bound, ObjectId, Snapshot, Standing, SubjectId};
use crate::model::{Model, RelationId, Taken};
use crate::profile::Profile;
use crate::tuple::{Object, Subject, Tuple, TupleCondition, TupleError};

/// Takes objects, tuples between them and revocations, in any order but for that objects come before
/// the tuples that name them. What it makes is what [`Snapshot::apply`] makes of the same, in a fraction
/// of the time: a name is looked up once, and a row is sorted once.
#[derive(Debug)]
pub struct SnapshotBuilder {
    model: Model,
    profile: Profile,
    loader: Loader,
    /// Numbers of names, each below 32 bits of the name's hash.
    ids: HashTable<u64>,
}

/// What finds a name in the table: of its hash, the bits that are kept there.
fn table_hash(place: u32) -> u64 {
    let place = u64::from(place);
    place << 32 | place
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
            loader: Loader::default(),
            ids: HashTable::new(),
        }
    }

    /// Makes an object known.
    // It takes the object, as one that keeps its text would.
    #[expect(clippy::needless_pass_by_value, reason = "a part of the interface")]
    pub fn put(&mut self, object: Object, standing: Standing) -> Placed {
        let text = object.as_str();
        let hash = self.loader.hash(text);
        let id = self.find(text, hash).unwrap_or_else(|| {
            let type_id = self.model.type_id(object.type_name());
            let id = self.loader.add_hashed(text, hash, type_id);
            let place = hash.place();
            let entry = u64::from(place) << 32 | u64::from(id);
            let rehash = |entry: &u64| table_hash((entry >> 32) as u32);
            self.ids.insert_unique(table_hash(place), entry, rehash);
            id
        });
        self.loader.set_standing(id, Some(standing));
        Placed(id)
    }

    fn find(&self, text: &str, hash: Hash) -> Option<ObjectId> {
        let place = hash.place();
        let same = |&entry: &u64| {
            (entry >> 32) as u32 == place
                && names::is_text(self.loader.text(entry as ObjectId), text)
        };
        let found = self.ids.find(table_hash(place), same)?;
        Some(*found as ObjectId)
    }

    /// Adds a tuple (no error when it was added before). One under another condition takes its place.
    ///
    /// # Errors
    /// Why the model does not allow it; it is left out.
    pub fn write(
        &mut self,
        object: Placed,
        relation: &str,
        subject: PlacedSubject<'_>,
        condition: Option<&TupleCondition>,
    ) -> Result<(), LeftOut> {
        match self.allowed(object, relation, subject, condition) {
            Some((relation, subject, bound)) => {
                self.loader.write(object.0, relation, subject, bound);
                Ok(())
            }
            None => Err(self.refusal(object, relation, subject, condition)),
        }
    }

    /// Refuses a secret.
    pub fn revoke(&mut self, jti: Uuid) {
        self.loader.revoke(jti);
    }

    /// What was put, written and revoked, at a revision.
    pub fn finish(self, revision: u64) -> Snapshot {
        let Self {
            model,
            profile,
            loader,
            ids,
        } = self;
        drop(ids);
        Snapshot::of_store(model, profile, revision, loader.finish(), Vec::new())
    }

    /// The relation, the subject and the condition over numbers, if the model allows the tuple.
    fn allowed(
        &self,
        object: Placed,
        relation: &str,
        subject: PlacedSubject<'_>,
        condition: Option<&TupleCondition>,
    ) -> Option<(RelationId, SubjectId, Option<Bound>)> {
        let model = &self.model;
        let relation_id = model.relation_id(relation)?;
        let found = model.relation(self.loader.type_of(object.0)?, relation_id)?;
        let (taken, subject) = match subject {
            PlacedSubject::Object(Placed(id)) => {
                let type_id = self.loader.type_of(id)?;
                (Taken::Object(type_id), SubjectId::Object(id))
            }
            PlacedSubject::Userset(Placed(id), member) => {
                let type_id = self.loader.type_of(id)?;
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
        let bound = match condition {
            Some(TupleCondition { name, context }) => {
                let id = model.condition_id(name)?;
                model.condition(id)?.takes(context).ok()?;
                Some(Bound::new(id, context.clone())?)
            }
            None => None,
        };
        let under = bound.as_ref().map(|bound| bound.condition);
        let mut restrictions = found.restrictions.iter();
        let allowed = restrictions.any(|entry| entry.taken == taken && entry.condition == under);
        allowed.then_some((relation_id, subject, bound))
    }

    fn refusal(
        &self,
        object: Placed,
        relation: &str,
        subject: PlacedSubject<'_>,
        condition: Option<&TupleCondition>,
    ) -> LeftOut {
        let named = |Placed(id): Placed| names::object(self.loader.text(id));
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
        let tuple = named(object).zip(subject).map(|(object, subject)| Tuple {
            condition: condition.cloned().map(Box::new),
            ..Tuple::new(object, relation, subject)
        });
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
