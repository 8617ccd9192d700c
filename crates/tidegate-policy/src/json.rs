//! JSON (RFC 8259) as a tree: read strictly, and written without white space.
//!
//! Ours for its size: the reader and writer of `serde_json` and what they need are a tenth of the engine in a
//! browser.

mod fields;
mod read;
#[cfg(feature = "language")]
mod writer;

use std::fmt;

use serde::{Serialize, Serializer};

pub use fields::Fields;
pub use read::{JsonError, MAX_DEPTH};
#[cfg(feature = "conditions")]
pub use serde_json::Number;
#[cfg(feature = "language")]
pub use writer::Writer;

#[cfg(feature = "conditions")]
use crate::condition::double;

/// A JSON value. An object's fields have each name once.
#[derive(Clone, Debug)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Json>),
    /// An object.
    Object(Vec<(String, Json)>),
}

/// A number as it is written. Only conditions look at what numbers other than from 0 on stand for.
#[cfg(not(feature = "conditions"))]
#[derive(Clone, Debug)]
pub struct Number(Box<str>);

#[cfg(not(feature = "conditions"))]
impl Number {
    /// A whole number from 0 that is written as one.
    pub fn as_u64(&self) -> Option<u64> {
        let mut number: u64 = 0;
        for sign in self.0.chars() {
            let digit = sign.to_digit(10)?;
            number = number.checked_mul(10)?.checked_add(digit.into())?;
        }
        Some(number)
    }
}

#[cfg(not(feature = "conditions"))]
impl From<u32> for Number {
    fn from(number: u32) -> Self {
        Self(number.to_string().into())
    }
}

#[cfg(not(feature = "conditions"))]
impl std::str::FromStr for Number {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.into()))
    }
}

#[cfg(not(feature = "conditions"))]
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(feature = "language")]
impl Json {
    /// A field that is there and not null, by either of its names.
    pub(crate) fn field(&self, names: &[&str]) -> Option<&Self> {
        let Self::Object(fields) = self else {
            return None;
        };
        let mut fields = fields.iter();
        let found = fields
            .find(|(name, value)| names.contains(&name.as_str()) && !matches!(value, Self::Null));
        found.map(|(_, value)| value)
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl Json {
    /// An object without fields.
    pub const EMPTY: Self = Self::Object(Vec::new());
}

#[cfg(not(feature = "conditions"))]
fn number_text(number: &Number) -> String {
    number.to_string()
}

/// As `serde_json` writes it.
#[cfg(feature = "conditions")]
fn number_text(number: &Number) -> String {
    match (number.as_u64(), number.as_i64(), number.as_f64()) {
        (Some(number), ..) => number.to_string(),
        (_, Some(number), _) => number.to_string(),
        (.., number) => double::json(number.unwrap_or_default()),
    }
}

/// Without white space.
impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.write(&mut text);
        f.write_str(&text)
    }
}

/// Puts fields in the order of their names; those of one name keep theirs.
fn by_name(fields: &mut [(String, Json)]) {
    crate::sort::by(fields, |one, two| one.0.cmp(&two.0));
}

impl Json {
    /// Adds a field to an object.
    pub fn add(&mut self, name: &str, value: Self) {
        if let Self::Object(fields) = self {
            fields.push((name.to_owned(), value));
        }
    }

    /// Puts the fields of each object in the order of their names.
    pub(crate) fn sort(&mut self) {
        match self {
            Self::List(items) => items.iter_mut().for_each(Self::sort),
            Self::Object(fields) => {
                by_name(fields);
                fields.iter_mut().for_each(|(_, value)| value.sort());
            }
            _ => {}
        }
    }

    /// Adds its text.
    pub fn write(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(true) => out.push_str("true"),
            Self::Bool(false) => out.push_str("false"),
            Self::Number(number) => out.push_str(&number_text(number)),
            Self::Text(text) => write_text(out, text),
            Self::List(items) => {
                let mut before = "[";
                for item in items {
                    out.push_str(before);
                    before = ",";
                    item.write(out);
                }
                out.push_str(if items.is_empty() { "[]" } else { "]" });
            }
            Self::Object(fields) => write_fields(out, fields),
        }
    }
}

/// Adds the text of an object.
pub(crate) fn write_fields(out: &mut String, fields: &[(String, Json)]) {
    let mut before = "{";
    for (name, value) in fields {
        out.push_str(before);
        before = ",";
        write_text(out, name);
        out.push(':');
        value.write(out);
    }
    out.push_str(if fields.is_empty() { "{}" } else { "}" });
}

fn write_text(out: &mut String, text: &str) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.push('"');
    for c in text.chars() {
        let escaped = match c {
            '"' | '\\' => c,
            '\u{8}' => 'b',
            '\t' => 't',
            '\n' => 'n',
            '\u{c}' => 'f',
            '\r' => 'r',
            c if c < ' ' => {
                let low = HEX.get(c as usize & 15).copied().unwrap_or_default();
                out.push_str(if c < '\u{10}' { "\\u000" } else { "\\u001" });
                out.push(low.into());
                continue;
            }
            c => {
                out.push(c);
                continue;
            }
        };
        out.push('\\');
        out.push(escaped);
    }
    out.push('"');
}

