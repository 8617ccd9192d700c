//! Text to tokens. A `#` starts a comment at the start of a line or after white space.

use super::expression::read_expression;
use super::{ExpressionSyntax, Fault, Place};

/// What a token is; all else its text tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name or a keyword: the parser tells which.
    Word,
    /// `DIGITS.DIGITS`
    Version,
    /// `{ … }`: the lexer has what it says, until the next one.
    Expression,
    /// `but not`, one of `: , # * [ ] ( ) < >`, a line's or the text's end, or what the language has no use
    /// for.
    Other,
}

/// The text of a token that ends a line which holds something.
pub(super) const NEWLINE: &str = "\n";
/// The text of the last token.
pub(super) const END: &str = "";
/// With one space between.
pub(super) const BUT_NOT: &str = "but not";
/// The text of an expression's token.
const OPEN: &str = "{";

/// A token and where it begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    /// No two kinds have one text.
    pub(super) text: &'a str,
    pub(super) place: Place,
    /// White space or the start of the line stands before it.
    pub(super) spaced: bool,
}

/// How far a text has been read, and where that is.
pub(super) struct Cursor<'a> {
    pub(super) rest: &'a str,
    pub(super) place: Place,
}

impl<'a> Cursor<'a> {
    /// The next bytes, none of which ends a line.
    pub(super) fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        let columns = u32::try_from(taken.chars().count()).unwrap_or(u32::MAX);
        self.place.column = self.place.column.saturating_add(columns);
        self.rest = rest;
        taken
    }

    /// Over the end of a line.
    pub(super) fn next_line(&mut self) {
        self.take(1);
        self.place.line = self.place.line.saturating_add(1);
        self.place.column = 1;
    }

    /// To the end of the line.
    pub(super) fn skip_line(&mut self) {
        self.take(run(self.rest, |c| c != '\n'));
    }
}

/// Cuts a text into tokens, one after the other.
pub(super) struct Lexer<'a> {
    cursor: Cursor<'a>,
    spaced: bool,
    /// The line holds something.
    begun: bool,
    /// The last one that was read.
    pub(super) expression: ExpressionSyntax,
    pub(super) faults: Vec<Fault>,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str, file: u16) -> Self {
        Self {
            cursor: Cursor {
                rest: text,
                place: Place::start(file),
            },
            spaced: true,
            begun: false,
            expression: ExpressionSyntax::default(),
            faults: Vec::new(),
        }
    }

    /// The next token; [`END`] for ever at the end of the text.
    pub(super) fn next(&mut self) -> Token<'a> {
        loop {
            let place = self.cursor.place;
            // What is out of ASCII has a meaning nowhere: its bytes do for it.
            let first = self.cursor.rest.bytes().next().map(char::from);
            let is_end = matches!(first, None | Some('\n'));
            self.spaced |= is_end;
            let spaced = self.spaced;
            let (kind, text) = match first {
                _ if is_end && std::mem::take(&mut self.begun) => (Kind::Other, NEWLINE),
                None => (Kind::Other, END),
                Some('\n') => {
                    self.cursor.next_line();
                    continue;
                }
                Some('#') if spaced => {
                    self.cursor.skip_line();
                    continue;
                }
                Some(first) if is_blank(first) => {
                    self.cursor.take(1);
                    self.spaced = true;
                    continue;
                }
                Some(first) => {
                    self.spaced = false;
                    self.begun = true;
                    self.token(first)
                }
            };
            return Token {
                kind,
                text,
                place,
                spaced,
            };
        }
    }

    fn token(&mut self, first: char) -> (Kind, &'a str) {
        let rest = self.cursor.rest;
        if first == '{' {
            self.expression = read_expression(&mut self.cursor, &mut self.faults);
            return (Kind::Expression, OPEN);
        }
        let mut kind = Kind::Other;
        let length = if is_sign(first) {
            1
        } else if first.is_ascii_digit() {
            let digits = |text| run(text, |c| c.is_ascii_digit());
            let whole = digits(rest);
            let fraction = rest.get(whole..).and_then(|rest| rest.strip_prefix('.'));
            match fraction.map_or(0, digits) {
                0 => whole,
                fraction => {
                    kind = Kind::Version;
                    whole + 1 + fraction
                }
            }
        } else if first.is_ascii_alphabetic() || first == '_' {
            match rest.strip_prefix(BUT_NOT) {
                Some(after) if run(after, is_name) == 0 => BUT_NOT.len(),
                _ => {
                    kind = Kind::Word;
                    run(rest, is_name).max(extended(rest))
                }
            }
        } else {
            let other =
                |c: char| !is_blank(c) && !is_name(c) && !is_sign(c) && c != '\n' && c != '{';
            run(rest, other).max(1)
        };
        (kind, self.cursor.take(length))
    }
}

/// Whether a text is one word.
pub(super) fn is_word(text: &str) -> bool {
    let first = text.bytes().next();
    first.is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && run(text, is_name).max(extended(text)) == text.len()
}

pub(super) fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r' | '\u{c}')
}

fn is_sign(character: char) -> bool {
    matches!(
        character,
        ':' | ',' | '#' | '*' | '[' | ']' | '(' | ')' | '<' | '>'
    )
}

pub(super) fn is_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '-')
}

/// Bytes of the characters at the start that are such; those out of ASCII all are, or none is.
fn run(text: &str, such: fn(char) -> bool) -> usize {
    let mut bytes = text.bytes();
    let end = bytes.position(|byte| !such(char::from(byte)));
    end.unwrap_or(text.len())
}

/// Bytes before the characters of ASCII at the end that are such.
pub(super) fn before(text: &str, such: fn(char) -> bool) -> usize {
    let mut bytes = text.bytes();
    let last = bytes.rposition(|byte| !such(char::from(byte)));
    last.map_or(0, |last| last + 1)
}

/// Bytes of the name at the start, with single `/`, `.` and `-` between letters, digits and `_`.
fn extended(text: &str) -> usize {
    let mut length = 0;
    let mut separated = false;
    for (byte, end) in text.bytes().zip(1..) {
        match byte {
            b'/' | b'.' | b'-' if !separated => separated = true,
            _ if byte.is_ascii_alphanumeric() || byte == b'_' => {
                length = end;
                separated = false;
            }
            _ => break,
        }
    }
    length
}
