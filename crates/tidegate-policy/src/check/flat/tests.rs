//! Which questions are answered without the search, and that it says the same of all of them.

mod bounds;
mod names;

use super::super::search::Search;
use super::super::{CheckRequest, Named, NamedError, check_within, known_subject};
use super::{MAX_STEPS, Walk};
use crate::condition::Context;
use crate::model::Model;
use crate::profile::Profile;
use crate::snapshot::{Change, Snapshot, SubjectId};
use crate::tuple::Tuple;

const MODEL: &str = "model
  schema 1.1
type user
type bot
type org
  relations
    define admin: [user]
type team
  relations
    define lead: [user]
    define member: [user, user:*, bot, team#member, org#admin] or lead
type folder
  relations
    define parent: [folder, team, org, shelf]
    define out: [user]
    define owner: [user]
    define viewer: [user, user:*, team#member] or owner or viewer from parent
    define kept: viewer but not out
    define watcher: [user, folder#watcher] or kept from parent
type shelf
  relations
    define viewer: [team#member]
";

fn tuple(text: &str) -> Tuple {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn model(text: &str) -> Model {
    Model::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn stored<T: AsRef<str>>(text: &str, tuples: impl IntoIterator<Item = T>) -> Snapshot {
    let write = |text: T| Change::Write(tuple(text.as_ref()));
    let changes: Vec<Change> = tuples.into_iter().map(write).collect();
    Snapshot::new(model(text), Profile::default())
        .apply(1, &changes)
        .expect("applies")
}

/// Who has answered, and what: `flat` where the search was not needed, `left` where it was after a try,
/// `search` where the relation or the subject is of no use to a try. Every way to ask is tried, and all agree.
#[track_caller]
fn answered(snapshot: &Snapshot, question: &str) -> String {
    let asked = tuple(question);
    let (model, view) = (snapshot.model(), snapshot.view());
    let request = CheckRequest {
        subject: &asked.subject,
        relation: &asked.relation,
        object: &asked.object,
        contextual_tuples: &[],
        context: Context::EMPTY,
    };
    let checked = snapshot.check_counted(&request);
    let named = snapshot.check_named(&Named {
        subject: &asked.subject.to_string(),
        relation: &asked.relation,
        object: asked.object.as_str(),
    });
    let expected = checked.answer.clone().map_err(NamedError::Check);
    assert_eq!(named, expected, "{question} by names");
    let word = match &checked.answer {
        Ok(true) => "yes",
        Ok(false) => "no",
        Err(error) => error.kind(),
    };

    let object = view.id(asked.object.as_str()).expect("a known object");
    let subject = known_subject(model, view, &asked.subject).expect("a known subject");
    let relation = model.relation_id(&asked.relation).expect("a relation");
    let mut search = Search::new(model, view, subject, Context::EMPTY);
    let answer = search.answer(object, relation);
    assert_eq!(answer, checked.answer, "{question} by the search alone");

    let found = view.store.rows.find(object);
    let place = found.type_id.and_then(|id| model.place(id, relation));
    let flat = place.and_then(|place| model.flat(place));
    let walked = match (subject, flat) {
        (SubjectId::Object(subject), Some(flat)) => {
            let type_id = view.type_of(subject).expect("a type");
            let mut walk = Walk::new(model, view.store, subject, type_id);
            let answer = walk.holds(object, found, flat, 0);
            Some((answer.ok(), walk.steps()))
        }
        _ => None,
    };
    let who = match walked {
        Some((Some(answer), steps)) => {
            assert_eq!((Ok(answer), steps), (checked.answer, checked.steps));
            assert!(steps <= MAX_STEPS, "{question}: {steps}");
            // With a step less, it is the search's.
            let goal = (object, relation);
            let less = check_within(model, view, subject, goal, Context::EMPTY, steps - 1);
            let mut search = Search::new(model, view, subject, Context::EMPTY).within(steps - 1);
            let answer = search.answer(object, relation);
            assert_eq!(
                (less.answer, less.steps),
                (answer, search.steps()),
                "{question}"
            );
            "flat"
        }
        Some((None, _)) => {
            assert_eq!(checked.steps, search.steps(), "{question}");
            "left"
        }
        None => {
            assert_eq!(checked.steps, search.steps(), "{question}");
            "search"
        }
    };
    format!("{who} {word}")
}

#[track_caller]
fn check(snapshot: &Snapshot, questions: &[(&str, &str)]) {
    for (question, expected) in questions {
        assert_eq!(answered(snapshot, question), *expected, "{question}");
    }
}

#[test]
fn what_leads_to_the_subject() {
    let tuples = [
        "team:a#member@user:ann",
        "team:a#lead@user:lea",
        "team:b#member@user:*",
        "team:b#member@bot:r2",
        "team:c#member@team:a#member",
        "team:d#member@org:x#admin",
        "org:x#admin@user:oz",
        "folder:a#viewer@team:c#member",
        "folder:b#parent@folder:a",
        "folder:b#owner@user:bob",
        "folder:c#parent@folder:b",
        "folder:c#viewer@user:*",
        "folder:d#parent@folder:b",
    ];
    let snapshot = stored(MODEL, tuples);
    check(
        &snapshot,
        &[
            ("team:a#member@user:ann", "flat yes"),
            ("team:a#member@user:lea", "flat yes"),
            ("team:a#lead@user:ann", "flat no"),
            ("team:c#member@user:ann", "flat yes"),
            ("team:c#member@user:lea", "flat yes"),
            ("team:c#member@user:bob", "flat no"),
            ("team:d#member@user:oz", "flat yes"),
            ("team:d#member@user:ann", "flat no"),
            ("folder:d#viewer@user:lea", "flat yes"),
            ("folder:d#viewer@user:bob", "flat yes"),
            ("folder:d#viewer@user:oz", "flat no"),
            // Everybody of one type is nobody of another.
            ("team:b#member@user:oz", "flat yes"),
            ("team:b#member@bot:r2", "flat yes"),
            ("folder:c#viewer@user:oz", "flat yes"),
            ("folder:c#viewer@bot:r2", "flat no"),
            // A subject that nothing takes.
            ("folder:c#viewer@folder:b", "flat no"),
        ],
    );
}

#[test]
fn other_subjects_and_relations_are_the_searchs() {
    let snapshot = stored(
        MODEL,
        [
            "team:a#member@user:ann",
            "team:b#member@team:a#member",
            "folder:a#viewer@user:*",
            "folder:a#viewer@team:b#member",
            "folder:a#out@user:bob",
            "folder:b#parent@folder:a",
        ],
    );
    check(
        &snapshot,
        &[
            ("folder:a#viewer@team:b#member", "search yes"),
            ("folder:a#viewer@team:a#member", "search yes"),
            ("team:a#member@team:a#member", "search yes"),
            ("team:a#member@team:b#member", "search no"),
            ("folder:b#viewer@user:*", "search yes"),
            ("team:a#member@user:*", "search no"),
            ("folder:a#kept@user:ann", "search yes"),
            ("folder:a#kept@user:bob", "search no"),
            // By way of such a relation.
            ("folder:b#watcher@user:ann", "search yes"),
            ("folder:b#watcher@user:bob", "search no"),
        ],
    );
}

/// A tupleset of objects of several types: each by the relation of its own, and those without are passed over.
#[test]
fn relations_of_several_types() {
    let snapshot = stored(
        MODEL,
        [
            "team:a#member@user:ann",
            "org:x#admin@user:oz",
            "shelf:s#viewer@team:a#member",
            "folder:a#parent@team:a",
            "folder:a#parent@org:x",
            "folder:b#parent@team:a",
            "folder:b#parent@shelf:s",
            "folder:b#parent@folder:a",
        ],
    );
    check(
        &snapshot,
        &[
            ("folder:a#viewer@user:ann", "flat no"),
            ("folder:a#viewer@user:oz", "flat no"),
            ("folder:b#viewer@user:ann", "flat yes"),
            ("folder:b#viewer@user:oz", "flat no"),
        ],
    );
}

#[test]
fn circles_are_left() {
    let snapshot = stored(
        MODEL,
        [
            "team:a#member@team:b#member",
            "team:b#member@team:a#member",
            "team:b#member@team:c#member",
            "team:c#member@user:ann",
            "team:a#member@user:bob",
            "folder:a#parent@folder:a",
            "folder:a#viewer@user:ann",
            "folder:b#parent@folder:b",
            "folder:b#viewer@user:cid",
        ],
    );
    check(
        &snapshot,
        &[
            // Found before the circle is gone round.
            ("team:a#member@user:bob", "flat yes"),
            ("folder:a#viewer@user:ann", "flat yes"),
            ("team:c#member@user:ann", "flat yes"),
            ("team:a#member@user:ann", "left yes"),
            ("team:a#member@user:cid", "left no"),
            ("folder:a#viewer@user:bob", "left no"),
        ],
    );
}

/// What an older model took, under conditions or not, counts for no more with a newer one.
#[test]
#[cfg(feature = "conditions")]
fn stale_tuples() {
    let older = "model
  schema 1.1
type user
type bot
type team
  relations
    define member: [user, user with c, user:*, user:* with c, bot, team#member, team#member with c, team#old]
    define old: [user]
type folder
  relations
    define parent: [folder, folder with c, team]
    define viewer: [user, team#member, bot:*] or viewer from parent
condition c(x: int) {
  x > 0
}
";
    let newer = "model
  schema 1.1
type user
type bot
type team
  relations
    define member: [user, user:*, team#member]
    define viewer: member
    define other: [user with c]
    define old: [user]
type folder
  relations
    define parent: [folder]
    define viewer: [user, team#member] or viewer from parent
condition c(x: int) {
  x > 0
}
";
    let met = "with c {\"x\":1}";
    let tuples = [
        format!("team:user#member@user:ann {met}"),
        "team:user#member@user:bob".to_owned(),
        format!("team:all#member@user:* {met}"),
        "team:bot#member@bot:r2".to_owned(),
        "team:bot#member@user:bob".to_owned(),
        format!("team:set#member@team:good#member {met}"),
        "team:old#member@team:x#old".to_owned(),
        "team:x#old@user:ann".to_owned(),
        "team:good#member@user:ann".to_owned(),
        "folder:team#parent@team:good".to_owned(),
        format!("folder:up#parent@folder:good {met}"),
        "folder:good#viewer@user:ann".to_owned(),
        "folder:bots#viewer@bot:*".to_owned(),
        "folder:on#viewer@team:set#member".to_owned(),
        "folder:on#parent@folder:good".to_owned(),
    ];
    let snapshot = stored(older, &tuples).with_model(model(newer), Profile::default());
    check(
        &snapshot,
        &[
            ("team:good#member@user:ann", "flat yes"),
            // There is an entry under a condition: whose it is, the search knows.
            ("team:user#member@user:ann", "left no"),
            ("team:user#member@user:bob", "flat yes"),
            ("team:all#member@user:ann", "left no"),
            ("team:set#member@user:ann", "left no"),
            ("folder:up#viewer@user:ann", "left no"),
            ("folder:on#viewer@user:ann", "left yes"),
            ("folder:on#viewer@user:bob", "left no"),
            // No condition, and not taken all the same.
            ("team:bot#member@bot:r2", "flat no"),
            ("team:bot#member@user:bob", "flat yes"),
            ("team:old#member@user:ann", "flat no"),
            ("folder:team#viewer@user:ann", "flat no"),
            ("folder:bots#viewer@bot:r2", "flat no"),
        ],
    );
    // With the model that took them, a relation that takes conditions is not flat.
    let snapshot = stored(older, &tuples);
    check(
        &snapshot,
        &[
            ("team:user#member@user:ann", "search yes"),
            ("team:bot#member@bot:r2", "search yes"),
            ("team:x#old@user:ann", "flat yes"),
            ("folder:up#viewer@user:ann", "search yes"),
        ],
    );
}

/// Contextual tuples are above the store, and the search's.
#[test]
fn contextual_tuples_are_the_searchs() {
    let snapshot = stored(MODEL, ["team:a#member@user:ann", "team:b#lead@user:bob"]);
    let subject = "user:bob".parse().expect("a subject");
    let object = "team:a".parse().expect("an object");
    for (contextual, expected) in [
        ("team:a#member@team:b#member", true),
        ("team:a#lead@user:bob", true),
        ("team:b#member@team:a#member", false),
    ] {
        let checked = snapshot.check_counted(&CheckRequest {
            subject: &subject,
            relation: "member",
            object: &object,
            contextual_tuples: &[tuple(contextual)],
            context: Context::EMPTY,
        });
        assert_eq!(checked.answer, Ok(expected), "{contextual}");
    }
    assert_eq!(answered(&snapshot, "team:a#member@user:bob"), "flat no");
}
