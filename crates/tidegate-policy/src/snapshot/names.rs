//! The numbers of names, by linear hashing (W. Litwin, 1980): buckets, of which one more is made whenever there
//! are [`FULL`] names for each, by splitting one. So no change has to move more than a bucket.
//!
//! A bucket is a page of slots, and one of texts. A name's hash says where among the slots to begin to look for
//! it; a slot that is not 0 has, from the highest bit, 8 of the hash, 6 of the text's length, 18 for where that
//! starts, 32 of the number. A text is filled up to whole words with a byte that no
//! text holds, so that none is taken for a longer one. So a look-up has to wait for one place in memory, and
//! meanwhile for another one, to be sure.

use std::hash::{BuildHasher, Hasher};
use std::hint::black_box;

use crate::hash::DefaultHashBuilder;

use super::pages::{Page, Pages, Pair};
use super::row::ObjectId;
use crate::tuple::{MAX_OBJECT, Object};

/// Names for each bucket, at most, on average: with fewer of them, what says where buckets are is too large to
/// be near.
const FULL: usize = 400;
/// Names for each bucket below which one is merged with another.
const SPARSE: usize = 120;

/// Slots of a bucket are so many more than a multiple of this, and no fewer than 4 for 3 names: what an
/// allocator rounds sizes up to, but for a page's counts.
const SLOTS: usize = 64;
const COUNTS: usize = 2;

const START: u32 = 32;
const STARTS: u64 = 0x3_ffff;
const LENGTH: u32 = 50;
const LENGTHS: u64 = 0x3f;
const TAG: u32 = 56;

/// No text in UTF-8 holds this byte.
const FILL: u8 = u8::MAX;

/// A name's hash, spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hash(u64);

impl Hash {
    /// What says which bucket the name is in, and where in it.
    pub(super) fn place(self) -> u32 {
        (self.0 >> 32) as u32
    }

    fn tag(self) -> u64 {
        self.0 & 0xff
    }
}

/// Names and their numbers. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    hasher: DefaultHashBuilder,
    /// Of each bucket, slots and texts.
    buckets: Pages<Pair>,
    count: usize,
    len: usize,
}

/// A name on its way into a bucket.
type Name<'a> = (ObjectId, Hash, &'a [u64]);

impl Names {
    pub(super) fn hash(&self, text: &str) -> Hash {
        hash(&self.hasher, text)
    }

    /// A name's number.
    #[inline]
    pub(super) fn find(&self, text: &str, of: Hash) -> Option<ObjectId> {
        self.bucket(of.place()).find(text, of)
    }

    /// The numbers of two names: what one has to wait for, the other one waits for together with it. Before texts are
    /// compared, which have to be waited for, `ahead` is told the number that the first one has in all likelihood.
    #[inline]
    pub(super) fn find_both(
        &self,
        one: &str,
        other: &str,
        ahead: impl FnOnce(ObjectId),
    ) -> (Option<ObjectId>, Option<ObjectId>) {
        let (one_hash, other_hash) = (self.hash(one), self.hash(other));
        let one_bucket = self.bucket(one_hash.place());
        let other_bucket = self.bucket(other_hash.place());
        other_bucket.fetch(other_hash.place());
        let one_slot = one_bucket.first_like(one, one_hash);
        if let Some(slot @ 1..) = one_slot {
            ahead(slot as ObjectId);
        }
        let other_slot = other_bucket.first_like(other, other_hash);
        (
            one_bucket.find_from(one_slot, one, one_hash),
            other_bucket.find_from(other_slot, other, other_hash),
        )
    }

