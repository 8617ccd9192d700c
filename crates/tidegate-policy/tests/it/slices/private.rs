//! What a slice names: nothing that its subject could not learn by checks of its own.

use std::collections::BTreeSet;

use tidegate_policy::{Answer, Change, Context, Model, Object, Snapshot, Tuple, decide};

use super::{object, payload, profile, put, request, through};
use crate::random::Random;
use crate::scale::{Seen, each_seed, scaled};

/// Each condition has a value of its own, and says by itself whether it is met.
const MODEL: &str = "model
  schema 1.1
type user
type group
  relations
    define member: [user, user with a, user:* with b, group#member, group#member with c]
type folder
  relations
    define parent: [folder, folder with a]
    define view: [user with b, user with c, group#member] or view from parent
    define block: [user, user with a, user:* with b, group#member with c]
    define read: view but not block
    define both: view and block
    define back: view but not (view but not block)
    define none: (view but not read) but not block
    define deep: (both from parent but not block) or (read and back from parent)
condition a(x: bool, holds: bool) {
  x && holds
}
condition b(y: bool, holds: bool) {
  y && holds
}
condition c(z: bool, holds: bool) {
  holds && z
}
";

/// No two share more than their type.
const NAMES: [&str; 10] = [
    "user:ann",
    "user:bob",
    "group:golf",
    "group:hotel",
    "group:india",
    "folder:kilo",
    "folder:lima",
    "folder:mike",
    "folder:november",
    "folder:oscar",
];

fn drawn(random: &mut Random, model: &Model) -> Option<Tuple> {
    let relation = *random.of(&["member", "parent", "view", "view", "block", "block"]);
    let on = if relation == "member" {
        &NAMES[2..5]
    } else {
        &NAMES[5..]
    };
    let subject = match random.below(6) {
        0 => "user:*".to_owned(),
        1 | 2 => format!("{}#member", random.of(&NAMES[2..5])),
        3 => (*random.of(&NAMES[5..])).to_owned(),
        _ => (*random.of(&NAMES[..2])).to_owned(),
    };
    let mut text = format!("{}#{relation}@{subject}", random.of(on));
    if random.percent(70) {
        let name = random.of(&["a", "b", "c"]);
        text += &format!(" with {name} {{\"holds\":{}}}", random.percent(75));
    }
    let tuple: Tuple = text.parse().expect("a tuple");
    model.allows(&tuple).is_ok().then_some(tuple)
}

/// Every request that there is: each condition is met, or not.
fn contexts() -> Vec<Context> {
    let all = (0..8).map(|bits: u32| {
        let is = |at: u32| bits >> at & 1 == 1;
        format!("{{\"x\":{},\"y\":{},\"z\":{}}}", is(0), is(1), is(2))
    });
    all.map(|text| text.parse().expect("a context")).collect()
}

/// What is named is what some check allows: an object and a relation, each time. Whatever else there is is not in the
/// bytes, in no part of a formula either.
#[test]
fn what_no_check_tells_is_not_named() {
    let model = Model::parse(MODEL).expect("a model");
    let contexts = contexts();
    let seen = each_seed(scaled(200, 4_000), |seed, seen| {
        only_what_checks_tell(&model, &contexts, seed, seen);
    });
    seen.at_least("named", 500);
    seen.at_least("not named", 500);
    seen.at_least("behind a `but not`", 100);
}

fn only_what_checks_tell(model: &Model, contexts: &[Context], seed: u64, seen: &mut Seen) {
    let random = &mut Random::new(seed);
    let objects = NAMES.map(object);
    let mut changes: Vec<Change> = objects.iter().zip(1..).map(put).collect();
    let tuples = (0..random.within(20, 90)).filter_map(|_| drawn(random, model));
    changes.extend(tuples.map(Change::Write));
    let snapshot = Snapshot::new(model.clone(), profile())
        .apply(1, &changes)
        .expect("applies");
    let ann = &objects[0];
    let slice = snapshot.slice(ann).expect("a slice");
    let told: BTreeSet<(&str, &str)> = slice
        .entries()
        .map(|entry| (entry.object, entry.relation))
        .collect();
    let mut allowed: BTreeSet<(&str, &str)> = BTreeSet::new();
    for resource in &objects {
        for action in model.relations(resource.type_name()) {
            let may = |context: &Context| {
                let request = request(ann, "full", action, resource, context);
                let whole = decide(&request, &snapshot).is_allowed();
                assert_eq!(slice.decide(&request) == Answer::Allow, whole);
                whole
            };
            // Every one is asked.
            if contexts.iter().filter(|context| may(context)).count() > 0 {
                allowed.insert((resource.as_str(), action));
            }
        }
    }
    assert_eq!(told, allowed, "TIDEGATE_SEED={seed}");
    let bytes = payload(&through(&slice));
    for resource in &objects {
        let name = resource.as_str();
        let (_, id) = name.split_once(':').expect("an id");
        let has = bytes.windows(id.len()).any(|part| part == id.as_bytes());
        let may = told.iter().any(|&(object, _)| object == name);
        assert_eq!(has, may, "TIDEGATE_SEED={seed}: {name}");
        seen.count(if may { "named" } else { "not named" });
    }
    let of = |relation: &str| allowed.iter().filter(|(_, of)| *of == relation).count();
    assert_eq!(of("none"), 0, "no request meets what it takes away");
    seen.count_by("behind a `but not`", of("back") + of("deep"));
}

/// What it is known by: of another subject, nothing.
#[test]
fn nobody_else_is_named() {
    let model = Model::parse(MODEL).expect("a model");
    let objects: Vec<Object> = NAMES.map(object).into();
    let mut changes: Vec<Change> = objects.iter().zip(1..).map(put).collect();
    for text in [
        "folder:kilo#view@group:golf#member",
        "group:golf#member@group:hotel#member with c {\"holds\":true}",
        "group:hotel#member@user:bob",
        "folder:lima#view@user:bob with b {\"holds\":true}",
        "folder:kilo#block@user:bob",
        "folder:mike#parent@folder:kilo",
    ] {
        changes.push(Change::Write(text.parse().expect("a tuple")));
    }
    let snapshot = Snapshot::new(model, profile())
        .apply(1, &changes)
        .expect("applies");
    let ann = snapshot.slice(&objects[0]).expect("a slice");
    assert!(ann.is_empty() && ann.entries().count() == 0);
    let bob = payload(&snapshot.slice(&objects[1]).expect("a slice"));
    let has = |text: &str| bob.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(has("golf") && has("kilo") && has("lima") && has("mike"));
    assert!(!has("ann") && !has("bob") && !has("india"));
}
