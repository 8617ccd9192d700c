//! Whether the engine and the reference agree on generated models, tuples and questions: as they are
//! built, after changes, through a bundle, and under another model.
//!
//! Ten thousand questions; a million at full scale.

use std::collections::{BTreeMap, BTreeSet};

use tidegate_policy::{
    Change, CheckError, CheckRequest, Context, Model, Named, NamedError, Profile, Snapshot, Tuple,
};

use crate::bundles::through;
use crate::random::Random;
use crate::reference::{self, Fact, Outcome, Question, Rows};
use crate::scale::{Seen, each_seed, scaled};
use crate::shrink::{self, Case, shrink};
use crate::worlds::{self, World};

pub(crate) use crate::scale::{first_seed, full_scale};

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
pub(crate) fn answer_by_names(
    snapshot: &Snapshot,
    question: &Question,
) -> Option<Result<bool, &'static str>> {
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
        Self::of(random, text)
    }

    /// Of a model's text.
    pub(crate) fn of(random: &mut Random, text: String) -> Self {
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
                self.put_model(text, parsed);
                return;
            }
        }
    }

    /// Puts another model in the place of this one; what is stored stays.
    pub(crate) fn put_model(&mut self, text: String, parsed: Model) {
        self.snapshot = self.snapshot.with_model(parsed, Profile::default());
        self.model = reference::Model::read(&text);
        self.text = text;
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

/// What was seen of a question.
fn count(seen: &mut Seen, outcome: &Outcome) {
    seen.count("questions");
    seen.count(match outcome.answer {
        Ok(true) => "allowed",
        Ok(false) => "denied",
        Err(kind) => kind,
    });
    seen.count_if("circles", outcome.circle);
    seen.count_if("conditions", outcome.conditions);
    seen.count_if(
        "conditions, allowed",
        outcome.conditions && outcome.answer == Ok(true),
    );
    seen.count_if(
        "conditions, failed where it does not count",
        outcome.failed && outcome.answer.is_ok(),
    );
    seen.count_if("two errors", outcome.or.is_some());
    // Beyond these the engine remembers what it has found.
    seen.count_if("long", outcome.steps > 200);
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
pub(crate) fn differ(drawn: &Drawn, question: &Question, outcome: &Outcome, found: &str) -> ! {
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
    panic!("{found}, expected {outcome:?}\n{what}");
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
    let seen = each_seed(scaled(WORLDS, FULL_WORLDS), agree);
    let questions = seen.of("questions");
    seen.at_least("questions", scaled(10_000, 1_000_000));
    for (what, percent) in [
        ("allowed", 30),
        ("denied", 20),
        ("circles", 5),
        ("long", 1),
        ("with contextual tuples", 10),
        ("by names", 25),
        ("through a bundle", 20),
        ("conditions", 16),
        ("conditions, allowed", 5),
        ("conditions, failed where it does not count", 1),
        ("condition", 2),
    ] {
        seen.at_least(what, questions * percent / 100);
    }
    for error in [
        "too-deep",
        "unknown-type",
        "unknown-relation",
        "bad-context",
    ] {
        seen.at_least(error, 20);
    }
}

/// One world: as it is built, after changes, under another model.
fn agree(seed: u64, seen: &mut Seen) {
    let random = &mut Random::new(seed);
    let mut drawn = Drawn::new(random);
    seen.count("worlds");
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
                seen.count("too long");
                continue;
            };
            count(seen, &outcome);
            seen.count_if("with contextual tuples", !question.contextual.is_empty());
            let judge = |how: &str, found: Result<bool, &'static str>| {
                if !outcome.is(found) {
                    let found = format!("{how}, round {round}: {found:?}");
                    differ(&drawn, &question, &outcome, &found);
                }
            };
            judge("as asked", answer(&drawn.snapshot, &question));
            if let Some(found) = answer_by_names(&drawn.snapshot, &question) {
                seen.count("by names");
                judge("by names", found);
            }
            if let Some(loaded) = &loaded {
                seen.count("through a bundle");
                judge("through a bundle", answer(loaded, &question));
            }
        }
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
