//! What is no slice and no change of one: a typed error, and never a panic.

use tidegate_policy::{Answer, BundleError, Context, Slice, SliceChange, SliceChangeError};
use uuid::Uuid;

use super::{Drawn, KINDS, object, payload, read};
use crate::random::Random;
use crate::scale::{Seen, each_seed, scaled};

const HEAD: &[u8] = b"tgs\x01";
/// No other kinds: none.
const NO_KINDS: &[u8] = &[1, 0];
/// The relations a and b, nothing else.
const TERMS: &[u8] = b"\x02\x01a\x01b\x00\x00\x00";
/// The same relations, the condition `c(x: int) { x > 0 }` and an empty context; formulas follow.
const CONDITIONAL: &[u8] = b"\x02\x01a\x01b\x01\x01c\x01\x01x\x03\x05x > 0\x01\x02{}";
/// One row: a always. doc:1 has it.
const SECTION: &[u8] = b"\x01\x01\x00\x01\x01\x00\x05doc:1\x00";

#[track_caller]
fn check(what: &str, parts: &[&[u8]], expected: &str) {
    let found = read(&parts.concat(), &object("user:0"), Uuid::nil(), 1);
    let found = match found {
        Ok(_) => "good",
        Err(error) => error.kind(),
    };
    assert_eq!(found, expected, "{what}");
}

#[test]
fn heads_kinds_and_flags() {
    let rest = [TERMS, &[1], SECTION].concat();
    #[rustfmt::skip]
    let cases: &[(&str, &[u8], &[u8], &str)] = &[
        ("as it is", HEAD, NO_KINDS, "good"),
        ("another version", b"tgs\x02", NO_KINDS, "payload-version"),
        ("a whole", b"tgb\x01", NO_KINDS, "payload-version"),
        ("a change", b"tgc\x01", NO_KINDS, "payload-version"),
        ("neither all nor some", HEAD, &[2, 0], "payload-number"),
        ("a kind", HEAD, b"\x00\x01\x01k\x00", "good"),
        ("with actions", HEAD, b"\x00\x01\x01k\x02\x02\x01a\x01b", "good"),
        ("with actions out of order", HEAD, b"\x00\x01\x01k\x02\x02\x01b\x01a", "payload-order"),
        ("with no such flag", HEAD, b"\x00\x01\x01k\x04", "payload-number"),
        ("twice", HEAD, b"\x00\x02\x01k\x00\x01k\x00", "payload-order"),
        ("more than follow", HEAD, b"\x00\x7f\x01k\x00", "payload-cut"),
        ("not UTF-8", HEAD, b"\x00\x01\x01\xff\x00", "payload-text"),
    ];
    for (what, head, kinds, expected) in cases {
        check(what, &[head, kinds, &rest], expected);
    }
    check("no section", &[HEAD, NO_KINDS, TERMS, &[0]], "good");
    check(
        "both",
        &[HEAD, NO_KINDS, TERMS, &[3], SECTION, SECTION],
        "good",
    );
    check(
        "no such section",
        &[HEAD, NO_KINDS, TERMS, &[4], SECTION],
        "payload-number",
    );
    check(
        "a section missing",
        &[HEAD, NO_KINDS, TERMS, &[3], SECTION],
        "payload-cut",
    );
    check(
        "more behind it",
        &[HEAD, NO_KINDS, TERMS, &[1], SECTION, &[0]],
        "payload-trailing",
    );
    check("nothing", &[], "payload-version");
}

#[test]
fn terms() {
    #[rustfmt::skip]
    let cases: &[(&str, &[u8], &str)] = &[
        ("as they are", TERMS, "good"),
        ("a relation twice", b"\x02\x01a\x01a\x00\x00\x00", "payload-order"),
        ("a relation that is none", b"\x02\x01a\x01#\x00\x00\x00", "payload-object"),
        ("more relations than follow", b"\x7f\x01a\x01b\x00\x00\x00", "payload-cut"),
        ("a context", b"\x02\x01a\x01b\x00\x01\x02{}\x00", "good"),
        ("a context twice", b"\x02\x01a\x01b\x00\x02\x02{}\x02{}\x00", "payload-order"),
        ("a context that is none", b"\x02\x01a\x01b\x00\x01\x02[]\x00", "payload-context"),
        ("a context in another form", b"\x02\x01a\x01b\x00\x01\x03{ }\x00", "payload-context"),
    ];
    for (what, terms, expected) in cases {
        check(what, &[HEAD, NO_KINDS, terms, &[1], SECTION], expected);
    }
}

