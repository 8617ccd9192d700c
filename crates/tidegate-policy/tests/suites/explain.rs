//! Explanations of every check of the suites: each allow has a proof, each deny every remedy.

use serde::Deserialize;
use tidegate_policy::{Budget, CheckRequest, Context, Explanation, Model, Tuple};

use crate::store::{Store, TupleText, is_unsupported};
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
    let Some(text) = suite("openfga/consolidated_1_1_tests.yaml") else {
        return;
    };
    let file: File = serde_yaml_ng::from_str(&text).expect("the suite is YAML");
    let mut tally = Tally::default();
    let mut wrong = Vec::new();
    for test in &file.tests {
        if test.stages.iter().any(|stage| is_unsupported(&stage.model)) {
            continue;
        }
        let mut store = Store::new();
        for stage in &test.stages {
            store.model(Model::parse(&stage.model).expect("a model"));
            store.write(stage.tuples.as_deref().unwrap_or_default());
            for assertion in stage.check_assertions.iter().flatten() {
                if let Err(message) = explain(&store, assertion, &mut tally) {
                    wrong.push(format!("{}: {:?}: {message}", test.name, assertion.tuple));
                }
            }
        }
    }
    println!("{tally:?}");
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(tally.proofs >= 90, "{tally:?}");
    assert!(tally.denials >= 55, "{tally:?}");
    assert!(tally.remedies >= 60, "{tally:?}");
}

fn explain(store: &Store, assertion: &Assertion, tally: &mut Tally) -> Result<(), String> {
    let snapshot = store.snapshot();
    let Assertion {
        tuple,
        contextual_tuples,
    } = assertion;
    let context = contextual_tuples.iter().flatten();
    let context: Result<Vec<Tuple>, _> = context.map(TupleText::parse).collect();
    let (Ok(asked), Ok(context)) = (tuple.parse(), context) else {
        tally.errors += 1;
        return Ok(());
    };
    let request = CheckRequest {
        subject: &asked.subject,
        relation: &asked.relation,
        object: &asked.object,
        contextual_tuples: &context,
        context: Context::EMPTY,
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
            Ok(false),
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
