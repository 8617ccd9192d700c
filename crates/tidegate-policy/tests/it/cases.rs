//! Generated questions as a file, for engines in any language: the wasm package answers in Node what the
//! reference has answered here.
//!
//! `TIDEGATE_CASES_FILE=PATH cargo test -p tidegate-policy --test it cases` writes `TIDEGATE_CASES` cases
//! [2000], beginning at `TIDEGATE_SEED` [1]. Each line of the file is one JSON object, a model with all that
//! is asked of it:
//!
//! ```json
//! {"seed": 1, "model": "model\n  schema 1.1\n…", "tuples": ["doc:a#r0@user:1 with c0 {\"x\":1}"],
//!  "cases": [{"subject": "user:1", "relation": "r0", "object": "doc:a", "contextualTuples": [],
//!             "context": {"x": 3}, "expect": "true"}]}
//! ```
//!
//! Tuples are in the form that `Tuple` has as a text. What is expected is `true`, `false`, or the word
//! of the error (`CheckError::kind`). Questions with two errors are left out: either word is right.

use std::fmt::Write as _;

use serde_json::{Value, json};
use tidegate_policy::{Change, Model, Profile, Snapshot, Tuple};

use crate::agree::{Drawn, answer, first_seed, question, tuple};
use crate::random::Random;
use crate::reference::{self, Question};

const CASES: usize = 2_000;
/// Of one model.
const EACH: usize = 24;

/// Lines of so many cases at least.
fn lines(cases: usize) -> String {
    let (mut lines, mut count, mut seed) = (String::new(), 0, first_seed());
    while count < cases {
        let random = &mut Random::new(seed);
        let drawn = Drawn::new(random);
        let rows = reference::rows(&drawn.model, &drawn.facts);
        let mut all = Vec::new();
        for number in 0..EACH {
            let Some((question, outcome)) = question(random, &drawn, &rows, number) else {
                continue;
            };
            if outcome.or.is_some() {
                continue;
            }
            let expect = match outcome.answer {
                Ok(true) => "true",
                Ok(false) => "false",
                Err(kind) => kind,
            };
            all.push(case(&question, expect));
        }
        count += all.len();
        let tuples: Vec<String> = drawn
            .facts
            .iter()
            .map(|fact| tuple(fact).to_string())
            .collect();
        let line = json!({"seed": seed, "model": drawn.text, "tuples": tuples, "cases": all});
        _ = writeln!(lines, "{line}");
        seed = seed.wrapping_add(1);
    }
    lines
}

fn case(question: &Question, expect: &str) -> Value {
    let (object, relation, subject) = &question.fact;
    let contextual = question.contextual.iter();
    let contextual: Vec<String> = contextual.map(|fact| tuple(fact).to_string()).collect();
    let context: Value = serde_json::from_str(&question.values).expect("values");
    json!({
        "subject": subject,
        "relation": relation,
        "object": object,
        "contextualTuples": contextual,
        "context": context,
        "expect": expect,
    })
}

/// Writes the file, if one is named, and reads back what it would hold.
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a test may be told its file and scale"
)]
fn cases_say_what_the_reference_says() {
    let wanted = std::env::var("TIDEGATE_CASES");
    let wanted = wanted.map_or(CASES, |count| count.parse().expect("a number"));
    let lines = lines(wanted);
    if let Ok(path) = std::env::var("TIDEGATE_CASES_FILE") {
        std::fs::write(path, &lines).expect("writes");
    }
    let (mut count, mut allowed, mut conditional) = (0, 0, 0);
    for line in lines.lines() {
        let world: Value = serde_json::from_str(line).expect("JSON");
        let model = Model::parse(world["model"].as_str().expect("a text")).expect("a model");
        let changes: Vec<Change> = tuples(&world["tuples"])
            .into_iter()
            .map(Change::Write)
            .collect();
        let snapshot = Snapshot::new(model, Profile::default()).apply(1, &changes);
        let snapshot = snapshot.expect("allowed tuples");
        for case in world["cases"].as_array().expect("cases") {
            let text = |key: &str| case[key].as_str().expect("a text").to_owned();
            let contextual = tuples(&case["contextualTuples"]).into_iter().map(|tuple| {
                let text = tuple.to_string();
                let (object, rest) = text.split_once('#').expect("a tuple");
                let (relation, subject) = rest.split_once('@').expect("a tuple");
                (object.to_owned(), relation.to_owned(), subject.to_owned())
            });
            let question = Question {
                fact: (text("object"), text("relation"), text("subject")),
                contextual: contextual.collect(),
                values: case["context"].to_string(),
            };
            let found = match answer(&snapshot, &question) {
                Ok(true) => "true",
                Ok(false) => "false",
                Err(kind) => kind,
            };
            assert_eq!(
                found, case["expect"],
                "TIDEGATE_SEED={}: {case}",
                world["seed"]
            );
            count += 1;
            allowed += usize::from(found == "true");
            conditional += usize::from(question.values != "{}");
        }
    }
    println!("{count} cases, {allowed} allowed, {conditional} with values");
    assert!(
        count >= wanted && allowed * 100 >= count * 30,
        "{allowed} of {count} allowed"
    );
    assert!(
        conditional * 3 >= count,
        "{conditional} of {count} with values"
    );
}

fn tuples(texts: &Value) -> Vec<Tuple> {
    let texts = texts.as_array().expect("tuples").iter();
    let parsed = texts.map(|text| text.as_str().expect("a text").parse());
    parsed.map(|tuple| tuple.expect("a tuple")).collect()
}
