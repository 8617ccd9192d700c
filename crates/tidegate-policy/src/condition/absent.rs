//! What stands for conditions where the feature `conditions` is off: there is none, and can be none.

use super::{ConditionError, Context, Evaluated, Parameter};

/// A condition of a model. This engine was built without: no value of the type exists.
#[derive(Debug)]
pub enum Condition {}

impl Condition {
    /// Refuses every condition.
    ///
    /// # Errors
    /// [`ConditionError::Unsupported`]
    pub fn parse(
        _name: &str,
        _parameters: Vec<Parameter>,
        _expression: &str,
    ) -> Result<Self, ConditionError> {
        Err(ConditionError::Unsupported)
    }

    /// Whether the condition is met.
    ///
    /// # Errors
    /// None: there is no condition.
    pub fn is_met(&self, _stored: &Context, _asked: &Context) -> Result<bool, EvaluationError> {
        match *self {}
    }

    pub(crate) fn most_steps(&self) -> u32 {
        match *self {}
    }

    pub(crate) fn is_met_in_steps(
        &self,
        _stored: &Context,
        _asked: &Context,
        _steps: &mut u32,
    ) -> Result<bool, EvaluationError> {
        match *self {}
    }

    /// Whether the condition is met, as far as the values go.
    ///
    /// # Errors
    /// None: there is no condition.
    pub fn evaluate(
        &self,
        _stored: &Context,
        _asked: &Context,
    ) -> Result<Evaluated, EvaluationError> {
        match *self {}
    }

    /// Whether a tuple's context is one.
    ///
    /// # Errors
    /// None: there is no condition.
    pub fn takes(&self, _context: &Context) -> Result<(), String> {
        match *self {}
    }

    /// Its name.
    pub fn name(&self) -> &str {
        match *self {}
    }

    /// Its parameters.
    pub fn parameters(&self) -> &[Parameter] {
        match *self {}
    }

    /// Its expression.
    pub fn expression(&self) -> &str {
        match *self {}
    }
}

/// Why a condition has no answer. There is no condition: no value of the type exists.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EvaluationError {}

impl EvaluationError {
    /// What kind of error it is, for a log.
    pub fn kind(&self) -> &'static str {
        match *self {}
    }

    pub(crate) fn missing(self) -> Vec<String> {
        match self {}
    }
}
