//! The words of an expression: names, numbers, texts, symbols.

use super::double;
use super::error::ConditionError;
use super::literal;

/// One word.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token<'t> {
    Name(&'t str),
    /// The magnitude: a sign before it is an operator.
    Int(u64),
    Uint(u64),
    Double(f64),
    String(String),
    Bytes(Vec<u8>),
    Symbol(&'static str),
    End,
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
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    /// The next word, and the byte where it starts.
    pub(super) fn next(&mut self) -> Result<(usize, Token<'t>), ConditionError> {
        self.skip_blank();
        let start = self.at;
        let rest = self.rest();
        let Some(first) = rest.bytes().next() else {
            return Ok((start, Token::End));
        };
        if let Some((token, length)) = literal::quoted(rest, start)? {
            self.at += length;
            return Ok((start, token));
        }
        if is_name_start(first) {
            let length = rest.bytes().take_while(|byte| is_name(*byte)).count();
            return Ok((start, Token::Name(self.take(length))));
        }
        let after = rest.as_bytes().get(1).copied();
        if first.is_ascii_digit()
            || (first == b'.' && after.is_some_and(|byte| byte.is_ascii_digit()))
        {
            return Ok((start, self.number(start)?));
        }
        match SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol)) {
            Some(symbol) => {
                self.at += symbol.len();
                Ok((start, Token::Symbol(symbol)))
            }
            None => Err(ConditionError::at(
                start,
                "a character that has no meaning here",
            )),
        }
    }

    fn number(&mut self, start: usize) -> Result<Token<'t>, ConditionError> {
        let bad = |message| ConditionError::at(start, message);
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
                    self.ends_here(start)?;
                    let value = value.ok_or_else(|| bad("a number out of the range of double"))?;
                    return Ok(Token::Double(value));
                }
                (10, rest.get(..whole).unwrap_or_default(), whole)
            }
        };
        let value = u64::from_str_radix(digits, radix)
            .map_err(|_| bad("no number, or one out of range"))?;
        self.at += length;
        let unsigned = self.rest().starts_with(['u', 'U']);
        self.at += usize::from(unsigned);
        self.ends_here(start)?;
        Ok(if unsigned {
            Token::Uint(value)
        } else {
            Token::Int(value)
        })
    }

    /// A number is not followed by a letter.
    fn ends_here(&self, start: usize) -> Result<(), ConditionError> {
        match self.rest().bytes().next() {
            Some(next) if is_name(next) => Err(ConditionError::at(start, "no number")),
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
