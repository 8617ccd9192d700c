//! What functions and operators do with values. The checker has seen to the types that are known; what
//! `any` hid is found out here.

use std::sync::Arc;

use super::cast;
use super::error::Failure;
use super::evaluate::Meter;
use super::overloads::Function as F;
use super::pattern::{MAX_PROGRAM, Pattern};
use super::time::{Timestamp, parse_zone};
use super::value::{List, Text, Value};

type Outcome<'a> = Result<Value<'a>, Failure>;

/// A function of one value.
pub(super) fn one<'a>(function: F, of: &Value<'a>, meter: &mut Meter) -> Outcome<'a> {
    let number = match (function, of) {
        (F::Not, Value::Bool(truth)) => return Ok(Value::Bool(!truth)),
        (F::Negate, Value::Double(value)) => return Ok(Value::Double(-value)),
        (F::ToType, _) => return Ok(Value::Type(of.type_name())),
        (F::ToDyn, _) => return Ok(of.clone()),
        (F::Negate, Value::Int(value)) => value.checked_neg(),
        (F::Size, _) => {
            let size = match of {
                Value::String(text) => {
                    meter.touch(text.len());
                    text.chars().count()
                }
                Value::Bytes(bytes) => bytes.len(),
                Value::List(list) => list.len(),
                Value::Map(map) => map.len(),
                _ => return Err(Failure::NoOverload),
            };
            i64::try_from(size).ok()
        }
        (F::Hours | F::Minutes | F::Seconds | F::Milliseconds, Value::Duration(nanos)) => {
            let unit = match function {
                F::Hours => 3_600_000_000_000,
                F::Minutes => 60_000_000_000,
                F::Seconds => 1_000_000_000,
                _ => 1_000_000,
            };
            Some(nanos / unit)
        }
        (_, Value::Timestamp(at)) if let Some(found) = part(function, *at, 0) => Some(found),
        _ => return cast::cast(function, of, meter),
    };
    in_range(number).map(Value::Int)
}

/// A function of two values.
pub(super) fn two<'a>(
    function: F,
    one: &Value<'a>,
    two: &Value<'a>,
    meter: &mut Meter,
) -> Outcome<'a> {
    let truth = match (function, one, two) {
        (F::Equal | F::NotEqual, ..) => one.equals(two, meter) == (function == F::Equal),
        (F::Less | F::LessEqual | F::Greater | F::GreaterEqual, ..) => {
            let order = one.order(two, meter)?;
            match function {
                F::Less => order.is_lt(),
                F::LessEqual => order.is_le(),
                F::Greater => order.is_gt(),
                _ => order.is_ge(),
            }
        }
        (F::In, _, Value::List(list)) => is_in(one, list, meter),
        (F::In, _, Value::Map(map)) => map.find(one, meter).is_some(),
        (F::Contains, Value::String(text), Value::String(part)) => {
            meter.touch(text.len() + part.len());
            crate::text::find(text, part).is_some()
        }
        (F::StartsWith | F::EndsWith, Value::String(text), Value::String(part)) => {
            meter.touch(part.len());
            let (text, part) = (text.as_bytes(), part.as_bytes());
            match function {
                F::StartsWith => text.starts_with(part),
                _ => text.ends_with(part),
            }
        }
        (F::Matches, Value::String(text), Value::String(pattern)) => {
            // What is not paid for is not read: what comes of it is not told.
            let is_paid = meter.spend(pattern.len());
            let pattern = Pattern::parse(if is_paid { pattern } else { "" });
            // One that is refused may have been refused for its size.
            let size = pattern.as_ref().map_or(MAX_PROGRAM, Pattern::size);
            meter.spend(size);
            let pattern = pattern.map_err(|_| Failure::BadPattern)?;
            pattern.matches(text, meter)
        }
        (F::InCidr, Value::Ip(ip), Value::String(network)) => {
            meter.touch(network.len());
            ip.is_in(network).ok_or(Failure::BadNetwork)?
        }
        (F::Index, Value::List(list), at) => {
            let at = whole(at).ok_or(Failure::NoOverload)?;
            let at = usize::try_from(at).ok();
            return at.and_then(|at| list.get(at)).ok_or(Failure::NoSuchIndex);
        }
        (F::Index, Value::Map(map), key) => {
            return map.find(key, meter).ok_or(Failure::NoSuchKey);
        }
        (_, Value::Timestamp(at), Value::String(zone)) => {
            let offset = parse_zone(zone).ok_or(Failure::BadTimeZone)?;
            let found = part(function, *at, offset);
            return found.map(Value::Int).ok_or(Failure::NoOverload);
        }
        _ => return arithmetic(function, one, two, meter),
    };
    Ok(Value::Bool(truth))
}

