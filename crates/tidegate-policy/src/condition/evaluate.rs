//! Evaluates a compiled expression over the values of the parameters.
//!
//! An error, or a parameter without a value, is the value of every part that it reaches, but `&&` with
//! a false operand is false and `||` with a true one is true, on whichever side it stands; `all` and
//! `exists` likewise. Every step costs, so that an evaluation ends.

use std::sync::Arc;

use super::error::Failure;
use super::functions;
use super::term::{Fold, Kind, Term};
use super::value::{List, Map, Text, Value};

/// Why a part of an expression has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// It depends on a parameter that has no value.
    Missing,
    Failed(Failure),
    /// The budget is used up: this ends everything.
    TooMuch,
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// What an evaluation may still cost.
#[derive(Debug)]
pub(super) struct Meter {
    most: u32,
    left: u32,
}

impl Meter {
    pub(super) fn new(most: u32) -> Self {
        Self { most, left: most }
    }

    /// What it cost so far: all there was, once that was too little.
    pub(super) fn spent(&self) -> u32 {
        self.most - self.left
    }

    /// So many steps, or elements of a list.
    pub(super) fn spend(&mut self, units: usize) -> Result<(), Stop> {
        let units = u32::try_from(units).unwrap_or(u32::MAX);
        let left = self.left.checked_sub(units);
        self.left = left.unwrap_or(0);
        left.map(|_| ()).ok_or(Stop::TooMuch)
    }

    /// So many bytes of text that are read or written.
    pub(super) fn touch(&mut self, bytes: usize) -> Result<(), Stop> {
        self.spend(bytes / 8)
    }
}

/// One evaluation.
pub(super) struct Evaluation<'a> {
    /// The values of the parameters, in the order of their definition.
    pub(super) parameters: &'a [Option<Value<'a>>],
    /// The variables of the macros around the place where the evaluation is.
    pub(super) variables: Vec<Value<'a>>,
    pub(super) meter: Meter,
}

type Outcome<'a> = Result<Value<'a>, Stop>;