#[test]
fn formulas() {
    #[rustfmt::skip]
    let cases: &[(&str, &[u8], &str)] = &[
        ("a condition", b"\x01\x00\x00\x00", "good"),
        ("no such condition", b"\x01\x00\x01\x00", "payload-unknown"),
        ("no such context", b"\x01\x00\x00\x01", "payload-unknown"),
        ("no such operator", b"\x01\x05\x02\x02", "payload-number"),
        ("any", b"\x02\x00\x00\x00\x01\x02\x02\x04", "good"),
        ("all", b"\x02\x00\x00\x00\x02\x02\x02\x04", "good"),
        ("but not", b"\x02\x00\x00\x00\x03\x04\x02", "good"),
        ("when", b"\x02\x00\x00\x00\x04\x04\x02", "good"),
        ("of itself", b"\x02\x00\x00\x00\x01\x02\x04\x05", "payload-unknown"),
        ("of nothing", b"\x01\x01\x00\x00", "payload-number"),
        ("parts out of order", b"\x02\x00\x00\x00\x01\x02\x04\x02", "payload-order"),
        ("twice", b"\x02\x00\x00\x00\x00\x00\x00", "payload-formula"),
        ("any of one", b"\x02\x00\x00\x00\x01\x01\x04", "payload-formula"),
        ("any that has a yes", b"\x02\x00\x00\x00\x01\x02\x01\x04", "payload-formula"),
        ("any that has a no", b"\x02\x00\x00\x00\x01\x02\x00\x04", "payload-formula"),
        ("any that has what another outweighs", b"\x02\x00\x00\x00\x01\x03\x02\x03\x04", "payload-formula"),
        ("any of any", b"\x03\x00\x00\x00\x01\x02\x02\x04\x01\x02\x03\x05", "payload-formula"),
        ("any of constants", b"\x01\x01\x02\x02\x03", "payload-formula"),
        ("all that has a no", b"\x02\x00\x00\x00\x02\x02\x00\x04", "payload-formula"),
        ("all that has a yes", b"\x02\x00\x00\x00\x02\x02\x01\x04", "payload-formula"),
        ("but not of constants", b"\x01\x03\x01\x02", "payload-formula"),
        ("but not a no", b"\x02\x00\x00\x00\x03\x04\x00", "payload-formula"),
        ("when always", b"\x02\x00\x00\x00\x04\x01\x04", "payload-formula"),
        ("when, and then always", b"\x02\x00\x00\x00\x04\x04\x01", "payload-formula"),
    ];
    for (what, formulas, expected) in cases {
        check(
            what,
            &[HEAD, NO_KINDS, CONDITIONAL, formulas, &[1], SECTION],
            expected,
        );
    }
    // 2100 formulas in one another are read, one more is not.
    for (count, expected) in [(2_100_u16, "good"), (2_101, "payload-too-long")] {
        let mut deep = vec![count as u8 | 0x80, (count >> 7) as u8, 0, 0, 0];
        for before in 4..count + 3 {
            deep.push(3);
            if before < 0x80 {
                deep.push(before as u8);
            } else {
                deep.extend([before as u8 | 0x80, (before >> 7) as u8]);
            }
            deep.push(1);
        }
        check(
            "nested deeply",
            &[HEAD, NO_KINDS, CONDITIONAL, &deep, &[1], SECTION],
            expected,
        );
    }
}

#[test]
fn sections() {
    #[rustfmt::skip]
    let cases: &[(&str, &[u8], &str)] = &[
        ("as it is", SECTION, "good"),
        ("both relations", b"\x01\x02\x00\x01\x01\x01\x01\x00\x05doc:1\x00", "good"),
        ("a no", b"\x01\x01\x00\x00\x01\x00\x05doc:1\x00", "payload-number"),
        ("an outcome that is none", b"\x01\x01\x00\x02\x01\x00\x05doc:1\x00", "payload-number"),
        ("no such formula", b"\x01\x01\x00\x04\x01\x00\x05doc:1\x00", "payload-unknown"),
        ("no such relation", b"\x01\x01\x02\x01\x01\x00\x05doc:1\x00", "payload-unknown"),
        ("a relation twice", b"\x01\x02\x00\x01\x00\x01\x01\x00\x05doc:1\x00", "payload-order"),
        ("an empty row", b"\x01\x00\x01\x00\x05doc:1\x00", "payload-number"),
        ("a row twice", b"\x02\x01\x00\x01\x01\x00\x01\x01\x00\x05doc:1\x00", "payload-order"),
        ("no such row", b"\x01\x01\x00\x01\x01\x00\x05doc:1\x01", "payload-unknown"),
        ("a name twice", b"\x01\x01\x00\x01\x02\x00\x05doc:1\x00\x05\x00\x00", "payload-order"),
        ("names out of order", b"\x01\x01\x00\x01\x02\x00\x05doc:1\x00\x04\x010\x00", "payload-order"),
        ("a name that is none", b"\x01\x01\x00\x01\x01\x00\x05doc:*\x00", "payload-object"),
        ("a name without type", b"\x01\x01\x00\x01\x01\x00\x01d\x00", "payload-object"),
        ("more names than follow", b"\x01\x01\x00\x01\x7f\x00\x05doc:1\x00", "payload-cut"),
        ("more rows than follow", b"\x7f\x01\x00\x01\x01\x00\x05doc:1\x00", "payload-cut"),
    ];
    for (what, section, expected) in cases {
        check(what, &[HEAD, NO_KINDS, TERMS, &[1], section], expected);
    }
}

