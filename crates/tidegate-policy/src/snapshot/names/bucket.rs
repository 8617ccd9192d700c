//! A bucket of names: a page of slots, and one of texts.
//!
//! A slot that is not free has two words. The first has, from the highest bit, 8 of the name's hash, 6 of the text's
//! length, 18 for where that starts, 32 of the number. The second is where the object [leads](Lead): who asks about it
//! waits for its rows together with those of the next two, and not for one after the other. A name's hash says at which
//! line of memory to begin to look for it; most names are in that or the next, and its slots are looked at together.
//! The slots before the first whole line are for what has no room at the end.
//!
//! A text is filled up to whole words with a byte that no text holds, so that none is taken for a longer one. So a
//! look-up has to wait for one place in memory, and meanwhile for another one, to be sure.

use prefetch_index::prefetch_index;

use super::{FULL, Hash, ObjectId, is_text, with_text};
use crate::snapshot::lead::Lead;
use crate::snapshot::pages::{Page, Pair};
use crate::tuple::MAX_OBJECT;

/// The second word is a [`Lead`].
type Slot = [u64; WORDS];
const WORDS: usize = 2;
/// Slots that are in one line of memory.
const LINE: usize = 4;
/// Slots in whose place a page's counts are, in its first line.
const COUNTS: usize = 1;

const START: u32 = 32;
const STARTS: u64 = 0x3_ffff;
const LENGTH: u32 = 50;
const LENGTHS: u64 = 0x3f;
const TAG: u32 = 56;
// INVARIANT: a length that is cut off would make a name another one.
const _: () = assert!(MAX_OBJECT.div_ceil(8) as u64 <= LENGTHS && LENGTHS << LENGTH < 1 << TAG);
// INVARIANT: and a start that is cut off would show another name's text. A bucket that is the next to be split has
// twice as many names as there are on average, and none has four times as many as that: hashes are spread, by seeds
// that nobody knows.
const _: () = assert!((8 * FULL * MAX_OBJECT.div_ceil(8)) as u64 <= STARTS);

/// A name on its way into a bucket.
#[derive(Clone, Copy)]
pub(super) struct Name<'a> {
    pub(super) id: ObjectId,
    pub(super) of: Hash,
    pub(super) text: &'a [u64],
    pub(super) lead: Lead,
}

/// What a slot says that is not free.
#[derive(Clone, Copy)]
pub(super) struct Said {
    name: u64,
    lead: u64,
}

impl Said {
    #[inline]
    fn of(&[name, lead]: &Slot) -> Self {
        Self { name, lead }
    }

    /// The name's number.
    #[inline]
    pub(super) fn id(self) -> ObjectId {
        self.name as ObjectId
    }

    #[inline]
    pub(super) fn lead(self) -> Lead {
        Lead::of_word(self.lead)
    }
}

#[derive(Clone, Copy)]
pub(super) struct Bucket<'a> {
    slots: &'a [Slot],
    texts: &'a [u64],
}

impl<'a> Bucket<'a> {
    #[inline]
    pub(super) fn of((slots, texts): (&'a [u64], &'a [u64])) -> Self {
        let (slots, _) = slots.as_chunks();
        Self { slots, texts }
    }

    /// Asks the memory for where a name may be, without waiting for it.
    #[inline]
    pub(super) fn fetch(self, place: u32) {
        prefetch_index(self.slots, first_slot(place, self.slots.len()));
    }

    /// Asks the memory for the text of a slot.
    #[inline]
    pub(super) fn fetch_text(self, said: Said) {
        prefetch_index(self.texts, (said.name >> START & STARTS) as usize);
    }

    /// The slots where a name may be, up to the first one that is free, by number.
    #[inline]
    fn slots_from(self, place: u32) -> impl Iterator<Item = (usize, Said)> {
        let first = first_slot(place, self.slots.len());
        let (before, after) = self.slots.split_at_checked(first).unwrap_or_default();
        let all = (first..).zip(after).chain((0..).zip(before));
        all.map(|(at, slot)| (at, Said::of(slot)))
            .take_while(|(_, said)| said.name != 0)
    }

    #[inline]
    pub(super) fn find(self, text: &str, of: Hash) -> Option<ObjectId> {
        self.find_from(self.first_like(text, of), text, of)
    }

