//! What the outcomes of a slice are made of: relations by name, conditions, their stored contexts, and
//! formulas over them, each once.
//!
//! A formula has one of four values, as a check on the way has: yes, no, a circle (no, because the way led
//! back to where it came from) and a fault (no answer). What operators make of them is what check makes of
//! them, whatever their order:
//!
//! * any: yes before fault before circle before no;
//! * all: no before circle before fault before yes;
//! * but not: no and circle of the base stay; else a yes of what is subtracted is a no, a circle of it a
//!   circle, a no of it leaves the base as it is, a fault of it is a fault;
//! * when: what is behind a conditional tuple, if its condition is met; else no, or the condition's fault.

use std::sync::Arc;

use crate::hash::{HashMap, Numbers};

use crate::check::{MAX_HOPS, MAX_OPEN};
use crate::condition::{Condition, Context};
use crate::slice::SliceError;
use crate::slice::order::Order;

/// A formula's number. Those it consists of have smaller ones.
pub(super) type NodeId = u32;

pub(super) const NO: NodeId = 0;
pub(super) const YES: NodeId = 1;
pub(super) const CIRCLE: NodeId = 2;
pub(super) const FAULT: NodeId = 3;
/// The number of the first formula that has parts.
pub(super) const FIRST: NodeId = 4;

/// Most formulas of one slice.
pub(super) const MAX_NODES: usize = 1 << 20;
/// Deepest nesting of a formula: more than that of any check. Of what is open on the way to a tuple each adds
/// one at most, the last of an object (a tuple that leads on) two, and so does each hop of a plan.
pub(super) const MAX_DEPTH: u16 = 2_100;
const _: () = assert!(MAX_DEPTH as u32 > 2 * (MAX_OPEN + MAX_HOPS));
/// Most relation names, kinds, actions.
pub(super) const MAX_WORDS: usize = 10_000;
/// Most conditions.
pub(super) const MAX_CONDITIONS: usize = 10_000;

/// A formula that has parts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Node {
    /// Whether a condition is met, with what a tuple says of it.
    Condition {
        condition: u32,
        context: u32,
    },
    Any(Box<[NodeId]>),
    All(Box<[NodeId]>),
    ButNot(NodeId, NodeId),
    When(NodeId, NodeId),
}

/// See the [module](self).
#[derive(Clone, Debug, Default)]
pub(super) struct Terms {
    relations: Numbers<Box<str>>,
    conditions: Vec<Arc<Condition>>,
    contexts: Numbers<Context>,
    /// From [`FIRST`] on.
    nodes: Numbers<Node>,
    /// By node.
    facts: Vec<Fact>,
    /// How many formulas and contexts there were when nothing was left over.
    needed: usize,
}

/// What the form of a formula says of it.
#[derive(Clone, Copy, Debug)]
struct Fact {
    depth: u16,
    /// Whether it could come to yes, were every condition in it another.
    can_be_yes: bool,
    /// Whether it has a `but not`: else it is at its best where every condition is met.
    takes_away: bool,
}

impl Terms {
    pub(super) fn relation(&self, name: &str) -> Option<u32> {
        self.relations.get(name)
    }

    pub(super) fn relation_names(&self) -> &[Box<str>] {
        self.relations.all()
    }

    pub(super) fn conditions(&self) -> &[Arc<Condition>] {
        &self.conditions
    }

    pub(super) fn condition(&self, id: u32) -> Option<&Arc<Condition>> {
        self.conditions.get(id as usize)
    }

    pub(super) fn contexts(&self) -> &[Context] {
        self.contexts.all()
    }

    pub(super) fn context(&self, id: u32) -> Option<&Context> {
        self.contexts().get(id as usize)
    }

    pub(super) fn nodes(&self) -> &[Node] {
        if cfg!(not(feature = "conditions")) {
            return &[];
        }
        self.nodes.all()
    }

    /// None for a constant. Without conditions there are constants only, which is what operators make of constants: said
    /// here, it leaves all that is done with formulas out of programs that have no conditions.
    pub(super) fn node(&self, id: NodeId) -> Option<&Node> {
        if cfg!(not(feature = "conditions")) {
            return None;
        }
        self.nodes().get(id.checked_sub(FIRST)? as usize)
    }

    /// The first number that no formula has.
    pub(super) fn end(&self) -> NodeId {
        FIRST.saturating_add(u32::try_from(self.facts.len()).unwrap_or(u32::MAX))
    }

    /// Whether a formula could come to yes, as far as its form tells: see [`add_met`](Self::add_met).
    pub(super) fn can_be_yes(&self, id: NodeId) -> bool {
        id == YES || self.fact(id).is_some_and(|fact| fact.can_be_yes)
    }

    /// Whether a `but not` is in a formula.
    pub(super) fn takes_away(&self, id: NodeId) -> bool {
        self.fact(id).is_some_and(|fact| fact.takes_away)
    }

    /// Whether many may be left over from outcomes that are gone.
    pub(super) fn is_wasteful(&self) -> bool {
        self.weight() > 4096 + 2 * self.needed
    }

