//! A store against a set of tuples, through random changes: pages that fill and empty, rows that grow large and
//! shrink again, objects that come and go. Of the store that is beside it: each of both has this as a module.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::table::Found;
use super::{Loader, Store};
use crate::condition::Context;
use crate::model::{RelationId, TypeId};
use crate::snapshot::place::Place;
use crate::snapshot::{Bound, Entry, Finding, Standing, SubjectId};
use crate::tuple::Object;

const TYPES: [&str; 3] = ["user", "team", "folder"];
const RELATIONS: RelationId = 12;
const HAS_CONDITIONS: bool = cfg!(feature = "conditions");

/// A subject by name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Subject {
    Object(String),
    Userset(String, RelationId),
    Wildcard(TypeId),
}

/// What a store is, plainly.
#[derive(Clone, Default)]
struct Plain {
    /// To the condition.
    tuples: BTreeMap<(String, RelationId, Subject), Option<u32>>,
    standings: BTreeMap<String, Standing>,
    revoked: BTreeSet<Uuid>,
}

/// `xorshift64*` (S. Vigna, 2016).
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % limit
    }

    fn object(&mut self, ids: u64) -> String {
        let kind = TYPES[self.below(3) as usize];
        // Names of all lengths, as texts are kept in whole words.
        let id = self.below(ids);
        format!("{kind}:{}{id}", "x".repeat(id as usize % 17))
    }

    fn tuple(&mut self, ids: u64) -> (String, RelationId, Subject) {
        // One row gets most of what there is, and some objects have many rows.
        let (object, relation) = match self.below(5) {
            0 | 1 => ("team:large".to_owned(), 3),
            2 => (
                format!("folder:{}", self.below(3)),
                self.below(u64::from(RELATIONS)) as u32,
            ),
            _ => (self.object(ids), self.below(3) as u32),
        };
        let subject = match self.below(12) {
            0 => Subject::Wildcard(self.below(3) as u32),
            1..4 => Subject::Userset(self.object(ids), self.below(u64::from(RELATIONS)) as u32),
            4 => Subject::Object("team:large".into()),
            _ => Subject::Object(self.object(ids)),
        };
        (object, relation, subject)
    }

    /// Of every fifth tuple. Drawn in every build, so that all make the same changes.
    fn condition(&mut self) -> Option<u32> {
        let drawn = (self.below(5) == 0).then(|| self.below(3) as u32);
        drawn.filter(|_| HAS_CONDITIONS)
    }
}

fn type_of(name: &str) -> Option<TypeId> {
    let place = TYPES.iter().position(|kind| name.starts_with(kind))?;
    // What the last type is, the model does not say.
    (place < 2).then_some(place as TypeId)
}

fn intern(store: &mut Store, name: &str) -> u32 {
    let object: Object = name.parse().expect("an object");
    store.intern(&object, type_of(name))
}

fn subject_id(subject: &Subject, mut id: impl FnMut(&str) -> Option<u32>) -> Option<SubjectId> {
    Some(match subject {
        Subject::Object(name) => SubjectId::Object(id(name)?),
        Subject::Userset(name, relation) => SubjectId::Userset(id(name)?, *relation),
        Subject::Wildcard(type_id) => SubjectId::Wildcard(*type_id),
    })
}

fn bound(condition: Option<u32>) -> Option<Bound> {
    let bound = |condition| Bound::new(condition, Context::default());
    condition.map(|condition| bound(condition).expect("conditions"))
}