fn arithmetic<'a>(function: F, one: &Value<'a>, two: &Value<'a>, meter: &mut Meter) -> Outcome<'a> {
    Ok(match (one, two) {
        (Value::Int(one), Value::Int(two)) => Value::Int(in_range(match function {
            F::Add => one.checked_add(*two),
            F::Subtract => one.checked_sub(*two),
            F::Multiply => one.checked_mul(*two),
            F::Divide | F::Remainder if *two == 0 => return Err(Failure::DivisionByZero),
            F::Divide => one.checked_div(*two),
            // The least number has no quotient by -1, and no remainder either.
            F::Remainder => one.checked_rem(*two),
            _ => return Err(Failure::NoOverload),
        })?),
        (Value::Uint(one), Value::Uint(two)) => Value::Uint(in_range(match function {
            F::Add => one.checked_add(*two),
            F::Subtract => one.checked_sub(*two),
            F::Multiply => one.checked_mul(*two),
            F::Divide | F::Remainder if *two == 0 => return Err(Failure::DivisionByZero),
            F::Divide => one.checked_div(*two),
            F::Remainder => one.checked_rem(*two),
            _ => return Err(Failure::NoOverload),
        })?),
        (Value::Double(one), Value::Double(two)) => Value::Double(match function {
            F::Add => one + two,
            F::Subtract => one - two,
            F::Multiply => one * two,
            F::Divide => one / two,
            _ => return Err(Failure::NoOverload),
        }),
        (Value::Duration(one), Value::Duration(two)) => {
            Value::Duration(in_range(match function {
                F::Add => one.checked_add(*two),
                F::Subtract => one.checked_sub(*two),
                _ => return Err(Failure::NoOverload),
            })?)
        }
        (Value::Timestamp(at), Value::Duration(by))
        | (Value::Duration(by), Value::Timestamp(at)) => {
            let by = match (function, one) {
                (F::Add, _) => Some(*by),
                (F::Subtract, Value::Timestamp(_)) => by.checked_neg(),
                _ => return Err(Failure::NoOverload),
            };
            Value::Timestamp(in_range(by.and_then(|by| at.later(by)))?)
        }
        (Value::Timestamp(one), Value::Timestamp(two)) if function == F::Subtract => {
            Value::Duration(in_range(one.since(*two))?)
        }
        (Value::String(one), Value::String(two)) if function == F::Add => {
            meter.touch(one.len() + two.len());
            let text: Arc<str> = crate::text::join(&[&**one, two], "").into();
            Value::String(Text::Shared(text))
        }
        (Value::Bytes(one), Value::Bytes(two)) if function == F::Add => {
            meter.touch(one.len() + two.len());
            Value::Bytes([&**one, &**two].concat().into())
        }
        (Value::List(one), Value::List(two)) if function == F::Add => {
            meter.spend(one.len() + two.len());
            let mut all = Vec::with_capacity(one.len() + two.len());
            for list in [one, two] {
                let mut at = 0;
                while let Some(element) = list.get(at) {
                    all.push(element);
                    at += 1;
                }
            }
            Value::List(List::Made(all.into()))
        }
        _ => return Err(Failure::NoOverload),
    })
}

fn is_in(wanted: &Value<'_>, list: &List<'_>, meter: &mut Meter) -> bool {
    let mut at = 0;
    while let Some(element) = list.get(at) {
        if element.equals(wanted, meter) {
            return true;
        }
        at += 1;
    }
    false
}

/// An index: of any number that is whole.
fn whole(at: &Value<'_>) -> Option<i64> {
    match at {
        Value::Int(at) => Some(*at),
        Value::Uint(at) => Some(i64::try_from(*at).unwrap_or(i64::MAX)),
        Value::Double(at) => (*at as i64 as f64 == *at).then_some(*at as i64),
        _ => None,
    }
}

/// What a function reads off a calendar and a clock; none when it is no such function.
fn part(function: F, at: Timestamp, offset: i64) -> Option<i64> {
    let civil = at.civil(offset);
    let [year, month, day, hour, minute, second] = civil.fields;
    Some(match function {
        F::FullYear => year,
        F::Month => month - 1,
        F::Date => day,
        F::DayOfMonth => day - 1,
        F::DayOfWeek => civil.weekday,
        F::DayOfYear => civil.year_day,
        F::Hours => hour,
        F::Minutes => minute,
        F::Seconds => second,
        F::Milliseconds => civil.millisecond,
        _ => return None,
    })
}

fn in_range<T>(value: Option<T>) -> Result<T, Failure> {
    value.ok_or(Failure::Overflow)
}
