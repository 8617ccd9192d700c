//! Rows of words by (object, relation).
//!
//! All rows of an object are one block of words, in order: each has the relation in its highest 14 bits, 1 that
//! says large, and below them an [`Entry`]: a word for each tuple. Where an object's block is, is for
//! [`slots`] to say.
//!
//! A row of more than [`INLINE`] words is not in its block, but a [`Set`] of its own, for which one word stands
//! there: a write into a group of a million copies little more than one into a group of two.

use prefetch_index::prefetch_index;

use super::lead::Lead;
use super::pages::{Pages, Pair};
use super::row::{
    ENTRY_BITS, Entry, Finding, ObjectId, Row, SubjectId, are_plain, bits_of, block_word,
    is_same_subject, key, may_be_userset, may_be_wildcard, relation_of, replace,
};
use super::slots::{self, ANY_KIND, PageBuilder, SLOTS, block, kinds, place, slot, type_of};
use super::tree::{Set, Tree};
use crate::model::{RelationId, TypeId};

/// Most words of a row that is in a block.
pub(super) const INLINE: usize = 96;
/// A large row that has become smaller than this goes back into its block.
const BACK_INLINE: usize = INLINE / 2;

pub(super) const LARGE: u64 = 1 << ENTRY_BITS;

/// An object's type and rows.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Found<'a> {
    /// None when the object is not there or its type is not in the model.
    pub(crate) type_id: Option<TypeId>,
    block: &'a [u64],
    /// The first word of its slot.
    head: u64,
}

impl Found<'_> {
    /// An object that nothing names.
    pub(crate) fn of_type(type_id: TypeId) -> Self {
        Self {
            type_id: Some(type_id),
            ..Self::default()
        }
    }

    /// Whether its rows may lead on to usersets.
    #[inline]
    pub(crate) fn may_have_usersets(self) -> bool {
        may_be_userset(bits_of(kinds(self.head)))
    }

    /// Whether a wildcard may be in one of its rows.
    #[inline]
    pub(crate) fn may_have_wildcards(self) -> bool {
        may_be_wildcard(bits_of(kinds(self.head)))
    }

    /// Whether the subject of an entry may be in one of its rows: one look at all of them tells most of the time
    /// that it is in none.
    #[inline]
    pub(crate) fn may_have(self, entry: Entry) -> bool {
        if !self.is_short() {
            return true;
        }
        let mut has = false;
        for &word in self.block {
            has |= is_same_subject(word, entry.word());
        }
        has
    }

    /// Whether all of its rows are a few words, and in its block.
    #[inline]
    fn is_short(self) -> bool {
        self.block.len() <= FEW && kinds(self.head) != ANY_KIND
    }

    /// Whether its rows take a while to look through, and all of their subjects are in them whatever is asked.
    #[inline]
    pub(super) fn is_long(self) -> bool {
        self.block.len() > MANY && are_plain(kinds(self.head))
    }

    /// Whether the rows of the other one are less to look through. Those that are not in its block never are.
    #[inline]
    pub(super) fn is_longer(self, other: Found<'_>) -> bool {
        self.block.len() > other.block.len() && kinds(other.head) != ANY_KIND
    }
}

/// Rows by (object, relation), and the type of each object. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    /// Of each, slots and the blocks that are too long for them.
    pages: Pages<Pair>,
    large: Tree<(ObjectId, RelationId), Set>,
}

impl Table {
    /// The object's type; none when it is not there or its type is not in the model.
    #[inline]
    pub(crate) fn type_of(&self, object: ObjectId) -> Option<TypeId> {
        let (page, at) = place(object);
        type_of(*slot(self.pages.both(page).0, at).first()?)
    }

