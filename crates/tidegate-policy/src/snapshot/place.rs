//! Where a tuple is among the others, and what leads back to it.

pub(crate) use super::bound::Bound;
use super::row::{Entry, ObjectId, SubjectId};
use crate::model::RelationId;

/// The entry of a tuple, under a condition if it is; none for a tuple that is not kept. What cannot evaluate conditions
/// has none in its model, so no tuple under one comes to it; if one did, it must not hold.
pub(super) fn entry(subject: SubjectId, bound: Option<&Bound>) -> Option<Entry> {
    match bound {
        None => Some(Entry::new(subject)),
        Some(_) if cfg!(feature = "conditions") => Some(Entry::conditional(subject)),
        Some(_) => None,
    }
}

/// A tuple's key: its object, relation, and subject as a row has it.
pub(super) type TupleKey = (ObjectId, RelationId, u64);

/// Under which condition a tuple holds, of conditions in order.
pub(super) fn bound_of<'a>(bounds: &'a [(TupleKey, Bound)], key: &TupleKey) -> Option<&'a Bound> {
    let place = bounds.binary_search_by_key(key, |&(key, _)| key).ok()?;
    bounds.get(place).map(|(_, bound)| bound)
}

/// Puts a condition among others in order, or takes it away.
pub(super) fn set_bound(bounds: &mut Vec<(TupleKey, Bound)>, key: TupleKey, bound: Option<Bound>) {
    let found = bounds.binary_search_by_key(&key, |&(key, _)| key);
    match (found, bound) {
        (Ok(place), Some(bound)) => {
            if let Some((_, there)) = bounds.get_mut(place) {
                *there = bound;
            }
        }
        (Ok(place), None) => drop(bounds.remove(place)),
        (Err(place), Some(bound)) => bounds.insert(place, (key, bound)),
        (Err(_), None) => {}
    }
}

/// How an object is a subject, as the relation of a row that leads back: as itself, or by a userset of it.
pub(super) fn way(member: Option<RelationId>) -> RelationId {
    member.map_or(0, |member| member.saturating_add(1))
}

/// A row, as an entry of one that leads back.
pub(super) fn row_word(object: ObjectId, relation: RelationId) -> u64 {
    Entry::new(SubjectId::Userset(object, relation)).word()
}

/// The row of an entry of one that leads back.
pub(super) fn row_of_word(word: u64) -> (ObjectId, RelationId) {
    match Entry::of_word(word).subject() {
        SubjectId::Userset(object, relation) => (object, relation),
        // `row_word` makes no other.
        SubjectId::Object(object) | SubjectId::Wildcard(object) => (object, 0),
    }
}

/// Where an object stands as a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) object: ObjectId,
    pub(crate) relation: RelationId,
    /// The userset's relation; none for the object itself.
    pub(crate) member: Option<RelationId>,
}

impl Place {
    /// Of a row that leads back, and an entry of it.
    pub(super) fn new(way: RelationId, word: u64) -> Self {
        let (object, relation) = row_of_word(word);
        Self {
            object,
            relation,
            member: way.checked_sub(1),
        }
    }

    /// What stands there, of an object.
    pub(crate) fn subject(self, id: ObjectId) -> SubjectId {
        match self.member {
            Some(member) => SubjectId::Userset(id, member),
            None => SubjectId::Object(id),
        }
    }
}
