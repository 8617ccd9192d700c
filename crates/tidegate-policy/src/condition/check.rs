//! Checks an expression against the types of the parameters, and compiles it.

use super::ast::{Ast, Fold, FoldKind, Kind};
use super::error::ConditionError;
use super::evaluate::Meter;
use super::functions;
use super::overloads::{Function, GROUPS, Shape, Style};
use super::pattern::{MAX_PROGRAM, Pattern};
use super::term::{FoldTerm, Term};
use super::types::{Type, Types};
use super::value::{List, Text, Value};
use super::{MAX_COST, Parameter};

/// Compiles an expression whose value is a bool.
pub(super) fn compile(ast: &Ast, parameters: &[Parameter]) -> Result<Term, ConditionError> {
    let offset = ast.offset;
    let mut types = Types::default();
    let mut named = Vec::with_capacity(parameters.len());
    for parameter in parameters {
        named.push((&*parameter.name, types.of(&parameter.kind)));
    }
    let mut checker = Checker {
        parameters: named,
        variables: Vec::new(),
        types,
        pattern_steps: 0,
    };
    let (term, found) = checker.check(ast)?;
    match checker.types.top(found) {
        Type::Bool => Ok(term),
        other => {
            let other = checker.types.text(other);
            let message = format!("a condition is a bool, and this is {other}");
            Err(ConditionError::at(offset, message))
        }
    }
}

