//! What is no payload: a typed error, and never a panic.

use tidegate_policy::bundle::{MAX_HEAD_BYTES, PayloadError, UnverifiedBundle};
use tidegate_policy::{BundleError, Change, Snapshot};

use super::{MODEL, generated, payload, read, through};
use crate::agree::first_seed;
use crate::random::Random;

const PROFILE: &[u8] = b"{}";
/// team:a, team:b
const OBJECTS: &[u8] = b"\x02\x00\x0cteam:a\x05\x02b";
/// team:a#member@team:b
const ROWS: &[u8] = &[1, 0, 0, 1, 1 << 2];
const NONE: &[u8] = &[0];

fn text(of: &[u8]) -> Vec<u8> {
    [&[u8::try_from(of.len()).expect("short")], of].concat()
}

/// The relation member of team: user, user:*, team#member.
const PARTS: &[u8] = b"\x01\x00\x01\x06member\x00\x02\x04user\x00\x00\x04team\x00\x01\x00\x00\x03\x00\x00\x00\x02\x00\x00\x01\x01\x00\x00\x00";

fn start() -> Vec<u8> {
    [b"tgb\x03", &model()[..], &text(PROFILE)].concat()
}

fn model() -> Vec<u8> {
    [&text(MODEL.as_bytes())[..], PARTS].concat()
}

#[track_caller]
fn check(what: &str, bytes: &[u8], expected: &str) {
    let found = match read(bytes, 1) {
        Ok(_) => "good",
        Err(error) => error.kind(),
    };
    assert_eq!(found, expected, "{what}");
}

#[test]
fn starts() {
    let (model, version) = (model(), b"tgb\x03");
    let rest = |profile: &[u8]| [&text(profile)[..], &[0; 5]].concat();
    #[rustfmt::skip]
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("as it is", [version, &model[..], &rest(PROFILE)].concat(), "good"),
        ("empty", vec![], "payload-version"),
        ("the version before", [b"tgb\x02", &model[..], &rest(PROFILE)].concat(), "payload-version"),
        ("a later version", [b"tgb\x04", &model[..], &rest(PROFILE)].concat(), "payload-version"),
        ("a slice", [b"tgs\x01", &model[..], &rest(PROFILE)].concat(), "payload-version"),
        ("JSON", b"{\"model\":\"\"}".to_vec(), "payload-version"),
        ("nothing more", version.to_vec(), "payload-cut"),
        ("a text longer than all", [version, &[0xff, 0xff, 0xff, 0xff, 0x0f][..]].concat(), "payload-cut"),
        ("a text longer than memory", [version, &[0xff; 9][..], &[1]].concat(), "payload-cut"),
        ("a model of other bytes", [version, &text(b"model\xff")[..], PARTS, &rest(PROFILE)].concat(), "payload-text"),
        ("no text of the model", [version, &text(b"")[..], PARTS, &rest(PROFILE)].concat(), "good"),
        ("no profile", [version, &model[..], &rest(b"")].concat(), "payload-profile"),
        ("an unknown profile", [version, &model[..], &rest(b"{\"x\":1}")].concat(), "payload-profile"),
        ("a deep profile", [version, &model[..], &rest(&[b'['; 127])].concat(), "payload-profile"),
    ];
    for (what, bytes, expected) in cases {
        check(what, &bytes, expected);
    }
}

