//! The OpenFGA modelling language, schemas 1.1 and 1.2: text to syntax tree, and back.
//!
//! What is accepted and refused is what OpenFGA's own parser accepts and refuses: one line for each
//! `type` and `define`, restrictions first in a definition, one kind of operator without parentheses
//! and `but not` once, white space around operators, types before conditions. A comment starts with `#`
//! at the start of a line or after white space, and not in a text of a condition's expression. An
//! expression ends with the first `}` outside of a text.
//!
//! The time to parse is in proportion to the length of the text. Limits are in [`crate::model`]:
//! [`MAX_TEXT`](crate::model::MAX_TEXT) for all modules together, and counts and depths of what they hold.

mod expression;
mod lex;
mod parse;
mod parse_condition;
pub(crate) mod print;

pub(crate) use parse::{parse, parse_into};
pub(crate) use parse_condition::parameter_type;

use lex::{END, Kind, Lexer, NEWLINE};

use crate::condition::ParameterType;
use crate::model::{ModelErrorKind, Relation, Source, SourceId};

/// A place in a text: line and column count from 1, columns in characters. In a model in JSON form all
/// are 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// Which of the texts, from 0.
    pub(crate) file: u16,
    pub(crate) line: u32,
    pub(crate) column: u32,
}

impl Place {
    /// Of what stands in no text.
    pub(crate) const NONE: Self = Self {
        file: 0,
        line: 0,
        column: 0,
    };

    /// Where a text starts.
    pub(crate) fn start(file: u16) -> Self {
        Self {
            file,
            line: 1,
            column: 1,
        }
    }
}

/// Something that is wrong, and where.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) place: Place,
    pub(crate) kind: ModelErrorKind,
    pub(crate) message: String,
}

impl Fault {
    pub(crate) fn new(place: Place, kind: ModelErrorKind, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            place,
            kind,
            message,
        }
    }

    /// Adds something that is wrong.
    #[inline(never)]
    pub(crate) fn add(faults: &mut Vec<Self>, place: Place, kind: ModelErrorKind, message: &str) {
        faults.push(Self::new(place, kind, message));
    }
}

/// A name where it stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Word<'a> {
    pub(crate) text: &'a str,
    pub(crate) place: Place,
}

impl Word<'_> {
    /// Adds a fault at the word, which stands in the message between two texts.
    pub(crate) fn fault(
        &self,
        faults: &mut Vec<Fault>,
        kind: ModelErrorKind,
        before: &str,
        after: &str,
    ) {
        let message = format!("{before}`{}`{after}", self.text);
        Fault::add(faults, self.place, kind, &message);
    }
}

/// A whole model, or a module, as it was written.
#[derive(Debug, Default)]
pub(crate) struct Syntax<'a> {
    /// The version after `schema`; none when there is no header, or that of a module.
    pub(crate) schema: Option<Word<'a>>,
    /// The name after `module`.
    pub(crate) module: Option<Word<'a>>,
    pub(crate) types: Vec<TypeSyntax<'a>>,
    pub(crate) conditions: Vec<ConditionSyntax<'a>>,
    /// What the numbers in relations stand for.
    pub(crate) words: Vec<Word<'a>>,
    /// What `source` below stands for.
    pub(crate) sources: Vec<Source>,
}

/// `type NAME` or `extend type NAME`, and its relations.
#[derive(Debug)]
pub(crate) struct TypeSyntax<'a> {
    pub(crate) name: Word<'a>,
    pub(crate) extends: bool,
    /// `define NAME: …`. Names in them are numbers of words, until they are compiled.
    pub(crate) relations: Vec<Relation>,
    pub(crate) source: Option<SourceId>,
}

/// `condition NAME(parameter: type, …) { expression }`
#[derive(Debug)]
pub(crate) struct ConditionSyntax<'a> {
    pub(crate) name: Word<'a>,
    pub(crate) parameters: Vec<ParameterSyntax<'a>>,
    pub(crate) expression: ExpressionSyntax,
    pub(crate) source: Option<SourceId>,
}

/// `NAME: type`
#[derive(Debug)]
pub(crate) struct ParameterSyntax<'a> {
    pub(crate) name: Word<'a>,
    pub(crate) kind: ParameterType,
}

/// What stands between the braces, without comments and without the white space around it.
#[derive(Clone, Debug, Default)]
pub(crate) struct ExpressionSyntax {
    pub(crate) text: String,
    /// Where the bytes from each of these on stand, in order: one for each line.
    pub(crate) pieces: Vec<(usize, Place)>,
}

impl<'a> Syntax<'a> {
    /// Adds a word, and gives its number.
    pub(crate) fn add(&mut self, word: Word<'a>) -> u32 {
        self.words.push(word);
        u32::try_from(self.words.len() - 1).unwrap_or(u32::MAX)
    }

    pub(crate) fn word(&self, number: u32) -> &Word<'a> {
        self.words.get(number as usize).unwrap_or(&NO_WORD)
    }
}

const NO_WORD: Word<'_> = Word {
    text: "",
    place: Place::NONE,
};

/// So many characters of a text, for a message.
pub(crate) fn start(text: &str, most: usize) -> &str {
    let end = text.char_indices().nth(most);
    end.and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

/// Whether a text in braces is read as this expression, and as nothing else.
fn is_read_as(text: &str, expression: &str) -> bool {
    let mut lexer = Lexer::new(text, 0);
    lexer.next().kind == Kind::Expression
        && lexer.next().text == NEWLINE
        && lexer.next().text == END
        && lexer.faults.is_empty()
        && lexer.expression.text == expression
}

impl ExpressionSyntax {
    /// Where a byte of the text stands.
    pub(crate) fn place(&self, offset: usize) -> Place {
        let mut pieces = self.pieces.iter().rev();
        let Some(&(start, place)) = pieces.find(|(start, _)| *start <= offset) else {
            return Place::NONE;
        };
        let before = self.text.get(start..offset);
        let columns = before.map_or(0, |before| before.chars().count());
        Place {
            column: place
                .column
                .saturating_add(u32::try_from(columns).unwrap_or(u32::MAX)),
            ..place
        }
    }
}
