//! The way of a search: what is open on it, and how much of it there may be.

use crate::model::RelationId;
use crate::snapshot::ObjectId;

/// A relation of an object: what is asked of the subject.
pub(super) type Goal = (ObjectId, RelationId);

/// The relations that are open on the way to a goal, those of one object in the frame of a call.
pub(super) struct Way<'w> {
    pub(super) object: ObjectId,
    pub(super) relations: &'w [RelationId],
    pub(super) before: Option<&'w Way<'w>>,
    /// How many relations there are before these.
    pub(super) length: usize,
}

impl Way<'_> {
    pub(super) fn leads_through(&self, goal: Goal) -> bool {
        let mut way = self;
        loop {
            if way.object == goal.0 && way.relations.contains(&goal.1) {
                return true;
            }
            match way.before {
                Some(before) => way = before,
                None => return false,
            }
        }
    }
}

/// Relations on a way, and operators and relations that are open on it.
#[derive(Clone, Copy, Default)]
pub(super) struct Room {
    pub(super) length: usize,
    pub(super) open: u32,
}

impl Room {
    pub(super) fn max(self, other: Self) -> Self {
        Self {
            length: self.length.max(other.length),
            open: self.open.max(other.open),
        }
    }
}
