//! The numbers of names.
//!
//! A name's text is a block of whole words by its number, filled up with bytes that no text holds. Names are found by
//! buckets, as many as a power of two and no fewer than one for [`FULL`] names: a bucket is a block of words, each a
//! name's number above 32 bits of its hash. Numbers that are free have no text, and the last one of them is the next
//! to be given.

use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;

use super::blocks::{Blocks, Builder, Page};
use crate::hash::DefaultHashBuilder;
use crate::snapshot::row::ObjectId;
use crate::tuple::MAX_OBJECT;

/// Names for each bucket, at most, on average.
const FULL: usize = 2;
/// No text in UTF-8 holds this byte.
const FILL: u8 = 0xff;
/// Words of the longest name, and bytes of these.
const WORDS: usize = MAX_OBJECT.div_ceil(8);
pub(super) const BYTES: usize = 8 * WORDS;

/// Names and their numbers. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    hasher: DefaultHashBuilder,
    texts: Blocks,
    buckets: Blocks,
    /// How many buckets there are.
    count: u32,
    /// Every number is below.
    end: ObjectId,
    /// Numbers that are not in use: words, as pages are.
    free: Page,
}

impl Names {
    /// Of texts by number.
    pub(super) fn of_texts(texts: Blocks, end: ObjectId) -> Self {
        let mut names = Self {
            hasher: Default::default(),
            texts,
            buckets: Blocks::default(),
            count: 0,
            end,
            free: Arc::default(),
        };
        names.spread();
        names
    }

    /// Makes buckets for all names.
    fn spread(&mut self) {
        // Twice as many as are needed, for those that come.
        let count = (self.end as usize / FULL + 1).next_power_of_two();
        self.count = u32::try_from(count).unwrap_or(1 << 31);
        let (mut numbers, mut words) = (Vec::new(), Vec::new());
        for id in 0..self.end {
            let text = self.texts.get(id);
            if !text.is_empty() {
                let (bucket, word) = self.entry(text, id);
                numbers.push(bucket);
                words.push(word);
            }
        }
        self.buckets = Blocks::of_words(&numbers, &words, &vec![0; count]);
    }

    /// The bucket of a text, and its word there.
    #[inline]
    fn entry(&self, text: &[u64], id: ObjectId) -> (u32, u64) {
        let mut hasher = self.hasher.build_hasher();
        for &word in text {
            hasher.write_u64(word);
        }
        let hash = hasher.finish();
        let bucket = hash as u32 & self.count.wrapping_sub(1);
        (bucket, u64::from(id) << 32 | hash >> 32)
    }

    /// A name's number.
    #[inline]
    pub(super) fn find(&self, text: &str) -> Option<ObjectId> {
        let mut words = [0; WORDS];
        self.find_words(words_of(text, &mut words)?)
    }

    #[inline]
    fn find_words(&self, text: &[u64]) -> Option<ObjectId> {
        let (bucket, wanted) = self.entry(text, 0);
        for &word in self.buckets.get(bucket) {
            let id = (word >> 32) as ObjectId;
            if word as u32 == wanted as u32 && self.texts.get(id) == text {
                return Some(id);
            }
        }
        None
    }

    /// Whether the number is a name's.
    pub(super) fn has(&self, id: ObjectId) -> bool {
        !self.texts.get(id).is_empty()
    }

    /// The name with a number, written into these bytes.
    pub(super) fn text<'a>(&self, id: ObjectId, bytes: &'a mut [u8; BYTES]) -> Option<&'a str> {
        let words = self.texts.get(id);
        for (there, word) in bytes.chunks_mut(8).zip(words) {
            there.copy_from_slice(&word.to_le_bytes());
        }
        let filled = bytes.get(..8 * words.len())?;
        let last = filled.iter().rposition(|&byte| byte != FILL)?;
        str::from_utf8(filled.get(..=last)?).ok()
    }

    /// Every number is below.
    pub(super) fn end(&self) -> ObjectId {
        self.end
    }

    /// Gives a name a number that has none.
    pub(super) fn insert(&mut self, text: &str) -> ObjectId {
        let mut words = [0; WORDS];
        // Names that are longer are none.
        let text = words_of(text, &mut words).unwrap_or_default();
        let free = if self.free.is_empty() {
            None
        } else {
            Arc::make_mut(&mut self.free).pop()
        };
        let id = free.map_or(self.end, |id| id as ObjectId);
        if id == self.end {
            // 4 billion objects do not fit into the memory that 32-bit numbers are for.
            self.end = self.end.saturating_add(1);
        }
        self.texts.change(id, 0, 0..0, text);
        if self.end as usize > FULL * self.count as usize {
            self.spread();
        } else {
            let (bucket, word) = self.entry(text, id);
            self.buckets.change(bucket, 0, 0..0, &[word]);
        }
        id
    }

    /// Frees the number of a name that is there.
    pub(super) fn remove(&mut self, id: ObjectId) {
        let text = self.texts.get(id);
        let length = text.len();
        let (bucket, word) = self.entry(text, id);
        let mut words = self.buckets.get(bucket).iter();
        if let Some(at) = words.position(|&found| found == word) {
            self.buckets.change(bucket, 0, at..at + 1, &[]);
        }
        self.texts.change(id, 0, 0..length, &[]);
        Arc::make_mut(&mut self.free).push(id.into());
    }
}

/// Texts in the order of their numbers.
#[derive(Debug, Default)]
pub(super) struct Texts(Builder);

impl Texts {
    pub(super) fn push(&mut self, text: &str) {
        let mut words = [0; WORDS];
        self.0
            .push(0, words_of(text, &mut words).unwrap_or_default());
    }

    pub(super) fn finish(self) -> Blocks {
        self.0.finish()
    }
}

/// A text in whole words; none when it is too long for a name.
#[inline]
fn words_of<'a>(text: &str, words: &'a mut [u64; WORDS]) -> Option<&'a [u64]> {
    let (whole, rest) = text.as_bytes().as_chunks();
    let mut count = whole.len();
    for (word, &chunk) in words.iter_mut().zip(whole) {
        *word = u64::from_le_bytes(chunk);
    }
    if !rest.is_empty() {
        let mut last = u64::MAX;
        for &byte in rest.iter().rev() {
            last = last << 8 | u64::from(byte);
        }
        *words.get_mut(count)? = last;
        count += 1;
    }
    words.get(..count)
}
