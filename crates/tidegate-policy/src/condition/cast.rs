//! The conversions of the language: `int(x)`, `string(x)` and their like.

use std::sync::Arc;

use super::double;
use super::error::Failure;
use super::evaluate::Meter;
use super::ip::Ip;
use super::number::{digits, sign, signed};
use super::overloads::Function as F;
use super::time::{Timestamp, duration_text, parse_duration};
use super::value::{Text, Value};

/// 2^63 and 2^64, which are doubles.
const INT_END: f64 = 9_223_372_036_854_775_808.0;
pub(super) const UINT_END: f64 = 18_446_744_073_709_551_616.0;

const TRUE: [&str; 6] = ["1", "t", "T", "true", "True", "TRUE"];
const FALSE: [&str; 6] = ["0", "f", "F", "false", "False", "FALSE"];

/// Converts a value to the type that a function is named for.
pub(super) fn cast<'a>(to: F, from: &Value<'a>, meter: &mut Meter) -> Result<Value<'a>, Failure> {
    if let Value::String(text) = from {
        meter.touch(text.len());
    }
    Ok(match (to, from) {
        (F::ToInt, _) => Value::Int(int(from)?),
        (F::ToUint, _) => Value::Uint(uint(from)?),
        (F::ToDouble, _) => Value::Double(double(from, meter)?),
        (F::ToBool, Value::String(text)) => {
            let truth = TRUE.contains(&&**text);
            if !truth && !FALSE.contains(&&**text) {
                return Err(Failure::NotConvertible);
            }
            Value::Bool(truth)
        }
        (F::ToBytes, Value::String(text)) => Value::Bytes(text.as_bytes().into()),
        (F::ToDuration, Value::Int(nanos)) => Value::Duration(*nanos),
        (F::ToTimestamp, Value::Int(seconds)) => {
            Value::Timestamp(Timestamp::new(*seconds, 0).ok_or(Failure::Overflow)?)
        }
        (F::ToDuration | F::ToTimestamp | F::ToIp, Value::String(text)) => {
            return read(from_text(to, text));
        }
        (F::ToString, Value::String(_))
        | (F::ToBool, Value::Bool(_))
        | (F::ToBytes, Value::Bytes(_))
        | (F::ToDuration, Value::Duration(_))
        | (F::ToTimestamp, Value::Timestamp(_))
        | (F::ToIp, Value::Ip(_)) => from.clone(),
        (F::ToString, _) => {
            let text: Arc<str> = text(from)?.into();
            meter.touch(text.len());
            Value::String(Text::Shared(text))
        }
        _ => return Err(Failure::NoOverload),
    })
}

/// A length of time, a point in time or an address, as the function says.
pub(super) fn from_text(to: F, text: &str) -> Option<Value<'static>> {
    Some(match to {
        F::ToDuration => Value::Duration(parse_duration(text)?),
        F::ToTimestamp => Value::Timestamp(Timestamp::parse(text)?),
        _ => Value::Ip(Ip::parse(text)?),
    })
}

fn int(from: &Value<'_>) -> Result<i64, Failure> {
    match from {
        Value::Int(value) | Value::Duration(value) => Ok(*value),
        Value::Uint(value) => i64::try_from(*value).map_err(|_| Failure::Overflow),
        Value::Double(value) if *value > -INT_END && *value < INT_END => Ok(*value as i64),
        Value::Double(_) => Err(Failure::Overflow),
        Value::String(text) => {
            let (negative, size) = sign(text);
            read(digits(size, 10).and_then(|size| signed(negative, size)))
        }
        Value::Timestamp(at) => Ok(at.seconds()),
        _ => Err(Failure::NoOverload),
    }
}

fn uint(from: &Value<'_>) -> Result<u64, Failure> {
    match from {
        Value::Uint(value) => Ok(*value),
        Value::Int(value) => u64::try_from(*value).map_err(|_| Failure::Overflow),
        Value::Double(value) if *value >= 0.0 && *value < UINT_END => Ok(*value as u64),
        Value::Double(_) => Err(Failure::Overflow),
        Value::String(text) => read(digits(text, 10)),
        _ => Err(Failure::NoOverload),
    }
}

fn double(from: &Value<'_>, meter: &mut Meter) -> Result<f64, Failure> {
    if let Value::String(text) = from {
        meter.spend(double::cost(text));
        return read(double::parse(text));
    }
    from.double().ok_or(Failure::NoOverload)
}

/// What a text or bytes were read as.
fn read<T>(found: Option<T>) -> Result<T, Failure> {
    found.ok_or(Failure::NotConvertible)
}

fn text(of: &Value<'_>) -> Result<String, Failure> {
    Ok(match of {
        Value::Bool(value) => if *value { "true" } else { "false" }.to_owned(),
        Value::Int(value) => value.to_string(),
        Value::Uint(value) => value.to_string(),
        Value::Double(value) => double::text(*value),
        Value::Duration(nanos) => duration_text(*nanos),
        Value::Timestamp(at) => at.text(),
        Value::Bytes(bytes) => {
            let text = read(std::str::from_utf8(bytes).ok())?;
            text.to_owned()
        }
        Value::Type(name) => (*name).to_owned(),
        _ => return Err(Failure::NoOverload),
    })
}