    #[inline]
    fn bucket(&self, place: u32) -> Bucket<'_> {
        self.numbered(bucket_of(place, self.count))
    }

    #[inline]
    fn numbered(&self, number: usize) -> Bucket<'_> {
        let (slots, texts) = self.buckets.both(number);
        Bucket { slots, texts }
    }

    /// The name with a number, which is in the bucket of a hash's [place](Hash::place), if it is wanted.
    pub(super) fn object_if(
        &self,
        id: ObjectId,
        place: u32,
        wanted: impl FnOnce(&str) -> bool,
    ) -> Option<Object> {
        let bucket = self.bucket(place);
        let mut slots = bucket.from(place);
        let slot = slots.find(|&slot| slot as ObjectId == id)?;
        with_text(bucket.text(slot), |text| {
            wanted(text).then(|| text.parse().ok())?
        })
    }

    /// Adds a name that is not there.
    pub(super) fn insert(&mut self, text: &str, of: Hash, id: ObjectId) {
        if self.count == 0 {
            self.count = 1;
        }
        let mut words = Vec::new();
        push_words(&mut words, text);
        let number = bucket_of(of.place(), self.count);
        let Bucket { slots, texts } = self.numbered(number);
        let held = slots.iter().filter(|&&slot| slot != 0).count();
        let name = (id, of, words.as_slice());
        let made = if size_of(held + 1) <= slots.len() {
            let (mut slots, mut texts) = (Page::from(slots), texts.to_vec());
            put(Page::make_mut(&mut slots), &mut texts, name);
            (slots, texts.into())
        } else {
            let mut names = self.names(number);
            names.push(name);
            bucket(&names)
        };
        self.buckets.set(number, made);
        self.len += 1;
        if self.len > self.count * FULL {
            let last = self.count;
            self.count += 1;
            let from = below(last);
            let stays = |(_, of, _): &Name<'_>| bucket_of(of.place(), self.count) == from;
            let (stay, go): (Vec<_>, Vec<_>) = self.names(from).into_iter().partition(stays);
            let (stay, go) = (bucket(&stay), bucket(&go));
            self.buckets.set(from, stay);
            self.buckets.set(last, go);
        }
    }

    /// Takes a name away that is there.
    pub(super) fn remove(&mut self, id: ObjectId, place: u32) {
        let number = bucket_of(place, self.count);
        let mut names = self.names(number);
        names.retain(|&(found, ..)| found != id);
        let made = bucket(&names);
        self.buckets.set(number, made);
        self.len = self.len.saturating_sub(1);
        if self.count > 1 && self.len < self.count * SPARSE {
            let last = self.count - 1;
            let into = below(last);
            let mut both = self.names(into);
            both.extend(self.names(last));
            let both = bucket(&both);
            self.buckets.set(into, both);
            self.buckets.set(last, bucket(&[]));
            self.count = last;
        }
    }

    /// The names of a bucket.
    fn names(&self, number: usize) -> Vec<Name<'_>> {
        let bucket = self.numbered(number);
        let slots = bucket.slots.iter().filter(|&&slot| slot != 0);
        let names = slots.filter_map(|&slot| {
            let words = bucket.text(slot);
            let of = with_text(words, |text| Some(self.hash(text)))?;
            Some((slot as ObjectId, of, words))
        });
        names.collect()
    }

    /// From names in the order of their numbers, each text filled up to whole words, with their hashes.
    pub(super) fn from_texts<'a>(
        hasher: DefaultHashBuilder,
        hashes: &[Hash],
        text: impl Fn(usize) -> &'a [u64],
    ) -> Self {
        let len = hashes.len();
        let count = len.div_ceil(FULL);
        let mut ends = vec![0_u32; count + 1];
        for of in hashes {
            if let Some(end) = ends.get_mut(bucket_of(of.place(), count) + 1) {
                *end += 1;
            }
        }
        let mut sum = 0;
        for end in &mut ends {
            sum += *end;
            *end = sum;
        }
        // From here on `ends` says where the next name of each bucket goes.
        let mut sorted: Vec<u32> = vec![0; len];
        for (of, id) in hashes.iter().zip(0..) {
            if let Some(end) = ends.get_mut(bucket_of(of.place(), count)) {
                if let Some(there) = sorted.get_mut(*end as usize) {
                    *there = id;
                }
                *end += 1;
            }
        }
        let mut start = 0;
        let mut names = Vec::new();
        let mut buckets = Vec::with_capacity(count);
        for &end in ends.iter().take(count) {
            names.clear();
            for &id in sorted.get(start..end as usize).unwrap_or_default() {
                if let Some(&of) = hashes.get(id as usize) {
                    names.push((id, of, text(id as usize)));
                }
            }
            start = end as usize;
            buckets.push(bucket(&names));
        }
        Self {
            hasher,
            buckets: Pages::from_pages(buckets),
            count,
            len,
        }
    }
}

