//! Relations that follow from others by `or` alone, laid out flat: what is written, and what `from` leads
//! to, of the relation itself and of all that it is computed from. A question of such a relation then goes
//! through one list, where it would go down a tree of relations.

use super::parts::{Parts, Relation, Rewrite, Slots, Taken};
use super::{RelationId, TypeId};
use crate::check::steps_of_many;

/// Most entries of a plan; a relation that needs more goes without.
const MAX_LEAVES: usize = 64;
/// Most entries of all plans of a model: relations that come after go without.
pub(super) const MAX_LEAVES_OF_ALL: usize = 100_000;
/// Most relations on the way to a leaf; a relation that needs more goes without a plan.
const MAX_CHAIN: usize = 16;
/// Most operators and relations that are gone through for one plan; many restrictions of a relation count as more.
const MAX_VISITS: u32 = 512;

/// One of the ways in which a relation can hold.
#[derive(Debug)]
pub(crate) struct Leaf {
    pub(crate) kind: LeafKind,
    /// The relations on the way, from the one asked for to the one that the leaf belongs to.
    pub(crate) chain: Box<[RelationId]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LeafKind {
    /// What is written of a relation: its place in [`Parts::relations`].
    Direct { place: usize },
    /// A relation of the objects that a tupleset names; the place is the tupleset's.
    From {
        relation: RelationId,
        tupleset: RelationId,
        place: usize,
    },
}

/// The plan of a relation; empty when it has an `and` or `but not` on the way, a relation that its type does
/// not have, too many leaves, or too much to go through. `left`: how many leaves there is room for. Once one was
/// to have more, none is laid.
pub(super) fn plan(
    parts: &Parts,
    slots: &Slots,
    type_id: TypeId,
    place: usize,
    left: &mut usize,
) -> Vec<Leaf> {
    let relation = parts.relations.get(place);
    let Some(relation) = relation.filter(|_| *left > 0) else {
        return Vec::new();
    };
    let mut layout = Layout {
        parts,
        slots,
        type_id,
        ends: Vec::new(),
        leads: Vec::new(),
        chain: vec![relation.name],
        visits: 0,
    };
    let laid = layout.lay(place, &relation.rewrite);
    // What is cheap to ask comes first.
    layout.ends.append(&mut layout.leads);
    let rest = left.checked_sub(layout.ends.len());
    if laid.is_some() {
        *left = rest.unwrap_or(0);
    }
    laid.and(rest).map_or_else(Vec::new, |_| layout.ends)
}

struct Layout<'a> {
    parts: &'a Parts,
    slots: &'a Slots,
    type_id: TypeId,
    /// Those where nothing leads on to other objects.
    ends: Vec<Leaf>,
    leads: Vec<Leaf>,
    chain: Vec<RelationId>,
    visits: u32,
}

impl Layout<'_> {
    fn lay(&mut self, place: usize, rewrite: &Rewrite) -> Option<()> {
        self.visit(1)?;
        match rewrite {
            Rewrite::Direct => {
                let kind = LeafKind::Direct { place };
                // Where nothing leads on, the way does not matter: once is enough.
                if self.ends.iter().all(|leaf| leaf.kind != kind) {
                    let relation = self.parts.relations.get(place)?;
                    self.visit(steps_of_many(relation.restrictions.len()))?;
                    self.add(kind, takes_usersets(relation))?;
                }
            }
            Rewrite::Computed(other) => {
                let next = self.place(*other)?;
                if self.chain.contains(other) || self.chain.len() >= MAX_CHAIN {
                    return None;
                }
                let relation = self.parts.relations.get(next)?;
                self.chain.push(*other);
                self.lay(next, &relation.rewrite)?;
                self.chain.pop();
            }
            Rewrite::From { relation, tupleset } => {
                let kind = LeafKind::From {
                    relation: *relation,
                    tupleset: *tupleset,
                    place: self.place(*tupleset)?,
                };
                self.add(kind, true)?;
            }
            Rewrite::Union(operands) => {
                for operand in operands {
                    self.lay(place, operand)?;
                }
            }
            Rewrite::Intersection(_) | Rewrite::Exclusion(..) => return None,
        }
        Some(())
    }

    fn visit(&mut self, count: u32) -> Option<()> {
        self.visits = self.visits.saturating_add(count);
        (self.visits <= MAX_VISITS).then_some(())
    }

    fn place(&self, relation: RelationId) -> Option<usize> {
        self.slots.place(self.type_id, relation).map(usize::from)
    }

    fn add(&mut self, kind: LeafKind, leads: bool) -> Option<()> {
        if self.ends.len() + self.leads.len() >= MAX_LEAVES {
            return None;
        }
        let chain = self.chain.as_slice().into();
        let leaves = match leads {
            true => &mut self.leads,
            false => &mut self.ends,
        };
        leaves.push(Leaf { kind, chain });
        Some(())
    }
}

fn takes_usersets(relation: &Relation) -> bool {
    let mut restrictions = relation.restrictions.iter();
    restrictions.any(|found| matches!(found.taken, Taken::Userset(..)))
}
