//! OpenFGA's tables of models and tuples: valid or not.

use serde::Deserialize;
use serde_json::Value;
use tidegate_policy::Model;

use crate::store::TupleText;
use crate::suite;

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
    let mut ran = 0;
    let mut wrong = Vec::new();
    for row in &rows {
        let Some(text) = text_of(&row.model) else {
            continue;
        };
        ran += 1;
        let found = Model::parse(&text);
        if found.is_ok() != row.valid {
            wrong.push(format!(
                "{} {}: valid: {}\n{text}\n{:?}",
                row.group,
                row.name,
                row.valid,
                found.err()
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {ran}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(ran >= 40, "only {ran} of {} models ran", rows.len());
}

#[test]
fn tuple_validation() {
    let Some(text) = suite("openfga/tuple_validation_table.json") else {
        return;
    };
    let rows: Vec<TupleRow> = serde_json::from_str(&text).expect("the table is JSON");
    let mut ran = 0;
    for row in &rows {
        let shape = row.tuple.parse();
        if !row.valid && shape.is_err() {
            ran += 1;
            continue;
        }
        let tuple = shape.unwrap_or_else(|error| panic!("{} {}: {error}", row.group, row.name));
        let Some(Ok(model)) = row
            .model
            .as_ref()
            .and_then(text_of)
            .map(|text| Model::parse(&text))
        else {
            assert!(!row.valid, "{} {}: no model", row.group, row.name);
            continue;
        };
        ran += 1;
        assert_eq!(
            model.allows(&tuple).is_ok(),
            row.valid,
            "{} {}: {tuple}",
            row.group,
            row.name
        );
    }
    assert!(ran >= 12, "only {ran} of {} tuples ran", rows.len());
}

/// A model in the language; none when it has no form there, or needs what the engine does not have yet.
fn text_of(model: &Value) -> Option<String> {
    if let Value::String(text) = model {
        return (!crate::store::is_unsupported(text)).then(|| text.clone());
    }
    let version = model
        .get("schema_version")
        .and_then(Value::as_str)
        .unwrap_or("1.1");
    if model
        .get("conditions")
        .is_some_and(|found| !found.is_null())
    {
        return None;
    }
    let mut text = format!("model\n  schema {version}\n");
    for definition in model.get("type_definitions")?.as_array()? {
        text.push_str(&format!("type {}\n", definition.get("type")?.as_str()?));
        let relations = definition.get("relations").and_then(Value::as_object);
        for (at, (name, rewrite)) in relations.into_iter().flatten().enumerate() {
            if at == 0 {
                text.push_str("  relations\n");
            }
            let restrictions = definition.pointer(&format!(
                "/metadata/relations/{name}/directly_related_user_types"
            ));
            // Restrictions of a relation that is not direct have no form in the language.
            let restricted = restrictions
                .and_then(Value::as_array)
                .is_some_and(|found| !found.is_empty());
            if restricted && !rewrite.to_string().contains("\"this\"") {
                return None;
            }
            text.push_str(&format!(
                "    define {name}: {}\n",
                rewrite_of(rewrite, restrictions)?
            ));
        }
    }
    Some(text)
}

fn rewrite_of(rewrite: &Value, restrictions: Option<&Value>) -> Option<String> {
    let field = |names: [&str; 2]| names.iter().find_map(|name| rewrite.get(name));
    let relation = |value: &Value| Some(value.get("relation")?.as_str()?.to_owned());
    let joined = |children: &Value, word: &str| {
        let children: Option<Vec<String>> = children
            .get("child")?
            .as_array()?
            .iter()
            .map(|child| rewrite_of(child, restrictions))
            .collect();
        Some(children?.join(word))
    };
    if rewrite.get("this").is_some() {
        let entries: Option<Vec<String>> = restrictions
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .map(|entry| {
                let type_name = entry.get("type")?.as_str()?;
                if entry.get("condition").is_some() {
                    return None;
                }
                let relation = entry
                    .pointer("/relation_or_wildcard/relation")
                    .or(entry.get("relation"));
                let wildcard = entry
                    .pointer("/relation_or_wildcard/wildcard")
                    .or(entry.get("wildcard"));
                Some(match (relation.and_then(Value::as_str), wildcard) {
                    (Some(relation), _) => format!("{type_name}#{relation}"),
                    (None, Some(_)) => format!("{type_name}:*"),
                    (None, None) => type_name.to_owned(),
                })
            })
            .collect();
        return Some(format!("[{}]", entries?.join(", ")));
    }
    if let Some(computed) = field(["computed_userset", "computedUserset"]) {
        return relation(computed);
    }
    if let Some(found) = field(["tuple_to_userset", "tupleToUserset"]) {
        let computed = found
            .get("computed_userset")
            .or(found.get("computedUserset"))?;
        return Some(format!(
            "{} from {}",
            relation(computed)?,
            relation(found.get("tupleset")?)?
        ));
    }
    if let Some(union) = rewrite.get("union") {
        return joined(union, " or ");
    }
    if let Some(intersection) = rewrite.get("intersection") {
        return joined(intersection, " and ");
    }
    let difference = rewrite.get("difference")?;
    Some(format!(
        "{} but not {}",
        rewrite_of(difference.get("base")?, restrictions)?,
        rewrite_of(difference.get("subtract")?, restrictions)?
    ))
}
