//! What can be wrong with a condition, and with one evaluation of it.

#[cfg(feature = "conditions")]
use std::fmt;

#[cfg(feature = "conditions")]
use super::ParameterType;

/// Why a condition cannot be part of a model.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConditionError {
    /// The expression is not of the language, or its types do not fit.
    #[cfg(feature = "conditions")]
    #[error("{message}")]
    Expression {
        /// Bytes from the start of the expression, as it was given.
        offset: usize,
        /// In words.
        message: String,
    },
    /// A parameter is declared twice, or its type is nested too deeply.
    #[cfg(feature = "conditions")]
    #[error("parameter `{parameter}`: {reason}")]
    Parameter {
        /// Its name.
        parameter: String,
        /// In words.
        reason: &'static str,
    },
    /// The crate was built without the feature `conditions`.
    #[error("this engine was built without conditions")]
    Unsupported,
}

#[cfg(feature = "conditions")]
/// Why a condition has no answer. Every one of them denies.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EvaluationError {
    /// Neither the tuple nor the request has a value that the answer depends on.
    #[error(
        "condition `{condition}` needs {}",
        crate::text::join(parameters, ", ")
    )]
    Missing {
        /// The condition.
        condition: String,
        /// The parameters that have no value, in the order of their definition.
        parameters: Vec<String>,
    },
    /// A value is not of its parameter's type, and cannot be read as one.
    #[error("condition `{condition}`: the value of `{parameter}` is no {expected}")]
    Value {
        /// The condition.
        condition: String,
        /// The parameter.
        parameter: String,
        /// Its type.
        expected: ParameterType,
    },
    /// The expression has no value for these parameters.
    #[error("condition `{condition}`: {failure}")]
    Failed {
        /// The condition.
        condition: String,
        /// Why.
        failure: Failure,
    },
    /// The evaluation would cost more than [`MAX_COST`](super::MAX_COST).
    #[error("condition `{condition}` costs too much to evaluate")]
    TooMuch {
        /// The condition.
        condition: String,
    },
}

#[cfg(feature = "conditions")]
/// Why an expression has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// Division or remainder by zero, of whole numbers.
    #[error("a division by zero")]
    DivisionByZero,
    /// A number, duration or timestamp out of the range of its type.
    #[error("a value out of the range of its type")]
    Overflow,
    /// A map has no such key.
    #[error("a map has no such key")]
    NoSuchKey,
    /// A list has no such index.
    #[error("a list has no such index")]
    NoSuchIndex,
    /// An operator or function does not take values of these types: what the types of `any` hid until now.
    #[error("an operator or function does not take such values")]
    NoOverload,
    /// A text or number cannot be converted to the type asked for.
    #[error("a value cannot be converted to the type asked for")]
    NotConvertible,
    /// A map literal has a key twice, or a key that is no int, uint, string or bool.
    #[error("a map with a key twice, or with a key that cannot be one")]
    BadKey,
    /// Not a network such as `192.0.2.0/24`.
    #[error("a text is no network in CIDR notation")]
    BadNetwork,
    /// Not a regular expression of the supported kind.
    #[error("a text is no regular expression of the supported kind")]
    BadPattern,
    /// A time zone that is neither UTC nor an offset such as `+01:00`.
    #[error("time zones are UTC or an offset such as +01:00")]
    BadTimeZone,
    /// Not a number cannot be ordered.
    #[error("not a number (NaN) has no order")]
    NotANumber,
}

impl ConditionError {
    /// Where in the expression it is. Bytes.
    #[cfg(feature = "language")]
    pub(crate) fn offset(&self) -> Option<usize> {
        match self {
            #[cfg(feature = "conditions")]
            Self::Expression { offset, .. } => Some(*offset),
            _ => None,
        }
    }

    #[cfg(feature = "conditions")]
    pub(super) fn at(offset: usize, message: fmt::Arguments<'_>) -> Self {
        Self::Expression {
            offset,
            message: message.to_string(),
        }
    }
}

#[cfg(feature = "conditions")]
impl EvaluationError {
    /// What kind of error it is, for a log.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "missing_parameters",
            Self::Value { .. } => "parameter_type",
            Self::Failed { .. } => "evaluation",
            Self::TooMuch { .. } => "cost_limit",
        }
    }

    /// The parameters that have no value, where that is why.
    pub(crate) fn missing(self) -> Vec<String> {
        match self {
            Self::Missing { parameters, .. } => parameters,
            _ => Vec::new(),
        }
    }
}
