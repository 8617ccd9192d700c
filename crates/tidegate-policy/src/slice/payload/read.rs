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
use crate::slice::{Cap, Kinds, MAX_SLICE_BYTES, Slice, SliceChange};
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
        let mut reader = start(bytes, SLICE);
        let kinds = kinds(&mut reader);
        let terms = terms(&mut reader);
        let flags = flags(&mut reader);
        let mut part = |flag| (flags & flag != 0).then(|| section(&mut reader, &terms));
        let own = part(OWN);
        let anonymous = part(ANONYMOUS);
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
        let mut reader = start(bytes, CHANGE);
        let subject = reader.text();
        reader.good()?;
        let subject = subject.parse()?;
        let uid = reader.uuid();
        let from = reader.number();
        let to = from.checked_add(reader.number());
        reader.must(to.is_some(), PayloadError::Number);
        let kinds = kinds(&mut reader);
        let terms = terms(&mut reader);
        let flags = flags(&mut reader);
        let mut part = |flag| (flags & flag != 0).then(|| delta(&mut reader, &terms));
        let own = part(OWN);
        let anonymous = part(ANONYMOUS);
        reader.end()?;
        Ok(Self {
            subject,
            uid,
            from,
            to: to.unwrap_or_default(),
            kinds,
            terms,
            own,
            anonymous,
        })
    }
}

fn start<'a>(bytes: &'a [u8], version: &[u8]) -> Reader<'a> {
    let mut reader = Reader::new(bytes);
    reader.must(bytes.len() <= MAX_SLICE_BYTES, PayloadError::TooLong);
    reader.version(version);
    reader
}

/// A byte of two flags.
fn flags(reader: &mut Reader<'_>) -> u8 {
    let flags = reader.byte();
    reader.must(flags < 4, PayloadError::Number);
    flags
}

fn kinds(reader: &mut Reader<'_>) -> Kinds {
    let all = reader.byte();
    reader.must(all < 2, PayloadError::Number);
    let mut by_name: Vec<(String, Cap)> = Vec::new();
    let mut count = reader.count_to(MAX_WORDS, LEAST_KIND);
    while reader.more(&mut count) {
        let name = reader.text();
        reader.must(name.len() <= MAX_KIND, PayloadError::Number);
        let last = by_name.last().map(|(last, _)| last.as_str());
        reader.must(last < Some(name), PayloadError::Order);
        let flags = flags(reader);
        let cap = Cap {
            actions: (flags & HAS_ACTIONS != 0).then(|| actions(reader)),
            anonymous: flags & IS_ANONYMOUS != 0,
        };
        by_name.push((name.to_owned(), cap));
    }
    Kinds {
        all: all == 1,
        by_name,
    }
}

fn actions(reader: &mut Reader<'_>) -> Vec<String> {
    let mut actions: Vec<String> = Vec::new();
    let mut count = reader.count_to(MAX_WORDS, 1);
    while reader.more(&mut count) {
        // What a profile says, whether or not the model has it.
        let name = reader.text();
        let last = actions.last().map(String::as_str);
        reader.must(last < Some(name), PayloadError::Order);
        actions.push(name.to_owned());
    }
    actions
}

fn terms(reader: &mut Reader<'_>) -> Terms {
    let mut terms = Terms::default();
    for number in 0..reader.count_to(MAX_WORDS, 2) {
        let name = reader.name(check_relation);
        if !once(reader, terms.add_relation(name), number) {
            break;
        }
    }
    if cfg!(feature = "conditions") {
        formulas(reader, &mut terms);
    } else {
        no_formulas(reader);
    }
    terms.settle();
    terms
}

/// Conditions, their contexts, and what is made of them.
fn formulas(reader: &mut Reader<'_>, terms: &mut Terms) {
    for number in 0..reader.count_to(MAX_CONDITIONS, LEAST_CONDITION) {
        let Some(condition) = read_condition(reader) else {
            break;
        };
        if !once(reader, terms.add_condition(&Arc::new(condition)), number) {
            break;
        }
    }
    for number in 0..reader.count(1) {
        let (context, _) = read_context(reader);
        if !once(reader, terms.add_context(&context), number) {
            break;
        }
    }
    let mut count = reader.count_to(MAX_NODES, LEAST_NODE);
    while reader.more(&mut count) {
        let Some(node) = node(reader, terms) else {
            break;
        };
        match terms.add_simplest(&node) {
            Ok(is_simplest) => reader.must(is_simplest, PayloadError::Formula),
            Err(_) => reader.fail(PayloadError::TooLong),
        }
    }
}

