//! Tuples, objects and revocations at one revision.
//!
//! A snapshot is two layers: a base that many snapshots share, and a small one on top that says what
//! has changed since. A change copies the top layer alone; when that has grown, it is folded into a
//! new base. So readers share what they read without locks, and a change never stops them.

mod build;
mod change;
mod layer;
mod row;
#[cfg(test)]
mod tests;

pub use build::{LeftOut, Placed, PlacedSubject, SnapshotBuilder};
pub(crate) use change::Draft;
pub use change::{Change, ChangeError};
pub(crate) use layer::{Bound, Layer, Layers};
pub(crate) use row::{Entry, ObjectId, Row, SubjectId};

use std::sync::Arc;

use hashbrown::DefaultHashBuilder;
use uuid::Uuid;

use crate::check::{self, CheckError, CheckRequest};
use crate::model::{Model, RelationId};
use crate::profile::Profile;
use crate::tuple::{Object, Subject, Tuple, TupleCondition};

/// Everything a decision needs, at one revision. Immutable; a change makes a new one that shares
/// what did not change.
#[derive(Clone, Debug)]
pub struct Snapshot {
    model: Model,
    profile: Arc<Profile>,
    revision: u64,
    hasher: DefaultHashBuilder,
    base: Arc<Layer>,
    top: Arc<Layer>,
}

/// An object's identity, and since when its secrets hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Never used again.
    pub uid: Uuid,
    /// Seconds since the epoch, UTC.
    pub valid_from_s: u64,
}

impl Snapshot {
    /// An empty snapshot at revision 0.
    pub fn new(model: Model, profile: Profile) -> Self {
        Self {
            model,
            profile: Arc::new(profile),
            revision: 0,
            hasher: DefaultHashBuilder::default(),
            base: Arc::new(Layer::default()),
            top: Arc::new(Layer::default()),
        }
    }

    /// All changes, in their order, or none; at a higher revision.
    ///
    /// # Errors
    /// See [`ChangeError`].
    pub fn apply(&self, revision: u64, changes: &[Change]) -> Result<Self, ChangeError> {
        if revision <= self.revision {
            return Err(ChangeError::Revision {
                held: self.revision,
                offered: revision,
            });
        }
        self.changed(revision, changes)
    }

    /// Further changes, in their order, or none, at the same revision: for who works it out in steps, and has
    /// shown it to nobody yet.
    ///
    /// # Errors
    /// [`ChangeError::Tuple`].
    pub fn amend(&self, changes: &[Change]) -> Result<Self, ChangeError> {
        self.changed(self.revision, changes)
    }

    fn changed(&self, revision: u64, changes: &[Change]) -> Result<Self, ChangeError> {
        let mut top = (*self.top).clone();
        change::apply(self, &mut top, changes)?;
        let mut next = Self {
            revision,
            top: Arc::new(top),
            ..self.clone()
        };
        if next.top.weight() > next.base.most_on_top() {
            next.base = Arc::new(Layer::fold(&next.base, &next.top, &next.hasher));
            next.top = Arc::new(Layer::after(&next.base));
        }
        Ok(next)
    }

    /// The same tuples, objects and revocations under another model and profile, at the same revision.
    ///
    /// Tuples that the new model does not allow stay stored and are skipped by every question; those
    /// whose relation or subject it has no name for are left out.
    pub fn with_model(&self, model: Model, profile: Profile) -> Self {
        let mut next = Self {
            revision: self.revision,
            ..Self::new(model, profile)
        };
        let mut base = Layer::default();
        let mut draft = next.draft(&mut base);
        for (object, standing) in self.layers().standings() {
            let id = draft.intern(object);
            draft.layer.set_standing(id, Some(standing));
        }
        for tuple in self.tuples() {
            draft.write(&tuple);
        }
        for jti in self.base.revocations().chain(self.top.revocations()) {
            draft.layer.revoke(jti);
        }
        next.top = Arc::new(Layer::after(&base));
        next.base = Arc::new(base);
        next
    }

    /// Every stored tuple, in no order.
    pub fn tuples(&self) -> impl Iterator<Item = Tuple> {
        let layers = self.layers();
        layers.rows().flat_map(move |((object, relation), row)| {
            let entries = row.entries().iter();
            entries.filter_map(move |&entry| self.tuple(layers, object, relation, entry))
        })
    }

    /// The revision.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The model.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The profile.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// The object's identity; none when it is not known.
    pub fn standing(&self, object: &Object) -> Option<Standing> {
        let layers = self.layers();
        layers.standing(layers.id(object.as_str())?)
    }

    /// Whether the secret was revoked.
    pub fn is_revoked(&self, jti: Uuid) -> bool {
        self.top.is_revoked(jti) || self.base.is_revoked(jti)
    }

    /// Stored subjects of (object, relation), in a stable order.
    pub fn subjects(&self, object: &Object, relation: &str) -> Vec<Subject> {
        let layers = self.layers();
        let row = self
            .model
            .relation_id(relation)
            .zip(layers.id(object.as_str()))
            .map_or_else(Row::default, |(relation, object)| {
                layers.row(object, relation)
            });
        row.subjects()
            .filter_map(|subject| self.name(&layers, subject))
            .collect()
    }