/// The hash of a name.
pub(super) fn hash(hasher: &DefaultHashBuilder, text: &str) -> Hash {
    // Buckets, tags and the table of a builder take bits from different places: each must depend on all.
    let mut state = hasher.build_hasher();
    state.write(text.as_bytes());
    let hash = state.finish();
    Hash((hash ^ hash >> 32).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// Adds a name's text in whole words.
pub(super) fn push_words(words: &mut Vec<u64>, text: &str) {
    let (whole, rest) = text.as_bytes().as_chunks();
    words.reserve(whole.len() + 1);
    for &chunk in whole {
        words.push(u64::from_le_bytes(chunk));
    }
    if !rest.is_empty() {
        words.push(part(text.as_bytes(), rest));
    }
}

/// Whether a name's text in whole words is this one.
#[inline]
pub(super) fn is_text(words: &[u64], text: &str) -> bool {
    let bytes = text.as_bytes();
    // Most names have two words.
    if let &[one, two] = words
        && let (Some(&first), Some(&last)) = (bytes.first_chunk(), bytes.last_chunk())
        && let rest @ 1..=8 = bytes.len() - 8
    {
        return one == u64::from_le_bytes(first) && two == filled(last, rest);
    }
    let (whole, rest) = bytes.as_chunks();
    let Some((found, last)) = words.split_at_checked(whole.len()) else {
        return false;
    };
    let mut whole = found.iter().zip(whole);
    whole.all(|(&found, &chunk)| found == u64::from_le_bytes(chunk))
        && match (last, rest) {
            ([], []) => true,
            (&[last], [_, ..]) => last == part(bytes, rest),
            _ => false,
        }
}

/// The last word of a text that ends in a part of one.
#[inline]
fn part(bytes: &[u8], rest: &[u8]) -> u64 {
    match bytes.last_chunk() {
        Some(&last) => filled(last, rest.len()),
        None => rest
            .iter()
            .rev()
            .fold(u64::MAX, |word, &byte| word << 8 | u64::from(byte)),
    }
}

/// A word of the last 1 to 8 of these bytes, filled up: those before belong to the word before.
#[inline]
fn filled(last: [u8; 8], count: usize) -> u64 {
    let shift = 8 * (8 - count);
    u64::from_le_bytes(last) >> shift | !(u64::MAX >> shift)
}

/// The object of a name.
pub(super) fn object(words: &[u64]) -> Option<Object> {
    with_text(words, |text| text.parse().ok())
}

fn with_text<T>(words: &[u64], read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
    let mut bytes = [FILL; MAX_OBJECT];
    for (chunk, word) in bytes.chunks_mut(8).zip(words) {
        chunk.copy_from_slice(&word.to_le_bytes());
    }
    let filled = bytes.get(..words.len() * 8)?;
    let end = filled.iter().rposition(|&byte| byte != FILL)? + 1;
    read(str::from_utf8(filled.get(..end)?).ok()?)
}

/// The bucket of a hash, of so many.
#[inline]
fn bucket_of(place: u32, count: usize) -> usize {
    let place = place as usize;
    // All bits below the least power of two that is not below the count.
    let all = usize::MAX
        .checked_shr(count.saturating_sub(1).leading_zeros())
        .unwrap_or(0);
    let number = place & all;
    if number < count {
        number
    } else {
        place & all >> 1
    }
}

/// The bucket that the last one was split from.
fn below(last: usize) -> usize {
    last & !(1 << last.checked_ilog2().unwrap_or(0))
}

#[derive(Clone, Copy)]
struct Bucket<'a> {
    slots: &'a [u64],
    texts: &'a [u64],
}

impl<'a> Bucket<'a> {
    /// Asks the memory for where a name may be, without waiting for it.
    #[inline]
    fn fetch(self, place: u32) {
        black_box(self.slots.get(first_slot(place, self.slots.len())).copied());
    }

    /// The slots where a name may be, up to the first one that is free.
    #[inline]
    fn from(self, place: u32) -> impl Iterator<Item = u64> {
        let first = first_slot(place, self.slots.len());
        let (before, after) = self.slots.split_at_checked(first).unwrap_or_default();
        let all = after.iter().chain(before);
        all.copied().take_while(|&slot| slot != 0)
    }

    #[inline]
    fn find(self, text: &str, of: Hash) -> Option<ObjectId> {
        self.find_from(self.first_like(text, of), text, of)
    }

    /// The first slot that may be the name's, or a free one before it; none when neither is before the end.
    #[inline]
    fn first_like(self, text: &str, of: Hash) -> Option<u64> {
        let wanted = shape(of, text.len().div_ceil(8));
        let first = first_slot(of.place(), self.slots.len());
        let mut slots = self.slots.get(first..)?.iter().copied();
        slots.find(|&slot| (slot ^ wanted) & SHAPES == 0 || slot == 0)
    }

    /// The number of a name, if it is there, whose [first slot](Self::first_like) is known.
    #[inline]
    fn find_from(self, first: Option<u64>, text: &str, of: Hash) -> Option<ObjectId> {
        match first {
            Some(0) => None,
            Some(slot) if is_text(self.text(slot), text) => Some(slot as ObjectId),
            _ => self.find_any(text, of),
        }
    }

    /// Looks at all slots where the name may be.
    #[cold]
    fn find_any(self, text: &str, of: Hash) -> Option<ObjectId> {
        let wanted = shape(of, text.len().div_ceil(8));
        let mut slots = self.from(of.place());
        let is_it = |&slot: &u64| (slot ^ wanted) & SHAPES == 0 && is_text(self.text(slot), text);
        Some(slots.find(is_it)? as ObjectId)
    }

    #[inline]
    fn text(self, slot: u64) -> &'a [u64] {
        let start = (slot >> START & STARTS) as usize;
        let length = (slot >> LENGTH & LENGTHS) as usize;
        self.texts.get(start..start + length).unwrap_or_default()
    }
}

