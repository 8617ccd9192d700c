//! What a formula comes to with a request's context.

use hashbrown::HashMap;

use super::terms::{CIRCLE, FAULT, NO, Node, NodeId, Terms, YES};
use crate::condition::Context;

/// Most formulas that one question evaluates; what their conditions cost counts as steps, as in a check.
const MAX_STEPS: u32 = 1_000_000;

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
    steps: u32,
}

impl<'a> Evaluation<'a> {
    pub(super) fn new(terms: &'a Terms, context: &'a Context) -> Self {
        Self {
            terms,
            context,
            known: HashMap::new(),
            steps: 0,
        }
    }

    /// A fault past the budget. It nests no deeper than formulas do.
    pub(super) fn value(&mut self, id: NodeId) -> Value {
        match id {
            NO => return Value::No,
            YES => return Value::Yes,
            CIRCLE => return Value::Circle,
            FAULT => return Value::Fault,
            _ => {}
        }
        if let Some(&known) = self.known.get(&id) {
            return known;
        }
        self.steps += 1;
        if self.steps > MAX_STEPS {
            return Value::Fault;
        }
        let terms = self.terms;
        let value = match terms.node(id) {
            Some(&Node::Condition { condition, context }) => self.met(condition, context),
            Some(Node::Any(of)) => self.any(of),
            Some(Node::All(of)) => self.all(of),
            Some(&Node::ButNot(base, subtract)) => self.but_not(base, subtract),
            Some(&Node::When(met, then)) => match self.value(met) {
                Value::Yes => self.value(then),
                other => other,
            },
            None => Value::Fault,
        };
        self.known.insert(id, value);
        value
    }

    fn met(&mut self, condition: u32, context: u32) -> Value {
        let found = self.terms.condition(condition);
        match found.zip(self.terms.context(context)) {
            Some((condition, stored)) => {
                match condition.is_met_in_steps(stored, self.context, &mut self.steps) {
                    _ if self.steps > MAX_STEPS => Value::Fault,
                    Ok(true) => Value::Yes,
                    Ok(false) => Value::No,
                    Err(_) => Value::Fault,
                }
            }
            None => Value::Fault,
        }
    }

    fn any(&mut self, of: &[NodeId]) -> Value {
        let mut found = Value::No;
        for &id in of {
            match (self.value(id), found) {
                (Value::Yes, _) => return Value::Yes,
                (Value::No, _) | (Value::Circle, Value::Fault) => {}
                (heavier, _) => found = heavier,
            }
        }
        found
    }

    fn all(&mut self, of: &[NodeId]) -> Value {
        let mut found = Value::Yes;
        for &id in of {
            match (self.value(id), found) {
                (Value::No, _) => return Value::No,
                (Value::Yes, _) | (Value::Fault, Value::Circle) => {}
                (heavier, _) => found = heavier,
            }
        }
        found
    }

    fn but_not(&mut self, base: NodeId, subtract: NodeId) -> Value {
        let base = self.value(base);
        if matches!(base, Value::No | Value::Circle) {
            return base;
        }
        match self.value(subtract) {
            Value::Yes => Value::No,
            Value::No => base,
            other => other,
        }
    }
}
