//! A second engine's tests, converted to OpenFGA's form.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::exceptions::is_excepted;
use crate::questions::{Expected, Questions, Stage};
use crate::store::{Given, TupleText, VALIDATION};
use crate::suite;

const FILE: &str = "spicedb/converted_openfga.json";

#[derive(Deserialize)]
struct File {
    converted: Vec<Test>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Test {
    name: String,
    model: String,
    tuples: Vec<TupleText>,
    check_assertions: Vec<Assertion>,
}

#[derive(Deserialize)]
struct Assertion {
    tuple: TupleText,
    #[serde(default)]
    context: Option<Map<String, Value>>,
    expectation: Expectation,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Expectation {
    Answer(bool),
    Open(Open),
}

/// A caveat's data is missing.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Open {
    Conditional,
}

#[test]
fn converted() {
    let Some(file) = suite::<File>(FILE) else {
        return;
    };
    let mut questions = Questions::new(FILE);
    for test in &file.converted {
        questions.store(&[Stage {
            model: &test.model,
            tuples: &test.tuples,
        }]);
        for assertion in &test.check_assertions {
            // A caveat's data, or its absence, is part of what is asked.
            let mut name = assertion.tuple.text();
            if assertion.context.is_none() {
                name.push_str(" without context");
            }
            if is_excepted(FILE, &test.name, &name, false) {
                questions.except();
                continue;
            }
            let given = Given {
                context: assertion.context.as_ref(),
                ..Given::default()
            };
            let expected = match assertion.expectation {
                Expectation::Answer(expected) => Expected::Answer(expected),
                Expectation::Open(Open::Conditional) => Expected::Code(VALIDATION),
            };
            questions.ask(&test.name, &(&assertion.tuple).into(), &given, &expected);
        }
    }
    questions.done();
}
