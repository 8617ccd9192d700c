//! What a condition's parameters are: from a tuple, and from a request.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::json::{Json, write_fields};

/// Longest context, as JSON text without white space. Bytes.
pub const MAX_CONTEXT: usize = 32 * 1024;

/// Values of a condition's parameters, by name: a JSON object. Cheap to clone.
///
/// Two contexts are equal when their texts are. They are ordered by their texts.
#[derive(Clone, Default)]
pub struct Context {
    /// In the order of the names.
    values: Option<Arc<[(String, Json)]>>,
}

/// A context is no JSON object, or too long.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a context is a JSON object of at most {MAX_CONTEXT} bytes")]
pub struct ContextError;

impl Context {
    /// No values.
    pub const EMPTY: &'static Self = &Self { values: None };

    /// From values by name.
    ///
    /// # Errors
    /// [`ContextError`] when they are longer than [`MAX_CONTEXT`].
    pub fn new(values: Map<String, Value>) -> Result<Self, ContextError> {
        Json::from(Value::Object(values)).try_into()
    }

    /// The value of a parameter.
    pub(crate) fn get(&self, parameter: &str) -> Option<&Json> {
        find(self.values.as_ref()?, parameter)
    }

    /// Every parameter that has a value, in the order of the names.
    pub(super) fn values(&self) -> &[(String, Json)] {
        self.values.as_deref().unwrap_or_default()
    }

    /// Whether it has no values.
    pub fn is_empty(&self) -> bool {
        self.values.is_none()
    }
}

/// The value of a name, of fields in the order of their names.
pub(super) fn find<'a>(fields: &'a [(String, Json)], wanted: &str) -> Option<&'a Json> {
    let at = fields.binary_search_by(|(name, _)| name.as_str().cmp(wanted));
    Some(&fields.get(at.ok()?)?.1)
}

impl FromStr for Context {
    type Err = ContextError;

    fn from_str(text: &str) -> Result<Self, ContextError> {
        let values = Json::last_holds(text).map_err(|_| ContextError)?;
        values.try_into()
    }
}

/// From an object.
impl TryFrom<Json> for Context {
    type Error = ContextError;

    fn try_from(mut values: Json) -> Result<Self, ContextError> {
        values.sort();
        let Json::Object(values) = values else {
            return Err(ContextError);
        };
        if values.is_empty() {
            return Ok(Self::default());
        }
        let context = Self {
            values: Some(values.into()),
        };
        if context.to_string().len() > MAX_CONTEXT {
            return Err(ContextError);
        }
        Ok(context)
    }
}

impl fmt::Display for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        write_fields(&mut text, self.values());
        f.write_str(&text)
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl PartialEq for Context {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Context {}

impl PartialOrd for Context {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Context {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.values, &other.values) {
            (None, None) => Ordering::Equal,
            (Some(one), Some(two)) if Arc::ptr_eq(one, two) => Ordering::Equal,
            _ => self.to_string().cmp(&other.to_string()),
        }
    }
}

impl Hash for Context {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.to_string().hash(state);
    }
}

impl Serialize for Context {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let values = self.values.iter().flat_map(|values| values.iter());
        serializer.collect_map(values.map(|(name, value)| (name, value)))
    }
}

impl<'de> Deserialize<'de> for Context {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(Map::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}
