//! Objects, subjects and relation tuples: parse, print, order.
//!
//! Forms and sizes are OpenFGA's: an object is `type:id`, a subject `type:id`, `type:id#relation` or
//! `type:*`, a tuple `object#relation@subject`. Type names have at most 254 bytes, relation names 50,
//! objects 256, subjects 512; none holds white space.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::condition::{Context, MAX_CONTEXT};
use crate::text::cut;

/// Longest type name. Bytes.
pub const MAX_TYPE: usize = 254;
/// Longest relation name. Bytes.
pub const MAX_RELATION: usize = 50;
/// Longest object, `type:id`. Bytes.
pub const MAX_OBJECT: usize = 256;
/// Longest subject. Bytes.
pub const MAX_SUBJECT: usize = 512;

/// `type:id`. The id may hold `/` and `@`, but no white space, `:`, `#`, and is not `*`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Object {
    text: Box<str>,
}

impl Object {
    /// Builds from its parts.
    ///
    /// # Errors
    /// See [`NameError`].
    pub fn new(type_name: &str, id: &str) -> Result<Self, NameError> {
        if cut(type_name, b':').is_some() {
            return Err(NameError::Type);
        }
        format!("{type_name}:{id}").parse()
    }

    /// The type's name.
    pub fn type_name(&self) -> &str {
        self.parts().0
    }

    /// The id after the colon.
    pub fn id(&self) -> &str {
        self.parts().1
    }

    /// `type:id`.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn parts(&self) -> (&str, &str) {
        cut(&self.text, b':').unwrap_or_default()
    }
}

impl FromStr for Object {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        check_object(text)?;
        Ok(Self { text: text.into() })
    }
}

/// Whether OpenFGA's own tools take an id: letters, digits and `_|*@.+-/` of ASCII, the first not `*`.
/// Its server takes more, as [`Object`] does; a store that is to move between tools keeps to these.
///
/// ```
/// assert!(tidegate_policy::tuple::is_portable_id("acme/sales/orders"));
/// assert!(!tidegate_policy::tuple::is_portable_id("a,b"));
/// ```
pub fn is_portable_id(id: &str) -> bool {
    // As a pattern: a list's search is that of the standard library for many bytes.
    let is_sign = |byte| matches!(byte, b'_' | b'|' | b'*' | b'@' | b'.' | b'+' | b'-' | b'/');
    let portable = |byte: u8| byte.is_ascii_alphanumeric() || is_sign(byte);
    !id.is_empty() && !id.starts_with('*') && id.bytes().all(portable)
}

/// Who a tuple is about.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// `type:id`
    Object(Object),
    /// `type:id#relation`: everyone who has the relation.
    Userset {
        /// On this object.
        object: Object,
        /// The relation.
        relation: Box<str>,
    },
    /// `type:*`: every object of the type.
    Wildcard {
        /// The type's name.
        type_name: Box<str>,
    },
}

impl Subject {
    /// The subject's type.
    pub fn type_name(&self) -> &str {
        match self {
            Self::Object(object) | Self::Userset { object, .. } => object.type_name(),
            Self::Wildcard { type_name } => type_name,
        }
    }
}

impl FromStr for Subject {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        if text.len() > MAX_SUBJECT {
            return Err(NameError::TooLong { limit: MAX_SUBJECT });
        }
        if let Some((object, relation)) = cut(text, b'#') {
            check_relation(relation)?;
            return Ok(Self::Userset {
                object: object.parse()?,
                relation: relation.into(),
            });
        }
        if let Some(type_name) = text.strip_suffix(":*") {
            check_type(type_name)?;
            return Ok(Self::Wildcard {
                type_name: type_name.into(),
            });
        }
        Ok(Self::Object(text.parse()?))
    }
}

/// One fact: `object#relation@subject`, and ` with NAME {…}` after it where it holds under a condition.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tuple {
    /// On what.
    pub object: Object,
    /// The relation.
    pub relation: Box<str>,
    /// Who has it.
    pub subject: Subject,
    /// Under which condition; none when it always holds.
    pub condition: Option<Box<TupleCondition>>,
}

/// Under which condition a tuple holds, and what it says of the condition's parameters.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TupleCondition {
    /// The condition's name in the model.
    pub name: Box<str>,
    /// Values that stand before those of a request.
    pub context: Context,
}

