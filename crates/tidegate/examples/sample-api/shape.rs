//! Whether a text is a record or an array of records, and the same text with one record a line.
//! Both read a stream in pieces: a text of any size needs the same memory.

use std::fmt;
use std::io::{self, BufRead, Read, Write};

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Counts the records of a JSON text.
///
/// # Errors
/// It is no JSON, or neither an object nor an array of objects, with line and column.
pub(crate) fn count(text: impl Read) -> Result<u64, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_reader(Utf8 {
        inner: text,
        open: Vec::new(),
    });
    let Count(records) = Count::deserialize(&mut reader)?;
    reader.end()?;
    Ok(records)
}

/// Copies a text that [`count`] has accepted: one record a line, each without white space between
/// its parts.
///
/// # Errors
/// Reading or writing fails.
pub(crate) fn to_lines(text: impl BufRead, mut lines: impl Write) -> io::Result<()> {
    let (mut depth, mut in_array, mut in_string, mut escaped, mut any) =
        (0_u32, false, false, false, false);
    for byte in text.bytes() {
        let byte = byte?;
        if in_string {
            in_string = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
            lines.write_all(&[byte])?;
            continue;
        }
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => continue,
            b'[' if depth == 0 => {
                (in_array, depth) = (true, 1);
                continue;
            }
            b']' if depth == 1 && in_array => break,
            b',' if depth == 1 && in_array => {
                lines.write_all(b"\n")?;
                continue;
            }
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth -= 1,
            b'"' => in_string = true,
            _ => {}
        }
        any = true;
        lines.write_all(&[byte])?;
    }
    if any { lines.write_all(b"\n") } else { Ok(()) }
}

struct Count(u64);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Records)
    }
}

struct Records;

impl<'de> Visitor<'de> for Records {
    type Value = Count;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record (a JSON object) or an array of records")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Count, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Count(1))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Count, A::Error> {
        let mut records = 0;
        while seq.next_element::<One>()?.is_some() {
            records += 1;
        }
        Ok(Count(records))
    }
}

struct One;

impl<'de> Deserialize<'de> for One {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Self)
    }
}

impl<'de> Visitor<'de> for One {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record (a JSON object)")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(self)
    }
}

/// Lets UTF-8 through and fails on anything else, which serde_json skips where it ignores strings.
struct Utf8<R> {
    inner: R,
    /// The first bytes of a character whose last ones have not been read yet.
    open: Vec<u8>,
}

impl<R: Read> Read for Utf8<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let size = self.inner.read(buffer)?;
        let wrong = || io::Error::new(io::ErrorKind::InvalidData, "not UTF-8");
        if size == 0 {
            return if self.open.is_empty() {
                Ok(0)
            } else {
                Err(wrong())
            };
        }
        self.open
            .extend_from_slice(buffer.get(..size).unwrap_or_default());
        match std::str::from_utf8(&self.open) {
            Ok(_) => self.open.clear(),
            Err(error) if error.error_len().is_none() => {
                self.open.drain(..error.valid_up_to());
            }
            Err(_) => return Err(wrong()),
        }
        Ok(size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_become_lines() {
        for (text, lines) in [
            (r#"{"a":1}"#, Some("{\"a\":1}\n")),
            (
                " { \"a\" : [ 1 , {\"b\": 2} ] } \n",
                Some("{\"a\":[1,{\"b\":2}]}\n"),
            ),
            (
                r#"[{"a":1}, {"b":"x, ]\" [\\"}]"#,
                Some("{\"a\":1}\n{\"b\":\"x, ]\\\" [\\\\\"}\n"),
            ),
            (r#"[{"a":[[]]},{}]"#, Some("{\"a\":[[]]}\n{}\n")),
            ("[]", Some("")),
            ("[ ]", Some("")),
            (r#"{"é":"\u00e9 ü"}"#, Some("{\"é\":\"\\u00e9 ü\"}\n")),
            ("", None),
            ("1", None),
            ("\"text\"", None),
            ("[1]", None),
            ("[[{}]]", None),
            ("{} {}", None),
            ("{}\n{}", None),
            ("[{},]", None),
            ("{\"a\":\"\n\"}", None),
            ("{", None),
            ("{'a':1}", None),
        ] {
            let counted = count(text.as_bytes()).ok();
            assert_eq!(counted.is_some(), lines.is_some(), "{text}");
            let Some(lines) = lines else { continue };
            let mut copied = Vec::new();
            to_lines(text.as_bytes(), &mut copied).unwrap();
            assert_eq!(String::from_utf8(copied).unwrap(), lines);
            assert_eq!(counted, Some(lines.lines().count() as u64));
        }
    }

    #[test]
    fn what_is_not_utf8_is_refused() {
        for text in [&b"{\"a\":\"\xff\"}"[..], b"{\"a\":\"\xc3\"}", b"{}\xc3"] {
            assert!(count(text).is_err(), "{text:?}");
        }
        // Characters that arrive in two pieces.
        let text = r#"{"a":"éüß€"}"#.as_bytes();
        for at in 0..text.len() {
            let (a, b) = text.split_at(at);
            assert_eq!(count(a.chain(b)).unwrap(), 1, "{at}");
        }
    }
}
