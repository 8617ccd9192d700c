//! Checks an expression against the types of the parameters, and makes it ready to be evaluated.
//!
//! After a fault, which is told when all is checked, what is wrong counts as of any type.

use std::fmt;

use super::error::ConditionError;
use super::evaluate::Meter;
use super::functions;
use super::overloads::{Function, ROWS};
use super::pattern::{MAX_PROGRAM, Pattern};
use super::term::{Fold, Kind, Term};
use super::types::{Type, Types};
use super::value::{List, Value};
use super::{MAX_COST, Parameter};

/// Checks an expression whose value is a bool.
pub(super) fn check(term: &mut Term, parameters: &[Parameter]) -> Result<(), ConditionError> {
    let mut checker = Checker {
        parameters,
        variables: Vec::new(),
        types: Types::default(),
        pattern_steps: 0,
        fault: None,
    };
    let found = checker.check(term);
    let found = checker.types.top(found);
    if !matches!(found, Type::Bool) {
        let found = checker.types.text(found);
        let message = format_args!("a condition is a bool, and this is {found}");
        checker.fail(term.offset, message);
    }
    checker.fault.map_or(Ok(()), Err)
}

struct Checker<'p> {
    parameters: &'p [Parameter],
    /// The variables of the macros around, outermost first.
    variables: Vec<(Box<str>, Type)>,
    types: Types,
    /// Instructions of all patterns so far.
    pattern_steps: usize,
    /// The first.
    fault: Option<ConditionError>,
}

