//! What is known of each object beside its rows: where its name is, its standing, and which numbers are free.
//!
//! A page has [`SLOTS`] objects of three words each: from the highest bit 32 of the hash of the name, or the next free
//! number, and 32 of what is said of its standing: `valid_from`, and [`FIRST`] more; and the uid. A `valid_from` of
//! later than there is room for is in a tree.

use uuid::Uuid;

use super::Standing;
use super::pages::{Page, Pages};
use super::row::ObjectId;
use super::tree::Tree;

/// So many that a page fills what allocators round its size up to, counts included.
const SLOTS: usize = 170;
const WORDS: usize = 3;

const PLACE: u32 = 32;
/// What the lower half of a word says: that the object has no standing, that the number is free, that `valid_from` is
/// in the tree, or else what it is.
const SAYS: u64 = u32::MAX as u64;
const NO_STANDING: u64 = 0;
const FREE: u64 = 1;
const FIRST: u64 = 2;
const LATER: u64 = SAYS;
/// The end of the list of free numbers.
const NONE: ObjectId = ObjectId::MAX;

/// Names' places and standings by number. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Standings {
    pages: Pages,
    later: Tree<ObjectId, u64>,
    /// Every number is below.
    end: ObjectId,
    /// The first of the free numbers, each of which says the next.
    free: ObjectId,
}

impl Default for Standings {
    fn default() -> Self {
        Self {
            pages: Pages::default(),
            later: Tree::default(),
            end: 0,
            free: NONE,
        }
    }
}

impl Standings {
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
        (word & SAYS != FREE).then_some((word >> PLACE) as u32)
    }

    pub(super) fn standing(&self, id: ObjectId) -> Option<Standing> {
        let [word, high, low] = self.words(id)?;
        let valid_from_s = match word & SAYS {
            NO_STANDING | FREE => return None,
            LATER => *self.later.get(&id)?,
            says => says - FIRST,
        };
        Some(Standing {
            uid: Uuid::from_u64_pair(high, low),
            valid_from_s,
        })
    }

    /// Of a number that is not free.
    pub(super) fn set(&mut self, id: ObjectId, standing: Option<Standing>) {
        if let Some(there) = self.words_mut(id) {
            let is_later = put(there, standing);
            match standing {
                Some(standing) if is_later => drop(self.later.insert(id, standing.valid_from_s)),
                _ => drop(self.later.remove(&id)),
            }
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
            *word = u64::from(place) << PLACE | NO_STANDING;
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

/// Sets the standing in the words of an object. Says whether its `valid_from` has to be in the tree.
fn put(words: &mut [u64], standing: Option<Standing>) -> bool {
    let [word, uid @ ..] = words else {
        return false;
    };
    let says = standing.map_or(NO_STANDING, |standing| {
        standing.valid_from_s.saturating_add(FIRST).min(LATER)
    });
    *word = *word & !SAYS | says;
    let (high, low) = standing.map_or((0, 0), |standing| standing.uid.as_u64_pair());
    uid.copy_from_slice(&[high, low]);
    says == LATER
}

/// Makes the standings of objects in the order of their numbers.
#[derive(Debug, Default)]
pub(super) struct StandingsBuilder {
    words: Vec<u64>,
    later: Vec<(ObjectId, u64)>,
}

impl StandingsBuilder {
    /// Adds the next object, whose name's hash has this place.
    pub(super) fn push(&mut self, place: u32) {
        let word = u64::from(place) << PLACE | NO_STANDING;
        self.words.extend([word, 0, 0]);
    }

    pub(super) fn set(&mut self, id: ObjectId, standing: Option<Standing>) {
        let start = id as usize * WORDS;
        let there = self.words.get_mut(start..start + WORDS);
        if there.is_some_and(|there| put(there, standing))
            && let Some(Standing { valid_from_s, .. }) = standing
        {
            self.later.push((id, valid_from_s));
        }
    }

    /// Whether an object has a standing.
    pub(super) fn stands(&self, id: ObjectId) -> bool {
        let word = self.words.get(id as usize * WORDS);
        word.is_some_and(|word| word & SAYS >= FIRST)
    }

    pub(super) fn finish(self) -> Standings {
        let mut pages = Vec::new();
        for page in self.words.chunks(SLOTS * WORDS) {
            let mut page = page.to_vec();
            page.resize(SLOTS * WORDS, 0);
            pages.push(page.into());
        }
        let mut later = self.later;
        later.retain(|&(id, _)| {
            let word = self.words.get(id as usize * WORDS);
            word.is_some_and(|word| word & SAYS == LATER)
        });
        // Of each object what was set last, which comes first of what has its number.
        later.reverse();
        crate::sort::by_key(&mut later, |&(id, _)| id);
        later.dedup_by_key(|&mut (id, _)| id);
        Standings {
            pages: Pages::from_pages(pages),
            later: Tree::from_sorted(&later),
            end: ObjectId::try_from(self.words.len() / WORDS).unwrap_or(NONE),
            free: NONE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// About what stands for something else, set and taken away, one by one and at once.
    #[test]
    fn standings_are_what_was_put_last() {
        let edge = u64::from(u32::MAX);
        let times = [0, 1, 2, edge - 3, edge - 2, edge - 1, edge, u64::MAX];
        let standing = |valid_from_s| {
            let uid = Uuid::from_u64_pair(valid_from_s, 7);
            Some(Standing { uid, valid_from_s })
        };
        let (mut standings, mut built) = (Standings::default(), StandingsBuilder::default());
        let mut expected = Vec::new();
        for before in [None].into_iter().chain(times.map(standing)) {
            for after in [None].into_iter().chain(times.map(standing)) {
                let id = standings.take(5);
                built.push(5);
                for now in [before, None, before, after] {
                    standings.set(id, now);
                    built.set(id, now);
                    assert_eq!(standings.standing(id), now);
                    assert_eq!(built.stands(id), now.is_some());
                }
                expected.push((id, after));
            }
        }
        // In another order than that of the numbers, some of them again.
        for &(id, after) in expected.iter().rev().step_by(3) {
            built.set(id, after);
        }
        for standings in [standings, built.finish()] {
            for &(id, after) in &expected {
                assert_eq!(standings.standing(id), after, "{id}");
                assert_eq!(standings.place(id), Some(5));
            }
            let late = |(_, after): &&(_, Option<Standing>)| {
                after.is_some_and(|found| found.valid_from_s > edge - 3)
            };
            assert_eq!(standings.later.len(), expected.iter().filter(late).count());
            assert_eq!(standings.standing(standings.end()), None);
        }
    }
}