    #[inline]
    pub(crate) fn row(&self, object: ObjectId, relation: RelationId) -> Row<'_> {
        self.row_of(self.find(object), object, relation)
    }

    /// The object's type and rows, to look at several of them.
    #[inline]
    pub(crate) fn find(&self, object: ObjectId) -> Found<'_> {
        let (page, at) = place(object);
        let (slots, long) = self.pages.both(page);
        let Some((&head, room)) = slot(slots, at).split_first() else {
            return Found::default();
        };
        Found {
            type_id: type_of(head),
            block: block(head, room, long),
            head,
        }
    }

    /// Asks the memory for where a relation leads first, without waiting for it: who has something else to look
    /// at before, does not have to wait for both, one after the other.
    #[inline]
    pub(crate) fn fetch_first(&self, found: Found<'_>, relation: RelationId) {
        let mut words = found.block.iter().take(FEW);
        if let Some(&word) = words.find(|&&word| relation_of(word) == relation)
            && word & LARGE == 0
            && let SubjectId::Object(object) = Entry::of_word(word).subject()
        {
            self.fetch(object);
        }
    }

    /// Asks the memory for where an object leads from afar: the next but two of a chain.
    #[inline]
    pub(crate) fn fetch_far(&self, found: Found<'_>) {
        self.fetch_known(slots::far(found.head));
    }

    /// Asks the memory for the rows of an object that something leads to, if there is one.
    #[inline]
    pub(crate) fn fetch_known(&self, object: ObjectId) {
        if object != 0 {
            self.fetch(object);
        }
    }

    /// Where the object's rows lead now.
    pub(super) fn lead(&self, object: ObjectId) -> Lead {
        let (lead, _) = Lead::from_block(self.find(object).block, |id| self.find(id).block);
        lead
    }

    /// Asks the memory for an object's rows.
    #[inline]
    pub(crate) fn fetch(&self, object: ObjectId) {
        let (page, at) = place(object);
        prefetch_index(slot(self.pages.both(page).0, at), 0);
    }

    /// Asks the memory for the rows of an object, of which those beyond its slot are in other places. For the slot
    /// itself it waits, if it was not [asked for](Self::fetch) before.
    #[inline]
    pub(crate) fn fetch_block(&self, object: ObjectId) {
        let found = self.find(object);
        for at in (0..found.block.len()).step_by(LINE).take(LINES) {
            prefetch_index(found.block, at);
        }
    }

    /// How a row of an object that was found holds the subject of an entry that is always there.
    #[inline]
    pub(crate) fn holds(
        &self,
        found: Found<'_>,
        object: ObjectId,
        relation: RelationId,
        entry: Entry,
    ) -> Finding {
        if !found.is_short() {
            return self.row_holds(found, object, relation, entry);
        }
        // To look at all of them takes less than to guess which one is the last to look at.
        let wanted = block_word(relation, entry.word());
        let nearest = found.block.iter().map(|&word| word ^ wanted).min();
        match nearest {
            Some(0) => Finding::Always,
            Some(1) => Finding::Conditional,
            _ => Finding::Nowhere,
        }
    }

    pub(super) fn row_holds(
        &self,
        found: Found<'_>,
        object: ObjectId,
        relation: RelationId,
        entry: Entry,
    ) -> Finding {
        self.row_of(found, object, relation).holds(entry)
    }

    /// A row of an object that was found.
    #[inline]
    pub(crate) fn row_of<'a>(
        &'a self,
        found: Found<'a>,
        object: ObjectId,
        relation: RelationId,
    ) -> Row<'a> {
        self.row_at(row_in(found.block, relation), object, relation)
    }

    /// The row that these words of a block are, or stand for.
    #[inline]
    fn row_at<'a>(&'a self, words: &'a [u64], object: ObjectId, relation: RelationId) -> Row<'a> {
        match words {
            [word] if word & LARGE != 0 => self.large_row(object, relation),
            words => Row::of(words),
        }
    }

    #[cold]
    fn large_row(&self, object: ObjectId, relation: RelationId) -> Row<'_> {
        let found = self.large.get(&(object, relation));
        found.map_or_else(Row::default, Row::large)
    }

    /// The object's rows, in order of the relation.
    pub(crate) fn rows_of(&self, object: ObjectId) -> impl Iterator<Item = (RelationId, Row<'_>)> {
        let block = self.find(object).block;
        let rows = block.chunk_by(|&one, &two| relation_of(one) == relation_of(two));
        rows.map(move |words| {
            let relation = words.first().map_or(0, |&word| relation_of(word));
            (relation, self.row_at(words, object, relation))
        })
    }

    /// Whether the object has no row.
    pub(crate) fn is_empty(&self, object: ObjectId) -> bool {
        self.find(object).block.is_empty()
    }

    pub(crate) fn set_type(&mut self, object: ObjectId, type_id: Option<TypeId>) {
        let block = self.find(object).block.to_vec();
        self.set(object, type_id, &block);
    }

    /// Puts an entry into a row, in the place of one with the same key, which it returns.
    pub(crate) fn put(
        &mut self,
        object: ObjectId,
        relation: RelationId,
        entry: u64,
    ) -> Option<u64> {
        if let Some(large) = self.large_mut(object, relation) {
            return replace(large, entry);
        }
        let row = self.row(object, relation);
        let before = row.find_key(key(entry));
        let kept = row.entries().map(Entry::word);
        let mut words: Vec<u64> = kept.filter(|&word| Some(word) != before).collect();
        words.insert(words.partition_point(|&word| word < entry), entry);
        if words.len() > INLINE {
            let set = set_of(words.iter().map(|&word| Entry::of_word(word)));
            self.large.insert((object, relation), set);
            words = vec![LARGE];
        }
        self.set_row(object, relation, &words);
        before
    }

    /// Takes the entry with a key out of a row, and returns it.
    pub(crate) fn take(&mut self, object: ObjectId, relation: RelationId, of: u64) -> Option<u64> {
        if let Some(large) = self.large_mut(object, relation) {
            let taken = Row::large(large).find_key(key(of))?;
            large.remove(&taken);
            if large.len() < BACK_INLINE {
                let words: Vec<u64> = large.iter().map(|&(word, ())| word).collect();
                self.large.remove(&(object, relation));
                self.set_row(object, relation, &words);
            }
            return Some(taken);
        }
        let row = self.row(object, relation);
        let taken = row.find_key(key(of))?;
        let kept = row.entries().map(Entry::word);
        let words: Vec<u64> = kept.filter(|&word| word != taken).collect();
        self.set_row(object, relation, &words);
        Some(taken)
    }

    /// Drops every row of the object.
    pub(crate) fn clear(&mut self, object: ObjectId) {
        let Found { type_id, block, .. } = self.find(object);
        if block.is_empty() {
            return;
        }
        let large = block.iter().filter(|&word| word & LARGE != 0);
        let large: Vec<RelationId> = large.map(|&word| relation_of(word)).collect();
        for relation in large {
            self.large.remove(&(object, relation));
        }
        self.set(object, type_id, &[]);
    }

    fn large_mut(&mut self, object: ObjectId, relation: RelationId) -> Option<&mut Set> {
        let of = (object, relation);
        // Nothing is copied for a row that is not there.
        self.large.get(&of)?;
        self.large.get_mut(&of)
    }

    /// Puts these words, without their relation, in the place of a row.
    fn set_row(&mut self, object: ObjectId, relation: RelationId, words: &[u64]) {
        let Found {
            type_id,
            block: old,
            ..
        } = self.find(object);
        let row = row_in(old, relation).len();
        let (before, rest) =
            old.split_at(old.partition_point(|&word| relation_of(word) < relation));
        let words = words.iter().map(|&word| block_word(relation, word));
        let mut block: Vec<u64> = before.iter().copied().chain(words).collect();
        block.extend(rest.iter().skip(row));
        self.set(object, type_id, &block);
    }

    /// Puts this type and this block in the place of an object's.
    fn set(&mut self, object: ObjectId, type_id: Option<TypeId>, block: &[u64]) {
        let (page, at) = place(object);
        let (slots, long) = self.pages.both(page);
        let (_, far) = Lead::from_block(block, |id| self.find(id).block);
        let made = slots::changed(slots, long, at, type_id, block, far);
        let (slots, long) = made.unwrap_or_else(|| {
            // Slots of another size may be better now.
            let mut made = PageBuilder::default();
            for (slot, other) in (0..SLOTS).zip(object.saturating_sub(at as ObjectId)..) {
                if slot == at {
                    made.push(type_id, block, far);
                } else {
                    let found = self.find(other);
                    made.push(found.type_id, found.block, slots::far(found.head));
                }
            }
            let (slots, long) = made.pages();
            (slots, Some(long))
        });
        if let Some(pages) = self.pages.page_mut(page) {
            pages.0 = slots;
            if let Some(long) = long {
                pages.1 = long;
            }
        }
    }
}

