//! Rows of words by (object, relation), in pages.
//!
//! A page has [`SLOTS`] objects with consecutive numbers: first a word for each (its type, the count of its
//! rows, and where they start in the page), then for each object, in order, a word for each of its rows
//! (relation, length, where it starts after the object's first word), in order of the relation, and
//! these rows. So a look-up touches the object's word and what lies together after it.
//!
//! A row of more than [`INLINE`] words is not in the page, but a [`Set`] of its own: a write into a
//! group of a million copies little more than one into a group of two.

use std::borrow::Cow;

use super::pages::{Page, Pages};
use super::row::{ObjectId, Row, key, replace};
use super::tree::{Set, Tree};
use crate::model::{RelationId, TypeId};

/// Objects of a page.
pub(super) const SLOTS: usize = 64;
/// Most words of a row that is in a page.
pub(super) const INLINE: usize = 128;
/// A large row that has become smaller than this goes back into its page.
const BACK_INLINE: usize = INLINE / 2;

/// A slot's word, from the highest bit: 16 of type, 16 of count, 32 of start.
const NO_TYPE: u64 = 0xffff;
const TYPE: u32 = 48;
const COUNT: u32 = 32;
/// A row's word, from the highest bit: 16 of relation, 1 that says large, 15 of length, 32 of start.
const RELATION: u32 = 48;
const LARGE: u64 = 1 << 47;
const LENGTH: u32 = 32;
const LENGTHS: u64 = 0x7fff;

/// An object's type and rows, in its page.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Found<'a> {
    /// None when the object is not there or its type is not in the model.
    pub(crate) type_id: Option<TypeId>,
    heads: &'a [u64],
    /// From the first of the heads on.
    words: &'a [u64],
}

/// Rows by (object, relation), and the type of each object. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    pages: Pages,
    large: Tree<(ObjectId, RelationId), Set>,
}

impl Table {
    /// The object's type; none when it is not there or its type is not in the model.
    #[inline]
    pub(crate) fn type_of(&self, object: ObjectId) -> Option<TypeId> {
        let (page, slot) = place(object);
        let type_id = self.pages.get(page).get(slot)? >> TYPE;
        (type_id != NO_TYPE).then_some(type_id as TypeId)
    }

