//! What the peers' data is made of: facts by the entity that they are about, and closures.

use std::collections::{BTreeMap, BTreeSet};

use super::super::workload::{Fact, Thing, Who, World};

/// For each entity, entities that something holds of.
pub(super) type Edges = BTreeMap<Thing, BTreeSet<Thing>>;

/// Each subject of the facts that `which` chooses, with their objects. `user:*` and a userset stand for no
/// entity of their own: `subject` says what a subject is.
pub(super) fn by_subject(
    world: &World,
    which: impl Fn(&Fact) -> bool,
    subject: impl Fn(Who) -> Option<Thing>,
) -> Edges {
    let mut edges = Edges::new();
    for fact in world.facts.iter().filter(|fact| which(fact)) {
        if let Some(subject) = subject(fact.subject) {
            edges.entry(subject).or_default().insert(fact.object);
        }
    }
    edges
}

/// The entity itself, or the group that a userset is of.
pub(super) fn entity(who: Who) -> Option<Thing> {
    match who {
        Who::One(thing) | Who::Members(thing) => Some(thing),
        Who::Everyone => None,
    }
}

/// All that can be reached by edges, the start not among it unless by a cycle.
pub(super) fn reachable(start: Thing, edges: &Edges) -> BTreeSet<Thing> {
    let mut seen = BTreeSet::new();
    let mut open = vec![start];
    while let Some(thing) = open.pop() {
        for &next in edges.get(&thing).into_iter().flatten() {
            if seen.insert(next) {
                open.push(next);
            }
        }
    }
    seen
}
