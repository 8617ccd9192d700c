//! Conditions: whether a tuple holds, by values that come with the tuple and with the request.
//!
//! An expression is written in CEL (the Common Expression Language, <https://cel.dev>) with OpenFGA's
//! `ipaddress` and `in_cidr`. It is parsed (`lex`, `parse`) and checked against the types of the
//! parameters (`check`) once, when the model is; then evaluated over values converted to the
//! parameters' types (`convert`, `evaluate`, `functions`). Evaluation reads no clock and ends: every step,
//! element and byte of text costs, up to [`MAX_COST`].
//!
//! The evaluator is ours, for its size and for what it must do. Gzipped wasm on top of an empty module
//! (opt-level z, fat LTO, -Oz): the `cel` crate (0.15) 215 KB, `regex-lite` for `matches` another 28 KB;
//! everything here, patterns included, 38 KB. The whole engine may take 150 KB. And `cel` has neither type
//! checks before the evaluation nor partial evaluation with missing parameters, which OpenFGA's conditions
//! need. Doubles are read and written by hand too (`double`): the standard library's tables are 12 KB.
//!
//! What differs from OpenFGA: the accessors of a timestamp know UTC and offsets such as `+01:00` but no
//! named time zones; an address of `any` has no `string()`; patterns have no classes of Unicode, and a pattern that is a constant is checked with
//! the expression; whole numbers out of the range of their type are errors, where it may clamp them.

#[cfg(not(feature = "conditions"))]
mod absent;
#[cfg(feature = "conditions")]
mod bound;
#[cfg(feature = "conditions")]
mod cast;
#[cfg(feature = "conditions")]
mod check;
mod context;
#[cfg(feature = "conditions")]
mod convert;
#[cfg(feature = "conditions")]
pub(crate) mod double;
mod error;
#[cfg(feature = "conditions")]
mod evaluate;
#[cfg(feature = "conditions")]
mod functions;
#[cfg(feature = "conditions")]
mod ip;
#[cfg(feature = "conditions")]
mod lex;
#[cfg(feature = "conditions")]
mod literal;
#[cfg(feature = "conditions")]
mod number;
#[cfg(feature = "conditions")]
mod overloads;
#[cfg(feature = "conditions")]
mod parse;
#[cfg(feature = "conditions")]
mod pattern;
#[cfg(feature = "conditions")]
mod term;
#[cfg(test)]
#[cfg(feature = "conditions")]
mod tests;
#[cfg(feature = "conditions")]
mod time;
#[cfg(feature = "conditions")]
mod types;
#[cfg(feature = "conditions")]
mod value;

#[cfg(not(feature = "conditions"))]
pub use absent::{Condition, EvaluationError};
pub use context::{Context, ContextError, MAX_CONTEXT};
pub use error::ConditionError;
#[cfg(feature = "conditions")]
pub use error::{EvaluationError, Failure};

use std::fmt;

#[cfg(feature = "conditions")]
use evaluate::{Evaluation, Meter, Stop};
#[cfg(feature = "conditions")]
use term::Term;

/// Deepest nesting of a parameter's type.
pub const MAX_TYPE_NESTING: usize = 8;
/// Longest expression. Bytes.
pub const MAX_EXPRESSION: usize = 4 * 1024;
/// Deepest nesting of an expression.
pub const MAX_NESTING: usize = 100;
/// Most that one evaluation may cost, in units of our own: a unit is a step (an operator, a function, a
/// parameter, a constant), an element of a list or map that is read or written, or 8 bytes of text.
pub const MAX_COST: u32 = 50_000;
/// Units of cost that count as one step of whatever asks for the evaluation: a check, a list, an explanation,
/// a slice. So what conditions may cost there is bounded with all else, and at most this many times the
/// bound of the steps. What a parameter's value costs to be read counts there too, and not in [`MAX_COST`].
pub const COST_OF_A_STEP: u32 = 16;

#[cfg(feature = "conditions")]
/// A condition of a model, checked and ready to be evaluated.
#[derive(Debug)]
pub struct Condition {
    name: Box<str>,
    parameters: Vec<Parameter>,
    expression: Box<str>,
    term: Term,
    /// What reading the values and the evaluation cost at most.
    most_cost: u32,
}

/// What an evaluation comes to, as far as it can with the values that there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluated {
    /// Whether the condition is met; none when that depends on a parameter without a value.
    pub met: Option<bool>,
    /// The parameters that have no value, in the order of their definition, whether or not the answer
    /// depends on them.
    pub missing: Vec<String>,
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

