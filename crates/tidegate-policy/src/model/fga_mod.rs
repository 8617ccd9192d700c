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
    let (paths, faults) = read(text, 0);
    if faults.is_empty() {
        let mut contents = Vec::with_capacity(paths.len());
        for (path, _) in paths {
            contents.push(path);
        }
        let schema = "1.2".to_owned();
        return Ok(FgaMod { schema, contents });
    }
    Err(named(faults, &[FILE_NAME.into()]))
}

/// The paths, each with its place, and what is wrong.
pub(super) fn read(text: &str, file: u16) -> (Vec<(String, Place)>, Vec<Fault>) {
    let mut reader = Reader {
        line: Place {
            file,
            ..Place::NONE
        },
        key: Key::None,
        schema: None,
        contents: None,
        is_list: false,
        faults: Vec::new(),
    };
    if text.len() > MAX_TEXT {
        let message = format!("a file has at most {MAX_TEXT} bytes");
        reader.fault(Place::start(file), &message);
    } else {
        reader.lines(text);
    }
    let paths = reader.finish();
    in_order(&mut reader.faults);
    (paths, reader.faults)
}

struct Scalar {
    text: String,
    /// A text, and not a number, a truth value or nothing.
    is_text: bool,
    at: Place,
}

/// Whose value goes on in the lines that follow.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    None,
    Contents,
    /// Lines below it are not read.
    Other,
}

struct Reader {
    /// Which one it is, with no column.
    line: Place,
    key: Key,
    schema: Option<Scalar>,
    contents: Option<Vec<Scalar>>,
    /// What the contents are.
    is_list: bool,
    faults: Vec<Fault>,
}

impl Reader {
    fn lines(&mut self, text: &str) {
        let mut below = text;
        while !below.is_empty() {
            let line;
            (line, below) = cut(below, b'\n').unwrap_or((below, ""));
            self.line.line = self.line.line.saturating_add(1);
            let line = line.trim_end();
            let rest = line.trim_start_matches(' ');
            let indent = line.len() - rest.len();
            if rest.is_empty() || rest.starts_with('#') || line == "---" {
                continue;
            }
            match rest.strip_prefix('-') {
                Some(value) if value.is_empty() || value.starts_with(' ') => {
                    self.item(value, indent);
                }
                _ if indent == 0 => self.entry(rest),
                _ if self.key == Key::Other => {}
                _ => self.fault(self.at(indent), "it cannot stand here"),
            }
        }
    }

    fn item(&mut self, value: &str, indent: usize) {
        match self.key {
            Key::Contents => {
                let start = value.trim_start();
                let found = self.scalar(start, indent + 1 + value.len() - start.len());
                self.is_list = true;
                self.contents.get_or_insert_default().extend(found);
            }
            Key::Other => {}
            Key::None => self.fault(self.at(indent), "a list cannot stand here"),
        }
    }

    fn entry(&mut self, rest: &str) {
        let split = split_once(rest, ": ").or_else(|| Some((rest.strip_suffix(':')?, "")));
        let Some((name, value)) = split else {
            return self.fault(self.at(0), "a line is written `key: value`");
        };
        let value = value.trim_start();
        let start = rest.len() - value.len();
        let name = name.trim().trim_matches(is_quote);
        let is_schema = name == "schema";
        if !is_schema && name != "contents" {
            self.key = Key::Other;
            return;
        }
        self.key = Key::None;
        if is_schema && self.schema.is_some() || !is_schema && self.contents.is_some() {
            return self.fault(self.at(0), &format!("`{name}` stands twice"));
        }
        if is_schema {
            self.schema = self.scalar(value, start);
        } else if value.is_empty() || value.starts_with('#') {
            self.key = Key::Contents;
        } else if let Some(list) = value.strip_prefix('[') {
            self.flow(list, start + 1);
        } else {
            self.contents = self.scalar(value, start).map(|found| vec![found]);
        }
    }

    /// `a, b]`
    fn flow(&mut self, list: &str, start: usize) {
        let mut items = Vec::new();
        let mut rest = list.trim_start();
        let problem = loop {
            let at = start + list.len() - rest.len();
            if let Some(after) = rest.strip_prefix(']') {
                break (!is_end(after)).then_some((at, "the list has to end its line"));
            }
            let length = match rest.chars().next() {
                Some(quote) if is_quote(quote) => quoted(rest, quote).map(|(_, length)| length),
                _ => rest.find([',', ']']),
            };
            let Some((item, after)) = length.and_then(|length| rest.split_at_checked(length))
            else {
                break Some((at, "the list has no end"));
            };
            items.extend(self.scalar(item.trim_end(), at));
            let after = after.trim_start();
            rest = match after.strip_prefix(',') {
                Some(next) => next.trim_start(),
                None if after.starts_with(']') => after,
                None => break Some((at, "a list is written `[a, b]`")),
            };
        };
        if let Some((at, message)) = problem {
            self.fault(self.at(at), message);
        }
        self.is_list = true;
        self.contents = Some(items);
    }

