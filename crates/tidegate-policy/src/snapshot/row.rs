//! The subjects of one relation of one object.

use std::slice;

use super::tree::{Iter, Set};
use crate::model::{RelationId, TypeId};

/// An object's number in one snapshot: a later one may give it to another object.
pub(crate) type ObjectId = u32;

/// A subject over dense numbers. Sorted so that a row has its usersets side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum SubjectId {
    Object(ObjectId),
    Userset(ObjectId, RelationId),
    Wildcard(TypeId),
}

/// A subject in a row, and whether it is there under a condition. In [`ENTRY_BITS`], from the highest: 2 of
/// kind, 32 of object or type, 14 of relation, 1 that says conditional.
// INVARIANT: entries are in the order of their subjects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry(u64);

/// Bits of an entry. In a word of a row, what is above them is for the [table](super::table) to say.
pub(super) const ENTRY_BITS: u32 = KIND + 2;
const ENTRY: u64 = (1 << ENTRY_BITS) - 1;
const KIND: u32 = 47;
const PLACE: u32 = 15;
const RELATION: u32 = 1;
/// A model has fewer relations ([`MAX_RELATIONS`](crate::model::MAX_RELATIONS)).
const MAX_RELATION_ID: u64 = (1 << 14) - 1;
const CONDITIONAL: u64 = 1;

const OBJECT: u64 = 0;
const USERSET: u64 = 1;
const WILDCARD: u64 = 2;
/// No userset is below, no object above.
const FIRST_USERSET: u64 = USERSET << KIND;

impl Entry {
    /// A subject that is always there.
    #[inline]
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

    #[inline]
    pub(crate) fn subject(self) -> SubjectId {
        let place = (self.0 >> PLACE) as u32;
        match self.0 >> KIND {
            OBJECT => SubjectId::Object(place),
            USERSET => SubjectId::Userset(place, (self.0 >> RELATION & MAX_RELATION_ID) as u32),
            _ => SubjectId::Wildcard(place),
        }
    }

    /// Without the feature no store takes such an entry, and nothing has to be made for one.
    #[inline]
    pub(crate) fn is_conditional(self) -> bool {
        cfg!(feature = "conditions") && self.0 & CONDITIONAL != 0
    }

    #[inline]
    pub(super) fn word(self) -> u64 {
        self.0
    }

    /// Of a row's word.
    #[inline]
    pub(super) fn of_word(word: u64) -> Self {
        Self(word & ENTRY)
    }
}

/// What the words of a row are sorted by: the subject alone.
#[inline]
pub(super) fn key(word: u64) -> u64 {
    word & !CONDITIONAL
}

/// Where the relation of a word of a block starts: above an entry, and a bit that is for the table.
const IN_BLOCK: u32 = ENTRY_BITS + 1;

/// The word of an entry in the row of a relation, in the block of all rows of an object.
#[inline]
pub(super) fn block_word(relation: RelationId, entry: u64) -> u64 {
    u64::from(relation) << IN_BLOCK | entry
}

#[inline]
pub(super) fn relation_of(word: u64) -> RelationId {
    (word >> IN_BLOCK) as RelationId
}

/// The subjects of one (object, relation), sorted, each once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'a>(Held<'a>);

#[derive(Clone, Copy, Debug)]
enum Held<'a> {
    /// In one place: entries, all below the same other bits.
    Flat(&'a [u64]),
    /// Too large for that.
    Large(&'a Set),
}

/// How a row holds a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Finding {
    Nowhere,
    Always,
    /// Under a condition.
    Conditional,
}

impl Default for Row<'_> {
    fn default() -> Self {
        Self(Held::Flat(&[]))
    }
}

impl<'a> Row<'a> {
    #[inline]
    pub(super) fn of(words: &'a [u64]) -> Self {
        Self(Held::Flat(words))
    }

    pub(super) fn large(set: &'a Set) -> Self {
        Self(Held::Large(set))
    }

    #[inline]
    pub(crate) fn is_empty(self) -> bool {
        self.len() == 0
    }

    #[inline]
    pub(crate) fn len(self) -> usize {
        match self.0 {
            Held::Flat(words) => words.len(),
            Held::Large(set) => set.len(),
        }
    }

