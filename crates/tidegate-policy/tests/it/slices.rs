//! Whether a slice answers as the whole does, for its own subject, and holds nothing else.

mod bad;
mod conditional;
mod scope;

use std::collections::BTreeSet;

use tidegate_policy::bundle::{
    Digest, Expectation, Head, HeadError, Scope, UnverifiedBundle, Verifier,
};
use tidegate_policy::slice::Outcome;
use tidegate_policy::{
    Answer, BundleError, Caller, Change, Context, Decision, Model, Object, Profile, Request,
    SecretKind, Slice, SliceChange, SliceError, Snapshot, Tuple, decide,
};
use uuid::Uuid;

use crate::agree::{first_seed, tuple};
use crate::random::Random;
use crate::reference;
use crate::worlds::{self, World};

const KINDS: [&str; 5] = ["full", "reads", "public", "machine", "ghost"];

/// Vouches for one head and for every payload: what keys are for is tested with keys.
struct Clerk(Head);

impl Verifier for Clerk {
    fn head(&self, _: &str) -> Result<Head, HeadError> {
        Ok(self.0.clone())
    }

    fn digest(&self, _: &[u8]) -> Digest {
        self.0.payload
    }
}

fn object(text: &str) -> Object {
    text.parse().expect("an object")
}

/// Reads the payload of a slice, whatever it is.
fn read(payload: &[u8], subject: &Object, uid: Uuid, revision: u64) -> Result<Slice, BundleError> {
    let clerk = Clerk(Head {
        issuer: "i".into(),
        audience: "a".into(),
        subject: subject.clone(),
        scope: Scope::Slice { uid },
        revision,
        issued_at_s: 1,
        expires_at_s: 3,
        payload: Digest {
            sha256: [0; 32],
            length_bytes: payload.len() as u64,
        },
    });
    let expect = Expectation {
        issuer: "i",
        audience: "a",
        subject,
        uid: Some(uid),
        now_s: 2,
        held_revision: Some(revision),
    };
    let bytes = [b"\n", payload].concat();
    UnverifiedBundle::parse(&bytes)?
        .verify(&clerk, &expect)?
        .slice()
}

fn payload(slice: &Slice) -> Vec<u8> {
    slice.to_bundle_payload().expect("a payload")
}

/// The slice after it went through a bundle.
#[track_caller]
fn through(slice: &Slice) -> Slice {
    let bytes = payload(slice);
    let loaded = read(&bytes, slice.subject(), slice.uid(), slice.revision()).expect("a bundle");
    assert_eq!(loaded.revision(), slice.revision());
    assert_eq!(loaded.uid(), slice.uid());
    assert_eq!(loaded.len(), slice.len());
    assert!(payload(&loaded) == bytes, "two forms of one slice");
    loaded
}

fn kind(principals: &[&str], actions: Option<&[&str]>, anonymous: bool) -> SecretKind {
    let set = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    SecretKind {
        principals: set(principals),
        actions: actions.map(set),
        anonymous,
        audiences: BTreeSet::new(),
        default_life_s: None,
    }
}

fn profile() -> Profile {
    let mut profile = Profile::default();
    for (name, kind) in [
        ("full", kind(&["user", "bot", "anonymous"], None, false)),
        ("reads", kind(&["user"], Some(&["r0", "r2", "none"]), false)),
        ("public", kind(&["user"], Some(&["r0", "r1"]), true)),
        ("machine", kind(&["bot", "anonymous"], Some(&["r1"]), false)),
    ] {
        profile.kinds.insert(name.to_owned(), kind);
    }
    profile
}

/// A generated world in which most objects have a standing.
struct Drawn {
    model: reference::Model,
    snapshot: Snapshot,
    ids: usize,
    /// What stands for `anonymous:anonymous` in the facts.
    anonymous: bool,
}

impl Drawn {
    fn new(random: &mut Random) -> Self {
        let anonymous = random.percent(50);
        let (text, parsed) = loop {
            let mut text = worlds::model(random);
            if anonymous {
                text = text.replace("bot", "anonymous");
            }
            if let Ok(parsed) = Model::parse(&text) {
                break (text, parsed);
            }
        };
        let model = reference::Model::read(&text);
        let mut drawn = Self {
            snapshot: Snapshot::new(parsed, profile()),
            model,
            ids: random.within(2, 6),
            anonymous,
        };
        let each = *random.of(&[2, 4, 8, 12]);
        let facts = drawn.world().facts(random, each, false);
        let mut changes: Vec<Change> = drawn.names().iter().zip(1..).map(put).collect();
        changes.retain(|_| random.percent(95));
        changes.extend(facts.iter().map(|fact| Change::Write(drawn.tuple(fact))));
        drawn.snapshot = drawn.snapshot.apply(1, &changes).expect("applies");
        drawn
    }

