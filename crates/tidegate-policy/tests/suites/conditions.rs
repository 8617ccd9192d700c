//! OpenFGA's own tests of conditions: what compiles, and what an evaluation comes to.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use tidegate_policy::Condition;
use tidegate_policy::condition::{Context, Evaluated, Parameter, ParameterType};

use crate::exceptions::is_excepted;
use crate::native;
use crate::suite;
use crate::tally::Tally;

const FILE: &str = "openfga/condition_table.json";

#[derive(Deserialize)]
struct Case {
    group: String,
    name: String,
    condition: ConditionText,
    /// None: it is only compiled.
    #[serde(default)]
    context: Option<Map<String, Value>>,
    #[serde(default)]
    result: Option<Expected>,
    #[serde(default)]
    err: Option<Value>,
}

#[derive(Deserialize)]
struct ConditionText {
    name: String,
    expression: String,
    #[serde(default)]
    parameters: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Expected {
    condition_met: bool,
    #[serde(default)]
    missing_parameters: Vec<String>,
}

#[test]
fn condition_table() {
    let Some(cases) = suite::<Vec<Case>>(FILE) else {
        return;
    };
    let mut tally = Tally::new(FILE);
    for case in &cases {
        if is_excepted(FILE, &case.group, &case.name, case.err.is_some()) {
            tally.except();
            continue;
        }
        tally.write(&line(case));
        let found = run(case);
        let name = format!("{}/{}", case.group, case.name);
        tally.count(&name, holds(case, &found), || format!("{found:?}"));
    }
    tally.done();
}

/// The case as others are to run it: as a condition of a model in JSON form, and of its only tuple.
fn line(case: &Case) -> Value {
    let expect = match (&case.err, &case.result) {
        (Some(_), _) => json!({ "refused": true }),
        (None, Some(result)) if result.missing_parameters.is_empty() => {
            json!({ "met": result.condition_met })
        }
        (None, Some(_)) => json!({ "missing": true }),
        (None, None) => json!({ "refused": false }),
    };
    let name = &case.condition.name;
    let relation =
        json!({ "directly_related_user_types": [{ "type": "user", "condition": name }] });
    let model = json!({
        "schema_version": "1.1",
        "type_definitions": [
            { "type": "user" },
            {
                "type": "doc",
                "relations": { "viewer": { "this": {} } },
                "metadata": { "relations": { "viewer": relation } },
            },
        ],
        "conditions": { name.as_str(): {
            "name": name,
            "expression": case.condition.expression,
            "parameters": case.condition.parameters,
        } },
    });
    let (model, tuple) = (
        model.to_string(),
        format!("doc:a#viewer@user:ann with {name}"),
    );
    let context = case.context.clone();
    let context = context.map(|context| Context::new(context).expect("a context"));
    json!({
        "ask": "condition",
        "name": format!("{}/{}", case.group, case.name),
        "model": model,
        "tuple": tuple,
        "context": case.context,
        "expect": expect,
        "native": native::condition(&model, &tuple, context.as_ref()),
    })
}

/// Whether what came out is what the case expects. A condition that depends on a missing parameter is
/// not met there; which error it is is in words there.
fn holds(case: &Case, found: &Result<Option<Evaluated>, String>) -> bool {
    match (found, &case.result) {
        (Err(_), _) => case.err.is_some(),
        (Ok(_), _) if case.err.is_some() => false,
        (Ok(None), expected) => expected.is_none(),
        (Ok(Some(_)), None) => true,
        (Ok(Some(found)), Some(expected)) => {
            let (mut missing, mut wanted) =
                (found.missing.clone(), expected.missing_parameters.clone());
            missing.sort();
            wanted.sort();
            found.met.unwrap_or(false) == expected.condition_met && missing == wanted
        }
    }
}

fn run(case: &Case) -> Result<Option<Evaluated>, String> {
    let declared = case.condition.parameters.iter().map(|(name, kind)| {
        let kind = kind_of(kind).ok_or_else(|| format!("`{name}` has no type"))?;
        Ok(Parameter {
            name: name.as_str().into(),
            kind,
        })
    });
    let declared = declared.collect::<Result<Vec<_>, String>>()?;
    let condition = Condition::parse(&case.condition.name, declared, &case.condition.expression)
        .map_err(|error| error.to_string())?;
    let Some(context) = &case.context else {
        return Ok(None);
    };
    let context = Context::new(context.clone()).map_err(|error| error.to_string())?;
    let evaluated = condition.evaluate(Context::EMPTY, &context);
    evaluated.map(Some).map_err(|error| error.to_string())
}

/// A type as OpenFGA's JSON form has it.
fn kind_of(text: &Value) -> Option<ParameterType> {
    let element = || {
        let element = text.get("generic_types")?.as_array()?.first()?;
        kind_of(element).map(Box::new)
    };
    Some(match text.get("type_name")?.as_str()? {
        "TYPE_NAME_ANY" => ParameterType::Any,
        "TYPE_NAME_BOOL" => ParameterType::Bool,
        "TYPE_NAME_STRING" => ParameterType::String,
        "TYPE_NAME_INT" => ParameterType::Int,
        "TYPE_NAME_UINT" => ParameterType::Uint,
        "TYPE_NAME_DOUBLE" => ParameterType::Double,
        "TYPE_NAME_DURATION" => ParameterType::Duration,
        "TYPE_NAME_TIMESTAMP" => ParameterType::Timestamp,
        "TYPE_NAME_IPADDRESS" => ParameterType::IpAddress,
        "TYPE_NAME_LIST" => ParameterType::List(element()?),
        "TYPE_NAME_MAP" => ParameterType::Map(element()?),
        _ => return None,
    })
}
