//! The way of a search: what is open on it, and how much of it there may be.

use crate::model::{Relation, RelationId, TypeId};
use crate::snapshot::{Node, ObjectId};

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

/// A relation of an object that is being resolved.
#[derive(Clone, Copy)]
pub(super) struct At<'a, 'w> {
    pub(super) node: &'w Node<'a>,
    pub(super) type_id: TypeId,
    pub(super) relation: &'a Relation,
    /// The relation's number.
    pub(super) id: RelationId,
    pub(super) hops: u32,
    pub(super) way: &'w Way<'w>,
}

impl At<'_, '_> {
    pub(super) fn goal(&self) -> Goal {
        (self.node.id, self.id)
    }
}