/// Every cut is refused; every flip of a bit is refused, or a slice that answers and has a form of its own.
#[test]
fn every_cut_and_every_flip() {
    let seen = each_seed(scaled(12, 60), cut_and_flipped);
    seen.at_least("refused", 1_000);
    seen.at_least("read", 200);
}

fn cut_and_flipped(seed: u64, seen: &mut Seen) {
    let drawn = Drawn::new(&mut Random::new(seed));
    let subject = object("user:0");
    let Ok(slice) = drawn.snapshot.slice(&subject) else {
        return;
    };
    let good = payload(&slice);
    for length in 0..good.len() {
        let found = read(&good[..length], &subject, slice.uid(), 1).map(|_| ());
        assert!(
            matches!(found, Err(BundleError::Payload(_))),
            "seed {seed}: {length}"
        );
    }
    for at in 0..good.len() * 8 {
        let mut bytes = good.clone();
        bytes[at / 8] ^= 1 << (at % 8);
        match read(&bytes, &subject, slice.uid(), 1) {
            Ok(other) => {
                seen.count("read");
                settled(&other);
            }
            Err(BundleError::Payload(_)) => seen.count("refused"),
            Err(error) => panic!("seed {seed}: {error}"),
        }
    }
}

/// What was read is a slice like any other: it can be asked, listed, written and compared.
fn settled(slice: &Slice) {
    for entry in slice.entries().chain(slice.anonymous_entries()) {
        for kind in KINDS {
            let answer = slice.answer(kind, entry.relation, entry.object, Context::EMPTY);
            assert!(matches!(
                answer,
                Answer::Allow | Answer::Deny | Answer::Unknown
            ));
        }
    }
    slice.list_objects("full", "r0", "doc", Context::EMPTY);
    let change = slice.difference(slice).expect("no difference");
    assert!(change.is_empty());
    let again = super::through(slice);
    assert_eq!(again.len(), slice.len());
    for entry in slice.entries().chain(slice.anonymous_entries()) {
        for kind in KINDS {
            let answer = |of: &Slice| of.answer(kind, entry.relation, entry.object, Context::EMPTY);
            assert_eq!(answer(&again), answer(slice), "{kind} {entry:?}");
        }
    }
}

#[test]
fn changes() {
    let seen = each_seed(scaled(12, 60), changes_cut_and_flipped);
    seen.at_least("refused", 500);
    seen.at_least("read", 50);
}

fn changes_cut_and_flipped(seed: u64, seen: &mut Seen) {
    let random = &mut Random::new(seed);
    let drawn = Drawn::new(random);
    let subject = object("user:0");
    let Ok(slice) = drawn.snapshot.slice(&subject) else {
        return;
    };
    let changes = drawn.changes(random);
    let next = drawn.snapshot.apply(2, &changes).expect("applies");
    let Some(change) = next
        .slice(&subject)
        .ok()
        .and_then(|next| slice.difference(&next).ok())
    else {
        return;
    };
    let good = change.to_bytes().expect("bytes");
    for length in 0..good.len() {
        assert!(
            SliceChange::of_bytes(&good[..length]).is_err(),
            "seed {seed}: {length}"
        );
    }
    for at in 0..good.len() * 8 {
        let mut bytes = good.clone();
        bytes[at / 8] ^= 1 << (at % 8);
        let Ok(other) = SliceChange::of_bytes(&bytes) else {
            seen.count("refused");
            continue;
        };
        let mut held = slice.clone();
        match held.apply(&other) {
            Ok(()) => {
                seen.count("read");
                settled(&held);
            }
            Err(error) => {
                seen.count("refused");
                assert!(
                    matches!(
                        error,
                        SliceChangeError::Subject
                            | SliceChangeError::Revision { .. }
                            | SliceChangeError::Kinds
                    ),
                    "seed {seed}: {error}"
                );
                assert_eq!(
                    payload(&held),
                    payload(&slice),
                    "seed {seed}: not as it was"
                );
            }
        }
    }
}
