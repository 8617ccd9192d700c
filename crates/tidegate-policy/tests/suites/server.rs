//! OpenFGA's own server tests: checks, with stored and with contextual tuples.

use serde::Deserialize;
use tidegate_policy::Model;

use crate::store::{Outcome, Store, TupleText, is_unsupported};
use crate::suite;

#[derive(Deserialize)]
struct File {
    tests: Vec<Test>,
}

#[derive(Deserialize)]
struct Test {
    name: String,
    stages: Vec<Stage>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stage {
    model: String,
    #[serde(default)]
    tuples: Option<Vec<TupleText>>,
    #[serde(default)]
    check_assertions: Option<Vec<Assertion>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Assertion {
    tuple: TupleText,
    #[serde(default)]
    contextual_tuples: Option<Vec<TupleText>>,
    #[serde(default)]
    expectation: Option<bool>,
    #[serde(default)]
    error_code: Option<u32>,
}

impl Assertion {
    fn expected(&self) -> Outcome {
        match (self.error_code, self.expectation) {
            (Some(code), _) => Err(code),
            (None, expectation) => Ok(expectation.unwrap_or(false)),
        }
    }
}

#[test]
fn consolidated() {
    let Some(text) = suite("openfga/consolidated_1_1_tests.yaml") else {
        return;
    };
    let file: File = serde_yaml_ng::from_str(&text).expect("the suite is YAML");
    let (mut checks, mut unsupported) = (0, 0);
    let mut wrong = Vec::new();
    for test in &file.tests {
        if test.stages.iter().any(|stage| is_unsupported(&stage.model)) {
            unsupported += 1;
            continue;
        }
        let mut store = Store::new();
        for stage in &test.stages {
            let stored = stage.tuples.as_deref().unwrap_or_default();
            store.model(
                Model::parse(&stage.model)
                    .unwrap_or_else(|errors| panic!("{}:\n{errors}", test.name)),
            );
            // As the reference does: tests of one stage are also run with all tuples passed along.
            let mut empty = Store::new();
            empty.model(Model::parse(&stage.model).expect("parsed above"));
            store.write(stored);
            for assertion in stage.check_assertions.iter().flatten() {
                let context = assertion.contextual_tuples.as_deref().unwrap_or_default();
                let mut found = vec![("stored", store.check(&assertion.tuple, context))];
                if test.stages.len() == 1 && stored.len() + context.len() <= 100 {
                    let all = [stored, context].concat();
                    found.push(("contextual", empty.check(&assertion.tuple, &all)));
                }
                for (how, found) in found {
                    checks += 1;
                    if found != assertion.expected() {
                        let expected = assertion.expected();
                        wrong.push(format!(
                            "{} ({how}): {:?}: {found:?}, not {expected:?}",
                            test.name, assertion.tuple
                        ));
                    }
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {checks}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(
        checks > 250,
        "only {checks} checks ran; {unsupported} tests need what is not there yet"
    );
}