#[test]
fn models() {
    #[rustfmt::skip]
    let cases: &[(&str, &[u8], &str)] = &[
        ("nothing in it", b"\x01\x00\x00\x00\x00", "good"),
        ("no such schema", b"\x03\x00\x00\x00\x00", "payload-number"),
        ("a module", b"\x02\x01\x01m\x01f\x00\x00\x01\x04user\x01\x00", "good"),
        ("no such module", b"\x02\x01\x01m\x01f\x00\x00\x01\x04user\x02\x00", "payload-unknown"),
        ("more modules than there may be", &[&b"\x02\x65"[..], &[0; 202], &[0, 0, 0]].concat(), "payload-number"),
        ("a name that is none", b"\x01\x00\x01\x01#\x00\x00", "payload-object"),
        ("a name twice", b"\x01\x00\x02\x01a\x01a\x00\x00", "payload-model"),
        ("a type that is none", b"\x01\x00\x00\x00\x01\x01:\x00\x00", "payload-object"),
        ("a type twice", b"\x01\x00\x00\x00\x02\x01a\x00\x00\x01a\x00\x00", "payload-model"),
        ("more types than follow", b"\x01\x00\x00\x00\x64\x01a\x00\x00", "payload-cut"),
        ("a relation", b"\x01\x00\x01\x01r\x00\x01\x01t\x00\x01\x00\x00\x00\x01\x00", "good"),
        ("a relation twice", b"\x01\x00\x01\x01r\x00\x01\x01t\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00", "payload-model"),
        ("no such name", b"\x01\x00\x01\x01r\x00\x01\x01t\x00\x01\x01\x00\x00\x00", "payload-unknown"),
        ("computed from no such name", b"\x01\x00\x01\x01r\x00\x01\x01t\x00\x01\x00\x00\x00\x01\x01", "payload-unknown"),
        ("of no such type", b"\x01\x00\x01\x01r\x00\x01\x01t\x00\x01\x00\x00\x01\x00\x01\x00\x00", "payload-unknown"),
        ("of no such kind", b"\x01\x00\x01\x01r\x00\x01\x01t\x00\x01\x00\x00\x01\x03\x00\x00\x00", "payload-number"),
        ("under no such condition", b"\x01\x00\x01\x01r\x00\x01\x01t\x00\x01\x00\x00\x01\x00\x00\x01\x00", "payload-unknown"),
        ("under a condition", b"\x01\x00\x01\x01r\x01\x01c\x00\x04true\x00\x01\x01t\x00\x01\x00\x00\x01\x00\x00\x01\x00", "good"),
        ("a condition of no type", b"\x01\x00\x01\x01r\x01\x01c\x00\x011\x00\x00", "payload-condition"),
        ("a parameter", b"\x01\x00\x00\x01\x01c\x01\x01x\x09\x01\x04true\x00\x00", "good"),
        ("a parameter of no type", b"\x01\x00\x00\x01\x01c\x01\x01x\x0b\x04true\x00\x00", "payload-number"),
        ("a type nested too deeply", &[&b"\x01\x00\x00\x01\x01c\x01\x01x"[..], &[9; 10], b"\x01\x04true\x00\x00"].concat(), "payload-number"),
        ("an operator of nothing", b"\x01\x00\x01\x01r\x00\x01\x01t\x00\x01\x00\x00\x00\x03\x00", "payload-model"),
        ("no such operator", b"\x01\x00\x01\x01r\x00\x01\x01t\x00\x01\x00\x00\x00\x06\x00", "payload-number"),
        ("operators in operators", &[&b"\x01\x00\x01\x01r\x00\x01\x01t\x00\x01\x00\x00\x00"[..], &[3, 1].repeat(26), &[0]].concat(), "good"),
        ("too many of them", &[&b"\x01\x00\x01\x01r\x00\x01\x01t\x00\x01\x00\x00\x00"[..], &[3, 1].repeat(27), &[0]].concat(), "payload-number"),
    ];
    for (what, parts, expected) in cases {
        let rest = [&text(PROFILE)[..], &[0; 5]].concat();
        let bytes = [b"tgb\x03", &text(b"x")[..], *parts, &rest].concat();
        check(what, &bytes, expected);
    }
}

#[test]
fn objects() {
    #[rustfmt::skip]
    let cases: &[(&str, &[u8], &str)] = &[
        ("as it is", OBJECTS, "good"),
        ("more than follow", b"\x7f\x00\x0cteam:a", "payload-cut"),
        ("twice", b"\x02\x00\x0cteam:a\x06\x00", "payload-order"),
        ("twice, not shared", b"\x02\x00\x0cteam:a\x00\x0cteam:a", "payload-order"),
        ("a shorter one later", b"\x02\x00\x0eteam:ab\x06\x00", "payload-order"),
        ("out of order", b"\x02\x00\x0cteam:b\x05\x02a", "payload-order"),
        ("not all that is shared", b"\x02\x00\x0cteam:a\x04\x04:b", "payload-order"),
        ("more than is there", b"\x02\x00\x0cteam:a\x07\x02b", "payload-order"),
        ("sharing with nothing", b"\x01\x01\x0cteam:a", "payload-order"),
        ("far more than is there", b"\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x02a", "payload-order"),
        ("a name cut", b"\x01\x00\x7fteam:a", "payload-cut"),
        ("a name longer than memory", b"\x01\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01a", "payload-cut"),
        ("no colon", b"\x01\x00\x08team", "payload-object"),
        ("no id", b"\x01\x00\x0ateam:", "payload-object"),
        ("a wildcard", b"\x01\x00\x0cteam:*", "payload-object"),
        ("a userset", b"\x01\x00\x10team:a#m", "payload-object"),
        ("white space", b"\x01\x00\x0eteam:a ", "payload-object"),
        ("not UTF-8", b"\x01\x00\x0cteam:\xff", "payload-text"),
        ("a character in two parts", b"\x02\x00\x0eteam:\xc3\xa4\x06\x02\xa5", "good"),
        ("no uid", b"\x01\x00\x0dteam:a", "payload-cut"),
        ("a uid cut", b"\x01\x00\x0dteam:a\0\0\0\0\0\0\0\0\0\0\0\0\0", "payload-cut"),
    ];
    for (what, objects, expected) in cases {
        check(what, &[&start(), *objects, &[0; 4]].concat(), expected);
    }
    let long = [&start(), &[1, 0][..], &[0xfe, 7], &[b'a'; 511], &[0; 4]].concat();
    check("a long name", &long, "payload-object");
}

