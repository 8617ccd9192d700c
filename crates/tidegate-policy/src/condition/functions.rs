//! What functions and operators do with values. The checker has seen to the types that are known; what
//! `any` hid is found out here.

use std::sync::Arc;

use super::cast;
use super::error::Failure;
use super::evaluate::{Meter, Stop};
use super::number::signed;
use super::overloads::Function as F;
use super::pattern::{MAX_PROGRAM, Pattern};
use super::time::{Timestamp, parse_zone};
use super::value::{List, Text, Value};

type Outcome<'a> = Result<Value<'a>, Stop>;

/// A function of one value.
pub(super) fn one<'a>(function: F, of: &Value<'a>, meter: &mut Meter) -> Outcome<'a> {
    Ok(match (function, of) {
        (F::Not, Value::Bool(truth)) => Value::Bool(!truth),
        (F::Negate, Value::Int(value)) => Value::Int(in_range(value.checked_neg())?),
        (F::Negate, Value::Double(value)) => Value::Double(-value),
        (F::Size, _) => {
            let size = match of {
                Value::String(text) => {
                    meter.touch(text.len())?;
                    text.chars().count()
                }
                Value::Bytes(bytes) => bytes.len(),
                Value::List(list) => list.len(),
                Value::Map(map) => map.len(),
                _ => return Err(Failure::NoOverload.into()),
            };
            Value::Int(in_range(i64::try_from(size).ok())?)
        }
        (F::ToType, _) => Value::Type(of.type_name()),
        (F::ToDyn, _) => of.clone(),
        (F::Hours | F::Minutes | F::Seconds | F::Milliseconds, Value::Duration(nanos)) => {
            let unit = match function {
                F::Hours => 3_600_000_000_000,
                F::Minutes => 60_000_000_000,
                F::Seconds => 1_000_000_000,
                _ => 1_000_000,
            };
            Value::Int(nanos / unit)
        }
        (_, Value::Timestamp(at)) if let Some(found) = part(function, *at, 0) => Value::Int(found),
        _ => cast::cast(function, of, meter)?,
    })
}

/// A function of two values.
pub(super) fn two<'a>(
    function: F,
    one: &Value<'a>,
    two: &Value<'a>,
    meter: &mut Meter,
) -> Outcome<'a> {
    let truth = match (function, one, two) {
        (F::Equal | F::NotEqual, ..) => one.equals(two, meter)? == (function == F::Equal),
        (F::Less | F::LessEqual | F::Greater | F::GreaterEqual, ..) => {
            let order = one.compare(two, meter)?;
            match function {
                F::Less => order.is_lt(),
                F::LessEqual => order.is_le(),
                F::Greater => order.is_gt(),
                _ => order.is_ge(),
            }
        }
        (F::In, _, Value::List(list)) => is_in(one, list, meter)?,
        (F::In, _, Value::Map(map)) => map.find(one, meter)?.is_some(),
        (F::Contains, Value::String(text), Value::String(part)) => {
            meter.touch(text.len() + part.len())?;
            crate::text::find(text, part).is_some()
        }
        (F::StartsWith | F::EndsWith, Value::String(text), Value::String(part)) => {
            meter.touch(part.len())?;
            let (text, part) = (text.as_bytes(), part.as_bytes());
            match function {
                F::StartsWith => text.starts_with(part),
                _ => text.ends_with(part),
            }
        }
        (F::Matches, Value::String(text), Value::String(pattern)) => {
            meter.spend(pattern.len())?;
            let pattern = Pattern::parse(pattern);
            // One that is refused may have been refused for its size.
            let size = pattern.as_ref().map_or(MAX_PROGRAM, Pattern::size);
            meter.spend(size)?;
            let pattern = pattern.map_err(|_| Failure::BadPattern)?;
            pattern.matches(text, meter)?
        }
        (F::InCidr, Value::Ip(ip), Value::String(network)) => {
            meter.touch(network.len())?;
            ip.is_in(network).ok_or(Failure::BadNetwork)?
        }
        (F::Index, Value::List(list), at) => {
            let at = whole(at).ok_or(Failure::NoOverload)?;
            let at = usize::try_from(at).map_err(|_| Failure::NoSuchIndex)?;
            return list.get(at).ok_or(Stop::Failed(Failure::NoSuchIndex));
        }
        (F::Index, Value::Map(map), key) => {
            return map
                .find(key, meter)?
                .ok_or(Stop::Failed(Failure::NoSuchKey));
        }
        (_, Value::Timestamp(at), Value::String(zone)) => {
            let offset = parse_zone(zone).ok_or(Failure::BadTimeZone)?;
            let found = part(function, *at, offset);
            return found
                .map(Value::Int)
                .ok_or(Stop::Failed(Failure::NoOverload));
        }
        _ => return arithmetic(function, one, two, meter),
    };
    Ok(Value::Bool(truth))
}

