//! `fga.mod`: which files a modular model consists of, in order.
//!
//! The file is YAML. Read here is the part of YAML that such a file needs, and everything else is
//! refused: one mapping of plain or quoted scalars, block or `[…]` lists of them, comments, `---`. Keys other than
//! `schema` and `contents` are passed over.

use super::read::{in_order, named};
use super::{MAX_TEXT, ModelErrorKind, ModelErrors};
use crate::language::{Fault, Place, Word};
use crate::text::{cut, find, split_once};

/// The file's name.
pub(super) const FILE_NAME: &str = "fga.mod";

/// What the file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FgaMod {
    /// The schema's version: `1.2`.
    pub schema: String,
    /// Paths of the model's files, with `/` between folders, in order.
    pub contents: Vec<String>,
}

/// Reads an `fga.mod`.
///
/// # Errors
/// Everything that is wrong, with line and column: no schema 1.2 (as a text), no list of files, a path that
/// leads outside of the folder or does not end in `.fga`, other YAML.
pub fn parse_fga_mod(text: &str) -> Result<FgaMod, ModelErrors> {
    let Reader {
        contents, faults, ..
    } = read(text, 0);
    if faults.is_empty() {
        let schema = SCHEMA.to_owned();
        return Ok(FgaMod { schema, contents });
    }
    Err(named(faults, &[FILE_NAME.into()]))
}

const SCHEMA: &str = "1.2";

/// What there is, and what is wrong.
pub(super) fn read(text: &str, file: u16) -> Reader {
    let mut reader = Reader {
        contents: Vec::new(),
        places: Vec::new(),
        faults: Vec::new(),
        line: Place::start(file),
        length: 0,
        key: Key::None,
        has_schema: false,
        has_contents: false,
        is_read: true,
    };
    if text.len() > MAX_TEXT {
        reader.fault(0, &format!("a file has at most {MAX_TEXT} bytes"));
    } else {
        reader.lines(text);
    }
    in_order(&mut reader.faults);
    reader
}

struct Scalar {
    text: String,
    /// A text, and not a number, a truth value or nothing.
    is_text: bool,
    place: Place,
}

/// Whose value goes on in the lines that follow.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    None,
    Contents,
    /// Lines below it are not read.
    Other,
}

/// An `fga.mod`, line by line. What stands in a line has its place told by how many bytes of the line are left
/// there.
pub(super) struct Reader {
    pub(super) contents: Vec<String>,
    /// Where each of them stands.
    pub(super) places: Vec<Place>,
    pub(super) faults: Vec<Fault>,
    /// Where the line starts.
    line: Place,
    /// The line's bytes.
    length: usize,
    key: Key,
    has_schema: bool,
    has_contents: bool,
    /// All lines so far are of a form that is read here.
    is_read: bool,
}

impl Reader {
    fn lines(&mut self, text: &str) {
        let mut below = text;
        while !below.is_empty() {
            let line;
            (line, below) = cut(below, b'\n').unwrap_or((below, ""));
            self.line(line.trim_end());
            self.line.line = self.line.line.saturating_add(1);
        }
        // What could not be read may be what seems missing.
        if self.is_read {
            (self.line.line, self.length) = (1, 0);
            for (has, message) in [
                (self.has_schema, "`schema` is missing"),
                (self.has_contents, "`contents` is missing"),
            ] {
                if !has {
                    self.fault(0, message);
                }
            }
        }
    }

    fn line(&mut self, line: &str) {
        self.length = line.len();
        let rest = line.trim_start_matches(' ');
        let left = rest.len();
        let is_indented = left < line.len();
        match rest.as_bytes() {
            [] | [b'#', ..] => {}
            b"---" if !is_indented => {}
            [b'-'] | [b'-', b' ', ..] => match self.key {
                Key::Contents => self.item(rest.trim_start_matches('-')),
                Key::Other => {}
                Key::None => self.fault(left, "a list cannot stand here"),
            },
            _ if !is_indented => self.entry(line),
            _ if self.key == Key::Other => {}
            _ => self.fault(left, "it cannot stand here"),
        }
    }

    /// What ends its line.
    fn item(&mut self, value: &str) {
        let value = value.trim_start();
        self.file(value, value.len());
    }

