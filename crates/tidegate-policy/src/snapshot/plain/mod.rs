//! A store for where size counts, as in a browser: one kind of table for everything, and few lines of it.
//!
//! There are two stores, which answer alike. The other one (`store`) is for ten million tuples that many
//! readers share while they are changed a thousand times a second: each of its tables is laid out for what is in it,
//! and a change copies little, whatever there is. That is 50 KB of WebAssembly. A page or an edge function has a
//! thousandth of that to do, and waits for every kilobyte.
//!
//! What this one costs, of n objects: a [`Blocks`] has a page for 256 of them, and what says where pages are is one
//! list. So the first change of a clone copies n / 256 counted references of each table that it touches, and a page
//! of each, with the largest row in it; conditions, revocations and free numbers are copied as a whole. Further
//! changes, before it is cloned again, are made in place. A look-up is a hash, a page and a binary search.
//!
//! What leads back from subjects to rows, which lists, deletions and explanations need and checks do not, is worked
//! out when it is first asked for, from all tuples.

mod back;
mod blocks;
mod change;
pub(super) mod load;
mod names;
#[cfg(test)]
#[expect(clippy::duplicate_mod, reason = "the same tests for both stores")]
#[path = "../oracle.rs"]
pub(super) mod oracle;
pub(super) mod table;

use std::cell::OnceCell;
use std::sync::Arc;

use uuid::Uuid;

use super::Standing;
use super::place::{Bound, Place, TupleKey, bound_of};
use super::row::{Entry, Finding, ObjectId, Row, SubjectId};
use crate::model::{RelationId, TypeId};
use crate::tuple::Object;
use back::Back;
use blocks::Blocks;
#[cfg(test)]
use load::Loader;
use names::Names;
use table::Found;
use table::Table;

/// See the [module](self). Cheap to clone.
///
/// An object has a number as long as it has a standing or a tuple names it. After that the next new name gets it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Store {
    names: Names,
    /// Of each object, if it has one: `valid_from` and two words of the uid.
    standings: Blocks,
    /// (object, relation) to its subjects, and each object's type.
    pub(crate) rows: Table,
    /// Of these rows, when it was asked for: once for all clones that have them.
    back: Arc<OnceCell<Back>>,
    /// In order.
    pub(super) bounds: Arc<Vec<(TupleKey, Bound)>>,
    /// In order.
    revoked: Arc<Vec<Uuid>>,
}

impl Store {
    /// The object's number, if it has one.
    #[inline]
    pub(crate) fn id(&self, text: &str) -> Option<ObjectId> {
        self.names.find(text)
    }

    /// The numbers of two objects.
    #[inline]
    pub(crate) fn both_ids(&self, one: &str, other: &str) -> (Option<ObjectId>, Option<ObjectId>) {
        (self.id(one), self.id(other))
    }

    /// Nothing is fetched here.
    #[inline]
    pub(crate) fn fetch_back(&self, _: ObjectId) {}

    pub(crate) fn object(&self, id: ObjectId) -> Option<Object> {
        self.object_if(id, |_| true)
    }

    pub(crate) fn object_if(
        &self,
        id: ObjectId,
        wanted: impl FnOnce(&str) -> bool,
    ) -> Option<Object> {
        let mut bytes = [0; names::BYTES];
        let text = self.names.text(id, &mut bytes)?;
        wanted(text).then(|| text.parse().ok())?
    }

    #[inline]
    pub(crate) fn type_of(&self, id: ObjectId) -> Option<TypeId> {
        self.rows.find(id).type_id
    }

    #[inline]
    pub(crate) fn row(&self, object: ObjectId, relation: RelationId) -> Row<'_> {
        self.rows.row(object, relation)
    }

    /// How a row of an object that was found holds another one.
    #[inline]
    pub(crate) fn holds(
        &self,
        (found, object): (Found<'_>, ObjectId),
        relation: RelationId,
        subject: ObjectId,
    ) -> Finding {
        let subject = Entry::new(SubjectId::Object(subject));
        self.rows.holds(found, object, relation, subject)
    }

    #[inline]
    pub(crate) fn bound(
        &self,
        object: ObjectId,
        relation: RelationId,
        entry: Entry,
    ) -> Option<&Bound> {
        if !entry.is_conditional() {
            return None;
        }
        let subject = Entry::new(entry.subject()).word();
        bound_of(&self.bounds, &(object, relation, subject))
    }

    /// Every number is below.
    pub(crate) fn end(&self) -> ObjectId {
        self.names.end()
    }

    pub(crate) fn standing(&self, id: ObjectId) -> Option<Standing> {
        match self.standings.get(id) {
            &[valid_from_s, high, low] => Some(Standing {
                uid: Uuid::from_u64_pair(high, low),
                valid_from_s,
            }),
            _ => None,
        }
    }

    pub(crate) fn is_revoked(&self, jti: Uuid) -> bool {
        self.revoked.binary_search(&jti).is_ok()
    }

    /// In order.
    pub(crate) fn revocations(&self) -> impl Iterator<Item = Uuid> {
        self.revoked.iter().copied()
    }

    /// Every object that has a number, in order of the numbers.
    pub(crate) fn ids(&self) -> impl Iterator<Item = ObjectId> {
        (0..self.end()).filter(|&id| self.names.has(id))
    }

    /// Every row that is not empty, in order.
    pub(crate) fn rows(&self) -> impl Iterator<Item = ((ObjectId, RelationId), Row<'_>)> {
        (0..self.end()).flat_map(|object| {
            let rows = self.rows.rows_of(object);
            rows.map(move |(relation, row)| ((object, relation), row))
        })
    }

    /// Whether a tuple names the object.
    pub(crate) fn is_named(&self, id: ObjectId) -> bool {
        !self.rows.is_empty(id) || !self.back().is_empty(id)
    }

    /// The objects of a type that have a standing. Goes through all objects.
    pub(super) fn of_type(&self, type_id: TypeId) -> impl Iterator<Item = ObjectId> {
        let is_one = move |&id: &ObjectId| {
            self.type_of(id).unwrap_or(TypeId::MAX) == type_id && !self.standings.get(id).is_empty()
        };
        (0..self.end()).filter(is_one)
    }

    /// Where the object stands as a subject.
    pub(crate) fn stands_in(&self, id: ObjectId) -> impl Iterator<Item = Place> {
        self.back().stands_in(id)
    }

    /// The rows that hold a type's wildcard.
    pub(crate) fn wildcard_in(
        &self,
        type_id: TypeId,
    ) -> impl Iterator<Item = (ObjectId, RelationId)> {
        self.back().wildcard_in(type_id)
    }

    fn back(&self) -> &Back {
        self.back.get_or_init(|| Back::of(&self.rows, self.end()))
    }
}
