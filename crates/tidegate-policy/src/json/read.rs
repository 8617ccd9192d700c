//! From a text to its tree.

use std::fmt;
use std::str::FromStr;

use super::{Json, Number};
#[cfg(feature = "conditions")]
use crate::condition::double;

/// How many lists and objects may stand within one another.
pub const MAX_DEPTH: usize = 127;

/// Why a text is no JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct JsonError {
    what: &'static str,
    /// Of the text, from 1.
    pub line: u32,
    /// In bytes, from 1.
    pub column: u32,
}

impl std::error::Error for JsonError {}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, line, column } = self;
        write!(f, "{what} at line {line} column {column}")
    }
}

/// Fields keep their order; no name may stand twice in an object.
impl FromStr for Json {
    type Err = JsonError;

    fn from_str(text: &str) -> Result<Self, JsonError> {
        read(text, false)
    }
}

impl Json {
    /// Reads where a name may stand twice in an object: the last holds. Fields come in the order of their names.
    ///
    /// # Errors
    /// Why it is no JSON.
    pub fn last_holds(text: &str) -> Result<Self, JsonError> {
        read(text, true)
    }
}

fn read(text: &str, last_holds: bool) -> Result<Json, JsonError> {
    let mut reader = Reader {
        text,
        at: 0,
        last_holds,
    };
    let json = reader.value(0).and_then(|json| match reader.peek() {
        None => Ok(json),
        Some(_) => Err("trailing characters"),
    });
    json.map_err(|what| {
        let before = text.as_bytes().get(..reader.at).unwrap_or_default();
        let (mut line, mut column) = (1, 1);
        for &byte in before {
            column += 1;
            if byte == b'\n' {
                (line, column) = (line + 1, 1);
            }
        }
        JsonError { what, line, column }
    })
}

struct Reader<'a> {
    text: &'a str,
    /// INVARIANT: between two characters.
    at: usize,
    last_holds: bool,
}

#[cfg(not(feature = "conditions"))]
fn number(text: &str) -> Option<Number> {
    text.parse().ok()
}

/// A whole number where there are bits for it, else the nearest double: `serde_json` reads some a bit off.
#[cfg(feature = "conditions")]
fn number(text: &str) -> Option<Number> {
    if let Ok(number) = text.parse::<u64>() {
        return Some(number.into());
    }
    match text.parse::<i64>() {
        // There is no whole number below 0 that is 0.
        Ok(number) if number != 0 => Some(number.into()),
        _ => Number::from_f64(double::parse(text)?),
    }
}

/// What is wrong; where is known from how far the reader came.
type Read<T> = Result<T, &'static str>;

const END: &str = "the text ends early";
const ESCAPE: &str = "invalid escape";

