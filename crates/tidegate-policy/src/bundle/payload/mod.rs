//! The binary form of a snapshot, version 3.
//!
//! One snapshot has one form, whatever changes led to it: equal bytes are equal snapshots. The revision
//! is not part of it, the head says it.
//!
//! | part | bytes |
//! |---|---|
//! | version | `tgb` and a byte 3 |
//! | model | what is evaluated, and the text it was made from: see below |
//! | profile | its length, then its JSON |
//! | objects | their count; for each, in order of its name: how many bytes its name shares with the one before, twice the count of those that follow (and one more if it has a standing), these bytes; then, if it has a standing, the 16 bytes of its uid and its `valid_from`, in seconds since the epoch |
//! | bounds | how tuples are conditional: their count; for each, in order: its condition and its context |
//! | rows | their count; for each, in order of object and relation: how many objects it is past the one of the row before (the first: past object 0), its relation, the count of its subjects, and these, in order |
//! | revocations | their count, then the 16 bytes of each `jti`, in order |
//! | set aside | tuples that the model has no name for: their count; the text of each, in order, with its length before it |
//!
//! A row is all subjects of one relation of one object. Objects have the numbers of their places, types
//! and relations those of the model, in order of their first definition. A subject is one number: four
//! times that of its object or type, and 0 for an object, 1 for a userset (the number of its relation
//! follows), 2 for a wildcard; objects come before usersets, and these before wildcards. Before a subject
//! that is there under a condition stands four times the number of a bound, and 3.
//!
//! What is set aside answers no question. It is here because a model that has the names may come later, by
//! itself: [`Snapshot::with_model`](crate::Snapshot::with_model) must then find the same tuples on both sides.
//! (Version 2 had none.)
//!
//! A model is read without the language, so that a reader need not have it. It is: its text, with the
//! length before it; a byte for the schema (1 for 1.1, 2 for 1.2); its sources (modules and files); the names
//! of relations; its conditions, each with what it was written as, and its source; its types, each with its
//! source and relations. Each of these is a list with its count before it; a source is 0 for none, else one
//! more than its number. A relation is its name's number, its source, its restrictions (0 and a type for an
//! object, 1, a type and a relation for a userset, 2 and a type for a wildcard; then one more than the
//! condition's number, or 0) and its rewrite: 0 what is written, 1 and a relation, 2, a relation and a tupleset,
//! 3 for `or` and 4 for `and` with count and operands, 5 for `but not` and two operands.
//!
//! Every number is unsigned LEB128 of at most 64 bits in as few bytes as it needs: nearly all are small.
//! The text of names is most of a snapshot, and names in order share most of theirs (`stream:acme/sales/…`):
//! that is why they are front-coded, which a reader undoes by one copy of what it must copy anyway.
//! Numbers in order let it take each row as it stands, without looking up or sorting anything.
//!
//! A reader's memory is in proportion to the size: an object takes at least 3 bytes here, and at most its
//! name of [`MAX_OBJECT`](crate::tuple::MAX_OBJECT) bytes and a few dozen more there; nothing is
//! allocated by a count before as many entries can still follow.

mod conditions;
mod model;
mod read;
mod write;

pub(crate) use conditions::{read_condition, read_context, write_condition, write_context};
pub(super) use read::read;

/// How a payload of this version starts.
const VERSION: &[u8; 4] = b"tgb\x03";

/// The two lowest bits of a subject's number.
const OBJECT: u64 = 0;
const USERSET: u64 = 1;
const WILDCARD: u64 = 2;
/// It is the number of a bound; the subject follows.
const BOUND: u64 = 3;
