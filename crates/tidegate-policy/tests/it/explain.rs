//! Whether explanations are true, minimal and complete, on generated worlds.

use std::collections::BTreeSet;

use tidegate_policy::{
    Budget, Change, CheckRequest, Context, Explanation, Model, Profile, Proof, Remedy, Snapshot,
    Tuple,
};

use crate::agree::tuple;
use crate::random::Random;
use crate::reference::{self, Fact, Rewrite, bound, named, type_of};
use crate::remedy;
use crate::scale::{Seen, each_seed, scaled};
use crate::worlds::{self, World};

const WORLDS: u64 = 80;
const FULL_WORLDS: u64 = 1_000;
const QUESTIONS: usize = 20;
/// Worlds so small that a brute force finds every remedy.
const SMALL_WORLDS: u64 = 300;
const FULL_SMALL_WORLDS: u64 = 8_000;
/// Most changes that a brute force is made of: their sets of three grow fast.
const MOST_CHANGES: usize = 26;
/// Most changes together that a brute force tries.
const TOGETHER: usize = 3;

struct Asked {
    snapshot: Snapshot,
    question: Tuple,
    contextual: Vec<Tuple>,
    context: Context,
}

impl Asked {
    fn request(&self) -> CheckRequest<'_> {
        CheckRequest {
            subject: &self.question.subject,
            relation: &self.question.relation,
            object: &self.question.object,
            contextual_tuples: &self.contextual,
            context: &self.context,
        }
    }

    fn is_yes(&self) -> bool {
        self.snapshot.check(&self.request()) == Ok(true)
    }

    /// The same question elsewhere.
    fn on(&self, snapshot: Snapshot) -> Self {
        Self {
            snapshot,
            question: self.question.clone(),
            contextual: self.contextual.clone(),
            context: self.context.clone(),
        }
    }

    fn with(&self, add: &[Tuple], remove: &[Tuple]) -> Self {
        let removed = remove.iter().cloned().map(Change::Delete);
        let changes: Vec<Change> = removed
            .chain(add.iter().cloned().map(Change::Write))
            .collect();
        let revision = self.snapshot.revision() + 1;
        let snapshot = self.snapshot.apply(revision, &changes);
        self.on(snapshot.expect("the model allows these tuples"))
    }

    fn without(&self, gone: &Tuple) -> Self {
        let mut left = self.with(&[], std::slice::from_ref(gone));
        left.contextual.retain(|tuple| tuple != gone);
        left
    }
}

fn snapshot(text: &str, facts: &BTreeSet<Fact>) -> Option<Snapshot> {
    let model = Model::parse(text).ok()?;
    let changes: Vec<Change> = facts
        .iter()
        .map(|fact| Change::Write(tuple(fact)))
        .collect();
    let empty = Snapshot::new(model, Profile::default());
    Some(empty.apply(1, &changes).expect("the model allows these"))
}

/// A model that is valid.
fn model(random: &mut Random) -> String {
    loop {
        let text = worlds::model(random);
        if Model::parse(&text).is_ok() {
            return text;
        }
    }
}

#[test]
fn explanations_are_true() {
    let seen = each_seed(scaled(WORLDS, FULL_WORLDS), are_true);
    seen.at_least("questions", scaled(1_600, 10_000));
    seen.at_least("proofs", 100);
    seen.at_least("proofs with a refutation", 6);
    seen.at_least("complete", 600);
    seen.at_least("remedies", 2_000);
    seen.at_least("remedies that remove", 50);
}

fn are_true(seed: u64, seen: &mut Seen) {
    let random = &mut Random::new(seed);
    let text = model(random);
    let read = reference::Model::read(&text);
    let ids = random.within(2, 5);
    let world = World { model: &read, ids };
    let each = *random.of(&[2, 4, 8]);
    let facts = world.facts(random, each, false);
    let snapshot = snapshot(&text, &facts).expect("valid");
    for _ in 0..QUESTIONS {
        let drawn = world.asked(random);
        let asked = Asked {
            snapshot: snapshot.clone(),
            question: tuple(&drawn.fact),
            contextual: drawn.contextual.iter().map(tuple).collect(),
            context: drawn.values.parse().expect("values"),
        };
        let other = tuple(&world.question(random));
        seen.count("questions");
        // Most of what there is to find in such worlds is found at once.
        let budget = Budget {
            steps: 20_000,
            ..Budget::DEFAULT
        };
        let explained = asked.snapshot.explain(&asked.request(), &budget);
        if let Ok(explained) = &explained {
            // Written by hand as by the derived writer.
            let written = asked.snapshot.explain_as_json(&asked.request(), &budget);
            let written = written.expect("as before").to_string();
            assert_eq!(written, serde_json::to_string(explained).expect("JSON"));
        }
        match explained {
            Ok(Explanation::Allowed { proof, complete }) => {
                assert!(asked.is_yes(), "{text}\n{asked:?}");
                let proof = proof.unwrap_or_else(|| panic!("no proof\n{text}\n{asked:?}"));
                assert!(complete);
                seen.count("proofs");
                count_refutations(&proof, seen);
                judge_proof(&proof, &asked, other, &text);
            }
            Ok(Explanation::Denied {
                remedies, complete, ..
            }) => {
                assert!(!asked.is_yes(), "{text}\n{asked:?}");
                seen.count(if complete { "complete" } else { "incomplete" });
                seen.count_by("remedies", remedies.len());
                let removing = remedies.iter().filter(|remedy| !remedy.remove.is_empty());
                seen.count_by("remedies that remove", removing.count());
                // Each of a few, not of hundreds.
                for _ in 0..remedies.len().min(4) {
                    let judged =
                        remedy::judge(random.of(&remedies), &asked.snapshot, &asked.request());
                    assert_eq!(judged, Ok(()), "{text}\n{asked:?}");
                }
                assert!(in_order(&remedies), "{remedies:?}");
            }
            Err(error) => {
                seen.count("errors");
                assert_eq!(asked.snapshot.check(&asked.request()), Err(error));
            }
        }
    }
}

