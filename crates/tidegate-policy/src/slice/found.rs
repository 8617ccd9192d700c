//! What parts of the search of a slice come to, what that depends on, and what is remembered of it.

use crate::hash::HashMap;

use super::terms::{NO, NodeId, YES};
use crate::check::{MAX_OPEN, MAX_PATH};
use crate::model::RelationId;
use crate::snapshot::ObjectId;

/// A relation of an object.
pub(super) type Goal = (ObjectId, RelationId);

/// More steps than can be said.
pub(super) const MANY: u32 = u32::MAX;

/// What a part of the search came to, and what that depends on.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Found {
    pub(super) node: NodeId,
    /// It led back to a relation on the way to it.
    pub(super) circle: bool,
    /// It ran out of hops.
    pub(super) out_of_hops: bool,
    /// It ran out of path, or had too many open.
    pub(super) out_of_path: bool,
    /// Some tuple in it holds for some requests and not for others.
    pub(super) conditional: bool,
    /// Relations and operators on the longest way in it.
    pub(super) path: usize,
    pub(super) open: usize,
    /// No check takes more steps for it, whatever its request says. [`MANY`] where that is not known.
    pub(super) steps: u32,
}

impl Found {
    pub(super) fn of(node: NodeId) -> Self {
        Self {
            node,
            ..Self::default()
        }
    }

    /// Notes what a part depends on.
    pub(super) fn add(&mut self, part: Self) -> NodeId {
        self.circle |= part.circle;
        self.out_of_hops |= part.out_of_hops;
        self.out_of_path |= part.out_of_path;
        self.conditional |= part.conditional;
        self.path = self.path.max(part.path);
        self.open = self.open.max(part.open);
        self.steps = self.steps.saturating_add(part.steps);
        part.node
    }

    pub(super) fn with(self, node: NodeId) -> Self {
        Self { node, ..self }
    }
}

/// Where a part of the search is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) hops: u32,
    /// Relations on the way to it, and operators and relations that are open on it.
    pub(super) path: usize,
    pub(super) open: usize,
}

/// What was found for one subject.
#[derive(Debug)]
pub(super) struct Memory {
    /// Whether tuples may be conditional.
    conditions: bool,
    /// What holds with as many hops behind it, or fewer.
    settled: HashMap<Goal, (u32, Found)>,
    /// What ran out of hops, with just so many behind it.
    of_hops: HashMap<(Goal, u32), Found>,
}

impl Memory {
    /// `conditions`: whether tuples may be conditional.
    pub(super) fn new(conditions: bool) -> Self {
        Self {
            conditions,
            settled: HashMap::new(),
            of_hops: HashMap::new(),
        }
    }

    /// What holds at this place.
    pub(super) fn get(&self, goal: Goal, place: Place) -> Option<Found> {
        let settled = self.settled.get(&goal);
        let settled = settled.filter(|(then, _)| place.hops <= *then);
        let of_hops = || self.of_hops.get(&(goal, place.hops));
        let mut found = *settled.map(|(_, found)| found).or_else(of_hops)?;
        if place.path + found.path > MAX_PATH || place.open + found.open > MAX_OPEN as usize {
            return None;
        }
        if found.circle || found.out_of_path {
            // On another way, a search may go further to come to the same.
            found.steps = MANY;
            found.conditional |= self.conditions;
        }
        Some(found)
    }

    pub(super) fn put(&mut self, goal: Goal, hops: u32, found: Found) {
        // A yes and a no stay what they are on every way with room for them.
        let depends_on_way = found.circle || found.out_of_path;
        if depends_on_way && !matches!(found.node, YES | NO) {
            return;
        }
        if found.out_of_hops {
            self.of_hops.insert((goal, hops), found);
        } else {
            self.settled.insert(goal, (hops, found));
        }
    }
}
