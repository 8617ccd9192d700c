//! Evaluates a compiled expression over the values of the parameters.
//!
//! An error, or a parameter without a value, is the value of every part that it reaches, but `&&` with
//! a false operand is false and `||` with a true one is true, on whichever side it stands; `all` and
//! `exists` likewise. Every step costs, so that an evaluation ends.

use super::error::Failure;
use super::functions;
use super::term::{Fold, Kind, Term};
use super::value::{List, Map, Text, Value};

/// Why a part of an expression has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// It depends on a parameter that has no value, or the budget is used up.
    Missing,
    Failed(Failure),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// What an evaluation may still cost. Once that is too little, no part of an expression has a value any more,
/// and whatever comes of it is not told.
#[derive(Debug)]
pub(super) struct Meter {
    most: usize,
    /// None once it was too little.
    left: Option<usize>,
}

impl Meter {
    pub(super) fn new(most: u32) -> Self {
        let most = most as usize;
        let left = Some(most);
        Self { most, left }
    }

    /// What it cost so far: all there was, once that was too little.
    pub(super) fn spent(&self) -> usize {
        self.most - self.left.unwrap_or(0)
    }

    pub(super) fn is_overdrawn(&self) -> bool {
        self.left.is_none()
    }

    /// So many steps, or elements of a list; false when that is too much.
    pub(super) fn spend(&mut self, units: usize) -> bool {
        self.left = self.left.and_then(|left| left.checked_sub(units));
        self.left.is_some()
    }

    /// So many bytes of text that are read or written.
    pub(super) fn touch(&mut self, bytes: usize) {
        self.spend(bytes / 8);
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
        if !self.meter.spend(1) {
            return Err(Stop::Missing);
        }
        match (&term.kind, term.parts.as_slice()) {
            (Kind::Constant(_) | Kind::Parameter(_) | Kind::Variable(_), _) => {
                match self.known(&term.kind) {
                    Some(value) => Ok(value.clone()),
                    None => Err(Stop::Missing),
                }
            }
            (kind @ (Kind::And | Kind::Or), terms) => self.logic(terms, matches!(kind, Kind::Or)),
            (Kind::If, [condition, yes, no]) => {
                let chosen = if self.truth(condition)? { yes } else { no };
                self.value(chosen)
            }
            (Kind::Apply(function), [operand]) => {
                let operand = self.value(operand);
                let operand = seen(&operand, &self.meter)?;
                Ok(functions::one(*function, operand, &mut self.meter)?)
            }
            (Kind::Apply(function), [one, two]) => {
                let one = self.value(one);
                let one = seen(&one, &self.meter)?;
                let two = self.value(two);
                let two = seen(&two, &self.meter)?;
                Ok(functions::two(*function, one, two, &mut self.meter)?)
            }
            (Kind::Matches(pattern), [text]) => match seen(&self.value(text), &self.meter)? {
                Value::String(text) => Ok(Value::Bool(pattern.matches(text, &mut self.meter))),
                _ => Err(Failure::NoOverload.into()),
            },
            (kind @ (Kind::Field(name) | Kind::Has(name)), [of]) => {
                let found = self.field(of, name)?;
                if let Kind::Has(_) = kind {
                    return Ok(Value::Bool(found.is_some()));
                }
                found.ok_or(Stop::Failed(Failure::NoSuchKey))
            }
            (kind @ (Kind::List | Kind::Map), parts) => {
                let is_map = matches!(kind, Kind::Map);
                let made = self.all(parts, is_map)?.into();
                Ok(match is_map {
                    true => Value::Map(Map::Made(made)),
                    false => Value::List(List::Made(made)),
                })
            }
            (Kind::Fold(fold), [range, _, inner @ ..]) => self.fold(*fold, range, inner),
            // The checker leaves no others.
            _ => Err(Failure::NoOverload.into()),
        }
    }

