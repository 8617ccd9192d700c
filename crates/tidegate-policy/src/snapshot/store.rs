//! What a snapshot stores, over dense numbers: names, standings, rows, what leads back from them, conditions
//! and revocations. Every part is persistent: a clone costs a dozen counted references, and a change of
//! the clone copies what it touches and shares the rest.
//!
//! An object has a number as long as it has a standing or a tuple names it. After that the number is free,
//! and the next new name gets it: in later stores alone, as every store has tables of its own. So neither
//! memory nor numbers grow with objects that come and go, only with the most that were there at once; and pages get
//! smaller again with what is in them.

use uuid::Uuid;

use super::Standing;
use super::lead::{Lead, NEAR};
use super::members::Members;
use super::names::Names;
use super::place::{self, Bound, Place, TupleKey, row_of_word, row_word, way};
use super::row::{Entry, Finding, ObjectId, Row, SubjectId};
use super::standings::Standings;
use super::table::{Found, Table};
use super::tree::{Pairs, Tree};
use crate::model::{RelationId, TypeId};
use crate::tuple::Object;

/// See the [module](self).
#[derive(Clone, Debug, Default)]
pub(crate) struct Store {
    pub(super) names: Names,
    pub(super) standings: Standings,
    /// (object, relation) to its subjects, and each object's type.
    pub(crate) rows: Table,
    /// (object, how it is a subject) to the rows that hold it.
    pub(super) back: Table,
    /// The rows that hold a type's wildcard.
    pub(super) wildcards: Pairs,
    /// Objects that have a standing, by type; [`TypeId::MAX`] for those whose type is not in the model.
    pub(super) of_type: Members,
    pub(super) bounds: Tree<TupleKey, Bound>,
    pub(super) revoked: Pairs,
}

impl Store {
    /// The object's number, if it has one.
    #[inline]
    pub(crate) fn id(&self, text: &str) -> Option<ObjectId> {
        self.names.find(text, self.names.hash(text))
    }

    /// The numbers of two objects, in less time than for one after the other. Meanwhile the memory is asked for the
    /// rows of the first one and of those that it leads to, and for where the second one stands.
    #[inline]
    pub(crate) fn both_ids(&self, one: &str, other: &str) -> (Option<ObjectId>, Option<ObjectId>) {
        let ahead = |id, lead: Lead| {
            self.rows.fetch(id);
            self.rows.fetch_known(lead.next);
            self.rows.fetch_known(lead.after);
        };
        // What is nearer is there as soon as it is asked for.
        let other_ahead = |id| {
            if id >= NEAR {
                self.back.fetch(id);
            }
        };
        self.names.find_both(one, other, ahead, other_ahead)
    }

    pub(crate) fn object(&self, id: ObjectId) -> Option<Object> {
        self.object_if(id, |_| true)
    }

    pub(crate) fn object_if(
        &self,
        id: ObjectId,
        wanted: impl FnOnce(&str) -> bool,
    ) -> Option<Object> {
        self.names.object_if(id, self.standings.place(id)?, wanted)
    }

    #[inline]
    pub(crate) fn type_of(&self, id: ObjectId) -> Option<TypeId> {
        self.rows.type_of(id)
    }

