//! Slices of models with conditions, and of chains as long as a check goes.

use tidegate_policy::slice::Outcome;
use tidegate_policy::{
    Answer, Caller, Change, Context, Decision, Denial, Model, Object, Request, Slice, SliceChange,
    Snapshot, Tuple, decide,
};

use super::{object, payload, profile, put, through};
use crate::random::Random;
use crate::scale::{Seen, each_seed, scaled};

const MODEL: &str = "model
  schema 1.1
type user
type group
  relations
    define member: [user, user with positive, user:* with flagged, group#member, group#member with paired]
type folder
  relations
    define parent: [folder, folder with paired, folder with divides]
    define r0: [user, user with positive, group#member with flagged, group#member] or r0 from parent
    define r1: [user with divides, user:* with positive, group#member with paired]
    define r2: r0 but not r1
    define r3: r0 and (r1 or r2 from parent)
    define r4: [user with paired] and r2 from parent
    define r5: (r2 or r3) but not (r4 and r1 from parent)
condition positive(x: int) {
  x > 0
}
condition paired(y: string, x: int) {
  y == \"a\" && x < 10
}
condition flagged(z: bool) {
  z
}
condition divides(x: int) {
  10 / x > 1
}
";

const SUBJECTS: [&str; 7] = [
    "user:0",
    "user:1",
    "user:*",
    "group:0#member",
    "group:1#member",
    "group:2#member",
    "folder:0",
];
const CONDITIONS: [(&str, &[&str]); 4] = [
    ("positive", &["{}", "{\"x\":1}", "{\"x\":-1}"]),
    (
        "paired",
        &["{}", "{\"y\":\"a\"}", "{\"x\":3}", "{\"x\":3,\"y\":\"a\"}"],
    ),
    ("flagged", &["{}", "{\"z\":true}"]),
    ("divides", &["{}", "{\"x\":0}", "{\"x\":2}"]),
];
const CONTEXTS: [&str; 9] = [
    "{}",
    "{\"x\":5}",
    "{\"x\":0}",
    "{\"x\":-3,\"y\":\"a\"}",
    "{\"x\":20,\"y\":\"a\",\"z\":true}",
    "{\"x\":1,\"y\":\"b\",\"z\":false}",
    "{\"x\":2,\"y\":\"a\",\"z\":true}",
    "{\"x\":\"no\",\"z\":true}",
    "{\"y\":\"a\",\"z\":true}",
];
const RELATIONS: [&str; 6] = ["r0", "r1", "r2", "r3", "r4", "r5"];

/// A tuple that the model takes, if chance finds one.
fn drawn(random: &mut Random, model: &Model) -> Option<Tuple> {
    let subjects = ["folder:0", "folder:1", "folder:2", "folder:3"];
    let (object, relation, subject) = match random.below(10) {
        0..3 => (
            format!("group:{}", random.below(3)),
            "member",
            random.of::<&str>(&SUBJECTS),
        ),
        3..6 => (
            format!("folder:{}", random.below(4)),
            "parent",
            random.of(&subjects),
        ),
        6..8 => (
            format!("folder:{}", random.below(4)),
            "r0",
            random.of(&SUBJECTS),
        ),
        8 => (
            format!("folder:{}", random.below(4)),
            "r1",
            random.of(&SUBJECTS),
        ),
        _ => (
            format!("folder:{}", random.below(4)),
            "r4",
            random.of(&SUBJECTS),
        ),
    };
    let mut text = format!("{object}#{relation}@{subject}");
    if random.percent(65) {
        let (name, contexts) = random.of(&CONDITIONS);
        text += &format!(" with {name} {}", random.of::<&str>(contexts));
    }
    let tuple: Tuple = text.parse().expect("a tuple");
    model.allows(&tuple).ok().map(|()| tuple)
}

fn request<'a>(
    subject: &'a Object,
    action: &'a str,
    resource: &'a Object,
    context: &'a Context,
) -> Request<'a> {
    Request {
        caller: Caller::Principal {
            object: subject,
            kind: "full",
        },
        action,
        resource,
        contextual_tuples: &[],
        context,
    }
}

#[track_caller]
fn same(seed: u64, snapshot: &Snapshot, slice: &Slice, seen: &mut Seen) {
    let subject = slice.subject();
    let resources = [
        "folder:0", "folder:1", "folder:2", "folder:3", "group:0", "group:1",
    ];
    for resource in resources.map(object) {
        for action in RELATIONS.iter().copied().chain(["member", "parent"]) {
            let mut answers = [0; 2];
            for context in CONTEXTS {
                let context: Context = context.parse().expect("a context");
                let request = request(subject, action, &resource, &context);
                let whole = decide(&request, snapshot);
                let expected = match &whole {
                    Decision::Allow => Answer::Allow,
                    Decision::Deny(_) => Answer::Deny,
                };
                let found = slice.decide(&request);
                assert_eq!(
                    found, expected,
                    "TIDEGATE_SEED={seed}: {subject} {action} {resource} {context}: {whole:?}"
                );
                answers[usize::from(whole.is_allowed())] += 1;
                let fails = matches!(
                    whole,
                    Decision::Deny(Denial::Check(ref error)) if error.kind() == "condition"
                );
                seen.count_if("errors", fails);
            }
            seen.count_by("denied", answers[0]);
            seen.count_by("allowed", answers[1]);
            let depends = answers[0] > 0 && answers[1] > 0;
            seen.count_if("allowed with one context and not with another", depends);
        }
    }
}

#[test]
fn conditions_are_answered_as_by_the_whole() {
    let model = Model::parse(MODEL).expect("a model");
    let seen = each_seed(scaled(100, 2_000), |seed, seen| {
        answered_as_by_the_whole(&model, seed, seen);
    });
    seen.at_least("slices", scaled(300, 6_000));
    for (what, least) in [
        ("allowed", 10_000),
        ("denied", 10_000),
        ("errors", 5_000),
        ("allowed with one context and not with another", 500),
        ("conditional entries", 100),
    ] {
        seen.at_least(what, least);
    }
}

fn answered_as_by_the_whole(model: &Model, seed: u64, seen: &mut Seen) {
    let random = &mut Random::new(seed);
    let names = [
        "user:0", "user:1", "group:0", "group:1", "group:2", "folder:0", "folder:1", "folder:2",
        "folder:3",
    ];
    let names = names.map(object);
    let mut changes: Vec<Change> = names.iter().zip(1..).map(put).collect();
    for _ in 0..random.within(10, 70) {
        changes.extend(drawn(random, model).map(Change::Write));
    }
    let mut snapshot = Snapshot::new(model.clone(), profile())
        .apply(1, &changes)
        .expect("applies");
    let subject = object("user:0");
    let mut slice = snapshot.slice(&subject).expect("a slice");
    seen.count("slices");
    same(seed, &snapshot, &through(&slice), seen);
    let outcomes = slice.entries().map(|entry| entry.outcome);
    let conditional = outcomes.filter(|&outcome| outcome == Outcome::Conditional);
    seen.count_by("conditional entries", conditional.count());
    for revision in 2..4 {
        let mut held: Vec<Tuple> = snapshot.tuples().collect();
        held.sort_unstable();
        let mut changes: Vec<Change> = Vec::new();
        changes.extend(
            (0..3)
                .filter_map(|_| drawn(random, model))
                .map(Change::Write),
        );
        if !held.is_empty() {
            changes.push(Change::Delete(random.of(&held).clone()));
        }
        snapshot = snapshot.apply(revision, &changes).expect("applies");
        let newer = snapshot.slice(&subject).expect("a slice");
        seen.count("slices");
        let change = slice.difference(&newer).expect("a difference");
        let bytes = change.to_bytes().expect("bytes");
        slice
            .apply(&SliceChange::of_bytes(&bytes).expect("a change"))
            .expect("applies");
        assert_eq!(payload(&slice), payload(&newer), "TIDEGATE_SEED={seed}");
        same(seed, &snapshot, &slice, seen);
        same(seed, &snapshot, &through(&slice), seen);
        assert!(slice.difference(&newer).expect("a difference").is_empty());
    }
}

/// The conditions of a slice, and what tuples say of them, come with it only where an answer needs them.
#[test]
fn conditions_come_where_they_are_needed() {
    let model = Model::parse(MODEL).expect("a model");
    let names = [
        "user:0", "user:1", "group:0", "group:2", "folder:0", "folder:1",
    ];
    let names = names.map(object);
    let mut changes: Vec<Change> = names.iter().zip(1..).map(put).collect();
    for tuple in [
        "folder:0#r0@user:0 with positive {\"x\":7}",
        "folder:0#r1@user:1 with divides {\"x\":3}",
        "folder:1#r0@group:0#member with flagged",
        "group:0#member@group:1#member with paired {\"y\":\"a\"}",
        "group:2#member@group:1#member with paired {\"y\":\"never-met\"}",
        "group:1#member@user:1",
    ] {
        changes.push(Change::Write(tuple.parse().expect("a tuple")));
    }
    let snapshot = Snapshot::new(model, profile())
        .apply(1, &changes)
        .expect("applies");
    let has = |slice: &Slice, text: &str| {
        let bytes = payload(slice);
        bytes
            .windows(text.len())
            .any(|part| part == text.as_bytes())
    };
    let ann = snapshot.slice(&object("user:0")).expect("a slice");
    let bob = snapshot.slice(&object("user:1")).expect("a slice");
    for (text, of_ann, of_bob) in [
        ("folder:0", true, true),
        ("group:0", false, true),
        ("folder:1", false, false),
        // Its tuple says all of it.
        ("positive", false, false),
        ("paired", false, true),
        ("{\"y\":\"a\"}", false, true),
        // No request meets it: so no check tells of the group.
        ("group:2", false, false),
        ("never-met", false, false),
        ("flagged", false, true),
        ("divides", false, false),
        ("user:", false, false),
    ] {
        if text == "folder:1" {
            let names: Vec<&str> = bob.entries().map(|entry| entry.object).collect();
            assert!(
                names.contains(&"folder:1") && !has(&ann, "\x011"),
                "{names:?}"
            );
            continue;
        }
        assert_eq!(
            (has(&ann, text), has(&bob, text)),
            (of_ann, of_bob),
            "{text}"
        );
    }
}

/// A slice goes as deep as a check; where the check's budget ends, the slice may know more.
#[test]
fn chains() {
    let model = Model::parse(
        "model
  schema 1.1
type user
type team
  relations
    define up: [team]
    define r0: [user, team#r0]
    define r1: [user] or r1 from up
    define r2: r1 but not r0
    define r3: r2 from up and r1
",
    )
    .expect("a model");
    let names = (0..40).map(|number| object(&format!("team:{number}")));
    let names: Vec<Object> = names.chain([object("user:0")]).collect();
    let mut changes: Vec<Change> = names.iter().zip(1..).map(put).collect();
    let write = |text: String| Change::Write(text.parse().expect("a tuple"));
    for number in 1..40 {
        changes.push(write(format!("team:{}#up@team:{number}", number - 1)));
        changes.push(write(format!("team:{}#r0@team:{number}#r0", number - 1)));
    }
    for (on, relation) in [(39, "r1"), (30, "r0"), (12, "r1"), (20, "r0")] {
        changes.push(write(format!("team:{on}#{relation}@user:0")));
    }
    let snapshot = Snapshot::new(model, profile())
        .apply(1, &changes)
        .expect("applies");
    let subject = object("user:0");
    let slice = snapshot.slice(&subject).expect("a slice");
    let mut seen = [0; 3];
    for resource in &names {
        for action in ["r0", "r1", "r2", "r3"] {
            let request = request(&subject, action, resource, Context::EMPTY);
            let whole = decide(&request, &snapshot);
            seen[match &whole {
                Decision::Allow => 0,
                Decision::Deny(Denial::Check(error)) => {
                    assert_eq!(error.kind() == "too-deep", resource.type_name() == "team");
                    1
                }
                Decision::Deny(_) => 2,
            }] += 1;
            let found = slice.decide(&request) == Answer::Allow;
            assert_eq!(found, whole.is_allowed(), "{action} {resource}: {whole:?}");
        }
    }
    assert!(seen.iter().all(|&count| count > 3), "{seen:?}");
}
