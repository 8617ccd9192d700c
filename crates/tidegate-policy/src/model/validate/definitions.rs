//! What is defined: sizes, names, and that each stands once.

use super::references::UNUSED;
use super::{Key, Names, Numbers};
use crate::hash::HashMap;
use crate::language::{Fault, Place, Syntax, Word};
use crate::model::{
    MAX_CONDITIONS, MAX_PARAMETERS, MAX_RELATIONS, MAX_TYPES, ModelErrorKind, Source, SourceId,
};
use crate::tuple::{MAX_TYPE, check_relation, check_type};

/// Adds what is wrong with sizes and names. Gives the names of conditions, if the sizes are right.
pub(super) fn check<'a>(
    syntax: &Syntax<'a>,
    names: &Names<'a>,
    faults: &mut Vec<Fault>,
) -> Option<Numbers<'a>> {
    let mut right = sizes(syntax, faults);
    let mut files = Files {
        sources: &syntax.sources,
        seen: HashMap::new(),
        found: Vec::new(),
    };
    let [mut seen, mut conditions] = <[Numbers<'_>; 2]>::default();
    for (definition, id) in syntax.types.iter().zip(0..) {
        files.add(definition.source);
        let name = &definition.name;
        // It is told with everything that is wrong in the type.
        right &= name.text.len() <= MAX_TYPE;
        let good = check_type(name.text).is_ok();
        check_name(name, Some(ModelErrorKind::ReservedType), good, faults);
        // Told where it stands first, as OpenFGA's parser does.
        let first = names.types.get(name.text).filter(|first| **first != id);
        if let Some(first) = first.and_then(|&first| syntax.types.get(first as usize)) {
            let after = match name.place.line {
                0 => " is defined twice",
                line => &format!(" is defined again on line {line}"),
            };
            let kind = ModelErrorKind::Duplicate;
            first.name.fault(faults, kind, "type ", after);
        }
        seen.clear();
        for relation in &definition.relations {
            files.add(relation.source);
            let name = syntax.word(relation.name);
            let good = check_relation(name.text).is_ok();
            check_name(name, Some(ModelErrorKind::ReservedRelation), good, faults);
            once(&mut seen, "relation ", name, faults);
        }
    }
    for definition in &syntax.conditions {
        files.add(definition.source);
        let name = &definition.name;
        check_name(name, None, check_relation(name.text).is_ok(), faults);
        once(&mut conditions, "condition ", name, faults);
        seen.clear();
        for parameter in &definition.parameters {
            once(&mut seen, "parameter ", &parameter.name, faults);
        }
    }
    for (Source { file, module }, others) in files.found {
        if !others.is_empty() {
            let message = format!("file `{file}` holds several modules: {module}{others}");
            let kind = ModelErrorKind::ManyModules;
            Fault::add(faults, Place::NONE, kind, &message);
        }
    }
    right.then_some(conditions)
}

fn sizes(syntax: &Syntax<'_>, faults: &mut Vec<Fault>) -> bool {
    let mut relations = 0;
    for found in &syntax.types {
        relations += found.relations.len();
    }
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
        Fault::add(faults, place, ModelErrorKind::TooLong, &message);
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

/// Notes a name, used or not.
fn once<'a>(seen: &mut Numbers<'a>, what: &str, name: &Word<'a>, faults: &mut Vec<Fault>) {
    if seen.insert(name.text, UNUSED).is_some() {
        let kind = ModelErrorKind::Duplicate;
        name.fault(faults, kind, what, " is defined twice");
    }
}

/// The files that parts are from. None could be written for more than one module.
struct Files<'s> {
    sources: &'s [Source],
    /// File and module; with no module, the file's place below.
    seen: HashMap<Key<'s>, u32>,
    /// Each with its first module, and the others as they are told.
    found: Vec<(&'s Source, String)>,
}

impl Files<'_> {
    fn add(&mut self, id: Option<SourceId>) {
        let Some(source) = id.and_then(|id| self.sources.get(usize::from(id))) else {
            return;
        };
        let (file, module) = (&*source.file, &*source.module);
        if file.is_empty() || module.is_empty() || self.seen.insert((file, module), 0).is_some() {
            return;
        }
        let at = self.seen.get(&(file, ""));
        if let Some((_, others)) = at.and_then(|&at| self.found.get_mut(at as usize)) {
            others.push_str(", ");
            others.push_str(module);
        } else {
            let next = u32::try_from(self.found.len()).unwrap_or(u32::MAX);
            self.seen.insert((file, ""), next);
            self.found.push((source, String::new()));
        }
    }
}
