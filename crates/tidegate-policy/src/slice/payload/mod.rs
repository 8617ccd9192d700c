//! The binary form of a slice, and of a change of one, version 1. Numbers, texts and front-coded names are
//! those of the [whole bundle's payload](crate::bundle::payload).
//!
//! | part of a slice | bytes |
//! |---|---|
//! | version | `tgs` and a byte 1 |
//! | kinds | 1 if the subject can hold no other, else 0; their count; for each, in order: its name, a byte (1 if it is checked as `anonymous`, 2 if it may exercise some actions only, or their sum), and then the count and the names of these, in order |
//! | terms | see below |
//! | sections | a byte: 1 if it has the subject's own, 2 if it has that of `anonymous`, or their sum; then each |
//!
//! | part of a change | bytes |
//! |---|---|
//! | version | `tgc` and a byte 1 |
//! | subject | its name, and the 16 bytes of its uid |
//! | revisions | from, and how many it goes on |
//! | kinds | as of a slice: those of the slice that it is for |
//! | terms | see below |
//! | sections | as of a slice; behind each, the count of the names that are removed, in order, front-coded |
//!
//! Terms are four lists, each with its count before it: names of relations; conditions; contexts; formulas.
//! A formula is a byte and numbers: 0 for a condition (its number, its context's), 1 for any and 2 for all
//! (their count, formulas), 3 for but not (base, subtracted), 4 for when (condition, formula). Formulas have
//! the numbers from 4 on, and consist of smaller ones: 0 is no, 1 yes, 2 a circle, 3 a fault. Each is there
//! once, and as simple as its operators make it: a formula that comes to a constant by its form alone is none,
//! as what is written again would not be what was read.
//!
//! A section is its rows and its names. A row is the count of its outcomes, and for each, by relation: how
//! many relations it is past the one before (the first: past 0), and the outcome: 1 always, else a formula. A name is
//! how many bytes it shares with the one before, the count of those that follow, these, and its row.

mod read;
mod write;

/// How a slice of this version starts.
const SLICE: &[u8; 4] = b"tgs\x01";
/// How a change of this version starts.
const CHANGE: &[u8; 4] = b"tgc\x01";

const OWN: u8 = 1;
const ANONYMOUS: u8 = 2;
const IS_ANONYMOUS: u8 = 1;
const HAS_ACTIONS: u8 = 2;

const CONDITION: u8 = 0;
const ANY: u8 = 1;
const ALL: u8 = 2;
const BUT_NOT: u8 = 3;
const WHEN: u8 = 4;
