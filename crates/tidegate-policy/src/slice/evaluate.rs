//! What a formula comes to with a request's context.

use crate::hash::HashMap;

use super::terms::{CIRCLE, FAULT, NO, Node, NodeId, Terms, YES};
use crate::condition::Context;

/// What a formula comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value {
    No,
    Yes,
    Circle,
    Fault,
}

/// One context; what was found once is known.
pub(super) struct Evaluation<'a> {
    terms: &'a Terms,
    context: &'a Context,
    known: HashMap<NodeId, Value>,
    /// Formulas that are being evaluated, each a part of the one before. No recursion: formulas are deeper than
    /// stacks.
    open: Vec<Open<'a>>,
}

/// A formula, and what its first parts came to.
struct Open<'a> {
    id: NodeId,
    node: &'a Node,
    parts: usize,
    found: Value,
}

impl<'a> Evaluation<'a> {
    pub(super) fn new(terms: &'a Terms, context: &'a Context) -> Self {
        Self {
            terms,
            context,
            known: HashMap::new(),
            open: Vec::new(),
        }
    }

    /// The same with some formulas known beforehand.
    pub(super) fn supposing(terms: &'a Terms, known: HashMap<NodeId, Value>) -> Self {
        Self {
            known,
            ..Self::new(terms, Context::EMPTY)
        }
    }

    /// Looks at each formula once at most.
    pub(super) fn value(&mut self, id: NodeId) -> Value {
        if let Some(known) = self.begun(id) {
            return known;
        }
        let mut value = None;
        while let Some(mut top) = self.open.pop() {
            if let Some(part) = value {
                top.parts += 1;
                let (found, done) = top.with(part);
                top.found = found;
                if done {
                    self.known.insert(top.id, found);
                    value = Some(found);
                    continue;
                }
            }
            match top.node.part(top.parts) {
                Some(part) => {
                    self.open.push(top);
                    value = self.begun(part);
                }
                None => {
                    self.known.insert(top.id, top.found);
                    value = Some(top.found);
                }
            }
        }
        value.unwrap_or(Value::Fault)
    }

    /// The value of a formula, or none, and it is open.
    fn begun(&mut self, id: NodeId) -> Option<Value> {
        match id {
            NO => return Some(Value::No),
            YES => return Some(Value::Yes),
            CIRCLE => return Some(Value::Circle),
            FAULT => return Some(Value::Fault),
            _ => {}
        }
        let terms = self.terms;
        let Some(node) = terms.node(id) else {
            return Some(Value::Fault);
        };
        if let Some(&known) = self.known.get(&id) {
            return Some(known);
        }
        let found = match node {
            &Node::Condition { condition, context } => {
                let value = self.met(condition, context);
                self.known.insert(id, value);
                return Some(value);
            }
            Node::Any(_) => Value::No,
            Node::All(_) | Node::ButNot(..) | Node::When(..) => Value::Yes,
        };
        self.open.push(Open {
            id,
            node,
            parts: 0,
            found,
        });
        None
    }

    fn met(&self, condition: u32, context: u32) -> Value {
        let found = self.terms.condition(condition);
        match found.zip(self.terms.context(context)) {
            Some((condition, stored)) => match condition.is_met(stored, self.context) {
                Ok(true) => Value::Yes,
                Ok(false) => Value::No,
                Err(_) => Value::Fault,
            },
            None => Value::Fault,
        }
    }
}

impl Open<'_> {
    /// With the next of its parts, and whether that settles it.
    fn with(&self, part: Value) -> (Value, bool) {
        let found = self.found;
        match (self.node, part) {
            (Node::Any(_), Value::Yes) | (Node::All(_), Value::No) => (part, true),
            (Node::Any(_), Value::No) | (Node::All(_), Value::Yes) => (found, false),
            (Node::Any(_), Value::Circle) if found == Value::Fault => (found, false),
            (Node::All(_), Value::Fault) if found == Value::Circle => (found, false),
            (Node::Any(_) | Node::All(_), _) => (part, false),
            // The first is the base.
            (Node::ButNot(..), _) if self.parts == 1 => {
                (part, matches!(part, Value::No | Value::Circle))
            }
            (Node::ButNot(..), Value::Yes) => (Value::No, true),
            (Node::ButNot(..), Value::No) => (found, true),
            (Node::When(..), _) if self.parts == 1 => (part, part != Value::Yes),
            (Node::ButNot(..) | Node::When(..) | Node::Condition { .. }, _) => (part, true),
        }
    }
}
