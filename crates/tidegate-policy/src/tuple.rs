//! Objects, subjects and relation tuples: parse, print, order.

use std::fmt;
use std::str::FromStr;

/// `type:id`. Limits as in OpenFGA: type 254 bytes, id; whole 256 bytes (or as the suites say).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Object {
    text: Box<str>,
    colon: u16,
}

impl Object {
    /// Builds from its parts.
    pub fn new(type_name: &str, id: &str) -> Result<Self, NameError> {
        format!("{type_name}:{id}").parse()
    }
    /// The type's name.
    pub fn type_name(&self) -> &str {
        todo!()
    }
    /// The id after the colon.
    pub fn id(&self) -> &str {
        todo!()
    }
    /// `type:id`.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}
impl FromStr for Object {
    type Err = NameError;
    fn from_str(_: &str) -> Result<Self, NameError> {
        todo!()
    }
}
impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Who a tuple is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// `type:id`
    Object(Object),
    /// `type:id#relation`
    Userset {
        /// The object
        object: Object,
        /// Its relation.
        relation: Box<str>,
    },
    /// `type:*`
    Wildcard {
        /// The type.
        type_name: Box<str>,
    },
}
impl FromStr for Subject {
    type Err = NameError;
    fn from_str(_: &str) -> Result<Self, NameError> {
        todo!()
    }
}
impl fmt::Display for Subject {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        todo!()
    }
}

/// `object#relation@subject`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tuple {
    /// The object.
    pub object: Object,
    /// The relation.
    pub relation: Box<str>,
    /// The subject.
    pub subject: Subject,
}
impl FromStr for Tuple {
    type Err = NameError;
    fn from_str(_: &str) -> Result<Self, NameError> {
        todo!()
    }
}
impl fmt::Display for Tuple {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        todo!()
    }
}

/// Why a text is no object, subject or tuple.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// Placeholder.
    #[error("bad name")]
    Bad,
}

/// Why a model does not allow a tuple.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TupleError {
    /// Placeholder.
    #[error("not allowed")]
    NotAllowed,
}
