//! Texts and bytes in quotes: plain, raw, tripled.

use super::lex::{Lexer, Token};
use super::number;
use super::value::{Text, Value};

/// Longest first, where one is the beginning of another.
const QUOTES: [&str; 4] = ["\"\"\"", "'''", "\"", "'"];

/// What stands for one byte behind a backslash, and that byte.
const ESCAPES: [(&str, u32); 12] = [
    ("a", 0x07),
    ("b", 0x08),
    ("f", 0x0c),
    ("n", 0x0a),
    ("r", 0x0d),
    ("t", 0x09),
    ("v", 0x0b),
    ("\\", 0x5c),
    ("?", 0x3f),
    ("\"", 0x22),
    ("'", 0x27),
    ("`", 0x60),
];

impl Lexer<'_> {
    /// The quoted literal ahead, if there is one.
    pub(super) fn quoted(&mut self) -> Option<Token<'static>> {
        let prefix = self.rest;
        let rest = prefix.strip_prefix(['b', 'B']).unwrap_or(prefix);
        let is_bytes = rest.len() < prefix.len();
        let opened = rest.strip_prefix(['r', 'R']).unwrap_or(rest);
        let is_raw = opened.len() < rest.len();
        let quote = QUOTES.iter().find(|quote| opened.starts_with(**quote))?;
        self.take(prefix.len() - opened.len() + quote.len());
        let mut found = Vec::new();
        loop {
            let rest = self.rest;
            let Some(next) = rest.chars().next() else {
                return Some(self.wrong("a text that does not end"));
            };
            if rest.starts_with(quote) {
                self.take(quote.len());
                break;
            }
            if quote.len() == 1 && matches!(next, '\n' | '\r') {
                return Some(self.wrong("a text that does not end on its line"));
            }
            if is_raw || next != '\\' {
                let next = self.take(next.len_utf8());
                found.extend_from_slice(next.as_bytes());
            } else if self.escape(is_bytes, &mut found).is_none() {
                let message = format_args!("no such escape in a text");
                return Some(self.fail(self.at(), message));
            }
        }
        Some(Token::Literal(if is_bytes {
            Value::Bytes(found.into())
        } else {
            let text = String::from_utf8(found).unwrap_or_default();
            Value::String(Text::Shared(text.into()))
        }))
    }

    /// Reads a backslash and what follows it; none when that is no escape.
    fn escape(&mut self, is_bytes: bool, found: &mut Vec<u8>) -> Option<()> {
        let rest = self.rest.get(1..)?;
        let (skip, digits, radix) = match rest.bytes().next()? {
            b'x' | b'X' => (1, 2, 16),
            b'u' if !is_bytes => (1, 4, 16),
            b'U' if !is_bytes => (1, 8, 16),
            b'0'..=b'3' => (0, 3, 8),
            _ => (1, 0, 0),
        };
        let code = if digits == 0 {
            let mut escapes = ESCAPES.iter();
            escapes.find(|(escape, _)| rest.starts_with(escape))?.1
        } else {
            let code = number::digits(rest.get(skip..skip + digits)?, radix)?;
            u32::try_from(code).ok()?
        };
        if is_bytes {
            found.push(u8::try_from(code).ok()?);
        } else {
            let code = char::from_u32(code)?;
            found.extend_from_slice(code.encode_utf8(&mut [0; 4]).as_bytes());
        }
        self.take(1 + skip + digits);
        Some(())
    }
}