impl Tuple {
    /// A tuple that always holds.
    pub fn new(object: Object, relation: &str, subject: Subject) -> Self {
        Self {
            object,
            relation: relation.into(),
            subject,
            condition: None,
        }
    }
}

impl FromStr for Tuple {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        // An id may hold `@`, but a relation may not: the first `#` ends the object.
        let (object, rest) = cut(text, b'#').ok_or(NameError::Tuple)?;
        let (relation, rest) = cut(rest, b'@').ok_or(NameError::Tuple)?;
        // Names hold no white space. The search for a whole word would be 2 % of the engine in a browser.
        let bound = cut(rest, b' ');
        let bound = bound.and_then(|(subject, rest)| Some((subject, rest.strip_prefix("with ")?)));
        let (subject, condition) = match bound {
            Some((subject, condition)) => (subject, Some(Box::new(condition.parse()?))),
            None => (rest, None),
        };
        check_relation(relation)?;
        Ok(Self {
            object: object.parse()?,
            relation: relation.into(),
            subject: subject.parse()?,
            condition,
        })
    }
}

impl FromStr for TupleCondition {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let (name, context) = cut(text, b' ').unwrap_or((text, "{}"));
        check_name(name, MAX_RELATION).map_err(|()| NameError::Condition)?;
        Ok(Self {
            name: name.into(),
            context: context.parse().map_err(|_| NameError::Condition)?,
        })
    }
}

/// Whether a text can name an object.
pub(crate) fn check_object(text: &str) -> Result<(), NameError> {
    if text.len() > MAX_OBJECT {
        return Err(NameError::TooLong { limit: MAX_OBJECT });
    }
    let (type_name, id) = cut(text, b':').ok_or(NameError::NoColon)?;
    check_type(type_name)?;
    if id.is_empty() || id == "*" || !is_clean(id, b":#") {
        return Err(NameError::Id);
    }
    Ok(())
}

/// Whether a text can name a type.
pub(crate) fn check_type(name: &str) -> Result<(), NameError> {
    check_name(name, MAX_TYPE).map_err(|()| NameError::Type)
}

/// Whether a text can name a relation.
pub(crate) fn check_relation(name: &str) -> Result<(), NameError> {
    check_name(name, MAX_RELATION).map_err(|()| NameError::Relation)
}

fn check_name(name: &str, limit: usize) -> Result<(), ()> {
    if name.is_empty() || name.len() > limit || !is_clean(name, b":#@*") {
        Err(())
    } else {
        Ok(())
    }
}

/// Whether a text holds none of the signs, no white space and no control character.
fn is_clean(text: &str, signs: &[u8]) -> bool {
    // Nearly every name is ASCII, and this is on the path of every request.
    // Not `contains`: its search is for many bytes, not for four, and 1 KB of the engine in a browser.
    let is_sign = |byte| signs.iter().position(|&sign| sign == byte).is_some();
    let mut bytes = text.bytes();
    if bytes.all(|byte| byte.is_ascii_graphic() && !is_sign(byte)) {
        return true;
    }
    text.chars().all(|c| {
        let is_sign = u8::try_from(c).is_ok_and(is_sign);
        !is_sign && !c.is_whitespace() && !c.is_control()
    })
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Object(object) => write!(f, "{object}"),
            Self::Userset { object, relation } => write!(f, "{object}#{relation}"),
            Self::Wildcard { type_name } => write!(f, "{type_name}:*"),
        }
    }
}

impl fmt::Display for Tuple {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}@{}", self.object, self.relation, self.subject)?;
        match &self.condition {
            Some(condition) => write!(f, " with {condition}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for TupleCondition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if self.context.is_empty() {
            return Ok(());
        }
        write!(f, " {}", self.context)
    }
}

/// Printed, parsed, serialized and deserialized as its text.
macro_rules! as_text {
    ($($name:ident)*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

as_text!(Object Subject Tuple TupleCondition);

/// Why a text is no object, subject or tuple.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// No `:` between type and id.
    #[error("an object is written `type:id`")]
    NoColon,
    /// The type's name.
    #[error("a type name has 1 to {MAX_TYPE} bytes, and no white space or `:`, `#`, `@`, `*`")]
    Type,
    /// The id.
    #[error("an id is not empty and not `*`, and has no white space or `:`, `#`")]
    Id,
    /// The relation's name.
    #[error(
        "a relation name has 1 to {MAX_RELATION} bytes, and no white space or `:`, `#`, `@`, `*`"
    )]
    Relation,
    /// Too long.
    #[error("longer than {limit} bytes")]
    TooLong {
        /// Bytes.
        limit: usize,
    },
    /// Not of the form `object#relation@subject`.
    #[error("a tuple is written `object#relation@subject`")]
    Tuple,
    /// What follows `with` is no condition.
    #[error(
        "a condition is written `NAME` or `NAME {{…}}`, with a JSON object of at most {MAX_CONTEXT} bytes"
    )]
    Condition,
}

