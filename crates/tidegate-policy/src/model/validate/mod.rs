//! What the grammar cannot say: names exist, once, and every relation can hold.

mod definitions;
mod entry;
mod references;

use crate::hash::HashMap;

use self::entry::Graph;
use super::{ModelErrorKind, Schema};
use crate::condition::{Condition, ConditionError, Parameter};
use crate::language::{Fault, Place, RelationSyntax, RestrictionKind, RewriteSyntax, Syntax};

/// Adds everything that is wrong with a model that could be read. Returns its conditions: all of them, if
/// nothing is wrong.
pub(super) fn validate(syntax: &Syntax, faults: &mut Vec<Fault>) -> Vec<Condition> {
    let names = Names::of(syntax);
    let before = faults.len();
    if !definitions::check(syntax, faults) {
        // What is too large is not looked at further: that would cost too much, and say too much.
        return Vec::new();
    }
    if let Err(fault) = schema(syntax) {
        // What another schema would mean is not known: nothing else can be said.
        faults.push(fault);
        return Vec::new();
    }
    references::check(syntax, &names, faults);
    definitions::check_usage(syntax, faults);
    let conditions = conditions(syntax, faults);
    // What is not defined makes what depends on it seem twice there, or impossible.
    let (mut in_order, mut is_defined) = (true, true);
    for fault in faults.iter().skip(before) {
        let is_warning = fault.kind.is_warning();
        in_order &= is_warning;
        is_defined &= is_warning || fault.kind == ModelErrorKind::Duplicate;
    }
    if is_defined {
        references::check_repeats(syntax, faults);
    }
    if !in_order {
        return conditions;
    }
    let graph = Graph::of(syntax, &names);
    let relations = syntax.types.iter().flat_map(|found| &found.relations);
    for ((relation, entered), circular) in relations.zip(graph.entered()).zip(graph.circular()) {
        let (kind, message) = if !entered {
            (
                ModelErrorKind::NoEntryPoint,
                "no tuple can ever make it hold",
            )
        } else if circular {
            (
                ModelErrorKind::Circular,
                "it is defined by itself, through computed relations",
            )
        } else {
            continue;
        };
        let message = format!("relation `{}`: {message}", relation.name.text);
        faults.push(Fault::new(relation.name.place, kind, message));
    }
    conditions
}

/// The conditions, but for those whose expression is wrong.
pub(super) fn conditions(syntax: &Syntax, faults: &mut Vec<Fault>) -> Vec<Condition> {
    let mut found = Vec::with_capacity(syntax.conditions.len());
    for definition in &syntax.conditions {
        let name = &definition.name;
        let mut seen = Numbers::new();
        let mut parameters = Vec::with_capacity(definition.parameters.len());
        for parameter in &definition.parameters {
            seen.insert(&parameter.name.text, 0);
            parameters.push(Parameter {
                name: parameter.name.text.as_str().into(),
                kind: parameter.kind.clone(),
            });
        }
        if seen.len() < parameters.len() {
            // That one is declared twice is told already.
            continue;
        }
        let expression = &definition.expression;
        match Condition::parse(&name.text, parameters, &expression.text) {
            Ok(condition) => found.push(condition),
            Err(ConditionError::Expression { offset, message }) => {
                let message = format!("condition `{}`: {message}", name.text);
                let place = match expression.pieces.is_empty() {
                    true => name.place,
                    false => expression.place(offset),
                };
                faults.push(Fault::new(place, ModelErrorKind::BadExpression, message));
            }
            Err(error) => {
                let kind = match error {
                    ConditionError::Unsupported => ModelErrorKind::NoConditions,
                    _ => ModelErrorKind::BadExpression,
                };
                let message = format!("condition `{}`: {error}", name.text);
                faults.push(Fault::new(name.place, kind, message));
            }
        }
    }
    found
}

fn schema(syntax: &Syntax) -> Result<(), Fault> {
    let Some(version) = &syntax.schema else {
        let line = u32::from(syntax.module.is_some());
        let place = Place {
            file: 0,
            line,
            column: line,
        };
        let message = match syntax.module {
            Some(_) => "a module by itself has no schema version: it is part of a model",
            None => "the schema version is missing",
        };
        return Err(Fault::new(place, ModelErrorKind::SchemaRequired, message));
    };
    if Schema::of(&version.text).is_some() {
        return Ok(());
    }
    let message = format!("schema `{}` is not supported: write `1.1`", version.text);
    Err(Fault::new(
        version.place,
        ModelErrorKind::SchemaVersion,
        message,
    ))
}

/// What names stand for, in order of definition.
type Numbers<'a> = HashMap<&'a str, u32>;
/// A relation of a type, by name.
type Key<'a> = (&'a str, &'a str);

struct Names<'a> {
    types: Numbers<'a>,
    relations: HashMap<Key<'a>, u32>,
    /// Where each relation leads that only holds what is written.
    tuplesets: Vec<Option<Tupleset<'a>>>,
}

/// What a relation leads to, if it stands after `from`.
struct Tupleset<'a> {
    /// It takes usersets or wildcards.
    bad: bool,
    /// Each once, sorted.
    types: Vec<&'a str>,
}

impl<'a> Names<'a> {
    fn of(syntax: &'a Syntax) -> Self {
        let mut names = Self {
            types: Numbers::new(),
            relations: HashMap::new(),
            tuplesets: Vec::new(),
        };
        let mut next = 0;
        for (definition, id) in syntax.types.iter().zip(0..) {
            let type_name = definition.name.text.as_str();
            names.types.insert(type_name, id);
            for relation in &definition.relations {
                let key = (type_name, relation.name.text.as_str());
                let is_direct = matches!(relation.rewrite, RewriteSyntax::Direct);
                // Of those with one name, which is told elsewhere, one that others may follow `from`.
                if is_direct || !names.relations.contains_key(&key) {
                    names.relations.insert(key, next);
                }
                let tupleset = is_direct.then(|| Tupleset::of(relation));
                names.tuplesets.push(tupleset);
                next += 1;
            }
        }
        names
    }

    fn relation(&self, on: &str, relation: &str) -> Option<u32> {
        self.relations.get(&(on, relation)).copied()
    }

    fn tupleset(&self, on: &str, relation: &str) -> Option<&Tupleset<'a>> {
        let number = self.relation(on, relation)?;
        self.tuplesets.get(number as usize)?.as_ref()
    }
}

impl<'a> Tupleset<'a> {
    fn of(relation: &'a RelationSyntax) -> Self {
        let mut types = Vec::new();
        let mut bad = false;
        for entry in &relation.restrictions {
            types.push(entry.type_name.text.as_str());
            bad |= !matches!(entry.kind, RestrictionKind::Object);
        }
        crate::sort::sort(&mut types);
        types.dedup();
        Self { bad, types }
    }
}
