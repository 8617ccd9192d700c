//! From a payload to its slice. Nothing in the bytes is believed.

use std::sync::Arc;

use uuid::Uuid;

use super::{
    ALL, ANONYMOUS, ANY, BUT_NOT, CHANGE, CONDITION, HAS_ACTIONS, IS_ANONYMOUS, OWN, SLICE, WHEN,
};
use crate::bundle::PayloadError;
use crate::bundle::bytes::{Names, Reader};
use crate::bundle::payload::{read_condition, read_context};
use crate::slice::change::Delta;
use crate::slice::section::{Row, Section};
use crate::slice::terms::{FIRST, MAX_CONDITIONS, MAX_NODES, MAX_WORDS, Node, NodeId, Terms, YES};
use crate::slice::{Cap, Kinds, MAX_SLICE_BYTES, Slice, SliceChange, SliceError};
use crate::tuple::{Object, check_object, check_relation};

/// Fewest bytes of a kind: a name, a byte.
const LEAST_KIND: usize = 2;
/// Fewest bytes of a condition: a name, no parameters, no expression.
const LEAST_CONDITION: usize = 3;
/// Fewest bytes of a formula.
const LEAST_NODE: usize = 3;
/// Fewest bytes of a row: a count, and an outcome.
const LEAST_ROW: usize = 3;
/// Fewest bytes of an outcome.
const LEAST_OUTCOME: usize = 2;
/// Fewest bytes of a name: two numbers and a byte of it.
const LEAST_NAME: usize = 3;
/// Longest name of a kind. Bytes.
const MAX_KIND: usize = 128;

impl Slice {
    /// Reads the payload of a slice whose head was verified.
    pub(crate) fn of_payload(
        bytes: &[u8],
        subject: Object,
        uid: Uuid,
        revision: u64,
    ) -> Result<Self, PayloadError> {
        let mut reader = start(bytes, SLICE)?;
        let kinds = kinds(&mut reader)?;
        let terms = terms(&mut reader)?;
        let (own, anonymous) = flags(&mut reader)?;
        let mut part = |has: bool| has.then(|| section(&mut reader, &terms)).transpose();
        let own = part(own)?;
        let anonymous = part(anonymous)?;
        reader.end()?;
        Ok(Self {
            subject,
            uid,
            revision,
            kinds,
            terms,
            own,
            anonymous,
        })
    }
}

impl SliceChange {
    /// Reads the binary form of a change.
    ///
    /// # Errors
    /// See [`PayloadError`].
    pub fn of_bytes(bytes: &[u8]) -> Result<Self, PayloadError> {
        let mut reader = start(bytes, CHANGE)?;
        let subject = reader.text()?.parse()?;
        let uid = reader.uuid()?;
        let from = reader.number()?;
        let to = from.checked_add(reader.number()?);
        let to = to.ok_or(PayloadError::Number)?;
        let kinds = kinds(&mut reader)?;
        let terms = terms(&mut reader)?;
        let (own, anonymous) = flags(&mut reader)?;
        let mut part = |has: bool| has.then(|| delta(&mut reader, &terms)).transpose();
        let own = part(own)?;
        let anonymous = part(anonymous)?;
        reader.end()?;
        Ok(Self {
            subject,
            uid,
            from,
            to,
            kinds,
            terms,
            own,
            anonymous,
        })
    }
}

fn start<'a>(bytes: &'a [u8], version: &[u8]) -> Result<Reader<'a>, PayloadError> {
    if bytes.len() > MAX_SLICE_BYTES {
        return Err(PayloadError::TooLong);
    }
    Reader::after(bytes, version)
}

fn flags(reader: &mut Reader<'_>) -> Result<(bool, bool), PayloadError> {
    match reader.byte()? {
        flags if flags > OWN + ANONYMOUS => Err(PayloadError::Number),
        flags => Ok((flags & OWN != 0, flags & ANONYMOUS != 0)),
    }
}

fn kinds(reader: &mut Reader<'_>) -> Result<Kinds, PayloadError> {
    let all = match reader.byte()? {
        0 => false,
        1 => true,
        _ => return Err(PayloadError::Number),
    };
    let mut by_name: Vec<(String, Cap)> = Vec::new();
    for _ in 0..reader.count_to(MAX_WORDS, LEAST_KIND)? {
        let name = reader.text()?;
        if name.len() > MAX_KIND {
            return Err(PayloadError::Number);
        }
        let last = by_name.last();
        if last.is_some_and(|(last, _)| last.as_str() >= name) {
            return Err(PayloadError::Order);
        }
        let flags = reader.byte()?;
        if flags > IS_ANONYMOUS + HAS_ACTIONS {
            return Err(PayloadError::Number);
        }
        let cap = Cap {
            actions: (flags & HAS_ACTIONS != 0)
                .then(|| actions(reader))
                .transpose()?,
            anonymous: flags & IS_ANONYMOUS != 0,
        };
        by_name.push((name.to_owned(), cap));
    }
    Ok(Kinds { all, by_name })
}

fn actions(reader: &mut Reader<'_>) -> Result<Vec<String>, PayloadError> {
    let mut actions: Vec<String> = Vec::new();
    for _ in 0..reader.count_to(MAX_WORDS, 1)? {
        // What a profile says, whether or not the model has it.
        let name = reader.text()?;
        if actions.last().is_some_and(|last| last.as_str() >= name) {
            return Err(PayloadError::Order);
        }
        actions.push(name.to_owned());
    }
    Ok(actions)
}

