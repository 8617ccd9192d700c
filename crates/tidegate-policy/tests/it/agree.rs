//! Whether the engine and the reference agree on generated models, tuples and questions.

use std::collections::{BTreeMap, BTreeSet};

use tidegate_policy::{Change, CheckError, CheckRequest, Context, Model, Profile, Snapshot, Tuple};

use crate::random::Random;
use crate::reference::{self, Fact};
use crate::worlds::{self, World};

const WORLDS: u64 = 250;
const QUESTIONS: usize = 25;

/// The engine's form of a fact.
pub(crate) fn tuple((object, relation, subject): &Fact) -> Tuple {
    let text = format!("{object}#{relation}@{subject}");
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// What the engine says: whether, or the word of the error.
pub(crate) fn ask(
    snapshot: &Snapshot,
    question: &Fact,
    context: &[Fact],
) -> Result<bool, &'static str> {
    let asked = tuple(question);
    let context: Vec<Tuple> = context.iter().map(tuple).collect();
    let request = CheckRequest {
        subject: &asked.subject,
        relation: &asked.relation,
        object: &asked.object,
        contextual_tuples: &context,
        context: Context::EMPTY,
    };
    snapshot
        .check(&request)
        .map_err(|error: CheckError| error.kind())
}

/// A generated model, and tuples that it allows.
pub(crate) struct Drawn {
    pub(crate) text: String,
    pub(crate) model: reference::Model,
    pub(crate) facts: BTreeSet<Fact>,
    pub(crate) snapshot: Snapshot,
    ids: usize,
    /// Models that were thrown away.
    invalid: usize,
}

impl Drawn {
    pub(crate) fn new(random: &mut Random) -> Self {
        let mut invalid = 0;
        let (text, parsed) = loop {
            let text = worlds::model(random);
            match Model::parse(&text) {
                Ok(parsed) => break (text, parsed),
                Err(_) => invalid += 1,
            }
        };
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
        let changes: Vec<Change> = facts
            .iter()
            .map(|fact| Change::Write(tuple(fact)))
            .collect();
        let snapshot = Snapshot::new(parsed, Profile::default())
            .apply(1, &changes)
            .expect("the model allows these tuples");
        Self {
            text,
            model,
            facts,
            snapshot,
            ids,
            invalid,
        }
    }

    pub(crate) fn world(&self) -> World<'_> {
        World {
            model: &self.model,
            ids: self.ids,
        }
    }
}

/// The first seed: another with `TIDEGATE_SEED=…`.
#[expect(clippy::disallowed_methods, reason = "a test may be told its seed")]
pub(crate) fn first_seed() -> u64 {
    std::env::var("TIDEGATE_SEED").map_or(1, |seed| seed.parse().expect("a number"))
}

#[test]
fn engine_and_reference_agree() {
    let mut seen = BTreeMap::<&str, usize>::new();
    for seed in (0..WORLDS).map(|number| first_seed().wrapping_add(number)) {
        let random = &mut Random::new(seed);
        let drawn = Drawn::new(random);
        *seen.entry("invalid models").or_default() += drawn.invalid;
        let mut count = |what| *seen.entry(what).or_default() += 1;
        let (text, model, facts) = (&drawn.text, &drawn.model, &drawn.facts);
        let world = drawn.world();
        let rows = reference::rows(model, facts);
        for number in 0..QUESTIONS {
            let tries = if number % 2 == 0 { 0 } else { 14 };
            let mut draw = || {
                let (question, context) = (world.question(random), world.context(random));
                let outcome = reference::check(model, &rows, &question, &context);
                (question, context, outcome)
            };
            let wanted = [Ok(true), Err("too-deep")];
            let mut asked = draw();
            // Most questions come to a deny: half of the time, look for another.
            for _ in 0..tries {
                if asked
                    .2
                    .as_ref()
                    .is_some_and(|outcome| wanted.contains(&outcome.answer))
                {
                    break;
                }
                asked = draw();
            }
            let (question, context, Some(outcome)) = asked else {
                count("too long");
                continue;
            };
            let found = ask(&drawn.snapshot, &question, &context);
            assert_eq!(
                found, outcome.answer,
                "TIDEGATE_SEED={seed}\n{text}\n{facts:#?}\n{question:?}\n{context:?}"
            );
            count("questions");
            count(match outcome.answer {
                Ok(true) => "allowed",
                Ok(false) => "denied",
                Err(kind) => kind,
            });
            if outcome.circle {
                count("circles");
            }
            // Beyond these the engine remembers what it has found.
            if outcome.steps > 200 {
                count("long");
            }
            if !context.is_empty() {
                count("with context");
            }
        }
    }
    println!("{seen:?}");
    let at_least = |what: &str, least: usize| {
        let count = seen.get(what).copied().unwrap_or_default();
        assert!(
            count >= least,
            "{what}: {count} of at least {least}, in {seen:?}"
        );
    };
    let questions = seen["questions"];
    at_least("questions", 5_000);
    at_least("allowed", questions * 30 / 100);
    at_least("denied", questions * 20 / 100);
    at_least("circles", questions / 20);
    at_least("long", questions / 50);
    at_least("with context", questions / 10);
    for error in [
        "too-deep",
        "unknown-type",
        "unknown-relation",
        "bad-context",
    ] {
        at_least(error, 20);
    }
}
