//! The words of an expression: names, numbers, texts, symbols.

use std::fmt;

use super::double;
use super::error::ConditionError;
use super::number::{digits, sign};
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
    /// What is not yet read.
    pub(super) rest: &'t str,
    length: usize,
    /// Where the last word starts.
    pub(super) start: usize,
    /// The first that is wrong: no more words are read after it.
    pub(super) fault: Option<ConditionError>,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            rest: text,
            length: text.len(),
            start: 0,
            fault: None,
        }
    }

    /// Puts on record what is wrong, if it is the first.
    pub(super) fn fail(&mut self, offset: usize, message: fmt::Arguments<'_>) -> Token<'static> {
        if self.fault.is_none() {
            self.fault = Some(ConditionError::at(offset, message));
        }
        Token::Wrong
    }

    /// The last word is wrong.
    pub(super) fn wrong(&mut self, message: &str) -> Token<'static> {
        self.fail(self.start, format_args!("{message}"))
    }

    /// The next word.
    pub(super) fn next(&mut self) -> Token<'t> {
        if self.fault.is_some() {
            return Token::Wrong;
        }
        self.skip_blank();
        self.start = self.at();
        let rest = self.rest;
        let Some(first) = rest.chars().next() else {
            return Token::End;
        };
        if let Some(literal) = self.quoted() {
            return literal;
        }
        if is_name_start(first) {
            return Token::Name(self.take_all(is_name));
        }
        if rest.strip_prefix('.').unwrap_or(rest).starts_with(is_digit) {
            return self.number();
        }
        match SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol)) {
            Some(symbol) => {
                self.take(symbol.len());
                Token::Symbol(symbol)
            }
            None => self.wrong("a character that has no meaning here"),
        }
    }

    fn number(&mut self) -> Token<'t> {
        let text = self.rest;
        let is_hex = text.starts_with("0x") || text.starts_with("0X");
        self.take(if is_hex { 2 } else { 0 });
        let whole = self.take_all(if is_hex { is_hex_digit } else { is_digit });
        let before = self.rest.len();
        if !is_hex {
            self.skip_fraction();
        }
        if self.rest.len() < before {
            let number = text.get(..text.len() - self.rest.len());
            let value = number.and_then(double::parse);
            return match value {
                _ if self.rest.starts_with(is_name) => self.wrong(NO_NUMBER),
                Some(value) => Token::Literal(Value::Double(value)),
                None => self.wrong("a number out of the range of double"),
            };
        }
        let Some(value) = digits(whole, if is_hex { 16 } else { 10 }) else {
            return self.wrong("no number, or one out of range");
        };
        let is_unsigned = self.rest.starts_with(['u', 'U']);
        self.take(usize::from(is_unsigned));
        if self.rest.starts_with(is_name) {
            self.wrong(NO_NUMBER)
        } else if is_unsigned {
            Token::Literal(Value::Uint(value))
        } else {
            Token::Int(value)
        }
    }

    /// Skips a fraction and an exponent, if there are.
    fn skip_fraction(&mut self) {
        if let Some(fraction) = self.rest.strip_prefix('.')
            && fraction.starts_with(is_digit)
        {
            self.rest = fraction;
            self.take_all(is_digit);
        }
        if let Some(exponent) = self.rest.strip_prefix(['e', 'E']) {
            let (_, exponent) = sign(exponent);
            if exponent.starts_with(is_digit) {
                self.rest = exponent;
                self.take_all(is_digit);
            }
        }
    }

    fn skip_blank(&mut self) {
        loop {
            self.take_all(|next| matches!(next, ' ' | '\t' | '\n' | '\r' | '\x0c'));
            if !self.rest.starts_with("//") {
                return;
            }
            self.take_all(|next| next != '\n');
        }
    }

    /// How far the text is read. Bytes.
    pub(super) fn at(&self) -> usize {
        self.length - self.rest.len()
    }

    /// Takes the characters ahead that are such.
    fn take_all(&mut self, such: fn(char) -> bool) -> &'t str {
        let length = self.rest.find(|next| !such(next));
        self.take(length.unwrap_or(self.rest.len()))
    }

    pub(super) fn take(&mut self, length: usize) -> &'t str {
        let (taken, rest) = self.rest.split_at_checked(length).unwrap_or_default();
        self.rest = rest;
        taken
    }
}

/// A number is not followed by a letter.
const NO_NUMBER: &str = "no number";

fn is_digit(next: char) -> bool {
    next.is_ascii_digit()
}

fn is_hex_digit(next: char) -> bool {
    next.is_ascii_hexdigit()
}

fn is_name_start(next: char) -> bool {
    next.is_ascii_alphabetic() || next == '_'
}

fn is_name(next: char) -> bool {
    is_name_start(next) || is_digit(next)
}
