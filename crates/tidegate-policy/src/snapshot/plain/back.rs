//! What leads back from subjects to rows.

use super::blocks::Blocks;
use super::table::Table;
use crate::model::{MAX_TYPES, RelationId, TypeId};
use crate::snapshot::place::{Place, row_of_word, row_word, way};
use crate::snapshot::row::{Entry, ObjectId, SubjectId};
use crate::snapshot::row::{block_word, relation_of};

/// (object, how it is a subject) to the rows that hold it, and (type, 0) to those that hold its wildcard. Cheap to
/// clone.
#[derive(Clone, Debug)]
pub(super) struct Back(Table);

/// The number of the first object here: those of types are below.
const FIRST: ObjectId = MAX_TYPES as ObjectId;

impl Back {
    /// From the rows of all objects.
    pub(super) fn of(rows: &Table, end: ObjectId) -> Self {
        let (mut numbers, mut words) = (Vec::new(), Vec::new());
        for object in 0..end {
            for &word in rows.0.get(object) {
                let (number, way) = place_of(Entry::of_word(word).subject());
                numbers.push(number);
                words.push(block_word(way, row_word(object, relation_of(word))));
            }
        }
        let tags = vec![0; number_of(end) as usize];
        Self(Table(Blocks::of_words(&numbers, &words, &tags)))
    }

    /// Notes a row that holds a subject, or forgets it.
    pub(super) fn set(
        &mut self,
        object: ObjectId,
        relation: RelationId,
        subject: SubjectId,
        holds: bool,
    ) {
        let row = row_word(object, relation);
        let (number, way) = place_of(subject);
        if holds {
            self.0.put(number, way, row);
        } else {
            self.0.take(number, way, row);
        }
    }

    /// Whether any row holds the object.
    pub(super) fn is_empty(&self, id: ObjectId) -> bool {
        self.0.is_empty(number_of(id))
    }

    /// Where the object stands as a subject.
    pub(super) fn stands_in(&self, id: ObjectId) -> impl Iterator<Item = Place> {
        let words = self.0.0.get(number_of(id)).iter();
        words.map(|&word| Place::new(relation_of(word), word))
    }

    /// The rows that hold a type's wildcard.
    pub(super) fn wildcard_in(
        &self,
        type_id: TypeId,
    ) -> impl Iterator<Item = (ObjectId, RelationId)> {
        let words = self.0.0.get(type_id).iter();
        words.map(|&word| row_of_word(word))
    }
}

fn number_of(id: ObjectId) -> ObjectId {
    id.saturating_add(FIRST)
}

/// The number of a subject here, and how it is one.
fn place_of(subject: SubjectId) -> (ObjectId, RelationId) {
    match subject {
        SubjectId::Object(id) => (number_of(id), way(None)),
        SubjectId::Userset(id, member) => (number_of(id), way(Some(member))),
        SubjectId::Wildcard(type_id) => (type_id, way(None)),
    }
}