    /// The first slot that may be the name's among those of two lines.
    #[inline]
    pub(super) fn first_like(self, text: &str, of: Hash) -> Option<Said> {
        let wanted = shape(of, text.len().div_ceil(8));
        let first = first_slot(of.place(), self.slots.len());
        let (lines, _) = self.slots.get(first..)?.as_chunks::<LINE>();
        for line in lines.iter().take(2) {
            // No branch for each: where in its line a name is cannot be foreseen.
            let mut like = 0_u32;
            for ([name, _], at) in line.iter().zip(0..) {
                like |= u32::from((name ^ wanted) & SHAPES == 0) << at;
            }
            if let Some(slot) = line.get(like.trailing_zeros() as usize) {
                // A free one is like the empty text, which is no name.
                return (!is_free(slot)).then(|| Said::of(slot));
            }
        }
        None
    }

    /// The number of a name, if it is there, whose [first slot](Self::first_like) is known.
    #[inline]
    pub(super) fn find_from(self, first: Option<Said>, text: &str, of: Hash) -> Option<ObjectId> {
        match first {
            Some(said) if is_text(self.text(said), text) => Some(said.id()),
            _ => self.find_any(text, of),
        }
    }

    /// Looks at all slots where the name may be.
    #[inline(never)]
    fn find_any(self, text: &str, of: Hash) -> Option<ObjectId> {
        let wanted = shape(of, text.len().div_ceil(8));
        let mut slots = self.slots_from(of.place());
        let found = slots.find(|&(_, said)| {
            (said.name ^ wanted) & SHAPES == 0 && is_text(self.text(said), text)
        });
        found.map(|(_, said)| said.id())
    }

    /// The slot of the name with a number and a hash with this place, and its number.
    pub(super) fn slot_of(self, id: ObjectId, place: u32) -> Option<(usize, Said)> {
        self.slots_from(place).find(|(_, said)| said.id() == id)
    }

    #[inline]
    pub(super) fn text(self, said: Said) -> &'a [u64] {
        let start = (said.name >> START & STARTS) as usize;
        let length = (said.name >> LENGTH & LENGTHS) as usize;
        self.texts.get(start..start + length).unwrap_or_default()
    }

    /// All names.
    pub(super) fn names(self, hash: impl Fn(&str) -> Hash) -> Vec<Name<'a>> {
        let held = self.slots.iter().filter(|slot| !is_free(slot));
        let names = held.filter_map(|slot| {
            let said = Said::of(slot);
            let text = self.text(said);
            Some(Name {
                id: said.id(),
                of: with_text(text, |text| Some(hash(text)))?,
                text,
                lead: said.lead(),
            })
        });
        names.collect()
    }

    /// The bucket with one more name, if there is room for it.
    pub(super) fn with(self, name: Name<'_>) -> Option<Pair> {
        let held = self.slots.iter().filter(|slot| !is_free(slot)).count();
        if slots_for(held + 1) > self.slots.len() {
            return None;
        }
        let (mut page, mut texts) = (Page::from(self.slots.as_flattened()), self.texts.to_vec());
        let (slots, _) = Page::make_mut(&mut page).as_chunks_mut();
        put(slots, &mut texts, name);
        Some((page, texts.into()))
    }
}