impl Checker<'_> {
    fn check(&mut self, term: &mut Term) -> Type {
        let found = self.kind(term);
        if self.types.is_too_deep(found) {
            let message = format_args!("a type that is nested too deeply");
            return self.fail(term.offset, message);
        }
        found
    }

    fn kind(&mut self, term: &mut Term) -> Type {
        let offset = term.offset;
        match (&mut term.kind, term.parts.as_mut_slice()) {
            (Kind::Name(name), _) => match self.named(name) {
                Some((named, found)) => {
                    term.turn_into(named, 0);
                    found
                }
                None => {
                    let message = format_args!("`{name}` is no parameter of the condition");
                    self.fail(offset, message)
                }
            },
            (Kind::Field(name), [of]) => match self.long_type_name(of, name) {
                Some(name) => {
                    term.turn_into(Kind::Constant(Value::Type(name)), 0);
                    Type::Kind
                }
                None => self.field(of, offset),
            },
            (Kind::Has(_), [of]) => {
                self.field(of, offset);
                Type::Bool
            }
            (Kind::Call { .. }, _) => self.call(term),
            (Kind::And, parts) => self.bools("&&", parts),
            (Kind::Or, parts) => self.bools("||", parts),
            (Kind::If, [condition, yes, no]) => {
                self.bool("?:", condition);
                let found = [self.check(yes), self.check(no)];
                let either = self.types.unknown();
                if !found.iter().all(|found| self.types.fits(*found, either)) {
                    return self.no_overload(offset, "?:", &found);
                }
                either
            }
            (Kind::List, _) => self.list(term),
            (Kind::Map, entries) => self.map(entries),
            (Kind::Fold(fold), [range, variable, inner @ ..]) => {
                self.fold(*fold, range, variable, inner)
            }
            (Kind::Constant(value), _) => match value {
                Value::Null => Type::Null,
                Value::Bool(_) => Type::Bool,
                Value::Int(_) => Type::Int,
                Value::Uint(_) => Type::Uint,
                Value::Double(_) => Type::Double,
                Value::String(_) => Type::String,
                Value::Bytes(_) => Type::Bytes,
                _ => Type::Dyn,
            },
            // The parser makes no others.
            _ => Type::Dyn,
        }
    }

    /// What a name stands for.
    fn named(&mut self, name: &str) -> Option<(Kind, Type)> {
        let mut variables = self.variables.iter().enumerate().rev();
        if let Some((at, (_, found))) = variables.find(|(_, found)| *found.0 == *name) {
            return Some((Kind::Variable(at), *found));
        }
        let mut parameters = self.parameters.iter().enumerate();
        if let Some((at, found)) = parameters.find(|(_, found)| *found.name == *name) {
            return Some((Kind::Parameter(at), self.types.of(&found.kind)));
        }
        const TYPES: [&str; 10] = [
            "bool",
            "int",
            "uint",
            "double",
            "string",
            "bytes",
            "list",
            "map",
            "null_type",
            "type",
        ];
        let found = TYPES.iter().find(|found| **found == name)?;
        Some((Kind::Constant(Value::Type(found)), Type::Kind))
    }

    /// `google.protobuf.Timestamp` and `google.protobuf.Duration`, which are types by their long names,
    /// unless something else is named `google`.
    fn long_type_name(&mut self, of: &Term, name: &str) -> Option<&'static str> {
        let (Kind::Field(middle), [package]) = (&of.kind, of.parts.as_slice()) else {
            return None;
        };
        let is_package = matches!(&package.kind, Kind::Name(package) if **package == *"google");
        if !is_package || **middle != *"protobuf" || self.named("google").is_some() {
            return None;
        }
        match name {
            "Timestamp" => Some("google.protobuf.Timestamp"),
            "Duration" => Some("google.protobuf.Duration"),
            _ => None,
        }
    }

    /// The type of a field.
    fn field(&mut self, of: &mut Term, offset: usize) -> Type {
        let found = self.check(of);
        match self.types.top(found) {
            Type::Map(map) => self.types.value(map),
            Type::Dyn | Type::Unknown(_) => Type::Dyn,
            other => self.wrong(offset, other, "has no fields"),
        }
    }

    fn bools(&mut self, name: &str, parts: &mut [Term]) -> Type {
        for part in parts {
            self.bool(name, part);
        }
        Type::Bool
    }

    fn bool(&mut self, name: &str, part: &mut Term) {
        let found = self.check(part);
        if !self.types.fits(found, Type::Bool) {
            self.no_overload(part.offset, name, &[found]);
        }
    }

    fn list(&mut self, list: &mut Term) -> Type {
        let mut element = None;
        for part in &mut list.parts {
            let found = self.check(part);
            element = Some(match element {
                Some(before) => self.types.join(before, found),
                None => found,
            });
        }
        let element = element.unwrap_or_else(|| self.types.unknown());
        let mut values = Vec::with_capacity(list.parts.len());
        for part in &list.parts {
            if let Kind::Constant(value) = &part.kind {
                values.push(value.clone());
            }
        }
        if values.len() == list.parts.len() {
            list.turn_into(Kind::Constant(Value::List(List::Made(values.into()))), 0);
        }
        self.types.list(element)
    }

    fn map(&mut self, entries: &mut [Term]) -> Type {
        let mut types: Option<(Type, Type)> = None;
        for entry in entries.chunks_exact_mut(2) {
            let [key, value] = entry else { break };
            let found = self.check(key);
            let key_type = match self.types.top(found) {
                // What is never known cannot become known as something that is no key.
                Type::Unknown(_) => Type::Dyn,
                found @ (Type::Dyn | Type::Bool | Type::Int | Type::Uint | Type::String) => found,
                other => self.wrong(key.offset, other, "is no key of a map"),
            };
            let value_type = self.check(value);
            types = Some(match types {
                Some((keys, values)) => (
                    self.types.join(keys, key_type),
                    self.types.join(values, value_type),
                ),
                None => (key_type, value_type),
            });
        }
        let (keys, values) = types.unwrap_or_else(|| (Type::Dyn, self.types.unknown()));
        self.types.map(keys, values)
    }

    fn fold(
        &mut self,
        fold: Fold,
        range: &mut Term,
        variable: &mut Term,
        inner: &mut [Term],
    ) -> Type {
        let found = self.check(range);
        let element = match self.types.top(found) {
            // Of a map, its keys.
            Type::List(part) | Type::Map(part) => self.types.part(part),
            Type::Dyn | Type::Unknown(_) => Type::Dyn,
            other => self.wrong(range.offset, other, "is neither a list nor a map"),
        };
        if let Kind::Name(name) = &mut variable.kind {
            self.variables.push((std::mem::take(name), element));
        }
        let (tests, made) = inner.split_at_mut(fold.tests(inner.len()));
        for test in tests {
            self.bool(fold.name(), test);
        }
        let mut result = element;
        for made in made {
            result = self.check(made);
        }
        self.variables.pop();
        match fold {
            Fold::All | Fold::Exists | Fold::ExistsOne => Type::Bool,
            Fold::Filter | Fold::Map => self.types.list(result),
        }
    }

    fn call(&mut self, term: &mut Term) -> Type {
        let Kind::Call { name, is_member } = &mut term.kind else {
            return Type::Dyn;
        };
        let (name, is_member) = (std::mem::take(name), *is_member);
        if !ROWS.iter().any(|row| row.is(&name, is_member)) {
            let what = if is_member { "method" } else { "function" };
            return self.fail(term.offset, format_args!("there is no {what} `{name}`"));
        }
        let mut types = Vec::with_capacity(term.parts.len());
        for part in &mut term.parts {
            types.push(self.check(part));
        }
        let mut chosen: Option<(Function, Type)> = None;
        for row in &ROWS {
            if !row.is(&name, is_member) {
                continue;
            }
            for overload in crate::text::split(row.overloads, b' ') {
                let mark = self.types.mark();
                let Some(found) = self.apply(overload.as_bytes(), &types) else {
                    self.types.go_back(mark);
                    continue;
                };
                chosen = Some(match chosen {
                    None => (row.function, found),
                    Some((function, before)) => {
                        let same = self.types.text(before) == self.types.text(found);
                        self.types.go_back(mark);
                        (function, if same { before } else { Type::Dyn })
                    }
                });
            }
        }
        match chosen {
            Some((function, found)) => {
                self.apply_to_constants(function, term);
                found
            }
            None => self.no_overload(term.offset, &name, &types),
        }
    }

    /// What an overload gives for arguments of these types, if it takes them.
    fn apply(&mut self, overload: &[u8], types: &[Type]) -> Option<Type> {
        let (gives, takes) = overload.split_last()?;
        if takes.len() != types.len() {
            return None;
        }
        let (a, b) = (self.types.unknown(), self.types.unknown());
        let (list, map) = (self.types.list(a), self.types.map(a, b));
        let typed = |letter: u8| match letter {
            b'A' => a,
            b'B' => b,
            b'L' => list,
            b'M' => map,
            b'b' => Type::Bool,
            b'i' => Type::Int,
            b'u' => Type::Uint,
            b'd' => Type::Double,
            b's' => Type::String,
            b'y' => Type::Bytes,
            b'p' => Type::Duration,
            b't' => Type::Timestamp,
            b'n' => Type::Ip,
            b'k' => Type::Kind,
            _ => Type::Dyn,
        };
        for (letter, found) in takes.iter().zip(types) {
            if !self.types.fits(*found, typed(*letter)) {
                return None;
            }
        }
        Some(typed(*gives))
    }

    /// A call has become a function. What depends on constants alone is worked out now.
    fn apply_to_constants(&mut self, function: Function, term: &mut Term) {
        term.turn_into(Kind::Apply(function), term.parts.len());
        match term.parts.as_slice() {
            [
                Term {
                    kind: Kind::Constant(of),
                    ..
                },
            ] => {
                let mut meter = Meter::new(MAX_COST);
                if let Ok(value) = functions::one(function, of, &mut meter)
                    && !meter.is_overdrawn()
                {
                    term.turn_into(Kind::Constant(value), 0);
                }
            }
            [
                _,
                Term {
                    kind: Kind::Constant(Value::String(pattern)),
                    ..
                },
            ] if function == Function::Matches => {
                let reason = match Pattern::parse(pattern) {
                    Ok(pattern) => {
                        self.pattern_steps += pattern.size();
                        term.turn_into(Kind::Matches(Box::new(pattern)), 1);
                        if self.pattern_steps <= MAX_PROGRAM {
                            return;
                        }
                        "too large, with those before"
                    }
                    Err(reason) => reason,
                };
                self.fail(
                    term.offset,
                    format_args!("the pattern of `matches`: {reason}"),
                );
            }
            _ => {}
        }
    }

    fn no_overload(&mut self, offset: usize, name: &str, types: &[Type]) -> Type {
        let mut taken = String::new();
        for (at, found) in types.iter().enumerate() {
            let separator = if at == 0 { "" } else { ", " };
            taken.push_str(separator);
            taken.push_str(&self.types.text(*found));
        }
        self.fail(offset, format_args!("`{name}` does not take ({taken})"))
    }

    fn wrong(&mut self, offset: usize, found: Type, why: &str) -> Type {
        let found = self.types.text(found);
        self.fail(offset, format_args!("{found} {why}"))
    }

    fn fail(&mut self, offset: usize, message: fmt::Arguments<'_>) -> Type {
        if self.fault.is_none() {
            self.fault = Some(ConditionError::at(offset, message));
        }
        Type::Dyn
    }
}