/// That the lists of conditions, contexts and formulas are empty: none of them is there without the first.
fn no_formulas(reader: &mut Reader<'_>) {
    for _ in 0..3 {
        let count = reader.number();
        reader.must(count == 0, PayloadError::Unsupported);
    }
}

/// That a thing got the number of its place: it was not there before. False after anything that is wrong.
fn once(reader: &mut Reader<'_>, id: u32, place: usize) -> bool {
    reader.must(usize::try_from(id) == Ok(place), PayloadError::Order);
    reader.good().is_ok()
}

/// None where it is wrong.
fn node(reader: &mut Reader<'_>, terms: &Terms) -> Option<Node> {
    let end = u64::from(terms.end());
    let kind = reader.byte();
    reader.must(kind <= WHEN, PayloadError::Number);
    let node = match kind {
        CONDITION => Node::Condition {
            condition: reader.below(terms.conditions().len() as u64),
            context: reader.below(terms.contexts().len() as u64),
        },
        ANY => Node::Any(parts(reader, end)),
        ALL => Node::All(parts(reader, end)),
        BUT_NOT => Node::ButNot(reader.below(end), reader.below(end)),
        _ => Node::When(reader.below(end), reader.below(end)),
    };
    reader.good().is_ok().then_some(node)
}

fn parts(reader: &mut Reader<'_>, end: u64) -> Box<[NodeId]> {
    let mut count = reader.count(1);
    reader.must(count > 0, PayloadError::Number);
    let mut of: Vec<NodeId> = Vec::with_capacity(count);
    while reader.more(&mut count) {
        let id = reader.below(end);
        reader.must(of.last() < Some(&id), PayloadError::Order);
        of.push(id);
    }
    of.into()
}

fn section(reader: &mut Reader<'_>, terms: &Terms) -> Section {
    let mut rows: Vec<Row> = Vec::new();
    let mut count = reader.count(LEAST_ROW);
    while reader.more(&mut count) {
        rows.push(row(reader, terms));
    }
    let mut count = reader.count(LEAST_NAME + 1);
    let mut section = Section::with_capacity(count);
    for (row, number) in rows.iter().zip(0..) {
        once(reader, section.add_row(row), number);
    }
    let mut names = Names::default();
    while reader.more(&mut count) {
        let name = name(reader, &mut names);
        let row = reader.below(rows.len() as u64);
        if section.push(name, row).is_err() {
            reader.fail(PayloadError::TooLong);
        }
    }
    section
}

/// The name of an object.
fn name<'a>(reader: &mut Reader<'_>, names: &'a mut Names) -> &'a str {
    let shared = reader.number();
    let rest = reader.bytes();
    let name = names.next(reader, shared, rest);
    reader.name_as(name, check_object);
    name
}

fn row(reader: &mut Reader<'_>, terms: &Terms) -> Row {
    let mut count = reader.count(LEAST_OUTCOME);
    reader.must(count > 0, PayloadError::Number);
    let relations = terms.relation_names().len() as u64;
    let mut row: Vec<(u32, NodeId)> = Vec::with_capacity(count);
    while reader.more(&mut count) {
        let last = row.last().map(|&(relation, _)| relation);
        let past = reader.number();
        reader.must(last.is_none() || past > 0, PayloadError::Order);
        let relation = u64::from(last.unwrap_or_default()).saturating_add(past);
        let relation = reader.one_of(relation, relations);
        let outcome = reader.below(u64::from(terms.end()));
        reader.must(outcome >= FIRST || outcome == YES, PayloadError::Number);
        row.push((relation, outcome));
    }
    row.into()
}

fn delta(reader: &mut Reader<'_>, terms: &Terms) -> Delta {
    let put = section(reader, terms);
    let mut removed: Vec<Box<str>> = Vec::new();
    let mut names = Names::default();
    let mut count = reader.count(LEAST_NAME);
    while reader.more(&mut count) {
        removed.push(name(reader, &mut names).into());
    }
    Delta { put, removed }
}
