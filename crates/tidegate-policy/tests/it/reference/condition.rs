//! Conditions, as plain as CEL's definition of what the generated models use of it.
//!
//! `||`, `&&`, `!( … )`, one comparison or `in` between two terms, a term being a value, a parameter or
//! one arithmetic operator between two of them; and `NAME.in_cidr('A.B.C.D/N')` for N of whole bytes. Words
//! are separated by one space.

use serde_json::{Map, Value as Json};

/// Parameters with their types, and the words of an expression.
#[derive(Debug)]
pub(crate) struct Condition {
    pub(crate) parameters: Vec<(String, String)>,
    words: Vec<String>,
}

/// A value of a parameter.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    Bool(bool),
    Int(i64),
    /// Texts, addresses, and timestamps: in their one form, times are in the order of their texts.
    Text(String),
    List(Vec<String>),
}

/// An expression has no value.
#[derive(Debug)]
pub(crate) struct NoValue;

impl Condition {
    /// From `x: int, names: list<string>` and an expression.
    pub(super) fn read(parameters: &str, expression: &str) -> Self {
        let parameters = parameters
            .split(", ")
            .filter_map(|one| one.split_once(": "));
        let owned = parameters.map(|(name, kind)| (name.to_owned(), kind.to_owned()));
        Self {
            parameters: owned.collect(),
            words: expression.split(' ').map(str::to_owned).collect(),
        }
    }

    /// Whether these are values for a tuple: of its parameters alone, and of their types.
    pub(super) fn takes(&self, values: &str) -> bool {
        object(values).iter().all(|(name, value)| {
            let mut parameters = self.parameters.iter();
            let kind = parameters.find(|(found, _)| found == name);
            kind.is_some_and(|(_, kind)| convert(value, kind).is_some())
        })
    }

    /// Whether it is met: every parameter must have a value, from the tuple or else from the request.
    pub(crate) fn is_met(&self, stored: &str, asked: &str) -> Result<bool, NoValue> {
        let (stored, asked) = (object(stored), object(asked));
        let mut values = Vec::new();
        for (name, kind) in &self.parameters {
            let found = stored.get(name).or_else(|| asked.get(name));
            let value = convert(found.ok_or(NoValue)?, kind).ok_or(NoValue)?;
            values.push((name.as_str(), value));
        }
        let mut rest = Rest {
            values: &values,
            words: self.words.iter().map(String::as_str).rev().collect(),
        };
        let met = rest.or();
        assert!(rest.words.is_empty(), "{:?}", self.words);
        met
    }
}

fn object(text: &str) -> Map<String, Json> {
    serde_json::from_str(text).expect("an object")
}

fn convert(json: &Json, kind: &str) -> Option<Value> {
    match (kind, json) {
        ("bool", Json::Bool(value)) => Some(Value::Bool(*value)),
        ("int", Json::Number(number)) => number.as_i64().map(Value::Int),
        // A number may be written as a text.
        ("int", Json::String(text)) => text.parse().ok().map(Value::Int),
        ("string", Json::String(text)) => Some(Value::Text(text.clone())),
        ("timestamp", Json::String(text)) => {
            let is_time =
                text.len() == "2026-01-31T00:00:00Z".len() && text.ends_with("T00:00:00Z");
            is_time.then(|| Value::Text(text.clone()))
        }
        ("ipaddress", Json::String(text)) => {
            let bytes: Vec<&str> = text.split('.').collect();
            let is_ip = bytes.len() == 4 && bytes.iter().all(|byte| byte.parse::<u8>().is_ok());
            is_ip.then(|| Value::Text(text.clone()))
        }
        ("list<string>", Json::Array(all)) => {
            let texts = all.iter().map(|one| one.as_str().map(str::to_owned));
            texts.collect::<Option<_>>().map(Value::List)
        }
        _ => None,
    }
}

/// The words that are still to be read, in reverse order.
struct Rest<'a> {
    values: &'a [(&'a str, Value)],
    words: Vec<&'a str>,
}

impl<'a> Rest<'a> {
    fn or(&mut self) -> Result<bool, NoValue> {
        let mut all = vec![self.and()];
        while self.words.last() == Some(&"||") {
            self.words.pop();
            all.push(self.and());
        }
        decided(all, true)
    }