    fn world(&self) -> World<'_> {
        World {
            model: &self.model,
            ids: self.ids,
        }
    }

    fn tuple(&self, fact: &reference::Fact) -> Tuple {
        let mut fact = fact.clone();
        if fact.2.starts_with("anonymous:") {
            // What follows is the condition.
            let condition = fact.2.find(' ').map_or("", |at| fact.2.split_at(at).1);
            fact.2 = format!("anonymous:anonymous{condition}");
        }
        tuple(&fact)
    }

    /// Every object that facts may name.
    fn names(&self) -> Vec<Object> {
        let mut names: Vec<Object> = Vec::new();
        for type_name in self.snapshot.model().type_names() {
            names.extend((0..self.ids).map(|id| object(&format!("{type_name}:{id}"))));
        }
        if self.anonymous {
            names.push(object("anonymous:anonymous"));
        }
        names
    }

    /// Writes, deletions, forgotten objects and new ones.
    fn changes(&self, random: &mut Random) -> Vec<Change> {
        let mut changes = Vec::new();
        let mut held: Vec<Tuple> = self.snapshot.tuples().collect();
        held.sort_unstable();
        let names = self.names();
        for _ in 0..random.within(1, 6) {
            match random.below(10) {
                0..5 => {
                    let fact = self.world().fact(random);
                    changes.extend(fact.map(|fact| Change::Write(self.tuple(&fact))));
                }
                5..8 if !held.is_empty() => changes.push(Change::Delete(random.of(&held).clone())),
                8 => changes.push(Change::Forget(random.of(&names).clone())),
                _ => changes.push(put((random.of(&names), 1_000))),
            }
        }
        changes
    }
}

fn put((object, uid): (&Object, u128)) -> Change {
    Change::Put {
        object: object.clone(),
        uid: Uuid::from_u128(uid),
        valid_from_s: 0,
    }
}

/// Allowed and denied, of every object, relation and kind; panics where the slice says another thing.
#[track_caller]
fn same(what: &str, drawn: &Drawn, subject: &Object, slice: &Slice, counts: &mut [usize; 2]) {
    let mut relations: BTreeSet<&str> = ["ghost", "r9"].into();
    let model = drawn.snapshot.model();
    for type_name in model.type_names() {
        relations.extend(model.relations(type_name));
    }
    let names = drawn.names().into_iter();
    for resource in names.chain([object("doc:none"), object("ghost:0")]) {
        for &relation in &relations {
            for kind in KINDS {
                let request = Request {
                    caller: Caller::Principal {
                        object: subject,
                        kind,
                    },
                    action: relation,
                    resource: &resource,
                    contextual_tuples: &[],
                    context: Context::EMPTY,
                };
                let expected = match decide(&request, &drawn.snapshot) {
                    Decision::Allow => Answer::Allow,
                    Decision::Deny(_) => Answer::Deny,
                };
                let found = slice.decide(&request);
                assert_eq!(
                    found, expected,
                    "{what}: {subject} {kind} {relation} {resource}"
                );
                counts[usize::from(expected == Answer::Allow)] += 1;
            }
        }
    }
    for entry in slice.entries().chain(slice.anonymous_entries()) {
        assert_eq!(entry.outcome, Outcome::Always, "{what}: {entry:?}");
    }
}

/// Each name in a slice is of an object on which its subject has something, with some kind of secret.
#[track_caller]
fn private(what: &str, drawn: &Drawn, subject: &Object, slice: &Slice) {
    for entry in slice.entries().chain(slice.anonymous_entries()) {
        let resource = object(entry.object);
        let may = KINDS.iter().any(|kind| {
            let request = Request {
                caller: Caller::Principal {
                    object: subject,
                    kind,
                },
                action: entry.relation,
                resource: &resource,
                contextual_tuples: &[],
                context: Context::EMPTY,
            };
            decide(&request, &drawn.snapshot).is_allowed()
        });
        assert!(may, "{what}: {subject} learns of {entry:?}");
    }
}

/// Each list holds what is allowed, and no more.
#[track_caller]
fn listed(what: &str, drawn: &Drawn, slice: &Slice) {
    for type_name in drawn.snapshot.model().type_names() {
        for kind in KINDS {
            let list = slice.list_objects(kind, "r0", type_name, Context::EMPTY);
            let mut expected: Vec<Object> = drawn.names();
            expected.retain(|object| {
                let answer = slice.answer(kind, "r0", object.as_str(), Context::EMPTY);
                object.type_name() == type_name && answer == Answer::Allow
            });
            expected.sort_unstable();
            let expected: Vec<&str> = expected.iter().map(Object::as_str).collect();
            assert_eq!(list.objects, expected, "{what}: {kind} {type_name}");
            assert!(list.complete, "{what}");
        }
    }
}