    /// Every stored tuple on an object, by relation in the model's order.
    pub fn tuples_on(&self, object: &Object) -> Vec<Tuple> {
        let layers = self.layers();
        let Some(id) = layers.id(object.as_str()) else {
            return Vec::new();
        };
        let relations = self.model.relations(object.type_name());
        let relations = relations.filter_map(|name| self.model.relation_id(name));
        relations
            .flat_map(|relation| {
                let entries = layers.row(id, relation).entries().iter();
                entries.filter_map(move |&entry| self.tuple(layers, id, relation, entry))
            })
            .collect()
    }

    /// Every stored tuple whose subject is the object or a userset of it, sorted.
    pub fn stands_in(&self, object: &Object) -> Vec<Tuple> {
        let layers = self.layers();
        let Some(id) = layers.id(object.as_str()) else {
            return Vec::new();
        };
        let is_of = |entry: &Entry| match entry.subject() {
            SubjectId::Object(found) | SubjectId::Userset(found, _) => found == id,
            SubjectId::Wildcard(_) => false,
        };
        let rows = layers.stands_in(id).into_iter();
        let mut tuples: Vec<Tuple> = rows
            .flat_map(|(on, relation)| {
                let entries = layers.row(on, relation).entries().iter();
                let of = entries.copied().filter(is_of);
                of.filter_map(move |entry| self.tuple(layers, on, relation, entry))
            })
            .collect();
        tuples.sort_unstable();
        tuples
    }

    /// The objects of a type that have a standing, in the order of their ids. Looks at every standing.
    pub fn objects_of_type(&self, type_name: &str) -> impl Iterator<Item = &Object> + use<'_> {
        let mut found: Vec<&Object> = self
            .layers()
            .standings()
            .map(|(object, _)| object)
            .filter(|object| object.type_name() == type_name)
            .collect();
        found.sort_unstable();
        found.into_iter()
    }

    /// Follows relations, each of which must have exactly one subject, an object.
    pub fn follow(&self, object: &Object, path: &[String]) -> Option<Object> {
        let layers = self.layers();
        let mut at = layers.id(object.as_str())?;
        for relation in path {
            let row = layers.row(at, self.model.relation_id(relation)?);
            match row.entries() {
                &[entry] if !entry.is_conditional() => match entry.subject() {
                    SubjectId::Object(next) => at = next,
                    SubjectId::Userset(..) | SubjectId::Wildcard(_) => return None,
                },
                _ => return None,
            }
        }
        layers.object(at).cloned()
    }

    /// OpenFGA's check.
    ///
    /// # Errors
    /// See [`CheckError`].
    pub fn check(&self, request: &CheckRequest<'_>) -> Result<bool, CheckError> {
        check::check(self, request)
    }

    /// Writes into a layer of its own above this snapshot, for one question.
    pub(crate) fn draft<'a>(&'a self, context: &'a mut Layer) -> Draft<'a> {
        *context = Layer::after(&self.top);
        Draft {
            model: &self.model,
            hasher: &self.hasher,
            base: &self.base,
            middle: Some(&self.top),
            layer: context,
        }
    }

    /// One layer as a snapshot. Its objects were added under this model and hasher.
    pub(crate) fn of_layer(
        model: Model,
        profile: Profile,
        revision: u64,
        hasher: DefaultHashBuilder,
        base: Layer,
    ) -> Self {
        Self {
            model,
            profile: Arc::new(profile),
            revision,
            hasher,
            top: Arc::new(Layer::after(&base)),
            base: Arc::new(base),
        }
    }

    pub(crate) fn layers(&self) -> Layers<'_> {
        Layers {
            hasher: &self.hasher,
            base: &self.base,
            top: &self.top,
            context: None,
        }
    }

    /// A stored tuple by its names.
    pub(crate) fn tuple(
        &self,
        layers: Layers<'_>,
        object: ObjectId,
        relation: RelationId,
        entry: Entry,
    ) -> Option<Tuple> {
        let condition = match layers.bound(object, relation, entry) {
            Some(Bound { condition, context }) => Some(Box::new(TupleCondition {
                name: self.model.condition(*condition)?.name().into(),
                context: context.clone(),
            })),
            None => None,
        };
        Some(Tuple {
            object: layers.object(object)?.clone(),
            relation: self.model.relation_name(relation)?.into(),
            subject: self.name(&layers, entry.subject())?,
            condition,
        })
    }

    pub(crate) fn name(&self, layers: &Layers<'_>, subject: SubjectId) -> Option<Subject> {
        Some(match subject {
            SubjectId::Object(id) => Subject::Object(layers.object(id)?.clone()),
            SubjectId::Userset(id, relation) => Subject::Userset {
                object: layers.object(id)?.clone(),
                relation: self.model.relation_name(relation)?.into(),
            },
            SubjectId::Wildcard(type_id) => Subject::Wildcard {
                type_name: self.model.type_name(type_id)?.into(),
            },
        })
    }
}
