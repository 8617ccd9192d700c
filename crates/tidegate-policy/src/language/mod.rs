//! The OpenFGA modelling language, schema 1.1: text to syntax tree.
//!
//! What is accepted and refused is what OpenFGA's own parser accepts and refuses: one line for each
//! `type` and `define`, restrictions first in a definition, one kind of operator without parentheses
//! and `but not` once, white space around operators. Schema 1.2 in one file is the same language.
//! Conditions (`with …`, `condition …`) and modules are refused by name.

mod lex;
mod parse;

pub(crate) use parse::parse;

/// Longest model text. Bytes.
pub const MAX_TEXT: usize = 256 * 1024;
/// Deepest nesting of parentheses.
pub const MAX_NESTING: usize = 25;
/// Most errors that are reported at once.
pub const MAX_ERRORS: usize = 200;

/// A place in a text: line and column count from 1, columns in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) line: u32,
    pub(crate) column: u32,
}

/// A name where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) place: Place,
}

/// A whole model as it was written.
#[derive(Debug, Default)]
pub(crate) struct Syntax {
    /// The version after `schema`; none when there is no header.
    pub(crate) schema: Option<Word>,
    pub(crate) types: Vec<TypeSyntax>,
}

/// `type NAME` and its relations.
#[derive(Debug)]
pub(crate) struct TypeSyntax {
    pub(crate) name: Word,
    pub(crate) relations: Vec<RelationSyntax>,
}

/// `define NAME: …`
#[derive(Debug)]
pub(crate) struct RelationSyntax {
    pub(crate) name: Word,
    pub(crate) rewrite: RewriteSyntax,
}

/// How a relation follows from others.
#[derive(Debug)]
pub(crate) enum RewriteSyntax {
    /// `[user, team#member, user:*]`
    Direct(Vec<RestrictionSyntax>),
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
#[derive(Debug)]
pub(crate) struct RestrictionSyntax {
    pub(crate) type_name: Word,
    pub(crate) kind: RestrictionKind,
}

/// What follows the type's name.
#[derive(Debug)]
pub(crate) enum RestrictionKind {
    /// Nothing.
    Object,
    /// `#relation`
    Userset(Word),
    /// `:*`
    Wildcard,
}
