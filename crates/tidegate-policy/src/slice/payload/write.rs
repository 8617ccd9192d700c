//! From a slice to its payload.

use super::{
    ALL, ANONYMOUS, ANY, BUT_NOT, CHANGE, CONDITION, HAS_ACTIONS, IS_ANONYMOUS, OWN, SLICE, WHEN,
};
use crate::bundle::PayloadError;
use crate::bundle::bytes::{front_coded, number, size, text};
use crate::bundle::payload::{write_condition, write_context};
use crate::slice::order::Order;
use crate::slice::section::Section;
use crate::slice::terms::{Node, NodeId, Terms};
use crate::slice::{Kinds, MAX_SLICE_BYTES, Slice, SliceChange};

impl Slice {
    /// The payload of a bundle of this slice.
    ///
    /// # Errors
    /// [`PayloadError::TooLong`] above [`MAX_SLICE_BYTES`].
    pub fn to_bundle_payload(&self) -> Result<Vec<u8>, PayloadError> {
        let slice = self.compact(Order::of(&self.terms));
        let slice = slice.map_err(|_| PayloadError::TooLong)?;
        let mut out = SLICE.to_vec();
        kinds(&mut out, &slice.kinds);
        terms(&mut out, &slice.terms);
        out.push(flags(slice.own.is_some(), slice.anonymous.is_some()));
        for found in slice.sections() {
            section(&mut out, found);
        }
        bounded(out)
    }
}

impl SliceChange {
    /// The binary form of this change.
    ///
    /// # Errors
    /// [`PayloadError::TooLong`] above [`MAX_SLICE_BYTES`].
    pub fn to_bytes(&self) -> Result<Vec<u8>, PayloadError> {
        let mut out = CHANGE.to_vec();
        text(&mut out, self.subject.as_str().as_bytes());
        out.extend(self.uid.as_bytes());
        number(&mut out, self.from);
        number(&mut out, self.to.saturating_sub(self.from));
        kinds(&mut out, &self.kinds);
        terms(&mut out, &self.terms);
        out.push(flags(self.own.is_some(), self.anonymous.is_some()));
        for delta in self.own.iter().chain(&self.anonymous) {
            section(&mut out, &delta.put);
            size(&mut out, delta.removed.len());
            let mut before: &[u8] = &[];
            for name in &delta.removed {
                front(&mut out, name.as_bytes(), before);
                before = name.as_bytes();
            }
        }
        bounded(out)
    }
}

fn bounded(out: Vec<u8>) -> Result<Vec<u8>, PayloadError> {
    if out.len() > MAX_SLICE_BYTES {
        return Err(PayloadError::TooLong);
    }
    Ok(out)
}

fn flags(own: bool, anonymous: bool) -> u8 {
    u8::from(own) * OWN + u8::from(anonymous) * ANONYMOUS
}

fn kinds(out: &mut Vec<u8>, kinds: &Kinds) {
    out.push(u8::from(kinds.all));
    size(out, kinds.by_name.len());
    for (name, cap) in &kinds.by_name {
        text(out, name.as_bytes());
        let anonymous = u8::from(cap.anonymous) * IS_ANONYMOUS;
        out.push(anonymous + u8::from(cap.actions.is_some()) * HAS_ACTIONS);
        if let Some(actions) = &cap.actions {
            size(out, actions.len());
            for action in actions {
                text(out, action.as_bytes());
            }
        }
    }
}

fn terms(out: &mut Vec<u8>, terms: &Terms) {
    size(out, terms.relation_names().len());
    for name in terms.relation_names() {
        text(out, name.as_bytes());
    }
    size(out, terms.conditions().len());
    for condition in terms.conditions() {
        write_condition(out, condition);
    }
    size(out, terms.contexts().len());
    for context in terms.contexts() {
        write_context(out, context);
    }
    size(out, terms.nodes().len());
    for node in terms.nodes() {
        match node {
            Node::Condition { condition, context } => pair(out, CONDITION, *condition, *context),
            Node::Any(of) => list(out, ANY, of),
            Node::All(of) => list(out, ALL, of),
            Node::ButNot(base, subtract) => pair(out, BUT_NOT, *base, *subtract),
            Node::When(met, then) => pair(out, WHEN, *met, *then),
        }
    }
}

fn pair(out: &mut Vec<u8>, kind: u8, one: u32, other: u32) {
    out.push(kind);
    number(out, u64::from(one));
    number(out, u64::from(other));
}

fn list(out: &mut Vec<u8>, kind: u8, of: &[NodeId]) {
    out.push(kind);
    size(out, of.len());
    for &id in of {
        number(out, u64::from(id));
    }
}

fn section(out: &mut Vec<u8>, section: &Section) {
    size(out, section.rows().len());
    for row in section.rows() {
        size(out, row.len());
        let mut before = 0;
        for &(relation, outcome) in row.iter() {
            number(out, u64::from(relation.saturating_sub(before)));
            number(out, u64::from(outcome));
            before = relation;
        }
    }
    size(out, section.len());
    let mut before: &[u8] = &[];
    for (name, row) in section.sorted_ids() {
        front(out, name.as_bytes(), before);
        number(out, u64::from(row));
        before = name.as_bytes();
    }
}

fn front(out: &mut Vec<u8>, name: &[u8], before: &[u8]) {
    let (shared, rest) = front_coded(name, before);
    size(out, shared);
    text(out, rest);
}
