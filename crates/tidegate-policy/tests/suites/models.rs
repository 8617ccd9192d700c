//! OpenFGA's tables of models and tuples: valid or not.

use serde::Deserialize;
use serde_json::Value;
use tidegate_policy::{Model, ModelErrors};

use crate::store::TupleText;
use crate::{Tally, suite};

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
    let Some(text) = suite("openfga/model_validation_table.json") else {
        return;
    };
    let rows: Vec<ModelRow> = serde_json::from_str(&text).expect("the table is JSON");
    let mut tally = Tally::new("model_validation_table.json");
    for row in &rows {
        let found = read(&row.model);
        tally.count(
            &format!("{} {}", row.group, row.name),
            found.is_ok() == row.valid,
            || format!("valid: {}\n{}\n{:?}", row.valid, row.model, found.err()),
        );
    }
    tally.done(40);
}

#[test]
fn tuple_validation() {
    let Some(text) = suite("openfga/tuple_validation_table.json") else {
        return;
    };
    let rows: Vec<TupleRow> = serde_json::from_str(&text).expect("the table is JSON");
    let mut tally = Tally::new("tuple_validation_table.json");
    for row in &rows {
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
    tally.done(12);
}

/// A model as the tables have it: in the language, or in JSON form.
fn read(model: &Value) -> Result<Model, ModelErrors> {
    match model {
        Value::String(text) => Model::parse(text),
        json => Model::from_json(&json.to_string()),
    }
}