    /// The only entry; none when there are others, or none.
    pub(crate) fn only(self) -> Option<Entry> {
        match self.0 {
            Held::Flat(&[word]) => Some(Entry::of_word(word)),
            Held::Flat(_) | Held::Large(_) => None,
        }
    }

    pub(crate) fn entries(self) -> Entries<'a> {
        match self.0 {
            Held::Flat(words) => Entries::Flat(words.iter()),
            Held::Large(set) => Entries::Large(set.iter()),
        }
    }

    pub(crate) fn subjects(self) -> impl Iterator<Item = SubjectId> + use<'a> {
        self.entries().map(Entry::subject)
    }

    #[inline]
    pub(crate) fn find(self, subject: SubjectId) -> Option<Entry> {
        self.find_key(Entry::new(subject).0).map(Entry)
    }

    /// How it holds the subject of an entry that is always there.
    #[inline]
    pub(crate) fn holds(self, entry: Entry) -> Finding {
        let found = match self.0 {
            // To look at all of them takes less than to guess which one is the last to look at.
            Held::Flat(words) if words.len() <= 8 => {
                let (mut always, mut conditional) = (false, false);
                for &word in words {
                    let found = Entry::of_word(word).0;
                    always |= found == entry.0;
                    conditional |= found == entry.0 | CONDITIONAL;
                }
                return match (always, conditional) {
                    (true, _) => Finding::Always,
                    (false, true) => Finding::Conditional,
                    (false, false) => Finding::Nowhere,
                };
            }
            _ => self.find_key(entry.0),
        };
        match found {
            None => Finding::Nowhere,
            Some(word) if word & CONDITIONAL == 0 => Finding::Always,
            Some(_) => Finding::Conditional,
        }
    }

    /// The entry with a key, as a word.
    #[inline]
    pub(super) fn find_key(self, of: u64) -> Option<u64> {
        match self.0 {
            Held::Flat(words) => {
                // Of the plain store, or a question's own. Where that store is, this is all that there has to be.
                if cfg!(target_family = "wasm") || words.len() > 2 * PART * PART {
                    let place = words.partition_point(|&word| key(word & ENTRY) < of);
                    let word = words.get(place)? & ENTRY;
                    return (key(word) == of).then_some(word);
                }
                // The first word of each part says which part it is in. To halve the row again and again takes
                // fewer looks, but each has to wait for the memory of the one before.
                let before =
                    |part: &&[u64]| part.first().is_some_and(|&word| key(word & ENTRY) <= of);
                let parts = words.chunks(PART);
                let at = parts.map(|part| usize::from(before(&part))).sum::<usize>();
                let part = words.chunks(PART).nth(at.saturating_sub(1))?;
                let mut part = part.iter().map(|&word| word & ENTRY);
                part.find(|&word| key(word) == of)
            }
            Held::Large(set) => {
                let mut either = [of, of | CONDITIONAL].into_iter();
                either.find(|word| set.get(word).is_some())
            }
        }
    }

    /// Objects, each with its entry.
    pub(crate) fn objects(self) -> impl Iterator<Item = (ObjectId, Entry)> + use<'a> {
        self.entries().map_while(|entry| match entry.subject() {
            SubjectId::Object(id) => Some((id, entry)),
            SubjectId::Userset(..) | SubjectId::Wildcard(_) => None,
        })
    }

    /// Usersets, each with its entry.
    pub(crate) fn usersets(
        self,
    ) -> impl Iterator<Item = ((ObjectId, RelationId), Entry)> + Clone + use<'a> {
        let rest = match self.0 {
            Held::Flat(words) => {
                // Most rows are of one kind, or have few usersets: those of a row that is not very long are
                // looked for from its end, as to halve it would be to wait for places far from it.
                let start = if words.len() > 2 * PART * PART {
                    words.partition_point(|&word| !is_more_than_object(word))
                } else {
                    let object = words.iter().rposition(|&word| !is_more_than_object(word));
                    object.map_or(0, |place| place + 1)
                };
                Entries::Flat(words.get(start..).unwrap_or_default().iter())
            }
            Held::Large(set) => Entries::Large(set.iter_from(&FIRST_USERSET)),
        };
        rest.map_while(|entry| match entry.subject() {
            SubjectId::Userset(id, relation) => Some(((id, relation), entry)),
            SubjectId::Object(_) | SubjectId::Wildcard(_) => None,
        })
    }
}

