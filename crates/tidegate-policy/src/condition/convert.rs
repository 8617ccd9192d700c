//! From JSON to the types of parameters, by OpenFGA's rules.
//!
//! A number may be written as a text, in decimals; a whole number may have a fraction of zeros. What has
//! no such value in the type is an error: nothing is cut off or rounded to fit a whole number.

use super::cast::UINT_END;
use super::double;
use super::ip::Ip;
use super::time::{Timestamp, parse_duration};
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
        (ParameterType::Any, _) => Value::any(json),
        (ParameterType::Bool, Json::Bool(value)) => Value::Bool(*value),
        (ParameterType::String, Json::Text(text)) => Value::String(Text::Borrowed(text)),
        (ParameterType::Int, _) => Value::Int(whole(json)?.int()?),
        (ParameterType::Uint, _) => Value::Uint(whole(json)?.uint()?),
        (ParameterType::Double, Json::Number(number)) => Value::Double(number.as_f64()?),
        (ParameterType::Double, Json::Text(text)) => {
            Value::Double(double::parse(text).filter(|value| value.is_finite())?)
        }
        (ParameterType::Duration, Json::Text(text)) => Value::Duration(parse_duration(text)?),
        (ParameterType::Timestamp, Json::Text(text)) => Value::Timestamp(Timestamp::parse(text)?),
        (ParameterType::IpAddress, Json::Text(text)) => Value::Ip(Ip::parse(text)?),
        (ParameterType::List(element), Json::List(values)) => {
            if is_as_written(element) {
                let all = values.iter().all(|value| convert(value, element).is_some());
                return all.then_some(Value::List(List::Json(values)));
            }
            let mut made = Vec::with_capacity(values.len());
            for value in values {
                made.push(convert(value, element)?);
            }
            Value::List(List::Made(made.into()))
        }
        (ParameterType::Map(element), Json::Object(entries)) => {
            if is_as_written(element) {
                let all = entries
                    .iter()
                    .all(|(_, value)| convert(value, element).is_some());
                return all.then_some(Value::Map(Map::Json(entries)));
            }
            let mut made = Vec::with_capacity(entries.len());
            for (key, value) in entries {
                let key = Value::String(Text::Borrowed(key));
                made.push((key, convert(value, element)?));
            }
            Value::Map(Map::Made(made.into()))
        }
        _ => return None,
    })
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

/// A whole number.
struct Whole {
    negative: bool,
    size: u64,
}

impl Whole {
    fn int(self) -> Option<i64> {
        match self.negative {
            true => 0_i64.checked_sub_unsigned(self.size),
            false => i64::try_from(self.size).ok(),
        }
    }

    fn uint(self) -> Option<u64> {
        (!self.negative || self.size == 0).then_some(self.size)
    }
}

/// A whole number: written as one, or with a fraction of zeros, or as a text. None out of the range of all types.
fn whole(json: &Json) -> Option<Whole> {
    match json {
        Json::Number(number) => {
            if let Some(value) = number.as_i64() {
                return Some(Whole {
                    negative: value < 0,
                    size: value.unsigned_abs(),
                });
            }
            if let Some(size) = number.as_u64() {
                let negative = false;
                return Some(Whole { negative, size });
            }
            let value = number.as_f64()?;
            (value.trunc() == value && value.abs() < UINT_END).then_some(Whole {
                negative: value < 0.0,
                size: value.abs() as u64,
            })
        }
        Json::Text(text) => whole_text(text),
        _ => None,
    }
}

/// A whole number in decimals, such as `42`, `-1.0` or `1e3`.
fn whole_text(text: &str) -> Option<Whole> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (digits, 0),
    };
    let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if before.len() + after.len() == 0 {
        return None;
    }
    let mut size: u64 = 0;
    // Where the point comes to stand: so many digits count, and what follows them must be zeros.
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
    Some(Whole { negative, size })
}
