//! A type and a block of words for each object, in pages.
//!
//! A page has [`SLOTS`] objects with consecutive numbers, and for each of them a slot of so many words: the
//! first says its type and how long its block is, and after it comes the block, if there is room. Blocks that are
//! too long are in a second page, one after the other. Each page has slots of the length that took least
//! memory when it was made anew, which it is when too many blocks are too long or too short for them; as objects of
//! a type are loaded one after the other, and have about as many tuples, most of them are found in a single place,
//! that follows from the number alone.

use std::iter::repeat;

use super::pages::Page;
use super::row::{KINDS, ObjectId, kinds_of};
use super::table::{INLINE, LARGE};
use crate::model::{MAX_RELATIONS, MAX_TYPES, TypeId};

/// Objects of a page: with fewer of them, what says where pages are is too large to be near.
pub(super) const SLOTS: usize = 512;
/// Words that the first slot has less than the others, from slots of [`SMALL`] words on: those that the page's counts
/// take before it. So the page is as long as an allocator rounds sizes up to, and slots of a power of two lie in as
/// few lines of memory as they can.
const SHORTER: usize = 2;
const SMALL: usize = 3;

/// Words that it is worth to have a block in its slot.
const BEYOND: usize = 4;

/// How many times as long as what they hold, with a word for each slot, slots may become.
// INVARIANT: more than `best_size` ever makes them, which is less than 3 times: else pages would be made anew with each
// change. So it takes many changes from one time to the next.
const LOOSE: usize = 4;

/// A slot's first word, from the highest bit: 8 of type, 20 of the block's length, 1 that says that it is in the
/// second page, 3 of the [kinds] of its entries, and 32 of where it starts there; or, of a block that is in its
/// slot, of the object that it leads to [from afar](far).
const NO_TYPE: u64 = 0xff;
const TYPE: u32 = 56;
const LENGTH: u32 = 36;
const LENGTHS: u64 = (1 << (TYPE - LENGTH)) - 1;
const LONG: u64 = 1 << (LENGTH - 1);
const ENTRIES: u32 = 32;
const STARTS: u64 = (1 << ENTRIES) - 1;
const _: () = assert!(ENTRIES + KINDS < LENGTH);
/// Words of the longest block.
const MAX_BLOCK: usize = (MAX_RELATIONS + 1) * INLINE;
const _: () = assert!(MAX_BLOCK as u64 <= LENGTHS && SLOTS as u64 * MAX_BLOCK as u64 <= STARTS);
const _: () = assert!(MAX_TYPES as u64 <= NO_TYPE);

/// The page of an object, and which of its slots.
#[inline]
pub(super) fn place(object: ObjectId) -> (usize, usize) {
    let number = object as usize;
    (number / SLOTS, number % SLOTS)
}

/// A page from a slot on.
#[inline]
pub(super) fn slot(page: &[u64], at: usize) -> &[u64] {
    page.get(start(slot_size(page), at)..).unwrap_or_default()
}

/// Where a slot of a page with slots of this size starts, and where the one before it ends.
#[inline]
fn start(size: usize, at: usize) -> usize {
    let shorter = if size >= SMALL { SHORTER } else { 0 };
    (at * size).saturating_sub(shorter)
}

#[inline]
fn slot_size(page: &[u64]) -> usize {
    (page.len() + SHORTER) / SLOTS
}

#[inline]
pub(super) fn type_of(head: u64) -> Option<TypeId> {
    let type_id = head >> TYPE;
    (type_id != NO_TYPE).then_some(type_id as TypeId)
}

#[inline]
fn length_of(head: u64) -> usize {
    (head >> LENGTH & LENGTHS) as usize
}

/// The block of a slot: in the room after its first word, or in the second page.
#[inline]
pub(super) fn block<'a>(head: u64, room: &'a [u64], long: &'a [u64]) -> &'a [u64] {
    let length = length_of(head);
    if head & LONG == 0 {
        return room.get(..length).unwrap_or_default();
    }
    let start = start_of(head);
    long.get(start..start + length).unwrap_or_default()
}

/// The object that a block leads to over two others, or over one where that is the end, as it was when the block was
/// written: to know it in time saves waiting, and that is all that it may be taken for. 0 stands for none, and for one
/// that is near.
#[inline]
pub(super) fn far(head: u64) -> ObjectId {
    if head & LONG == 0 {
        head as ObjectId
    } else {
        0
    }
}

/// What a block's entries [may be](kinds_of); of a row that is not in the block, anything.
#[inline]
pub(super) fn kinds(head: u64) -> u64 {
    head >> ENTRIES & ANY_KIND
}

pub(super) const ANY_KIND: u64 = (1 << KINDS) - 1;

fn start_of(head: u64) -> usize {
    (head & STARTS) as usize
}

