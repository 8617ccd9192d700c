//! The numbers of names, by linear hashing (W. Litwin, 1980): buckets in pages, of which one more is made
//! whenever there are [`FULL`] names for each, by splitting one. So no change has to move more than a
//! bucket, and a look-up touches a bucket's words and one name's text.
//!
//! A bucket's page: the count of its names; a byte of the hash of each, eight in a word, so that one look at
//! a word says which may be the one; a word for each, from the highest bit 8 of nothing, 6 of its text's
//! length, 18 for where that starts after these words, 32 of its number; then the texts, each filled up with
//! zeros to whole words. No name holds a zero byte.

use std::hash::BuildHasher;

use crate::hash::DefaultHashBuilder;

use super::pages::{Page, Pages};
use super::row::ObjectId;
use crate::tuple::{MAX_OBJECT, Object};

/// Names for each bucket, at most, on average.
const FULL: usize = 14;
/// Names for each bucket below which one is merged with another.
const SPARSE: usize = 5;

/// Tags in a word.
const TAGS: usize = 8;
/// The lowest bit of each byte, and the highest.
const LOWEST: u64 = 0x0101_0101_0101_0101;
const HIGHEST: u64 = LOWEST << 7;
const LENGTH: u32 = 50;
const LENGTHS: u64 = 0x3f;
const START: u32 = 32;
const STARTS: u64 = 0x3_ffff;

/// A name's hash, spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hash(u64);

impl Hash {
    /// What says which bucket the name is in.
    pub(super) fn place(self) -> u32 {
        (self.0 >> 32) as u32
    }

    fn tag(self) -> u64 {
        self.0 >> 24 & 0xff
    }
}

/// Names and their numbers. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    hasher: DefaultHashBuilder,
    buckets: Pages,
    count: usize,
    len: usize,
}

impl Names {
    pub(super) fn hash(&self, text: &str) -> Hash {
        hash(&self.hasher, text)
    }

    /// A name's number.
    #[inline]
    pub(super) fn find(&self, text: &str, of: Hash) -> Option<ObjectId> {
        let bucket = Bucket::of(self.buckets.get(bucket_of(of.place(), self.count)));
        let wanted = of.tag() * LOWEST;
        for (&tags, heads) in bucket.tags.iter().zip(bucket.heads.chunks(TAGS)) {
            let other = tags ^ wanted;
            // The highest bit of each byte that is zero; of some above one, too, whose text then differs.
            let mut same = other.wrapping_sub(LOWEST) & !other & HIGHEST;
            while same != 0 {
                let at = same.trailing_zeros() as usize / TAGS;
                if let Some(&head) = heads.get(at)
                    && is_text(bucket.text_at(head), text)
                {
                    return Some(head as ObjectId);
                }
                same &= same - 1;
            }
        }
        None
    }

    /// The name with a number, which is in the bucket of a hash's [place](Hash::place).
    pub(super) fn object(&self, id: ObjectId, place: u32) -> Option<Object> {
        let bucket = Bucket::of(self.buckets.get(bucket_of(place, self.count)));
        let &head = bucket.heads.iter().find(|&&head| head as ObjectId == id)?;
        object(bucket.text_at(head))
    }

    /// Adds a name that is not there.
    pub(super) fn insert(&mut self, text: &str, of: Hash, id: ObjectId) {
        if self.count == 0 {
            self.count = 1;
        }
        let words: Vec<u64> = words(text).collect();
        let number = bucket_of(of.place(), self.count);
        let bucket = Bucket::of(self.buckets.get(number));
        let more = (of.tag(), id, &*words);
        let made = page(bucket.names().chain([more]));
        self.buckets.set(number, made);
        self.len += 1;
        if self.len > self.count * FULL {
            let last = self.count;
            self.count += 1;
            let from = below(last);
            let bucket = Bucket::of(self.buckets.get(from));
            let stays = |&(_, _, text): &(u64, ObjectId, &[u64])| {
                with_text(text, |text| {
                    let place = hash(&self.hasher, text).place();
                    Some(bucket_of(place, self.count) == from)
                })
                .unwrap_or(true)
            };
            let (stay, go): (Vec<_>, Vec<_>) = bucket.names().partition(stays);
            let (stay, go) = (page(stay.into_iter()), page(go.into_iter()));
            self.buckets.set(from, stay);
            self.buckets.set(last, go);
        }
    }

    /// Takes a name away that is there.
    pub(super) fn remove(&mut self, id: ObjectId, place: u32) {
        let number = bucket_of(place, self.count);
        let bucket = Bucket::of(self.buckets.get(number));
        let made = page(bucket.names().filter(|&(_, found, _)| found != id));
        self.buckets.set(number, made);
        self.len = self.len.saturating_sub(1);
        if self.count > 1 && self.len < self.count * SPARSE {
            let last = self.count - 1;
            let into = below(last);
            let one = Bucket::of(self.buckets.get(into));
            let other = Bucket::of(self.buckets.get(last));
            let both = page(one.names().chain(other.names()));
            self.buckets.set(into, both);
            self.buckets.set(last, Page::from([]));
            self.count = last;
        }
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
        let pages = ends.iter().take(count).map(|&end| {
            let ids = sorted.get(start..end as usize).unwrap_or_default();
            start = end as usize;
            page(ids.iter().map(|&id| {
                let tag = hashes.get(id as usize).map_or(0, |of| of.tag());
                (tag, id, text(id as usize))
            }))
        });
        let buckets = Pages::from_pages(pages.collect());
        Self {
            hasher,
            buckets,
            count,
            len,
        }
    }
}

