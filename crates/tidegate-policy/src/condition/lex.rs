//! The words of an expression: names, numbers, texts, symbols.

use super::double;
use super::error::ConditionError;
use super::literal;
use super::value::Value;

/// One word.
pub(super) enum Token<'t> {
    Name(&'t str),
    /// The magnitude: a sign before it is an operator.
    Int(u64),
    /// Any other number, a text, or bytes.
    Literal(Value<'static>),
    Symbol(&'static str),
    End,
    /// What is wrong is on record.
    Wrong,
}

/// Longest first, where one is the beginning of another.
const SYMBOLS: [&str; 25] = [
    "<=", ">=", "==", "!=", "&&", "||", "<", ">", "!", "-", "*", "/", "%", "+", "?", ":", "(", ")",
    "[", "]", "{", "}", ",", ".", "=",
];

/// Reads words off a text.
pub(super) struct Lexer<'t> {
    text: &'t str,
    at: usize,
    /// Where the last word starts.
    pub(super) start: usize,
    /// The first that is wrong: no more words are read after it.
    pub(super) fault: Option<ConditionError>,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            at: 0,
            start: 0,
            fault: None,
        }
    }

    /// Puts on record what is wrong, if it is the first.
    pub(super) fn fail(&mut self, offset: usize, message: String) -> Token<'t> {
        if self.fault.is_none() {
            self.fault = Some(ConditionError::at(offset, message));
        }
        Token::Wrong
    }

    /// The next word.
    pub(super) fn next(&mut self) -> Token<'t> {
        if self.fault.is_some() {
            return Token::Wrong;
        }
        self.skip_blank();
        self.start = self.at;
        let rest = self.rest();
        let Some(first) = rest.bytes().next() else {
            return Token::End;
        };
        match literal::quoted(rest) {
            Ok(Some((value, length))) => {
                self.at += length;
                return Token::Literal(value);
            }
            Ok(None) => {}
            Err((at, message)) => return self.fail(self.start + at, message.to_owned()),
        }
        if is_name_start(first) {
            let length = rest.bytes().take_while(|byte| is_name(*byte)).count();
            return Token::Name(self.take(length));
        }
        let after = rest.as_bytes().get(1).copied();
        if first.is_ascii_digit()
            || (first == b'.' && after.is_some_and(|byte| byte.is_ascii_digit()))
        {
            return match self.number() {
                Ok(token) => token,
                Err(message) => self.fail(self.start, message.to_owned()),
            };
        }
        match SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol)) {
            Some(symbol) => {
                self.at += symbol.len();
                Token::Symbol(symbol)
            }
            None => self.fail(
                self.start,
                "a character that has no meaning here".to_owned(),
            ),
        }
    }

    fn number(&mut self) -> Result<Token<'t>, &'static str> {
        let rest = self.rest();
        let hex = rest.strip_prefix("0x").or_else(|| rest.strip_prefix("0X"));
        let (radix, digits, length) = match hex {
            Some(hex) => {
                let digits = hex.bytes().take_while(u8::is_ascii_hexdigit).count();
                (16, hex.get(..digits).unwrap_or_default(), digits + 2)
            }
            None => {
                let whole = rest.bytes().take_while(u8::is_ascii_digit).count();
                let length = double_length(rest, whole);
                if length > whole {
                    let value = double::parse(self.take(length));
                    self.ends_here()?;
                    let value = value.ok_or("a number out of the range of double")?;
                    return Ok(Token::Literal(Value::Double(value)));
                }
                (10, rest.get(..whole).unwrap_or_default(), whole)
            }
        };
        let value =
            u64::from_str_radix(digits, radix).map_err(|_| "no number, or one out of range")?;
        self.at += length;
        let unsigned = self.rest().starts_with(['u', 'U']);
        self.at += usize::from(unsigned);
        self.ends_here()?;
        Ok(if unsigned {
            Token::Literal(Value::Uint(value))
        } else {
            Token::Int(value)
        })
    }

    /// A number is not followed by a letter.
    fn ends_here(&self) -> Result<(), &'static str> {
        match self.rest().bytes().next() {
            Some(next) if is_name(next) => Err("no number"),
            _ => Ok(()),
        }
    }

    fn skip_blank(&mut self) {
        loop {
            let rest = self.rest();
            let blank = rest
                .bytes()
                .take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0c))
                .count();
            self.at += blank;
            if !self.rest().starts_with("//") {
                return;
            }
            self.at += self.rest().find('\n').unwrap_or(self.rest().len());
        }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn take(&mut self, length: usize) -> &'t str {
        let taken = self.rest().get(..length).unwrap_or_default();
        self.at += taken.len();
        taken
    }
}

/// How many bytes a number with a fraction or an exponent has; `whole` when it has neither.
fn double_length(rest: &str, whole: usize) -> usize {
    let digits = |from: usize| {
        let rest = rest.get(from..).unwrap_or_default();
        rest.bytes().take_while(u8::is_ascii_digit).count()
    };
    let byte = |at: usize| rest.as_bytes().get(at).copied();
    let mut length = whole;
    if byte(length) == Some(b'.') && digits(length + 1) > 0 {
        length += 1 + digits(length + 1);
    }
    if matches!(byte(length), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(byte(length + 1), Some(b'+' | b'-')));
        let exponent = digits(length + 1 + sign);
        if exponent > 0 {
            length += 1 + sign + exponent;
        }
    }
    length
}

fn is_name_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_'
}

fn is_name(byte: u8) -> bool {
    is_name_start(byte) || byte.is_ascii_digit()
}
