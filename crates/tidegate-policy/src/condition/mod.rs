//! Conditions: whether a tuple holds, by values that come with the tuple and with the request.

mod context;

pub use context::{Context, ContextError, MAX_CONTEXT};

use std::fmt;

/// Deepest nesting of a parameter's type.
pub const MAX_TYPE_NESTING: usize = 8;

/// A condition of a model, checked and ready to be evaluated.
#[derive(Debug)]
pub struct Condition {
    name: Box<str>,
    parameters: Vec<Parameter>,
    expression: Box<str>,
}

/// A parameter that a condition declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: Box<str>,
    /// Its type.
    pub kind: ParameterType,
}

/// The type of a parameter: those of OpenFGA.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParameterType {
    /// Anything that JSON can hold.
    Any,
    /// `true` or `false`.
    Bool,
    /// A text.
    String,
    /// 64 bits, signed.
    Int,
    /// 64 bits, unsigned.
    Uint,
    /// A float of 64 bits.
    Double,
    /// A text such as `1h30m`.
    Duration,
    /// A text such as `2026-01-31T00:00:00Z` (RFC 3339).
    Timestamp,
    /// A text such as `192.0.2.1` or `2001:db8::1`.
    IpAddress,
    /// `list<T>`
    List(Box<ParameterType>),
    /// `map<T>`: from texts to T.
    Map(Box<ParameterType>),
}

/// Why a condition cannot be part of a model.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConditionError {
    /// The expression is not of the language, or its types do not fit.
    #[error("{message}")]
    Expression {
        /// Bytes from the start of the expression.
        offset: usize,
        /// In words.
        message: String,
    },
}

/// Why a condition has no answer. Every one of them denies.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EvaluationError {
    /// Neither the tuple nor the request has a value that the answer depends on.
    #[error("condition `{condition}` needs {}", parameters.join(", "))]
    Missing {
        /// The condition.
        condition: String,
        /// The parameters that have no value, in the order of their definition.
        parameters: Vec<String>,
    },
}

impl Condition {
    /// Parses an expression in CEL and checks it against the types of the parameters.
    ///
    /// # Errors
    /// See [`ConditionError`].
    pub fn parse(
        name: &str,
        parameters: Vec<Parameter>,
        expression: &str,
    ) -> Result<Self, ConditionError> {
        Ok(Self {
            name: name.into(),
            parameters,
            expression: expression.trim().into(),
        })
    }

    /// Whether the condition is met. A value of the tuple stands before one of the request.
    ///
    /// # Errors
    /// See [`EvaluationError`].
    pub fn is_met(&self, _stored: &Context, _asked: &Context) -> Result<bool, EvaluationError> {
        let parameters = self.parameters.iter().map(|found| found.name.to_string());
        Err(EvaluationError::Missing {
            condition: self.name.to_string(),
            parameters: parameters.collect(),
        })
    }

    /// Whether a tuple's context is one: every value is of a parameter, and of its type.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn takes(&self, context: &Context) -> Result<(), String> {
        for name in context.names() {
            if !self.parameters.iter().any(|found| *found.name == *name) {
                return Err(format!("it has no parameter `{name}`"));
            }
        }
        Ok(())
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its parameters, in the order of their definition.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// Its expression, as it was written, without the white space around it.
    pub fn expression(&self) -> &str {
        &self.expression
    }
}

impl fmt::Display for ParameterType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Any => "any",
            Self::Bool => "bool",
            Self::String => "string",
            Self::Int => "int",
            Self::Uint => "uint",
            Self::Double => "double",
            Self::Duration => "duration",
            Self::Timestamp => "timestamp",
            Self::IpAddress => "ipaddress",
            Self::List(element) => return write!(f, "list<{element}>"),
            Self::Map(element) => return write!(f, "map<{element}>"),
        };
        f.write_str(name)
    }
}