    #[inline]
    pub(crate) fn row(&self, object: ObjectId, relation: RelationId) -> Row<'_> {
        self.row_of(self.find(object), object, relation)
    }

    /// The object's type and rows, to look at several of them.
    #[inline]
    pub(crate) fn find(&self, object: ObjectId) -> Found<'_> {
        let (page, slot) = place(object);
        let page = self.pages.get(page);
        let Some(&word) = page.get(slot) else {
            return Found::default();
        };
        let type_id = word >> TYPE;
        let words = page.get(start_of(word)..).unwrap_or_default();
        Found {
            type_id: (type_id != NO_TYPE).then_some(type_id as TypeId),
            heads: words.get(..count_of(word)).unwrap_or_default(),
            words,
        }
    }

    /// A row of an object that was found.
    #[inline]
    pub(crate) fn row_of<'a>(
        &'a self,
        found: Found<'a>,
        object: ObjectId,
        relation: RelationId,
    ) -> Row<'a> {
        let wanted = u64::from(relation);
        let heads = found.heads;
        let head = if heads.len() <= 8 {
            heads.iter().find(|&&head| head >> RELATION == wanted)
        } else {
            let place = heads.binary_search_by_key(&wanted, |head| head >> RELATION);
            place.ok().and_then(|place| heads.get(place))
        };
        match head {
            None => Row::default(),
            Some(&head) if head & LARGE == 0 => Row::of(words_of(found.words, head)),
            Some(_) => self.large_row(object, relation),
        }
    }

    #[cold]
    fn large_row(&self, object: ObjectId, relation: RelationId) -> Row<'_> {
        let found = self.large.get(&(object, relation));
        found.map_or_else(Row::default, Row::large)
    }

    /// The object's rows, in order of the relation.
    pub(crate) fn rows_of(&self, object: ObjectId) -> impl Iterator<Item = (RelationId, Row<'_>)> {
        let (page, slot) = place(object);
        let block = block_of(self.pages.get(page), slot);
        let heads = block.heads.iter();
        heads.map(move |&head| {
            let relation = (head >> RELATION) as RelationId;
            let row = if head & LARGE == 0 {
                Row::of(words_of(block.words, head))
            } else {
                self.large_row(object, relation)
            };
            (relation, row)
        })
    }

    /// Whether the object has no row.
    pub(crate) fn is_empty(&self, object: ObjectId) -> bool {
        let (page, slot) = place(object);
        block_of(self.pages.get(page), slot).heads.is_empty()
    }

    pub(crate) fn set_type(&mut self, object: ObjectId, type_id: Option<TypeId>) {
        let (page, slot) = place(object);
        let Some(page) = self.pages.page_mut(page) else {
            return;
        };
        if page.is_empty() {
            *page = no_slots().into();
        }
        if let Some(word) = Page::make_mut(page).get_mut(slot) {
            *word = *word & !(NO_TYPE << TYPE) | type_word(type_id) << TYPE;
        }
    }

    /// Puts a word into a row, in the place of one with the same key, which it returns.
    pub(crate) fn put(&mut self, object: ObjectId, relation: RelationId, word: u64) -> Option<u64> {
        if let Some(large) = self.large_mut(object, relation) {
            return replace(large, word);
        }
        let (page, slot) = place(object);
        let old = self.pages.get(page);
        let mut rows = rows(old, slot);
        let (before, large) = rows.edit(relation, |words| {
            let before = match words.binary_search_by_key(&key(word), |&found| key(found)) {
                Ok(place) => {
                    let there = words.get_mut(place);
                    there.map(|there| std::mem::replace(there, word))
                }
                Err(place) => {
                    words.insert(place, word);
                    None
                }
            };
            (before, (words.len() > INLINE).then(|| set_of(words)))
        })?;
        if large.is_some() {
            rows.set_large(relation);
        }
        let page_after = rows.page(old, slot);
        self.pages.set(page, page_after);
        if let Some(large) = large {
            self.large.insert((object, relation), large);
        }
        before
    }

    /// Takes the word with a key out of a row, and returns it.
    pub(crate) fn take(&mut self, object: ObjectId, relation: RelationId, of: u64) -> Option<u64> {
        let (page, slot) = place(object);
        if let Some(large) = self.large_mut(object, relation) {
            let taken = Row::large(large).find_key(key(of))?;
            large.remove(&taken);
            if large.len() < BACK_INLINE {
                let words: Vec<u64> = large.iter().map(|&(word, ())| word).collect();
                self.large.remove(&(object, relation));
                let old = self.pages.get(page);
                let mut rows = rows(old, slot);
                rows.set(relation, words);
                let page_after = rows.page(old, slot);
                self.pages.set(page, page_after);
            }
            return Some(taken);
        }
        let taken = self.row(object, relation).find_key(key(of))?;
        let old = self.pages.get(page);
        let mut rows = rows(old, slot);
        rows.edit(relation, |words| words.retain(|&found| found != taken));
        let page_after = rows.page(old, slot);
        self.pages.set(page, page_after);
        Some(taken)
    }

    /// Drops every row of the object.
    pub(crate) fn clear(&mut self, object: ObjectId) {
        let (page, slot) = place(object);
        let old = self.pages.get(page);
        let rows = rows(old, slot);
        if rows.held.is_empty() {
            return;
        }
        let large = rows.held.iter().filter(|row| row.large);
        let large: Vec<RelationId> = large.map(|row| row.relation).collect();
        let page_after = Rows { held: Vec::new() }.page(old, slot);
        for relation in large {
            self.large.remove(&(object, relation));
        }
        self.pages.set(page, page_after);
    }

    fn large_mut(&mut self, object: ObjectId, relation: RelationId) -> Option<&mut Set> {
        let of = (object, relation);
        // Nothing is copied for a row that is not there.
        self.large.get(&of)?;
        self.large.get_mut(&of)
    }
}