fn terms(reader: &mut Reader<'_>) -> Result<Terms, PayloadError> {
    let mut terms = Terms::default();
    for number in 0..reader.count_to(MAX_WORDS, 2)? {
        let name = reader.text()?;
        check_relation(name)?;
        once(terms.add_relation(name), number)?;
    }
    if cfg!(feature = "conditions") {
        formulas(reader, &mut terms)?;
    } else {
        no_formulas(reader)?;
    }
    terms.settle();
    Ok(terms)
}

/// Conditions, their contexts, and what is made of them.
fn formulas(reader: &mut Reader<'_>, terms: &mut Terms) -> Result<(), PayloadError> {
    for number in 0..reader.count_to(MAX_CONDITIONS, LEAST_CONDITION)? {
        let condition = Arc::new(read_condition(reader)?);
        once(terms.add_condition(&condition), number)?;
    }
    for number in 0..reader.count(1)? {
        let context = read_context(reader)?;
        once(terms.add_context(&context), number)?;
    }
    for _ in 0..reader.count_to(MAX_NODES, LEAST_NODE)? {
        let node = node(reader, terms)?;
        if !terms.add_simplest(&node).map_err(too_long)? {
            return Err(PayloadError::Formula);
        }
    }
    Ok(())
}

/// That the lists of conditions, contexts and formulas are empty: none of them is there without the first.
fn no_formulas(reader: &mut Reader<'_>) -> Result<(), PayloadError> {
    for _ in 0..3 {
        if reader.number()? != 0 {
            return Err(PayloadError::Unsupported);
        }
    }
    Ok(())
}

/// That a thing got the number of its place: it was not there before.
fn once(id: u32, place: usize) -> Result<(), PayloadError> {
    if usize::try_from(id) == Ok(place) {
        Ok(())
    } else {
        Err(PayloadError::Order)
    }
}

fn too_long(_: SliceError) -> PayloadError {
    PayloadError::TooLong
}

fn node(reader: &mut Reader<'_>, terms: &Terms) -> Result<Node, PayloadError> {
    let end = u64::from(terms.end());
    Ok(match reader.byte()? {
        CONDITION => Node::Condition {
            condition: reader.below(terms.conditions().len() as u64)?,
            context: reader.below(terms.contexts().len() as u64)?,
        },
        ANY => Node::Any(parts(reader, end)?),
        ALL => Node::All(parts(reader, end)?),
        BUT_NOT => Node::ButNot(reader.below(end)?, reader.below(end)?),
        WHEN => Node::When(reader.below(end)?, reader.below(end)?),
        _ => return Err(PayloadError::Number),
    })
}

fn parts(reader: &mut Reader<'_>, end: u64) -> Result<Box<[NodeId]>, PayloadError> {
    let count = reader.count(1)?;
    if count == 0 {
        return Err(PayloadError::Number);
    }
    let mut of: Vec<NodeId> = Vec::with_capacity(count);
    for _ in 0..count {
        let id = reader.below(end)?;
        if of.last().is_some_and(|&last| last >= id) {
            return Err(PayloadError::Order);
        }
        of.push(id);
    }
    Ok(of.into())
}

fn section(reader: &mut Reader<'_>, terms: &Terms) -> Result<Section, PayloadError> {
    let mut rows: Vec<Row> = Vec::new();
    for _ in 0..reader.count(LEAST_ROW)? {
        rows.push(row(reader, terms)?);
    }
    let count = reader.count(LEAST_NAME + 1)?;
    let mut section = Section::with_capacity(count);
    for (row, number) in rows.iter().zip(0..) {
        once(section.add_row(row), number)?;
    }
    let mut names = Names::default();
    for _ in 0..count {
        let shared = reader.number()?;
        let name = names.next(shared, reader.bytes()?)?;
        check_object(name)?;
        let row = reader.below(rows.len() as u64)?;
        section.push(name, row).map_err(too_long)?;
    }
    Ok(section)
}

fn row(reader: &mut Reader<'_>, terms: &Terms) -> Result<Row, PayloadError> {
    let count = reader.count(LEAST_OUTCOME)?;
    if count == 0 {
        return Err(PayloadError::Number);
    }
    let relations = terms.relation_names().len() as u64;
    let mut row: Vec<(u32, NodeId)> = Vec::with_capacity(count);
    for _ in 0..count {
        let last = row.last().map(|&(relation, _)| relation);
        let past = reader.number()?;
        if last.is_some() && past == 0 {
            return Err(PayloadError::Order);
        }
        let relation = u64::from(last.unwrap_or_default()).saturating_add(past);
        let relation = crate::bundle::bytes::below(relation, relations)?;
        let outcome = reader.below(u64::from(terms.end()))?;
        if outcome < FIRST && outcome != YES {
            return Err(PayloadError::Number);
        }
        row.push((relation, outcome));
    }
    Ok(row.into())
}

fn delta(reader: &mut Reader<'_>, terms: &Terms) -> Result<Delta, PayloadError> {
    let put = section(reader, terms)?;
    let count = reader.count(LEAST_NAME)?;
    let mut removed: Vec<Box<str>> = Vec::new();
    let mut names = Names::default();
    for _ in 0..count {
        let shared = reader.number()?;
        let name = names.next(shared, reader.bytes()?)?;
        check_object(name)?;
        removed.push(name.into());
    }
    Ok(Delta { put, removed })
}
