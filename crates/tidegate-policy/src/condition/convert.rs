//! From JSON to the types of parameters, by OpenFGA's rules.
//!
//! A number may be written as a text, in decimals; a whole number may have a fraction of zeros. What has
//! no such value in the type is an error: nothing is cut off or rounded to fit a whole number.

use super::cast::{UINT_END, from_text};
use super::double;
use super::number::{decimals, sign, signed};
use super::overloads::Function as F;
use super::value::{List, Map, Text, Value};
use super::{MAX_CONTEXT, ParameterType};
use crate::json::Json;

/// Longest text that a whole number, a time or an address is read from. Bytes.
const MAX_PLAIN: usize = 128;

/// A value of a parameter; none when it is not one.
pub(super) fn convert<'a>(json: &'a Json, to: &ParameterType) -> Option<Value<'a>> {
    Some(match (to, json) {
        (
            ParameterType::Int
            | ParameterType::Uint
            | ParameterType::Duration
            | ParameterType::Timestamp
            | ParameterType::IpAddress,
            Json::Text(text),
        ) if text.len() > MAX_PLAIN => return None,
        (ParameterType::Any, _)
        | (ParameterType::Bool, Json::Bool(_))
        | (ParameterType::String, Json::Text(_)) => Value::any(json),
        (ParameterType::Int, _) => {
            let (negative, size) = whole(json)?;
            Value::Int(signed(negative, size)?)
        }
        (ParameterType::Uint, _) => match whole(json)? {
            (true, 1..) => return None,
            (_, size) => Value::Uint(size),
        },
        (ParameterType::Double, Json::Number(number)) => Value::Double(number.as_f64()?),
        (ParameterType::Double, Json::Text(text)) => {
            Value::Double(double::parse(text).filter(|value| value.is_finite())?)
        }
        (ParameterType::Duration, Json::Text(text)) => return from_text(F::ToDuration, text),
        (ParameterType::Timestamp, Json::Text(text)) => return from_text(F::ToTimestamp, text),
        (ParameterType::IpAddress, Json::Text(text)) => return from_text(F::ToIp, text),
        (ParameterType::List(element), Json::List(_))
        | (ParameterType::Map(element), Json::Object(_)) => {
            let as_written = is_as_written(element);
            let mut made = Vec::new();
            let mut at = 0;
            while let Some((key, value)) = entry(json, at) {
                at += 1;
                let value = convert(value, element)?;
                if !as_written {
                    made.extend(key.map(|key| Value::String(Text::Borrowed(key))));
                    made.push(value);
                }
            }
            match json {
                _ if as_written => Value::any(json),
                Json::List(_) => Value::List(List::Made(made.into())),
                _ => Value::Map(Map::Made(made.into())),
            }
        }
        _ => return None,
    })
}

/// An element of a list, or a key of a map and its value.
fn entry(json: &Json, at: usize) -> Option<(Option<&str>, &Json)> {
    match json {
        Json::List(values) => Some((None, values.get(at)?)),
        Json::Object(entries) => entries.get(at).map(|(key, value)| (Some(&**key), value)),
        _ => None,
    }
}

/// What it costs to convert a value, in the units of an evaluation.
pub(super) fn cost(json: &Json, to: &ParameterType) -> usize {
    let inside = match (to, json) {
        // Nothing of it is read.
        (ParameterType::Any | ParameterType::Bool | ParameterType::String, _) => 0,
        (ParameterType::Double, Json::Text(text)) => double::cost(text),
        (ParameterType::List(element), Json::List(values)) => {
            values.iter().map(|value| cost(value, element)).sum()
        }
        (ParameterType::Map(element), Json::Object(entries)) => {
            entries.iter().map(|(_, value)| cost(value, element)).sum()
        }
        // A longer one is refused for its length.
        (_, Json::Text(text)) => text.len().min(MAX_PLAIN) / 8,
        _ => 0,
    };
    1 + inside
}

/// Most that it costs to convert a value of a type.
pub(super) fn most(to: &ParameterType) -> usize {
    let inside = match to {
        ParameterType::Any | ParameterType::Bool | ParameterType::String => 0,
        ParameterType::Double => MAX_CONTEXT / 8 + double::MOST,
        // Each element has a comma, or a bracket, and a character besides.
        ParameterType::List(element) | ParameterType::Map(element) => {
            most(element).saturating_mul(MAX_CONTEXT / 2)
        }
        _ => MAX_PLAIN / 8,
    };
    inside.saturating_add(1)
}

/// Whether JSON that is of the type means the same without it, so that a list of it need not be made.
fn is_as_written(kind: &ParameterType) -> bool {
    match kind {
        ParameterType::Any | ParameterType::Bool | ParameterType::String => true,
        ParameterType::List(element) | ParameterType::Map(element) => is_as_written(element),
        _ => false,
    }
}

/// A whole number, whether it is negative and its size: written as one, or with a fraction of zeros, or as a text.
/// None out of the range of all types.
fn whole(json: &Json) -> Option<(bool, u64)> {
    match json {
        Json::Number(number) => {
            if let Some(value) = number.as_u64() {
                return Some((false, value));
            }
            if let Some(value) = number.as_i64() {
                return Some((value < 0, value.unsigned_abs()));
            }
            let value = number.as_f64()?;
            let is_whole = value.trunc() == value && value.abs() < UINT_END;
            is_whole.then_some((value < 0.0, value.abs() as u64))
        }
        Json::Text(text) => whole_text(text),
        _ => None,
    }
}

/// A whole number in decimals, such as `42`, `-1.0` or `1e3`.
fn whole_text(text: &str) -> Option<(bool, u64)> {
    let (negative, digits) = sign(text);
    let (before, after, exponent) = decimals(digits)?;
    let mut size: u64 = 0;
    // Where the point comes to stand: so many digits count, and what follows them must be zeros.
    let exponent = i32::try_from(exponent).ok()?;
    let point = i64::try_from(before.len()).ok()? + i64::from(exponent);
    let mut at = 0;
    for digit in before.bytes().chain(after.bytes()) {
        let digit = digit.checked_sub(b'0').filter(|digit| *digit <= 9)?;
        if at < point {
            size = size.checked_mul(10)?.checked_add(digit.into())?;
        } else if digit != 0 {
            return None;
        }
        at += 1;
    }
    while at < point && size != 0 {
        size = size.checked_mul(10)?;
        at += 1;
    }
    Some((negative, size))
}
