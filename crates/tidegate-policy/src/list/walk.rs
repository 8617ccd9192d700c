//! What a walk to a page's candidates may cost, where it has been, and which of what it finds a page needs.

use std::cmp::Ordering;

use super::MAX_CANDIDATES;
use crate::hash::HashMap;
use crate::model::RelationId;
use crate::snapshot::ObjectId;
use crate::tuple::Subject;

/// Most that the walk to a page's candidates costs, in units of its own: one for each tuple, operator and
/// relation of an object that it looks at; more for what it has to remember, to name or to evaluate. So it
/// goes through a group of a million, and its memory stays below some 50 MB.
pub const MAX_WALK: u32 = 10_000_000;

/// What a place costs that is far from those that were remembered before, for the memory that it takes.
const PLACE: usize = 10;
/// What the name of a candidate costs.
const NAME: usize = 4;
/// What a step of a condition costs.
const CONDITION: usize = 16;

/// A relation of an object.
pub(super) type Goal = (ObjectId, RelationId);

/// The walk has cost all that it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spent;

/// What a walk may still cost.
#[derive(Debug)]
pub(super) struct Allowance {
    left: u32,
}

impl Allowance {
    pub(super) fn new(left: u32) -> Self {
        Self { left }
    }

    pub(super) fn spend(&mut self, units: usize) -> Result<(), Spent> {
        let units = u32::try_from(units).unwrap_or(u32::MAX);
        self.left = self.left.checked_sub(units).ok_or(Spent)?;
        Ok(())
    }

    pub(super) fn name(&mut self) -> Result<(), Spent> {
        self.spend(NAME)
    }

    pub(super) fn conditions(&mut self, steps: u32) -> Result<(), Spent> {
        self.spend((steps as usize).saturating_mul(CONDITION))
    }
}

/// Relations of objects that a walk came upon. Of objects with numbers side by side it remembers each by a
/// bit.
#[derive(Debug, Default)]
pub(super) struct Seen {
    words: HashMap<(RelationId, ObjectId), u64>,
}

/// Objects of a word.
const OBJECTS: ObjectId = 64;

impl Seen {
    /// Adds one, and says whether it is new.
    pub(super) fn add(
        &mut self,
        (object, relation): Goal,
        allowance: &mut Allowance,
    ) -> Result<bool, Spent> {
        allowance.spend(1)?;
        let bit = 1 << (object % OBJECTS);
        let place = (relation, object / OBJECTS);
        if let Some(word) = self.words.get_mut(&place) {
            let is_new = *word & bit == 0;
            *word |= bit;
            return Ok(is_new);
        }
        allowance.spend(PLACE)?;
        self.words.insert(place, bit);
        Ok(true)
    }

    /// All of them, in no order.
    pub(super) fn goals(&self) -> impl Iterator<Item = Goal> {
        let bits = |word: u64| (0..OBJECTS).filter(move |bit| word >> bit & 1 == 1);
        let words = self.words.iter();
        words.flat_map(move |(&(relation, first), &word)| {
            bits(word).map(move |bit| (first * OBJECTS + bit, relation))
        })
    }
}

/// The first names after a page's cursor: as many as a page may check, and one that says that there are more.
#[derive(Debug)]
pub(super) struct First<'a> {
    after: Option<&'a Subject>,
    /// Once it is full, first those that a page needs, in order, then those that came since.
    names: Vec<Subject>,
    is_full: bool,
}

impl<'a> First<'a> {
    pub(super) fn after(after: Option<&'a Subject>) -> Self {
        Self {
            after,
            names: Vec::new(),
            is_full: false,
        }
    }

    /// Whether a name is one of them so far, by how it compares with others: most are not, and need not be made.
    pub(super) fn wants(&self, compare: impl Fn(&Subject) -> Ordering) -> bool {
        let last = self.names.get(MAX_CANDIDATES).filter(|_| self.is_full);
        self.after.is_none_or(|after| compare(after).is_gt())
            && last.is_none_or(|last| compare(last).is_lt())
    }

    pub(super) fn add(&mut self, name: Subject) {
        if !self.wants(|other| name.cmp(other)) {
            return;
        }
        self.names.push(name);
        // So that each name costs a part of one sort.
        if self.names.len() > 2 * MAX_CANDIDATES {
            self.settle();
        }
    }

    /// In order.
    pub(super) fn into_names(mut self) -> Vec<Subject> {
        self.settle();
        self.names
    }

    fn settle(&mut self) {
        crate::sort::once(&mut self.names);
        self.names.truncate(MAX_CANDIDATES + 1);
        self.is_full = self.names.len() > MAX_CANDIDATES;
    }
}