/// The pages of a bucket.
pub(super) fn of_names(names: &[Name<'_>]) -> Pair {
    if names.is_empty() {
        return (Page::from([]), Page::from([]));
    }
    let mut slots = vec![[0; WORDS]; slots_for(names.len())];
    let mut texts = Vec::with_capacity(names.iter().map(|name| name.text.len()).sum());
    for &name in names {
        put(&mut slots, &mut texts, name);
    }
    (slots.as_flattened().into(), texts.into())
}

/// Puts a name into slots of which some are free.
fn put(slots: &mut [Slot], texts: &mut Vec<u64>, name: Name<'_>) {
    let start = (texts.len() as u64 & STARTS) << START;
    texts.extend_from_slice(name.text);
    let first = first_slot(name.of.place(), slots.len());
    let (before, after) = slots.split_at_mut(first);
    let mut free = after.iter_mut().chain(before).filter(|slot| is_free(slot));
    if let Some(slot) = free.next() {
        let word = shape(name.of, name.text.len()) | start | u64::from(name.id);
        *slot = [word, name.lead.word()];
    }
}

fn is_free(&[name, _]: &Slot) -> bool {
    name == 0
}

/// Says where the object of a slot of a page leads.
pub(super) fn set_lead(page: &mut [u64], at: usize, lead: Lead) {
    let (slots, _) = page.as_chunks_mut();
    if let Some([_, there]) = slots.get_mut(at) {
        *there = lead.word();
    }
}

/// Whether a page says of every object where it leads, by number.
pub(super) fn has_leads(page: &[u64], leads: &[Lead]) -> bool {
    let (slots, _) = page.as_chunks();
    slots
        .iter()
        .all(|&[name, lead]| lead == lead_of(name, leads))
}

/// Says where every object of a page leads.
pub(super) fn set_leads(page: &mut [u64], leads: &[Lead]) {
    let (slots, _) = page.as_chunks_mut();
    for [name, lead] in slots {
        *lead = lead_of(*name, leads);
    }
}

/// The second word of a slot with this first one, 0 of a free one.
fn lead_of(name: u64, leads: &[Lead]) -> u64 {
    let lead = leads.get(name as ObjectId as usize);
    lead.filter(|_| name != 0).map_or(0, |lead| lead.word())
}

/// What a slot says of a name's text: a part of its hash, and its length in words.
#[inline]
fn shape(of: Hash, length: usize) -> u64 {
    of.tag() << TAG | (length as u64 & LENGTHS) << LENGTH
}

const SHAPES: u64 = u64::MAX << LENGTH;

/// Where to begin among so many slots: where a line does.
#[inline]
fn first_slot(place: u32, slots: usize) -> usize {
    let lines = slots / LINE;
    // The lowest bits of the place are the same all over a bucket.
    let line = ((u64::from(place) * lines as u64) >> 32) as usize;
    LINE - COUNTS + line * LINE
}

/// The slots of a bucket of so many names: no fewer than 6 for 5, and so many more that the page is as long as an
/// allocator rounds sizes up to, of which there are four from one power of two to the next.
fn slots_for(names: usize) -> usize {
    let least = (names * 6 / 5 + 1 + COUNTS).next_multiple_of(LINE);
    let step = least.next_power_of_two() / 8;
    least.next_multiple_of(step.max(LINE)) - COUNTS
}

#[cfg(test)]
mod tests {
    use super::super::push_words;
    use super::*;

    /// However full a bucket is, and wherever its names begin: all at the end, all at the start, anywhere.
    #[test]
    fn names_are_found_where_there_is_room_for_them() {
        for count in [1, 2, 5, 6, 50, 700] {
            for place in [Some(0), Some(u32::MAX), None] {
                let place_of = |id: u32| place.unwrap_or(id.wrapping_mul(0x9e37_79b9));
                // Tags that are alike, too, and shapes like that of a free slot.
                let hash_of =
                    |id: u32| Hash(u64::from(place_of(id)) << 32 | u64::from(id / 2 % 256));
                let lead_to = |next, after| Lead { next, after };
                // From what is within a word to the longest that there may be.
                let name_of = |id: u32| {
                    let width = [3, 8, 16, 17, 24, 255, MAX_OBJECT][id as usize % 7];
                    format!("{id:x>width$}")
                };
                let texts = (0..count + 1).map(|id| {
                    let mut words = Vec::new();
                    push_words(&mut words, &name_of(id));
                    words
                });
                let texts: Vec<Vec<u64>> = texts.collect();
                let names = (0..).zip(&texts).map(|(id, text)| Name {
                    id,
                    of: hash_of(id),
                    text,
                    lead: lead_to(id, !id),
                });
                let names: Vec<Name<'_>> = names.collect();
                let (last, names) = names.split_last().expect("at least one");
                let (page, texts) = of_names(names);
                let bucket = Bucket::of((&page, &texts));
                let more = bucket.with(*last);
                let more = more.as_ref().map(|(page, texts)| Bucket::of((page, texts)));
                for (bucket, count) in [(bucket, count)]
                    .into_iter()
                    .chain(more.zip(Some(count + 1)))
                {
                    for id in 0..count {
                        assert_eq!(bucket.find(&name_of(id), hash_of(id)), Some(id));
                        let found = bucket.slot_of(id, hash_of(id).place());
                        let lead = found.map(|(_, said)| said.lead());
                        assert_eq!(lead, Some(lead_to(id, !id)));
                        let text = found.map(|(_, said)| bucket.text(said));
                        let is_whole = |text: &str| Some(text == name_of(id));
                        let is_whole = text.and_then(|text| with_text(text, is_whole));
                        assert_eq!(is_whole, Some(true), "{id}");
                        // No name has this letter.
                        for at in [0, 1, 2].map(|half| half * (name_of(id).len() - 1) / 2) {
                            let mut other = name_of(id);
                            other.replace_range(at..=at, "y");
                            assert_eq!(bucket.find(&other, hash_of(id)), None, "{other}");
                        }
                        // Neither the empty text nor one so long that its length looks like that.
                        for text in ["", "user:x", "x", &"x".repeat(512)] {
                            assert_eq!(bucket.find(text, hash_of(id)), None, "{text:?}");
                        }
                    }
                    assert_eq!(bucket.find(&name_of(count), hash_of(count)), None);
                }
            }
        }
    }
}
