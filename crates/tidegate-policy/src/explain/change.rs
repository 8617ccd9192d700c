//! What a goal is to come to, and by what changes.

use crate::model::{ConditionId, TypeId};
use crate::snapshot::{ObjectId, SubjectId};
use crate::tuple::Object;

use super::world::{Goal, World};

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

/// Objects that a tuple may be added on.
#[derive(Default)]
pub(super) struct Known {
    /// What may be led on to, by the number of its type, in the order of names.
    of_types: Vec<Vec<ObjectId>>,
    /// Sorted.
    pub(super) all: Vec<ObjectId>,
}

impl Known {
    /// Those of these names that the world has. What is added may lead on to some of them (sorted), or
    /// to all.
    pub(super) fn new(world: &World<'_>, names: &[Object], some: Option<&[ObjectId]>) -> Self {
        let mut known = Self::default();
        for name in names {
            if let Some(id) = world.view.id(name.as_str())
                && let Some(type_id) = world.view.type_of(id)
            {
                known.all.push(id);
                if some.is_some_and(|some| some.binary_search(&id).is_err()) {
                    continue;
                }
                let type_id = type_id as usize;
                while known.of_types.len() <= type_id {
                    known.of_types.push(Vec::new());
                }
                known
                    .of_types
                    .get_mut(type_id)
                    .into_iter()
                    .for_each(|of| of.push(id));
            }
        }
        crate::sort::sort(&mut known.all);
        known
    }

    pub(super) fn of_type(&self, type_id: TypeId) -> &[ObjectId] {
        self.of_types
            .get(type_id as usize)
            .map_or(&[], Vec::as_slice)
    }
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
