//! What can be wrong with a model.

use std::fmt;

use crate::language::Place;

/// All that is wrong with a model, in order of place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelErrors(pub Vec<ModelError>);

/// One thing that is wrong with a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelError {
    /// What kind of thing.
    pub kind: ModelErrorKind,
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    /// In words.
    pub message: String,
}

impl ModelError {
    pub(crate) fn new(place: Place, kind: ModelErrorKind, message: impl Into<String>) -> Self {
        let Place { line, column } = place;
        Self {
            kind,
            line,
            column,
            message: message.into(),
        }
    }
}

/// What kind of thing is wrong with a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ModelErrorKind {
    /// The text is not of the language.
    Syntax,
    /// The text, or a count in it, is over its limit.
    TooLong,
    /// Parentheses are nested too deep.
    TooDeep,
    /// The schema version is neither 1.1 nor 1.2.
    SchemaVersion,
    /// Part of the language, but not of this engine.
    Unsupported,
    /// Two operators without parentheses.
    MixedOperators,
    /// A type or relation is defined twice.
    Duplicate,
    /// A restriction stands twice in a relation. A warning.
    DuplicateRestriction,
    /// An operand stands twice beside one operator. A warning.
    DuplicateOperand,
    /// `self` and `this` cannot name a type.
    ReservedType,
    /// `self` and `this` cannot name a relation.
    ReservedRelation,
    /// A name has a character or length that names cannot have.
    BadName,
    /// A type that is not defined.
    UndefinedType,
    /// A relation that a definition names is not defined on its own type.
    UndefinedRelation,
    /// A relation in a restriction, or after `from`, is not defined.
    UndefinedReference,
    /// The relation before `from` is not defined on any type that the one after it leads to.
    UndefinedOnTupleset,
    /// What follows `from` must be written directly, and take plain objects only.
    BadTupleset,
    /// What follows `from` cannot take wildcards.
    WildcardTupleset,
    /// No tuple can ever make the relation hold.
    NoEntryPoint,
    /// Computed relations lead from the relation back to it.
    Circular,
}

impl ModelErrorKind {
    /// A stable word: OpenFGA's own where its parser has one.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::TooLong => "too-long",
            Self::TooDeep => "too-deep",
            Self::SchemaVersion => "invalid-schema",
            Self::Unsupported => "unsupported",
            Self::MixedOperators => "mixed-operators",
            Self::Duplicate | Self::DuplicateRestriction | Self::DuplicateOperand => {
                "duplicated-error"
            }
            Self::ReservedType => "reserved-type-keywords",
            Self::ReservedRelation => "reserved-relation-keywords",
            Self::BadName => "invalid-name",
            Self::UndefinedType => "invalid-type",
            Self::UndefinedRelation => "missing-definition",
            Self::UndefinedReference => "invalid-relation-type",
            Self::UndefinedOnTupleset => "invalid-relation-on-tupleset",
            Self::BadTupleset => "tupleuserset-not-direct",
            Self::WildcardTupleset => "type-wildcard-relation",
            Self::NoEntryPoint => "relation-no-entry-point",
            Self::Circular => "circular",
        }
    }

    /// Whether a model that has nothing worse is in order, as OpenFGA's server has it.
    pub fn is_warning(self) -> bool {
        matches!(self, Self::DuplicateRestriction | Self::DuplicateOperand)
    }
}

impl fmt::Display for ModelErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, error) in self.0.iter().enumerate() {
            let separator = if number == 0 { "" } else { "\n" };
            write!(f, "{separator}{error}")?;
        }
        Ok(())
    }
}

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "line {}, column {}: {}",
            self.line, self.column, self.message
        )
    }
}

impl std::error::Error for ModelErrors {}
impl std::error::Error for ModelError {}
