//! Whether the engine and the reference agree on generated models, tuples and questions: as they are
//! built, after changes, through a bundle, and under another model.
//!
//! Ten thousand questions; a million with `TIDEGATE_TEST_FULL=1`. `TIDEGATE_SEED=…` starts at another seed.

use std::collections::{BTreeMap, BTreeSet};

use tidegate_policy::{
    Change, CheckError, CheckRequest, Context, Model, Named, NamedError, Profile, Snapshot, Tuple,
};

use crate::bundles::through;
use crate::random::Random;
use crate::reference::{self, Fact, Outcome, Question, Rows};
use crate::shrink::{self, Case, shrink};
use crate::worlds::{self, World};

const WORLDS: u64 = 250;
const FULL_WORLDS: u64 = 25_000;
/// As built, after changes, under another model.
const QUESTIONS: [usize; 3] = [24, 12, 12];

/// The engine's form of a fact.
pub(crate) fn tuple((object, relation, subject): &Fact) -> Tuple {
    let text = format!("{object}#{relation}@{subject}");
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// What the engine says without values of parameters: whether, or the word of the error.
pub(crate) fn ask(
    snapshot: &Snapshot,
    question: &Fact,
    contextual: &[Fact],
) -> Result<bool, &'static str> {
    let question = Question {
        fact: question.clone(),
        contextual: contextual.to_vec(),
        values: "{}".to_owned(),
    };
    answer(snapshot, &question)
}

/// What the engine says: whether, or the word of the error.
pub(crate) fn answer(snapshot: &Snapshot, question: &Question) -> Result<bool, &'static str> {
    let asked = tuple(&question.fact);
    let contextual: Vec<Tuple> = question.contextual.iter().map(tuple).collect();
    let context: Context = question.values.parse().expect("values");
    let request = CheckRequest {
        subject: &asked.subject,
        relation: &asked.relation,
        object: &asked.object,
        contextual_tuples: &contextual,
        context: &context,
    };
    snapshot
        .check(&request)
        .map_err(|error: CheckError| error.kind())
}

/// The same by names; none when more than names was given.
fn answer_by_names(snapshot: &Snapshot, question: &Question) -> Option<Result<bool, &'static str>> {
    if !question.contextual.is_empty() || question.values != "{}" {
        return None;
    }
    let (object, relation, subject) = &question.fact;
    let named = Named {
        subject,
        relation,
        object,
    };
    Some(snapshot.check_named(&named).map_err(|error| match error {
        NamedError::Name { text, error } => panic!("{text}: {error}"),
        NamedError::Check(error) => error.kind(),
    }))
}

/// A generated model, and tuples that it allows.
pub(crate) struct Drawn {
    pub(crate) text: String,
    pub(crate) model: reference::Model,
    pub(crate) facts: BTreeSet<Fact>,
    pub(crate) snapshot: Snapshot,
    ids: usize,
}

impl Drawn {
    pub(crate) fn new(random: &mut Random) -> Self {
        let text = worlds::model(random);
        let parsed = Model::parse(&text).expect("a model");
        let model = reference::Model::read(&text);
        let chains = random.percent(25);
        let ids = if chains { 50 } else { random.within(2, 6) };
        let each = if chains {
            3
        } else {
            *random.of(&[2, 4, 8, 12])
        };
        let world = World { model: &model, ids };
        let facts = world.facts(random, each, chains);
        let snapshot = stored(parsed, &facts);
        Self {
            text,
            model,
            facts,
            snapshot,
            ids,
        }
    }

    pub(crate) fn world(&self) -> World<'_> {
        World {
            model: &self.model,
            ids: self.ids,
        }
    }

    /// Writes and deletes a few tuples.
    pub(crate) fn change(&mut self, random: &mut Random) {
        let mut changes = Vec::new();
        for _ in 0..random.within(1, 12) {
            let held: Vec<Fact> = self.facts.iter().cloned().collect();
            if random.percent(40) && !held.is_empty() {
                let fact = random.of(&held);
                reference::erase(&mut self.facts, fact);
                changes.push(Change::Delete(tuple(fact)));
            } else if let Some(fact) = self.world().fact(random) {
                changes.push(Change::Write(tuple(&fact)));
                reference::write(&mut self.facts, fact);
            }
        }
        let revision = self.snapshot.revision() + 1;
        let changed = self.snapshot.apply(revision, &changes);
        self.snapshot = changed.expect("the model allows these tuples");
    }

    /// Puts a smaller model, or one with another condition of the same name, in the place of this one:
    /// it does not allow all that is stored.
    pub(crate) fn remodel(&mut self, random: &mut Random) {
        let others = shrink::models(&self.text);
        for _ in 0..20 {
            let text = match self.model.conditions.keys().next() {
                Some(name) if random.percent(50) => {
                    worlds::other_condition(random, &self.text, name)
                }
                _ => random.of(&others).clone(),
            };
            let model = reference::Model::read(&text);
            if model.types.values().all(BTreeMap::is_empty) {
                continue;
            }
            if let Ok(parsed) = Model::parse(&text) {
                self.snapshot = self.snapshot.with_model(parsed, Profile::default());
                self.model = model;
                self.text = text;
                return;
            }
        }
    }
}

