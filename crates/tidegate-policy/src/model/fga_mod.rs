//! `fga.mod`: which files a modular model consists of, in order.
//!
//! The file is YAML. Read here is the part of YAML that such a file needs, and everything else is
//! refused: one mapping of plain or quoted scalars, block or `[…]` lists of them, comments, `---`. Keys other than
//! `schema` and `contents` are passed over.

use super::read::named;
use super::{MAX_ERRORS, MAX_TEXT, ModelErrorKind, ModelErrors};
use crate::language::{Fault, Place};
use crate::text::{find, split_once};

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
    let (contents, faults) = read(text, 0);
    if faults.is_empty() {
        return Ok(FgaMod {
            schema: "1.2".to_owned(),
            contents: contents.into_iter().map(|(path, _)| path).collect(),
        });
    }
    Err(named(faults, &[FILE_NAME.into()]))
}

/// The paths, each with its place, and what is wrong.
pub(super) fn read(text: &str, file: u16) -> (Vec<(String, Place)>, Vec<Fault>) {
    let mut reader = Reader {
        file,
        line: 0,
        key: None,
        schema: None,
        contents: None,
        faults: Vec::new(),
    };
    if text.len() > MAX_TEXT {
        let message = format!("a file has at most {MAX_TEXT} bytes");
        reader.fault((1, 1), message);
    } else {
        reader.lines(text);
    }
    let paths = reader.finish();
    crate::sort::by_key(&mut reader.faults, |fault| fault.place);
    reader.faults.truncate(MAX_ERRORS);
    (paths, reader.faults)
}

/// Line and column, both from 1.
type At = (u32, u32);

#[derive(Clone, Debug)]
struct Scalar {
    text: String,
    /// A text, and not a number, a truth value or nothing.
    is_text: bool,
    at: At,
}

enum Contents {
    Scalar(Scalar),
    List(Vec<Scalar>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    Contents,
    /// Lines below it are not read.
    Other,
}

struct Reader {
    file: u16,
    line: u32,
    /// Whose value goes on in the lines that follow.
    key: Option<Key>,
    schema: Option<Scalar>,
    contents: Option<Contents>,
    faults: Vec<Fault>,
}

impl Reader {
    fn lines(&mut self, text: &str) {
        for full in text.lines() {
            self.line = self.line.saturating_add(1);
            let line = full.trim_end();
            let indent = line.len() - line.trim_start_matches(' ').len();
            let rest = line.get(indent..).unwrap_or_default();
            if rest.is_empty() || rest.starts_with('#') || line == "---" {
                continue;
            }
            let is_item = rest == "-" || rest.starts_with("- ");
            if is_item {
                self.item(rest, indent);
            } else if indent == 0 {
                self.entry(rest);
            } else if self.key != Some(Key::Other) {
                self.fault((self.line, column(indent)), "it cannot stand here");
            }
        }
    }

    fn item(&mut self, rest: &str, indent: usize) {
        match self.key {
            Some(Key::Contents) => {
                let value = rest.get(1..).unwrap_or_default();
                let blanks = value.len() - value.trim_start().len();
                let found = self.scalar(value.trim_start(), indent + 1 + blanks);
                let contents = self
                    .contents
                    .get_or_insert_with(|| Contents::List(Vec::new()));
                if let (Contents::List(items), Some(found)) = (contents, found) {
                    items.push(found);
                }
            }
            Some(Key::Other) => {}
            None => self.fault((self.line, column(indent)), "a list cannot stand here"),
        }
    }

    fn entry(&mut self, rest: &str) {
        let split = split_once(rest, ": ").or_else(|| Some((rest.strip_suffix(':')?, "")));
        let Some((name, value)) = split else {
            return self.fault((self.line, 1), "a line is written `key: value`");
        };
        let start = rest.len() - value.trim_start().len();
        let value = value.trim_start();
        let bare = name.trim().trim_matches(['"', '\'']);
        self.key = None;
        let twice = match bare {
            "schema" => self.schema.is_some(),
            "contents" => self.contents.is_some(),
            _ => {
                self.key = Some(Key::Other);
                return;
            }
        };
        if twice {
            return self.fault((self.line, 1), format!("`{bare}` stands twice"));
        }
        if bare == "schema" {
            self.schema = self.scalar(value, start);
        } else if value.is_empty() || value.starts_with('#') {
            self.key = Some(Key::Contents);
        } else if let Some(list) = value.strip_prefix('[') {
            self.flow(list, start + 1);
        } else {
            self.contents = self.scalar(value, start).map(Contents::Scalar);
        }
    }

    /// `a, b]`
    fn flow(&mut self, list: &str, start: usize) {
        let mut items = Vec::new();
        let mut rest = list;
        loop {
            rest = rest.trim_start();
            let at = start + list.len() - rest.len();
            if let Some(after) = rest.strip_prefix(']') {
                if !is_end(after) {
                    self.fault((self.line, column(at)), "the list has to end its line");
                }
                break;
            }
            let length = match rest.chars().next() {
                Some(quote @ ('"' | '\'')) => quoted(rest, quote).map(|(_, length)| length),
                _ => rest.find([',', ']']),
            };
            let Some((item, after)) = length.and_then(|length| rest.split_at_checked(length))
            else {
                self.fault((self.line, column(at)), "the list has no end");
                break;
            };
            if let Some(item) = self.scalar(item.trim_end(), at) {
                items.push(item);
            }
            let after = after.trim_start();
            rest = match after.strip_prefix(',') {
                Some(after) => after,
                None => after,
            };
            if rest.len() == after.len() && !rest.starts_with(']') {
                self.fault((self.line, column(at)), "a list is written `[a, b]`");
                break;
            }
        }
        self.contents = Some(Contents::List(items));
    }

