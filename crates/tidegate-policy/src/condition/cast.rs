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
    let found = match (to, from) {
        (F::ToInt, Value::Int(_))
        | (F::ToUint, Value::Uint(_))
        | (F::ToDouble, Value::Double(_))
        | (F::ToString, Value::String(_))
        | (F::ToBool, Value::Bool(_))
        | (F::ToBytes, Value::Bytes(_))
        | (F::ToDuration, Value::Duration(_))
        | (F::ToTimestamp, Value::Timestamp(_))
        | (F::ToIp, Value::Ip(_)) => Some(from.clone()),

        (F::ToInt, Value::Uint(value)) => Some(Value::Int(
            i64::try_from(*value).map_err(|_| Failure::Overflow)?,
        )),
        (F::ToInt, Value::Double(value)) => {
            if !(*value > -INT_END && *value < INT_END) {
                return Err(Failure::Overflow);
            }
            Some(Value::Int(*value as i64))
        }
        (F::ToInt, Value::String(text)) => {
            let (negative, size) = sign(text);
            let value = digits(size, 10).map(|size| signed(negative, size));
            value
                .and_then(|value| value.try_into().ok())
                .map(Value::Int)
        }
        (F::ToInt, Value::Timestamp(at)) => Some(Value::Int(at.seconds())),
        (F::ToInt, Value::Duration(nanos)) => Some(Value::Int(*nanos)),

        (F::ToUint, Value::Int(value)) => Some(Value::Uint(
            u64::try_from(*value).map_err(|_| Failure::Overflow)?,
        )),
        (F::ToUint, Value::Double(value)) => {
            if !(*value >= 0.0 && *value < UINT_END) {
                return Err(Failure::Overflow);
            }
            Some(Value::Uint(*value as u64))
        }
        (F::ToUint, Value::String(text)) => digits(text, 10).map(Value::Uint),

        (F::ToDouble, Value::Int(value)) => Some(Value::Double(*value as f64)),
        (F::ToDouble, Value::Uint(value)) => Some(Value::Double(*value as f64)),
        (F::ToDouble, Value::String(text)) => {
            meter.spend(double::cost(text));
            double::parse(text).map(Value::Double)
        }

        (F::ToBool, Value::String(text)) => {
            let truth = TRUE.contains(&&**text);
            (truth || FALSE.contains(&&**text)).then_some(Value::Bool(truth))
        }
        (F::ToBytes, Value::String(text)) => Some(Value::Bytes(text.as_bytes().into())),
        (F::ToDuration, Value::Int(nanos)) => Some(Value::Duration(*nanos)),
        (F::ToDuration, Value::String(text)) => parse_duration(text).map(Value::Duration),
        (F::ToTimestamp, Value::Int(seconds)) => {
            let at = Timestamp::new(*seconds, 0).ok_or(Failure::Overflow)?;
            Some(Value::Timestamp(at))
        }
        (F::ToTimestamp, Value::String(text)) => Timestamp::parse(text).map(Value::Timestamp),
        (F::ToIp, Value::String(text)) => Ip::parse(text).map(Value::Ip),
        (F::ToString, _) => {
            let text: Arc<str> = text(from)?.into();
            meter.touch(text.len());
            Some(Value::String(Text::Shared(text)))
        }
        _ => return Err(Failure::NoOverload),
    };
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
            let text = std::str::from_utf8(bytes).map_err(|_| Failure::NotConvertible)?;
            text.to_owned()
        }
        Value::Type(name) => (*name).to_owned(),
        _ => return Err(Failure::NoOverload),
    })
}