impl Plain {
    /// Makes a random change in both.
    fn change(&mut self, store: &mut Store, random: &mut Random, ids: u64) {
        match random.below(100) {
            0..60 => {
                let tuple = random.tuple(ids);
                let condition = random.condition();
                let object = intern(store, &tuple.0);
                let subject = subject_id(&tuple.2, |name| Some(intern(store, name)));
                let subject = subject.expect("a subject");
                store.write(object, tuple.1, subject, bound(condition));
                self.tuples.insert(tuple, condition);
            }
            60..90 => {
                // What is there, from a random place on; else what is most likely not.
                let from = random.tuple(ids);
                let found = self.tuples.range(from.clone()..).next();
                let tuple = found.map_or(from, |(tuple, _)| tuple.clone());
                let subject = subject_id(&tuple.2, |name| store.id(name));
                if let (Some(object), Some(subject)) = (store.id(&tuple.0), subject) {
                    store.delete(object, tuple.1, subject);
                }
                self.tuples.remove(&tuple);
            }
            90 => {
                let jti = Uuid::from_u128(u128::from(random.below(20)));
                store.revoke(jti);
                self.revoked.insert(jti);
            }
            91..96 => {
                let name = random.object(ids);
                let standing = Standing {
                    uid: Uuid::from_u128(u128::from(random.below(1 << 30)) << 50 | 7),
                    // Now and then later than what fits beside the name's place.
                    valid_from_s: u64::MAX >> (31 + random.below(4)) & !random.below(4),
                };
                let id = intern(store, &name);
                store.set_standing(id, Some(standing));
                self.standings.insert(name, standing);
            }
            _ => {
                let name = match random.below(200) {
                    0 => "team:large".to_owned(),
                    1..4 => return self.trim(store),
                    _ => random.object(ids),
                };
                if let Some(id) = store.id(&name) {
                    store.forget(id);
                }
                self.standings.remove(&name);
                self.tuples.retain(|(object, _, subject), _| {
                    let of = match subject {
                        Subject::Object(of) | Subject::Userset(of, _) => Some(of),
                        Subject::Wildcard(_) => None,
                    };
                    *object != name && of != Some(&name)
                });
            }
        }
    }

    /// Leaves little of the largest row.
    fn trim(&mut self, store: &mut Store) {
        let large = |(object, relation, _): &&(String, RelationId, Subject)| {
            (object.as_str(), *relation) == ("team:large", 3)
        };
        let tuples: Vec<_> = self.tuples.keys().filter(large).skip(20).cloned().collect();
        for tuple in tuples {
            let subject = subject_id(&tuple.2, |name| store.id(name));
            let object = store.id(&tuple.0).expect("an object");
            store.delete(object, tuple.1, subject.expect("a subject"));
            self.tuples.remove(&tuple);
        }
    }

    fn names(&self) -> BTreeSet<&str> {
        let subjects = self
            .tuples
            .keys()
            .filter_map(|(_, _, subject)| match subject {
                Subject::Object(name) | Subject::Userset(name, _) => Some(name.as_str()),
                Subject::Wildcard(_) => None,
            });
        let objects = self.tuples.keys().map(|(object, _, _)| object.as_str());
        let standing = self.standings.keys().map(String::as_str);
        subjects.chain(objects).chain(standing).collect()
    }

    /// The same, made at once: in another order, some twice.
    fn loaded(&self) -> Store {
        let mut loader = Loader::default();
        let mut ids = BTreeMap::new();
        for name in self.names() {
            ids.insert(name, loader.add(name, type_of(name)));
        }
        for (name, &standing) in &self.standings {
            loader.set_standing(ids[name.as_str()], Some(standing));
        }
        for &jti in self.revoked.iter().rev().chain(&self.revoked) {
            loader.revoke(jti);
        }
        let again = self.tuples.iter().take(50);
        let other = |condition: &Option<u32>| (HAS_CONDITIONS && condition.is_none()).then_some(9);
        let again = again.map(|(tuple, condition)| (tuple, other(condition)));
        let all = self.tuples.iter().rev();
        for ((object, relation, subject), condition) in
            again.chain(all.map(|(tuple, &condition)| (tuple, condition)))
        {
            let subject = subject_id(subject, |name| ids.get(name).copied());
            let subject = subject.expect("a known subject");
            loader.write(ids[object.as_str()], *relation, subject, bound(condition));
        }
        loader.finish()
    }

