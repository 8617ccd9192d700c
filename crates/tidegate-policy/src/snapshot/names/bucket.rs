//! A bucket of names: a page of slots and of leads, and a page of texts.
//!
//! A name's hash says at which line of slots to begin to look for it: most names are in it, and all slots of a line are
//! looked at together. A slot that is not 0 has, from the highest bit, 8 of the hash, 6 of the text's length, 18 for
//! where that starts, 32 of the number. A text is filled up to whole words with a byte that no text holds, so that none
//! is taken for a longer one. So a look-up has to wait for one place in memory, and meanwhile for another one, to be
//! sure.
//!
//! After the slots come as many [leads](Lead). Who asks about an object waits for its rows then together with those of
//! the next two, and not for one after the other.

use prefetch_index::prefetch_index;

use super::{Hash, ObjectId, is_text, with_text};
use crate::snapshot::pages::{Page, Pair};
use crate::snapshot::table::Lead;

/// Words that a page's counts take before it.
const COUNTS: usize = 2;
/// Slots that are in one line of memory; the first line has the counts in the place of two.
const LINE: usize = 8;

const START: u32 = 32;
const STARTS: u64 = 0x3_ffff;
const LENGTH: u32 = 50;
const LENGTHS: u64 = 0x3f;
const TAG: u32 = 56;

/// A name on its way into a bucket.
#[derive(Clone, Copy)]
pub(super) struct Name<'a> {
    pub(super) id: ObjectId,
    pub(super) of: Hash,
    pub(super) text: &'a [u64],
    pub(super) lead: Lead,
}

/// A slot that was looked at.
#[derive(Clone, Copy)]
pub(super) struct Seen {
    at: usize,
    slot: u64,
}

impl Seen {
    /// Whether the slot is not free.
    #[inline]
    pub(super) fn is_name(&self) -> bool {
        self.slot != 0
    }

    /// The name's number.
    #[inline]
    pub(super) fn id(self) -> ObjectId {
        self.slot as ObjectId
    }
}

#[derive(Clone, Copy)]
pub(super) struct Bucket<'a> {
    slots: &'a [u64],
    leads: &'a [u64],
    texts: &'a [u64],
}

impl<'a> Bucket<'a> {
    #[inline]
    pub(super) fn of((page, texts): (&'a [u64], &'a [u64])) -> Self {
        let (slots, leads) = page.split_at_checked(slots_in(page)).unwrap_or_default();
        Self {
            slots,
            leads,
            texts,
        }
    }

    /// Asks the memory for where a name may be, without waiting for it.
    #[inline]
    pub(super) fn fetch(self, place: u32) {
        prefetch_index(self.slots, first_slot(place, self.slots.len()));
    }

    /// Asks the memory for where it may lead.
    #[inline]
    pub(super) fn fetch_lead(self, place: u32) {
        prefetch_index(self.leads, first_slot(place, self.slots.len()));
    }

    /// The slots where a name may be, up to the first one that is free.
    #[inline]
    fn from(self, place: u32) -> impl Iterator<Item = Seen> {
        let first = first_slot(place, self.slots.len());
        let (before, after) = self.slots.split_at_checked(first).unwrap_or_default();
        let all = (first..).zip(after).chain((0..).zip(before));
        all.map(|(at, &slot)| Seen { at, slot })
            .take_while(Seen::is_name)
    }

    #[inline]
    pub(super) fn find(self, text: &str, of: Hash) -> Option<ObjectId> {
        self.find_from(self.first_like(text, of), text, of)
    }

    /// The first slot that may be the name's among those to look at first.
    #[inline]
    pub(super) fn first_like(self, text: &str, of: Hash) -> Option<Seen> {
        let wanted = shape(of, text.len().div_ceil(8));
        let first = first_slot(of.place(), self.slots.len());
        let line: &[u64; LINE] = self.slots.get(first..)?.first_chunk()?;
        // No branch for each: where in its line a name is cannot be foreseen.
        let mut like = 0_u32;
        for (&slot, at) in line.iter().zip(0..) {
            like |= u32::from((slot ^ wanted) & SHAPES == 0) << at;
        }
        let at = like.trailing_zeros() as usize;
        let &slot = line.get(at)?;
        let at = first + at;
        Some(Seen { at, slot })
    }

    /// The number of a name, if it is there, whose [first slot](Self::first_like) is known.
    #[inline]
    pub(super) fn find_from(self, first: Option<Seen>, text: &str, of: Hash) -> Option<ObjectId> {
        match first {
            Some(seen) if is_text(self.text(seen), text) => Some(seen.id()),
            _ => self.find_any(text, of),
        }
    }

