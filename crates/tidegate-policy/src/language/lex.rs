//! Text to tokens. A `#` starts a comment at the start of a line or after white space.

use super::Place;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind<'a> {
    /// A name or a keyword: the parser tells which.
    Word(&'a str),
    /// `DIGITS.DIGITS`
    Version(&'a str),
    /// `but not`, with one space between.
    ButNot,
    /// One of `: , # * [ ] ( )`.
    Sign(char),
    /// The end of a line that holds something.
    Newline,
    /// What the language has no use for.
    Unknown(&'a str),
    /// The end of the text.
    End,
}

/// A token and where it begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind<'a>,
    pub(super) place: Place,
    /// White space or the start of the line stands before it.
    pub(super) spaced: bool,
}

/// Cuts the text into tokens, the last of which is [`Kind::End`].
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut end = Place { line: 1, column: 1 };
    for (full, line) in text.split('\n').zip(1..) {
        let before = tokens.len();
        let start = Line {
            rest: without_comment(full),
            place: Place { line, column: 1 },
            spaced: true,
        };
        end = start.read(&mut tokens);
        if tokens.len() > before {
            tokens.push(Token {
                kind: Kind::Newline,
                place: end,
                spaced: true,
            });
        }
    }
    tokens.push(Token {
        kind: Kind::End,
        place: end,
        spaced: true,
    });
    tokens
}

fn without_comment(line: &str) -> &str {
    let mut after_blank = true;
    for (at, character) in line.char_indices() {
        if character == '#' && after_blank {
            return line.get(..at).unwrap_or_default();
        }
        after_blank = is_blank(character);
    }
    line
}

struct Line<'a> {
    rest: &'a str,
    place: Place,
    spaced: bool,
}

impl<'a> Line<'a> {
    /// Reads to the end of the line and says where that is.
    fn read(mut self, tokens: &mut Vec<Token<'a>>) -> Place {
        while let Some(character) = self.rest.chars().next() {
            if is_blank(character) {
                self.take(1);
                self.spaced = true;
                continue;
            }
            let (place, spaced) = (self.place, self.spaced);
            let kind = self.token(character);
            tokens.push(Token {
                kind,
                place,
                spaced,
            });
            self.spaced = false;
        }
        self.place
    }

    fn token(&mut self, first: char) -> Kind<'a> {
        if is_sign(first) {
            self.take(1);
            return Kind::Sign(first);
        }
        if first.is_ascii_digit() {
            let whole = run(self.rest, |c| c.is_ascii_digit());
            let fraction = self
                .rest
                .get(whole..)
                .and_then(|rest| rest.strip_prefix('.'))
                .map_or(0, |rest| run(rest, |c| c.is_ascii_digit()));
            return if fraction > 0 {
                Kind::Version(self.take(whole + 1 + fraction))
            } else {
                Kind::Unknown(self.take(whole))
            };
        }
        if first.is_ascii_alphabetic() || first == '_' {
            let length = run(self.rest, is_name).max(extended(self.rest));
            let word = self.take(length);
            if word == "but"
                && let Some(rest) = self.rest.strip_prefix(" not")
                && !rest.starts_with(is_name)
            {
                self.take(" not".len());
                return Kind::ButNot;
            }
            return Kind::Word(word);
        }
        let length = run(self.rest, |c| !is_blank(c) && !is_name(c) && !is_sign(c));
        Kind::Unknown(self.take(length.max(first.len_utf8())))
    }

    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        let columns = u32::try_from(taken.chars().count()).unwrap_or(u32::MAX);
        self.place.column = self.place.column.saturating_add(columns);
        self.rest = rest;
        taken
    }
}

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r' | '\u{c}')
}

fn is_sign(character: char) -> bool {
    matches!(character, ':' | ',' | '#' | '*' | '[' | ']' | '(' | ')')
}

fn is_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '-')
}

/// Bytes of the characters at the start that are such.
fn run(text: &str, such: impl Fn(char) -> bool) -> usize {
    text.find(|c| !such(c)).unwrap_or(text.len())
}

/// Bytes of the name at the start, with single `/`, `.` and `-` between letters, digits and `_`.
fn extended(text: &str) -> usize {
    let mut length = 0;
    let mut separated = false;
    for (at, character) in text.char_indices() {
        match character {
            '/' | '.' | '-' if !separated => separated = true,
            _ if character.is_ascii_alphanumeric() || character == '_' => {
                length = at + 1;
                separated = false;
            }
            _ => break,
        }
    }
    length
}
