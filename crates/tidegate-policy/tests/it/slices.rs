//! Whether a slice answers as the whole does, for its own subject, and holds nothing else.

mod bad;
mod conditional;
mod deep;
mod large;
mod private;
mod scope;

use std::collections::BTreeSet;

use tidegate_policy::bundle::Scope;
use tidegate_policy::slice::Outcome;
use tidegate_policy::{
    Answer, BundleError, Caller, Change, Context, Decision, Model, Object, Profile, Request,
    SecretKind, Slice, SliceChange, SliceError, Snapshot, Tuple, decide,
};
use uuid::Uuid;

use crate::agree::tuple;
use crate::clerk::{self, Said};
use crate::random::Random;
use crate::reference;
use crate::scale::{Seen, each_seed, scaled};
use crate::worlds::{self, World};

/// Up to four slices each.
const WORLDS: u64 = 150;
const FULL_WORLDS: u64 = 4_000;
const KINDS: [&str; 5] = ["full", "reads", "public", "machine", "ghost"];

fn object(text: &str) -> Object {
    text.parse().expect("an object")
}

/// Reads the payload of a slice, whatever it is.
fn read(payload: &[u8], subject: &Object, uid: Uuid, revision: u64) -> Result<Slice, BundleError> {
    let said = Said {
        subject,
        scope: Scope::Slice { uid },
        revision,
        expected_uid: Some(uid),
    };
    clerk::read(payload, &said, |bundle| bundle.slice())
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
    /// What requests come with; only the empty one where there are no conditions.
    contexts: Vec<Context>,
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
            contexts: vec![Context::EMPTY.clone()],
        };
        if !drawn.model.conditions.is_empty() {
            let values = (0..5).map(|_| drawn.world().values(random));
            let more: Vec<Context> = values.map(|text| text.parse().expect("values")).collect();
            drawn.contexts.extend(more);
        }
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

/// Every object, relation and kind, with every context; panics where the slice says another thing.
#[track_caller]
fn same(what: &str, drawn: &Drawn, subject: &Object, slice: &Slice, seen: &mut Seen) {
    let mut relations: BTreeSet<&str> = ["ghost", "r9"].into();
    let (mut all, mut faults, mut depends) = ([0; 2], 0, 0);
    let model = drawn.snapshot.model();
    for type_name in model.type_names() {
        relations.extend(model.relations(type_name));
    }
    let names = drawn.names().into_iter();
    for resource in names.chain([object("doc:none"), object("ghost:0")]) {
        for &relation in &relations {
            for kind in KINDS {
                let mut answers = [0; 2];
                for context in &drawn.contexts {
                    let request = request(subject, kind, relation, &resource, context);
                    let expected = match decide(&request, &drawn.snapshot) {
                        Decision::Allow => Answer::Allow,
                        Decision::Deny(denial) => {
                            faults += usize::from(denial.kind() == "condition");
                            Answer::Deny
                        }
                    };
                    let found = slice.decide(&request);
                    assert_eq!(
                        found, expected,
                        "{what}: {subject} {kind} {relation} {resource} {context}"
                    );
                    answers[usize::from(expected == Answer::Allow)] += 1;
                }
                all[0] += answers[0];
                all[1] += answers[1];
                depends += usize::from(answers[0] > 0 && answers[1] > 0);
            }
        }
    }
    seen.count_by("denied", all[0]);
    seen.count_by("allowed", all[1]);
    seen.count_by("allowed with one context and not with another", depends);
    seen.count_by("denied as a condition has no answer", faults);
}

fn request<'a>(
    subject: &'a Object,
    kind: &'a str,
    action: &'a str,
    resource: &'a Object,
    context: &'a Context,
) -> Request<'a> {
    Request {
        caller: Caller::Principal {
            object: subject,
            kind,
        },
        action,
        resource,
        contextual_tuples: &[],
        context,
    }
}

/// Each name in a slice is of an object on which its subject has something, with some kind of secret: with
/// every context, or under conditions, where the model has some.
#[track_caller]
fn private(what: &str, drawn: &Drawn, subject: &Object, slice: &Slice, seen: &mut Seen) {
    // The kinds that are checked as `anonymous`, and the others.
    let kinds = |anonymous: bool| {
        KINDS
            .iter()
            .filter(move |&&kind| (kind == "public") == anonymous)
    };
    let own = slice.entries().map(|entry| (entry, false));
    let public = slice.anonymous_entries().map(|entry| (entry, true));
    for (entry, anonymous) in own.chain(public) {
        let resource = object(entry.object);
        let may = |context: &Context| {
            kinds(anonymous).any(|kind| {
                let request = request(subject, kind, entry.relation, &resource, context);
                decide(&request, &drawn.snapshot).is_allowed()
            })
        };
        let learns = format!("{what}: {subject} learns of {entry:?}");
        match entry.outcome {
            Outcome::Always => {
                assert!(drawn.contexts.iter().all(may), "{learns}");
                seen.count("entries, with every context");
            }
            Outcome::Conditional => {
                assert!(!drawn.model.conditions.is_empty(), "{learns}");
                // Of all contexts there are, a few are tried.
                seen.count(if drawn.contexts.iter().any(may) {
                    "entries, under conditions that are met"
                } else {
                    "entries, under conditions that none met"
                });
            }
        }
    }
}