    fn and(&mut self) -> Result<bool, NoValue> {
        let mut all = vec![self.not()];
        while self.words.last() == Some(&"&&") {
            self.words.pop();
            all.push(self.not());
        }
        decided(all, false)
    }

    fn not(&mut self) -> Result<bool, NoValue> {
        match self.words.last().copied() {
            Some(open @ ("(" | "!(")) => {
                self.words.pop();
                let inner = self.or();
                assert_eq!(self.words.pop(), Some(")"));
                inner.map(|inner| inner == (open == "("))
            }
            _ => self.comparison(),
        }
    }

    fn comparison(&mut self) -> Result<bool, NoValue> {
        let word = self.words.last().copied().unwrap_or_default();
        if let Some((name, block)) = word.split_once(".in_cidr('") {
            self.words.pop();
            return Ok(self.is_in(name, block.trim_end_matches("')")));
        }
        let one = self.term();
        let comparison = self.words.last().copied().unwrap_or_default();
        if !["==", "!=", "<", "<=", ">", ">=", "in"].contains(&comparison) {
            return match one? {
                Value::Bool(value) => Ok(value),
                other => panic!("{other:?} is no truth"),
            };
        }
        self.words.pop();
        // Both sides are read, whatever the first comes to.
        let two = self.term();
        let (one, two) = (one?, two?);
        Ok(match (&one, comparison, &two) {
            (Value::Text(text), "in", Value::List(all)) => all.contains(text),
            (_, "==", _) => one == two,
            (_, "!=", _) => one != two,
            (Value::Int(one), _, Value::Int(two)) => ordered(one, comparison, two),
            (Value::Text(one), _, Value::Text(two)) => ordered(one, comparison, two),
            _ => panic!("{one:?} {comparison} {two:?}"),
        })
    }

    fn term(&mut self) -> Result<Value, NoValue> {
        let one = self.value();
        let sign = self.words.last().copied().unwrap_or_default();
        if !["+", "-", "*", "/"].contains(&sign) {
            return Ok(one);
        }
        self.words.pop();
        let two = self.value();
        let (Value::Int(one), Value::Int(two)) = (&one, &two) else {
            panic!("{one:?} {sign} {two:?}");
        };
        let found = match sign {
            "+" => one.checked_add(*two),
            "-" => one.checked_sub(*two),
            "*" => one.checked_mul(*two),
            _ => one.checked_div(*two),
        };
        found.map(Value::Int).ok_or(NoValue)
    }

    fn value(&mut self) -> Value {
        let word = self.words.pop().expect("a value");
        if let Ok(number) = word.parse() {
            return Value::Int(number);
        }
        if word == "true" {
            return Value::Bool(true);
        }
        if let Some(text) = word.strip_prefix('\'') {
            return Value::Text(text.trim_end_matches('\'').to_owned());
        }
        self.parameter(word).clone()
    }

    fn parameter(&self, name: &str) -> &'a Value {
        let mut values = self.values.iter();
        let found = values.find(|(found, _)| *found == name);
        &found.expect("a parameter").1
    }

    /// Blocks end at whole bytes.
    fn is_in(&self, name: &str, block: &str) -> bool {
        let Value::Text(address) = self.parameter(name) else {
            panic!("{name} is no address");
        };
        let (from, bits) = block.split_once('/').expect("a block");
        let bytes = bits.parse::<usize>().expect("a number") / 8;
        from.split('.')
            .take(bytes)
            .eq(address.split('.').take(bytes))
    }
}

/// One decides, whatever the others come to; else each must have a value.
fn decided(all: Vec<Result<bool, NoValue>>, by: bool) -> Result<bool, NoValue> {
    if all
        .iter()
        .any(|one| matches!(one, Ok(found) if *found == by))
    {
        return Ok(by);
    }
    for one in all {
        one?;
    }
    Ok(!by)
}

fn ordered<T: Ord + ?Sized>(one: &T, comparison: &str, two: &T) -> bool {
    match comparison {
        "<" => one < two,
        "<=" => one <= two,
        ">" => one > two,
        _ => one >= two,
    }
}