/// What a slot says of a name's text: a part of its hash, and its length in words.
#[inline]
fn shape(of: Hash, length: usize) -> u64 {
    of.tag() << TAG | (length as u64 & LENGTHS) << LENGTH
}

const SHAPES: u64 = u64::MAX << LENGTH;

/// Where to begin among so many slots.
#[inline]
fn first_slot(place: u32, slots: usize) -> usize {
    // The lowest bits of the place are the same all over a bucket.
    ((u64::from(place) * slots as u64) >> 32) as usize
}

/// The slots of a bucket of so many names.
fn size_of(names: usize) -> usize {
    (names * 4 / 3 + COUNTS + 1).next_multiple_of(SLOTS) - COUNTS
}

/// The slots and the texts of a bucket.
fn bucket(names: &[Name<'_>]) -> Pair {
    if names.is_empty() {
        return (Page::from([]), Page::from([]));
    }
    let mut slots = vec![0; size_of(names.len())];
    let mut texts = Vec::with_capacity(names.iter().map(|(_, _, text)| text.len()).sum());
    for &name in names {
        put(&mut slots, &mut texts, name);
    }
    (slots.into(), texts.into())
}

/// Puts a name into slots of which some are free.
fn put(slots: &mut [u64], texts: &mut Vec<u64>, (id, of, text): Name<'_>) {
    let start = (texts.len() as u64 & STARTS) << START;
    texts.extend_from_slice(text);
    let first = first_slot(of.place(), slots.len());
    let (before, after) = slots.split_at_mut(first);
    let mut free = after.iter_mut().chain(before).filter(|slot| **slot == 0);
    if let Some(slot) = free.next() {
        *slot = shape(of, text.len()) | start | u64::from(id);
    }
}
