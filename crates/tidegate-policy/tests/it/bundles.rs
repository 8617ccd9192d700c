//! Whether a snapshot comes through a bundle as it was, and what is no bundle.

mod bad;

use std::collections::BTreeSet;

use tidegate_policy::{
    BundleError, Change, CheckRequest, Context, Model, Object, Profile, Snapshot, Standing, Tuple,
};
use uuid::Uuid;

use crate::agree::{Drawn, answer, first_seed, tuple};
use crate::clerk;
use crate::random::Random;
use crate::reference;
use crate::worlds::{self, World};

/// Reads a payload, whatever it is.
fn read(payload: &[u8], revision: u64) -> Result<Snapshot, BundleError> {
    clerk::snapshot(payload, revision)
}

fn payload(snapshot: &Snapshot) -> Vec<u8> {
    snapshot.to_bundle_payload().expect("a payload")
}

/// The snapshot after it went through a bundle, which must be the same.
#[track_caller]
pub(crate) fn through(snapshot: &Snapshot) -> Snapshot {
    let bytes = payload(snapshot);
    let loaded = read(&bytes, snapshot.revision()).expect("a bundle");
    assert_eq!(loaded.revision(), snapshot.revision());
    assert_eq!(loaded.model().text(), snapshot.model().text());
    assert_eq!(loaded.model().to_json(), snapshot.model().to_json());
    assert_eq!(loaded.profile(), snapshot.profile());
    let tuples = |of: &Snapshot| of.tuples().collect::<BTreeSet<_>>();
    assert_eq!(tuples(&loaded), tuples(snapshot));
    assert!(payload(&loaded) == bytes, "two forms of one snapshot");
    loaded
}

const MODEL: &str = "model
  schema 1.1
