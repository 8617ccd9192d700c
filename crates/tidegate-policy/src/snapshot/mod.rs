//! Tuples, objects and revocations at one revision.
//!
//! A snapshot is a [`Store`]: tables of small pages that snapshots share. A change copies the pages
//! that it touches, and the way to them: some kilobytes of whatever there is, or a few times as much as
//! the 512 objects of a page have in their [blocks](slots), where that is more; nothing is ever gone
//! through or folded as a whole. So readers share what they read without locks, and a change never
//! stops them.
//!
//! | what | where |
//! |---|---|
//! | name to number, and to where that leads ([`lead`]) | a linear hash table of pages ([`names`]) |
//! | number to standing, and to where the name is | pages, and a tree of what is far in the future ([`standings`]) |
//! | number to type; (object, relation) to subjects; object to the rows it stands in | blocks of rows ([`table`]) in pages ([`slots`]), large rows as trees ([`tree`]) |
//! | type to objects | bits ([`members`]) |
//! | tuple to condition, revocations, wildcards | trees |
//! | a question's contextual tuples | above all of it ([`view`]) |
//!
//! In WebAssembly it is a plain one (`plain`).

mod bound;
#[cfg(not(target_family = "wasm"))]
mod build;
mod change;
#[cfg(not(target_family = "wasm"))]
mod lead;
#[cfg(not(target_family = "wasm"))]
mod load;
#[cfg(not(target_family = "wasm"))]
mod members;
#[cfg(not(target_family = "wasm"))]
mod names;
#[cfg(test)]
mod oracle;
#[cfg(not(target_family = "wasm"))]
mod pages;
mod place;
#[cfg(any(test, target_family = "wasm"))]
mod plain;
mod renumber;
mod row;
#[cfg(not(target_family = "wasm"))]
mod slots;
#[cfg(not(target_family = "wasm"))]
mod standings;
#[cfg(not(target_family = "wasm"))]
mod store;
#[cfg(test)]
mod store_tests;
#[cfg(not(target_family = "wasm"))]
mod table;
#[cfg(test)]
#[cfg(feature = "language")]
mod tests;
#[cfg_attr(target_family = "wasm", path = "plain/no_tree.rs")]
mod tree;
mod view;

#[cfg(not(target_family = "wasm"))]
pub use build::{LeftOut, Placed, PlacedSubject, SnapshotBuilder};
pub use change::{Change, ChangeError};
pub(crate) use place::Bound;
pub(crate) use row::{Entry, Finding, ObjectId, Row, SubjectId};
pub(crate) use view::{Node, Overlay, View};

use place::{Place, TupleKey};

// Of the one of both stores that is used here.
#[cfg(not(target_family = "wasm"))]
use load::{Tuples, Types};
#[cfg(target_family = "wasm")]
use plain::load::{Tuples, Types};
#[cfg(target_family = "wasm")]
pub(crate) use plain::{Store, load::Loader, table::Found};
#[cfg(not(target_family = "wasm"))]
pub(crate) use {load::Loader, store::Store, table::Found};

use std::sync::Arc;

use uuid::Uuid;

use renumber::SetAside;
pub(crate) use renumber::has_names_for;

use crate::check::{self, CheckError, CheckRequest, Checked, Named, NamedError};
use crate::model::{Model, RelationId, TypeId};
use crate::profile::Profile;
use crate::tuple::{Object, Subject, Tuple, TupleCondition};

