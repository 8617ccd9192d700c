//! Modular models: several files, each of one module, to one model.

use crate::hash::HashMap;

use super::fga_mod::{self, FILE_NAME};
use super::parts::{Relation, Schema, Source, SourceId};
use super::{MAX_MODULES, MAX_TEXT, ModelErrorKind};
use crate::language::{Fault, Place, Syntax, TypeSyntax, Word, parse_into};

/// A file of a modular model.
#[derive(Clone, Copy, Debug)]
pub struct ModuleFile<'a> {
    /// Its path, with `/` between folders, as `fga.mod` lists it.
    pub name: &'a str,
    /// Its text.
    pub text: &'a str,
}

/// Several files as one.
#[derive(Default)]
pub(super) struct Combined<'a> {
    pub(super) syntax: Syntax<'a>,
    pub(super) faults: Vec<Fault>,
    /// The names of the files, by the numbers in places.
    pub(super) names: Vec<Box<str>>,
}

/// Puts files together; what could be read is there even when there are faults.
pub(super) fn combine<'a>(files: &[ModuleFile<'a>]) -> Combined<'a> {
    let mut combiner = Combiner::default();
    combiner.all.syntax.schema = Some(Word {
        text: Schema::V1_2.as_str(),
        place: Place::NONE,
    });
    let total: usize = files.iter().map(|file| file.text.len()).sum();
    if files.len() > MAX_MODULES + 1 || total > MAX_TEXT {
        let message =
            format!("a modular model has at most {MAX_MODULES} files and {MAX_TEXT} bytes in all");
        let fault = Fault::new(Place::NONE, ModelErrorKind::TooLong, message);
        combiner.all.faults.push(fault);
        return combiner.all;
    }
    for number in combiner.in_order(files) {
        if let Some(file) = files.get(usize::from(number)) {
            combiner.file(file, number);
        }
    }
    for extension in std::mem::take(&mut combiner.extensions) {
        combiner.extend(extension);
    }
    combiner.all
}

#[derive(Default)]
struct Combiner<'a> {
    all: Combined<'a>,
    /// Where each type is.
    types: HashMap<&'a str, u32>,
    conditions: HashMap<&'a str, u32>,
    /// What is added to types.
    extensions: Vec<TypeSyntax<'a>>,
}

/// In place of the number of a file that is listed already.
const LISTED: u32 = u32::MAX;

impl<'a> Combiner<'a> {
    /// The numbers of the files in the order in which they count.
    fn in_order(&mut self, files: &[ModuleFile<'a>]) -> Vec<u16> {
        let Combined { faults, names, .. } = &mut self.all;
        let mut sorted = Vec::with_capacity(files.len());
        for (file, number) in files.iter().zip(0..) {
            names.push(file.name.into());
            sorted.push(number);
        }
        let name = |number: u16| files.get(usize::from(number)).map_or("", |file| file.name);
        crate::sort::by_key(&mut sorted, |&number| name(number));
        let mut known: HashMap<&str, u32> = HashMap::new();
        for &number in &sorted {
            let (text, place) = (name(number), Place::start(number));
            if known.insert(text, u32::from(number)).is_some() {
                let kind = ModelErrorKind::Module;
                Word { text, place }.fault(faults, kind, "there are two files ", "");
            }
        }
        let number = known.get(FILE_NAME);
        let Some(number) = number.and_then(|&number| u16::try_from(number).ok()) else {
            return sorted;
        };
        let listing = files.get(usize::from(number)).map_or("", |file| file.text);
        let found = fga_mod::read(listing, number);
        faults.extend(found.faults);
        sorted.clear();
        for (text, place) in found.contents.iter().zip(&found.places) {
            let problem = match known.get_mut(text.as_str()) {
                None => " is not there",
                Some(&mut LISTED) => " is listed twice",
                Some(number) => {
                    sorted.extend(u16::try_from(*number));
                    *number = LISTED;
                    continue;
                }
            };
            let (text, place) = (text, *place);
            Word { text, place }.fault(faults, ModelErrorKind::Module, "file ", problem);
        }
        sorted
    }

    fn file(&mut self, file: &ModuleFile<'a>, number: u16) {
        let all = &mut self.all.syntax;
        let source = SourceId::try_from(all.sources.len()).ok();
        let mut syntax = Syntax {
            words: std::mem::take(&mut all.words),
            ..Syntax::default()
        };
        let faults = parse_into(&mut syntax, file.text, number);
        all.words = syntax.words;
        all.sources.push(Source {
            module: syntax.module.map_or("", |module| module.text).into(),
            file: file.name.into(),
        });
        if !faults.is_empty() {
            return self.all.faults.extend(faults);
        }
        if syntax.module.is_none() {
            let message = "the file is not a module: it starts with `module NAME`";
            let fault = Fault::new(Place::start(number), ModelErrorKind::Module, message);
            return self.all.faults.push(fault);
        }
        for mut definition in syntax.types {
            let name = definition.name;
            definition.source = source;
            if definition.extends {
                self.extensions.push(definition);
            } else if self.types.contains_key(name.text) {
                twice(&mut self.all.faults, name, "type ");
            } else {
                let next = u32::try_from(all.types.len()).unwrap_or(u32::MAX);
                self.types.insert(name.text, next);
                all.types.push(definition);
            }
        }
        for mut condition in syntax.conditions {
            let name = condition.name;
            condition.source = source;
            if self.conditions.insert(name.text, 0).is_none() {
                all.conditions.push(condition);
            } else {
                twice(&mut self.all.faults, name, "condition ");
            }
        }
    }

    fn extend(&mut self, extension: TypeSyntax<'a>) {
        let Combined { syntax, faults, .. } = &mut self.all;
        let (name, kind) = (extension.name, ModelErrorKind::Module);
        let at = self.types.get(name.text);
        let Some(extended) = at.and_then(|&at| syntax.types.get_mut(at as usize)) else {
            let after = ", which is extended here, is not defined";
            return name.fault(faults, kind, "type ", after);
        };
        let word = |relation: &Relation| syntax.words.get(relation.name as usize);
        let mut known: HashMap<&str, u32> = HashMap::new();
        for relation in &extended.relations {
            known.insert(word(relation).map_or("", |word| word.text), 0);
        }
        for mut relation in extension.relations {
            let Some(&Word { text, place }) = word(&relation) else {
                continue;
            };
            if known.insert(text, 0).is_none() {
                relation.source = extension.source;
                extended.relations.push(relation);
            } else {
                let message = format!("type `{}` has a relation `{text}` already", name.text);
                faults.push(Fault::new(place, ModelErrorKind::Duplicate, message));
            }
        }
    }
}

fn twice(faults: &mut Vec<Fault>, name: Word<'_>, what: &str) {
    let kind = ModelErrorKind::Duplicate;
    name.fault(faults, kind, what, " is defined twice");
}