    fn scalar(&mut self, text: &str, offset: usize) -> Option<Scalar> {
        let at = self.at(offset);
        if let Some(quote) = text.chars().next().filter(|&first| is_quote(first)) {
            let found = quoted(text, quote);
            let found = found.filter(|(_, end)| is_end(text.get(*end..).unwrap_or_default()));
            if found.is_none() {
                self.fault(at, "the quoted text is not well formed");
            }
            let (text, is_text) = (found?.0, true);
            return Some(Scalar { text, is_text, at });
        }
        let plain = split_once(text, " #").map_or(text, |(plain, _)| plain);
        let plain = plain.trim_end();
        let plain = if plain.starts_with('#') { "" } else { plain };
        let is_other = plain.starts_with(|first| {
            matches!(
                first,
                '&' | '*' | '!' | '|' | '>' | '%' | '@' | '`' | '{' | '}' | '[' | ']' | ',' | '?'
            )
        });
        if is_other || find(plain, ": ").is_some() || plain.ends_with(':') {
            self.fault(at, "this form of YAML is not read here");
            return None;
        }
        Some(Scalar {
            text: plain.to_owned(),
            is_text: is_plain_text(plain),
            at,
        })
    }

    fn finish(&mut self) -> Vec<(String, Place)> {
        let (start, is_read) = (Place::start(self.line.file), self.faults.is_empty());
        match self.schema.take() {
            None if is_read => self.fault(start, "`schema` is missing"),
            Some(found) if !found.is_text => self.is_not("`schema` is a text", &found),
            Some(found) if found.text != "1.2" => {
                self.fault(found.at, "modules are of schema \"1.2\"");
            }
            _ => {}
        }
        let contents = self.contents.take();
        if contents.is_none() && is_read {
            self.fault(start, "`contents` is missing");
        }
        let mut paths = Vec::new();
        for item in contents.unwrap_or_default() {
            if !self.is_list {
                self.is_not("`contents` is a list of files", &item);
            } else if !item.is_text {
                self.is_not("a file is a text", &item);
            } else if let Some(path) = self.path(&item) {
                paths.push((path, item.at));
            }
        }
        paths
    }

    fn path(&mut self, Scalar { text, at, .. }: &Scalar) -> Option<String> {
        let path = decoded(text);
        let path = path.filter(|path| find(path, "../").is_none() && !path.starts_with('/'));
        let after = match path {
            Some(path) if path.ends_with(".fga") => return Some(path),
            Some(_) => " does not end in `.fga`",
            None => " is not below this folder",
        };
        let word = Word { text, place: *at };
        word.fault(&mut self.faults, ModelErrorKind::ModFile, "file ", after);
        None
    }

    fn is_not(&mut self, what: &str, found: &Scalar) {
        self.fault(found.at, &format!("{what}, not {}", found.text));
    }

    fn fault(&mut self, place: Place, message: &str) {
        let fault = Fault::new(place, ModelErrorKind::ModFile, message);
        self.faults.push(fault);
    }

    /// The place of a byte of the line.
    fn at(&self, offset: usize) -> Place {
        let column = u32::try_from(offset).unwrap_or(u32::MAX).saturating_add(1);
        Place {
            column,
            ..self.line
        }
    }
}

fn is_quote(character: char) -> bool {
    matches!(character, '"' | '\'')
}

/// What a quoted scalar says, and the bytes that it takes.
fn quoted(text: &str, quote: char) -> Option<(String, usize)> {
    let mut out = String::new();
    let mut rest = text.chars();
    rest.next();
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
    let lower = text.to_ascii_lowercase();
    let unsigned = unsigned(&lower);
    let is_word = matches!(
        unsigned,
        "" | "~" | "null" | "true" | "false" | ".inf" | ".nan"
    );
    !is_word && !is_number(unsigned)
}

fn unsigned(text: &str) -> &str {
    text.strip_prefix(['-', '+']).unwrap_or(text)
}

/// `0x1f`, `0o17`, `1`, `1.5`, `.5e+3`
fn is_number(unsigned_text: &str) -> bool {
    if let Some(digits) = unsigned_text.strip_prefix("0x") {
        return digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    }
    let text = unsigned_text.strip_prefix("0o").unwrap_or(unsigned_text);
    let (mantissa, exponent) = split_once(text, "e").unwrap_or((text, "0"));
    let (whole, fraction) = split_once(mantissa, ".").unwrap_or((mantissa, ""));
    let exponent = unsigned(exponent);
    let has_digits = !(whole.is_empty() && fraction.is_empty() || exponent.is_empty());
    let mut parts = [whole, fraction, exponent].into_iter();
    has_digits && parts.all(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
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
