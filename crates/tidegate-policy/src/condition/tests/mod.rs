//! Tables: parameters, expression, context, and what comes of them.

mod addresses; // as the standard library reads them
mod doubles; // numbers from and to texts, to the last bit
mod limits; // what is bounded, and that nothing panics
mod partial; // missing parameters, errors, and what absorbs them
mod patterns; // `matches`
mod refused; // what is no condition
mod times; // timestamps, durations, time zones
mod values; // from JSON to parameters
mod words; // literals, operators, functions, macros

use super::{Condition, ConditionError, Context, EvaluationError, Parameter, ParameterType};

/// `x: int, y: list<string>`
fn parameters(text: &str) -> Vec<Parameter> {
    let all = text.split(',').filter(|one| !one.trim().is_empty());
    all.map(|one| {
        let (name, kind) = one.split_once(':').expect("a name and a type");
        let (name, kind) = (name.trim().into(), kind_of(kind.trim()));
        Parameter { name, kind }
    })
    .collect()
}

fn kind_of(text: &str) -> ParameterType {
    let inner = |text: &str| Box::new(kind_of(text.strip_suffix('>').expect("an end")));
    match text {
        "any" => ParameterType::Any,
        "bool" => ParameterType::Bool,
        "string" => ParameterType::String,
        "int" => ParameterType::Int,
        "uint" => ParameterType::Uint,
        "double" => ParameterType::Double,
        "duration" => ParameterType::Duration,
        "timestamp" => ParameterType::Timestamp,
        "ipaddress" => ParameterType::IpAddress,
        _ => match text.split_once('<').expect("a type") {
            ("list", element) => ParameterType::List(inner(element)),
            (_, element) => ParameterType::Map(inner(element)),
        },
    }
}

fn parse(types: &str, expression: &str) -> Result<Condition, ConditionError> {
    Condition::parse("c", parameters(types), expression)
}

/// What comes of an expression: `true`, `false`, `missing`, `value PARAMETER`, `cost`, or how it failed.
fn outcome(types: &str, expression: &str, context: &str) -> String {
    let condition = match parse(types, expression) {
        Ok(condition) => condition,
        Err(error) => return format!("refused: {error} ({error:?})"),
    };
    let context: Context = context.parse().expect("a context");
    match condition.evaluate(Context::EMPTY, &context) {
        Ok(evaluated) => match evaluated.met {
            Some(met) => met.to_string(),
            None => "missing".to_owned(),
        },
        Err(EvaluationError::Failed { failure, .. }) => format!("{failure:?}"),
        Err(EvaluationError::Value { parameter, .. }) => format!("value {parameter}"),
        Err(EvaluationError::TooMuch { .. }) => "cost".to_owned(),
        Err(error) => format!("{error:?}"),
    }
}

#[track_caller]
fn check(types: &str, expression: &str, context: &str, expected: &str) {
    let found = outcome(types, expression, context);
    assert_eq!(found, expected, "({types}) {expression} over {context}");
}

/// Expressions without parameters that are true.
#[track_caller]
fn all_true(expressions: &[&str]) {
    for expression in expressions {
        check("", expression, "{}", "true");
    }
}

/// Expressions without parameters that fail, and how.
#[track_caller]
fn all_fail(expressions: &[(&str, &str)]) {
    for (expression, failure) in expressions {
        check("", expression, "{}", failure);
    }
}
