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
    /// The file of a modular model that it is in; none for a model of one text.
    pub file: Option<Box<str>>,
    /// From 1; 0 for a model in JSON form, where the message names the place.
    pub line: u32,
    /// From 1, in characters; 0 like the line.
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
    /// The text is not the JSON form of a model.
    Json,
    /// The text, or a count in it, is over its limit.
    TooLong,
    /// Parentheses are nested too deep.
    TooDeep,
    /// There is no schema version: a module by itself has none.
    SchemaRequired,
    /// The schema version is neither 1.1 nor 1.2.
    SchemaVersion,
    /// Two operators without parentheses.
    MixedOperators,
    /// A type, relation, condition or parameter is defined twice.
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
    /// A relation that can be written does not say by which types.
    Untyped,
    /// A relation that only follows from others says what could be written.
    NotAssignable,
    /// A restriction is a wildcard and a userset at once.
    WildcardUserset,
    /// A condition that is not defined.
    UndefinedCondition,
    /// A condition that no relation uses. A warning.
    UnusedCondition,
    /// A condition in JSON form has two names.
    ConditionName,
    /// A condition's expression is not one, or its types do not fit.
    BadExpression,
    /// The model has conditions, and this engine was built without.
    NoConditions,
    /// A file of a modular model is no module, or adds to a type what it cannot.
    Module,
    /// One file holds parts of several modules.
    ManyModules,
    /// `fga.mod` is not what it has to be.
    ModFile,
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
            Self::Json => "json",
            Self::TooLong => "too-long",
            Self::TooDeep => "too-deep",
            Self::SchemaRequired => "schema-version-required",
            Self::SchemaVersion => "invalid-schema",
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
            Self::Untyped => "assignable-relation-must-have-type",
            Self::NotAssignable => "non-assignable-relation-with-type",
            Self::WildcardUserset => "type-wildcard-relation",
            Self::UndefinedCondition => "condition-not-defined",
            Self::UnusedCondition => "condition-not-used",
            Self::ConditionName => "different-nested-condition-name",
            Self::BadExpression => "invalid-expression",
            Self::NoConditions => "conditions-unsupported",
            Self::Module => "module",
            Self::ManyModules => "multiple-modules-in-file",
            Self::ModFile => "fga-mod",
            Self::NoEntryPoint => "relation-no-entry-point",
            Self::Circular => "circular",
        }
    }

    /// Whether a model that has nothing worse is in order, as OpenFGA's server has it.
    pub fn is_warning(self) -> bool {
        matches!(
            self,
            Self::DuplicateRestriction | Self::DuplicateOperand | Self::UnusedCondition
        )
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
        if let Some(file) = &self.file {
            write!(f, "{file}: ")?;
        }
        if self.line > 0 {
            write!(f, "line {}, column {}: ", self.line, self.column)?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for ModelErrors {}
impl std::error::Error for ModelError {}
