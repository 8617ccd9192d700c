//! What is defined: sizes, names, and that each stands once.

use crate::hash::{HashMap, HashSet};

use crate::language::{ConditionSyntax, Fault, Place, Syntax, Word};
use crate::model::{
    MAX_CONDITIONS, MAX_PARAMETERS, MAX_RELATIONS, MAX_TYPES, ModelErrorKind, SourceId,
};
use crate::tuple::{MAX_TYPE, check_relation, check_type};

/// Adds what is wrong with sizes and names. Says whether the sizes are right.
pub(super) fn check(syntax: &Syntax, faults: &mut Vec<Fault>) -> bool {
    let right = sizes(syntax, faults);
    let mut types: HashMap<&str, Place> = HashMap::new();
    for definition in &syntax.types {
        let name = &definition.name;
        let good = check_type(&name.text).is_ok();
        check_name(name, Some(ModelErrorKind::ReservedType), good, faults);
        // Told where it stands first, as OpenFGA's parser does.
        if let Some(&first) = types.get(name.text.as_str()) {
            let message = match name.place.line {
                0 => format!("type `{}` is defined twice", name.text),
                line => format!("type `{}` is defined again on line {line}", name.text),
            };
            faults.push(Fault::new(first, ModelErrorKind::Duplicate, message));
        } else {
            types.insert(&name.text, name.place);
        }
        let mut relations = HashSet::new();
        for relation in &definition.relations {
            let name = &relation.name;
            let good = check_relation(&name.text).is_ok();
            check_name(name, Some(ModelErrorKind::ReservedRelation), good, faults);
            once(&mut relations, "relation", name, faults);
        }
    }
    let mut conditions = HashSet::new();
    for definition in &syntax.conditions {
        let name = &definition.name;
        check_name(name, None, check_relation(&name.text).is_ok(), faults);
        once(&mut conditions, "condition", name, faults);
        let mut parameters = HashSet::new();
        for parameter in &definition.parameters {
            once(&mut parameters, "parameter", &parameter.name, faults);
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

/// Adds conditions that no relation uses.
pub(super) fn check_usage(syntax: &Syntax, faults: &mut Vec<Fault>) {
    let relations = syntax.types.iter().flat_map(|found| &found.relations);
    let restrictions = relations.flat_map(|found| &found.restrictions);
    let used: HashSet<&str> = restrictions
        .filter_map(|found| Some(found.condition.as_ref()?.text.as_str()))
        .collect();
    let unused = |found: &&ConditionSyntax| !used.contains(found.name.text.as_str());
    for ConditionSyntax { name, .. } in syntax.conditions.iter().filter(unused) {
        let message = format!("no relation uses the condition `{}`", name.text);
        faults.push(Fault::new(
            name.place,
            ModelErrorKind::UnusedCondition,
            message,
        ));
    }
}

fn sizes(syntax: &Syntax, faults: &mut Vec<Fault>) -> bool {
    let relations: usize = syntax.types.iter().map(|found| found.relations.len()).sum();
    let parameters = syntax.conditions.iter().map(|found| found.parameters.len());
    let right = syntax.types.len() <= MAX_TYPES
        && relations <= MAX_RELATIONS
        && syntax.conditions.len() <= MAX_CONDITIONS
        && parameters.max().unwrap_or(0) <= MAX_PARAMETERS;
    if !right {
        let message = format!(
            "a model has at most {MAX_TYPES} types, {MAX_RELATIONS} relations, and {MAX_CONDITIONS} conditions with {MAX_PARAMETERS} parameters each"
        );
        let start = syntax
            .schema
            .as_ref()
            .map_or(Place::default(), |word| word.place);
        faults.push(Fault::new(start, ModelErrorKind::TooLong, message));
    }
    right
}

fn check_name(name: &Word, reserved: Option<ModelErrorKind>, good: bool, faults: &mut Vec<Fault>) {
    let kind = match (name.text.as_str(), reserved) {
        ("self" | "this", Some(reserved)) => reserved,
        _ if !good => ModelErrorKind::BadName,
        _ => return,
    };
    let message = format!("`{}` cannot be a name here", name.text);
    faults.push(Fault::new(name.place, kind, message));
}

fn once<'a>(seen: &mut HashSet<&'a str>, what: &str, name: &'a Word, faults: &mut Vec<Fault>) {
    if !seen.insert(&name.text) {
        let message = format!("{what} `{}` is defined twice", name.text);
        faults.push(Fault::new(name.place, ModelErrorKind::Duplicate, message));
    }
}

/// A file could not be written for more than one module.
fn one_module_in_a_file(syntax: &Syntax, faults: &mut Vec<Fault>) {
    let mut files: HashMap<&str, Vec<&str>> = HashMap::new();
    let mut order = Vec::new();
    let mut seen = HashSet::new();
    let mut add = |id: Option<SourceId>| {
        let Some(source) = id.and_then(|id| syntax.sources.get(usize::from(id))) else {
            return;
        };
        if source.file.is_empty() || source.module.is_empty() {
            return;
        }
        let modules = files.entry(&source.file).or_default();
        if modules.is_empty() {
            order.push(&*source.file);
        }
        if seen.insert((&*source.file, &*source.module)) {
            modules.push(&source.module);
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
    for file in order {
        let modules = files.get(file).map(Vec::as_slice).unwrap_or_default();
        if modules.len() > 1 {
            let message = format!(
                "file `{file}` holds several modules: {}",
                modules.join(", ")
            );
            let kind = ModelErrorKind::ManyModules;
            faults.push(Fault::new(Place::default(), kind, message));
        }
    }
}