    /// Looks at all slots where the name may be.
    #[cold]
    fn find_any(self, text: &str, of: Hash) -> Option<ObjectId> {
        let wanted = shape(of, text.len().div_ceil(8));
        let mut slots = self.from(of.place());
        let is_it =
            |seen: &Seen| (seen.slot ^ wanted) & SHAPES == 0 && is_text(self.text(*seen), text);
        Some(slots.find(is_it)?.id())
    }

    /// The slot of the name with a number and a hash with this place.
    pub(super) fn numbered(self, id: ObjectId, place: u32) -> Option<Seen> {
        self.from(place).find(|seen| seen.id() == id)
    }

    #[inline]
    pub(super) fn text(self, Seen { slot, .. }: Seen) -> &'a [u64] {
        let start = (slot >> START & STARTS) as usize;
        let length = (slot >> LENGTH & LENGTHS) as usize;
        self.texts.get(start..start + length).unwrap_or_default()
    }

    /// Where the object of a slot leads.
    #[inline]
    pub(super) fn lead(self, Seen { at, .. }: Seen) -> Lead {
        self.leads
            .get(at)
            .copied()
            .map_or(Lead::NOWHERE, Lead::of_word)
    }

    /// All names.
    pub(super) fn names(self, hash: impl Fn(&str) -> Hash) -> Vec<Name<'a>> {
        let slots = (0..).zip(self.slots).map(|(at, &slot)| Seen { at, slot });
        let names = slots.filter(Seen::is_name).filter_map(|seen| {
            let text = self.text(seen);
            Some(Name {
                id: seen.id(),
                of: with_text(text, |text| Some(hash(text)))?,
                text,
                lead: self.lead(seen),
            })
        });
        names.collect()
    }

    /// The bucket with one more name, if there is room for it.
    pub(super) fn with(self, name: Name<'_>) -> Option<Pair> {
        let held = self.slots.iter().filter(|&&slot| slot != 0).count();
        if slots_for(held + 1) > self.slots.len() {
            return None;
        }
        let mut page = [self.slots, self.leads].concat();
        let mut texts = self.texts.to_vec();
        put(&mut page, &mut texts, name);
        Some((page.into(), texts.into()))
    }
}

/// The pages of a bucket.
pub(super) fn of_names(names: &[Name<'_>]) -> Pair {
    if names.is_empty() {
        return (Page::from([]), Page::from([]));
    }
    let slots = slots_for(names.len());
    let mut page = vec![0; slots * 2];
    let mut texts = Vec::with_capacity(names.iter().map(|name| name.text.len()).sum());
    for &name in names {
        put(&mut page, &mut texts, name);
    }
    (page.into(), texts.into())
}

/// Puts a name into a page of slots and leads of which some are free.
fn put(page: &mut [u64], texts: &mut Vec<u64>, name: Name<'_>) {
    let start = (texts.len() as u64 & STARTS) << START;
    texts.extend_from_slice(name.text);
    let slots = slots_in(page);
    let first = first_slot(name.of.place(), slots);
    let mut places = (first..slots).chain(0..first);
    let free = places.find(|&at| page.get(at) == Some(&0));
    if let Some(at) = free
        && let Some(there) = page.get_mut(at)
    {
        *there = shape(name.of, name.text.len()) | start | u64::from(name.id);
        let slot = *there;
        set_lead(page, Seen { at, slot }, name.lead);
    }
}

/// Says where the object of a slot of a page leads.
pub(super) fn set_lead(page: &mut [u64], Seen { at, .. }: Seen, lead: Lead) {
    let slots = slots_in(page);
    if let Some(there) = page.get_mut(slots + at) {
        *there = lead.word();
    }
}

/// Says where every object of a page leads, by number.
pub(super) fn set_leads(page: &mut [u64], leads: &[Lead]) {
    let (slots, there) = page.split_at_mut(slots_in(page));
    for (&slot, there) in slots.iter().zip(there) {
        let lead = leads.get(slot as ObjectId as usize).copied();
        *there = lead.filter(|_| slot != 0).map_or(0, Lead::word);
    }
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
    let lines = (slots + COUNTS) / LINE;
    // The lowest bits of the place are the same all over a bucket.
    let line = ((u64::from(place) * lines as u64) >> 32) as usize;
    (line * LINE).saturating_sub(COUNTS)
}

/// The slots of a page: half of it.
#[inline]
fn slots_in(page: &[u64]) -> usize {
    page.len() / 2
}

/// The slots of a bucket of so many names: no fewer than 6 for 5, and so many more that the page is as long as an
/// allocator rounds sizes up to, of which there are four from one power of two to the next.
fn slots_for(names: usize) -> usize {
    let words = (names * 6 / 5 + 1 + COUNTS).next_multiple_of(LINE) * 2;
    let step = words.next_power_of_two() / 8;
    words.next_multiple_of(step) / 2 - COUNTS
}