    /// What is at hand.
    fn known(&self, kind: &'a Kind) -> Option<&Value<'a>> {
        match kind {
            Kind::Constant(value) => Some(value),
            Kind::Parameter(at) => self.parameters.get(*at)?.as_ref(),
            Kind::Variable(at) => self.variables.get(*at),
            _ => None,
        }
    }

    /// `&&` (decided by a false operand) and `||` (decided by a true one).
    fn logic(&mut self, terms: &'a [Term], decided_by: bool) -> Outcome<'a> {
        let mut open = Open::default();
        for term in terms {
            if open.add(self.truth(term), decided_by) {
                return Ok(Value::Bool(decided_by));
            }
        }
        open.end(!decided_by)
    }

    pub(super) fn truth(&mut self, term: &'a Term) -> Result<bool, Stop> {
        match seen(&self.value(term), &self.meter)? {
            Value::Bool(truth) => Ok(*truth),
            _ => Err(Failure::NoOverload.into()),
        }
    }

    /// The field of a map, if it has it.
    fn field(&mut self, of: &'a Term, name: &'a str) -> Result<Option<Value<'a>>, Stop> {
        match seen(&self.value(of), &self.meter)? {
            Value::Map(map) => {
                let key = Value::String(Text::Borrowed(name));
                Ok(map.find(&key, &mut self.meter))
            }
            _ => Err(Failure::NoOverload.into()),
        }
    }

    /// The values of all parts: elements, or entries of a map.
    fn all(&mut self, parts: &'a [Term], are_entries: bool) -> Result<Vec<Value<'a>>, Stop> {
        let mut found: Vec<Value<'a>> = Vec::with_capacity(parts.len());
        for (at, part) in parts.iter().enumerate() {
            let value = self.value(part)?;
            if are_entries && at % 2 == 0 {
                for other in found.iter().step_by(2) {
                    if other.equals(&value, &mut self.meter) {
                        return Err(Failure::BadKey.into());
                    }
                }
                if !matches!(
                    value,
                    Value::Bool(_) | Value::Int(_) | Value::Uint(_) | Value::String(_)
                ) {
                    return Err(Failure::BadKey.into());
                }
            }
            found.push(value);
        }
        Ok(found)
    }

    fn fold(&mut self, fold: Fold, range: &'a Term, inner: &'a [Term]) -> Outcome<'a> {
        let range = self.value(range);
        let outer = self.variables.len();
        let found = self.fold_over(fold, seen(&range, &self.meter)?, inner);
        self.variables.truncate(outer);
        found
    }

    fn fold_over(&mut self, fold: Fold, range: &Value<'a>, inner: &'a [Term]) -> Outcome<'a> {
        match range {
            Value::List(_) => {}
            Value::Map(map) => {
                self.meter.spend(map.len());
            }
            _ => return Err(Failure::NoOverload.into()),
        }
        let (tests, results) = inner.split_at(fold.tests(inner.len()));
        let mut open = Open::default();
        let mut count = 0_usize;
        let mut made = Vec::new();
        let mut at = 0;
        // Once the budget is used up, no element says anything.
        while !self.meter.is_overdrawn()
            && let Some(element) = match range {
                Value::List(list) => list.get(at),
                Value::Map(map) => map.key(at),
                _ => None,
            }
        {
            at += 1;
            self.variables.push(element);
            let test = match tests.first() {
                Some(test) => self.truth(test),
                None => Ok(true),
            };
            match fold {
                Fold::All | Fold::Exists => {
                    let decided_by = fold == Fold::Exists;
                    if open.add(test, decided_by) {
                        return Ok(Value::Bool(decided_by));
                    }
                }
                Fold::ExistsOne => count += usize::from(test?),
                Fold::Filter | Fold::Map => {
                    if test? {
                        let result = match results.first() {
                            Some(result) => self.value(result),
                            None => self.variables.last().cloned().ok_or(Stop::Missing),
                        };
                        self.meter.spend(1);
                        made.push(result?);
                    }
                }
            }
            self.variables.pop();
        }
        match fold {
            Fold::All => open.end(true),
            Fold::Exists => open.end(false),
            Fold::ExistsOne => Ok(Value::Bool(count == 1)),
            Fold::Filter | Fold::Map => Ok(Value::List(List::Made(made.into()))),
        }
    }
}

/// A value where it is: moves make long code. Missing once the budget is used up, so that of the functions around one
/// that took too much none is computed: each could take as much again.
fn seen<'v, 'a>(outcome: &'v Outcome<'a>, meter: &Meter) -> Result<&'v Value<'a>, Stop> {
    match outcome {
        Ok(_) if meter.is_overdrawn() => Err(Stop::Missing),
        outcome => outcome.as_ref().map_err(|stop| *stop),
    }
}

/// Operands of `&&` or `||` that decide nothing yet.
#[derive(Default)]
struct Open {
    stop: Option<Stop>,
}

impl Open {
    /// Adds an operand; true when it decides. A missing parameter stands before an error.
    fn add(&mut self, operand: Result<bool, Stop>, decided_by: bool) -> bool {
        match operand {
            Ok(truth) => return truth == decided_by,
            Err(Stop::Missing) => self.stop = Some(Stop::Missing),
            Err(failed) => self.stop = self.stop.or(Some(failed)),
        }
        false
    }

    fn end<'a>(self, undecided: bool) -> Outcome<'a> {
        match self.stop {
            Some(stop) => Err(stop),
            None => Ok(Value::Bool(undecided)),
        }
    }
}
