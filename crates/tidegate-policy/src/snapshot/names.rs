//! The numbers of names, by linear hashing (W. Litwin, 1980): [buckets](bucket), of which one more is made whenever
//! there are [`FULL`] names for each, by splitting one. So no change has to move more than a bucket.

mod bucket;

use std::hash::{BuildHasher, Hasher};

use self::bucket::{Bucket, Name};
use super::lead::Lead;
use super::pages::{Page, Pages, Pair};
use super::row::ObjectId;
use crate::hash::DefaultHashBuilder;
use crate::tuple::{MAX_OBJECT, Object};

/// Names for each bucket, at most, on average: with fewer of them, what says where buckets are is too large to
/// be near.
const FULL: usize = 400;
/// Names for each bucket below which one is merged with another.
const SPARSE: usize = 120;

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
    /// compared, which have to be waited for, `ahead` is told the number that the first one has in all likelihood, and
    /// where that leads, and `other_ahead` the number of the other one.
    #[inline]
    pub(super) fn find_both(
        &self,
        one: &str,
        other: &str,
        ahead: impl FnOnce(ObjectId, Lead),
        other_ahead: impl FnOnce(ObjectId),
    ) -> (Option<ObjectId>, Option<ObjectId>) {
        let (one_hash, other_hash) = (self.hash(one), self.hash(other));
        let one_bucket = self.bucket(one_hash.place());
        let other_bucket = self.bucket(other_hash.place());
        other_bucket.fetch(other_hash.place());
        let one_said = one_bucket.first_like(one, one_hash);
        let other_said = other_bucket.first_like(other, other_hash);
        for (bucket, said) in [(one_bucket, one_said), (other_bucket, other_said)] {
            if let Some(said) = said {
                bucket.fetch_text(said);
            }
        }
        if let Some(said) = one_said {
            ahead(said.id(), said.lead());
        }
        if let Some(said) = other_said {
            other_ahead(said.id());
        }
        (
            one_bucket.find_from(one_said, one, one_hash),
            other_bucket.find_from(other_said, other, other_hash),
        )
    }

    #[inline]
    fn bucket(&self, place: u32) -> Bucket<'_> {
        self.numbered(bucket_of(place, self.count))
    }

    #[inline]
    fn numbered(&self, number: usize) -> Bucket<'_> {
        Bucket::of(self.buckets.both(number))
    }

    /// The name with a number, which is in the bucket of a hash's [place](Hash::place), if it is wanted.
    pub(super) fn object_if(
        &self,
        id: ObjectId,
        place: u32,
        wanted: impl FnOnce(&str) -> bool,
    ) -> Option<Object> {
        let bucket = self.bucket(place);
        let (_, found) = bucket.slot_of(id, place)?;
        with_text(bucket.text(found), |text| {
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
        let name = Name {
            id,
            of,
            text: &words,
            lead: Lead::NOWHERE,
        };
        let made = self.numbered(number).with(name).unwrap_or_else(|| {
            let mut names = self.names(number);
            names.push(name);
            bucket::of_names(&names)
        });
        self.buckets.set(number, made);
        self.len += 1;
        if self.len > self.count * FULL {
            let last = self.count;
            self.count += 1;
            let from = below(last);
            let stays = |name: &Name<'_>| bucket_of(name.of.place(), self.count) == from;
            let (stay, go): (Vec<_>, Vec<_>) = self.names(from).into_iter().partition(stays);
            let (stay, go) = (bucket::of_names(&stay), bucket::of_names(&go));
            self.buckets.set(from, stay);
            self.buckets.set(last, go);
        }
    }

    /// Takes a name away that is there.
    pub(super) fn remove(&mut self, id: ObjectId, place: u32) {
        let number = bucket_of(place, self.count);
        let mut names = self.names(number);
        names.retain(|name| name.id != id);
        let made = bucket::of_names(&names);
        self.buckets.set(number, made);
        self.len = self.len.saturating_sub(1);
        if self.count > 1 && self.len < self.count * SPARSE {
            let last = self.count - 1;
            let into = below(last);
            let mut both = self.names(into);
            both.extend(self.names(last));
            let both = bucket::of_names(&both);
            self.buckets.set(into, both);
            self.buckets.set(last, bucket::of_names(&[]));
            self.count = last;
        }
    }

    /// Says where the object with a number leads, whose name is in the bucket of a place.
    pub(super) fn set_lead(&mut self, id: ObjectId, place: u32, lead: Lead) {
        let number = bucket_of(place, self.count);
        if let Some((at, said)) = self.numbered(number).slot_of(id, place)
            && said.lead() != lead
            && let Some((page, _)) = self.buckets.page_mut(number)
        {
            bucket::set_lead(Page::make_mut(page), at, lead);
        }
    }

    /// What was [said](Self::set_lead) last.
    #[cfg(test)]
    pub(super) fn lead(&self, id: ObjectId, place: u32) -> Option<Lead> {
        let (_, said) = self.bucket(place).slot_of(id, place)?;
        Some(said.lead())
    }

    /// Says where every object [leads](Self::set_lead), by number.
    pub(super) fn set_leads(&mut self, leads: &[Lead]) {
        for number in 0..self.count {
            let (page, _) = self.buckets.both(number);
            if !bucket::has_leads(page, leads)
                && let Some((page, _)) = self.buckets.page_mut(number)
            {
                bucket::set_leads(Page::make_mut(page), leads);
            }
        }
    }

    /// The names of a bucket.
    fn names(&self, number: usize) -> Vec<Name<'_>> {
        self.numbered(number).names(|text| self.hash(text))
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
                    names.push(Name {
                        id,
                        of,
                        text: text(id as usize),
                        lead: Lead::NOWHERE,
                    });
                }
            }
            start = end as usize;
            buckets.push(bucket::of_names(&names));
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

// INVARIANT: the longest text is in whole words, all of which `with_text` has room for.
const _: () = assert!(MAX_OBJECT.is_multiple_of(8));

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
