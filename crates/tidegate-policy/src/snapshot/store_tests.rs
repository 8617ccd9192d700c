//! Stores and what they are made of, without a model.

mod tree;

use super::lead::{Lead, NEAR};
use super::table::INLINE;
use super::{Bound, Entry, Finding, Loader, ObjectId, Store, SubjectId};
use crate::condition::Context;
use crate::model::RelationId;
use crate::tuple::Object;

/// In numbers and order, too: lists have the order of numbers, wherever they are made.
#[test]
fn both_stores_say_the_same() {
    for seed in 1..=5 {
        let (said, plain) = (super::oracle::said(seed), super::plain::oracle::said(seed));
        assert!(said.len() > 500, "seed {seed}: {} lines", said.len());
        for (one, other) in said.iter().zip(&plain) {
            assert_eq!(one, other, "seed {seed}");
        }
        assert_eq!(said.len(), plain.len(), "seed {seed}");
    }
}

/// What is asked for ahead is what comes: when it is loaded, after changes, and through those of other names.
#[test]
fn a_name_says_where_its_object_leads() {
    let mut loader = Loader::default();
    for number in 0..NEAR {
        loader.add(&format!("user:{number}"), Some(0));
    }
    let [doc, first, second, third, owner] =
        ["doc:1", "folder:1", "folder:2", "folder:3", "user:owner"]
            .map(|name| loader.add(name, Some(1)));
    // Whoever has no rows leads nowhere.
    for (object, other) in [(doc, owner), (doc, first), (first, second), (second, third)] {
        loader.write(object, 0, SubjectId::Object(other), None);
    }
    loader.write(third, 0, SubjectId::Object(0), None);
    let mut store = loader.finish();
    let lead = |next, after| Lead { next, after };
    assert_eq!(lead_of(&store, "doc:1"), lead(first, second));
    assert_eq!(lead_of(&store, "folder:1"), lead(second, third));
    assert_eq!(lead_of(&store, "folder:2"), lead(third, 0));
    assert_eq!(lead_of(&store, "folder:3"), Lead::NOWHERE);

    store.delete(doc, 0, SubjectId::Object(first));
    assert_eq!(lead_of(&store, "doc:1"), Lead::NOWHERE);
    store.write(doc, 0, SubjectId::Object(third), None);
    assert_eq!(lead_of(&store, "doc:1"), lead(third, 0));

    let before = store.clone();
    store.write(doc, 1, SubjectId::Object(second), None);
    store.delete(doc, 0, SubjectId::Object(third));
    let others: Vec<Object> = (0..5_000)
        .map(|number| format!("group:{number}").parse().expect("an object"))
        .collect();
    let others: Vec<ObjectId> = others.iter().map(|name| store.intern(name, None)).collect();
    let between = store.clone();
    for &other in &others {
        store.release(other);
    }
    for (store, doc) in [
        (&before, lead(third, 0)),
        (&between, lead(second, third)),
        (&store, lead(second, third)),
    ] {
        assert_eq!(lead_of(store, "doc:1"), doc);
        assert_eq!(lead_of(store, "folder:1"), lead(second, third));
    }
}

/// The word that stands for a large row names nobody, and what comes after it does.
#[test]
fn a_large_row_leads_nowhere() {
    let mut loader = Loader::default();
    let first = loader.add("user:0", Some(0));
    let members: Vec<ObjectId> = (1..=INLINE + NEAR as usize)
        .map(|number| loader.add(&format!("user:{number}"), Some(0)))
        .collect();
    let [team, folder] = ["team:1", "folder:1"].map(|name| loader.add(name, Some(1)));
    // What a word without a subject would be taken for.
    loader.write(first, 0, SubjectId::Object(folder), None);
    loader.write(folder, 0, SubjectId::Object(first), None);
    let (last, others) = members.split_last().expect("members");
    for &member in others {
        loader.write(team, 0, SubjectId::Object(member), None);
    }
    let mut store = loader.finish();
    assert_eq!(lead_of(&store, "team:1"), Lead::NOWHERE);
    store.write(team, 0, SubjectId::Object(*last), None);
    assert_eq!(lead_of(&store, "team:1"), Lead::NOWHERE);
    store.write(team, 1, SubjectId::Object(folder), None);
    assert_eq!(lead_of(&store, "team:1").next, folder);
}

