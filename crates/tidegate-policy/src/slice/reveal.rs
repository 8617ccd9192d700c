//! What the subject of a slice could learn by checks of its own, and so may be named in it.

use crate::hash::{HashMap, HashSet};

use super::evaluate::{Evaluation, Value};
use super::terms::{FIRST, Node, NodeId, Terms, YES};

/// Most conditions of a formula of which every combination is tried, and most formulas that it consists of. One
/// with more is taken for one that can be yes.
const MAX_TRIED: usize = 10;
const MAX_PARTS: usize = 500;
/// Most formulas that are looked at in this way for one slice.
const MAX_FORMULAS: usize = 10_000;

/// Formulas that were looked at.
#[derive(Debug, Default)]
pub(super) struct Reveal {
    known: HashMap<NodeId, bool>,
}

impl Reveal {
    /// Whether some check could say yes where this is the outcome, whether each condition is met being for it alone
    /// to say.
    pub(super) fn may(&mut self, terms: &Terms, outcome: NodeId) -> bool {
        if !terms.can_be_yes(outcome) || !terms.takes_away(outcome) {
            return outcome == YES || outcome >= FIRST && terms.can_be_yes(outcome);
        }
        if let Some(&known) = self.known.get(&outcome) {
            return known;
        }
        if self.known.len() >= MAX_FORMULAS {
            return true;
        }
        let can = conditions(terms, outcome).is_none_or(|of| some_yes(terms, outcome, &of));
        self.known.insert(outcome, can);
        can
    }
}

/// The conditions in a formula; none where there are too many.
fn conditions(terms: &Terms, formula: NodeId) -> Option<Vec<NodeId>> {
    let mut seen: HashSet<NodeId> = [formula].into();
    let mut open = vec![formula];
    let mut found = Vec::new();
    while let Some(id) = open.pop() {
        let Some(node) = terms.node(id) else {
            continue;
        };
        if matches!(node, Node::Condition { .. }) {
            found.push(id);
        }
        let parts = (0..).map_while(|at| node.part(at));
        open.extend(parts.filter(|&part| seen.insert(part)));
        if found.len() > MAX_TRIED || seen.len() > MAX_PARTS {
            return None;
        }
    }
    Some(found)
}

/// Whether the formula is yes where some of its conditions are met and the others are not.
fn some_yes(terms: &Terms, formula: NodeId, conditions: &[NodeId]) -> bool {
    (0..1_u32 << conditions.len()).any(|met| {
        let known = conditions.iter().enumerate().map(|(at, &id)| {
            let is_met = met >> at & 1 == 1 && terms.can_be_yes(id);
            (id, if is_met { Value::Yes } else { Value::No })
        });
        let known = known.collect();
        Evaluation::supposing(terms, known).value(formula) == Value::Yes
    })
}