#[test]
fn rows_and_revocations() {
    #[rustfmt::skip]
    let cases: &[(&str, &[u8], &str)] = &[
        ("as it is", ROWS, "good"),
        ("two relations", &[2, 0, 0, 1, 4, 1, 0, 1, 0], "good"),
        ("every kind", &[1, 0, 0, 3, 4, 5, 0, 2], "good"),
        ("more than follow", &[9, 0, 0, 1, 4], "payload-cut"),
        ("more than memory", &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1], "payload-cut"),
        ("a row twice", &[2, 0, 0, 1, 4, 0, 0, 1, 0], "payload-order"),
        ("of no object", &[1, 2, 0, 1, 4], "payload-unknown"),
        ("an object past all numbers", &[2, 1, 0, 1, 4, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0, 1, 4], "payload-unknown"),
        ("of no relation", &[1, 0, 1, 1, 4], "payload-unknown"),
        ("no subjects", &[1, 0, 0, 0, 0], "payload-number"),
        ("subjects cut", &[1, 0, 0, 9, 4], "payload-cut"),
        ("a subject twice", &[1, 0, 0, 2, 4, 4], "payload-order"),
        ("a smaller one later", &[1, 0, 0, 2, 4, 0], "payload-order"),
        ("an object after a userset", &[1, 0, 0, 2, 1, 0, 0], "payload-order"),
        ("no such object", &[1, 0, 0, 1, 8], "payload-unknown"),
        ("no such object of a userset", &[1, 0, 0, 1, 9, 0], "payload-unknown"),
        ("no such relation of a userset", &[1, 0, 0, 1, 5, 1], "payload-unknown"),
        ("no such type", &[1, 0, 0, 1, 2 << 2 | 2], "payload-unknown"),
        ("no such bound", &[1, 0, 0, 1, 3, 4], "payload-unknown"),
        ("a number in more bytes than it needs", &[1, 0, 0, 1, 0x84, 0], "payload-number"),
        ("a number of 65 bits", &[1, 0, 0, 1, 0x84, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 2], "payload-number"),
        ("a number without an end", &[1, 0, 0, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0], "payload-number"),
    ];
    for (what, rows, expected) in cases {
        check(
            what,
            &[&start(), OBJECTS, NONE, *rows, NONE, NONE].concat(),
            expected,
        );
    }
    let one = &[1; 16][..];
    let two = &[2; 16][..];
    let revoked: Vec<(&str, Vec<u8>, &str)> = vec![
        ("two", [&[2], one, two].concat(), "good"),
        ("twice", [&[2], one, one].concat(), "payload-order"),
        ("out of order", [&[2], two, one].concat(), "payload-order"),
        ("cut", [&[2], one].concat(), "payload-cut"),
        ("none said", vec![], "payload-cut"),
        ("more after it", vec![0, 0], "payload-trailing"),
    ];
    for (what, revoked, expected) in revoked {
        check(
            what,
            &[&start(), OBJECTS, NONE, ROWS, &revoked, NONE].concat(),
            expected,
        );
    }
}