    /// Nothing is left over.
    pub(super) fn settle(&mut self) {
        self.needed = self.weight();
    }

    fn weight(&self) -> usize {
        self.facts.len() + self.contexts().len() + self.conditions.len()
    }

    /// How deep a formula nests: more than its parts do.
    pub(super) fn depth(&self, id: NodeId) -> u16 {
        self.fact(id).map_or(0, |fact| fact.depth)
    }

    fn fact(&self, id: NodeId) -> Option<Fact> {
        self.facts.get(id.checked_sub(FIRST)? as usize).copied()
    }

    pub(super) fn add_relation(&mut self, name: &str) -> u32 {
        let known = self.relation(name);
        known.unwrap_or_else(|| self.relations.add(name.into()))
    }

    pub(super) fn add_condition(&mut self, condition: &Arc<Condition>) -> u32 {
        let same = |held: &Arc<Condition>| {
            Arc::ptr_eq(held, condition)
                || held.name() == condition.name()
                    && held.expression() == condition.expression()
                    && held.parameters() == condition.parameters()
        };
        let at = self.conditions.iter().position(same).unwrap_or_else(|| {
            self.conditions.push(Arc::clone(condition));
            self.conditions.len() - 1
        });
        u32::try_from(at).unwrap_or(u32::MAX)
    }

    pub(super) fn add_context(&mut self, context: &Context) -> u32 {
        let known = self.contexts.get(context);
        known.unwrap_or_else(|| self.contexts.add(context.clone()))
    }

    /// Any of these.
    pub(super) fn any(&mut self, of: Vec<NodeId>) -> Result<NodeId, SliceError> {
        self.joined(of, true)
    }

    /// All of these.
    pub(super) fn all(&mut self, of: Vec<NodeId>) -> Result<NodeId, SliceError> {
        self.joined(of, false)
    }

    /// `any` and `all` have an order of what outweighs what, and are the heaviest of their parts: so parts
    /// of the same operator can be taken in, twice is once, and what another outweighs can go.
    fn joined(&mut self, of: Vec<NodeId>, any: bool) -> Result<NodeId, SliceError> {
        let (heaviest, lightest) = if any { (YES, NO) } else { (NO, YES) };
        let mut parts = Vec::with_capacity(of.len());
        for id in of {
            match (self.node(id), any) {
                (Some(Node::Any(inner)), true) | (Some(Node::All(inner)), false) => {
                    parts.extend(inner.iter().copied());
                }
                _ if id == heaviest => return Ok(heaviest),
                _ if id == lightest => {}
                _ => parts.push(id),
            }
        }
        let (heavy, light) = if any {
            (FAULT, CIRCLE)
        } else {
            (CIRCLE, FAULT)
        };
        if parts.contains(&heavy) {
            for part in &mut parts {
                *part = if *part == light { heavy } else { *part };
            }
        }
        crate::sort::once(&mut parts);
        match *parts.as_slice() {
            [] => Ok(lightest),
            [only] => Ok(only),
            _ if any => self.add(Node::Any(parts.into())),
            _ => self.add(Node::All(parts.into())),
        }
    }

    /// The first, unless the second.
    pub(super) fn but_not(&mut self, base: NodeId, subtract: NodeId) -> Result<NodeId, SliceError> {
        match (base, subtract) {
            (NO | CIRCLE, _) | (_, NO) => Ok(base),
            (YES | FAULT, YES) => Ok(NO),
            (YES | FAULT, CIRCLE) => Ok(CIRCLE),
            (YES | FAULT, FAULT) => Ok(FAULT),
            _ => self.add(Node::ButNot(base, subtract)),
        }
    }

    /// The second, where the first, a condition, is met.
    pub(super) fn when(&mut self, met: NodeId, then: NodeId) -> Result<NodeId, SliceError> {
        match met {
            NO | FAULT | CIRCLE => Ok(met),
            YES => Ok(then),
            _ if then == YES => Ok(met),
            _ => self.add(Node::When(met, then)),
        }
    }

    /// Adds a formula. Whether it is new, and as simple as the operators make it: if not, what was added, if
    /// anything, has another form.
    ///
    /// # Errors
    /// [`SliceError::TooLong`] past [`MAX_NODES`] or [`MAX_DEPTH`].
    pub(super) fn add_simplest(&mut self, node: &Node) -> Result<bool, SliceError> {
        let end = self.end();
        let id = match node {
            Node::Condition { .. } => self.add(node.clone())?,
            Node::Any(of) => self.any(of.to_vec())?,
            Node::All(of) => self.all(of.to_vec())?,
            &Node::ButNot(base, subtract) => self.but_not(base, subtract)?,
            &Node::When(met, then) => self.when(met, then)?,
        };
        Ok(id == end && self.node(id) == Some(node))
    }