fn head_of(type_id: Option<TypeId>, block: &[u64]) -> u64 {
    let type_id = type_id.map_or(NO_TYPE, |type_id| u64::from(type_id).min(NO_TYPE));
    let bits = block.iter().fold(0, |bits, word| bits | word);
    let kinds = if bits & LARGE == 0 {
        kinds_of(bits)
    } else {
        ANY_KIND
    };
    type_id << TYPE | (block.len() as u64) << LENGTH | kinds << ENTRIES
}

/// The pages with another type and block in a slot, which leads to `far` [from afar](far); the second one if it has
/// changed; none when it is time to look for a better size of slots.
pub(super) fn changed(
    slots: &[u64],
    long: &[u64],
    at: usize,
    type_id: Option<TypeId>,
    block: &[u64],
    far: ObjectId,
) -> Option<(Page, Option<Page>)> {
    let size = slot_size(slots);
    let (first, end) = (start(size, at), start(size, at + 1));
    let &old = slots.get(first)?;
    let (fits, was_long) = (block.len() < end - first, old & LONG != 0);
    let heads = (0..SLOTS).filter_map(|at| slots.get(start(size, at)));
    // What is held is a word for each slot at least: most pages need not be looked at.
    if slots.len() > LOOSE * SLOTS
        && let Some(gone @ 1..) = length_of(old).checked_sub(block.len())
    {
        let held: usize = heads.map(|&head| length_of(head) + 1).sum();
        if slots.len() > LOOSE * (held - gone) {
            return None;
        }
    } else if !fits && !was_long {
        let count = heads.filter(|&head| head & LONG != 0).count() + 1;
        // Seldom enough to cost little for each object, and soon enough to not have many in the wrong place.
        if count.is_power_of_two() {
            return None;
        }
    }
    let mut slots: Page = slots.into();
    let words = Page::make_mut(&mut slots);
    let mut head = head_of(type_id, block);
    let mut made = None;
    if was_long || !fits {
        let (start, length) = if was_long {
            (start_of(old), length_of(old))
        } else {
            (long.len(), 0)
        };
        let put = if fits { &[] } else { block };
        let before = long.get(..start).unwrap_or_default();
        let after = long.get(start + length..).unwrap_or_default();
        made = Some([before, put, after].concat().into());
        // Later ones move along.
        for other in 0..SLOTS {
            if let Some(head) = words.get_mut(self::start(size, other))
                && *head & LONG != 0
                && start_of(*head) > start
            {
                let start = start_of(*head) + put.len() - length;
                *head = *head & !STARTS | start as u64;
            }
        }
        if !fits {
            head |= LONG | start as u64;
        }
    }
    if fits {
        head |= u64::from(far);
    }
    let (there, room) = words.get_mut(first..end)?.split_first_mut()?;
    *there = head;
    if fits {
        room.get_mut(..block.len())?.copy_from_slice(block);
    }
    Some((slots, made))
}

/// Makes the pages of objects with consecutive numbers.
#[derive(Debug, Default)]
pub(super) struct PageBuilder {
    /// The type, the length of the block and where it leads [from afar](far), of each.
    objects: Vec<(Option<TypeId>, usize, ObjectId)>,
    /// Their blocks.
    words: Vec<u64>,
}

impl PageBuilder {
    /// Adds the next object.
    pub(super) fn push(&mut self, type_id: Option<TypeId>, block: &[u64], far: ObjectId) {
        self.objects.push((type_id, block.len(), far));
        self.words.extend_from_slice(block);
    }

    pub(super) fn len(&self) -> usize {
        self.objects.len()
    }

    pub(super) fn clear(&mut self) {
        self.objects.clear();
        self.words.clear();
    }

