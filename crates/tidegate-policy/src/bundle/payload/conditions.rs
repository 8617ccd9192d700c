//! Conditions and contexts in payloads: the texts that they were made from.
//!
//! A condition is its name, the count of its parameters, for each of these its name and type, and its
//! expression; a type is a byte, and for lists and maps the type of the elements after it. A context is its
//! JSON without white space.

use crate::bundle::PayloadError;
use crate::bundle::bytes::{Reader, size, text};
use crate::condition::{
    Condition, ConditionError, Context, MAX_TYPE_NESTING, Parameter, ParameterType,
};
use crate::model::MAX_PARAMETERS;
use crate::tuple::check_relation;

/// Fewest bytes of a parameter: the length of its name, and a type.
const LEAST_PARAMETER: usize = 2;

const LIST: u8 = 9;
const MAP: u8 = 10;

pub(crate) fn write_condition(out: &mut Vec<u8>, condition: &Condition) {
    text(out, condition.name().as_bytes());
    size(out, condition.parameters().len());
    for Parameter { name, kind } in condition.parameters() {
        text(out, name.as_bytes());
        write_type(out, kind);
    }
    text(out, condition.expression().as_bytes());
}

/// None where it is wrong.
pub(crate) fn read_condition(reader: &mut Reader<'_>) -> Option<Condition> {
    // Before it is looked at: what follows is then left out of programs that have no conditions.
    if cfg!(not(feature = "conditions")) {
        reader.fail(PayloadError::Unsupported);
        return None;
    }
    let name = reader.name(check_relation);
    let mut count = reader.count_to(MAX_PARAMETERS, LEAST_PARAMETER);
    let mut parameters = Vec::with_capacity(count);
    while reader.more(&mut count) {
        parameters.push(Parameter {
            name: reader.text().into(),
            kind: read_type(reader, 0),
        });
    }
    let parsed = Condition::parse(name, parameters, reader.text());
    parsed
        .map_err(|error| {
            reader.fail(if error == ConditionError::Unsupported {
                PayloadError::Unsupported
            } else {
                PayloadError::Condition
            });
        })
        .ok()
}

pub(crate) fn write_context(out: &mut Vec<u8>, context: &Context) {
    text(out, context.to_string().as_bytes());
}

/// With its text.
pub(crate) fn read_context<'a>(reader: &mut Reader<'a>) -> (Context, &'a str) {
    let found = reader.text();
    let context: Context = found.parse().unwrap_or_default();
    // One context has one form.
    reader.must(context.to_string() == found, PayloadError::Context);
    (context, found)
}

fn write_type(out: &mut Vec<u8>, kind: &ParameterType) {
    let (byte, element) = match kind {
        ParameterType::Any => (0, None),
        ParameterType::Bool => (1, None),
        ParameterType::String => (2, None),
        ParameterType::Int => (3, None),
        ParameterType::Uint => (4, None),
        ParameterType::Double => (5, None),
        ParameterType::Duration => (6, None),
        ParameterType::Timestamp => (7, None),
        ParameterType::IpAddress => (8, None),
        ParameterType::List(element) => (LIST, Some(element)),
        ParameterType::Map(element) => (MAP, Some(element)),
    };
    out.push(byte);
    if let Some(element) = element {
        write_type(out, element);
    }
}

fn read_type(reader: &mut Reader<'_>, nesting: usize) -> ParameterType {
    reader.must(nesting <= MAX_TYPE_NESTING, PayloadError::Number);
    match reader.byte() {
        0 => ParameterType::Any,
        1 => ParameterType::Bool,
        2 => ParameterType::String,
        3 => ParameterType::Int,
        4 => ParameterType::Uint,
        5 => ParameterType::Double,
        6 => ParameterType::Duration,
        7 => ParameterType::Timestamp,
        8 => ParameterType::IpAddress,
        LIST => ParameterType::List(Box::new(read_type(reader, nesting + 1))),
        MAP => ParameterType::Map(Box::new(read_type(reader, nesting + 1))),
        _ => {
            reader.fail(PayloadError::Number);
            ParameterType::Any
        }
    }
}