/// That an object is at hand says nothing of where it leads.
#[test]
fn what_is_near_leads_to_what_is_far() {
    let mut loader = Loader::default();
    for number in 0..NEAR {
        loader.add(&format!("user:{number}"), Some(0));
    }
    let [first, second] = ["folder:1", "folder:2"].map(|name| loader.add(name, Some(1)));
    let near = NEAR - 1;
    let name = format!("user:{near}");
    for (object, other) in [(near, first), (first, 0), (second, 0)] {
        loader.write(object, 0, SubjectId::Object(other), None);
    }
    let mut store = loader.finish();
    assert_eq!(lead_of(&store, &name).next, first);
    store.write(near, 0, SubjectId::Object(second), None);
    store.delete(near, 0, SubjectId::Object(first));
    assert_eq!(lead_of(&store, &name).next, second);
}

fn lead_of(store: &Store, name: &str) -> Lead {
    let id = store.id(name).expect("a name");
    let place = store.standings.place(id).expect("a place");
    let lead = store.names.lead(id, place).expect("a slot");
    // Another name may be so like this one that its number is told, or this one may be too far from where to begin.
    let ahead = |told, of_told| assert!(told != id || of_told == lead, "{name}: {of_told:?}");
    let found = store.names.find_both(name, "user:0", ahead, |_| ());
    assert_eq!(found, (Some(id), Some(0)));
    lead
}

/// Who is in few groups is looked for in what leads back from there: the answer is that of the group's row.
#[test]
fn a_long_row_says_the_same_from_both_ends() {
    const MANY: ObjectId = 40;
    let mut loader = Loader::default();
    for number in 0..60 {
        loader.add(&format!("user:{number}"), Some(0));
    }
    let teams = (0..50).map(|number| loader.add(&format!("team:{number}"), Some(1)));
    let teams: Vec<ObjectId> = teams.collect();
    let (&team, others) = teams.split_first().expect("teams");
    for member in 0..MANY {
        loader.write(team, 0, SubjectId::Object(member), None);
    }
    let [
        alone,
        in_many,
        by_another,
        of_another,
        under_condition,
        nowhere,
    ] = [0, 1, 50, 51, 52, 53];
    for &other in others {
        loader.write(other, 0, SubjectId::Object(in_many), None);
    }
    loader.write(team, 1, SubjectId::Object(by_another), None);
    loader.write(others[0], 0, SubjectId::Object(of_another), None);
    let mut store = loader.finish();
    assert!(team >= NEAR && store.rows.find(team).is_long());
    for (who, relation, finding) in [
        (alone, 0, Finding::Always),
        (alone, 1, Finding::Nowhere),
        (in_many, 0, Finding::Always),
        (MANY - 1, 0, Finding::Always),
        (by_another, 0, Finding::Nowhere),
        (by_another, 1, Finding::Always),
        (of_another, 0, Finding::Nowhere),
        (under_condition, 0, Finding::Nowhere),
        (nowhere, 0, Finding::Nowhere),
    ] {
        assert_eq!(held(&store, team, relation, who), finding, "{who}");
    }

    // What leads back does not say whether it is under a condition.
    if let Some(bound) = Bound::new(0, Context::default()) {
        store.write(team, 0, SubjectId::Object(under_condition), Some(bound));
        assert!(!store.rows.find(team).is_long());
        for (who, finding) in [
            (alone, Finding::Always),
            (under_condition, Finding::Conditional),
            (by_another, Finding::Nowhere),
        ] {
            assert_eq!(held(&store, team, 0, who), finding, "{who}");
        }
    }
}

#[track_caller]
fn held(store: &Store, team: ObjectId, relation: RelationId, who: ObjectId) -> Finding {
    let found = store.holds((store.rows.find(team), team), relation, who);
    let entry = Entry::new(SubjectId::Object(who));
    assert_eq!(found, store.row(team, relation).holds(entry), "{who}");
    found
}