/// Words of a flat row that are looked at together: a line of memory, or two.
const PART: usize = 8;

/// Whether two words of rows have the same subject.
#[inline]
pub(super) fn is_same_subject(one: u64, other: u64) -> bool {
    (one ^ other) & (ENTRY & !CONDITIONAL) == 0
}

/// Whether one of the entries whose bits these are may be a wildcard, or a userset.
#[inline]
pub(super) fn may_be_wildcard(bits: u64) -> bool {
    bits >> KIND & WILDCARD != 0
}

#[inline]
pub(super) fn may_be_userset(bits: u64) -> bool {
    bits >> KIND & USERSET != 0
}

/// What entries whose bits these are may be, in [`KINDS`] bits: usersets, wildcards, under a condition.
#[cfg(not(target_family = "wasm"))]
#[inline]
pub(super) fn kinds_of(bits: u64) -> u64 {
    bits >> KIND & (USERSET | WILDCARD) | (bits & CONDITIONAL) << 2
}

#[cfg(not(target_family = "wasm"))]
pub(super) const KINDS: u32 = 3;

/// Bits of such entries.
#[cfg(not(target_family = "wasm"))]
#[inline]
pub(super) fn bits_of(kinds: u64) -> u64 {
    kinds << KIND
}

/// Whether all such entries are there whatever is asked.
#[cfg(not(target_family = "wasm"))]
#[inline]
pub(super) fn are_plain(kinds: u64) -> bool {
    kinds & CONDITIONAL << 2 == 0
}

/// Whether an entry's subject is no object.
#[inline]
pub(super) fn is_more_than_object(word: u64) -> bool {
    word & ENTRY >= FIRST_USERSET
}

/// A row of a question's own.
#[derive(Clone, Debug)]
pub(super) enum OwnedRow {
    Flat(Vec<u64>),
    Large(Set),
}

impl Row<'_> {
    pub(super) fn to_owned(self) -> OwnedRow {
        match self.0 {
            Held::Flat(words) => OwnedRow::Flat(words.iter().map(|&word| word & ENTRY).collect()),
            Held::Large(set) => OwnedRow::Large(set.clone()),
        }
    }
}

impl OwnedRow {
    #[inline]
    pub(super) fn row(&self) -> Row<'_> {
        match self {
            Self::Flat(words) => Row::of(words),
            Self::Large(set) => Row::large(set),
        }
    }

    /// Puts an entry in the place of the one for the same subject. Says whether there was none.
    pub(super) fn put(&mut self, entry: Entry) -> bool {
        match self {
            Self::Flat(words) => {
                match words.binary_search_by_key(&key(entry.0), |&word| key(word)) {
                    Ok(place) => {
                        if let Some(word) = words.get_mut(place) {
                            *word = entry.0;
                        }
                        false
                    }
                    Err(place) => {
                        words.insert(place, entry.0);
                        true
                    }
                }
            }
            Self::Large(set) => replace(set, entry.0).is_none(),
        }
    }
}

/// Puts a word into a large row, in the place of one with the same key, which it returns.
pub(super) fn replace(set: &mut Set, word: u64) -> Option<u64> {
    let before = Row::large(set).find_key(key(word));
    if before != Some(word) {
        if let Some(before) = before {
            set.remove(&before);
        }
        set.insert(word, ());
    }
    before
}

/// A row's entries, in order.
#[derive(Clone, Debug)]
pub(crate) enum Entries<'a> {
    Flat(slice::Iter<'a, u64>),
    Large(Iter<'a, u64, ()>),
}

impl Iterator for Entries<'_> {
    type Item = Entry;

    #[inline]
    fn next(&mut self) -> Option<Entry> {
        match self {
            Self::Flat(words) => words.next().map(|&word| Entry::of_word(word)),
            Self::Large(words) => words.next().map(|&(word, ())| Entry(word)),
        }
    }
}
