//! Changes of a store.

use std::sync::Arc;

use uuid::Uuid;

use super::Store;
use super::load::words_of;
use crate::model::{RelationId, TypeId};
use crate::snapshot::Standing;
use crate::snapshot::place::{self, Bound, set_bound};
use crate::snapshot::row::{Entry, ObjectId, SubjectId};
use crate::tuple::Object;

impl Store {
    /// The object's number, given now if it has none.
    pub(crate) fn intern(&mut self, object: &Object, type_id: Option<TypeId>) -> ObjectId {
        let text = object.as_str();
        if let Some(id) = self.id(text) {
            return id;
        }
        let id = self.names.insert(text);
        self.rows.set_type(id, type_id);
        id
    }

    pub(crate) fn revoke(&mut self, jti: Uuid) {
        if let Err(place) = self.revoked.binary_search(&jti) {
            Arc::make_mut(&mut self.revoked).insert(place, jti);
        }
    }

    pub(crate) fn set_standing(&mut self, id: ObjectId, standing: Option<Standing>) {
        if self.standing(id) != standing {
            let before = self.standings.get(id).len();
            let words = standing.map(words_of);
            let words = words.as_ref().map_or(&[][..], |words| words);
            self.standings.change(id, 0, 0..before, words);
        }
    }

    /// Adds a tuple, in the place of the same one under another condition.
    pub(crate) fn write(
        &mut self,
        object: ObjectId,
        relation: RelationId,
        subject: SubjectId,
        bound: Option<Bound>,
    ) {
        let Some(entry) = place::entry(subject, bound.as_ref()) else {
            return;
        };
        let before = self.row(object, relation).find(subject);
        if before != Some(entry) {
            self.rows.put(object, relation, entry.word());
        }
        if before.is_none() {
            self.lead_back(object, relation, subject, true);
        }
        let key = (object, relation, Entry::new(subject).word());
        if bound.is_some() || before.is_some_and(Entry::is_conditional) {
            set_bound(Arc::make_mut(&mut self.bounds), key, bound);
        }
    }

    /// Removes a tuple, if it is there, and the numbers that nothing needs after it.
    pub(crate) fn delete(&mut self, object: ObjectId, relation: RelationId, subject: SubjectId) {
        self.remove(object, relation, subject);
        self.release_of(object, subject);
    }

    fn remove(&mut self, object: ObjectId, relation: RelationId, subject: SubjectId) {
        if self.row(object, relation).find(subject).is_none() {
            return;
        }
        // Who asks whether anything still names the object needs it, and so do other changes of what this one is of.
        self.back();
        let plain = Entry::new(subject).word();
        let before = self.rows.take(object, relation, plain);
        self.lead_back(object, relation, subject, false);
        if before.is_some_and(|word| Entry::of_word(word).is_conditional()) {
            let key = (object, relation, plain);
            set_bound(Arc::make_mut(&mut self.bounds), key, None);
        }
    }

    /// Notes where a subject stands, or does not any more.
    fn lead_back(
        &mut self,
        object: ObjectId,
        relation: RelationId,
        subject: SubjectId,
        holds: bool,
    ) {
        // What nobody asked for yet is worked out later, from other rows than those that clones of this have.
        if let Some(back) = Arc::make_mut(&mut self.back).get_mut() {
            back.set(object, relation, subject, holds);
        }
    }

    /// Removes an object's standing and every tuple that names it. Each costs a move of what comes behind it on its
    /// page.
    pub(crate) fn forget(&mut self, id: ObjectId) {
        self.set_standing(id, None);
        let mut tuples: Vec<(ObjectId, RelationId, SubjectId)> = Vec::new();
        for (relation, row) in self.rows.rows_of(id) {
            for subject in row.subjects() {
                tuples.push((id, relation, subject));
            }
        }
        for place in self.stands_in(id) {
            tuples.push((place.object, place.relation, place.subject(id)));
        }
        // From the end: what comes after an entry has to move.
        for &(object, relation, subject) in tuples.iter().rev() {
            self.remove(object, relation, subject);
        }
        self.release(id);
        for (object, _, subject) in tuples {
            self.release_of(object, subject);
        }
    }

    /// Frees the number of an object that has no standing and that no tuple names.
    pub(crate) fn release(&mut self, id: ObjectId) {
        if !self.names.has(id) || self.standing(id).is_some() || self.is_named(id) {
            return;
        }
        self.names.remove(id);
        self.rows.set_type(id, None);
    }

    /// The same for what a tuple named.
    fn release_of(&mut self, object: ObjectId, subject: SubjectId) {
        self.release(object);
        if let SubjectId::Object(id) | SubjectId::Userset(id, _) = subject {
            self.release(id);
        }
    }
}