type user
type team
  relations
    define member: [user, user:*, team#member]
";

fn put(name: &str, uid: u128, valid_from_s: u64) -> Change {
    Change::Put {
        object: name.parse().expect("an object"),
        uid: Uuid::from_u128(uid),
        valid_from_s,
    }
}

fn revoke(jti: u128) -> Change {
    Change::Revoke {
        jti: Uuid::from_u128(jti),
    }
}

fn write(text: &str) -> Change {
    Change::Write(text.parse().expect("a tuple"))
}

fn snapshot(changes: &[Change]) -> Snapshot {
    Snapshot::new(Model::parse(MODEL).expect("a model"), Profile::default())
        .apply(5, changes)
        .expect("applies")
}

/// Version 3, byte by byte: a change of it needs another version.
#[test]
fn the_form_is_as_described() {
    let snapshot = snapshot(&[
        write("team:a#member@user:*"),
        write("team:a#member@team:b#member"),
        write("team:a#member@user:ann"),
        put("team:a", 1, 300),
        revoke(9),
    ]);
    let profile = br#"{"kinds":{},"metered":{},"payer":{}}"#;
    let uuid = |number: u128| number.to_be_bytes();
    let expected = [
        &b"tgb\x03"[..],
        &[u8::try_from(MODEL.len()).expect("short")],
        MODEL.as_bytes(),
        // schema 1.1; no sources; member; no conditions
        &[1, 0, 1, 6],
        b"member",
        &[0],
        // user and team, with member: user, user:*, team#member, as it is written
        &[2, 4],
        b"user",
        &[0, 0, 4],
        b"team",
        &[0, 1],
        &[0, 0, 3, 0, 0, 0, 2, 0, 0, 1, 1, 0, 0, 0],
        &[u8::try_from(profile.len()).expect("short")],
        profile,
        // team:a with a standing, team:b, user:ann
        &[3],
        &[0, 13],
        b"team:a",
        &uuid(1),
        &[0xac, 2],
        &[5, 2],
        b"b",
        &[0, 16],
        b"user:ann",
        // no bounds
        &[0],
        // team:a, member: user:ann, team:b#member, user:*
        &[1],
        &[0, 0, 3],
        &[2 << 2],
        &[(1 << 2) | 1, 0],
        &[2],
        // revocations
        &[1],
        &uuid(9),
        // nothing is set aside
        &[0],
    ]
    .concat();
    assert_eq!(payload(&snapshot), expected);
    through(&snapshot);
}

const CONDITIONAL: &str = "model
  schema 1.1
type user
type team
  relations
    define member: [user, user with quick, user:* with quick, team#member with slow]
condition quick(x: int, y: list<string>) {
  x < 3
}
condition slow(z: duration) {
  z > duration(\"1h\")
}
";

/// Tuples with their conditions, in the places of their subjects; each bound once.
#[test]
fn conditions_come_through() {
    let model = Model::parse(CONDITIONAL).expect("a model");
    let before = Snapshot::new(model, Profile::default())
        .apply(
            5,
            &[
                write("team:a#member@user:ann"),
                write("team:a#member@user:bob with quick"),
                write("team:a#member@user:cid with quick {\"x\":1}"),
                write("team:a#member@user:* with quick {\"x\":1}"),
                write("team:a#member@team:b#member with slow {\"z\":\"2h\"}"),
                write("team:b#member@user:* with quick {\"x\":7}"),
            ],
        )
        .expect("applies");
    let loaded = through(&before);
    assert_eq!(loaded.tuples().count(), 6);
    let bytes = payload(&before);
    let once = br#"{"x":1}"#;
    let found = bytes.windows(once.len()).filter(|part| part == once);
    assert_eq!(found.count(), 1);
    for (subject, context, expected) in [
        ("user:ann", "{}", Ok(true)),
        ("user:bob", "{\"x\":2,\"y\":[]}", Ok(true)),
        ("user:bob", "{\"x\":4,\"y\":[]}", Ok(true)),
        ("user:bob", "{}", Err("condition")),
        ("user:cid", "{\"x\":4,\"y\":[]}", Ok(true)),
    ] {
        let Tuple {
            object,
            relation,
            subject,
            ..
        } = format!("team:a#member@{subject}").parse().expect("a tuple");
        let request = CheckRequest {
            subject: &subject,
            relation: &relation,
            object: &object,
            contextual_tuples: &[],
            context: &context.parse().expect("a context"),
        };
        for snapshot in [&before, &loaded] {
            let found = snapshot.check(&request).map_err(|error| error.kind());
            assert_eq!(found, expected, "{request:?}");
        }
    }
}

#[test]
fn one_form_whatever_led_to_it() {
    let wanted = [
        write("team:a#member@user:ann"),
        write("team:a#member@user:bob"),
        write("team:b#member@team:a#member"),
        put("user:bob", 2, 7),
        revoke(1),
        revoke(2),
    ];
    let straight = snapshot(&wanted);
    let mut detour = vec![
        write("team:z#member@user:zoe"),
        write("team:b#member@user:zoe"),
        put("user:gone", 8, 8),
        revoke(2),
    ];
    detour.extend(wanted.iter().rev().cloned());
    let around = snapshot(&detour)
        .apply(
            6,
            &[
                Change::Forget("user:zoe".parse().expect("an object")),
                Change::Forget("user:gone".parse().expect("an object")),
                revoke(1),
            ],
        )
        .expect("applies");
    assert_eq!(payload(&straight), payload(&around));
    through(&around);
}

#[test]
fn standings_and_revocations_come_through() {
    let loaded = through(&snapshot(&[
        put("user:ann", u128::MAX, u64::MAX),
        put("user:bob", 0, 0),
        put("ghost:of/no@type", 3, 3),
        write("team:a#member@user:cid"),
        revoke(0),
        revoke(u128::MAX),
    ]));
    let standing = |name: &str| loaded.standing(&name.parse().expect("an object"));
    let held = |uid, valid_from_s| {
        Some(Standing {
            uid: Uuid::from_u128(uid),
            valid_from_s,
        })
    };
    assert_eq!(standing("user:ann"), held(u128::MAX, u64::MAX));
    assert_eq!(standing("user:bob"), held(0, 0));
    assert_eq!(standing("ghost:of/no@type"), held(3, 3));
    assert_eq!(standing("user:cid"), None);
    let revoked = |jti| loaded.is_revoked(Uuid::from_u128(jti));
    assert_eq!(
        (revoked(0), revoked(u128::MAX), revoked(1)),
        (true, true, false)
    );
}

/// What another model does not allow is kept, and skipped, on both sides.
#[test]
fn tuples_that_are_not_allowed_any_more_come_through() {
    let stricter = Model::parse(&MODEL.replace("user:*, ", "")).expect("a model");
    let before = snapshot(&[
        write("team:a#member@user:*"),
        write("team:b#member@user:ann"),
    ])
    .with_model(stricter, Profile::default());
    let loaded = through(&before);
    assert_eq!(loaded.tuples().count(), 2);
    for (question, expected) in [
        ("team:a#member@user:ann", false),
        ("team:b#member@user:ann", true),
    ] {
        let Tuple {
            object,
            relation,
            subject,
            ..
        } = question.parse().expect("a tuple");
        let request = CheckRequest {
            subject: &subject,
            relation: &relation,
            object: &object,
            contextual_tuples: &[],
            context: Context::EMPTY,
        };
        assert_eq!(before.check(&request), Ok(expected), "{question}");
        assert_eq!(loaded.check(&request), Ok(expected), "{question}");
    }
}

/// What the model has no name for is kept on both sides, and is there again with a model that has the names; what was
/// deleted or forgotten meanwhile is not.
#[test]
fn what_is_set_aside_comes_through() {
    let full = CONDITIONAL
        .replace("type user", "type bot\ntype user")
        .replace(
            "    define member: [",
            "    define lead: [user]\n    define member: [bot:*, ",
        );
    let full = Model::parse(&full).expect("a model");
    let tuples = [
        "team:a#lead@user:ann",
        "team:a#lead@user:bob",
        "team:a#member@bot:*",
        "team:a#member@user:cid with quick {\"x\":1}",
        "team:b#member@team:a#member with slow {\"z\":\"2h\"}",
        "team:b#member@user:ann",
    ];
    let before = Snapshot::new(full.clone(), Profile::default())
        .apply(5, &tuples.map(write))
        .expect("applies");
    let small = before.with_model(Model::parse(MODEL).expect("a model"), Profile::default());
    let loaded = through(&small);
    let back = |snapshot: &Snapshot| snapshot.with_model(full.clone(), Profile::default());
    assert!(
        payload(&back(&loaded)) == payload(&before),
        "something is lost"
    );

    let tuple = |text: &str| text.parse::<Tuple>().expect("a tuple");
    let changes = [
        Change::Forget("user:bob".parse().expect("an object")),
        Change::Delete(tuple("team:a#member@bot:*")),
        // In the place of the one that was conditional.
        write("team:a#member@user:cid"),
    ];
    let [small, loaded] = [&small, &loaded].map(|held| held.apply(6, &changes).expect("applies"));
    assert!(payload(&small) == payload(&loaded));
    let left: BTreeSet<Tuple> = back(&loaded).tuples().collect();
    let expected = [
        "team:a#lead@user:ann",
        "team:a#member@user:cid",
        "team:b#member@team:a#member with slow {\"z\":\"2h\"}",
        "team:b#member@user:ann",
    ];
    assert_eq!(left, expected.map(tuple).into());
}

/// The same for generated worlds, under another generated model and back.
#[test]
fn other_models_on_either_side() {
    let mut aside = 0;
    for seed in (0..60).map(|number| first_seed().wrapping_add(number)) {
        println!("TIDEGATE_SEED={seed}");
        let random = &mut Random::new(seed);
        let drawn = Drawn::new(random);
        let first = drawn.snapshot.model().clone();
        let other = Model::parse(&worlds::model(random)).expect("a model");
        let loaded = through(&drawn.snapshot.with_model(other, Profile::default()));
        let back = loaded.with_model(first, Profile::default());
        assert!(
            payload(&back) == payload(&drawn.snapshot),
            "something is lost"
        );
        let is_aside = |tuple: &Tuple| {
            let listed = loaded.subjects(&tuple.object, &tuple.relation);
            !listed.contains(&tuple.subject)
        };
        aside += loaded.tuples().filter(is_aside).count();
    }
    println!("{aside} set aside");
    assert!(aside > 50, "{aside} set aside");
}

/// A valid generated model with tuples; now and then some that were forgotten.
fn generated(random: &mut Random) -> (String, Snapshot) {
    let (text, parsed) = loop {
        let text = worlds::model(random);
        if let Ok(parsed) = Model::parse(&text) {
            break (text, parsed);
        }
    };
    let model = reference::Model::read(&text);
    let world = World {
        model: &model,
        ids: 5,
    };
    let facts = world.facts(random, 6, false);
    let mut changes: Vec<Change> = facts
        .iter()
        .map(|fact| Change::Write(tuple(fact)))
        .collect();
    for number in 0..10 {
        let name = world.object(random, "user");
        changes.push(put(&name, number, number as u64));
        changes.push(revoke(number));
    }
    if random.percent(50) {
        let (on, _) = world.relation(random);
        let name = world.object(random, &on);
        changes.push(Change::Forget(name.parse().expect("an object")));
    }
    let snapshot = Snapshot::new(parsed, Profile::default()).apply(1, &changes);
    (text, snapshot.expect("applies"))
}

#[test]
fn the_same_answers_from_either_side() {
    let mut allowed = 0;
    for seed in (0..100).map(|number| first_seed().wrapping_add(number)) {
        let random = &mut Random::new(seed);
        let (text, snapshot) = generated(random);
        let loaded = through(&snapshot);
        let model = reference::Model::read(&text);
        let world = World {
            model: &model,
            ids: 5,
        };
        for _ in 0..25 {
            let question = world.asked(random);
            let expected = answer(&snapshot, &question);
            let found = answer(&loaded, &question);
            assert_eq!(found, expected, "seed {seed}: {question:?}");
            allowed += usize::from(expected == Ok(true));
        }
    }
    println!("{allowed} allowed");
    assert!(allowed > 120, "{allowed} allowed");
}

#[test]
fn a_hundred_thousand_tuples() {
    let mut changes = Vec::new();
    for number in 0..50_000 {
        let user = format!("user:someone-{number:05}");
        let team = format!("team:acme/group-{}", number % 700);
        changes.push(put(&user, number, 1_700_000_000));
        changes.push(write(&format!("{team}#member@{user}")));
        changes.push(write(&format!("team:acme/of-{number:05}#member@{user}")));
    }
    let snapshot = snapshot(&changes);
    let bytes = payload(&snapshot);
    let plain: usize = snapshot.tuples().map(|tuple| tuple.to_string().len()).sum();
    // Uids are random: 800 thousand bytes of them are in it.
    assert!(bytes.len() < plain / 2, "{} of {plain}", bytes.len());
    let loaded = through(&snapshot);
    assert_eq!(loaded.tuples().count(), 100_000);
    let group: Object = "team:acme/group-699".parse().expect("an object");
    assert_eq!(
        loaded.subjects(&group, "member"),
        snapshot.subjects(&group, "member")
    );
}