    /// The slots, and what is too long for them; empty where there is nothing to say.
    pub(super) fn pages(&self) -> (Page, Page) {
        let mut objects = self.objects.iter();
        if objects.all(|&(type_id, length, _)| type_id.is_none() && length == 0) {
            return (Page::from([]), Page::from([]));
        }
        let size = self.best_size();
        let mut slots = Vec::with_capacity(SLOTS * size);
        let mut long = Vec::new();
        let mut rest = self.words.as_slice();
        let objects = self.objects.iter().copied();
        let objects = objects.chain(repeat((None, 0, 0))).take(SLOTS);
        for (number, (type_id, length, far)) in objects.enumerate() {
            let (block, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
            rest = after;
            let head = head_of(type_id, block);
            let end = start(size, number + 1);
            if slots.len() + length < end {
                slots.push(head | u64::from(far));
                slots.extend_from_slice(block);
            } else {
                slots.push(head | LONG | long.len() as u64);
                long.extend_from_slice(block);
            }
            slots.resize(end, 0);
        }
        (slots.into(), long.into())
    }

    /// The words of a slot that make the pages take least, where a block beyond the slots is worth [`BEYOND`]
    /// words more: it costs a look at another place, too.
    fn best_size(&self) -> usize {
        let mut lengths: Vec<usize> = Vec::with_capacity(self.objects.len());
        for &(_, length, _) in &self.objects {
            lengths.push(length);
        }
        crate::sort::sort(&mut lengths);
        let mut best = (usize::MAX, 1);
        let mut beyond = self.words.len();
        for (at, &length) in [0].iter().chain(&lengths).enumerate() {
            beyond -= if at == 0 { 0 } else { length };
            let size = length + 1;
            let others = lengths.len() - at;
            best = best.min((SLOTS * size + beyond + BEYOND * others, size));
        }
        best.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page, and what was put into it: of a slot the type, the block and where that leads.
    struct Held {
        objects: Vec<(Option<TypeId>, Vec<u64>, ObjectId)>,
        slots: Page,
        long: Page,
        anew: usize,
    }

    impl Held {
        fn nothing() -> Self {
            Self {
                objects: vec![(None, Vec::new(), 0); SLOTS],
                slots: Page::from([]),
                long: Page::from([]),
                anew: 0,
            }
        }

        fn put(&mut self, at: usize, now: (Option<TypeId>, Vec<u64>, ObjectId)) {
            let made = changed(&self.slots, &self.long, at, now.0, &now.1, now.2);
            self.objects[at] = now;
            if let Some((slots, long)) = made {
                self.slots = slots;
                self.long = long.unwrap_or_else(|| self.long.clone());
            } else {
                let mut made = PageBuilder::default();
                for (type_id, block, far) in &self.objects {
                    made.push(*type_id, block, *far);
                }
                (self.slots, self.long) = made.pages();
                self.anew += 1;
            }
            for at in 0..SLOTS {
                // Where a block leads is said in its slot alone, and not known any more once it was elsewhere.
                if self.head(at) & LONG != 0 {
                    self.objects[at].2 = 0;
                }
            }
        }

        fn head(&self, at: usize) -> u64 {
            let head = slot(&self.slots, at).first();
            head.copied().unwrap_or_else(|| head_of(None, &[]))
        }

        /// Words of all blocks, with one for each slot.
        fn words(&self) -> usize {
            let lengths = self.objects.iter().map(|(_, block, _)| block.len() + 1);
            lengths.sum()
        }
    }

    /// Blocks that grow and shrink are what was put last, wherever they are, and those beside them stay.
    #[test]
    fn blocks_are_what_was_put_last() {
        let (mut held, mut seed) = (Held::nothing(), 1_u64);
        for round in 0..4_000 {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(round);
            let at = (seed >> 33) as usize % SLOTS;
            let most = if round % 1_000 < 500 { 4 } else { 12 };
            let words = (0..(seed >> 50) % most).map(|number| seed ^ number);
            let type_id = Some((seed >> 20) as TypeId % 100);
            held.put(at, (type_id, words.collect(), round as ObjectId));
            for (at, (type_id, words, leads_to)) in held.objects.iter().enumerate() {
                let (head, room) = (held.head(at), slot(&held.slots, at).get(1..));
                assert_eq!(type_of(head), *type_id, "{round}");
                let found = block(head, room.unwrap_or_default(), &held.long);
                assert_eq!(found, words, "{round}");
                assert_eq!(far(head), *leads_to, "{round}");
            }
        }
        assert!((8..1_000).contains(&held.anew), "{}", held.anew);
    }

    /// Slots get smaller again, once for many changes: what is gone is neither kept nor copied with later ones.
    #[test]
    fn a_page_is_not_much_longer_than_what_it_holds() {
        let mut held = Held::nothing();
        for length in [1, 95, 1, 95, 0] {
            for at in 0..SLOTS {
                held.put(at, (Some(1), vec![7; length], 0));
                let (len, words) = (held.slots.len(), held.words());
                assert!(len <= 4 * words, "{len} for {words}, at {length}");
            }
        }
        assert!(held.anew < 100, "{}", held.anew);
    }

    /// Few words beyond what is held: uniform blocks are all in their slots, and of others most are not padded.
    #[test]
    fn pages_take_little_more_than_their_blocks() {
        for (lengths, most) in [
            ([0, 0], SLOTS),
            ([3, 3], 4 * SLOTS + 1),
            ([2, 3], 4 * SLOTS + 1),
            ([0, 60], 36 * SLOTS),
        ] {
            let mut made = PageBuilder::default();
            for number in 0..SLOTS {
                made.push(Some(1), &[7; 60][..lengths[number % 2]], 7);
            }
            let (slots, long) = made.pages();
            assert!(
                slots.len() + long.len() <= most,
                "{lengths:?}: {}, {}",
                slots.len(),
                long.len()
            );
        }
    }
}