fn arithmetic<'a>(function: F, one: &Value<'a>, two: &Value<'a>, meter: &mut Meter) -> Outcome<'a> {
    Ok(match (one, two) {
        (Value::Int(_), Value::Int(_)) | (Value::Uint(_), Value::Uint(_)) => {
            let (a, b) = (
                one.whole().unwrap_or_default(),
                two.whole().unwrap_or_default(),
            );
            let of_type = |found: i128| match one {
                Value::Int(_) => i64::try_from(found).map(Value::Int),
                _ => u64::try_from(found).map(Value::Uint),
            };
            let found = match function {
                F::Add => a + b,
                F::Subtract => a - b,
                // What does not fit is negative, or too large for both types.
                F::Multiply => a.wrapping_mul(b),
                F::Divide | F::Remainder if b == 0 => return Err(Failure::DivisionByZero.into()),
                _ => {
                    let quotient = quotient(a, b);
                    match function {
                        F::Divide => quotient,
                        // The least number has no quotient by -1, and no remainder either.
                        F::Remainder => {
                            in_range(of_type(quotient).ok())?;
                            a - quotient * b
                        }
                        _ => return Err(Failure::NoOverload.into()),
                    }
                }
            };
            in_range(of_type(found).ok())?
        }
        (Value::Double(one), Value::Double(two)) => Value::Double(match function {
            F::Add => one + two,
            F::Subtract => one - two,
            F::Multiply => one * two,
            F::Divide => one / two,
            _ => return Err(Failure::NoOverload.into()),
        }),
        (Value::Duration(one), Value::Duration(two)) => {
            Value::Duration(in_range(match function {
                F::Add => one.checked_add(*two),
                F::Subtract => one.checked_sub(*two),
                _ => return Err(Failure::NoOverload.into()),
            })?)
        }
        (Value::Timestamp(at), Value::Duration(by)) => match function {
            F::Add => later(*at, Some(*by))?,
            F::Subtract => later(*at, by.checked_neg())?,
            _ => return Err(Failure::NoOverload.into()),
        },
        (Value::Duration(by), Value::Timestamp(at)) if function == F::Add => later(*at, Some(*by))?,
        (Value::Timestamp(one), Value::Timestamp(two)) if function == F::Subtract => {
            Value::Duration(in_range(one.since(*two))?)
        }
        (Value::String(one), Value::String(two)) if function == F::Add => {
            meter.touch(one.len() + two.len())?;
            let text: Arc<str> = crate::text::join(&[&**one, two], "").into();
            Value::String(Text::Shared(text))
        }
        (Value::Bytes(one), Value::Bytes(two)) if function == F::Add => {
            meter.touch(one.len() + two.len())?;
            Value::Bytes([&**one, &**two].concat().into())
        }
        (Value::List(one), Value::List(two)) if function == F::Add => {
            meter.spend(one.len() + two.len())?;
            let mut all = Vec::with_capacity(one.len() + two.len());
            for list in [one, two] {
                for at in 0..list.len() {
                    if let Some(element) = list.get(at) {
                        all.push(element);
                    }
                }
            }
            Value::List(List::Made(all.into()))
        }
        _ => return Err(Failure::NoOverload.into()),
    })
}

fn is_in(wanted: &Value<'_>, list: &List<'_>, meter: &mut Meter) -> Result<bool, Stop> {
    for at in 0..list.len() {
        if let Some(element) = list.get(at)
            && element.equals(wanted, meter)?
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Of numbers of 64 bits: to divide more is a function of its own, and long.
fn quotient(one: i128, two: i128) -> i128 {
    let size = |number: i128| u64::try_from(number.unsigned_abs()).unwrap_or(u64::MAX);
    let quotient = size(one).checked_div(size(two)).unwrap_or_default();
    signed((one < 0) != (two < 0), quotient)
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

fn later<'a>(at: Timestamp, by: Option<i64>) -> Outcome<'a> {
    Ok(Value::Timestamp(in_range(by.and_then(|by| at.later(by)))?))
}

/// What a function reads off a calendar and a clock; none when it is no such function.
fn part(function: F, at: Timestamp, offset: i64) -> Option<i64> {
    let civil = at.civil(offset);
    Some(match function {
        F::FullYear => civil.year,
        F::Month => civil.month - 1,
        F::Date => civil.day,
        F::DayOfMonth => civil.day - 1,
        F::DayOfWeek => civil.weekday,
        F::DayOfYear => civil.year_day,
        F::Hours => civil.hour,
        F::Minutes => civil.minute,
        F::Seconds => civil.second,
        F::Milliseconds => civil.millisecond,
        _ => return None,
    })
}

fn in_range<T>(value: Option<T>) -> Result<T, Stop> {
    value.ok_or(Stop::Failed(Failure::Overflow))
}