impl Reader<'_> {
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The next byte that is no white space.
    fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.byte() {
            self.at += 1;
        }
        self.byte()
    }

    /// Passes over a byte of ASCII, if it is there.
    fn pass(&mut self, wanted: u8) -> bool {
        let is_there = self.byte() == Some(wanted);
        self.at += usize::from(is_there);
        is_there
    }

    fn value(&mut self, depth: usize) -> Read<Json> {
        match self.peek().ok_or(END)? {
            b'"' => Ok(Json::Text(self.string()?)),
            b'[' | b'{' if depth >= MAX_DEPTH => Err("nested too deep"),
            b'[' => self.list(depth + 1),
            b'{' => self.object(depth + 1),
            b'-' | b'0'..=b'9' => self.number(),
            _ => {
                let words = [
                    ("null", Json::Null),
                    ("true", Json::Bool(true)),
                    ("false", Json::Bool(false)),
                ];
                let rest = self.text.get(self.at..).unwrap_or_default();
                for (word, json) in words {
                    if rest.starts_with(word) {
                        self.at += word.len();
                        return Ok(json);
                    }
                }
                Err("expected a value")
            }
        }
    }

    fn list(&mut self, depth: usize) -> Read<Json> {
        let mut items = Vec::new();
        self.at += 1;
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Json::List(items));
        }
        loop {
            items.push(self.value(depth)?);
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => break,
                _ => return Err("expected `,` or `]`"),
            }
        }
        self.at += 1;
        Ok(Json::List(items))
    }

    fn object(&mut self, depth: usize) -> Read<Json> {
        let mut fields = Vec::new();
        self.at += 1;
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Json::Object(fields));
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err("expected a name");
            }
            let name = self.string()?;
            if self.peek() != Some(b':') {
                return Err("expected `:`");
            }
            self.at += 1;
            let value = self.value(depth)?;
            fields.push((name, value));
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => break,
                _ => return Err("expected `,` or `}`"),
            }
        }
        self.at += 1;
        if self.last_holds {
            crate::sort::by(&mut fields, |one, two| one.0.cmp(&two.0));
            // `sort` keeps the order of what is alike, and of that the later takes the place of the one before.
            fields.dedup_by(|later, kept| {
                let is_twice = later.0 == kept.0;
                if is_twice {
                    std::mem::swap(later, kept);
                }
                is_twice
            });
        } else {
            let mut names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
            crate::sort::sort(&mut names);
            if names.windows(2).any(|pair| pair.first() == pair.last()) {
                return Err("an object has a name twice");
            }
        }
        Ok(Json::Object(fields))
    }

    /// As it is written: its size is that of the text.
    fn number(&mut self) -> Read<Json> {
        const BAD: &str = "invalid number";
        let start = self.at;
        self.pass(b'-');
        if !self.pass(b'0') && self.digits() == 0 {
            return Err(BAD);
        }
        if self.pass(b'.') && self.digits() == 0 {
            return Err(BAD);
        }
        if self.pass(b'e') || self.pass(b'E') {
            let _ = self.pass(b'+') || self.pass(b'-');
            if self.digits() == 0 {
                return Err(BAD);
            }
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        let number = number(text).ok_or("a number is out of range")?;
        Ok(Json::Number(number))
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.byte() {
            self.at += 1;
        }
        self.at - start
    }

    fn string(&mut self) -> Read<String> {
        let mut text = String::new();
        self.at += 1;
        loop {
            let start = self.at;
            while !matches!(self.byte(), None | Some(b'"' | b'\\' | ..=b'\x1f')) {
                self.at += 1;
            }
            // Both ends are at ASCII.
            text.push_str(self.text.get(start..self.at).unwrap_or_default());
            match self.byte() {
                Some(b'"') => break,
                Some(b'\\') => {
                    self.at += 1;
                    text.push(self.escape()?);
                }
                Some(_) => return Err("a control character in a text"),
                None => return Err(END),
            }
        }
        self.at += 1;
        Ok(text)
    }

    fn escape(&mut self) -> Read<char> {
        let escaped = match self.byte().ok_or(END)? {
            b'u' => {
                self.at += 1;
                return self.code();
            }
            b'b' => '\u{8}',
            b't' => '\t',
            b'n' => '\n',
            b'f' => '\u{c}',
            b'r' => '\r',
            sign @ (b'"' | b'\\' | b'/') => sign.into(),
            _ => return Err(ESCAPE),
        };
        self.at += 1;
        Ok(escaped)
    }

    /// A character by its number, or by the two of UTF-16.
    fn code(&mut self) -> Read<char> {
        let mut code = self.hex()?;
        if code & 0xfc00 == 0xd800 {
            let low = if self.pass(b'\\') && self.pass(b'u') {
                self.hex()?
            } else {
                0
            };
            if low & 0xfc00 != 0xdc00 {
                return Err(ESCAPE);
            }
            code = 0x1_0000 + ((code & 0x3ff) << 10 | low & 0x3ff);
        }
        char::from_u32(code).ok_or(ESCAPE)
    }

    fn hex(&mut self) -> Read<u32> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.byte().ok_or(END)?;
            code = code << 4 | char::from(digit).to_digit(16).ok_or(ESCAPE)?;
            self.at += 1;
        }
        Ok(code)
    }
}
