//! Values while an expression is evaluated. They borrow from the contexts where they can.

use std::cmp::Ordering;
use std::ops::Deref;
use std::sync::Arc;

use super::context;
use super::error::Failure;
use super::evaluate::{Meter, Stop};
use super::ip::Ip;
use super::time::Timestamp;
use crate::json::Json;

/// A value of CEL. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) enum Value<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    String(Text<'a>),
    Bytes(Arc<[u8]>),
    /// Nanoseconds.
    Duration(i64),
    Timestamp(Timestamp),
    Ip(Ip),
    List(List<'a>),
    Map(Map<'a>),
    /// A type, by its name.
    Type(&'static str),
}

/// A text: of a context or an expression, or made by the evaluation.
#[derive(Clone, Debug)]
pub(super) enum Text<'a> {
    Borrowed(&'a str),
    Shared(Arc<str>),
}

/// A list: as it stands in a context, or converted, or made by the evaluation.
#[derive(Clone, Debug)]
pub(super) enum List<'a> {
    Json(&'a [Json]),
    Made(Arc<[Value<'a>]>),
}

/// A map: as it stands in a context, or converted, or made by the evaluation.
#[derive(Clone, Debug)]
pub(super) enum Map<'a> {
    Json(&'a [(String, Json)]),
    Made(Arc<[(Value<'a>, Value<'a>)]>),
}

impl<'a> Value<'a> {
    /// JSON as it is, which is how CEL sees a value of `any`: every number is a double.
    pub(super) fn any(json: &'a Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(*value),
            Json::Number(value) => Self::Double(value.as_f64().unwrap_or(f64::NAN)),
            Json::Text(value) => Self::String(Text::Borrowed(value)),
            Json::List(value) => Self::List(List::Json(value)),
            Json::Object(value) => Self::Map(Map::Json(value)),
        }
    }

    /// The name of its type, as `type()` has it.
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null_type",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Uint(_) => "uint",
            Self::Double(_) => "double",
            Self::String(_) => "string",
            Self::Bytes(_) => "bytes",
            Self::Duration(_) => "google.protobuf.Duration",
            Self::Timestamp(_) => "google.protobuf.Timestamp",
            Self::Ip(_) => "IPAddress",
            Self::List(_) => "list",
            Self::Map(_) => "map",
            Self::Type(_) => "type",
        }
    }

    /// Whether two values are equal: numbers by what they stand for, whatever their types; values of
    /// other types never.
    pub(super) fn equals(&self, other: &Self, meter: &mut Meter) -> Result<bool, Stop> {
        meter.spend(1)?;
        Ok(match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(one), Self::Bool(two)) => one == two,
            (Self::String(one), Self::String(two)) => {
                meter.touch(one.len().min(two.len()))?;
                **one == **two
            }
            (Self::Bytes(one), Self::Bytes(two)) => {
                meter.touch(one.len().min(two.len()))?;
                one == two
            }
            (Self::Duration(one), Self::Duration(two)) => one == two,
            (Self::Timestamp(one), Self::Timestamp(two)) => one == two,
            (Self::Ip(one), Self::Ip(two)) => one == two,
            (Self::Type(one), Self::Type(two)) => one == two,
            (Self::List(one), Self::List(two)) => {
                if one.len() != two.len() {
                    return Ok(false);
                }
                for at in 0..one.len() {
                    let (Some(one), Some(two)) = (one.get(at), two.get(at)) else {
                        return Ok(false);
                    };
                    if !one.equals(&two, meter)? {
                        return Ok(false);
                    }
                }
                true
            }
            (Self::Map(one), Self::Map(two)) => {
                if one.len() != two.len() {
                    return Ok(false);
                }
                meter.spend(one.len())?;
                for (key, value) in one.entries() {
                    match two.find(&key, meter)? {
                        Some(found) if value.equals(&found, meter)? => {}
                        _ => return Ok(false),
                    }
                }
                true
            }
            _ => numbers(self, other).flatten() == Some(Ordering::Equal),
        })
    }

    /// The order of two values; numbers of any types have one.
    pub(super) fn compare(&self, other: &Self, meter: &mut Meter) -> Result<Ordering, Stop> {
        Ok(match (self, other) {
            (Self::Bool(one), Self::Bool(two)) => one.cmp(two),
            (Self::String(one), Self::String(two)) => {
                meter.touch(one.len().min(two.len()))?;
                (**one).cmp(&**two)
            }
            (Self::Bytes(one), Self::Bytes(two)) => {
                meter.touch(one.len().min(two.len()))?;
                one.cmp(two)
            }
            (Self::Duration(one), Self::Duration(two)) => one.cmp(two),
            (Self::Timestamp(one), Self::Timestamp(two)) => one.cmp(two),
            _ => match numbers(self, other) {
                Some(Some(order)) => order,
                Some(None) => return Err(Failure::NotANumber.into()),
                None => return Err(Failure::NoOverload.into()),
            },
        })
    }
}

