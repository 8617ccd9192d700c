//! What a goal is to come to, and by what changes.

use crate::hash::HashMap;

use crate::model::{ConditionId, TypeId};
use crate::snapshot::{ObjectId, SubjectId};

use super::world::Goal;

/// What a set may consist of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Changes {
    /// Tuples to add and to remove.
    Tuples,
    /// Conditions that come out otherwise, in the place of tuples to add.
    Conditions,
}

/// A change: of the tuple at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Change {
    pub(super) goal: Goal,
    pub(super) subject: SubjectId,
    pub(super) what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum What {
    Add(Option<ConditionId>),
    Remove,
    /// Assume that its condition is met, or that it is not.
    Assume(bool),
}

/// Objects that a tuple may be added on, by their types.
#[derive(Default)]
pub(super) struct Known {
    pub(super) of_type: HashMap<TypeId, Vec<ObjectId>>,
    /// Sorted.
    pub(super) all: Vec<ObjectId>,
}

/// What a goal is to come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Want {
    pub(super) yes: bool,
    /// An answer that hangs on a condition without a value will do as well.
    pub(super) or_open: bool,
}

impl Want {
    pub(super) const YES: Self = Self {
        yes: true,
        or_open: false,
    };
    pub(super) const NO: Self = Self {
        yes: false,
        or_open: false,
    };

    pub(super) fn yes(self) -> Self {
        Self { yes: true, ..self }
    }

    pub(super) fn no(self) -> Self {
        Self { yes: false, ..self }
    }

    pub(super) fn or_open(self) -> Self {
        Self {
            or_open: true,
            ..self
        }
    }
}
