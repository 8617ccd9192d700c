//! Random operations by random actors, against a plain model of the rules.
//!
//! The model (`land`) reads the same `system.toml` and asks the same engine, and is otherwise as plain as the
//! description of the format: facts in a set, every rule applied to all of them. After each operation both have done it
//! or neither, their facts and objects are the same, and what must always hold does.
//!
//! `TIDEGATE_SEED=…` for another seed, `TIDEGATE_OPERATIONS=…` for more operations a system.

mod book; // `system.toml`, as it is written
mod draw; // what is tried
mod grants; // the plain model: grants, invitations, memberships
mod land; // the plain model: what there is
mod operations; // the plain model: what may be done

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tidegate_client::wire::Operation;

use self::book::Book;
use self::draw::{Random, draw};
use self::land::{Actor, Land};
use crate::claims::town::{Person, Town};

/// Operations a system in a normal run.
const OPERATIONS: u64 = 300;

#[tokio::test]
async fn beneath_is_administered_as_its_rules_say() {
    administered("beneath", Town::open("beneath", "").await, OPERATIONS).await;
}

#[tokio::test]
async fn beamlit_is_administered_as_its_rules_say() {
    administered("beamlit", Town::open("beamlit", "").await, OPERATIONS).await;
}

#[tokio::test]
async fn earthly_is_administered_as_its_rules_say() {
    administered("earthly", Town::open("earthly", "").await, OPERATIONS).await;
}

#[tokio::test]
async fn lamindb_is_administered_as_its_rules_say() {
    administered("lamindb", Town::open("lamindb", "").await, OPERATIONS).await;
}

/// A shorter run, as the store's contract holds on both.
#[tokio::test]
async fn every_system_is_administered_alike_on_postgresql() {
    for system in ["beneath", "beamlit", "earthly", "lamindb"] {
        let town = Town::open_on_postgresql(system).await;
        administered(system, town, OPERATIONS / 5).await;
    }
}

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |text| text.parse().expect("a number"))
}

async fn administered(system: &str, town: Town, operations: u64) {
    let seed = number("TIDEGATE_SEED", 1);
    eprintln!("TIDEGATE_SEED={seed}");
    let random = &mut Random::new(seed);
    let book = Book::read(system);
    let mut land = Land::new(&book);
    let mut people = people(&town, &mut land).await;
    let mut counts = BTreeMap::<(String, bool), u64>::new();
    for step in 0..operations.max(number("TIDEGATE_OPERATIONS", 0)) {
        let (who, operation) = draw(random, &land, &people.keys().cloned().collect::<Vec<_>>());
        let before = land.clone();
        let expected = land.perform(&who, &operation);
        let person = &people[&who];
        let reply = person
            .post(
                "/v1/batch",
                serde_json::json!({ "operations": [operation] }),
            )
            .await;
        let done = (200..300).contains(&reply.status);
        let told = || {
            format!(
                "{system}, TIDEGATE_SEED={seed}, step {step}: {who:?} {operation:?}\nexpected {expected:?}, got {reply:#?}\n\
                 facts before: {:#?}",
                before.facts
            )
        };
        assert!(reply.status < 500, "{}", told());
        assert_eq!(done, expected.is_ok(), "{}", told());
        let name = serde_json::to_value(&operation).expect("JSON")["op"].to_string();
        *counts.entry((name, done)).or_default() += 1;
        if !done {
            land = before;
            continue;
        }
        note_invitation(&mut land, &operation, &reply.json);
        let (objects, facts) = town.contents();
        assert_eq!(facts, land.facts, "{}", told());
        assert_eq!(
            objects,
            land.objects.keys().cloned().collect(),
            "{}",
            told()
        );
        land.holds_together()
            .unwrap_or_else(|broken| panic!("{broken}\n{}", told()));
        people.retain(|actor, _| land.objects.contains_key(&actor.object) && land.is_same(actor));
        for (actor, secret) in new_people(&land, &operation, &reply.json) {
            people.insert(actor, town.bearer(&secret));
        }
    }
    let done: u64 = counts
        .iter()
        .filter(|((_, done), _)| *done)
        .map(|(_, count)| count)
        .sum();
    eprintln!("{system}: {done} done; {counts:?}");
    assert!(
        done > operations / 6,
        "too little is done to say anything: {counts:?}"
    );
}

/// Four users, each with a secret of every kind for users, and the operator.
async fn people(town: &Town, land: &mut Land<'_>) -> BTreeMap<Actor, Person> {
    let mut people = BTreeMap::new();
    let operator = land.actor("operator:root", "operator");
    people.insert(operator.clone(), town.operator());
    for name in ["ann", "bob", "cid", "dan"] {
        let object = format!("user:{name}");
        let person = town.user(name).await;
        land.perform(&operator, &draw::create(&object))
            .expect("an operator creates users");
        for kind in land.book.kinds_of("user") {
            let actor = land.actor(&object, &kind);
            people.insert(actor, person.with(&kind).await);
        }
    }
    let (objects, facts) = town.contents();
    assert_eq!(
        (objects, facts),
        (land.objects.keys().cloned().collect(), land.facts.clone())
    );
    people
}

/// Who has a new secret now: a new user, or a principal that a secret was issued for.
fn new_people(land: &Land<'_>, operation: &Operation, answer: &Value) -> Vec<(Actor, String)> {
    let answer = &answer["answers"][0];
    let (object, issued) = match operation {
        Operation::Create(request) => (&request.object, &answer["secret"]),
        Operation::IssueSecret(request) => (&request.subject, answer),
        _ => return Vec::new(),
    };
    let (Some(secret), Some(kind)) = (issued["secret"].as_str(), issued["kind"].as_str()) else {
        return Vec::new();
    };
    if !land.book.for_control(kind) {
        return Vec::new();
    }
    vec![(land.actor(object, kind), secret.to_owned())]
}

/// The model has no ids of its own for invitations.
fn note_invitation(land: &mut Land<'_>, operation: &Operation, answer: &Value) {
    if matches!(operation, Operation::Invite(_)) {
        let id = answer["answers"][0]["id"]
            .as_str()
            .expect("an id")
            .to_owned();
        land.invitations.last_mut().expect("just invited").id = id;
    }
}

/// Sets compare well in a failure's message.
type Facts = BTreeSet<String>;
