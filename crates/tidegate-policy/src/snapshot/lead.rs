//! Where objects lead: so that who asks about one asks the memory for those that come next long before they are
//! needed. All of it is as it was when it was written, and may be taken for nothing but that.

use super::row::{Entry, ObjectId, SubjectId};
use super::table::LARGE;

/// Words of a block that are looked at.
const FEW: usize = 8;

/// Objects with a number below are at hand, or near it: caches hold as many. In tests few are.
pub(super) const NEAR: ObjectId = if cfg!(test) { 8 } else { 1 << 15 };

/// Where an object leads: the first object in its rows that has rows, and the first such in those of that one; 0 for
/// none, and for one that is [`NEAR`]. To know them in time saves waiting, and that is all that they may be taken for:
/// they are as they were when the rows of the first one were written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lead {
    pub(super) next: ObjectId,
    pub(super) after: ObjectId,
}

impl Lead {
    pub(super) const NOWHERE: Self = Self { next: 0, after: 0 };

    /// Of a block, and what it leads to from afar: over two others, or over one where that is the end; 0 for none, and
    /// for one that is [`NEAR`].
    pub(super) fn from_block<'a>(
        block: &[u64],
        block_of: impl Fn(ObjectId) -> &'a [u64],
    ) -> (Self, ObjectId) {
        let next = leads_to(block, &block_of);
        let after = next.and_then(|next| leads_to(block_of(next), &block_of));
        let far = after.and_then(|after| leads_to(block_of(after), &block_of));
        let known = |lead: Option<ObjectId>| lead.filter(|&lead| lead >= NEAR).unwrap_or(0);
        let lead = Self {
            next: known(next),
            after: known(after),
        };
        (lead, known(far.or(after)))
    }

    #[inline]
    pub(super) fn of_word(word: u64) -> Self {
        Self {
            next: word as ObjectId,
            after: (word >> 32) as ObjectId,
        }
    }

    pub(super) fn word(self) -> u64 {
        u64::from(self.after) << 32 | u64::from(self.next)
    }
}

/// Where a block leads: to the first object in it that has rows itself. What stands for a [large](LARGE) row is none.
fn leads_to<'a>(block: &[u64], block_of: impl Fn(ObjectId) -> &'a [u64]) -> Option<ObjectId> {
    let mut words = block.iter().take(FEW).filter(|&word| word & LARGE == 0);
    words.find_map(|&word| match Entry::of_word(word).subject() {
        SubjectId::Object(id) if !block_of(id).is_empty() => Some(id),
        _ => None,
    })
}
