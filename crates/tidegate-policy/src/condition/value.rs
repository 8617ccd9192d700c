//! Values while an expression is evaluated. They borrow from the contexts where they can.

use std::cmp::Ordering;
use std::ops::Deref;
use std::sync::Arc;

use super::context;
use super::error::Failure;
use super::evaluate::Meter;
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
    /// Each key before its value.
    Made(Arc<[Value<'a>]>),
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
    pub(super) fn equals(&self, other: &Self, meter: &mut Meter) -> bool {
        if !meter.spend(1) {
            return false;
        }
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Ip(one), Self::Ip(two)) => one == two,
            (Self::Type(one), Self::Type(two)) => one == two,
            (Self::List(one), Self::List(two)) => {
                if one.len() != two.len() {
                    return false;
                }
                let mut at = 0;
                while let (Some(one), Some(two)) = (one.get(at), two.get(at)) {
                    if !one.equals(&two, meter) {
                        return false;
                    }
                    at += 1;
                }
                true
            }
            (Self::Map(one), Self::Map(two)) => {
                if one.len() != two.len() {
                    return false;
                }
                meter.spend(one.len());
                let mut at = 0;
                while let (Some(key), Some(value)) = (one.key(at), one.value(at)) {
                    let found = two.find(&key, meter);
                    if !found.is_some_and(|found| value.equals(&found, meter)) {
                        return false;
                    }
                    at += 1;
                }
                true
            }
            _ => self.order(other, meter) == Ok(Ordering::Equal),
        }
    }

    /// The order of two values; numbers of any types have one.
    pub(super) fn order(&self, other: &Self, meter: &mut Meter) -> Result<Ordering, Failure> {
        Ok(match (self, other) {
            (Self::Bool(one), Self::Bool(two)) => one.cmp(two),
            (Self::String(one), Self::String(two)) => {
                meter.touch(one.len().min(two.len()));
                (**one).cmp(&**two)
            }
            (Self::Bytes(one), Self::Bytes(two)) => {
                meter.touch(one.len().min(two.len()));
                one.cmp(two)
            }
            (Self::Duration(one), Self::Duration(two)) => one.cmp(two),
            (Self::Timestamp(one), Self::Timestamp(two)) => one.cmp(two),
            _ => match (self.whole(), other.whole(), self.double(), other.double()) {
                (Some(one), Some(two), ..) => one.cmp(&two),
                // A whole number and a double as doubles, as in the reference.
                (.., Some(one), Some(two)) => one.partial_cmp(&two).ok_or(Failure::NotANumber)?,
                _ => return Err(Failure::NoOverload),
            },
        })
    }

    /// A whole number.
    pub(super) fn whole(&self) -> Option<i128> {
        match self {
            Self::Int(value) => Some((*value).into()),
            Self::Uint(value) => Some((*value).into()),
            _ => None,
        }
    }

    /// A number, as a double.
    pub(super) fn double(&self) -> Option<f64> {
        match self {
            Self::Int(value) => Some(*value as f64),
            Self::Uint(value) => Some(*value as f64),
            Self::Double(value) => Some(*value),
            _ => None,
        }
    }
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
            Self::Made(map) => map.len() / 2,
        }
    }

    /// The value of a key.
    pub(super) fn find(&self, key: &Value<'_>, meter: &mut Meter) -> Option<Value<'a>> {
        match (self, key) {
            (Self::Json(map), Value::String(key)) => {
                meter.touch(key.len());
                context::find(map, key).map(Value::any)
            }
            (Self::Json(_), _) => None,
            (Self::Made(map), key) => {
                let mut at = 0;
                while let Some(found) = map.get(2 * at) {
                    if found.equals(key, meter) {
                        return self.value(at);
                    }
                    at += 1;
                }
                None
            }
        }
    }

    /// A key, by its place in the order of the map.
    pub(super) fn key(&self, at: usize) -> Option<Value<'a>> {
        match self {
            Self::Json(map) => {
                let (key, _) = map.get(at)?;
                Some(Value::String(Text::Borrowed(key)))
            }
            Self::Made(map) => map.get(2 * at).cloned(),
        }
    }

    fn value(&self, at: usize) -> Option<Value<'a>> {
        match self {
            Self::Json(map) => map.get(at).map(|(_, value)| Value::any(value)),
            Self::Made(map) => map.get(2 * at + 1).cloned(),
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