fn count_refutations(proof: &Proof, seen: &mut Seen) {
    let text = serde_json::to_string(proof).expect("a proof is JSON");
    seen.count_if("proofs with a refutation", text.contains("\"exclusion\""));
    seen.count_if("proofs with a circle", text.contains("\"circle\""));
}

impl std::fmt::Debug for Asked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut tuples: Vec<Tuple> = self.snapshot.tuples().collect();
        tuples.sort();
        let (question, contextual) = (&self.question, &self.contextual);
        let context = &self.context;
        write!(
            f,
            "{question} with {contextual:?} and {context}, of {tuples:#?}"
        )
    }
}

fn judge_proof(proof: &Proof, asked: &Asked, other: Tuple, text: &str) {
    let verify = |asked: &Asked| proof.verify(&asked.snapshot, &asked.request());
    assert_eq!(verify(asked), Ok(()), "{text}\n{asked:?}\n{proof}");
    for used in proof.tuples() {
        let left = asked.without(used);
        assert!(
            verify(&left).is_err(),
            "{text}\n{asked:?}\n{proof}without {used}"
        );
    }
    // Whatever it is taken for, it proves nothing that is not so.
    let elsewhere = Asked {
        question: other,
        ..asked.on(asked.snapshot.clone())
    };
    if elsewhere.question != asked.question && verify(&elsewhere).is_ok() {
        assert!(
            elsewhere.question.object == asked.question.object,
            "{text}\n{elsewhere:?}\n{proof}"
        );
        assert!(elsewhere.is_yes(), "{text}\n{elsewhere:?}\n{proof}");
    }
    for tuple in asked.snapshot.tuples() {
        let left = asked.without(&tuple);
        if verify(&left).is_ok() {
            assert!(left.is_yes(), "{text}\n{left:?}\n{proof}without {tuple}");
        }
    }
    let json = serde_json::to_string(proof).expect("a proof is JSON");
    let read: Proof = serde_json::from_str(&json).expect("a proof can be read");
    assert_eq!(read, *proof);
    assert!(!proof.to_string().is_empty());
}

fn in_order(remedies: &[Remedy]) -> bool {
    let key = |remedy: &Remedy| {
        let size = remedy.add.len() + remedy.remove.len();
        (size, remedy.to_string())
    };
    remedies.is_sorted_by(|one, two| key(one) < key(two))
}

#[test]
fn complete_remedies_leave_nothing_out() {
    let seen = each_seed(scaled(SMALL_WORLDS, FULL_SMALL_WORLDS), leave_nothing_out);
    seen.at_least("questions", scaled(300, 10_000));
    seen.at_least("with remedies", 40);
    seen.at_least("with removals", 6);
}

fn leave_nothing_out(seed: u64, seen: &mut Seen) {
    let random = &mut Random::new(seed);
    let text = model(random);
    let read = reference::Model::read(&text);
    let world = World {
        model: &read,
        ids: random.within(1, 2),
    };
    let each = *random.of(&[1, 2, 3]);
    let facts = world.facts(random, each, false);
    let snapshot = snapshot(&text, &facts).expect("valid");
    for _ in 0..3 {
        let values = world.values(random);
        let asked = Asked {
            snapshot: snapshot.clone(),
            question: tuple(&world.question(random)),
            contextual: Vec::new(),
            context: values.parse().expect("values"),
        };
        let changes = possible(&read, &facts, &asked, &values);
        if changes.len() > MOST_CHANGES {
            seen.count("too many");
            continue;
        }
        let explained = asked.snapshot.explain(&asked.request(), &Budget::DEFAULT);
        let Ok(Explanation::Denied {
            remedies, complete, ..
        }) = explained
        else {
            continue;
        };
        if !complete {
            seen.count("incomplete");
            continue;
        }
        seen.count("questions");
        let expected = brute(&asked, &changes);
        let found: BTreeSet<Changed> = remedies
            .iter()
            .filter(|remedy| remedy.add.len() + remedy.remove.len() <= TOGETHER)
            .map(|remedy| (remedy.add.clone(), remedy.remove.clone()))
            .collect();
        seen.count_if("with remedies", !expected.is_empty());
        let removes = expected.iter().any(|(_, remove)| !remove.is_empty());
        seen.count_if("with removals", removes);
        let missing: Vec<_> = expected.difference(&found).collect();
        let extra: Vec<_> = found.difference(&expected).collect();
        assert!(
            missing.is_empty() && extra.is_empty(),
            "{text}\n{asked:?}\nmissing {missing:#?}\nextra {extra:#?}"
        );
    }
}

