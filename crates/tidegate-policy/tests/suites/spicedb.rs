//! A second engine's tests, converted to OpenFGA's form.

use serde::Deserialize;
use tidegate_policy::Model;

use crate::store::{Store, TupleText, is_unsupported};
use crate::suite;

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
    expectation: serde_json::Value,
}

#[test]
fn converted() {
    let Some(text) = suite("spicedb/converted_openfga.json") else {
        return;
    };
    let file: File = serde_json::from_str(&text).expect("the suite is JSON");
    let mut checks = 0;
    let mut wrong = Vec::new();
    for test in &file.converted {
        if is_unsupported(&test.model) {
            continue;
        }
        let model = match Model::parse(&test.model) {
            Ok(model) => model,
            Err(errors) => {
                wrong.push(format!("{}:\n{}\n{errors}", test.name, test.model));
                continue;
            }
        };
        let mut store = Store::new();
        store.model(model);
        store.write(&test.tuples);
        for Assertion { tuple, expectation } in &test.check_assertions {
            checks += 1;
            let found = store.check(tuple, &[]);
            if found.ok() != expectation.as_bool() {
                wrong.push(format!(
                    "{}: {tuple:?}: {found:?}, not {expectation}",
                    test.name
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {checks}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(checks > 60, "only {checks} checks ran");
}
