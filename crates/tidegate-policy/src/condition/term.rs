//! The compiled form of an expression: what is evaluated.

use super::ast::FoldKind;
use super::overloads::Function;
use super::pattern::Pattern;
use super::value::Value;

/// A part of a compiled expression. Names have become numbers.
#[derive(Debug)]
pub(super) enum Term {
    Constant(Value<'static>),
    /// A parameter, by its place in the definition.
    Parameter(usize),
    /// The variable of a macro, by how many macros are around that macro.
    Variable(usize),
    And(Box<[Term]>),
    Or(Box<[Term]>),
    If(Box<[Term; 3]>),
    /// A function of one value.
    One(Function, Box<Term>),
    /// A function of two values.
    Two(Function, Box<(Term, Term)>),
    /// A text against a pattern that is a constant.
    Matches(Box<(Term, Pattern)>),
    Field(Box<Term>, Box<str>),
    Has(Box<Term>, Box<str>),
    List(Box<[Term]>),
    Map(Box<[(Term, Term)]>),
    Fold(Box<FoldTerm>),
}

/// A macro over the elements of a list or the keys of a map.
#[derive(Debug)]
pub(super) struct FoldTerm {
    pub(super) kind: FoldKind,
    pub(super) range: Term,
    /// What is asked of each element.
    pub(super) test: Option<Term>,
    /// What `map` makes of each element.
    pub(super) result: Option<Term>,
}
