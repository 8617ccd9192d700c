//! An expression as a tree: as it is written, and, once it is checked, as it is evaluated.

use super::overloads::Function;
use super::pattern::Pattern;
use super::value::Value;

/// A part of an expression, over its own parts.
#[derive(Debug)]
pub(super) struct Term {
    pub(super) kind: Kind,
    pub(super) parts: Vec<Term>,
    /// Where it starts. Bytes from the start of the expression.
    pub(super) offset: usize,
    /// How many parts are nested here, this one included.
    pub(super) depth: usize,
}

/// What a part does with its parts. The checker has names become numbers, and calls functions.
#[derive(Debug)]
pub(super) enum Kind {
    Constant(Value<'static>),
    /// Before the check; after it the variable of a macro, where that is declared.
    Name(Box<str>),
    /// A parameter, by its place in the definition.
    Parameter(usize),
    /// The variable of a macro, by how many macros are around that macro.
    Variable(usize),
    And,
    Or,
    If,
    /// A function, a method or an operator as it is written: before the check.
    Call {
        name: Box<str>,
        is_member: bool,
    },
    Apply(Function),
    /// A text against a pattern that is a constant.
    Matches(Box<Pattern>),
    Field(Box<str>),
    /// `has(x.y)`
    Has(Box<str>),
    List,
    /// Each key before its value.
    Map,
    /// A macro over the elements of a list or the keys of a map: these, the variable, what is asked of each
    /// element (`map` may be without), and what `map` makes of it.
    Fold(Fold),
}

impl Term {
    /// What it has turned out to be, over so many of its parts.
    pub(super) fn turn_into(&mut self, kind: Kind, parts: usize) {
        self.kind = kind;
        self.parts.truncate(parts);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fold {
    All,
    Exists,
    ExistsOne,
    Filter,
    Map,
}

const MACROS: [(&str, Fold); 6] = [
    ("all", Fold::All),
    ("exists", Fold::Exists),
    ("exists_one", Fold::ExistsOne),
    ("existsOne", Fold::ExistsOne),
    ("filter", Fold::Filter),
    ("map", Fold::Map),
];

impl Fold {
    /// The macro of a name that takes so many arguments.
    pub(super) fn named(name: &str, arguments: usize) -> Option<Self> {
        let (_, found) = MACROS.iter().find(|(known, _)| *known == name)?;
        (arguments == 2 || (arguments == 3 && *found == Self::Map)).then_some(*found)
    }

    pub(super) fn name(self) -> &'static str {
        let known = MACROS.iter().find(|(_, known)| *known == self);
        known.map_or("", |(name, _)| name)
    }

    /// Of the parts behind the variable, how many ask.
    pub(super) fn tests(self, parts: usize) -> usize {
        parts.saturating_sub(usize::from(self == Self::Map))
    }
}