fn set_of(words: &[u64]) -> Set {
    let all: Vec<(u64, ())> = words.iter().map(|&word| (word, ())).collect();
    Set::from_sorted(&all)
}

#[inline]
fn place(object: ObjectId) -> (usize, usize) {
    (object as usize / SLOTS, object as usize % SLOTS)
}

fn type_word(type_id: Option<TypeId>) -> u64 {
    type_id.map_or(NO_TYPE, |type_id| u64::from(type_id).min(NO_TYPE))
}

fn start_of(word: u64) -> usize {
    (word & 0xffff_ffff) as usize
}

fn count_of(word: u64) -> usize {
    (word >> COUNT & 0xffff) as usize
}

/// The words of a row that is in its object's block.
#[inline]
fn words_of(block: &[u64], head: u64) -> &[u64] {
    let length = (head >> LENGTH & LENGTHS) as usize;
    let rest = block.get(start_of(head)..).unwrap_or_default();
    rest.get(..length).unwrap_or_default()
}

/// What a page has of one object.
struct Block<'a> {
    heads: &'a [u64],
    /// From the first of the heads on.
    words: &'a [u64],
}

fn block_of(page: &[u64], slot: usize) -> Block<'_> {
    let Some(&word) = page.get(slot) else {
        return Block {
            heads: &[],
            words: &[],
        };
    };
    let next = page.get(slot + 1).filter(|_| slot + 1 < SLOTS);
    let end = next.map_or(page.len(), |&next| start_of(next));
    let words = page.get(start_of(word)..end).unwrap_or_default();
    let heads = words.get(..count_of(word)).unwrap_or_default();
    Block { heads, words }
}

/// A page of objects without type and rows.
fn no_slots() -> Vec<u64> {
    vec![NO_TYPE << TYPE | SLOTS as u64; SLOTS]
}

/// The rows of one object, being changed.
struct Rows<'a> {
    held: Vec<Held<'a>>,
}

struct Held<'a> {
    relation: RelationId,
    large: bool,
    words: Cow<'a, [u64]>,
}

fn rows(page: &[u64], slot: usize) -> Rows<'_> {
    let block = block_of(page, slot);
    let held = block.heads.iter().map(|&head| Held {
        relation: (head >> RELATION) as RelationId,
        large: head & LARGE != 0,
        words: Cow::Borrowed(words_of(block.words, head)),
    });
    Rows {
        held: held.collect(),
    }
}

impl<'a> Rows<'a> {
    /// Changes the row of a relation that is not large; an empty one if there is none.
    fn edit<T>(
        &mut self,
        relation: RelationId,
        change: impl FnOnce(&mut Vec<u64>) -> T,
    ) -> Option<T> {
        let held = &mut self.held;
        let place = held.partition_point(|row| row.relation < relation);
        if held.get(place).is_none_or(|row| row.relation != relation) {
            let row = Held {
                relation,
                large: false,
                words: Cow::default(),
            };
            held.insert(place, row);
        }
        held.get_mut(place).map(|row| change(row.words.to_mut()))
    }

    fn set(&mut self, relation: RelationId, words: Vec<u64>) {
        let found = self.held.iter_mut().find(|row| row.relation == relation);
        if let Some(row) = found {
            (row.large, row.words) = (false, words.into());
        }
    }

    fn set_large(&mut self, relation: RelationId) {
        let found = self.held.iter_mut().find(|row| row.relation == relation);
        if let Some(row) = found {
            (row.large, row.words) = (true, Cow::default());
        }
    }

