//! OpenFGA's tables of models and tuples: valid or not.

use serde::Deserialize;
use serde_json::{Value, json};
use tidegate_policy::{Model, ModelErrors};

use crate::native;
use crate::store::TupleText;
use crate::suite;
use crate::tally::Tally;

/// Where a row has no model: `TYPE` of `tests/wasm/asked/suites.mjs`.
const ANY: &str = "model\n  schema 1.1\ntype user\n";

#[derive(Deserialize)]
struct ModelRow {
    group: String,
    name: String,
    model: Value,
    valid: bool,
}

#[derive(Deserialize)]
struct TupleRow {
    group: String,
    name: String,
    model: Option<Value>,
    tuple: TupleText,
    valid: bool,
}

#[test]
fn model_validation() {
    let file = "openfga/model_validation_table.json";
    let Some(rows) = suite::<Vec<ModelRow>>(file) else {
        return;
    };
    let mut tally = Tally::new(file);
    for row in &rows {
        tally.write(&json!({
            "ask": "model",
            "name": format!("{}/{}", row.group, row.name),
            "text": text_of(&row.model),
            "expect": { "answer": row.valid },
            "native": native::model(&Model::parse(&text_of(&row.model))),
        }));
        let found = read(&row.model);
        tally.count(
            &format!("{} {}", row.group, row.name),
            found.is_ok() == row.valid,
            || format!("valid: {}\n{}\n{:?}", row.valid, row.model, found.err()),
        );
    }
    tally.done();
}

#[test]
fn tuple_validation() {
    let file = "openfga/tuple_validation_table.json";
    let Some(rows) = suite::<Vec<TupleRow>>(file) else {
        return;
    };
    let mut tally = Tally::new(file);
    for row in &rows {
        let model = row.model.as_ref().map_or_else(|| ANY.to_owned(), text_of);
        let model = Model::parse(&model);
        tally.write(&json!({
            "ask": "tuple",
            "name": format!("{}/{}", row.group, row.name),
            "model": row.model.as_ref().map(text_of),
            "tuple": row.tuple.text(),
            "expect": { "answer": row.valid },
            "native": native::tuple(&model, &row.tuple.text()),
        }));
        let tuple = row.tuple.parse();
        let allowed = match (&tuple, &row.model) {
            (Ok(tuple), Some(model)) => read(model).is_ok_and(|model| model.allows(tuple).is_ok()),
            (tuple, _) => tuple.is_ok(),
        };
        tally.count(
            &format!("{} {}", row.group, row.name),
            allowed == row.valid,
            || format!("valid: {}\n{:?}\n{tuple:?}", row.valid, row.model),
        );
    }
    tally.done();
}

fn text_of(model: &Value) -> String {
    match model {
        Value::String(text) => text.clone(),
        json => json.to_string(),
    }
}

/// A model as the tables have it: in the language, or in JSON form.
fn read(model: &Value) -> Result<Model, ModelErrors> {
    match model {
        Value::String(text) => Model::parse(text),
        json => Model::from_json(&json.to_string()),
    }
}