impl<'a> Evaluation<'a> {
    /// The value of a part of an expression.
    pub(super) fn value(&mut self, term: &'a Term) -> Outcome<'a> {
        self.meter.spend(1)?;
        match (&term.kind, term.parts.as_slice()) {
            (Kind::Constant(value), _) => Ok(value.clone()),
            (Kind::Parameter(at), _) => match self.parameters.get(*at) {
                Some(Some(value)) => Ok(value.clone()),
                _ => Err(Stop::Missing),
            },
            (Kind::Variable(at), _) => self.variables.get(*at).cloned().ok_or(Stop::Missing),
            (Kind::And, terms) => self.logic(terms, false),
            (Kind::Or, terms) => self.logic(terms, true),
            (Kind::If, [condition, yes, no]) => {
                let chosen = if self.truth(condition)? { yes } else { no };
                self.value(chosen)
            }
            (Kind::Apply(function), [operand]) => {
                let operand = self.value(operand)?;
                functions::one(*function, &operand, &mut self.meter)
            }
            (Kind::Apply(function), [one, two]) => {
                let (one, two) = (self.value(one)?, self.value(two)?);
                functions::two(*function, &one, &two, &mut self.meter)
            }
            (Kind::Matches(pattern), [text]) => match self.value(text)? {
                Value::String(text) => Ok(Value::Bool(pattern.matches(&text, &mut self.meter)?)),
                _ => Err(Failure::NoOverload.into()),
            },
            (Kind::Field(name), [of]) => {
                let found = self.field(of, name)?;
                found.ok_or(Stop::Failed(Failure::NoSuchKey))
            }
            (Kind::Has(name), [of]) => Ok(Value::Bool(self.field(of, name)?.is_some())),
            (Kind::List, elements) => {
                let mut found = Vec::with_capacity(elements.len());
                for element in elements {
                    found.push(self.value(element)?);
                }
                Ok(Value::List(List::Made(found.into())))
            }
            (Kind::Map, entries) => self.map(entries),
            (Kind::Fold(fold), [range, _, inner @ ..]) => self.fold(*fold, range, inner),
            // The checker leaves no others.
            _ => Err(Failure::NoOverload.into()),
        }
    }

    /// `&&` (decided by a false operand) and `||` (decided by a true one).
    fn logic(&mut self, terms: &'a [Term], decided_by: bool) -> Outcome<'a> {
        let mut open = Open::default();
        for term in terms {
            if open.add(self.truth(term), decided_by)? {
                return Ok(Value::Bool(decided_by));
            }
        }
        open.end(!decided_by)
    }

    fn truth(&mut self, term: &'a Term) -> Result<bool, Stop> {
        match self.value(term)? {
            Value::Bool(truth) => Ok(truth),
            _ => Err(Failure::NoOverload.into()),
        }
    }

    /// The field of a map, if it has it.
    fn field(&mut self, of: &'a Term, name: &'a str) -> Result<Option<Value<'a>>, Stop> {
        match self.value(of)? {
            Value::Map(map) => {
                let key = Value::String(Text::Borrowed(name));
                map.find(&key, &mut self.meter)
            }
            _ => Err(Failure::NoOverload.into()),
        }
    }

    fn map(&mut self, entries: &'a [Term]) -> Outcome<'a> {
        let mut found: Vec<(Value<'a>, Value<'a>)> = Vec::with_capacity(entries.len() / 2);
        for entry in entries.chunks_exact(2) {
            let [key, value] = entry else { break };
            let key = self.value(key)?;
            let is_key = matches!(
                key,
                Value::Bool(_) | Value::Int(_) | Value::Uint(_) | Value::String(_)
            );
            for (other, _) in &found {
                if other.equals(&key, &mut self.meter)? {
                    return Err(Failure::BadKey.into());
                }
            }
            if !is_key {
                return Err(Failure::BadKey.into());
            }
            found.push((key, self.value(value)?));
        }
        Ok(Value::Map(Map::Made(found.into())))
    }

    fn fold(&mut self, fold: Fold, range: &'a Term, inner: &'a [Term]) -> Outcome<'a> {
        let range = match self.value(range)? {
            Value::List(list) => list,
            Value::Map(map) => {
                self.meter.spend(map.len())?;
                List::Made(map.keys().into())
            }
            _ => return Err(Failure::NoOverload.into()),
        };
        let (tests, made_of) = inner.split_at(fold.tests(inner.len()));
        let mut open = Open::default();
        let mut count = 0_usize;
        let mut made = Vec::new();
        for at in 0..range.len() {
            let Some(element) = range.get(at) else { break };
            self.variables.push(element);
            let test = match tests.first() {
                Some(test) => self.truth(test),
                None => Ok(true),
            };
            let result = match (made_of.first(), test) {
                (Some(result), Ok(true)) => Some(self.value(result)),
                _ => None,
            };
            let element = self.variables.pop();
            match fold {
                Fold::All | Fold::Exists => {
                    let decided_by = fold == Fold::Exists;
                    if open.add(test, decided_by)? {
                        return Ok(Value::Bool(decided_by));
                    }
                }
                Fold::ExistsOne => count += usize::from(test?),
                Fold::Filter => {
                    if test? && let Some(element) = element {
                        self.meter.spend(1)?;
                        made.push(element);
                    }
                }
                Fold::Map => {
                    test?;
                    if let Some(result) = result {
                        self.meter.spend(1)?;
                        made.push(result?);
                    }
                }
            }
        }
        match fold {
            Fold::All => open.end(true),
            Fold::Exists => open.end(false),
            Fold::ExistsOne => Ok(Value::Bool(count == 1)),
            Fold::Filter | Fold::Map => Ok(Value::List(List::Made(Arc::from(made)))),
        }
    }
}

/// Operands of `&&` or `||` that decide nothing yet.
#[derive(Default)]
struct Open {
    stop: Option<Stop>,
}

impl Open {
    /// Adds an operand; true when it decides. A missing parameter stands before an error.
    fn add(&mut self, operand: Result<bool, Stop>, decided_by: bool) -> Result<bool, Stop> {
        match operand {
            Ok(truth) => return Ok(truth == decided_by),
            Err(Stop::TooMuch) => return Err(Stop::TooMuch),
            Err(Stop::Missing) => self.stop = Some(Stop::Missing),
            Err(failed) => self.stop = self.stop.or(Some(failed)),
        }
        Ok(false)
    }

    fn end<'a>(self, undecided: bool) -> Outcome<'a> {
        match self.stop {
            Some(stop) => Err(stop),
            None => Ok(Value::Bool(undecided)),
        }
    }
}
