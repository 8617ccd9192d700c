//! Rows of words by (object, relation), and the type of each object.
//!
//! All rows of an object are one block, in order: a word for each tuple, with the relation above an [`Entry`].

use std::ops::Range;

use super::blocks::Blocks;
use crate::model::{MAX_TYPES, RelationId, TypeId};
use crate::snapshot::row::{
    Entry, Finding, ObjectId, Row, block_word, is_same_subject, key, may_be_userset,
    may_be_wildcard, relation_of,
};

const _: () = assert!(MAX_TYPES < 1 << u8::BITS);

/// The tag of a block: 0 of an object that is not there or whose type is not in the model.
pub(super) fn tag_of(type_id: Option<TypeId>) -> u8 {
    type_id.map_or(0, |type_id| type_id as u8 + 1)
}

/// An object's type and rows.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Found<'a> {
    /// None when the object is not there or its type is not in the model.
    pub(crate) type_id: Option<TypeId>,
    block: &'a [u64],
}

impl Found<'_> {
    /// An object that nothing names.
    pub(crate) fn of_type(type_id: TypeId) -> Self {
        Self {
            type_id: Some(type_id),
            block: &[],
        }
    }

    /// Whether its rows may lead on to usersets.
    #[inline]
    pub(crate) fn may_have_usersets(self) -> bool {
        self.may_have_any(may_be_userset)
    }

    /// Whether a wildcard may be in one of its rows.
    #[inline]
    pub(crate) fn may_have_wildcards(self) -> bool {
        self.may_have_any(may_be_wildcard)
    }

    /// Whether the subject of an entry may be in one of its rows.
    #[inline]
    pub(crate) fn may_have(self, entry: Entry) -> bool {
        self.may_have_any(|word| is_same_subject(word, entry.word()))
    }

    #[inline]
    fn may_have_any(self, wanted: impl Fn(u64) -> bool) -> bool {
        self.block.len() > FEW || self.block.iter().any(|&word| wanted(word))
    }
}

/// See the [module](self). Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table(pub(super) Blocks);

impl Table {
    /// The object's type and rows, to look at several of them.
    #[inline]
    pub(crate) fn find(&self, object: ObjectId) -> Found<'_> {
        let (tag, block) = self.0.find(object);
        Found {
            type_id: tag.checked_sub(1).map(TypeId::from),
            block,
        }
    }

    /// A row of an object that was found.
    #[inline]
    pub(crate) fn row_of<'a>(
        &'a self,
        found: Found<'a>,
        _: ObjectId,
        relation: RelationId,
    ) -> Row<'a> {
        Row::of(row_in(found.block, relation))
    }

    #[inline]
    pub(crate) fn row(&self, object: ObjectId, relation: RelationId) -> Row<'_> {
        Row::of(row_in(self.0.get(object), relation))
    }

    /// Here it does nothing: a module does not know of what its host has near.
    #[inline]
    pub(crate) fn fetch_first(&self, _: Found<'_>, _: RelationId) {}

    /// Nor here.
    #[inline]
    pub(crate) fn fetch_far(&self, _: Found<'_>) {}

    /// Nor here.
    #[inline]
    pub(crate) fn fetch(&self, _: ObjectId) {}

    /// How a row of an object that was found holds the subject of an entry that is always there.
    #[inline]
    pub(crate) fn holds(
        &self,
        found: Found<'_>,
        object: ObjectId,
        relation: RelationId,
        entry: Entry,
    ) -> Finding {
        if found.block.len() > FEW {
            return self.row_of(found, object, relation).holds(entry);
        }
        let wanted = block_word(relation, entry.word());
        let nearest = found.block.iter().map(|&word| word ^ wanted).min();
        match nearest {
            Some(0) => Finding::Always,
            Some(1) if cfg!(feature = "conditions") => Finding::Conditional,
            _ => Finding::Nowhere,
        }
    }

    /// The object's rows, in order of the relation.
    pub(crate) fn rows_of(&self, object: ObjectId) -> impl Iterator<Item = (RelationId, Row<'_>)> {
        let block = self.0.get(object);
        let rows = block.chunk_by(|&one, &two| relation_of(one) == relation_of(two));
        rows.map(|words| {
            let relation = words.first().map_or(0, |&word| relation_of(word));
            (relation, Row::of(words))
        })
    }

    /// Whether the object has no row.
    pub(super) fn is_empty(&self, object: ObjectId) -> bool {
        self.0.get(object).is_empty()
    }

    pub(super) fn set_type(&mut self, object: ObjectId, type_id: Option<TypeId>) {
        self.0.change(object, tag_of(type_id), 0..0, &[]);
    }

    /// Puts an entry into a row, in the place of one with the same key, which it returns.
    pub(super) fn put(
        &mut self,
        object: ObjectId,
        relation: RelationId,
        entry: u64,
    ) -> Option<u64> {
        let word = block_word(relation, entry);
        let (place, before) = self.look(object, word);
        self.change(object, place, &[word]);
        before
    }

    /// Takes the entry with a key out of a row, and returns it.
    pub(super) fn take(&mut self, object: ObjectId, relation: RelationId, of: u64) -> Option<u64> {
        let (place, before) = self.look(object, block_word(relation, of));
        if before.is_some() {
            self.change(object, place, &[]);
        }
        before
    }

    /// Where in the object's block a word with this key is, or would be.
    fn look(&self, object: ObjectId, word: u64) -> (Range<usize>, Option<u64>) {
        let block = self.0.get(object);
        let start = block.partition_point(|&there| key(there) < key(word));
        let found = block.get(start).copied();
        let found = found.filter(|&there| key(there) == key(word));
        (start..start + usize::from(found.is_some()), found)
    }

    fn change(&mut self, object: ObjectId, place: Range<usize>, words: &[u64]) {
        let (tag, _) = self.0.find(object);
        self.0.change(object, tag, place, words);
    }
}

/// Words that are gone through one by one.
const FEW: usize = 8;

/// The words of a relation.
#[inline]
fn row_in(block: &[u64], relation: RelationId) -> &[u64] {
    let start = block.partition_point(|&word| relation_of(word) < relation);
    let rest = block.get(start..).unwrap_or_default();
    let end = rest.partition_point(|&word| relation_of(word) == relation);
    rest.get(..end).unwrap_or_default()
}