/// The hash of a name.
pub(super) fn hash(hasher: &DefaultHashBuilder, text: &str) -> Hash {
    // Buckets, tags and the table of a builder take bits from different places: each must depend on all.
    let hash = hasher.hash_one(text);
    Hash((hash ^ hash >> 32).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// A name's text in whole words.
pub(super) fn words(text: &str) -> impl Iterator<Item = u64> {
    let (whole, rest) = text.as_bytes().as_chunks();
    let whole = whole.iter().map(|&chunk| u64::from_le_bytes(chunk));
    whole.chain((!rest.is_empty()).then(|| part(text.as_bytes(), rest)))
}

/// Whether a name's text in whole words is this one.
#[inline]
pub(super) fn is_text(words: &[u64], text: &str) -> bool {
    let (whole, rest) = text.as_bytes().as_chunks();
    let Some((found, last)) = words.split_at_checked(whole.len()) else {
        return false;
    };
    let same = found
        .iter()
        .zip(whole)
        .all(|(&found, &chunk)| found == u64::from_le_bytes(chunk));
    same && match (last, rest) {
        ([], []) => true,
        (&[last], [_, ..]) => last == part(text.as_bytes(), rest),
        _ => false,
    }
}

/// The last word of a text that ends in a part of one, filled up with zeros.
#[inline]
fn part(bytes: &[u8], rest: &[u8]) -> u64 {
    match bytes.last_chunk() {
        // All but the last bytes of a whole word belong to the one before.
        Some(&last) => u64::from_le_bytes(last) >> (8 * (8 - rest.len())),
        None => rest
            .iter()
            .rev()
            .fold(0, |word, &byte| word << 8 | u64::from(byte)),
    }
}

/// The object of a name.
pub(super) fn object(words: &[u64]) -> Option<Object> {
    with_text(words, |text| text.parse().ok())
}

fn with_text<T>(words: &[u64], read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
    let mut bytes = [0; MAX_OBJECT];
    for (chunk, word) in bytes.chunks_mut(8).zip(words) {
        chunk.copy_from_slice(&word.to_le_bytes());
    }
    let filled = bytes.get(..words.len() * 8)?;
    let end = filled.iter().rposition(|&byte| byte != 0)? + 1;
    read(str::from_utf8(filled.get(..end)?).ok()?)
}

/// The bucket of a hash, of so many.
#[inline]
fn bucket_of(place: u32, count: usize) -> usize {
    let place = place as usize;
    // The least power of two that is not below the count.
    let all = count.next_power_of_two();
    let number = place & (all - 1);
    if number < count {
        number
    } else {
        place & (all / 2).wrapping_sub(1)
    }
}

/// The bucket that the last one was split from.
fn below(last: usize) -> usize {
    last & !(1 << last.checked_ilog2().unwrap_or(0))
}

#[derive(Clone, Copy)]
struct Bucket<'a> {
    tags: &'a [u64],
    heads: &'a [u64],
    texts: &'a [u64],
}

impl<'a> Bucket<'a> {
    #[inline]
    fn of(page: &'a [u64]) -> Self {
        let (&count, rest) = page.split_first().unwrap_or((&0, &[]));
        let count = count as usize;
        let split = rest.split_at_checked(count.div_ceil(TAGS));
        let (tags, rest) = split.unwrap_or((&[], rest));
        let (heads, texts) = rest.split_at_checked(count).unwrap_or((&[], rest));
        Self { tags, heads, texts }
    }

    #[inline]
    fn text_at(self, head: u64) -> &'a [u64] {
        let start = (head >> START & STARTS) as usize;
        let length = (head >> LENGTH & LENGTHS) as usize;
        self.texts.get(start..start + length).unwrap_or_default()
    }

    fn names(self) -> impl Iterator<Item = (u64, ObjectId, &'a [u64])> + Clone {
        let bucket = self;
        let tags = bucket.tags.iter().flat_map(|tags| tags.to_le_bytes());
        let heads = tags.zip(bucket.heads);
        heads.map(move |(tag, &head)| (tag.into(), head as ObjectId, bucket.text_at(head)))
    }
}

fn page<'a>(names: impl Iterator<Item = (u64, ObjectId, &'a [u64])> + Clone) -> Page {
    let count = names.clone().count();
    let texts: usize = names.clone().map(|(_, _, text)| text.len()).sum();
    let mut page = Vec::with_capacity(1 + count.div_ceil(TAGS) + count + texts);
    page.push(count as u64);
    let mut tags = names.clone().map(|(tag, _, _)| tag).peekable();
    while tags.peek().is_some() {
        let some = tags.by_ref().take(TAGS).zip(0..);
        page.push(some.fold(0, |word, (tag, at)| word | tag << (8 * at)));
    }
    let mut start = 0;
    for (_, id, text) in names.clone() {
        let length = text.len() as u64;
        page.push(length << LENGTH | start << START | u64::from(id));
        start += length;
    }
    for (_, _, text) in names {
        page.extend_from_slice(text);
    }
    page.into()
}