/// Words in a line of memory, and lines of a block that are asked for ahead.
const LINE: usize = 8;
const LINES: usize = 3;

/// Words that are gone through one by one.
const FEW: usize = 8;
/// Words that are in so many lines of memory that to look elsewhere takes less.
const MANY: usize = 32;

/// The words of a relation.
#[inline]
fn row_in(block: &[u64], relation: RelationId) -> &[u64] {
    let start = if block.len() <= FEW {
        let place = block.iter().position(|&word| relation_of(word) >= relation);
        place.unwrap_or(block.len())
    } else if block
        .first()
        .is_some_and(|&word| relation_of(word) == relation)
    {
        0
    } else {
        block.partition_point(|&word| relation_of(word) < relation)
    };
    let rest = block.get(start..).unwrap_or_default();
    let end = if rest.len() <= FEW {
        let place = rest.iter().position(|&word| relation_of(word) != relation);
        place.unwrap_or(rest.len())
    } else if rest
        .last()
        .is_some_and(|&word| relation_of(word) == relation)
    {
        rest.len()
    } else {
        rest.partition_point(|&word| relation_of(word) <= relation)
    };
    rest.get(..end).unwrap_or_default()
}

/// Makes a table of objects in the order of their numbers.
#[derive(Debug, Default)]
pub(super) struct TableBuilder {
    pages: Vec<Pair>,
    page: PageBuilder,
    number: ObjectId,
    large: Vec<((ObjectId, RelationId), Set)>,
}