impl From<serde_json::Value> for Json {
    fn from(value: serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(value) => Self::Bool(value),
            serde_json::Value::Number(number) => Self::Number(of_theirs(&number)),
            serde_json::Value::String(text) => Self::Text(text),
            serde_json::Value::Array(items) => {
                Self::List(items.into_iter().map(Self::from).collect())
            }
            serde_json::Value::Object(fields) => {
                let fields = fields.into_iter();
                Self::Object(fields.map(|(name, value)| (name, value.into())).collect())
            }
        }
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Json {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Json {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<u32> for Json {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl<T: Into<Json>> From<Vec<T>> for Json {
    fn from(items: Vec<T>) -> Self {
        let mut all = Vec::with_capacity(items.len());
        for item in items {
            all.push(item.into());
        }
        Self::List(all)
    }
}

/// An object.
impl<const FIELDS: usize> From<[(&str, Json); FIELDS]> for Json {
    fn from(fields: [(&str, Json); FIELDS]) -> Self {
        let mut all = Vec::with_capacity(FIELDS);
        for (name, value) in fields {
            all.push((name.to_owned(), value));
        }
        Self::Object(all)
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(number) => number.serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => serializer.collect_seq(items),
            Self::Object(fields) => {
                serializer.collect_map(fields.iter().map(|(name, value)| (name, value)))
            }
        }
    }
}

#[cfg(feature = "conditions")]
fn of_theirs(number: &Number) -> Number {
    number.clone()
}

#[cfg(not(feature = "conditions"))]
fn of_theirs(number: &serde_json::Number) -> Number {
    Number(number.to_string().into())
}

#[cfg(not(feature = "conditions"))]
impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let number: Result<serde_json::Number, _> = self.0.parse();
        number
            .map_err(serde::ser::Error::custom)?
            .serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXTS: [&str; 62] = [
        "",
        " ",
        "null",
        "nul",
        "nulll",
        "true",
        "false",
        " [ true , false ] ",
        "[]",
        "[ ]",
        "[,]",
        "[1,]",
        "[1 2]",
        "[",
        "]",
        "{}",
        "{ }",
        "{,}",
        r#"{"a":1}"#,
        r#"{"a":1,}"#,
        r#"{"a"}"#,
        r#"{"a" 1}"#,
        r#"{a:1}"#,
        r#"{"b":{"d":[],"c":{}},"a":[[],[{}]]}"#,
        "0",
        "-0",
        "00",
        "01",
        "-",
        "-1",
        "+1",
        "1.",
        ".1",
        "1.5",
        "1e",
        "1e+",
        "1e5",
        "1E-5",
        "1.25e+3",
        "18446744073709551615",
        "18446744073709551616",
        "-9223372036854775808",
        "-9223372036854775809",
        "1x",
        "\"\"",
        "\"a",
        "\"a\"b",
        "\"\u{7f}ä\u{10ffff}\"",
        "\"\n\"",
        r#""\n\t\r\b\f\"\\\/""#,
        r#""\u0041\u00e4\u0000\u001f\u001F""#,
        r#""\ud83d\ude00""#,
        r#""\ud83d""#,
        r#""\ud83dx""#,
        r#""\ud83d\u0041""#,
        r#""\ude00""#,
        r#""\u12g4""#,
        r#""\u123"#,
        r#""\x""#,
        r#""\"#,
        "\u{feff}1",
        "1\u{a0}",
    ];

    /// What others read is read, as they read it, and nothing else.
    #[test]
    fn json_is_read_and_written_as_by_serde_json() {
        for text in TEXTS {
            let ours: Option<Json> = text.parse().ok();
            let theirs: Option<serde_json::Value> = serde_json::from_str(text).ok();
            assert_eq!(ours.is_some(), theirs.is_some(), "{text:?}");
            if let (Some(ours), Some(theirs)) = (ours, theirs)
                && (cfg!(feature = "conditions") || !text.contains(['.', 'e', 'E']))
            {
                let ours: serde_json::Value =
                    serde_json::from_str(&ours.to_string()).expect("JSON");
                assert_eq!(ours, theirs, "{text:?}");
            }
        }
        let all: String = (0..0x180).filter_map(char::from_u32).collect();
        let ours = Json::Text(all.clone()).to_string();
        assert_eq!(ours, serde_json::to_string(&all).expect("JSON"));
    }

    #[test]
    fn what_is_nested_too_deep_is_refused_where_serde_json_refuses_it() {
        for depth in [1, 126, 127, 128, 129, 100_000] {
            for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
                let text = [&open.repeat(depth), "0", &close.repeat(depth)].concat();
                let theirs = serde_json::from_str::<serde_json::Value>(&text);
                assert_eq!(text.parse::<Json>().is_ok(), theirs.is_ok(), "{depth}");
            }
        }
    }

    #[test]
    fn a_fault_says_where_it_is() {
        for (text, line, column) in [
            ("", 1, 1),
            ("[1,\n 2 3]", 2, 4),
            ("{\"a\":1,\"a\":2}", 1, 14),
        ] {
            let error = text.parse::<Json>().expect_err("a fault");
            assert_eq!((error.line, error.column), (line, column), "{text}");
        }
    }

    #[test]
    fn of_a_name_that_stands_twice_the_last_holds_where_that_is_wanted() {
        let text = r#"{"b":1,"a":2,"b":{"d":1,"c":2,"c":3}}"#;
        assert!(text.parse::<Json>().is_err());
        let found = Json::last_holds(text).map(|found| found.to_string());
        assert_eq!(found.ok().as_deref(), Some(r#"{"a":2,"b":{"c":3,"d":1}}"#));
    }
}