/// Why a model does not allow a tuple.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TupleError {
    /// The model has no such type.
    #[error("type `{0}` is not in the model")]
    UnknownType(String),
    /// The type has no such relation.
    #[error("relation `{relation}` is not defined on type `{type_name}`")]
    UnknownRelation {
        /// The type.
        type_name: String,
        /// The relation.
        relation: String,
    },
    /// The relation follows from others: it cannot be written.
    #[error("relation `{0}` cannot be written: it follows from other relations")]
    NotDirect(String),
    /// The relation does not take this kind of subject.
    #[error("relation `{relation}` does not take `{subject}`")]
    NotAllowed {
        /// The relation.
        relation: String,
        /// The subject.
        subject: String,
    },
    /// The relation does not take this kind of subject under this condition, or only under one.
    #[error("relation `{relation}` does not take `{subject}` {}", under(condition.as_deref()))]
    Condition {
        /// The relation.
        relation: String,
        /// The subject.
        subject: String,
        /// The condition's name; none when the tuple has none and should.
        condition: Option<String>,
    },
    /// A value of the tuple's context is not of its parameter's type, or there is no such parameter.
    #[error("condition `{condition}` does not take this context: {message}")]
    Context {
        /// The condition's name.
        condition: String,
        /// In words.
        message: String,
    },
    /// `o#r@o#r` says nothing.
    #[error("a userset cannot be its own member")]
    SelfReference,
}

fn under(condition: Option<&str>) -> String {
    condition.map_or_else(
        || "without a condition".to_owned(),
        |name| format!("under the condition `{name}`"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, good: bool) {
        match text.parse::<Tuple>() {
            Ok(tuple) => {
                assert!(good, "{text:?} was accepted");
                assert_eq!(tuple.to_string(), text);
            }
            Err(error) => assert!(!good, "{text:?}: {error}"),
        }
    }

    #[test]
    fn tuples_are_read_strictly() {
        for good in [
            "stream:acme/sales/orders#read@service:acme/sales/bot",
            "folder:a#viewer@team:b#member",
            "folder:a#viewer@user:*",
            "folder:a@b#viewer@user:anne@example.com",
            "folder:a#viewer@user:a*",
            "folder:ä#viewer@user:łukasz",
            "folder:a#viewer@user:anne with in_office",
            "folder:a#viewer@user:* with before {\"at\":\"2026-01-01T00:00:00Z\"}",
        ] {
            check(good, true);
        }
        for bad in [
            "",
            "#@",
            "a:b",
            "a:b#c",
            "a:b@c:d",
            ":b#c@d:e",
            "a:#c@d:e",
            "a:b#@d:e",
            "a:b#c@",
            "a:b#c@d",
            "a:b#c@d:",
            "a:b#c@:e",
            "a:*#c@d:e",
            "a b:c#d@e:f",
            "a:b c#d@e:f",
            "a:b#c@d:e#",
            "a:b#c@d:*#e",
            "a:b#c@d:e#f#g",
            "a:b:c#d@e:f",
            "a:b#c@d:e:f",
            "a:b#c*@d:e",
            "a@b:c#d@e:f",
            "a:b#c@d:e\n",
            "a:ä b#c@d:e",
            "a:ä\u{a0}#c@d:e",
            "a:ä\u{85}#c@d:e",
            "a:ä:#c@d:e",
            "a:b#c@d:e with",
            "a:b#c@d:e with ",
            "a:b#c@d:e with f:g",
            "a:b#c@d:e with f g",
            "a:b#c@d:e with f []",
            "a:b#c@d:e with  f",
        ] {
            check(bad, false);
        }
        check(&format!("{}:b#c@d:e", "a".repeat(MAX_OBJECT)), false);
        check(&format!("a:b#{}@d:e", "c".repeat(MAX_RELATION + 1)), false);
    }
}
