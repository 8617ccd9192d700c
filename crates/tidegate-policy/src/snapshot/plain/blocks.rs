//! A block of words, and a tag, for each number.
//!
//! Blocks of [`SLOTS`] consecutive numbers are one page: a head for each, and then the blocks, one after the other.
//! Pages are shared between versions: the first change of one copies it, and those after it are made in place.

use std::mem;
use std::ops::Range;
use std::sync::Arc;

/// Blocks of a page: with fewer of them, a change has to copy more of what says where pages are, and with more of
/// them, more of the page.
const SLOTS: usize = 256;

/// A head, from the highest bit: 8 of the tag, 28 of where in the page the block starts, 28 of its length. What they
/// are too few for does not fit into the memory.
const TAG: u32 = 56;
const START: u32 = 28;
const LENGTHS: u64 = (1 << START) - 1;

pub(super) type Page = Arc<Vec<u64>>;

/// See the [module](self). Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(super) struct Blocks(Arc<Vec<Page>>);

/// The page of a number, and which of its slots.
#[inline]
fn place(number: u32) -> (usize, usize) {
    (number as usize / SLOTS, number as usize % SLOTS)
}

#[inline]
fn range(head: u64) -> Range<usize> {
    let start = (head >> START & LENGTHS) as usize;
    start..start + (head & LENGTHS) as usize
}

impl Blocks {
    /// A block and its tag; nothing and 0 for a number that was never set.
    #[inline]
    pub(super) fn find(&self, number: u32) -> (u8, &[u64]) {
        let (page, at) = place(number);
        if let Some(page) = self.0.get(page)
            && let Some(&head) = page.get(at)
        {
            return (
                (head >> TAG) as u8,
                page.get(range(head)).unwrap_or_default(),
            );
        }
        (0, &[])
    }

    #[inline]
    pub(super) fn get(&self, number: u32) -> &[u64] {
        self.find(number).1
    }

    /// Puts words in the place of some of a block, and says what its tag is.
    pub(super) fn change(&mut self, number: u32, tag: u8, of: Range<usize>, words: &[u64]) {
        let (page, at) = place(number);
        let pages = Arc::make_mut(&mut self.0);
        while pages.len() <= page {
            pages.push(Arc::new(empty()));
        }
        let Some(page) = pages.get_mut(page).map(Arc::make_mut) else {
            return;
        };
        let Some(head) = page.get_mut(at) else {
            return;
        };
        let block = range(*head);
        let of = block.start + of.start..block.start + of.end;
        let length = block.len() - of.len() + words.len();
        *head = head_of(tag, block.start, length);
        if of.len() == words.len() {
            if let Some(there) = page.get_mut(of) {
                there.copy_from_slice(words);
            }
            return;
        }
        // Later ones move along.
        for later in page.get_mut(at + 1..SLOTS).unwrap_or_default() {
            let start = range(*later).start - of.len() + words.len();
            *later = head_of((*later >> TAG) as u8, start, (*later & LENGTHS) as usize);
        }
        let rest = page.get(of.end..).unwrap_or_default().to_vec();
        page.truncate(of.start);
        page.extend_from_slice(words);
        page.extend_from_slice(&rest);
    }

    /// From words, each with the number of its block, and tags by number. Blocks are in order; of words that are the
    /// same but for the lowest bit, the last is kept.
    pub(super) fn of_words(numbers: &[u32], words: &[u64], tags: &[u8]) -> Self {
        // Where the words of each number start.
        let mut starts = vec![0_usize; tags.len() + 1];
        for &number in numbers {
            if let Some(start) = starts.get_mut(number as usize + 1) {
                *start += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut sorted = vec![0_u64; sum];
        for (&number, &word) in numbers.iter().zip(words) {
            if let Some(start) = starts.get_mut(number as usize) {
                if let Some(there) = sorted.get_mut(*start) {
                    *there = word;
                }
                *start += 1;
            }
        }
        // From here on they say where these end.
        let mut blocks = Builder::default();
        let mut start = 0;
        for (&tag, &end) in tags.iter().zip(&starts) {
            let block = sorted.get_mut(start..end).unwrap_or_default();
            start = end;
            if !block.is_sorted() {
                crate::sort::by_key(block, |word| word >> 1);
            }
            let kept = once(block);
            blocks.push(tag, block.get(..kept).unwrap_or_default());
        }
        blocks.finish()
    }
}

/// Moves words to the front, of those that are the same but for the lowest bit the last, and says how many there are.
fn once(words: &mut [u64]) -> usize {
    let (mut kept, mut last) = (0, None);
    for at in 0..words.len() {
        let Some(&word) = words.get(at) else {
            break;
        };
        kept += usize::from(last != Some(word >> 1));
        last = Some(word >> 1);
        if let Some(there) = words.get_mut(kept - 1) {
            *there = word;
        }
    }
    kept
}

fn head_of(tag: u8, start: usize, length: usize) -> u64 {
    u64::from(tag) << TAG | (start as u64) << START | length as u64
}

/// A page of empty blocks.
fn empty() -> Vec<u64> {
    vec![head_of(0, SLOTS, 0); SLOTS]
}

/// Makes blocks in the order of their numbers.
#[derive(Debug, Default)]
pub(super) struct Builder {
    pages: Vec<Page>,
    page: Vec<u64>,
    /// Blocks in it.
    count: usize,
}

impl Builder {
    /// Adds the next block.
    pub(super) fn push(&mut self, tag: u8, block: &[u64]) {
        if self.count == 0 {
            self.page = empty();
        }
        let head = head_of(tag, self.page.len(), block.len());
        if let Some(there) = self.page.get_mut(self.count) {
            *there = head;
        }
        self.page.extend_from_slice(block);
        self.count += 1;
        if self.count == SLOTS {
            self.close();
        }
    }

    fn close(&mut self) {
        let mut page = mem::take(&mut self.page);
        let end = head_of(0, page.len(), 0);
        if let Some(rest) = page.get_mut(self.count..SLOTS) {
            rest.fill(end);
        }
        page.shrink_to_fit();
        self.pages.push(Arc::new(page));
        self.count = 0;
    }

    pub(super) fn finish(mut self) -> Blocks {
        if self.count > 0 {
            self.close();
        }
        Blocks(Arc::new(self.pages))
    }
}