/// The order of two numbers, a whole number and a double as doubles (as in the reference): none when they are no numbers, and none within when one is not a number (NaN).
fn numbers(one: &Value<'_>, two: &Value<'_>) -> Option<Option<Ordering>> {
    Some(match (one, two) {
        (Value::Int(one), Value::Int(two)) => Some(one.cmp(two)),
        (Value::Uint(one), Value::Uint(two)) => Some(one.cmp(two)),
        (Value::Int(one), Value::Uint(two)) => Some(i128::from(*one).cmp(&i128::from(*two))),
        (Value::Uint(one), Value::Int(two)) => Some(i128::from(*one).cmp(&i128::from(*two))),
        (Value::Double(one), Value::Double(two)) => one.partial_cmp(two),
        (Value::Double(one), Value::Int(two)) => one.partial_cmp(&(*two as f64)),
        (Value::Double(one), Value::Uint(two)) => one.partial_cmp(&(*two as f64)),
        (Value::Int(one), Value::Double(two)) => (*one as f64).partial_cmp(two),
        (Value::Uint(one), Value::Double(two)) => (*one as f64).partial_cmp(two),
        _ => return None,
    })
}

impl<'a> List<'a> {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Json(list) => list.len(),
            Self::Made(list) => list.len(),
        }
    }

    pub(super) fn get(&self, at: usize) -> Option<Value<'a>> {
        match self {
            Self::Json(list) => list.get(at).map(Value::any),
            Self::Made(list) => list.get(at).cloned(),
        }
    }
}

impl<'a> Map<'a> {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Json(map) => map.len(),
            Self::Made(map) => map.len(),
        }
    }

    /// The value of a key.
    pub(super) fn find(
        &self,
        key: &Value<'_>,
        meter: &mut Meter,
    ) -> Result<Option<Value<'a>>, Stop> {
        match (self, key) {
            (Self::Json(map), Value::String(key)) => {
                meter.touch(key.len())?;
                Ok(context::find(map, key).map(Value::any))
            }
            (Self::Json(_), _) => Ok(None),
            (Self::Made(map), key) => {
                for (found, value) in map.iter() {
                    if found.equals(key, meter)? {
                        return Ok(Some(value.clone()));
                    }
                }
                Ok(None)
            }
        }
    }

    /// Every key, in the order of the map.
    pub(super) fn keys(&self) -> Vec<Value<'a>> {
        let mut keys = Vec::with_capacity(self.len());
        for (key, _) in self.entries() {
            keys.push(key);
        }
        keys
    }

    fn entries(&self) -> Vec<(Value<'a>, Value<'a>)> {
        match self {
            Self::Json(map) => {
                let mut entries = Vec::with_capacity(map.len());
                for (key, value) in *map {
                    entries.push((Value::String(Text::Borrowed(key)), Value::any(value)));
                }
                entries
            }
            Self::Made(map) => map.to_vec(),
        }
    }
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Borrowed(text) => text,
            Self::Shared(text) => text,
        }
    }
}