    #[inline]
    pub(crate) fn row(&self, object: ObjectId, relation: RelationId) -> Row<'_> {
        self.rows.row(object, relation)
    }

    /// Asks the memory for where an object stands, best after it was the second of [both](Self::both_ids): the first
    /// of it is waited for.
    #[inline]
    pub(crate) fn fetch_back(&self, subject: ObjectId) {
        if subject >= NEAR {
            self.back.fetch_block(subject);
        }
    }

    /// How a row of an object that was found holds another one: who is in few groups is sooner found among what leads
    /// back from there than among the many of each group, unless these are at hand.
    #[inline]
    pub(crate) fn holds(
        &self,
        (found, object): (Found<'_>, ObjectId),
        relation: RelationId,
        subject: ObjectId,
    ) -> Finding {
        if object >= NEAR && found.is_long() {
            let back = self.back.find(subject);
            if found.is_longer(back) {
                let row = Entry::new(SubjectId::Userset(object, relation));
                return self.back.row_holds(back, subject, way(None), row);
            }
        }
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
        self.bounds.get(&(object, relation, subject))
    }

    /// Every number is below.
    pub(crate) fn end(&self) -> ObjectId {
        self.standings.end()
    }

    pub(crate) fn standing(&self, id: ObjectId) -> Option<Standing> {
        self.standings.standing(id)
    }

    pub(crate) fn is_revoked(&self, jti: Uuid) -> bool {
        self.revoked.get(&jti.as_u64_pair()).is_some()
    }

    /// In order.
    pub(crate) fn revocations(&self) -> impl Iterator<Item = Uuid> {
        let jti = |&((high, low), ()): &((u64, u64), ())| Uuid::from_u64_pair(high, low);
        self.revoked.iter().map(jti)
    }

    /// Every object that has a number, in order of the numbers.
    pub(crate) fn ids(&self) -> impl Iterator<Item = ObjectId> {
        (0..self.end()).filter(|&id| self.standings.place(id).is_some())
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
        !self.rows.is_empty(id) || !self.back.is_empty(id)
    }

    /// The objects of a type that have a standing.
    pub(super) fn of_type(&self, type_id: TypeId) -> impl Iterator<Item = ObjectId> {
        self.of_type.of(type_id)
    }

    /// Where the object stands as a subject.
    pub(crate) fn stands_in(&self, id: ObjectId) -> impl Iterator<Item = Place> {
        let rows = self.back.rows_of(id);
        rows.flat_map(|(way, row)| {
            row.entries()
                .map(move |entry| Place::new(way, entry.word()))
        })
    }

    /// The rows that hold a type's wildcard.
    pub(crate) fn wildcard_in(
        &self,
        type_id: TypeId,
    ) -> impl Iterator<Item = (ObjectId, RelationId)> {
        let type_id = u64::from(type_id);
        let found = self.wildcards.iter_from(&(type_id, 0));
        found.map_while(move |&((found, row), ())| (found == type_id).then(|| row_of_word(row)))
    }

    /// The object's number, given now if it has none.
    pub(super) fn intern(&mut self, object: &Object, type_id: Option<TypeId>) -> ObjectId {
        let text = object.as_str();
        let hash = self.names.hash(text);
        if let Some(id) = self.names.find(text, hash) {
            return id;
        }
        let id = self.standings.take(hash.place());
        self.names.insert(text, hash, id);
        self.rows.set_type(id, type_id);
        id
    }

    pub(super) fn revoke(&mut self, jti: Uuid) {
        if !self.is_revoked(jti) {
            self.revoked.insert(jti.as_u64_pair(), ());
        }
    }

    pub(super) fn set_standing(&mut self, id: ObjectId, standing: Option<Standing>) {
        let before = self.standing(id);
        if before == standing {
            return;
        }
        self.standings.set(id, standing);
        if before.is_some() != standing.is_some() {
            let type_id = self.type_of(id).unwrap_or(TypeId::MAX);
            self.of_type.set(type_id, id, standing.is_some());
        }
    }

    /// Adds a tuple, in the place of the same one under another condition.
    pub(super) fn write(
        &mut self,
        object: ObjectId,
        relation: RelationId,
        subject: SubjectId,
        bound: Option<Bound>,
    ) {
        let Some(entry) = place::entry(subject, bound.as_ref()) else {
            return;
        };
        let row = self.row(object, relation);
        let before = row.find(subject);
        if before != Some(entry) {
            self.rows.put(object, relation, entry.word());
            self.note_lead(object);
        }
        if before.is_none() {
            let row = row_word(object, relation);
            match subject {
                SubjectId::Object(id) => drop(self.back.put(id, way(None), row)),
                SubjectId::Userset(id, member) => drop(self.back.put(id, way(Some(member)), row)),
                SubjectId::Wildcard(type_id) => {
                    self.wildcards.insert((type_id.into(), row), ());
                }
            }
        }
        let key = (object, relation, Entry::new(subject).word());
        match bound {
            Some(bound) => drop(self.bounds.insert(key, bound)),
            None if before.is_some_and(Entry::is_conditional) => drop(self.bounds.remove(&key)),
            None => {}
        }
    }

    /// Removes a tuple, if it is there, and the numbers that nothing needs after it.
    pub(super) fn delete(&mut self, object: ObjectId, relation: RelationId, subject: SubjectId) {
        self.remove(object, relation, subject);
        self.release(object);
        if let SubjectId::Object(id) | SubjectId::Userset(id, _) = subject {
            self.release(id);
        }
    }

    fn remove(&mut self, object: ObjectId, relation: RelationId, subject: SubjectId) {
        let plain = Entry::new(subject).word();
        let Some(before) = self.rows.take(object, relation, plain) else {
            return;
        };
        self.note_lead(object);
        self.unlink(object, relation, Entry::of_word(before));
    }

    /// Lets the object's name say where its rows lead now.
    fn note_lead(&mut self, object: ObjectId) {
        if let Some(place) = self.standings.place(object) {
            let lead = self.rows.lead(object);
            self.names.set_lead(object, place, lead);
        }
    }

    /// Removes what leads back from an entry, and its condition.
    fn unlink(&mut self, object: ObjectId, relation: RelationId, entry: Entry) {
        let row = row_word(object, relation);
        let subject = entry.subject();
        match subject {
            SubjectId::Object(id) => drop(self.back.take(id, way(None), row)),
            SubjectId::Userset(id, member) => drop(self.back.take(id, way(Some(member)), row)),
            SubjectId::Wildcard(type_id) => {
                self.wildcards.remove(&(type_id.into(), row));
            }
        }
        if entry.is_conditional() {
            let plain = Entry::new(subject).word();
            self.bounds.remove(&(object, relation, plain));
        }
    }

    /// Removes an object's standing and every tuple that names it. Costs in proportion to their number.
    pub(super) fn forget(&mut self, id: ObjectId) {
        self.set_standing(id, None);
        let mut touched = vec![id];
        let rows = self.rows.rows_of(id);
        let entries: Vec<(RelationId, Entry)> = rows
            .flat_map(|(relation, row)| row.entries().map(move |entry| (relation, entry)))
            .collect();
        self.rows.clear(id);
        for (relation, entry) in entries {
            self.unlink(id, relation, entry);
            if let SubjectId::Object(other) | SubjectId::Userset(other, _) = entry.subject() {
                touched.push(other);
            }
        }
        let places: Vec<Place> = self.stands_in(id).collect();
        for place in places {
            self.remove(place.object, place.relation, place.subject(id));
            touched.push(place.object);
        }
        for id in touched {
            self.release(id);
        }
    }

    /// Frees the number of an object that has no standing and that no tuple names.
    pub(super) fn release(&mut self, id: ObjectId) {
        let Some(place) = self.standings.place(id) else {
            return;
        };
        if self.is_named(id) || self.standing(id).is_some() {
            return;
        }
        self.names.remove(id, place);
        self.rows.set_type(id, None);
        self.standings.give_back(id);
    }
}
