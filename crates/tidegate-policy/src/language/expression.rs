//! The text of a condition's expression: to the brace that closes it, without comments.

use super::lex::{Cursor, before, is_blank, is_name};
use super::{ExpressionSyntax, Fault, Place};
use crate::model::ModelErrorKind;

/// Reads from `{` to `}`. Where one of them, or a quote, has no end, the text is read to its end. The first of the
/// characters that have no meaning there is told, and all are read over.
pub(super) fn read_expression(
    cursor: &mut Cursor<'_>,
    faults: &mut Vec<Fault>,
) -> ExpressionSyntax {
    let mut reader = Reader {
        cursor,
        faults,
        found: ExpressionSyntax::default(),
        spaced: true,
        begun: false,
        is_told: false,
    };
    reader.read();
    let mut found = reader.found;
    found.text.truncate(found.text.trim_end().len());
    found
}

struct Reader<'a, 'c> {
    cursor: &'c mut Cursor<'a>,
    faults: &'c mut Vec<Fault>,
    found: ExpressionSyntax,
    spaced: bool,
    /// Something of this line is in the text.
    begun: bool,
    /// A character without meaning.
    is_told: bool,
}

impl Reader<'_, '_> {
    fn read(&mut self) {
        self.cursor.take(1);
        while let Some(character) = self.cursor.rest.chars().next() {
            let place = self.cursor.place;
            match character {
                '}' => {
                    self.cursor.take(1);
                    return;
                }
                '\n' => self.end_of_line(),
                '#' if self.spaced => self.cursor.skip_line(),
                '/' if self.cursor.rest.starts_with("//") => self.cursor.skip_line(),
                '"' | '\'' => {
                    if !self.is_closed(character) {
                        return self.fault(place, "the quoted text has no end");
                    }
                }
                _ => {
                    if !self.is_told && !self.has_meaning(character) {
                        self.is_told = true;
                        self.fault(place, "this character has no meaning in an expression");
                    }
                    self.copy(character);
                }
            }
        }
        self.fault(self.cursor.place, "the `{` of the expression has no end");
    }

    fn fault(&mut self, place: Place, message: &str) {
        Fault::add(self.faults, place, ModelErrorKind::Syntax, message);
    }

    /// Whether a character is one of an operator, a name or a number.
    fn has_meaning(&self, character: char) -> bool {
        let before = self.found.text.bytes().next_back();
        let after = self.cursor.rest.as_bytes().get(1);
        match character {
            '=' => after == Some(&b'=') || matches!(before, Some(b'=' | b'!' | b'<' | b'>')),
            '&' => after == Some(&b'&') || before == Some(b'&'),
            '|' => after == Some(&b'|') || before == Some(b'|'),
            '$' | ';' | '@' | '\\' | '^' | '`' | '~' => false,
            _ => character.is_ascii(),
        }
    }

    fn end_of_line(&mut self) {
        self.found.text.truncate(before(&self.found.text, is_blank));
        if !self.found.text.is_empty() {
            self.found.text.push('\n');
        }
        self.cursor.next_line();
        self.begun = false;
        self.spaced = true;
    }

    fn copy(&mut self, character: char) {
        let place = self.cursor.place;
        self.cursor.take(character.len_utf8());
        self.spaced = is_blank(character);
        // White space before the first character is not part of it.
        if self.spaced && self.found.text.is_empty() {
            return;
        }
        if !self.begun {
            self.found.pieces.push((self.found.text.len(), place));
            self.begun = true;
        }
        self.found.text.push(character);
    }

    /// Reads a quoted text. Says whether it has an end; nothing is left where it has none.
    fn is_closed(&mut self, quote: char) -> bool {
        let raw = self.is_raw();
        let triple = match quote {
            '"' => "\"\"\"",
            _ => "'''",
        };
        let close = if self.cursor.rest.starts_with(triple) {
            triple
        } else {
            triple.get(..1).unwrap_or(triple)
        };
        for _ in 0..close.len() {
            self.copy(quote);
        }
        while let Some(character) = self.cursor.rest.chars().next() {
            if self.cursor.rest.starts_with(close) {
                for _ in 0..close.len() {
                    self.copy(quote);
                }
                return true;
            }
            if character == '\n' {
                if close.len() == 1 {
                    break;
                }
                self.found.text.push('\n');
                self.cursor.next_line();
                self.begun = false;
                continue;
            }
            self.copy(character);
            if character == '\\'
                && !raw
                && let Some(escaped) = self.cursor.rest.chars().next()
                && escaped != '\n'
            {
                self.copy(escaped);
            }
        }
        self.cursor.rest = "";
        false
    }

    /// Whether `r` stands right before the quote, as a word of its own or with a `b`.
    fn is_raw(&self) -> bool {
        let text = &self.found.text;
        let word = text.get(before(text, is_name)..).unwrap_or_default();
        let mut prefixes = ["r", "br", "rb"].iter();
        prefixes.any(|prefix| word.eq_ignore_ascii_case(prefix))
    }
}
