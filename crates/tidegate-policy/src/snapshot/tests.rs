//! Checks and changes on small snapshots.

mod models;

use uuid::Uuid;

use super::{Change, ChangeError, PlacedSubject, Snapshot, SnapshotBuilder, Standing};
use crate::check::{CheckError, CheckRequest};
use crate::condition::Context;
use crate::model::Model;
use crate::profile::Profile;
use crate::tuple::Tuple;

const MODEL: &str = "model
  schema 1.1
type user
type team
  relations
    define member: [user, user:*, team#member]
type folder
  relations
    define parent: [folder]
    define owner: [user, team#member]
    define blocked: [user]
    define viewer: [user:*] or owner or viewer from parent
    define editor: owner and viewer
    define guest: viewer but not blocked
";

fn empty() -> Snapshot {
    Snapshot::new(Model::parse(MODEL).expect("a model"), Profile::default())
}

fn tuple(text: &str) -> Tuple {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn with(tuples: &[&str]) -> Snapshot {
    let changes: Vec<Change> = tuples
        .iter()
        .map(|text| Change::Write(tuple(text)))
        .collect();
    empty().apply(1, &changes).expect("applies")
}

#[track_caller]
fn check(snapshot: &Snapshot, question: &str, expected: Result<bool, &str>) {
    check_with(snapshot, question, &[], expected);
}

#[track_caller]
fn check_with(snapshot: &Snapshot, question: &str, context: &[&str], expected: Result<bool, &str>) {
    let asked = tuple(question);
    let context: Vec<Tuple> = context.iter().map(|text| tuple(text)).collect();
    let request = CheckRequest {
        subject: &asked.subject,
        relation: &asked.relation,
        object: &asked.object,
        contextual_tuples: &context,
        context: Context::EMPTY,
    };
    let found = snapshot.check(&request);
    assert_eq!(
        found.as_ref().map_err(CheckError::kind).copied(),
        expected,
        "{question}"
    );
}

#[test]
fn every_operator() {
    let snapshot = with(&[
        "folder:a#owner@user:ann",
        "folder:b#parent@folder:a",
        "folder:b#blocked@user:ann",
        "folder:c#owner@team:x#member",
        "team:x#member@team:y#member",
        "team:y#member@user:bob",
        "folder:d#viewer@user:*",
        "team:all#member@user:*",
        "folder:e#owner@team:all#member",
    ]);
    let cases = [
        ("folder:a#owner@user:ann", true),
        ("folder:a#viewer@user:ann", true),
        ("folder:a#editor@user:ann", true),
        ("folder:b#viewer@user:ann", true),
        ("folder:b#editor@user:ann", false),
        ("folder:b#guest@user:ann", false),
        ("folder:a#guest@user:ann", true),
        ("folder:a#viewer@user:bob", false),
        ("folder:c#viewer@user:bob", true),
        ("folder:c#viewer@team:y#member", true),
        ("folder:c#viewer@team:x#member", true),
        ("folder:c#viewer@team:z#member", false),
        ("folder:d#viewer@user:anyone", true),
        ("folder:d#viewer@user:*", true),
        ("folder:d#viewer@team:x#member", false),
        ("folder:e#viewer@user:nobody-knows", true),
        ("folder:none#viewer@user:ann", false),
        ("folder:none#viewer@folder:none#viewer", true),
        ("folder:a#viewer@folder:a#viewer", true),
    ];
    for (question, expected) in cases {
        check(&snapshot, question, Ok(expected));
    }
    check(&snapshot, "files:a#viewer@user:ann", Err("unknown-type"));
    check(
        &snapshot,
        "folder:a#reader@user:ann",
        Err("unknown-relation"),
    );
    check(&snapshot, "folder:a#viewer@person:ann", Err("unknown-type"));
    check(
        &snapshot,
        "folder:a#viewer@team:x#chief",
        Err("unknown-relation"),
    );
}

#[test]
fn circles_end_and_depth_is_bounded() {
    let circle = with(&[
        "folder:a#parent@folder:b",
        "folder:b#parent@folder:a",
        "team:x#member@team:y#member",
        "team:y#member@team:x#member",
        "folder:c#owner@team:x#member",
    ]);
    check(&circle, "folder:a#viewer@user:ann", Ok(false));
    check(&circle, "folder:a#editor@user:ann", Ok(false));
    check(&circle, "folder:c#guest@user:ann", Ok(false));

    let chain = |length: u32| {
        let mut tuples: Vec<String> = (0..length)
            .map(|n| format!("folder:{n}#parent@folder:{}", n + 1))
            .collect();
        tuples.push(format!("folder:{length}#owner@user:ann"));
        with(&tuples.iter().map(String::as_str).collect::<Vec<_>>())
    };
    check(&chain(24), "folder:0#viewer@user:ann", Ok(true));
    check(&chain(25), "folder:0#viewer@user:ann", Err("too-deep"));
    // A union with one true operand is true, whatever else goes wrong.
    let true_beats_error = chain(25).apply(2, &[Change::Write(tuple("folder:0#owner@user:ann"))]);
    check(
        &true_beats_error.expect("applies"),
        "folder:0#viewer@user:ann",
        Ok(true),
    );
}

/// A long chain of relations, each nested as deep as it may be: an error, not the end of the stack.
#[test]
fn the_stack_has_room_for_the_worst_model() {
    let long = |operator: &str| {
        let (open, close) = (format!("x or (x {operator} (").repeat(12), "))".repeat(12));
        let head = "model\n  schema 1.1\ntype user\ntype doc\n  relations\n    define x: [user]";
        let relations: Vec<String> = (0..300)
            .map(|number| {
                let next = match number {
                    299 => "x".to_owned(),
                    _ => format!("r{}", number + 1),
                };
                format!("    define r{number}: {open}x or {next}{close}")
            })
            .collect();
        let text = format!("{head}\n{}\n", relations.join("\n"));
        Snapshot::new(Model::parse(&text).expect("a model"), Profile::default())
    };
    check(&long("or"), "doc:a#r0@user:ann", Err("too-deep"));
    check(&long("and"), "doc:a#x@user:ann", Ok(false));
    let holds = long("and").apply(1, &[Change::Write(tuple("doc:a#x@user:ann"))]);
    check(&holds.expect("applies"), "doc:a#r0@user:ann", Ok(true));
}

/// Many paths to the same places: without memory the work would double with each layer.
#[test]
fn work_does_not_grow_with_the_number_of_paths() {
    let mut tuples = Vec::new();
    for layer in 0..20 {
        for (from, to) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            tuples.push(format!(
                "folder:{layer}-{from}#parent@folder:{}-{to}",
                layer + 1
            ));
        }
    }
    let snapshot = with(&tuples.iter().map(String::as_str).collect::<Vec<_>>());
    check(&snapshot, "folder:0-0#viewer@user:ann", Ok(false));
}

#[test]
fn contextual_tuples_hold_for_one_question() {
    let snapshot = with(&["folder:b#parent@folder:a"]);
    let question = "folder:b#viewer@user:new";
    check_with(&snapshot, question, &["folder:a#owner@user:new"], Ok(true));
    check_with(
        &snapshot,
        question,
        &["folder:b#blocked@user:new"],
        Ok(false),
    );
    check_with(
        &snapshot,
        question,
        &["folder:a#guest@user:new"],
        Err("bad-context"),
    );
    check_with(
        &snapshot,
        question,
        &["folder:a#owner@team:x"],
        Err("bad-context"),
    );
    check(&snapshot, question, Ok(false));
}

#[test]
fn changes_are_all_or_nothing_and_leave_the_snapshot_before_alone() {
    let before = with(&["folder:a#owner@user:ann"]);
    let bad = [
        Change::Delete(tuple("folder:a#owner@user:ann")),
        Change::Write(tuple("folder:a#guest@user:ann")),
    ];
    assert!(matches!(
        before.apply(2, &bad),
        Err(ChangeError::Tuple { .. })
    ));
    assert!(matches!(
        before.apply(1, &[]),
        Err(ChangeError::Revision {
            held: 1,
            offered: 1
        })
    ));
    let after = before.apply(2, &bad[..1]).expect("applies");
    check(&before, "folder:a#owner@user:ann", Ok(true));
    check(&after, "folder:a#owner@user:ann", Ok(false));
    let twice = [
        bad[0].clone(),
        Change::Delete(tuple("folder:z#owner@user:zoe")),
    ];
    check(
        &after.apply(3, &twice).expect("applies"),
        "folder:a#owner@user:ann",
        Ok(false),
    );
}

#[test]
fn what_is_forgotten_leaves_nothing_behind() {
    let put = |name: &str, uid| Change::Put {
        object: name.parse().expect("an object"),
        uid: Uuid::from_u128(uid),
        valid_from_s: 0,
    };
    let snapshot = empty()
        .apply(
            1,
            &[
                put("team:x", 1),
                put("folder:a", 2),
                Change::Write(tuple("team:x#member@user:ann")),
                Change::Write(tuple("folder:a#owner@team:x#member")),
                Change::Write(tuple("folder:a#owner@user:bob")),
                Change::Revoke {
                    jti: Uuid::from_u128(9),
                },
            ],
        )
        .expect("applies");
    assert_eq!(
        snapshot
            .subjects(&"folder:a".parse().expect("an object"), "owner")
            .len(),
        2
    );
    let team = "team:x".parse().expect("an object");
    let after = snapshot
        .apply(
            2,
            &[
                Change::Forget("team:x".parse().expect("an object")),
                put("team:x", 3),
            ],
        )
        .expect("applies");
    assert_eq!(
        after.standing(&team).expect("known").uid,
        Uuid::from_u128(3)
    );
    check(&after, "folder:a#owner@user:ann", Ok(false));
    check(&after, "team:x#member@user:ann", Ok(false));
    check(&after, "folder:a#owner@user:bob", Ok(true));
    assert!(after.is_revoked(Uuid::from_u128(9)) && !after.is_revoked(Uuid::from_u128(8)));
    check(&snapshot, "folder:a#owner@user:ann", Ok(true));
}

/// The same after thousands of changes, each of a snapshot of its own.
#[test]
fn many_changes_leave_what_they_should() {
    let mut snapshot = empty();
    for number in 1..=5_000u64 {
        let add = format!("folder:{}#owner@user:{}", number % 700, number % 11);
        let drop = format!(
            "folder:{}#owner@user:{}",
            (number * 7) % 700,
            (number * 3) % 11
        );
        let changes = [Change::Write(tuple(&add)), Change::Delete(tuple(&drop))];
        snapshot = snapshot.apply(number, &changes).expect("applies");
    }
    let mut expected = std::collections::BTreeSet::new();
    for number in 1..=5_000u64 {
        expected.insert((number % 700, number % 11));
        expected.remove(&((number * 7) % 700, (number * 3) % 11));
    }
    for folder in 0..700 {
        for user in 0..11 {
            let question = format!("folder:{folder}#owner@user:{user}");
            check(&snapshot, &question, Ok(expected.contains(&(folder, user))));
        }
    }
}

#[test]
fn steps_of_a_revision_are_the_revision() {
    let steps: [&[Change]; 4] = [
        &[Change::Write(tuple("folder:a#owner@user:anne"))],
        &[
            Change::Write(tuple("folder:b#parent@folder:a")),
            Change::Delete(tuple("folder:a#owner@user:anne")),
        ],
        &[Change::Forget("folder:a".parse().expect("an object"))],
        &[Change::Write(tuple("folder:a#owner@user:bob"))],
    ];
    let mut amended = empty().apply(7, &[]).expect("applies");
    for step in steps {
        amended = amended.amend(step).expect("allowed");
    }
    let whole = empty().apply(7, &steps.concat()).expect("applies");
    assert_eq!(amended.revision(), whole.revision());
    for folder in ["folder:a", "folder:b"] {
        let folder = folder.parse().expect("an object");
        assert_eq!(amended.tuples_on(&folder), whole.tuples_on(&folder));
    }
    let wrong = [Change::Write(tuple("folder:a#viewer@user:bob"))];
    assert!(matches!(
        amended.amend(&wrong),
        Err(ChangeError::Tuple { .. })
    ));
    let again = amended.apply(7, &[]);
    assert!(matches!(again, Err(ChangeError::Revision { .. })));
}

#[test]
fn payers_are_followed_only_when_they_are_one() {
    let snapshot = with(&[
        "folder:b#parent@folder:a",
        "folder:c#parent@folder:a",
        "folder:c#parent@folder:b",
    ]);
    let follow = |from: &str, path: &[&str]| {
        let path: Vec<String> = path.iter().map(|&name| name.to_owned()).collect();
        snapshot
            .follow(&from.parse().expect("an object"), &path)
            .map(|found| found.to_string())
    };
    assert_eq!(follow("folder:b", &["parent"]).as_deref(), Some("folder:a"));
    assert_eq!(follow("folder:b", &[]).as_deref(), Some("folder:b"));
    assert_eq!(follow("folder:b", &["parent", "parent"]), None);
    assert_eq!(follow("folder:c", &["parent"]), None);
    assert_eq!(follow("folder:b", &["none"]), None);
    assert_eq!(follow("folder:unknown", &[]), None);
}

#[test]
fn a_builder_leaves_out_what_the_model_does_not_allow() {
    let model = Model::parse(
        "model
  schema 1.1
type user
type team
  relations
    define member: [user, team#member]
    define can_see: member
",
    )
    .unwrap();
    let mut builder = SnapshotBuilder::new(model.clone(), Profile::default());
    let standing = Standing {
        uid: Uuid::from_u128(1),
        valid_from_s: 0,
    };
    let mut put = |name: &str| builder.put(name.parse().unwrap(), standing);
    let (user, team, other) = (put("user:a"), put("team:a"), put("nothing:a"));
    assert_eq!(put("user:a"), user, "the same object twice");
    let cases = [
        (team, "member", PlacedSubject::Object(user), ""),
        (
            team,
            "member",
            PlacedSubject::Object(team),
            "team:a#member@team:a",
        ),
        (
            team,
            "member",
            PlacedSubject::Wildcard("user"),
            "team:a#member@user:*",
        ),
        (
            team,
            "member",
            PlacedSubject::Userset(team, "member"),
            "team:a#member@team:a#member",
        ),
        (
            team,
            "can_see",
            PlacedSubject::Object(user),
            "team:a#can_see@user:a",
        ),
        (
            team,
            "missing",
            PlacedSubject::Object(user),
            "team:a#missing@user:a",
        ),
        (
            user,
            "member",
            PlacedSubject::Object(user),
            "user:a#member@user:a",
        ),
        (
            other,
            "member",
            PlacedSubject::Object(user),
            "nothing:a#member@user:a",
        ),
        (
            team,
            "member",
            PlacedSubject::Object(other),
            "team:a#member@nothing:a",
        ),
    ];
    for (object, relation, subject, left_out) in cases {
        match builder.write(object, relation, subject, None) {
            Ok(()) => assert_eq!(left_out, ""),
            Err(error) => {
                assert_eq!(error.tuple, left_out);
                let tuple: Tuple = left_out.parse().unwrap();
                assert_eq!(Err(error.reason), model.allows(&tuple), "{left_out}");
            }
        }
    }
    let built = builder.finish(3);
    let tuples: Vec<String> = built.tuples().map(|tuple| tuple.to_string()).collect();
    assert_eq!(tuples, ["team:a#member@user:a"]);
    assert_eq!(built.revision(), 3);
    assert!(built.standing(&"nothing:a".parse().unwrap()).is_some());
}