    fn entry(&mut self, line: &str) {
        let split = split_once(line, ": ").or_else(|| Some((line.strip_suffix(':')?, "")));
        let Some((name, value)) = split else {
            return self.fault(line.len(), "a line is written `key: value`");
        };
        let mut name = name.trim().as_bytes();
        while let [b'"' | b'\'', inner @ ..] | [inner @ .., b'"' | b'\''] = name {
            name = inner;
        }
        let is_schema = name == b"schema";
        if !is_schema && name != b"contents" {
            self.key = Key::Other;
            return;
        }
        self.key = Key::None;
        let value = value.trim_start();
        match value.as_bytes() {
            _ if is_schema && self.has_schema => self.fault(line.len(), "`schema` stands twice"),
            _ if is_schema => self.schema(value),
            _ if self.has_contents => self.fault(line.len(), "`contents` stands twice"),
            [] | [b'#', ..] => self.key = Key::Contents,
            [b'[', ..] => self.flow(value),
            _ => {
                if let Some(found) = self.scalar(value, value.len()) {
                    self.has_contents = true;
                    self.is_not("`contents` is a list of files", &found);
                }
            }
        }
    }

    fn schema(&mut self, value: &str) {
        let Some(found) = self.scalar(value, value.len()) else {
            return;
        };
        self.has_schema = true;
        if !found.is_text {
            self.is_not("`schema` is a text", &found);
        } else if found.text != SCHEMA {
            self.wrong(found.place, "modules are of schema \"1.2\"");
        }
    }

    /// `[a, b]`
    fn flow(&mut self, list: &str) {
        self.has_contents = true;
        let mut rest = list.get(1..).unwrap_or_default();
        loop {
            rest = rest.trim_start();
            let left = rest.len();
            if let Some(after) = rest.strip_prefix(']') {
                if !is_end(after) {
                    self.fault(left, "the list has to end its line");
                }
                return;
            }
            let length = match is_quoted(rest) {
                true => quoted(rest).map(|(_, length)| length),
                false => rest.bytes().position(|byte| matches!(byte, b',' | b']')),
            };
            let Some((item, after)) = length.and_then(|length| rest.split_at_checked(length))
            else {
                return self.fault(left, "the list has no end");
            };
            let after = after.trim_start();
            let is_good = matches!(after.as_bytes(), [b',' | b']', ..]);
            if !is_good {
                self.fault(left, "a list is written `[a, b]`");
            }
            self.file(item.trim_end(), left);
            if !is_good {
                return;
            }
            rest = after.strip_prefix(',').unwrap_or(after);
        }
    }

    /// A file of the contents, from where so much of the line is left.
    fn file(&mut self, text: &str, left: usize) {
        self.has_contents = true;
        let Some(found) = self.scalar(text, left) else {
            return;
        };
        if !found.is_text {
            return self.is_not("a file is a text", &found);
        }
        let path = decoded(&found.text);
        let after = match path {
            Some(path) if is_below(&path) => {
                if path.ends_with(".fga") {
                    self.contents.push(path);
                    return self.places.push(found.place);
                }
                " does not end in `.fga`"
            }
            _ => " is not below this folder",
        };
        let (text, place) = (&*found.text, found.place);
        Word { text, place }.fault(&mut self.faults, ModelErrorKind::ModFile, "file ", after);
    }

    fn scalar(&mut self, text: &str, left: usize) -> Option<Scalar> {
        let place = self.place(left);
        if is_quoted(text) {
            let found = quoted(text);
            let found = found.filter(|(_, end)| is_end(text.get(*end..).unwrap_or_default()));
            if found.is_none() {
                self.fault(left, "the quoted text is not well formed");
            }
            return found.map(|(text, _)| Scalar {
                text,
                is_text: true,
                place,
            });
        }
        let plain = split_once(text, " #").map_or(text, |(plain, _)| plain);
        let plain = plain.trim_end();
        let plain = if plain.starts_with('#') { "" } else { plain };
        let is_other = plain.bytes().next().is_some_and(is_sign);
        if is_other || find(plain, ": ").is_some() || plain.ends_with(':') {
            self.fault(left, "this form of YAML is not read here");
            return None;
        }
        Some(Scalar {
            text: plain.to_owned(),
            is_text: is_plain_text(plain),
            place,
        })
    }

