//! What the subject of a slice could learn by checks of its own, and so may be named in it.

use crate::hash::{HashMap, HashSet};

use super::evaluate::{Evaluation, Value};
use super::terms::{FIRST, Node, NodeId, Terms, YES};

/// Most conditions of a formula of which every combination is tried, of three values each, and most formulas that it
/// consists of. One with more is taken for one that can be yes.
const MAX_TRIED: usize = 6;
const MAX_PARTS: usize = 500;
/// Most formulas that are looked at in this way for one slice.
const MAX_FORMULAS: usize = 10_000;

/// Formulas that were looked at.
#[derive(Debug, Default)]
pub(super) struct Reveal {
    known: HashMap<NodeId, bool>,
}

impl Reveal {
    /// Whether some check could say yes where this is the outcome, what each condition comes to being for it alone to
    /// say.
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

/// Whether the formula is yes where some of its conditions are met, some are not, and some have no answer: a fault
/// beats a circle, so that what a circle denies may be a yes for want of a value.
fn some_yes(terms: &Terms, formula: NodeId, conditions: &[NodeId]) -> bool {
    let combinations = conditions.iter().fold(1_u32, |all, _| all * 3);
    (0..combinations).any(|number| {
        let mut rest = number;
        let known = conditions.iter().map(|&id| {
            let value = match rest % 3 {
                0 => Value::No,
                1 if terms.can_be_yes(id) => Value::Yes,
                1 => Value::No,
                _ => Value::Fault,
            };
            rest /= 3;
            (id, value)
        });
        let known = known.collect();
        Evaluation::supposing(terms, known).value(formula) == Value::Yes
    })
}