/// Everything a decision needs, at one revision. Immutable; a change makes a new one that shares
/// what did not change.
#[derive(Clone, Debug)]
pub struct Snapshot {
    model: Model,
    profile: Arc<Profile>,
    revision: u64,
    store: Store,
    /// What the model has no name for.
    set_aside: SetAside,
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
        Self::of_store(model, profile, 0, Store::default(), Vec::new())
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
        let mut next = Self {
            revision,
            ..self.clone()
        };
        change::apply(&mut next, changes)?;
        Ok(next)
    }

    /// The same tuples, objects and revocations under another model and profile, at the same revision.
    ///
    /// Tuples that the new model does not allow stay stored and are skipped by every question. So are those
    /// that it has no name for, of a relation, of a wildcard's type or of a condition: they are set aside,
    /// are in [`tuples`](Self::tuples) but on no list, and come back with a model that has the names, on
    /// either side of a bundle. They go with the object, too, and by a [`Change::Delete`].
    ///
    /// Cheap when both models have the same names of types, relations and conditions in the same order;
    /// else it costs about as much as building the snapshot.
    pub fn with_model(&self, model: Model, profile: Profile) -> Self {
        self.renewed(Some(model), Some(profile))
    }

    /// The same, under a new model, a new profile or both.
    pub fn renewed(&self, model: Option<Model>, profile: Option<Profile>) -> Self {
        let model = model.unwrap_or_else(|| self.model.clone());
        let (store, set_aside) = renumber::renumber(self, &model);
        Self {
            model,
            profile: profile.map_or_else(|| self.profile.clone(), Arc::new),
            revision: self.revision,
            store,
            set_aside,
        }
    }

    /// Every stored tuple, in no order.
    pub fn tuples(&self) -> impl Iterator<Item = Tuple> {
        let view = self.view();
        let named = self
            .store
            .rows()
            .flat_map(move |((object, relation), row)| {
                let entries = row.entries();
                entries.filter_map(move |entry| self.tuple(view, object, relation, entry))
            });
        named.chain(self.set_aside.tuples())
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
        self.store.standing(self.store.id(object.as_str())?)
    }

    /// Whether the secret was revoked.
    pub fn is_revoked(&self, jti: Uuid) -> bool {
        self.store.is_revoked(jti)
    }

    /// Stored subjects of (object, relation), in a stable order.
    pub fn subjects(&self, object: &Object, relation: &str) -> Vec<Subject> {
        let view = self.view();
        let row = self
            .model
            .relation_id(relation)
            .zip(view.id(object.as_str()))
            .map_or_else(Row::default, |(relation, object)| {
                view.row(object, relation)
            });
        row.subjects()
            .filter_map(|subject| self.name(view, subject))
            .collect()
    }

    /// Every stored tuple on an object of the relations that its type has, by relation in the model's order.
    pub fn tuples_on(&self, object: &Object) -> Vec<Tuple> {
        let view = self.view();
        let Some(id) = view.id(object.as_str()) else {
            return Vec::new();
        };
        let relations = self.model.relations(object.type_name());
        let relations = relations.filter_map(|name| self.model.relation_id(name));
        relations
            .flat_map(|relation| {
                let entries = view.row(id, relation).entries();
                entries.filter_map(move |entry| self.tuple(view, id, relation, entry))
            })
            .collect()
    }

    /// Every stored tuple whose subject is the object or a userset of it, sorted.
    pub fn stands_in(&self, object: &Object) -> Vec<Tuple> {
        let view = self.view();
        let Some(id) = view.id(object.as_str()) else {
            return Vec::new();
        };
        let places = view.stands_in(id);
        let mut tuples: Vec<Tuple> = places
            .filter_map(|place| {
                let row = view.row(place.object, place.relation);
                let entry = row.find(place.subject(id))?;
                self.tuple(view, place.object, place.relation, entry)
            })
            .collect();
        crate::sort::sort(&mut tuples);
        tuples
    }

    /// The objects of a type that have a standing, in the order of their ids. Costs in proportion to their
    /// number.
    pub fn objects_of_type(&self, type_name: &str) -> impl Iterator<Item = Object> + use<> {
        let type_id = self.model.type_id(type_name).unwrap_or(TypeId::MAX);
        let mut found: Vec<Object> = self
            .store
            .of_type(type_id)
            .filter_map(|id| self.store.object(id))
            .filter(|object| type_id != TypeId::MAX || object.type_name() == type_name)
            .collect();
        crate::sort::sort(&mut found);
        found.into_iter()
    }

    /// Follows relations, each of which must have exactly one subject, an object.
    pub fn follow(&self, object: &Object, path: &[String]) -> Option<Object> {
        let mut at = self.store.id(object.as_str())?;
        for relation in path {
            let row = self.store.row(at, self.model.relation_id(relation)?);
            let entry = row.only().filter(|entry| !entry.is_conditional())?;
            match entry.subject() {
                SubjectId::Object(next) => at = next,
                SubjectId::Userset(..) | SubjectId::Wildcard(_) => return None,
            }
        }
        self.store.object(at)
    }

    /// OpenFGA's check.
    ///
    /// # Errors
    /// See [`CheckError`].
    pub fn check(&self, request: &CheckRequest<'_>) -> Result<bool, CheckError> {
        check::check(self, request).answer
    }

    /// OpenFGA's check, with what it took.
    pub fn check_counted(&self, request: &CheckRequest<'_>) -> Checked {
        check::check(self, request)
    }

    /// OpenFGA's check by names: the quickest way for who has them as texts.
    ///
    /// # Errors
    /// See [`NamedError`].
    pub fn check_named(&self, question: &Named<'_>) -> Result<bool, NamedError> {
        check::check_named(self, question)
    }

    /// A store whose numbers are those of this model, and what is set aside: tuples that the model has no name for, in
    /// order, none of them twice under whatever conditions.
    pub(crate) fn of_store(
        model: Model,
        profile: Profile,
        revision: u64,
        store: Store,
        set_aside: Vec<Tuple>,
    ) -> Self {
        Self {
            model,
            profile: Arc::new(profile),
            revision,
            store,
            set_aside: SetAside::from_sorted(set_aside),
        }
    }

    /// The tuples that the model has no name for, in order.
    pub(crate) fn tuples_set_aside(&self) -> impl Iterator<Item = Tuple> {
        self.set_aside.tuples()
    }

    /// What a question without contextual tuples reads.
    pub(crate) fn view(&self) -> View<'_> {
        View {
            store: &self.store,
            overlay: None,
        }
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// The tuples of a question, which the model allows, to be read above the store.
    pub(crate) fn overlay(&self, tuples: &[Tuple]) -> Overlay {
        let mut overlay = Overlay::above(&self.store);
        for tuple in tuples {
            overlay.write(&self.store, &self.model, tuple);
        }
        overlay
    }

    /// A stored tuple by its names.
    pub(crate) fn tuple(
        &self,
        view: View<'_>,
        object: ObjectId,
        relation: RelationId,
        entry: Entry,
    ) -> Option<Tuple> {
        let condition = match view.bound(object, relation, entry) {
            Some(bound) => Some(Box::new(TupleCondition {
                name: self.model.condition(bound.condition)?.name().into(),
                context: bound.context.clone(),
            })),
            None if entry.is_conditional() => return None,
            None => None,
        };
        Some(Tuple {
            object: view.object(object)?,
            relation: self.model.relation_name(relation)?.into(),
            subject: self.name(view, entry.subject())?,
            condition,
        })
    }

    pub(crate) fn name(&self, view: View<'_>, subject: SubjectId) -> Option<Subject> {
        Some(match subject {
            SubjectId::Object(id) => Subject::Object(view.object(id)?),
            SubjectId::Userset(id, relation) => Subject::Userset {
                object: view.object(id)?,
                relation: self.model.relation_name(relation)?.into(),
            },
            SubjectId::Wildcard(type_id) => Subject::Wildcard {
                type_name: self.model.type_name(type_id)?.into(),
            },
        })
    }
}
