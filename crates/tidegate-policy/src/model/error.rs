//! What can be wrong with a model.

use std::fmt;

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
    /// The schema version is not 1.1.
    SchemaVersion,
    /// Part of the language, but not of this engine.
    Unsupported,
    /// Two operators without parentheses.
    MixedOperators,
    /// A type or relation is defined twice.
    Duplicate,
    /// A restriction stands twice in a relation.
    DuplicateRestriction,
    /// `self` and `this` cannot be names.
    ReservedName,
    /// A name has a character or length that names cannot have.
    BadName,
    /// A type that is not defined.
    UndefinedType,
    /// A relation that is not defined.
    UndefinedRelation,
    /// What follows `from` must be written directly, and take plain objects only.
    BadTupleset,
    /// No tuple can ever make the relation hold.
    NoEntryPoint,
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