/// A snapshot that holds these.
fn stored(model: Model, facts: &BTreeSet<Fact>) -> Snapshot {
    let changes: Vec<Change> = facts
        .iter()
        .map(|fact| Change::Write(tuple(fact)))
        .collect();
    Snapshot::new(model, Profile::default())
        .apply(1, &changes)
        .expect("the model allows these tuples")
}

/// The first seed: another with `TIDEGATE_SEED=…`.
#[expect(clippy::disallowed_methods, reason = "a test may be told its seed")]
pub(crate) fn first_seed() -> u64 {
    std::env::var("TIDEGATE_SEED").map_or(1, |seed| seed.parse().expect("a number"))
}

/// So many seeds, or more where tests run at full scale.
pub(crate) fn seeds(usually: u64, at_full_scale: u64) -> impl Iterator<Item = u64> {
    let count = if full_scale() { at_full_scale } else { usually };
    println!("TIDEGATE_SEED={}, {count} seeds", first_seed());
    (0..count).map(|number| first_seed().wrapping_add(number))
}

/// Whether tests run at full scale.
#[expect(clippy::disallowed_methods, reason = "a test may be told its scale")]
pub(crate) fn full_scale() -> bool {
    std::env::var_os("TIDEGATE_TEST_FULL").is_some_and(|value| value == "1")
}