    #[track_caller]
    fn check(&self, store: &Store, seed: u64) {
        let name = |id: u32| store.object(id).expect("a name").as_str().to_owned();
        let named = |subject: SubjectId| match subject {
            SubjectId::Object(id) => Subject::Object(name(id)),
            SubjectId::Userset(id, relation) => Subject::Userset(name(id), relation),
            SubjectId::Wildcard(type_id) => Subject::Wildcard(type_id),
        };
        // Rows, each in order, with their conditions.
        let mut found = BTreeMap::new();
        for ((object, relation), row) in store.rows() {
            let entries: Vec<Entry> = row.entries().collect();
            assert!(entries.is_sorted(), "seed {seed}");
            assert_eq!(entries.len(), row.len(), "seed {seed}");
            let of = store.rows.find(object);
            store.rows.fetch_first(of, relation);
            store.rows.fetch(object);
            store.rows.fetch_far(of);
            let again = store.rows.row_of(of, object, relation);
            assert!(again.entries().eq(row.entries()), "seed {seed}");
            for entry in entries {
                assert_eq!(row.find(entry.subject()), Some(entry), "seed {seed}");
                let always = Entry::new(entry.subject());
                let holds = match entry.is_conditional() {
                    true => Finding::Conditional,
                    false => Finding::Always,
                };
                assert_eq!(row.holds(always), holds, "seed {seed}");
                let here = store.rows.holds(of, object, relation, always);
                assert_eq!(here, holds, "seed {seed}");
                let elsewhere = store.rows.holds(of, object, RELATIONS, always);
                assert_eq!(elsewhere, Finding::Nowhere, "seed {seed}");
                if let SubjectId::Object(id) = entry.subject() {
                    store.fetch_back(id);
                    let holds_at = |at| store.holds((of, object), at, id);
                    assert_eq!(holds_at(relation), holds, "seed {seed}");
                    assert_eq!(holds_at(RELATIONS), Finding::Nowhere, "seed {seed}");
                }
                let is_seen = match entry.subject() {
                    SubjectId::Object(_) => true,
                    SubjectId::Userset(..) => of.may_have_usersets(),
                    SubjectId::Wildcard(_) => of.may_have_wildcards(),
                };
                assert!(is_seen && of.may_have(always), "seed {seed}");
                assert!(!Found::of_type(0).may_have(always), "seed {seed}");
                let bound = store.bound(object, relation, entry);
                assert_eq!(bound.is_some(), entry.is_conditional(), "seed {seed}");
                let tuple = (name(object), relation, named(entry.subject()));
                found.insert(tuple, bound.map(|bound| bound.condition));
            }
            let usersets = row
                .subjects()
                .filter(|found| matches!(found, SubjectId::Userset(..)));
            assert_eq!(row.usersets().count(), usersets.count(), "seed {seed}");
        }
        assert!(found == self.tuples, "seed {seed}: tuples differ");
        assert_eq!(
            store.bounds.len(),
            found.values().flatten().count(),
            "seed {seed}"
        );

        // What leads back, and nothing else; names, types and standings.
        let mut back = BTreeSet::new();
        for id in store.ids() {
            let text = name(id);
            let ids = store.both_ids(&text, "user:nobody");
            assert_eq!(ids, (Some(id), None), "seed {seed}");
            assert_eq!(store.type_of(id), type_of(&text), "seed {seed}: {text}");
            let standing = self.standings.get(&text).copied();
            assert_eq!(store.standing(id), standing, "seed {seed}: {text}");
            for place in store.stands_in(id) {
                let Place {
                    object, relation, ..
                } = place;
                let is_new = back.insert((name(object), relation, named(place.subject(id))));
                assert!(is_new, "seed {seed}: twice");
            }
        }
        for type_id in 0..3 {
            for (object, relation) in store.wildcard_in(type_id) {
                back.insert((name(object), relation, Subject::Wildcard(type_id)));
            }
        }
        assert!(back.iter().eq(self.tuples.keys()), "seed {seed}: back");
        assert!(store.revocations().eq(self.revoked.iter().copied()));
        let is_revoked = |number| store.is_revoked(Uuid::from_u128(number));
        let count = (0..21).filter(|&number| is_revoked(number)).count();
        assert_eq!(count, self.revoked.len(), "seed {seed}");
        let names: BTreeSet<String> = store.ids().map(name).collect();
        assert!(names.iter().eq(self.names()), "seed {seed}: names");
        for type_id in [0, 1, TypeId::MAX] {
            let of_type: BTreeSet<String> = store.of_type(type_id).map(name).collect();
            let of = |name: &&String| type_of(name).unwrap_or(TypeId::MAX) == type_id;
            assert!(
                of_type.iter().eq(self.standings.keys().filter(of)),
                "seed {seed}"
            );
        }
    }
}