    /// The page with these rows in the place of the object's.
    fn page(&self, page: &[u64], slot: usize) -> Page {
        let none;
        let page = if page.is_empty() {
            none = no_slots();
            &none
        } else {
            page
        };
        let block = block_of(page, slot).words.len();
        let mut made = Vec::with_capacity(page.len() + block + 2);
        let start = page.get(slot).map_or(page.len(), |&word| start_of(word));
        made.extend_from_slice(page.get(..start).unwrap_or_default());
        let rows = self.held.iter();
        let rows = rows.map(|row| (row.relation, (!row.large).then_some(&*row.words)));
        let count = push_rows(&mut made, rows);
        let after = page.get(start + block..).unwrap_or_default();
        // The words of later objects move along.
        let moved = (made.len() as u64).wrapping_sub((start + block) as u64);
        made.extend_from_slice(after);
        for (at, word) in made.iter_mut().take(SLOTS).enumerate().skip(slot) {
            if at == slot {
                *word = *word & !(0xffff << COUNT) | (count as u64) << COUNT;
            } else {
                let moved = (*word as u32).wrapping_add(moved as u32);
                *word = *word & !0xffff_ffff | u64::from(moved);
            }
        }
        made.into()
    }
}

/// Writes rows as an object's block: none for a large one, no word for an empty one. Returns the count.
fn push_rows<'a>(
    made: &mut Vec<u64>,
    rows: impl Iterator<Item = (RelationId, Option<&'a [u64]>)> + Clone,
) -> usize {
    let rows = rows.filter(|(_, words)| words.is_none_or(|words| !words.is_empty()));
    let count = rows.clone().count();
    let mut start = count;
    for (relation, words) in rows.clone() {
        let relation = u64::from(relation) << RELATION;
        match words {
            Some(words) => {
                made.push(relation | (words.len() as u64) << LENGTH | start as u64);
                start += words.len();
            }
            None => made.push(relation | LARGE),
        }
    }
    for words in rows.filter_map(|(_, words)| words) {
        made.extend_from_slice(words);
    }
    count
}

/// Makes a table of objects in the order of their numbers.
#[derive(Debug, Default)]
pub(super) struct TableBuilder {
    pages: Vec<Page>,
    page: Vec<u64>,
    slot: usize,
    number: ObjectId,
    large: Vec<((ObjectId, RelationId), Set)>,
}

impl TableBuilder {
    /// Adds the next object, with its rows in order of the relation, each in order. `words` are those of all
    /// rows, one after the other, and `rows` says how many each has.
    pub(super) fn push(
        &mut self,
        type_id: Option<TypeId>,
        rows: &[(RelationId, usize)],
        words: &[u64],
    ) {
        if self.slot == 0 {
            self.page.clear();
            self.page.resize(SLOTS, 0);
        }
        let start = self.page.len() as u64;
        let mut rest = words;
        let mut parts = Vec::with_capacity(rows.len());
        for &(relation, length) in rows {
            let (row, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
            rest = after;
            if row.len() > INLINE {
                self.large.push(((self.number, relation), set_of(row)));
                parts.push((relation, None));
            } else {
                parts.push((relation, Some(row)));
            }
        }
        let count = push_rows(&mut self.page, parts.iter().copied()) as u64;
        if let Some(word) = self.page.get_mut(self.slot) {
            *word = type_word(type_id) << TYPE | count << COUNT | start;
        }
        self.number = self.number.saturating_add(1);
        self.slot += 1;
        if self.slot == SLOTS {
            self.close();
        }
    }

    fn close(&mut self) {
        let end = self.page.len() as u64;
        for word in self.page.iter_mut().take(SLOTS).skip(self.slot) {
            *word = NO_TYPE << TYPE | end;
        }
        self.pages.push(self.page.as_slice().into());
        self.slot = 0;
    }

    pub(super) fn finish(mut self) -> Table {
        if self.slot > 0 {
            self.close();
        }
        Table {
            pages: Pages::from_pages(self.pages),
            large: Tree::from_sorted(&self.large),
        }
    }
}
