//! Modular models: several files, each of one module, to one model.

use crate::hash::HashMap;

use super::fga_mod::{self, FILE_NAME};
use super::parts::{Schema, Source, SourceId};
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
pub(super) struct Combined<'a> {
    pub(super) syntax: Syntax<'a>,
    pub(super) faults: Vec<Fault>,
    /// The names of the files, by the numbers in places.
    pub(super) names: Vec<Box<str>>,
}

/// Puts files together; what could be read is there even when there are faults.
pub(super) fn combine<'a>(files: &[ModuleFile<'a>]) -> Combined<'a> {
    let mut combiner = Combiner::default();
    let total: usize = files.iter().map(|file| file.text.len()).sum();
    if files.len() > MAX_MODULES + 1 || total > MAX_TEXT {
        let message =
            format!("a modular model has at most {MAX_MODULES} files and {MAX_TEXT} bytes in all");
        combiner.fault(Place::NONE, ModelErrorKind::TooLong, message);
        combiner.syntax.schema = Some(version());
        return combiner.combined();
    }
    let (ordered, faults) = in_order(files, &mut combiner.names);
    combiner.faults = faults;
    combiner.syntax.schema = Some(version());
    let mut extensions = Vec::new();
    for (file, number) in ordered {
        let source = Source {
            module: Box::default(),
            file: file.name.into(),
        };
        let id = SourceId::try_from(combiner.syntax.sources.len()).unwrap_or(SourceId::MAX);
        combiner.syntax.sources.push(source);
        for extension in combiner.file(file.text, number, id) {
            extensions.push((extension, id));
        }
    }
    for (extension, id) in extensions {
        combiner.extend(extension, id);
    }
    combiner.combined()
}

/// The files in the order in which they count, each with its number.
fn in_order<'a, 'f>(
    files: &'f [ModuleFile<'a>],
    names: &mut Vec<Box<str>>,
) -> (Vec<(&'f ModuleFile<'a>, u16)>, Vec<Fault>) {
    let mut faults = Vec::new();
    let mut sorted = Vec::with_capacity(files.len());
    for (file, number) in files.iter().zip(0..) {
        names.push(file.name.into());
        sorted.push((file, number));
    }
    crate::sort::by_key(&mut sorted, |(file, _)| file.name);
    let mut seen: HashMap<&str, u32> = HashMap::new();
    for (file, number) in &sorted {
        if seen.insert(file.name, u32::from(*number)).is_some() {
            let message = format!("there are two files `{}`", file.name);
            let place = Place::start(*number);
            faults.push(Fault::new(place, ModelErrorKind::Module, message));
        }
    }
    let find = |name: &str| {
        let number = *seen.get(name)?;
        let file = files.get(number as usize)?;
        Some((file, u16::try_from(number).ok()?))
    };
    let Some((listing, number)) = find(FILE_NAME) else {
        return (sorted, faults);
    };
    let (contents, found) = fga_mod::read(listing.text, number);
    faults.extend(found);
    let mut ordered = Vec::new();
    let mut listed: HashMap<&str, u32> = HashMap::new();
    for (text, place) in &contents {
        let problem = match find(text) {
            Some(_) if listed.insert(text, 0).is_some() => " is listed twice",
            Some(found) => {
                ordered.push(found);
                continue;
            }
            None => " is not there",
        };
        let (file, kind) = (
            Word {
                text,
                place: *place,
            },
            ModelErrorKind::Module,
        );
        file.fault(&mut faults, kind, "file ", problem);
    }
    (ordered, faults)
}

#[derive(Default)]
struct Combiner<'a> {
    syntax: Syntax<'a>,
    faults: Vec<Fault>,
    names: Vec<Box<str>>,
    /// Where each type is.
    types: HashMap<&'a str, u32>,
    conditions: HashMap<&'a str, u32>,
}

impl<'a> Combiner<'a> {
    /// Adds a file and returns what it adds to types.
    fn file(&mut self, text: &'a str, number: u16, source: SourceId) -> Vec<TypeSyntax<'a>> {
        let mut syntax = Syntax {
            words: std::mem::take(&mut self.syntax.words),
            ..Syntax::default()
        };
        let faults = parse_into(&mut syntax, text, number);
        self.syntax.words = syntax.words;
        let mut extensions = Vec::new();
        if !faults.is_empty() {
            self.faults.extend(faults);
            return extensions;
        }
        let Some(module) = syntax.module else {
            let message = "the file is not a module: it starts with `module NAME`";
            let place = Place::start(number);
            self.fault(place, ModelErrorKind::Module, message.to_owned());
            return extensions;
        };
        if let Some(entry) = self.syntax.sources.get_mut(usize::from(source)) {
            entry.module = module.text.into();
        }
        for mut definition in syntax.types {
            let name = definition.name;
            let next = u32::try_from(self.syntax.types.len()).unwrap_or(u32::MAX);
            if definition.extends {
                extensions.push(definition);
            } else if *self.types.entry(name.text).or_insert_with(|| next) == next {
                definition.source = Some(source);
                self.syntax.types.push(definition);
            } else {
                self.twice(name, "type ");
            }
        }
        for mut condition in syntax.conditions {
            let name = condition.name;
            if self.conditions.insert(name.text, 0).is_none() {
                condition.source = Some(source);
                self.syntax.conditions.push(condition);
            } else {
                self.twice(name, "condition ");
            }
        }
        extensions
    }

    fn twice(&mut self, name: Word<'_>, what: &str) {
        let kind = ModelErrorKind::Duplicate;
        name.fault(&mut self.faults, kind, what, " is defined twice");
    }

    fn extend(&mut self, extension: TypeSyntax<'a>, source: SourceId) {
        let name = extension.name;
        let words = &self.syntax.words;
        let at = self.types.get(name.text);
        let Some(extended) = at.and_then(|&at| self.syntax.types.get_mut(at as usize)) else {
            let (kind, after) = (
                ModelErrorKind::Module,
                ", which is extended here, is not defined",
            );
            return name.fault(&mut self.faults, kind, "type ", after);
        };
        let mut known: HashMap<&str, u32> = HashMap::new();
        for relation in &extended.relations {
            let word = words.get(relation.name as usize);
            known.insert(word.map_or("", |word| word.text), 0);
        }
        for mut relation in extension.relations {
            let Some(&Word { text, place }) = words.get(relation.name as usize) else {
                continue;
            };
            if known.insert(text, 0).is_none() {
                relation.source = Some(source);
                extended.relations.push(relation);
            } else {
                let message = format!("type `{}` has a relation `{text}` already", name.text);
                let fault = Fault::new(place, ModelErrorKind::Duplicate, message);
                self.faults.push(fault);
            }
        }
    }

    fn fault(&mut self, place: Place, kind: ModelErrorKind, message: String) {
        self.faults.push(Fault::new(place, kind, message));
    }

    fn combined(self) -> Combined<'a> {
        Combined {
            syntax: self.syntax,
            faults: self.faults,
            names: self.names,
        }
    }
}

fn version() -> Word<'static> {
    Word {
        text: Schema::V1_2.as_str(),
        place: Place::NONE,
    }
}