    fn scalar(&mut self, text: &str, offset: usize) -> Option<Scalar> {
        let at = (self.line, column(offset));
        if let Some(quote @ ('"' | '\'')) = text.chars().next() {
            let found = quoted(text, quote);
            let found = found.filter(|(_, end)| is_end(text.get(*end..).unwrap_or_default()));
            let Some((text, _)) = found else {
                self.fault(at, "the quoted text is not well formed");
                return None;
            };
            let is_text = true;
            return Some(Scalar { text, is_text, at });
        }
        let plain = split_once(text, " #").map_or(text, |(plain, _)| plain);
        let plain = plain.trim_end();
        let plain = if plain.starts_with('#') { "" } else { plain };
        if plain.starts_with([
            '&', '*', '!', '|', '>', '%', '@', '`', '{', '}', '[', ']', ',', '?',
        ]) || find(plain, ": ").is_some()
            || plain.ends_with(':')
        {
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
        let is_read = self.faults.is_empty();
        match self.schema.take() {
            None if is_read => self.fault((1, 1), "`schema` is missing"),
            None => {}
            Some(found) if !found.is_text => {
                let message = format!("`schema` is a text, not {}", found.text);
                self.fault(found.at, &message);
            }
            Some(found) if found.text != "1.2" => {
                self.fault(found.at, "modules are of schema \"1.2\"");
            }
            Some(_) => {}
        }
        match self.contents.take() {
            None if is_read => self.fault((1, 1), "`contents` is missing"),
            None => {}
            Some(Contents::Scalar(found)) => {
                let message = format!("`contents` is a list of files, not {}", found.text);
                self.fault(found.at, &message);
            }
            Some(Contents::List(items)) => {
                let mut paths = Vec::new();
                for item in &items {
                    if let Some(path) = self.path(item) {
                        paths.push(path);
                    }
                }
                return paths;
            }
        }
        Vec::new()
    }

    fn path(&mut self, item: &Scalar) -> Option<(String, Place)> {
        let text = &item.text;
        let message = if item.is_text {
            let path = decoded(text).map(|path| path.replace('\\', "/"));
            match path {
                Some(path) if find(&path, "../").is_none() && !path.starts_with('/') => {
                    if path.ends_with(".fga") {
                        let (line, column) = item.at;
                        let file = self.file;
                        let place = Place { file, line, column };
                        return Some((path, place));
                    }
                    format!("file `{text}` does not end in `.fga`")
                }
                _ => format!("file `{text}` is not below this folder"),
            }
        } else {
            format!("a file is a text, not {text}")
        };
        self.fault(item.at, message);
        None
    }

    fn fault(&mut self, (line, column): At, message: impl AsRef<str>) {
        let file = self.file;
        let place = Place { file, line, column };
        let kind = ModelErrorKind::ModFile;
        self.faults.push(Fault::new(place, kind, message.as_ref()));
    }
}

/// What a quoted scalar says, and the bytes that it takes.
fn quoted(text: &str, quote: char) -> Option<(String, usize)> {
    let mut out = String::new();
    let mut rest = text.char_indices().skip(1).peekable();
    while let Some((at, character)) = rest.next() {
        if character == quote {
            if quote == '\'' && rest.next_if(|(_, next)| *next == '\'').is_some() {
                out.push('\'');
                continue;
            }
            return Some((out, at + 1));
        }
        if character == '\\' && quote == '"' {
            // A path needs no other.
            match rest.next()? {
                (_, escaped @ ('\\' | '"' | '/')) => out.push(escaped),
                _ => return None,
            }
            continue;
        }
        out.push(character);
    }
    None
}

/// Whether only a comment follows.
fn is_end(text: &str) -> bool {
    let rest = text.trim_start();
    rest.is_empty() || rest.starts_with('#') && rest.len() < text.len()
}

/// Whether YAML takes a plain scalar for a text.
fn is_plain_text(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let unsigned = lower.strip_prefix(['-', '+']).unwrap_or(&lower);
    let is_word = matches!(
        unsigned,
        "" | "~" | "null" | "true" | "false" | ".inf" | ".nan"
    );
    !is_word && !is_number(unsigned)
}

/// `0x1f`, `0o17`, `1`, `1.5`, `.5e+3`
fn is_number(unsigned: &str) -> bool {
    if let Some(digits) = unsigned.strip_prefix("0x") {
        return digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    }
    let unsigned = unsigned.strip_prefix("0o").unwrap_or(unsigned);
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (mantissa, exponent) = unsigned.split_once('e').unwrap_or((unsigned, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    let has_digits = !(whole.is_empty() && fraction.is_empty() || exponent.is_empty());
    has_digits && [whole, fraction, exponent].into_iter().all(all_digits)
}

/// A path with `%xx` replaced; none when it is not UTF-8 then, or not well formed.
fn decoded(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let mut digit = || char::from(bytes.next()?).to_digit(16);
        out.push(match byte {
            b'%' => u8::try_from(digit()? * 16 + digit()?).ok()?,
            byte => byte,
        });
    }
    String::from_utf8(out).ok()
}

fn column(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX).saturating_add(1)
}
