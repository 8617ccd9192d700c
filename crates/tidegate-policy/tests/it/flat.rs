//! Whether questions of relations that hold by `or`, usersets and `from` alone have the reference's answers: by
//! names and otherwise, and however they are answered.
//!
//! Who has answered is not told. It shows in the steps: a contextual tuple far from the question changes nothing
//! of the answer, and makes it the search's. Where that takes other steps, the search was not asked before; often both
//! take as many.

use tidegate_policy::{CheckRequest, Context, Model, Tuple};

use crate::agree::{Drawn, answer, answer_by_names, differ, question, tuple};
use crate::random::Random;
use crate::reference::{self, Outcome, Question, type_of};
use crate::scale::{Seen, each_seed, scaled};
use crate::worlds;

const WORLDS: u64 = 120;
const FULL_WORLDS: u64 = 10_000;
/// With conditions, without them, after changes.
const QUESTIONS: [usize; 3] = [8, 24, 16];

#[test]
fn unions_have_the_references_answers() {
    let seen = each_seed(scaled(WORLDS, FULL_WORLDS), agree);
    let questions = seen.of("questions");
    seen.at_least("questions", scaled(4_000, 300_000));
    for (what, per_mille) in [
        ("allowed", 200),
        ("denied", 200),
        ("by names", 500),
        ("without the search", 40),
        ("without the search, allowed", 15),
        ("without the search, denied", 15),
        // Why the search is asked.
        ("circles", 20),
        ("too-deep", 10),
        ("more than 400 steps", 5),
        ("usersets as subject", 50),
        ("everybody as subject", 20),
        ("contextual tuples", 50),
        ("names that nothing holds", 10),
        ("the tuple itself, under a condition", 5),
    ] {
        seen.at_least(what, questions * per_mille / 1_000);
    }
    for error in ["unknown-type", "unknown-relation", "condition"] {
        seen.at_least(error, 20);
    }
}

/// One world: with conditions, then without them (what was stored under them stays), then after changes.
fn agree(seed: u64, seen: &mut Seen) {
    let random = &mut Random::new(seed);
    let text = worlds::unions(random);
    let plain = worlds::without_conditions(&text);
    let mut drawn = Drawn::of(random, text);
    for (round, questions) in QUESTIONS.into_iter().enumerate() {
        match round {
            0 => {}
            1 => {
                let parsed =
                    Model::parse(&plain).unwrap_or_else(|error| panic!("{error}\n{plain}"));
                drawn.put_model(plain.clone(), parsed);
            }
            _ => drawn.change(random),
        }
        let rows = reference::rows(&drawn.model, &drawn.facts);
        for number in 0..questions {
            let Some((mut question, mut outcome)) = question(random, &drawn, &rows, number) else {
                seen.count("too long");
                continue;
            };
            if round > 0 && random.percent(80) {
                // By names alone.
                "{}".clone_into(&mut question.values);
                question.contextual.clear();
                match reference::answer(&drawn.model, &rows, &question) {
                    Some(found) => outcome = found,
                    None => continue,
                }
            }
            count(seen, &drawn, &question, &outcome);
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
            if !question.contextual.is_empty() {
                continue;
            }
            if let Some(apart) = apart(random, &drawn) {
                let (found, steps) = counted(&drawn, &question, &[]);
                let (searched, search_steps) = counted(&drawn, &question, &[apart]);
                judge("counted", found);
                judge("by the search", searched);
                if steps != search_steps {
                    seen.count("without the search");
                    seen.count(match found {
                        Ok(true) => "without the search, allowed",
                        Ok(false) => "without the search, denied",
                        Err(kind) => panic!("{kind}, seed {seed}: {question:?}\n{}", drawn.text),
                    });
                }
            }
        }
    }
}

/// A tuple on an object that is nowhere else, if chance finds one that the model takes.
fn apart(random: &mut Random, drawn: &Drawn) -> Option<Tuple> {
    let (object, relation, subject) = drawn.world().fact(random)?;
    let apart = (format!("{}:apart", type_of(&object)), relation, subject);
    Some(tuple(&apart))
}

fn counted(
    drawn: &Drawn,
    question: &Question,
    contextual: &[Tuple],
) -> (Result<bool, &'static str>, u32) {
    let asked = tuple(&question.fact);
    let context: Context = question.values.parse().expect("values");
    let checked = drawn.snapshot.check_counted(&CheckRequest {
        subject: &asked.subject,
        relation: &asked.relation,
        object: &asked.object,
        contextual_tuples: contextual,
        context: &context,
    });
    let answer = checked.answer.map_err(|error| error.kind());
    (answer, checked.steps)
}

fn count(seen: &mut Seen, drawn: &Drawn, question: &Question, outcome: &Outcome) {
    let (object, _, subject) = &question.fact;
    seen.count("questions");
    seen.count(match outcome.answer {
        Ok(true) => "allowed",
        Ok(false) => "denied",
        Err(kind) => kind,
    });
    seen.count_if("circles", outcome.circle);
    seen.count_if("more than 400 steps", outcome.steps > 400);
    seen.count_if("usersets as subject", subject.contains('#'));
    seen.count_if("everybody as subject", subject.ends_with(":*"));
    seen.count_if("contextual tuples", !question.contextual.is_empty());
    seen.count_if("names that nothing holds", object.ends_with(":none"));
    // Where the relation does not take it any more.
    let mut facts = drawn.facts.iter();
    let under_condition = facts.any(|fact| {
        let same = fact.0 == *object && fact.2.starts_with(&format!("{subject} with "));
        same && !drawn.model.counts(fact)
    });
    seen.count_if("the tuple itself, under a condition", under_condition);
}
