//! What is known of each object beside its rows: where its name is, its standing, and which numbers are free.
//!
//! A page has [`SLOTS`] objects of four words each: from the highest bit 32 of the hash of the name, or the
//! next free number, and two flags; `valid_from`; and the uid.

use uuid::Uuid;

use super::Standing;
use super::pages::{Page, Pages};
use super::row::ObjectId;

/// So many that a page fills what allocators round its size up to, counts included.
const SLOTS: usize = 63;
const WORDS: usize = 4;

const PLACE: u32 = 32;
const STANDS: u64 = 1;
const FREE: u64 = 2;
/// The end of the list of free numbers.
const NONE: ObjectId = ObjectId::MAX;

/// Names' places and standings by number. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Standings {
    pages: Pages,
    /// Every number is below.
    end: ObjectId,
    /// The first of the free numbers, each of which says the next.
    free: ObjectId,
}

impl Default for Standings {
    fn default() -> Self {
        Self {
            pages: Pages::default(),
            end: 0,
            free: NONE,
        }
    }
}

impl Standings {
    /// From words as [`push`] makes them.
    pub(super) fn from_words(words: &[u64]) -> Self {
        let mut pages = Vec::new();
        for page in words.chunks(SLOTS * WORDS) {
            let mut page = page.to_vec();
            page.resize(SLOTS * WORDS, 0);
            pages.push(page.into());
        }
        Self {
            pages: Pages::from_pages(pages),
            end: ObjectId::try_from(words.len() / WORDS).unwrap_or(NONE),
            free: NONE,
        }
    }

    pub(super) fn end(&self) -> ObjectId {
        self.end
    }

    fn words(&self, id: ObjectId) -> Option<[u64; WORDS]> {
        let page = self.pages.get(id as usize / SLOTS);
        let start = id as usize % SLOTS * WORDS;
        page.get(start..start + WORDS)?.try_into().ok()
    }

    fn words_mut(&mut self, id: ObjectId) -> Option<&mut [u64]> {
        let page = self.pages.page_mut(id as usize / SLOTS)?;
        if page.is_empty() {
            *page = Page::from([0; SLOTS * WORDS]);
        }
        let start = id as usize % SLOTS * WORDS;
        Page::make_mut(page).get_mut(start..start + WORDS)
    }

    /// Where the name's hash says that it is; none when the number is free.
    pub(super) fn place(&self, id: ObjectId) -> Option<u32> {
        if id >= self.end {
            return None;
        }
        let [word, ..] = self.words(id)?;
        (word & FREE == 0).then_some((word >> PLACE) as u32)
    }

    pub(super) fn standing(&self, id: ObjectId) -> Option<Standing> {
        let [word, valid_from_s, high, low] = self.words(id)?;
        (word & STANDS != 0).then(|| Standing {
            uid: Uuid::from_u64_pair(high, low),
            valid_from_s,
        })
    }

    pub(super) fn set(&mut self, id: ObjectId, standing: Option<Standing>) {
        if let Some([word, rest @ ..]) = self.words_mut(id) {
            *word = *word & !STANDS | u64::from(standing.is_some());
            rest.copy_from_slice(&standing_words(standing));
        }
    }

    /// A number for a name: one that was free, or one more.
    pub(super) fn take(&mut self, place: u32) -> ObjectId {
        let id = if self.free == NONE {
            let id = self.end;
            // 4 billion objects do not fit into the memory that 32-bit numbers are for.
            self.end = self.end.saturating_add(1);
            id
        } else {
            let id = self.free;
            let next = self.words(id).map(|[word, ..]| (word >> PLACE) as ObjectId);
            self.free = next.unwrap_or(NONE);
            id
        };
        if let Some([word, ..]) = self.words_mut(id) {
            *word = u64::from(place) << PLACE;
        }
        id
    }

    /// Frees a number that nothing in the store mentions any more.
    pub(super) fn give_back(&mut self, id: ObjectId) {
        let next = u64::from(self.free);
        if let Some([word, ..]) = self.words_mut(id) {
            *word = next << PLACE | FREE;
        }
        self.free = id;
    }
}

fn standing_words(standing: Option<Standing>) -> [u64; WORDS - 1] {
    let Some(Standing { uid, valid_from_s }) = standing else {
        return [0; WORDS - 1];
    };
    let (high, low) = uid.as_u64_pair();
    [valid_from_s, high, low]
}

/// Adds the words of the next object.
pub(super) fn push(words: &mut Vec<u64>, place: u32) {
    words.push(u64::from(place) << PLACE);
    words.extend([0; WORDS - 1]);
}

/// Sets the standing in the words of an object.
pub(super) fn set(words: &mut [u64], id: ObjectId, standing: Option<Standing>) {
    let start = id as usize * WORDS;
    if let Some([word, rest @ ..]) = words.get_mut(start..start + WORDS) {
        *word = *word & !STANDS | u64::from(standing.is_some());
        rest.copy_from_slice(&standing_words(standing));
    }
}

/// Whether the words of an object have a standing.
pub(super) fn stands(words: &[u64], id: ObjectId) -> bool {
    let word = words.get(id as usize * WORDS);
    word.is_some_and(|word| word & STANDS != 0)
}
