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

pub(crate) use parse::parse;
pub(crate) use parse_condition::parameter_type;

use lex::{Kind, lex};

use crate::condition::ParameterType;
use crate::model::{ModelErrorKind, Source, SourceId};

/// A place in a text: line and column count from 1, columns in characters. In a model in JSON form all
/// are 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// Which of the texts, from 0.
    pub(crate) file: u16,
    pub(crate) line: u32,
    pub(crate) column: u32,
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
}

/// A name where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) place: Place,
}

/// A whole model, or a module, as it was written.
#[derive(Debug, Default)]
pub(crate) struct Syntax {
    /// The version after `schema`; none when there is no header, or that of a module.
    pub(crate) schema: Option<Word>,
    /// The name after `module`.
    pub(crate) module: Option<Word>,
    pub(crate) types: Vec<TypeSyntax>,
    pub(crate) conditions: Vec<ConditionSyntax>,
    /// What `source` below stands for.
    pub(crate) sources: Vec<Source>,
}

/// `type NAME` or `extend type NAME`, and its relations.
#[derive(Debug)]
pub(crate) struct TypeSyntax {
    pub(crate) name: Word,
    pub(crate) extends: bool,
    pub(crate) relations: Vec<RelationSyntax>,
    pub(crate) source: Option<SourceId>,
}

/// `define NAME: …`
#[derive(Debug)]
pub(crate) struct RelationSyntax {
    pub(crate) name: Word,
    pub(crate) rewrite: RewriteSyntax,
    /// `[user, team#member, user:*]`
    pub(crate) restrictions: Vec<RestrictionSyntax>,
    pub(crate) source: Option<SourceId>,
}

/// How a relation follows from others.
#[derive(Debug)]
pub(crate) enum RewriteSyntax {
    /// The relation's restrictions stand here.
    Direct,
    /// `relation`
    Computed(Word),
    /// `relation from tupleset`
    From { relation: Word, tupleset: Word },
    /// `a or b`
    Or(Vec<RewriteSyntax>),
    /// `a and b`
    And(Vec<RewriteSyntax>),
    /// `a but not b`
    ButNot(Box<RewriteSyntax>, Box<RewriteSyntax>),
}

/// One entry of a direct restriction.
#[derive(Clone, Debug)]
pub(crate) struct RestrictionSyntax {
    pub(crate) type_name: Word,
    pub(crate) kind: RestrictionKind,
    /// `with NAME`
    pub(crate) condition: Option<Word>,
}

/// What follows the type's name.
#[derive(Clone, Debug)]
pub(crate) enum RestrictionKind {
    /// Nothing.
    Object,
    /// `#relation`
    Userset(Word),
    /// `:*`
    Wildcard,
}

/// `condition NAME(parameter: type, …) { expression }`
#[derive(Debug)]
pub(crate) struct ConditionSyntax {
    pub(crate) name: Word,
    pub(crate) parameters: Vec<ParameterSyntax>,
    pub(crate) expression: ExpressionSyntax,
    pub(crate) source: Option<SourceId>,
}

/// `NAME: type`
#[derive(Debug)]
pub(crate) struct ParameterSyntax {
    pub(crate) name: Word,
    pub(crate) kind: ParameterType,
}

/// What stands between the braces, without comments and without the white space around it.
#[derive(Clone, Debug, Default)]
pub(crate) struct ExpressionSyntax {
    pub(crate) text: String,
    /// Where the bytes from each of these on stand, in order: one for each line.
    pub(crate) pieces: Vec<(usize, Place)>,
}

/// The expression that stands between braces, as it is read; none when something else stands there.
fn read_back(text: &str) -> Option<String> {
    let mut lexed = lex(text, 0);
    let mut kinds = lexed.tokens.iter().map(|token| token.kind);
    let is_one = kinds.next() == Some(Kind::Expression(0))
        && kinds.next() == Some(Kind::Newline)
        && kinds.next() == Some(Kind::End);
    let found = lexed.expressions.pop().filter(|_| is_one)?;
    lexed.faults.is_empty().then_some(found.text)
}

impl ExpressionSyntax {
    /// Where a byte of the text stands.
    pub(crate) fn place(&self, offset: usize) -> Place {
        let at = self.pieces.partition_point(|(start, _)| *start <= offset);
        let Some(&(start, place)) = self.pieces.get(at.saturating_sub(1)) else {
            return Place::default();
        };
        let before = self.text.get(start..offset.max(start));
        let columns = before.map_or(0, |before| before.chars().count());
        Place {
            column: place
                .column
                .saturating_add(u32::try_from(columns).unwrap_or(u32::MAX)),
            ..place
        }
    }
}