    /// Whether a condition is met, with what a tuple says of it: a constant where that says all of it, as a
    /// tuple's values stand before those of a request. Where they say enough for a no, the formula is known not
    /// to come to yes.
    ///
    /// # Errors
    /// As [`add`](Self::add).
    pub(super) fn add_met(
        &mut self,
        condition: &Arc<Condition>,
        stored: &Context,
        steps: &mut u32,
    ) -> Result<NodeId, SliceError> {
        let mut parameters = condition.parameters().iter();
        if parameters.all(|parameter| stored.get(&parameter.name).is_some()) {
            let met = condition.is_met_in_steps(stored, Context::EMPTY, steps);
            return Ok(match met {
                Ok(true) => YES,
                Ok(false) => NO,
                Err(_) => FAULT,
            });
        }
        let node = Node::Condition {
            condition: self.add_condition(condition),
            context: self.add_context(stored),
        };
        if let Some(id) = self.known(&node) {
            return Ok(id);
        }
        let evaluated = condition.evaluate(stored, Context::EMPTY);
        let never = evaluated.is_ok_and(|evaluated| evaluated.met == Some(false));
        let id = self.add(node)?;
        if let Some(fact) = self.facts.last_mut() {
            fact.can_be_yes = !never;
        }
        Ok(id)
    }

    /// Adds a formula of parts that are here already.
    ///
    /// # Errors
    /// [`SliceError::TooLong`] past [`MAX_NODES`] or [`MAX_DEPTH`].
    pub(super) fn add(&mut self, node: Node) -> Result<NodeId, SliceError> {
        if let Some(id) = self.known(&node) {
            return Ok(id);
        }
        let can = |id: &NodeId| self.can_be_yes(*id);
        let can_be_yes = match &node {
            Node::Condition { .. } => true,
            Node::Any(of) => of.iter().any(can),
            Node::All(of) => of.iter().all(can),
            Node::ButNot(base, other) => can(base) && !matches!(*other, YES | CIRCLE | FAULT),
            Node::When(met, then) => can(met) && can(then),
        };
        let (mut below, mut takes_away) = (0, matches!(node, Node::ButNot(..)));
        let mut at = 0;
        while let Some(part) = node.part(at) {
            at += 1;
            below = below.max(self.depth(part));
            takes_away |= self.takes_away(part);
        }
        if self.facts.len() >= MAX_NODES || below >= MAX_DEPTH {
            return Err(SliceError::TooLong);
        }
        self.facts.push(Fact {
            depth: below + 1,
            can_be_yes,
            takes_away,
        });
        Ok(FIRST.saturating_add(self.nodes.add(node)))
    }

    fn known(&self, node: &Node) -> Option<NodeId> {
        Some(FIRST.saturating_add(self.nodes.get(node)?))
    }

    /// The formula of other terms, in these. Their order says which parts come first: numbers do not.
    pub(super) fn import(
        &mut self,
        from: &Self,
        order: &Order,
        id: NodeId,
        known: &mut HashMap<NodeId, NodeId>,
    ) -> Result<NodeId, SliceError> {
        // No recursion: formulas are deeper than stacks.
        let mut open = vec![id];
        while let Some(&id) = open.last() {
            if imported(known, id).is_some() {
                open.pop();
                continue;
            }
            let node = from.node(id).ok_or(SliceError::TooLong)?;
            let mut of: Vec<NodeId> = Vec::new();
            while let Some(part) = node.part(of.len()) {
                of.push(part);
            }
            if let Node::Any(_) | Node::All(_) = node {
                order.sort(&mut of);
            }
            let before = open.len();
            // The first on top.
            for &part in of.iter().rev() {
                if imported(known, part).is_none() {
                    open.push(part);
                }
            }
            if open.len() > before {
                continue;
            }
            for part in &mut of {
                *part = imported(known, *part).ok_or(SliceError::TooLong)?;
            }
            let found = match (node, of.as_slice()) {
                (&Node::Condition { condition, context }, _) => {
                    let condition = from.condition(condition).ok_or(SliceError::TooLong)?;
                    let context = from.context(context).ok_or(SliceError::TooLong)?;
                    let condition = self.add_condition(condition);
                    let context = self.add_context(context);
                    self.add(Node::Condition { condition, context })?
                }
                (Node::Any(_), _) => self.any(of)?,
                (Node::All(_), _) => self.all(of)?,
                (Node::ButNot(..), &[base, subtract]) => self.but_not(base, subtract)?,
                (Node::When(..), &[met, then]) => self.when(met, then)?,
                (Node::ButNot(..) | Node::When(..), _) => return Err(SliceError::TooLong),
            };
            known.insert(id, found);
        }
        imported(known, id).ok_or(SliceError::TooLong)
    }
}

impl Node {
    /// The parts of a formula, in the order in which they count; none for a condition.
    pub(super) fn part(&self, at: usize) -> Option<NodeId> {
        match self {
            Self::Condition { .. } => None,
            Self::Any(of) | Self::All(of) => of.get(at).copied(),
            Self::ButNot(one, other) | Self::When(one, other) => [*one, *other].get(at).copied(),
        }
    }
}

/// Constants are what they are.
fn imported(known: &HashMap<NodeId, NodeId>, id: NodeId) -> Option<NodeId> {
    if id < FIRST {
        return Some(id);
    }
    known.get(&id).copied()
}