#[test]
fn what_is_set_aside() {
    let ghost = text(b"team:a#ghost@user:ann");
    let other = text(b"team:a#ghost@user:bob");
    let under = text(b"team:a#ghost@user:ann with c {\"x\":1}");
    let spaced = text(b"team:a#ghost@user:ann with c {\"x\": 1}");
    #[rustfmt::skip]
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("one", [&[1], &ghost[..]].concat(), "good"),
        ("of an unknown condition", [&[1], &under[..]].concat(), "good"),
        ("of an unknown relation of the subject", [&[1], &text(b"team:a#member@team:b#ghost")[..]].concat(), "good"),
        ("of an unknown wildcard", [&[1], &text(b"team:a#member@ghost:*")[..]].concat(), "good"),
        ("two", [&[2], &ghost[..], &other].concat(), "good"),
        ("twice", [&[2], &ghost[..], &ghost].concat(), "payload-order"),
        ("twice by its condition", [&[2], &ghost[..], &under].concat(), "payload-order"),
        ("out of order", [&[2], &other[..], &ghost].concat(), "payload-order"),
        ("in another form", [&[1], &spaced[..]].concat(), "payload-set-aside"),
        ("that the model names", [&[1], &text(b"team:a#member@user:ann")[..]].concat(), "payload-set-aside"),
        ("no tuple", [&[1], &text(b"team:a#ghost@@@")[..]].concat(), "payload-set-aside"),
        ("no text", [&[1], &text(b"team:a#ghost@user:\xff")[..]].concat(), "payload-text"),
        ("more than follow", [&[2], &ghost[..]].concat(), "payload-cut"),
        ("none said", vec![], "payload-cut"),
        ("more after it", vec![0, 0], "payload-trailing"),
    ];
    for (what, aside, expected) in cases {
        let bytes = [&start(), OBJECTS, NONE, ROWS, NONE, &aside].concat();
        check(what, &bytes, expected);
    }
}

#[test]
fn heads() {
    let no_head = |bytes: &[u8]| UnverifiedBundle::parse(bytes).map(|_| ()).unwrap_err();
    let longest = [&[b'a'; MAX_HEAD_BYTES][..], b"\n"].concat();
    assert!(UnverifiedBundle::parse(&longest).is_ok());
    let longer = [b"a", &longest[..]].concat();
    for bytes in [&b""[..], b"no line", b"\xff\n", &longer, &[b'a'; 10_000]] {
        assert_eq!(no_head(bytes), BundleError::NoHead);
    }
}

/// Cut anywhere it is refused; changed anywhere it is refused, or another snapshot with a form of its
/// own.
#[test]
fn every_cut_and_many_changes() {
    let (mut refused, mut read_all) = (0, 0);
    for seed in (0..20).map(|number| first_seed().wrapping_add(number)) {
        // A panic on the way does not know it.
        println!("TIDEGATE_SEED={seed}");
        let random = &mut Random::new(seed);
        let (text, snapshot) = generated(random);
        let (good, model) = (payload(&snapshot), text.len());
        for length in 0..good.len() {
            // Whatever is cut before the objects fails alike: not every length of it has to be tried.
            if length < model && random.percent(90) {
                continue;
            }
            let found = read(&good[..length], 1).map(|_| ());
            assert!(
                matches!(found, Err(BundleError::Payload(_))),
                "seed {seed}, cut at {length}"
            );
            refused += 1;
        }
        for _ in 0..150 {
            let mut bytes = good.clone();
            for _ in 0..random.within(1, 4) {
                change(random, &mut bytes);
            }
            match read(&bytes, 1) {
                Ok(snapshot) => {
                    settled(&snapshot);
                    read_all += 1;
                }
                Err(BundleError::Payload(error)) => {
                    assert_ne!(error, PayloadError::TooLong, "seed {seed}");
                    refused += 1;
                }
                Err(error) => panic!("seed {seed}: {error}"),
            }
        }
    }
    assert!(
        refused > 2_000 && read_all > 20,
        "{refused} refused, {read_all} read"
    );
}

/// Changes a byte, drops some, doubles some, or puts in a number that is far too large.
fn change(random: &mut Random, bytes: &mut Vec<u8>) {
    let at = random.below(bytes.len());
    let end = (at + random.within(1, 8)).min(bytes.len());
    match random.below(5) {
        0 | 1 => bytes[at] ^= 1 << random.below(8),
        2 => drop(bytes.drain(at..end)),
        3 => {
            let part = bytes[at..end].to_vec();
            bytes.splice(at..at, part);
        }
        _ => {
            bytes.splice(at..end, [0xff; 9]);
        }
    }
    if bytes.is_empty() {
        bytes.push(0);
    }
}

/// What was read is a snapshot like any other: it can be written, changed and asked.
fn settled(snapshot: &Snapshot) {
    through(snapshot);
    let tuples: Vec<_> = snapshot.tuples().collect();
    let gone = tuples
        .iter()
        .map(|tuple| Change::Forget(tuple.object.clone()));
    let next = snapshot
        .apply(2, &gone.collect::<Vec<_>>())
        .expect("applies");
    assert!(tuples.is_empty() || next.tuples().count() < tuples.len());
}
