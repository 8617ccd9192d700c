//! What leads back from subjects to rows.

use super::blocks::Blocks;
use super::table::Table;
use crate::model::{MAX_TYPES, RelationId, TypeId};
use crate::snapshot::place::{Place, row_of_word, row_word, way};
use crate::snapshot::row::{Entry, ObjectId, SubjectId};
use crate::snapshot::row::{block_word, relation_of};

/// See the [module](self). Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Back {
    /// (object, how it is a subject) to the rows that hold it.
    rows: Table,
    /// (type, 0) to the rows that hold its wildcard.
    wildcards: Table,
}

impl Back {
    /// From the rows of all objects.
    pub(super) fn of(rows: &Table, end: ObjectId) -> Self {
        let (mut ids, mut words) = (Vec::new(), Vec::new());
        let (mut types, mut wildcards) = (Vec::new(), Vec::new());
        for object in 0..end {
            for &word in rows.0.get(object) {
                let row = row_word(object, relation_of(word));
                let subject = Entry::of_word(word).subject();
                match subject {
                    SubjectId::Object(id) | SubjectId::Userset(id, _) => {
                        ids.push(id);
                        words.push(block_word(way_of(subject), row));
                    }
                    SubjectId::Wildcard(type_id) => {
                        types.push(type_id);
                        wildcards.push(row);
                    }
                }
            }
        }
        let table = |numbers: &[u32], words: &[u64], count: usize| {
            Table(Blocks::of_words(numbers, words, &vec![0; count]))
        };
        Self {
            rows: table(&ids, &words, end as usize),
            wildcards: table(&types, &wildcards, MAX_TYPES),
        }
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
        let (table, number) = match subject {
            SubjectId::Object(id) | SubjectId::Userset(id, _) => (&mut self.rows, id),
            SubjectId::Wildcard(type_id) => (&mut self.wildcards, type_id),
        };
        if holds {
            table.put(number, way_of(subject), row);
        } else {
            table.take(number, way_of(subject), row);
        }
    }

    /// Whether any row holds the object.
    pub(super) fn is_empty(&self, id: ObjectId) -> bool {
        self.rows.is_empty(id)
    }

    /// Where the object stands as a subject.
    pub(super) fn stands_in(&self, id: ObjectId) -> impl Iterator<Item = Place> {
        let words = self.rows.0.get(id).iter();
        words.map(|&word| Place::new(relation_of(word), word))
    }

    /// The rows that hold a type's wildcard.
    pub(super) fn wildcard_in(
        &self,
        type_id: TypeId,
    ) -> impl Iterator<Item = (ObjectId, RelationId)> {
        let words = self.wildcards.0.get(type_id).iter();
        words.map(|&word| row_of_word(word))
    }
}

fn way_of(subject: SubjectId) -> RelationId {
    match subject {
        SubjectId::Object(_) | SubjectId::Wildcard(_) => way(None),
        SubjectId::Userset(_, member) => way(Some(member)),
    }
}
