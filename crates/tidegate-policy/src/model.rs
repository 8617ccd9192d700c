//! The authorization model.

use crate::tuple::{Tuple, TupleError};

/// A valid authorization model (OpenFGA, schema 1.1).
#[derive(Clone, Debug)]
pub struct Model {}

impl Model {
    /// Parses and validates the DSL; every error at once, with line and column.
    pub fn parse(_text: &str) -> Result<Self, ModelErrors> {
        todo!()
    }
    /// Type names in order of definition.
    pub fn type_names(&self) -> impl Iterator<Item = &str> {
        std::iter::empty()
    }
    /// Relations of a type, in order of definition; none when the type does not exist.
    pub fn relations(&self, _type_name: &str) -> impl Iterator<Item = &str> {
        std::iter::empty()
    }
    /// Whether the type exists and has the relation.
    pub fn has_relation(&self, _type_name: &str, _relation: &str) -> bool {
        todo!()
    }
    /// Whether the model's type restrictions allow the tuple to be written.
    pub fn allows(&self, _tuple: &Tuple) -> Result<(), TupleError> {
        todo!()
    }
}

/// All that is wrong with a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelErrors(pub Vec<ModelError>);
impl std::fmt::Display for ModelErrors {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        todo!()
    }
}
impl std::error::Error for ModelErrors {}

/// One thing that is wrong with a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelError {
    /// 1-based line.
    pub line: u32,
    /// 1-based column, in characters.
    pub column: u32,
    /// The reason.
    pub message: String,
}
