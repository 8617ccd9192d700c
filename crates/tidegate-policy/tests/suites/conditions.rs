//! OpenFGA's own tests of conditions: what compiles, and what an evaluation comes to.

use serde::Deserialize;
use serde_json::{Map, Value};
use tidegate_policy::Condition;
use tidegate_policy::condition::{Context, Evaluated, Parameter, ParameterType};

use crate::suite;

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

#[derive(Deserialize)]
struct Exceptions {
    exception: Vec<Exception>,
}

#[derive(Deserialize)]
struct Exception {
    id: String,
    /// Cases that expect no error hold.
    only_errors: bool,
    reason: String,
}

impl Exception {
    fn covers(&self, case: &Case) -> bool {
        let all = format!("{FILE} {}/*", case.group);
        let one = format!("{FILE} {}/{}", case.group, case.name);
        (self.id == all || self.id == one) && (case.err.is_some() || !self.only_errors)
    }
}

#[test]
fn condition_table() {
    let Some(text) = suite(FILE) else { return };
    let cases: Vec<Case> = serde_json::from_str(&text).expect("the suite is JSON");
    let exceptions: Exceptions =
        toml::from_str(include_str!("exceptions.toml")).expect("a list of exceptions");
    let (mut ran, mut excepted, mut wrong) = (0, 0, Vec::new());
    for case in &cases {
        if let Some(exception) = exceptions.exception.iter().find(|e| e.covers(case)) {
            assert!(
                !exception.reason.is_empty(),
                "{} says no reason",
                exception.id
            );
            excepted += 1;
            continue;
        }
        ran += 1;
        let found = run(case);
        if !holds(case, &found) {
            wrong.push(format!("{}/{}: {found:?}", case.group, case.name));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {ran}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(ran >= 9, "only {ran} cases ran, {excepted} were excepted");
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
