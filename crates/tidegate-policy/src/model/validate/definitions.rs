//! What is defined: sizes, names, and that each stands once.

use super::{Key, Names, Numbers};
use crate::hash::HashMap;
use crate::language::{Fault, Place, Syntax, Word};
use crate::model::{
    MAX_CONDITIONS, MAX_PARAMETERS, MAX_RELATIONS, MAX_TYPES, ModelErrorKind, SourceId,
};
use crate::tuple::{MAX_TYPE, check_relation, check_type};

/// Adds what is wrong with sizes and names. Says whether the sizes are right.
pub(super) fn check<'a>(syntax: &Syntax<'a>, names: &Names<'a>, faults: &mut Vec<Fault>) -> bool {
    let right = sizes(syntax, faults);
    let mut seen = Numbers::new();
    for (definition, id) in syntax.types.iter().zip(0..) {
        let name = &definition.name;
        let good = check_type(name.text).is_ok();
        check_name(name, Some(ModelErrorKind::ReservedType), good, faults);
        // Told where it stands first, as OpenFGA's parser does.
        let first = names.types.get(name.text).filter(|first| **first != id);
        if let Some(first) = first.and_then(|&first| syntax.types.get(first as usize)) {
            let message = match name.place.line {
                0 => format!("type `{}` is defined twice", name.text),
                line => format!("type `{}` is defined again on line {line}", name.text),
            };
            let place = first.name.place;
            faults.push(Fault::new(place, ModelErrorKind::Duplicate, message));
        }
        seen.clear();
        for relation in &definition.relations {
            let name = syntax.word(relation.name);
            let good = check_relation(name.text).is_ok();
            check_name(name, Some(ModelErrorKind::ReservedRelation), good, faults);
            once(&mut seen, "relation ", name, faults);
        }
    }
    let mut conditions = Numbers::new();
    for definition in &syntax.conditions {
        let name = &definition.name;
        check_name(name, None, check_relation(name.text).is_ok(), faults);
        once(&mut conditions, "condition ", name, faults);
        seen.clear();
        for parameter in &definition.parameters {
            once(&mut seen, "parameter ", &parameter.name, faults);
        }
    }
    one_module_in_a_file(syntax, faults);
    // A type's name is told with everything that is wrong in it.
    right
        && syntax
            .types
            .iter()
            .all(|found| found.name.text.len() <= MAX_TYPE)
}

fn sizes(syntax: &Syntax<'_>, faults: &mut Vec<Fault>) -> bool {
    let relations: usize = syntax.types.iter().map(|found| found.relations.len()).sum();
    let mut conditions = syntax.conditions.iter();
    let right = syntax.types.len() <= MAX_TYPES
        && relations <= MAX_RELATIONS
        && conditions.len() <= MAX_CONDITIONS
        && conditions.all(|found| found.parameters.len() <= MAX_PARAMETERS);
    if !right {
        let message = format!(
            "a model has at most {MAX_TYPES} types, {MAX_RELATIONS} relations, and {MAX_CONDITIONS} conditions with {MAX_PARAMETERS} parameters each"
        );
        let place = syntax.schema.map_or(Place::NONE, |word| word.place);
        faults.push(Fault::new(place, ModelErrorKind::TooLong, message));
    }
    right
}

fn check_name(
    name: &Word<'_>,
    reserved: Option<ModelErrorKind>,
    good: bool,
    faults: &mut Vec<Fault>,
) {
    let kind = match (name.text, reserved) {
        ("self" | "this", Some(reserved)) => reserved,
        _ if !good => ModelErrorKind::BadName,
        _ => return,
    };
    name.fault(faults, kind, "", " cannot be a name here");
}

fn once<'a>(seen: &mut Numbers<'a>, what: &str, name: &Word<'a>, faults: &mut Vec<Fault>) {
    if seen.insert(name.text, 0).is_some() {
        let kind = ModelErrorKind::Duplicate;
        name.fault(faults, kind, what, " is defined twice");
    }
}

/// A file could not be written for more than one module.
fn one_module_in_a_file(syntax: &Syntax<'_>, faults: &mut Vec<Fault>) {
    let mut numbers = Numbers::new();
    let mut files: Vec<(&str, Vec<&str>)> = Vec::new();
    let mut seen: HashMap<Key<'_>, u32> = HashMap::new();
    let mut add = |id: Option<SourceId>| {
        let Some(source) = id.and_then(|id| syntax.sources.get(usize::from(id))) else {
            return;
        };
        let (file, module) = (&*source.file, &*source.module);
        if file.is_empty() || module.is_empty() || seen.insert((file, module), 0).is_some() {
            return;
        }
        let number = numbers.get(file).copied();
        match number.and_then(|number| files.get_mut(number as usize)) {
            Some((_, modules)) => modules.push(module),
            None => {
                let next = u32::try_from(files.len()).unwrap_or(u32::MAX);
                numbers.insert(file, next);
                files.push((file, vec![module]));
            }
        }
    };
    for definition in &syntax.types {
        add(definition.source);
        for relation in &definition.relations {
            add(relation.source);
        }
    }
    for condition in &syntax.conditions {
        add(condition.source);
    }
    for (file, modules) in files {
        if modules.len() > 1 {
            let message = format!(
                "file `{file}` holds several modules: {}",
                crate::text::join(&modules, ", ")
            );
            let kind = ModelErrorKind::ManyModules;
            faults.push(Fault::new(Place::NONE, kind, message));
        }
    }
}