#[test]
fn a_store_is_a_set_of_tuples_through_any_changes() {
    for seed in 1..=2 {
        let mut random = Random(seed);
        let (mut store, mut plain) = (Store::default(), Plain::default());
        let mut kept = Vec::new();
        let mut largest = 0;
        // Many objects, then few: rows, pages and buckets grow and shrink.
        for ids in [500, 500, 30, 3, 500] {
            for step in 0..1_500 {
                // Each change starts from a store that somebody holds.
                let held = store.clone();
                plain.change(&mut store, &mut random, ids);
                drop(held);
                if let Some(id) = store.id("team:large") {
                    largest = largest.max(store.row(id, 3).len());
                }
                if step % 250 == 249 {
                    plain.check(&store, seed);
                    plain.check(&plain.loaded(), seed);
                    kept.push((store.clone(), plain.clone()));
                }
            }
            if ids == 500 {
                // Changes go on from what was loaded.
                store = plain.loaded();
            }
        }
        // Later changes left the earlier stores alone.
        for (store, plain) in &kept {
            plain.check(store, seed);
        }
        assert!(largest > 128, "seed {seed}: no large row");
    }
}

/// All that a store says after random changes, and what it says once it is loaded again.
pub(in crate::snapshot) fn said(seed: u64) -> Vec<String> {
    let mut random = Random(seed);
    let (mut store, mut plain) = (Store::default(), Plain::default());
    let mut said = Vec::new();
    for ids in [60, 60, 10, 60] {
        for _ in 0..500 {
            plain.change(&mut store, &mut random, ids);
        }
        say(&store, &mut said);
        store = plain.loaded();
        say(&store, &mut said);
    }
    said
}

/// In the order in which the store has it.
fn say(store: &Store, said: &mut Vec<String>) {
    said.push(format!("below {}", store.end()));
    for id in store.ids() {
        let (name, type_id) = (store.object(id), store.type_of(id));
        let standing = store.standing(id);
        said.push(format!("{id} is {name:?} of {type_id:?} with {standing:?}"));
        let places: Vec<Place> = store.stands_in(id).collect();
        said.push(format!("{id} stands in {places:?}"));
    }
    for ((object, relation), row) in store.rows() {
        let entries: Vec<Entry> = row.entries().collect();
        said.push(format!("{object}#{relation} is {entries:?}"));
    }
    for type_id in [0, 1, 2, TypeId::MAX] {
        let of_type: Vec<u32> = store.of_type(type_id).collect();
        let wildcard_in: Vec<(u32, RelationId)> = store.wildcard_in(type_id).collect();
        said.push(format!("{type_id}: {of_type:?}, {wildcard_in:?}"));
    }
    said.push(format!("{:?}", store.revocations().collect::<Vec<_>>()));
}

#[test]
fn numbers_of_what_is_gone_are_used_again() {
    let mut store = Store::default();
    for round in 0..2_000 {
        let object = intern(&mut store, &format!("team:{round}"));
        let subject = intern(&mut store, &format!("user:{round}"));
        let before = store.clone();
        store.write(object, 0, SubjectId::Object(subject), None);
        let with = store.clone();
        if round % 2 == 0 {
            store.delete(object, 0, SubjectId::Object(subject));
        } else {
            store.forget(object);
        }
        assert_eq!(before.row(object, 0).len(), 0);
        assert_eq!(with.row(object, 0).len(), 1);
        assert_eq!(with.id(&format!("user:{round}")), Some(subject));
        assert_eq!((store.ids().count(), store.end()), (0, 2), "round {round}");
    }
}
