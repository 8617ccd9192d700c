//! Explanations of every check of the suites: each allow has a proof, each deny every remedy.

use serde::Deserialize;
use serde_json::{Map, Value};
use tidegate_policy::{Budget, CheckError, CheckRequest, Context, Explanation, Model, Tuple};

use crate::store::{Store, TupleText};
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
    context: Option<Map<String, Value>>,
}

#[derive(Debug, Default)]
struct Tally {
    proofs: usize,
    denials: usize,
    remedies: usize,
    errors: usize,
}

#[test]
fn every_check_is_explained() {
    let files = ["consolidated_1_1_tests.yaml", "abac_tests.yaml"];
    let texts = files.map(|file| suite(&format!("openfga/{file}")));
    let mut tally = Tally::default();
    let mut wrong = Vec::new();
    for text in texts.into_iter().flatten() {
        let file: File = serde_yaml_ng::from_str(&text).expect("the suite is YAML");
        for test in &file.tests {
            let mut store = Store::default();
            for stage in &test.stages {
                store.model(Model::parse(&stage.model).expect("a model"));
                let tuples = stage.tuples.as_deref().unwrap_or_default();
                store.write(tuples).expect("tuples that the model takes");
                for assertion in stage.check_assertions.iter().flatten() {
                    if let Err(message) = explain(&store, assertion, &mut tally) {
                        wrong.push(format!("{}: {:?}: {message}", test.name, assertion.tuple));
                    }
                }
            }
        }
    }
    println!("{tally:?}");
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

fn explain(store: &Store, assertion: &Assertion, tally: &mut Tally) -> Result<(), String> {
    let snapshot = store.snapshot();
    let Assertion {
        tuple,
        contextual_tuples,
        context,
    } = assertion;
    let tuples = contextual_tuples.iter().flatten();
    let tuples: Result<Vec<Tuple>, _> = tuples.map(TupleText::parse).collect();
    let context = Context::new(context.clone().unwrap_or_default());
    let (Ok(asked), Ok(tuples), Ok(context)) = (tuple.parse(), tuples, context) else {
        tally.errors += 1;
        return Ok(());
    };
    let request = CheckRequest {
        subject: &asked.subject,
        relation: &asked.relation,
        object: &asked.object,
        contextual_tuples: &tuples,
        context: &context,
    };
    let explained = snapshot.explain(&request, &Budget::DEFAULT);
    match (explained, snapshot.check(&request)) {
        (
            Ok(Explanation::Allowed {
                proof: Some(proof),
                complete: true,
            }),
            Ok(true),
        ) => {
            tally.proofs += 1;
            proof
                .verify(snapshot, &request)
                .map_err(|flaw| format!("{flaw}:\n{proof}"))
        }
        (
            Ok(Explanation::Denied {
                remedies,
                complete: true,
                ..
            }),
            Ok(false) | Err(CheckError::Condition(_)),
        ) => {
            tally.denials += 1;
            tally.remedies += remedies.len();
            Ok(())
        }
        (Err(one), Err(other)) if one == other => {
            tally.errors += 1;
            Ok(())
        }
        (explained, checked) => Err(format!("{checked:?}, and {explained:?}")),
    }
}