/// What is added, and what is removed.
type Changed = (Vec<Tuple>, Vec<Tuple>);

/// Every tuple that may be added (true) or removed.
fn possible(
    model: &reference::Model,
    facts: &BTreeSet<Fact>,
    asked: &Asked,
    values: &str,
) -> Vec<(bool, Tuple)> {
    let mut objects = BTreeSet::new();
    for (object, _, subject) in facts {
        objects.insert(object.clone());
        let subject = named(subject);
        if !subject.ends_with(":*") {
            objects.extend(subject.split('#').next().map(str::to_owned));
        }
    }
    let mut changes: Vec<(bool, Tuple)> = facts.iter().map(|fact| (false, tuple(fact))).collect();
    let subject = asked.question.subject.to_string();
    for object in &objects {
        let Some(relations) = model.types.get(type_of(object)) else {
            continue;
        };
        for relation in relations.keys() {
            let mut subjects = BTreeSet::from([subject.clone()]);
            let is_tupleset = relations.values().any(|rewrite| leads(rewrite, relation));
            for restriction in model.restrictions(type_of(object), relation) {
                let restriction = named(&restriction);
                match restriction.split_once('#') {
                    Some((of, member)) => {
                        let of_type = objects.iter().filter(|other| type_of(other) == of);
                        subjects.extend(of_type.map(|other| format!("{other}#{member}")));
                    }
                    None if is_tupleset => {
                        let of_type = objects.iter().filter(|other| type_of(other) == restriction);
                        subjects.extend(of_type.cloned());
                    }
                    None => {}
                }
            }
            for subject in subjects {
                let fact = (object.clone(), relation.clone(), subject);
                let added = added(model, facts, fact, values);
                changes.extend(added.iter().map(|fact| (true, tuple(fact))));
            }
        }
    }
    changes
}

/// How a fact may be added: without a condition where the model takes that, else under each that the request
/// meets; not at all where it holds already.
fn added(model: &reference::Model, facts: &BTreeSet<Fact>, fact: Fact, values: &str) -> Vec<Fact> {
    let met = |subject: &str| {
        bound(subject).is_none_or(|(name, stored)| {
            model.conditions[name]
                .is_met(stored, values)
                .unwrap_or(false)
        })
    };
    let (object, relation, subject) = &fact;
    let same = |held: &&Fact| (&held.0, &held.1, named(&held.2)) == (object, relation, subject);
    if facts.iter().filter(same).any(|held| met(&held.2)) {
        return Vec::new();
    }
    if model.allows(&fact) {
        return vec![fact];
    }
    let under = model
        .conditions
        .keys()
        .map(|name| format!("{subject} with {name}"));
    let facts = under.map(|subject| (object.clone(), relation.clone(), subject));
    facts
        .filter(|fact| model.allows(fact) && met(&fact.2))
        .collect()
}

/// Whether a definition has a `from` by the tupleset.
fn leads(rewrite: &Rewrite, tupleset: &str) -> bool {
    match rewrite {
        Rewrite::Direct(_) | Rewrite::Computed(_) => false,
        Rewrite::From(_, found) => found == tupleset,
        Rewrite::Or(all) | Rewrite::And(all) => all.iter().any(|one| leads(one, tupleset)),
        Rewrite::ButNot(base, subtract) => leads(base, tupleset) || leads(subtract, tupleset),
    }
}

/// Every set that turns the answer and of which no part does.
fn brute(asked: &Asked, changes: &[(bool, Tuple)]) -> BTreeSet<Changed> {
    let mut found: Vec<Vec<usize>> = Vec::new();
    let mut sets: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in 0..TOGETHER {
        let mut next = Vec::new();
        for set in &sets {
            for change in set.last().map_or(0, |last| last + 1)..changes.len() {
                let mut more = set.clone();
                more.push(change);
                if found
                    .iter()
                    .any(|part| part.iter().all(|one| more.contains(one)))
                {
                    continue;
                }
                let (add, remove) = split(&more, changes);
                if asked.with(&add, &remove).is_yes() {
                    found.push(more);
                } else {
                    next.push(more);
                }
            }
        }
        sets = next;
    }
    found.iter().map(|set| split(set, changes)).collect()
}

fn split(set: &[usize], changes: &[(bool, Tuple)]) -> Changed {
    let side = |wanted: bool| -> Vec<Tuple> {
        let chosen = set.iter().map(|&change| &changes[change]);
        let mut side: Vec<Tuple> = chosen
            .filter(|(add, _)| *add == wanted)
            .map(|(_, tuple)| tuple.clone())
            .collect();
        side.sort_by_cached_key(ToString::to_string);
        side
    };
    (side(true), side(false))
}