/// Each list holds what is allowed, and no more.
#[track_caller]
fn listed(what: &str, drawn: &Drawn, slice: &Slice) {
    for type_name in drawn.snapshot.model().type_names() {
        let each = drawn.contexts.iter();
        for (kind, context) in each.flat_map(|context| KINDS.map(|kind| (kind, context))) {
            let list = slice.list_objects(kind, "r0", type_name, context);
            let mut expected: Vec<Object> = drawn.names();
            expected.retain(|object| {
                let answer = slice.answer(kind, "r0", object.as_str(), context);
                object.type_name() == type_name && answer == Answer::Allow
            });
            expected.sort_unstable();
            let expected: Vec<&str> = expected.iter().map(Object::as_str).collect();
            assert_eq!(
                list.objects, expected,
                "{what}: {kind} {type_name} {context}"
            );
            assert!(list.complete, "{what}");
        }
    }
}

#[test]
fn slices_answer_as_the_whole() {
    let seen = each_seed(scaled(WORLDS, FULL_WORLDS), answers_as_the_whole);
    seen.at_least("slices", scaled(400, 10_000));
    let slices = seen.of("slices");
    for (what, of_each_hundred) in [
        ("denied as a condition has no answer", 1_000),
        ("allowed", 1_000),
        ("denied", 100_000),
        ("allowed with one context and not with another", 40),
        ("entries, with every context", 100),
        ("entries, under conditions that are met", 40),
        ("changes", 8),
        ("changes of nothing", 4),
    ] {
        seen.at_least(what, slices * of_each_hundred / 100);
    }
    assert!(100 * seen.of("too much") < slices, "{seen}");
    // Most conditions that are drawn can be met.
    let unmet = seen.of("entries, under conditions that none met");
    seen.at_least("entries, under conditions that are met", 2 * unmet);
}

/// One world and one subject: as it is built, and after each of three changes.
fn answers_as_the_whole(seed: u64, seen: &mut Seen) {
    let random = &mut Random::new(seed);
    let mut drawn = Drawn::new(random);
    let names = ["user:0", "user:1", "user:2", "bot:0", "doc:0"];
    let subject = object(random.of::<&str>(&names));
    let what = format!("seed {seed}");
    let mut slice = match drawn.snapshot.slice(&subject) {
        Ok(slice) => slice,
        Err(SliceError::UnknownSubject) => {
            assert_eq!(drawn.snapshot.standing(&subject), None, "{what}");
            return seen.count("subjects that are not there");
        }
        // What conditions come to may be more than a slice has room for.
        Err(SliceError::TooMuch) => return seen.count("too much"),
        Err(error) => panic!("{what}: {error}"),
    };
    seen.count("slices");
    same(&what, &drawn, &subject, &through(&slice), seen);
    private(&what, &drawn, &subject, &slice, seen);
    listed(&what, &drawn, &slice);
    for revision in 2..5 {
        let what = format!("seed {seed}, revision {revision}");
        let changes = drawn.changes(random);
        drawn.snapshot = drawn.snapshot.apply(revision, &changes).expect("applies");
        let newer = match drawn.snapshot.slice(&subject) {
            Ok(newer) => newer,
            Err(SliceError::UnknownSubject) => {
                assert_eq!(drawn.snapshot.standing(&subject), None, "{what}");
                return seen.count("subjects that go");
            }
            // What conditions come to may be more than a slice has room for.
            Err(SliceError::TooMuch) => return seen.count("too much"),
            Err(error) => panic!("{what}: {error}"),
        };
        seen.count("slices");
        if newer.uid() != slice.uid() {
            assert!(slice.difference(&newer).is_err(), "{what}");
            return seen.count("subjects that are others");
        }
        let change = slice.difference(&newer).expect("a difference");
        let bytes = change.to_bytes().expect("bytes");
        let change = SliceChange::of_bytes(&bytes).expect("a change");
        assert_eq!((change.from(), change.to()), (revision - 1, revision));
        seen.count(if change.is_empty() {
            "changes of nothing"
        } else {
            "changes"
        });
        slice.apply(&change).expect("applies");
        assert_eq!(payload(&slice), payload(&newer), "{what}");
        same(&what, &drawn, &subject, &slice, seen);
        private(&what, &drawn, &subject, &slice, seen);
    }
}

/// A slice for one kind knows of no other, and holds what that kind may exercise alone.
#[test]
fn slices_for_one_kind() {
    let seen = each_seed(scaled(WORLDS, FULL_WORLDS), for_one_kind);
    seen.at_least("names for anonymous", scaled(10, 500));
    assert!(100 * seen.of("too much") < seen.of("slices"), "{seen}");
    seen.at_least("names for the subject", scaled(100, 5_000));
}

fn for_one_kind(seed: u64, seen: &mut Seen) {
    let random = &mut Random::new(seed);
    let drawn = Drawn::new(random);
    let subject = object("user:0");
    if drawn.snapshot.standing(&subject).is_none() {
        return;
    }
    for (kind, other) in [("public", "full"), ("reads", "public")] {
        let slice = match drawn.snapshot.slice_for_kind(&subject, kind) {
            Ok(slice) => through(&slice),
            Err(SliceError::TooMuch) => {
                seen.count("too much");
                continue;
            }
            Err(error) => panic!("seed {seed}: {error}"),
        };
        seen.count("slices");
        for resource in drawn.names() {
            for action in ["r0", "r1", "r2", "r3"] {
                for context in &drawn.contexts {
                    let request = request(&subject, kind, action, &resource, context);
                    let expected = decide(&request, &drawn.snapshot).is_allowed();
                    let found = slice.decide(&request) == Answer::Allow;
                    let what = format!("{kind} {action} {resource} {context}");
                    assert_eq!(found, expected, "seed {seed}: {what}");
                }
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
            seen.count(if kind == "reads" {
                "names for the subject"
            } else {
                "names for anonymous"
            });
        }
    }
    let refused = drawn.snapshot.slice_for_kind(&subject, "machine");
    assert_eq!(refused.map(|_| ()), Err(SliceError::UnknownKind));
}