impl TableBuilder {
    /// Adds the next object, with its [block](block_word), in which rows are as long as they are, and where that leads
    /// [from afar](slots::far).
    pub(super) fn push(&mut self, type_id: Option<TypeId>, block: &[u64], far: ObjectId) {
        if block.len() <= INLINE {
            self.page.push(type_id, block, far);
        } else {
            let mut shorter = Vec::new();
            for row in block.chunk_by(|&one, &two| relation_of(one) == relation_of(two)) {
                let relation = row.first().map_or(0, |&word| relation_of(word));
                if row.len() > INLINE {
                    let of = (self.number, relation);
                    self.large.push((of, set_of(Row::of(row).entries())));
                    shorter.push(block_word(relation, LARGE));
                } else {
                    shorter.extend_from_slice(row);
                }
            }
            self.page.push(type_id, &shorter, far);
        }
        self.number = self.number.saturating_add(1);
        if self.page.len() == SLOTS {
            self.close();
        }
    }

    fn close(&mut self) {
        self.pages.push(self.page.pages());
        self.page.clear();
    }

    pub(super) fn finish(mut self) -> Table {
        if self.page.len() > 0 {
            self.close();
        }
        Table {
            pages: Pages::from_pages(self.pages),
            large: Tree::from_sorted(&self.large),
        }
    }
}

fn set_of(entries: impl Iterator<Item = Entry>) -> Set {
    let mut words: Vec<(u64, ())> = Vec::new();
    for entry in entries {
        words.push((entry.word(), ()));
    }
    Set::from_sorted(&words)
}
