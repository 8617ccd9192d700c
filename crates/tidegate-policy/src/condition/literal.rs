//! Texts and bytes in quotes: plain, raw, tripled.

use super::value::{Text, Value};

/// Where something is wrong, in bytes from the start of the literal, and what.
type Wrong = (usize, &'static str);

/// The quoted literal that a text starts with, and its length in bytes; none when it starts otherwise.
pub(super) fn quoted(rest: &str) -> Result<Option<(Value<'static>, usize)>, Wrong> {
    let mut at = 0;
    let byte = |at: usize| rest.as_bytes().get(at).copied();
    let is_bytes = matches!(byte(at), Some(b'b' | b'B'));
    at += usize::from(is_bytes);
    let is_raw = matches!(byte(at), Some(b'r' | b'R'));
    at += usize::from(is_raw);
    let quote = match rest.get(at..) {
        Some(rest) if rest.starts_with("\"\"\"") => "\"\"\"",
        Some(rest) if rest.starts_with("'''") => "'''",
        Some(rest) if rest.starts_with('"') => "\"",
        Some(rest) if rest.starts_with('\'') => "'",
        _ => return Ok(None),
    };
    let mut reader = Reader {
        rest,
        at: at + quote.len(),
        is_bytes,
        found: Vec::new(),
    };
    loop {
        let Some(left) = rest.get(reader.at..).filter(|left| !left.is_empty()) else {
            return Err((0, "a text that does not end"));
        };
        if left.starts_with(quote) {
            break;
        }
        if quote.len() == 1 && left.starts_with(['\n', '\r']) {
            return Err((0, "a text that does not end on its line"));
        }
        if is_raw || !left.starts_with('\\') {
            let next = left.chars().next().unwrap_or_default();
            reader.push(next);
            reader.at += next.len_utf8();
        } else {
            reader.escape()?;
        }
    }
    let length = reader.at + quote.len();
    let value = if is_bytes {
        Value::Bytes(reader.found.into())
    } else {
        let text = String::from_utf8(reader.found).map_err(|_| (0, "no text"))?;
        Value::String(Text::Shared(text.into()))
    };
    Ok(Some((value, length)))
}

struct Reader<'t> {
    rest: &'t str,
    at: usize,
    is_bytes: bool,
    found: Vec<u8>,
}

impl Reader<'_> {
    fn push(&mut self, next: char) {
        self.found
            .extend_from_slice(next.encode_utf8(&mut [0; 4]).as_bytes());
    }

    /// Reads what follows a backslash.
    fn escape(&mut self) -> Result<(), Wrong> {
        let bad = (self.at, "no such escape in a text");
        let kind = self.rest.as_bytes().get(self.at + 1).copied();
        let (skip, digits, radix) = match kind {
            Some(b'x' | b'X') => (2, 2, 16),
            Some(b'u') if !self.is_bytes => (2, 4, 16),
            Some(b'U') if !self.is_bytes => (2, 8, 16),
            Some(b'0'..=b'3') => (1, 3, 8),
            Some(kind) => {
                let plain = match kind {
                    b'a' => 0x07,
                    b'b' => 0x08,
                    b'f' => 0x0c,
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'v' => 0x0b,
                    b'\\' | b'?' | b'"' | b'\'' | b'`' => kind,
                    _ => return Err(bad),
                };
                self.found.push(plain);
                self.at += 2;
                return Ok(());
            }
            None => return Err(bad),
        };
        let from = self.at + skip;
        let text = self.rest.get(from..from + digits);
        let text = text.filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let code = text.and_then(|text| u32::from_str_radix(text, radix).ok());
        let code = code.ok_or(bad)?;
        if self.is_bytes {
            self.found.push(u8::try_from(code).map_err(|_| bad)?);
        } else {
            self.push(char::from_u32(code).ok_or(bad)?);
        }
        self.at = from + digits;
        Ok(())
    }
}
