//! The subjects of one relation of one object.

use crate::model::{RelationId, TypeId};

/// An object's number, the same in all layers of a snapshot.
pub(crate) type ObjectId = u32;

/// A subject over dense numbers. Sorted so that a row has its usersets side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum SubjectId {
    Object(ObjectId),
    Userset(ObjectId, RelationId),
    Wildcard(TypeId),
}

/// A subject in a row, and whether it is there under a condition. In 64 bits, from the highest: 2 of kind,
/// 15 of nothing, 32 of object or type, 14 of relation, 1 that says conditional.
// INVARIANT: entries are in the order of their subjects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry(u64);

const KIND: u32 = 62;
const PLACE: u32 = 15;
const RELATION: u32 = 1;
/// A model has fewer relations ([`MAX_RELATIONS`](crate::model::MAX_RELATIONS)).
const MAX_RELATION_ID: u64 = (1 << 14) - 1;
const CONDITIONAL: u64 = 1;

const OBJECT: u64 = 0;
const USERSET: u64 = 1;
const WILDCARD: u64 = 2;

impl Entry {
    /// A subject that is always there.
    pub(crate) fn new(subject: SubjectId) -> Self {
        let (kind, place, relation) = match subject {
            SubjectId::Object(id) => (OBJECT, id, 0),
            SubjectId::Userset(id, relation) => (USERSET, id, relation),
            SubjectId::Wildcard(type_id) => (WILDCARD, type_id, 0),
        };
        let relation = u64::from(relation).min(MAX_RELATION_ID);
        Self(kind << KIND | u64::from(place) << PLACE | relation << RELATION)
    }

    /// A subject that is there under a condition.
    pub(crate) fn conditional(subject: SubjectId) -> Self {
        Self(Self::new(subject).0 | CONDITIONAL)
    }

    pub(crate) fn subject(self) -> SubjectId {
        let place = (self.0 >> PLACE) as u32;
        match self.0 >> KIND {
            OBJECT => SubjectId::Object(place),
            USERSET => SubjectId::Userset(place, (self.0 >> RELATION & MAX_RELATION_ID) as u32),
            _ => SubjectId::Wildcard(place),
        }
    }

    pub(crate) fn is_conditional(self) -> bool {
        self.0 & CONDITIONAL != 0
    }

    /// What rows are sorted by: the subject alone.
    pub(crate) fn key(self) -> u64 {
        self.0 & !CONDITIONAL
    }
}

/// The subjects of one (object, relation), sorted, each once.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Row<'a> {
    entries: &'a [Entry],
}

impl<'a> Row<'a> {
    pub(crate) fn of(entries: &'a [Entry]) -> Self {
        Self { entries }
    }

    pub(crate) fn is_empty(self) -> bool {
        self.entries.is_empty()
    }

    pub(crate) fn len(self) -> usize {
        self.entries.len()
    }

    pub(crate) fn entries(self) -> &'a [Entry] {
        self.entries
    }

    pub(crate) fn subjects(self) -> impl Iterator<Item = SubjectId> + use<'a> {
        self.entries.iter().map(|entry| entry.subject())
    }

    /// Where a subject is, or would be.
    pub(crate) fn place(self, subject: SubjectId) -> Result<usize, usize> {
        let key = Entry::new(subject).key();
        self.entries.binary_search_by_key(&key, |entry| entry.key())
    }

    pub(crate) fn find(self, subject: SubjectId) -> Option<Entry> {
        let place = self.place(subject).ok()?;
        self.entries.get(place).copied()
    }

    /// Objects, each with its entry.
    pub(crate) fn objects(self) -> impl Iterator<Item = (ObjectId, Entry)> + use<'a> {
        self.entries
            .iter()
            .map_while(|&entry| match entry.subject() {
                SubjectId::Object(id) => Some((id, entry)),
                SubjectId::Userset(..) | SubjectId::Wildcard(_) => None,
            })
    }

    /// Usersets, each with its entry.
    pub(crate) fn usersets(
        self,
    ) -> impl Iterator<Item = ((ObjectId, RelationId), Entry)> + use<'a> {
        let start = self
            .entries
            .partition_point(|entry| matches!(entry.subject(), SubjectId::Object(_)));
        let rest = self.entries.get(start..).unwrap_or_default();
        rest.iter().map_while(|&entry| match entry.subject() {
            SubjectId::Userset(id, relation) => Some(((id, relation), entry)),
            SubjectId::Object(_) | SubjectId::Wildcard(_) => None,
        })
    }
}