/// What was seen.
#[derive(Debug, Default)]
struct Seen(BTreeMap<&'static str, usize>);

impl Seen {
    fn count(&mut self, what: &'static str, by: usize) {
        *self.0.entry(what).or_default() += by;
    }

    fn outcome(&mut self, outcome: &Outcome) {
        self.count("questions", 1);
        let what = match outcome.answer {
            Ok(true) => "allowed",
            Ok(false) => "denied",
            Err(kind) => kind,
        };
        self.count(what, 1);
        for (is, what) in [
            (outcome.circle, "circles"),
            (outcome.conditions, "conditions"),
            (
                outcome.conditions && outcome.answer == Ok(true),
                "conditions, allowed",
            ),
            (
                outcome.failed && outcome.answer.is_ok(),
                "conditions, failed where it does not count",
            ),
            (outcome.or.is_some(), "two errors"),
            // Beyond these the engine remembers what it has found.
            (outcome.steps > 200, "long"),
        ] {
            self.count(what, usize::from(is));
        }
    }

    #[track_caller]
    fn at_least(&self, what: &str, least: usize) {
        let count = self.0.get(what).copied().unwrap_or_default();
        assert!(
            count >= least,
            "{what}: {count} of at least {least}, in {self:?}"
        );
    }
}

/// Draws a question that the reference has an answer to, in reasonable time. Most questions come to a
/// plain deny: half of the time, looks for another.
pub(crate) fn question(
    random: &mut Random,
    drawn: &Drawn,
    rows: &Rows<'_>,
    number: usize,
) -> Option<(Question, Outcome)> {
    let is_wanted = |outcome: &Outcome| match number % 4 {
        1 | 2 => [Ok(true), Err("too-deep")].contains(&outcome.answer),
        3 => (outcome.conditions || outcome.circle) && outcome.answer != Ok(false),
        _ => true,
    };
    let mut found = None;
    for _ in 0..15 {
        let question = drawn.world().asked(random);
        let outcome = reference::answer(&drawn.model, rows, &question);
        let wanted = outcome.as_ref().is_none_or(is_wanted);
        found = outcome.map(|outcome| (question, outcome));
        if wanted {
            break;
        }
    }
    found
}

/// Whether a bundle carries all that is stored: those of version 1 have no conditions.
fn carries(drawn: &Drawn) -> bool {
    let payload = drawn.snapshot.to_bundle_payload().expect("a payload");
    !payload.starts_with(b"tgb\x01") || drawn.facts.iter().all(|fact| !fact.2.contains(' '))
}

/// Fails with the smallest case that shows the difference.
#[track_caller]
fn differ(seed: u64, drawn: &Drawn, question: &Question, outcome: &Outcome, found: &str) -> ! {
    let case = Case {
        text: drawn.text.clone(),
        facts: drawn.facts.clone(),
        question: question.clone(),
    };
    let what = if disagree(&case).is_some() {
        let case = shrink(case, |case| disagree(case).is_some());
        let why = disagree(&case);
        format!("{case:#?}\n{}\n{why:?}", case.text)
    } else {
        format!("only after what was done before: {case:#?}\n{}", case.text)
    };
    panic!("TIDEGATE_SEED={seed}: {found}, expected {outcome:?}\n{what}");
}

/// What the engine says and what the reference says, where they differ.
fn disagree(case: &Case) -> Option<(Result<bool, &'static str>, Outcome)> {
    let parsed = Model::parse(&case.text).ok()?;
    let model = reference::Model::read(&case.text);
    let counts: BTreeSet<Fact> = case
        .facts
        .iter()
        .filter(|fact| model.allows(fact))
        .cloned()
        .collect();
    let rows = reference::rows(&model, &counts);
    let outcome = reference::answer(&model, &rows, &case.question)?;
    let found = answer(&stored(parsed, &counts), &case.question);
    (!outcome.is(found)).then_some((found, outcome))
}

#[test]
fn engine_and_reference_agree() {
    let mut seen = Seen::default();
    for seed in seeds(WORLDS, FULL_WORLDS) {
        let random = &mut Random::new(seed);
        let mut drawn = Drawn::new(random);
        seen.count("worlds", 1);
        for (round, questions) in QUESTIONS.into_iter().enumerate() {
            match round {
                0 => {}
                1 => drawn.change(random),
                _ => drawn.remodel(random),
            }
            // A bundle leaves out what its model has no name for.
            let named = round < 2 || drawn.facts.iter().all(|fact| drawn.model.counts(fact));
            let carried = named && carries(&drawn);
            let loaded = carried.then(|| through(&drawn.snapshot));
            let rows = reference::rows(&drawn.model, &drawn.facts);
            for number in 0..questions {
                let Some((question, outcome)) = question(random, &drawn, &rows, number) else {
                    seen.count("too long", 1);
                    continue;
                };
                seen.outcome(&outcome);
                seen.count(
                    "with contextual tuples",
                    usize::from(!question.contextual.is_empty()),
                );
                let found = answer(&drawn.snapshot, &question);
                if !outcome.is(found) {
                    differ(
                        seed,
                        &drawn,
                        &question,
                        &outcome,
                        &format!("round {round}: {found:?}"),
                    );
                }
                if let Some(found) = answer_by_names(&drawn.snapshot, &question) {
                    seen.count("by names", 1);
                    assert!(
                        outcome.is(found),
                        "TIDEGATE_SEED={seed}: by names {found:?}, {outcome:?}\n{}",
                        drawn.text
                    );
                }
                let Some(loaded) = &loaded else {
                    continue;
                };
                seen.count("through a bundle", 1);
                let found = answer(loaded, &question);
                if !outcome.is(found) {
                    differ(
                        seed,
                        &drawn,
                        &question,
                        &outcome,
                        &format!("through a bundle: {found:?}"),
                    );
                }
            }
        }
    }
    let questions = seen.0["questions"];
    let shares = seen
        .0
        .iter()
        .map(|(&what, &count)| format!("{what} {count} ({} %)", count * 100 / questions));
    println!("{}", shares.collect::<Vec<_>>().join(", "));
    seen.at_least("questions", 10_000);
    seen.at_least("allowed", questions * 30 / 100);
    seen.at_least("denied", questions * 20 / 100);
    seen.at_least("circles", questions / 20);
    seen.at_least("long", questions / 100);
    seen.at_least("with contextual tuples", questions / 10);
    seen.at_least("by names", questions / 4);
    seen.at_least("through a bundle", questions / 5);
    seen.at_least("conditions", questions / 6);
    seen.at_least("conditions, allowed", questions / 20);
    seen.at_least(
        "conditions, failed where it does not count",
        questions / 100,
    );
    seen.at_least("condition", questions / 50);
    for error in [
        "too-deep",
        "unknown-type",
        "unknown-relation",
        "bad-context",
    ] {
        seen.at_least(error, 20);
    }
}

/// The shrinker's own test: of a whole world, what makes one answer true.
#[test]
fn a_case_is_shrunk_to_what_matters() {
    let random = &mut Random::new(1);
    let mut shrunk = 0;
    while shrunk < 3 {
        let drawn = Drawn::new(random);
        let rows = reference::rows(&drawn.model, &drawn.facts);
        let Some((question, outcome)) = question(random, &drawn, &rows, 1) else {
            continue;
        };
        if outcome.answer != Ok(true) || outcome.steps < 3 {
            continue;
        }
        let is_true = |case: &Case| {
            let model = reference::Model::read(&case.text);
            let rows = reference::rows(&model, &case.facts);
            Model::parse(&case.text).is_ok()
                && reference::answer(&model, &rows, &case.question)
                    .is_some_and(|outcome| outcome.answer == Ok(true))
        };
        let (text, facts) = (drawn.text.clone(), drawn.facts.clone());
        let case = shrink(
            Case {
                text,
                facts,
                question,
            },
            is_true,
        );
        assert!(is_true(&case));
        let without = |fact: &Fact| {
            let facts = case
                .facts
                .iter()
                .filter(|&other| other != fact)
                .cloned()
                .collect();
            Case {
                facts,
                ..case.clone()
            }
        };
        // Nothing is left that is not needed.
        assert!(
            case.facts.iter().all(|fact| !is_true(&without(fact))),
            "{case:#?}"
        );
        assert!(shrink::models(&case.text).len() < shrink::models(&drawn.text).len());
        shrunk += 1;
    }
}