#[test]
fn slices_answer_as_the_whole() {
    let mut counts = [0; 2];
    let (mut changed, mut empty) = (0, 0);
    for seed in (0..150).map(|number| first_seed().wrapping_add(number)) {
        println!("TIDEGATE_SEED={seed}");
        let random = &mut Random::new(seed);
        let mut drawn = Drawn::new(random);
        let names = ["user:0", "user:1", "user:2", "bot:0", "doc:0"];
        let subject = object(random.of::<&str>(&names));
        let Ok(mut slice) = drawn.snapshot.slice(&subject) else {
            assert_eq!(drawn.snapshot.standing(&subject), None, "seed {seed}");
            continue;
        };
        let what = format!("seed {seed}");
        same(&what, &drawn, &subject, &through(&slice), &mut counts);
        private(&what, &drawn, &subject, &slice);
        listed(&what, &drawn, &slice);
        for revision in 2..5 {
            let what = format!("seed {seed}, revision {revision}");
            let changes = drawn.changes(random);
            drawn.snapshot = drawn.snapshot.apply(revision, &changes).expect("applies");
            let Ok(newer) = drawn.snapshot.slice(&subject) else {
                break;
            };
            if newer.uid() != slice.uid() {
                assert!(slice.difference(&newer).is_err(), "{what}");
                break;
            }
            let change = slice.difference(&newer).expect("a difference");
            let bytes = change.to_bytes().expect("bytes");
            let change = SliceChange::of_bytes(&bytes).expect("a change");
            assert_eq!((change.from(), change.to()), (revision - 1, revision));
            if change.is_empty() {
                empty += 1;
            } else {
                changed += 1;
            }
            slice.apply(&change).expect("applies");
            assert_eq!(payload(&slice), payload(&newer), "{what}");
            same(&what, &drawn, &subject, &slice, &mut counts);
            private(&what, &drawn, &subject, &slice);
        }
    }
    println!("{counts:?} {changed} {empty}");
    assert!(counts[1] > 500 && counts[0] > 50_000, "{counts:?}");
    assert!(changed > 40 && empty > 20, "{changed} changed, {empty} not");
}

/// A slice for one kind knows of no other, and holds what that kind may exercise alone.
#[test]
fn slices_for_one_kind() {
    let mut names = [0; 2];
    for seed in (0..60).map(|number| first_seed().wrapping_add(number)) {
        println!("TIDEGATE_SEED={seed}");
        let random = &mut Random::new(seed);
        let drawn = Drawn::new(random);
        let subject = object("user:0");
        if drawn.snapshot.standing(&subject).is_none() {
            continue;
        }
        for (kind, other) in [("public", "full"), ("reads", "public")] {
            let slice = drawn
                .snapshot
                .slice_for_kind(&subject, kind)
                .expect("a slice");
            let slice = through(&slice);
            for resource in drawn.names() {
                for action in ["r0", "r1", "r2", "r3"] {
                    let request = Request {
                        caller: Caller::Principal {
                            object: &subject,
                            kind,
                        },
                        action,
                        resource: &resource,
                        contextual_tuples: &[],
                        context: Context::EMPTY,
                    };
                    let expected = decide(&request, &drawn.snapshot).is_allowed();
                    let found = slice.decide(&request) == Answer::Allow;
                    assert_eq!(found, expected, "seed {seed}: {kind} {action} {resource}");
                    let asked = slice.answer(other, action, resource.as_str(), Context::EMPTY);
                    assert_eq!(asked, Answer::Unknown);
                }
            }
            assert_eq!(
                slice.entries().count() > 0,
                kind == "reads" && !slice.is_empty()
            );
            let allowed: &[&str] = if kind == "reads" {
                &["r0", "r2"]
            } else {
                &["r0", "r1"]
            };
            for entry in slice.entries().chain(slice.anonymous_entries()) {
                assert!(allowed.contains(&entry.relation), "seed {seed}: {entry:?}");
                names[usize::from(kind == "reads")] += 1;
            }
        }
        let refused = drawn.snapshot.slice_for_kind(&subject, "machine");
        assert_eq!(refused.map(|_| ()), Err(SliceError::UnknownKind));
    }
    assert!(names.iter().all(|&count| count > 20), "{names:?}");
}
