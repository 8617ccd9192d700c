//! The conversions of the language: `int(x)`, `string(x)` and their like.

use std::fmt::Write;
use std::sync::Arc;

use super::error::Failure;
use super::evaluate::{Meter, Stop};
use super::ip::Ip;
use super::overloads::Function as F;
use super::time::{Timestamp, duration_text, parse_duration};
use super::value::{Text, Value};

/// 2^63 and 2^64, which are doubles.
const INT_END: f64 = 9_223_372_036_854_775_808.0;
const UINT_END: f64 = 18_446_744_073_709_551_616.0;

/// Converts a value to the type that a function is named for.
pub(super) fn cast<'a>(to: F, from: &Value<'a>, meter: &mut Meter) -> Result<Value<'a>, Stop> {
    if let Value::String(text) = from {
        meter.touch(text.len())?;
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
                return Err(Failure::Overflow.into());
            }
            Some(Value::Int(*value as i64))
        }
        (F::ToInt, Value::String(text)) => text.parse().ok().map(Value::Int),
        (F::ToInt, Value::Timestamp(at)) => Some(Value::Int(at.seconds())),
        (F::ToInt, Value::Duration(nanos)) => Some(Value::Int(*nanos)),

        (F::ToUint, Value::Int(value)) => Some(Value::Uint(
            u64::try_from(*value).map_err(|_| Failure::Overflow)?,
        )),
        (F::ToUint, Value::Double(value)) => {
            if !(*value >= 0.0 && *value < UINT_END) {
                return Err(Failure::Overflow.into());
            }
            Some(Value::Uint(*value as u64))
        }
        (F::ToUint, Value::String(text)) => {
            let plain = !text.starts_with('+');
            text.parse().ok().filter(|_| plain).map(Value::Uint)
        }

        (F::ToDouble, Value::Int(value)) => Some(Value::Double(*value as f64)),
        (F::ToDouble, Value::Uint(value)) => Some(Value::Double(*value as f64)),
        (F::ToDouble, Value::String(text)) => parse_double(text).map(Value::Double),

        (F::ToBool, Value::String(text)) => match &**text {
            "1" | "t" | "T" | "true" | "True" | "TRUE" => Some(Value::Bool(true)),
            "0" | "f" | "F" | "false" | "False" | "FALSE" => Some(Value::Bool(false)),
            _ => None,
        },
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
            meter.touch(text.len())?;
            Some(Value::String(Text::Shared(text)))
        }
        _ => return Err(Failure::NoOverload.into()),
    };
    found.ok_or(Stop::Failed(Failure::NotConvertible))
}

/// Reads a number; none when it is out of range. `inf` and `nan` are numbers here.
pub(super) fn parse_double(text: &str) -> Option<f64> {
    let value: f64 = text.parse().ok()?;
    let digits = text.bytes().any(|byte| byte.is_ascii_digit());
    (value.is_finite() || !digits).then_some(value)
}

fn text(of: &Value<'_>) -> Result<String, Stop> {
    Ok(match of {
        Value::Bool(value) => if *value { "true" } else { "false" }.to_owned(),
        Value::Int(value) => value.to_string(),
        Value::Uint(value) => value.to_string(),
        Value::Double(value) => double_text(*value),
        Value::Duration(nanos) => duration_text(*nanos),
        Value::Timestamp(at) => at.text(),
        Value::Ip(ip) => ip.text(),
        Value::Bytes(bytes) => {
            let text = std::str::from_utf8(bytes).map_err(|_| Failure::NotConvertible)?;
            text.to_owned()
        }
        Value::Type(name) => (*name).to_owned(),
        _ => return Err(Failure::NoOverload.into()),
    })
}

/// The shortest text that reads as the number: with an exponent from a million on and below 10^-4, as Go's
/// `%g` has it.
fn double_text(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&exponent) {
        return format!("{value}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    let mut text = mantissa.to_owned();
    // Writing to a text cannot fail.
    let _ = write!(text, "e{sign}{:02}", exponent.unsigned_abs());
    text
}