    fn is_not(&mut self, what: &str, found: &Scalar) {
        self.wrong(found.place, &format!("{what}, not {}", found.text));
    }

    /// What is no YAML, or none that is read here.
    fn fault(&mut self, left: usize, message: &str) {
        self.is_read = false;
        self.wrong(self.place(left), message);
    }

    fn wrong(&mut self, place: Place, message: &str) {
        Fault::add(&mut self.faults, place, ModelErrorKind::ModFile, message);
    }

    fn place(&self, left: usize) -> Place {
        let before = u32::try_from(self.length - left).unwrap_or(u32::MAX);
        Place {
            column: before.saturating_add(1),
            ..self.line
        }
    }
}

fn is_quoted(text: &str) -> bool {
    matches!(text.as_bytes(), [b'"' | b'\'', ..])
}

/// Whether what starts so is no plain scalar.
fn is_sign(first: u8) -> bool {
    matches!(
        first,
        b'&' | b'*'
            | b'!'
            | b'|'
            | b'>'
            | b'%'
            | b'@'
            | b'`'
            | b'{'
            | b'}'
            | b'['
            | b']'
            | b','
            | b'?'
    )
}

/// What the quoted scalar that a text starts with says, and the bytes that it takes.
fn quoted(text: &str) -> Option<(String, usize)> {
    let mut out = String::new();
    let mut rest = text.chars();
    let quote = rest.next()?;
    loop {
        let mut character = rest.next()?;
        if character == quote {
            if quote == '"' || !rest.as_str().starts_with(quote) {
                return Some((out, text.len() - rest.as_str().len()));
            }
            rest.next();
        } else if character == '\\' && quote == '"' {
            character = rest.next()?;
            // A path needs no other.
            if !matches!(character, '\\' | '"' | '/') {
                return None;
            }
        }
        out.push(character);
    }
}

/// Whether only a comment follows.
fn is_end(text: &str) -> bool {
    let rest = text.trim_start();
    rest.is_empty() || rest.starts_with('#') && rest.len() < text.len()
}

/// Whether YAML takes a plain scalar for a text.
fn is_plain_text(text: &str) -> bool {
    let text = match text.as_bytes() {
        [b'-' | b'+', unsigned @ ..] | unsigned => unsigned,
    };
    let mut words = OTHERS.iter();
    !words.any(|word| text.eq_ignore_ascii_case(word)) && !is_number(text)
}

/// Nothing, truth values and numbers, without a sign.
const OTHERS: [&[u8]; 7] = [b"", b"~", b"null", b"true", b"false", b".inf", b".nan"];

/// `0x1f`, `0o17`, `1`, `1.5`, `.5e+3`
fn is_number(unsigned: &[u8]) -> bool {
    let mut rest = match unsigned {
        [b'0', b'x' | b'X', digits @ ..] => return digits.iter().all(u8::is_ascii_hexdigit),
        [b'0', b'o' | b'O', digits @ ..] | digits => digits,
    };
    let mut good = digits(&mut rest);
    if let [b'.', fraction @ ..] = rest {
        rest = fraction;
        good |= digits(&mut rest);
    }
    if let [b'e' | b'E', b'-' | b'+', exponent @ ..] | [b'e' | b'E', exponent @ ..] = rest {
        rest = exponent;
        good &= digits(&mut rest);
    }
    good && rest.is_empty()
}

/// Passes over digits, if there are some.
fn digits(rest: &mut &[u8]) -> bool {
    let before = rest.len();
    while let [b'0'..=b'9', after @ ..] = rest {
        *rest = after;
    }
    rest.len() < before
}

/// Whether a path leads nowhere else than below its folder.
fn is_below(path: &str) -> bool {
    find(path, "../").is_none() && !path.starts_with('/')
}

/// A path with `%xx` replaced, and with `/` for `\`; none when it is not UTF-8 then, or not well formed.
fn decoded(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(mut byte) = bytes.next() {
        if byte == b'%' {
            let mut digit = || char::from(bytes.next()?).to_digit(16);
            byte = u8::try_from(digit()? * 16 + digit()?).ok()?;
        }
        out.push(if byte == b'\\' { b'/' } else { byte });
    }
    String::from_utf8(out).ok()
}
