//! From a text to its tree.

use std::fmt;
use std::str::FromStr;

use super::{Json, Number, by_name};
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
        wrong: None,
    };
    let json = reader.value(0);
    if reader.peek().is_some() {
        reader.fail("trailing characters");
    }
    let Some((what, at)) = reader.wrong else {
        return Ok(json);
    };
    let before = text.as_bytes().get(..at).unwrap_or_default();
    let (mut line, mut column) = (1, 1);
    for &byte in before {
        column += 1;
        if byte == b'\n' {
            (line, column) = (line + 1, 1);
        }
    }
    Err(JsonError { what, line, column })
}

/// What is wrong is noted, and the reader goes on at the end of the text, where it finds nothing more.
struct Reader<'a> {
    text: &'a str,
    /// INVARIANT: between two characters, or past the end.
    at: usize,
    last_holds: bool,
    /// The first thing that is wrong, and where.
    wrong: Option<(&'static str, usize)>,
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

    /// Passes over a word, if it is there.
    fn word(&mut self, wanted: &str) -> bool {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let is_there = rest.starts_with(wanted);
        if is_there {
            self.at += wanted.len();
        }
        is_there
    }

    #[cold]
    #[inline(never)]
    fn fail(&mut self, what: &'static str) {
        self.wrong.get_or_insert((what, self.at));
        self.at = self.text.len();
    }

    fn value(&mut self, depth: usize) -> Json {
        match self.peek() {
            Some(b'"') => return Json::Text(self.string()),
            Some(b'[' | b'{') if depth >= MAX_DEPTH => self.fail("nested too deep"),
            Some(b'[') => {
                let mut items = Vec::new();
                self.at += 1;
                while self.more(items.is_empty(), b']', "expected `,` or `]`") {
                    items.push(self.value(depth + 1));
                }
                return Json::List(items);
            }
            Some(b'{') => {
                let mut fields = Vec::new();
                self.at += 1;
                while self.more(fields.is_empty(), b'}', "expected `,` or `}`") {
                    fields.push(self.field(depth + 1));
                }
                self.tidy(&mut fields);
                return Json::Object(fields);
            }
            Some(b'-' | b'0'..=b'9') => return self.number(),
            Some(_) if self.word("null") => {}
            Some(_) if self.word("true") => return Json::Bool(true),
            Some(_) if self.word("false") => return Json::Bool(false),
            Some(_) => self.fail("expected a value"),
            None => self.fail(END),
        }
        Json::Null
    }

    /// Passes over what stands before the first or another item, or over the closing bracket. Says whether an item
    /// follows.
    fn more(&mut self, is_first: bool, end: u8, expected: &'static str) -> bool {
        match self.peek() {
            Some(found) if found == end => self.at += 1,
            _ if is_first => return true,
            Some(b',') => {
                self.at += 1;
                return true;
            }
            _ => self.fail(expected),
        }
        false
    }

    fn field(&mut self, depth: usize) -> (String, Json) {
        if self.peek() != Some(b'"') {
            self.fail("expected a name");
        }
        let name = self.string();
        self.peek();
        if !self.pass(b':') {
            self.fail("expected `:`");
        }
        (name, self.value(depth))
    }

    /// Leaves each name once, or says that one stands twice.
    fn tidy(&mut self, fields: &mut Vec<(String, Json)>) {
        if self.last_holds {
            by_name(fields);
            // `by_name` keeps the order of what is alike.
            for field in std::mem::take(fields) {
                match fields.last_mut() {
                    Some(before) if before.0 == field.0 => *before = field,
                    _ => fields.push(field),
                }
            }
        } else {
            let mut names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
            crate::sort::once(&mut names);
            if names.len() < fields.len() {
                self.fail("an object has a name twice");
            }
        }
    }

    /// As it is written: its size is that of the text.
    fn number(&mut self) -> Json {
        let start = self.at;
        self.pass(b'-');
        let mut good = self.pass(b'0') || self.digits();
        if good && self.pass(b'.') {
            good = self.digits();
        }
        if good && (self.pass(b'e') || self.pass(b'E')) {
            let _ = self.pass(b'+') || self.pass(b'-');
            good = self.digits();
        }
        if !good {
            self.fail("invalid number");
            return Json::Null;
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        number(text).map_or_else(
            || {
                self.fail("a number is out of range");
                Json::Null
            },
            Json::Number,
        )
    }

    /// Passes over digits, if there are some.
    fn digits(&mut self) -> bool {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.byte() {
            self.at += 1;
        }
        self.at > start
    }

    fn string(&mut self) -> String {
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
                    text.push(self.escape());
                }
                Some(_) => self.fail("a control character in a text"),
                None => {
                    self.fail(END);
                    break;
                }
            }
        }
        self.at += 1;
        text
    }

    fn escape(&mut self) -> char {
        let escaped = match self.byte() {
            Some(b'u') => {
                self.at += 1;
                return self.code();
            }
            Some(b'b') => '\u{8}',
            Some(b't') => '\t',
            Some(b'n') => '\n',
            Some(b'f') => '\u{c}',
            Some(b'r') => '\r',
            Some(sign @ (b'"' | b'\\' | b'/')) => sign.into(),
            found => {
                self.fail(found.map_or(END, |_| ESCAPE));
                return '\0';
            }
        };
        self.at += 1;
        escaped
    }

    /// A character by its number, or by the two of UTF-16.
    fn code(&mut self) -> char {
        let mut code = self.hex();
        if code & 0xfc00 == 0xd800 {
            let low = if self.pass(b'\\') && self.pass(b'u') {
                self.hex()
            } else {
                0
            };
            if low & 0xfc00 != 0xdc00 {
                self.fail(ESCAPE);
            }
            code = 0x1_0000 + ((code & 0x3ff) << 10 | low & 0x3ff);
        }
        char::from_u32(code).unwrap_or_else(|| {
            self.fail(ESCAPE);
            '\0'
        })
    }

    fn hex(&mut self) -> u32 {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.byte();
            let Some(number) = digit.and_then(|digit| char::from(digit).to_digit(16)) else {
                self.fail(digit.map_or(END, |_| ESCAPE));
                break;
            };
            code = code << 4 | number;
            self.at += 1;
        }
        code
    }
}