#[cfg(feature = "conditions")]
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
        for (at, parameter) in parameters.iter().enumerate() {
            let mut before = parameters.iter().take(at);
            let reason = if before.any(|other| other.name == parameter.name) {
                "it is declared twice"
            } else if parameter.kind.nesting() > MAX_TYPE_NESTING {
                "its type is nested too deeply"
            } else {
                continue;
            };
            return Err(ConditionError::Parameter {
                parameter: parameter.name.to_string(),
                reason,
            });
        }
        let mut term = parse::parse(expression)?;
        check::check(&mut term, &parameters)?;
        Ok(Self {
            name: name.into(),
            most_cost: bound::most(&term, &parameters),
            parameters,
            expression: expression.trim().into(),
            term,
        })
    }

    /// Whether the condition is met. A value of the tuple stands before one of the request; values of the
    /// request that are of no parameter are passed over.
    ///
    /// As in OpenFGA's checks, every parameter must have a value, whether or not the answer depends on it.
    /// [`Condition::evaluate`] goes as far as it can.
    ///
    /// # Errors
    /// See [`EvaluationError`].
    pub fn is_met(&self, stored: &Context, asked: &Context) -> Result<bool, EvaluationError> {
        self.is_met_in_steps(stored, asked, &mut 0)
    }

    /// Most steps of one evaluation, whatever it is given.
    pub(crate) fn most_steps(&self) -> u32 {
        1 + self.most_cost / COST_OF_A_STEP
    }

    /// Whether the condition is met, and in how many steps more: at least one.
    pub(crate) fn is_met_in_steps(
        &self,
        stored: &Context,
        asked: &Context,
        steps: &mut u32,
    ) -> Result<bool, EvaluationError> {
        let mut cost = 0;
        let evaluated = self.evaluate_at_cost(stored, asked, &mut cost);
        let cost = u32::try_from(cost).unwrap_or(u32::MAX);
        debug_assert!(cost <= self.most_cost, "{cost} of {}", self.expression);
        *steps = steps.saturating_add(1 + cost / COST_OF_A_STEP);
        let evaluated = evaluated?;
        match evaluated.met {
            Some(met) if evaluated.missing.is_empty() => Ok(met),
            _ => Err(EvaluationError::Missing {
                condition: self.name.to_string(),
                parameters: evaluated.missing,
            }),
        }
    }

    /// Whether the condition is met, as far as the values go. A value of the tuple stands before one of
    /// the request.
    ///
    /// # Errors
    /// See [`EvaluationError`]; missing parameters are no error here.
    pub fn evaluate(
        &self,
        stored: &Context,
        asked: &Context,
    ) -> Result<Evaluated, EvaluationError> {
        self.evaluate_at_cost(stored, asked, &mut 0)
    }

    fn evaluate_at_cost(
        &self,
        stored: &Context,
        asked: &Context,
        cost: &mut usize,
    ) -> Result<Evaluated, EvaluationError> {
        let mut missing = Vec::new();
        let mut values = Vec::with_capacity(self.parameters.len());
        for parameter in &self.parameters {
            let json = stored
                .get(&parameter.name)
                .or_else(|| asked.get(&parameter.name));
            *cost += json.map_or(1, |json| convert::cost(json, &parameter.kind));
            let value = json.and_then(|json| convert::convert(json, &parameter.kind));
            if json.is_none() {
                missing.push(parameter.name.to_string());
            } else if value.is_none() {
                return Err(EvaluationError::Value {
                    condition: self.name.to_string(),
                    parameter: parameter.name.to_string(),
                    expected: parameter.kind.clone(),
                });
            }
            values.push(value);
        }
        let mut evaluation = Evaluation {
            parameters: &values,
            variables: Vec::new(),
            meter: Meter::new(MAX_COST),
        };
        let found = evaluation.truth(&self.term);
        *cost += evaluation.meter.spent();
        let condition = || self.name.to_string();
        if evaluation.meter.is_overdrawn() {
            return Err(EvaluationError::TooMuch {
                condition: condition(),
            });
        }
        let met = match found {
            Ok(met) => Some(met),
            Err(Stop::Missing) => None,
            Err(Stop::Failed(failure)) => {
                return Err(EvaluationError::Failed {
                    condition: condition(),
                    failure,
                });
            }
        };
        Ok(Evaluated { met, missing })
    }

    /// Whether a tuple's context is one: every value is of a parameter, and of its type.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn takes(&self, context: &Context) -> Result<(), String> {
        for (name, json) in context.values() {
            let mut parameters = self.parameters.iter();
            let Some(parameter) = parameters.find(|found| *found.name == **name) else {
                return Err(format!("it has no parameter `{name}`"));
            };
            if convert::convert(json, &parameter.kind).is_none() {
                return Err(format!("the value of `{name}` is no {}", parameter.kind));
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

#[cfg(feature = "conditions")]
impl ParameterType {
    /// How many types are within one another.
    fn nesting(&self) -> usize {
        match self {
            Self::List(element) | Self::Map(element) => 1 + element.nesting(),
            _ => 1,
        }
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
