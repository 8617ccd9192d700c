//! What the grammar cannot say: names exist, once, and every relation can hold.

mod definitions;
mod entry;
mod references;

use crate::hash::HashMap;

use self::entry::Graph;
use super::{ModelErrorKind, Schema};
use crate::condition::{Condition, ConditionError, Parameter};
use crate::language::{ConditionSyntax, Fault, ParameterSyntax, Place, Syntax};
use crate::model::{Relation, Rewrite, Taken};

/// Adds everything that is wrong with a model that could be read. Returns its conditions: all of them, if
/// nothing is wrong.
pub(super) fn validate(syntax: &Syntax<'_>, faults: &mut Vec<Fault>) -> Vec<Condition> {
    let names = Names::of(syntax);
    let before = faults.len();
    let Some(unused) = definitions::check(syntax, &names, faults) else {
        // What is too large is not looked at further: that would cost too much, and say too much.
        return Vec::new();
    };
    if !schema(syntax, faults) {
        // What another schema would mean is not known: nothing else can be said.
        return Vec::new();
    }
    references::check(syntax, &names, unused, faults);
    let conditions = conditions(syntax, faults);
    // What is not defined makes what depends on it seem twice there, or impossible.
    let (mut in_order, mut is_defined) = (true, true);
    for fault in faults.iter().skip(before) {
        let is_warning = fault.kind.is_warning();
        in_order &= is_warning;
        is_defined &= is_warning || fault.kind == ModelErrorKind::Duplicate;
    }
    if is_defined {
        for on in &syntax.types {
            for relation in &on.relations {
                references::check_repeats(syntax, relation, faults);
            }
        }
    }
    if !in_order {
        return conditions;
    }
    let graph = Graph::of(syntax, &names);
    let mut number = 0;
    for on in &syntax.types {
        for relation in &on.relations {
            let name = syntax.word(relation.name);
            if !graph.is_entered(number) {
                let after = ": no tuple can ever make it hold";
                name.fault(faults, ModelErrorKind::NoEntryPoint, "relation ", after);
            } else if graph.is_circular(number) {
                let after = ": it is defined by itself, through computed relations";
                name.fault(faults, ModelErrorKind::Circular, "relation ", after);
            }
            number += 1;
        }
    }
    conditions
}

/// The conditions, but for those whose expression is wrong.
pub(super) fn conditions(syntax: &Syntax<'_>, faults: &mut Vec<Fault>) -> Vec<Condition> {
    let mut found = Vec::new();
    for definition in &syntax.conditions {
        let (name, expression) = (&definition.name, &definition.expression);
        if has_repeats(&definition.parameters) {
            // That is told elsewhere.
            continue;
        }
        match condition(definition) {
            Ok(condition) => found.push(condition),
            Err(error) => {
                let (mut place, mut kind) = (name.place, ModelErrorKind::BadExpression);
                if let Some(offset) = error.offset()
                    && !expression.pieces.is_empty()
                {
                    place = expression.place(offset);
                }
                if error == ConditionError::Unsupported {
                    kind = ModelErrorKind::NoConditions;
                }
                let message = format!("condition `{}`: {error}", name.text);
                Fault::add(faults, place, kind, &message);
            }
        }
    }
    found
}

/// Whether two of a few parameters have one name.
fn has_repeats(parameters: &[ParameterSyntax<'_>]) -> bool {
    let mut rest = parameters.iter();
    while let Some(one) = rest.next() {
        let mut others = rest.clone();
        if others.any(|other| other.name.text == one.name.text) {
            return true;
        }
    }
    false
}

fn condition(definition: &ConditionSyntax<'_>) -> Result<Condition, ConditionError> {
    if cfg!(not(feature = "conditions")) {
        return Err(ConditionError::Unsupported);
    }
    let mut parameters = Vec::with_capacity(definition.parameters.len());
    for parameter in &definition.parameters {
        parameters.push(Parameter {
            name: parameter.name.text.into(),
            kind: parameter.kind.clone(),
        });
    }
    Condition::parse(
        definition.name.text,
        parameters,
        &definition.expression.text,
    )
}

/// Whether its schema is known.
fn schema(syntax: &Syntax<'_>, faults: &mut Vec<Fault>) -> bool {
    let Some(version) = &syntax.schema else {
        let (place, message) = match syntax.module {
            Some(_) => (
                Place::start(0),
                "a module by itself has no schema version: it is part of a model",
            ),
            None => (Place::NONE, "the schema version is missing"),
        };
        Fault::add(faults, place, ModelErrorKind::SchemaRequired, message);
        return false;
    };
    let is_known = Schema::of(version.text).is_some();
    if !is_known {
        let after = " is not supported: write `1.1`";
        version.fault(faults, ModelErrorKind::SchemaVersion, "schema ", after);
    }
    is_known
}

/// What names stand for, in order of definition.
type Numbers<'a> = HashMap<&'a str, u32>;
/// A relation of a type, by name.
type Key<'a> = (&'a str, &'a str);

struct Names<'a> {
    /// Of those with one name, the first.
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
    fn of(syntax: &Syntax<'a>) -> Self {
        let mut names = Self {
            types: Numbers::new(),
            relations: HashMap::new(),
            tuplesets: Vec::new(),
        };
        let mut next = 0;
        for (definition, id) in syntax.types.iter().zip(0..) {
            let type_name = definition.name.text;
            if !names.types.contains_key(type_name) {
                names.types.insert(type_name, id);
            }
            for relation in &definition.relations {
                let key = (type_name, syntax.word(relation.name).text);
                let is_direct = matches!(relation.rewrite, Rewrite::Direct);
                // Of those with one name, which is told elsewhere, one that others may follow `from`.
                if is_direct || !names.relations.contains_key(&key) {
                    names.relations.insert(key, next);
                }
                let tupleset = is_direct.then(|| Tupleset::of(syntax, relation));
                names.tuplesets.push(tupleset);
                next += 1;
            }
        }
        names
    }

    fn relation(&self, on: &'a str, relation: &'a str) -> Option<u32> {
        self.relations.get(&(on, relation)).copied()
    }

    fn tupleset(&self, on: &'a str, relation: &'a str) -> Option<&Tupleset<'a>> {
        let number = self.relation(on, relation)?;
        self.tuplesets.get(number as usize)?.as_ref()
    }
}

impl<'a> Tupleset<'a> {
    fn of(syntax: &Syntax<'a>, relation: &Relation) -> Self {
        let mut types = Vec::new();
        let mut bad = false;
        for entry in &relation.restrictions {
            types.push(syntax.word(entry.taken.names().0).text);
            bad |= !matches!(entry.taken, Taken::Object(_));
        }
        crate::sort::once(&mut types);
        Self { bad, types }
    }
}