struct Checker<'p> {
    parameters: Vec<(&'p str, Type)>,
    /// The variables of the macros around, outermost first.
    variables: Vec<(&'p str, Type)>,
    types: Types,
    /// Instructions of all patterns so far.
    pattern_steps: usize,
}

type Checked = Result<(Term, Type), ConditionError>;

impl<'p> Checker<'p> {
    fn check(&mut self, ast: &'p Ast) -> Checked {
        let offset = ast.offset;
        let (term, found) = match &ast.kind {
            Kind::Null => constant(Value::Null, Type::Null),
            Kind::Bool(value) => constant(Value::Bool(*value), Type::Bool),
            Kind::Int(value) => constant(Value::Int(*value), Type::Int),
            Kind::Uint(value) => constant(Value::Uint(*value), Type::Uint),
            Kind::Double(value) => constant(Value::Double(*value), Type::Double),
            Kind::String(value) => {
                let text = Text::Shared(value.as_str().into());
                constant(Value::String(text), Type::String)
            }
            Kind::Bytes(value) => constant(Value::Bytes(value.as_slice().into()), Type::Bytes),
            Kind::Name(name) => self.name(offset, name)?,
            Kind::Field(of, name) => match self.long_type_name(&of.kind, name) {
                Some(found) => constant(Value::Type(found), Type::Kind),
                None => {
                    let (of, found) = self.field(of, offset)?;
                    (Term::Field(Box::new(of), name.as_str().into()), found)
                }
            },
            Kind::Has(of, name) => {
                let (of, _) = self.field(of, offset)?;
                (Term::Has(Box::new(of), name.as_str().into()), Type::Bool)
            }
            Kind::Call {
                name,
                target,
                arguments,
            } => self.call(offset, name, target.as_deref(), arguments)?,
            Kind::And(parts) => (Term::And(self.bools("&&", parts)?), Type::Bool),
            Kind::Or(parts) => (Term::Or(self.bools("||", parts)?), Type::Bool),
            Kind::If(parts) => {
                let [condition, yes, no] = &**parts;
                let condition = self.bool("?:", condition)?;
                let (yes, first) = self.check(yes)?;
                let (no, second) = self.check(no)?;
                let either = self.types.unknown();
                if !self.types.fits(first, either) || !self.types.fits(second, either) {
                    return Err(self.no_overload(offset, "?:", &[first, second]));
                }
                (Term::If(Box::new([condition, yes, no])), either)
            }
            Kind::List(elements) => self.list(elements)?,
            Kind::Map(entries) => self.map(entries)?,
            Kind::Fold(fold) => self.fold(fold)?,
        };
        if self.types.is_too_deep(found) {
            return Err(ConditionError::at(
                offset,
                "a type that is nested too deeply",
            ));
        }
        Ok((term, found))
    }

    fn name(&self, offset: usize, name: &str) -> Checked {
        let variable = self.variables.iter().rposition(|found| found.0 == name);
        if let Some(at) = variable
            && let Some((_, found)) = self.variables.get(at)
        {
            return Ok((Term::Variable(at), *found));
        }
        let mut parameters = self.parameters.iter().enumerate();
        if let Some((at, (_, found))) = parameters.find(|(_, found)| found.0 == name) {
            return Ok((Term::Parameter(at), *found));
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
        match TYPES.iter().find(|found| **found == name) {
            Some(found) => Ok(constant(Value::Type(found), Type::Kind)),
            None => Err(ConditionError::at(
                offset,
                format!("`{name}` is no parameter of the condition"),
            )),
        }
    }

    /// `google.protobuf.Timestamp` and `google.protobuf.Duration`, which are types by their long names,
    /// unless something else is named `google`.
    fn long_type_name(&self, of: &Kind, name: &str) -> Option<&'static str> {
        let Kind::Field(package, middle) = of else {
            return None;
        };
        let Kind::Name(package) = &package.kind else {
            return None;
        };
        if package != "google" || middle != "protobuf" || self.name(0, package).is_ok() {
            return None;
        }
        match name {
            "Timestamp" => Some("google.protobuf.Timestamp"),
            "Duration" => Some("google.protobuf.Duration"),
            _ => None,
        }
    }

    /// What a field is taken of, and the type of the field.
    fn field(&mut self, of: &'p Ast, offset: usize) -> Checked {
        let (of, found) = self.check(of)?;
        let field = match self.types.top(found) {
            Type::Map(_, value) => self.types.part(value),
            Type::Dyn | Type::Unknown(_) => Type::Dyn,
            other => {
                let other = self.types.text(other);
                return Err(ConditionError::at(offset, format!("{other} has no fields")));
            }
        };
        Ok((of, field))
    }

    fn bools(&mut self, name: &str, parts: &'p [Ast]) -> Result<Box<[Term]>, ConditionError> {
        let mut terms = Vec::with_capacity(parts.len());
        for part in parts {
            terms.push(self.bool(name, part)?);
        }
        Ok(terms.into())
    }

    fn bool(&mut self, name: &str, part: &'p Ast) -> Result<Term, ConditionError> {
        let offset = part.offset;
        let (term, found) = self.check(part)?;
        if self.types.fits(found, Type::Bool) {
            Ok(term)
        } else {
            Err(self.no_overload(offset, name, &[found]))
        }
    }

    fn list(&mut self, elements: &'p [Ast]) -> Checked {
        let mut terms = Vec::with_capacity(elements.len());
        let mut element_type = None;
        for element in elements {
            let (term, found) = self.check(element)?;
            element_type = Some(match element_type {
                Some(before) => self.types.join(before, found),
                None => found,
            });
            terms.push(term);
        }
        let element_type = element_type.unwrap_or_else(|| self.types.unknown());
        let mut values = Vec::with_capacity(terms.len());
        for term in &terms {
            if let Term::Constant(value) = term {
                values.push(value.clone());
            }
        }
        let term = if values.len() == terms.len() {
            Term::Constant(Value::List(List::Made(values.into())))
        } else {
            Term::List(terms.into())
        };
        Ok((term, self.types.list(element_type)))
    }

    fn map(&mut self, entries: &'p [(Ast, Ast)]) -> Checked {
        let mut terms = Vec::with_capacity(entries.len());
        let mut types: Option<(Type, Type)> = None;
        for (key, value) in entries {
            let offset = key.offset;
            let (key, key_type) = self.check(key)?;
            let key_type = match self.types.top(key_type) {
                // What is never known cannot become known as something that is no key.
                Type::Unknown(_) => Type::Dyn,
                found @ (Type::Dyn | Type::Bool | Type::Int | Type::Uint | Type::String) => found,
                other => {
                    let other = self.types.text(other);
                    return Err(ConditionError::at(
                        offset,
                        format!("{other} is no key of a map"),
                    ));
                }
            };
            let (value, value_type) = self.check(value)?;
            types = Some(match types {
                Some((keys, values)) => (
                    self.types.join(keys, key_type),
                    self.types.join(values, value_type),
                ),
                None => (key_type, value_type),
            });
            terms.push((key, value));
        }
        let (keys, values) = types.unwrap_or_else(|| (Type::Dyn, self.types.unknown()));
        Ok((Term::Map(terms.into()), self.types.map(keys, values)))
    }

    fn fold(&mut self, fold: &'p Fold) -> Checked {
        let offset = fold.range.offset;
        let (range, found) = self.check(&fold.range)?;
        let element = match self.types.top(found) {
            // Of a map, its keys.
            Type::List(element) | Type::Map(element, _) => self.types.part(element),
            Type::Dyn | Type::Unknown(_) => Type::Dyn,
            other => {
                let other = self.types.text(other);
                let message = format!("{other} is neither a list nor a map");
                return Err(ConditionError::at(offset, message));
            }
        };
        self.variables.push((&fold.variable, element));
        let name = match fold.kind {
            FoldKind::All => "all",
            FoldKind::Exists => "exists",
            FoldKind::ExistsOne => "exists_one",
            FoldKind::Filter => "filter",
            FoldKind::Map => "map",
        };
        let test = match &fold.test {
            Some(test) => Some(self.bool(name, test)?),
            None => None,
        };
        let (result, result_type) = match &fold.result {
            Some(result) => {
                let (result, found) = self.check(result)?;
                (Some(result), found)
            }
            None => (None, element),
        };
        self.variables.pop();
        let found = match fold.kind {
            FoldKind::All | FoldKind::Exists | FoldKind::ExistsOne => Type::Bool,
            FoldKind::Filter | FoldKind::Map => self.types.list(result_type),
        };
        let term = FoldTerm {
            kind: fold.kind,
            range,
            test,
            result,
        };
        Ok((Term::Fold(Box::new(term)), found))
    }

    fn call(
        &mut self,
        offset: usize,
        name: &str,
        target: Option<&'p Ast>,
        arguments: &'p [Ast],
    ) -> Checked {
        let is_member = target.is_some();
        let style = if is_member {
            Style::Member
        } else {
            Style::Plain
        };
        let mut groups = Vec::new();
        for group in GROUPS {
            if group.style == style || group.style == Style::Both {
                for (found, function) in group.names {
                    if *found == name {
                        groups.push((*function, group));
                    }
                }
            }
        }
        if groups.is_empty() {
            let what = if is_member { "method" } else { "function" };
            return Err(ConditionError::at(
                offset,
                format!("there is no {what} `{name}`"),
            ));
        }
        let (mut terms, mut types) = (Vec::new(), Vec::new());
        for part in target.into_iter().chain(arguments) {
            let (term, found) = self.check(part)?;
            terms.push(term);
            types.push(found);
        }
        let mut chosen: Option<(Function, Type)> = None;
        for (function, group) in groups {
            for (takes, gives) in group.overloads {
                let mark = self.types.mark();
                let Some(found) = self.apply(takes, *gives, &types) else {
                    self.types.go_back(mark);
                    continue;
                };
                chosen = Some(match chosen {
                    None => (function, found),
                    Some((function, before)) => {
                        let same = self.types.is_same(before, found);
                        self.types.go_back(mark);
                        (function, if same { before } else { Type::Dyn })
                    }
                });
            }
        }
        let Some((function, found)) = chosen else {
            return Err(self.no_overload(offset, name, &types));
        };
        Ok((self.called(offset, function, terms)?, found))
    }

    /// What an overload gives for arguments of these types, if it takes them.
    fn apply(&mut self, takes: &[Shape], gives: Shape, types: &[Type]) -> Option<Type> {
        if takes.len() != types.len() {
            return None;
        }
        let (a, b) = (self.types.unknown(), self.types.unknown());
        let (list, map) = (self.types.list(a), self.types.map(a, b));
        let shaped = |shape: Shape| match shape {
            Shape::A => a,
            Shape::B => b,
            Shape::Dyn => Type::Dyn,
            Shape::Bool => Type::Bool,
            Shape::Int => Type::Int,
            Shape::Uint => Type::Uint,
            Shape::Double => Type::Double,
            Shape::String => Type::String,
            Shape::Bytes => Type::Bytes,
            Shape::Duration => Type::Duration,
            Shape::Timestamp => Type::Timestamp,
            Shape::Ip => Type::Ip,
            Shape::Type => Type::Kind,
            Shape::List => list,
            Shape::Map => map,
        };
        let mut all = takes.iter().zip(types);
        all.all(|(takes, found)| self.types.fits(*found, shaped(*takes)))
            .then(|| shaped(gives))
    }

    /// A function applied: worked out now when its arguments are constants.
    fn called(
        &mut self,
        offset: usize,
        function: Function,
        terms: Vec<Term>,
    ) -> Result<Term, ConditionError> {
        let mut meter = Meter::new(MAX_COST);
        let mut terms = terms.into_iter();
        let term = match (terms.next(), terms.next()) {
            (Some(one), None) => {
                if let Term::Constant(of) = &one
                    && let Ok(value) = functions::one(function, of, &mut meter)
                {
                    return Ok(Term::Constant(value));
                }
                Term::One(function, Box::new(one))
            }
            (Some(text), Some(Term::Constant(Value::String(pattern))))
                if function == Function::Matches =>
            {
                let bad = |reason| {
                    ConditionError::at(offset, format!("the pattern of `matches`: {reason}"))
                };
                let pattern = Pattern::parse(&pattern).map_err(bad)?;
                self.pattern_steps += pattern.size();
                if self.pattern_steps > MAX_PROGRAM {
                    return Err(bad("too large, with those before"));
                }
                Term::Matches(Box::new((text, pattern)))
            }
            (Some(one), Some(two)) => Term::Two(function, Box::new((one, two))),
            _ => return Err(ConditionError::at(offset, "a call without arguments")),
        };
        Ok(term)
    }

    fn no_overload(&self, offset: usize, name: &str, types: &[Type]) -> ConditionError {
        let mut message = format!("`{name}` does not take (");
        for (at, found) in types.iter().enumerate() {
            let separator = if at == 0 { "" } else { ", " };
            message.push_str(separator);
            message.push_str(&self.types.text(*found));
        }
        message.push(')');
        ConditionError::at(offset, message)
    }
}

fn constant(value: Value<'static>, found: Type) -> (Term, Type) {
    (Term::Constant(value), found)
}
