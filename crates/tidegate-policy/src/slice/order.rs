//! An order of formulas by what they say, whatever their numbers are: so that one slice has one form,
//! whatever led to it. What is not written out needs none.

use super::terms::{FIRST, Node, NodeId, Terms};
use crate::bundle::payload::{write_condition, write_context};

/// The place of each formula of some terms.
///
/// The order is by depth, operator and parts: of any two formulas the same comes first in all terms that
/// have both, whatever else these have.
pub(super) struct Order {
    /// By node.
    places: Vec<u32>,
}

impl Order {
    /// Formulas stay as they come.
    pub(super) const NONE: Self = Self { places: Vec::new() };

    pub(super) fn of(terms: &Terms) -> Self {
        if terms.nodes().is_empty() {
            return Self::NONE;
        }
        let conditions = places(terms.conditions(), |condition| {
            let mut text = Vec::new();
            write_condition(&mut text, condition);
            text
        });
        let contexts = places(terms.contexts(), |context| {
            let mut text = Vec::new();
            write_context(&mut text, context);
            text
        });
        let mut order = Self {
            places: vec![u32::MAX; terms.nodes().len()],
        };
        let mut ids: Vec<NodeId> = (FIRST..terms.end()).collect();
        crate::sort::by_key(&mut ids, |&id| terms.depth(id));
        let mut next = FIRST;
        // Parts are less deep: they have their places before.
        for of_depth in ids.chunk_by(|&one, &other| terms.depth(one) == terms.depth(other)) {
            let mut keyed: Vec<(u8, Vec<u32>, NodeId)> = Vec::with_capacity(of_depth.len());
            for &id in of_depth {
                let (operator, parts) = match terms.node(id) {
                    Some(&Node::Condition { condition, context }) => {
                        (0, vec![at(&conditions, condition), at(&contexts, context)])
                    }
                    Some(Node::Any(of)) => (1, order.sorted_places(of)),
                    Some(Node::All(of)) => (2, order.sorted_places(of)),
                    Some(&Node::ButNot(one, other)) => (3, order.both(one, other)),
                    Some(&Node::When(one, other)) => (4, order.both(one, other)),
                    None => continue,
                };
                keyed.push((operator, parts, id));
            }
            crate::sort::sort(&mut keyed);
            for (_, _, id) in keyed {
                let node = id.checked_sub(FIRST).map(|node| node as usize);
                if let Some(place) = node.and_then(|node| order.places.get_mut(node)) {
                    *place = next;
                    next = next.saturating_add(1);
                }
            }
        }
        order
    }

    /// Puts formulas in this order.
    pub(super) fn sort(&self, of: &mut [NodeId]) {
        crate::sort::by_key(of, |&id| self.place(id));
    }

    /// Constants stay where they are, before all others.
    fn place(&self, id: NodeId) -> u32 {
        id.checked_sub(FIRST)
            .map_or(id, |node| at(&self.places, node))
    }

    fn sorted_places(&self, of: &[NodeId]) -> Vec<u32> {
        let mut places: Vec<u32> = Vec::with_capacity(of.len());
        for &id in of {
            places.push(self.place(id));
        }
        crate::sort::sort(&mut places);
        places
    }

    fn both(&self, one: NodeId, other: NodeId) -> Vec<u32> {
        vec![self.place(one), self.place(other)]
    }
}

/// The place of each thing, by its text.
fn places<T>(of: &[T], text: impl Fn(&T) -> Vec<u8>) -> Vec<u32> {
    let mut sorted: Vec<(Vec<u8>, usize)> = Vec::with_capacity(of.len());
    for thing in of {
        sorted.push((text(thing), sorted.len()));
    }
    crate::sort::sort(&mut sorted);
    let mut places = vec![u32::MAX; of.len()];
    for ((_, thing), number) in sorted.into_iter().zip(0..) {
        if let Some(place) = places.get_mut(thing) {
            *place = number;
        }
    }
    places
}

fn at(places: &[u32], number: u32) -> u32 {
    places.get(number as usize).copied().unwrap_or(u32::MAX)
}
