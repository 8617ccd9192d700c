//! Where the items of a list are, by their hashes.

use std::num::NonZero;

/// Where items are, by their hashes: open addressing, with no more than half of the slots taken.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    /// Of each item.
    hashes: Vec<u32>,
    /// The place of an item, from 1; 0 in an empty slot. As many as a power of two.
    slots: Vec<u32>,
}

/// Where an item is: its place from 1, so that none is no other size.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place(NonZero<u32>);

impl Place {
    /// From 0.
    #[inline]
    pub(crate) fn at(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// The part of a hash that is kept.
pub(crate) fn short(hash: u64) -> u32 {
    (hash >> 32) as u32
}

impl Places {
    /// The place of the item with a hash that is the one.
    #[inline]
    pub(crate) fn find(&self, hash: u32, is: impl Fn(usize) -> bool) -> Option<Place> {
        let mut slot = hash as usize;
        while let Some(place) = self.next(hash, &mut slot) {
            if is(place.at()) {
                return Some(place);
            }
        }
        None
    }

    /// The place of the next item with a hash, from a slot on. It is not made for each type of item, as the rest is.
    fn next(&self, hash: u32, slot: &mut usize) -> Option<Place> {
        let mask = self.slots.len().checked_sub(1)?;
        loop {
            let place = Place(NonZero::new(*self.slots.get(*slot & mask)?)?);
            *slot = slot.wrapping_add(1);
            if self.hashes.get(place.at()) == Some(&hash) {
                return Some(place);
            }
        }
    }

    /// Notes one more item.
    pub(crate) fn push(&mut self, hash: u32) {
        self.hashes.push(hash);
        let count = self.hashes.len();
        if count * 2 <= self.slots.len() {
            return self.place(count - 1, hash);
        }
        self.slots = vec![0; (count * 4).next_power_of_two()];
        for place in 0..count {
            let hash = self.hashes.get(place).copied();
            self.place(place, hash.unwrap_or_default());
        }
    }

    fn place(&mut self, place: usize, hash: u32) {
        if let Some(slot) = self.slot(0, hash)
            && let Some(empty) = self.slots.get_mut(slot)
        {
            *empty = u32::try_from(place + 1).unwrap_or(u32::MAX);
        }
    }

    /// The first slot for a hash that holds the number.
    fn slot(&self, number: u32, hash: u32) -> Option<usize> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut slot = hash as usize & mask;
        while *self.slots.get(slot)? != number {
            slot = (slot + 1) & mask;
        }
        Some(slot)
    }

    /// Forgets an item; the last one takes its place.
    pub(crate) fn swap_remove(&mut self, place: usize) {
        let number = |place: usize| u32::try_from(place + 1).unwrap_or(u32::MAX);
        let hash_at = |hashes: &[u32], place: usize| hashes.get(place).copied().unwrap_or_default();
        let Some(mut hole) = self.slot(number(place), hash_at(&self.hashes, place)) else {
            return;
        };
        let mask = self.slots.len() - 1;
        let mut at = hole;
        // What would not be found past an empty slot moves into it.
        loop {
            at = (at + 1) & mask;
            let there = self.slots.get(at).copied().unwrap_or_default();
            let Some(item) = there.checked_sub(1) else {
                break;
            };
            let home = hash_at(&self.hashes, item as usize) as usize;
            if at.wrapping_sub(home) & mask >= at.wrapping_sub(hole) & mask {
                if let Some(empty) = self.slots.get_mut(hole) {
                    *empty = there;
                }
                hole = at;
            }
        }
        if let Some(empty) = self.slots.get_mut(hole) {
            *empty = 0;
        }
        let last = self.hashes.len() - 1;
        if place != last
            && let Some(slot) = self.slot(number(last), hash_at(&self.hashes, last))
            && let Some(moved) = self.slots.get_mut(slot)
        {
            *moved = number(place);
        }
        self.hashes.swap_remove(place);
    }
}
