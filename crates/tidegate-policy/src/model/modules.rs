//! Modular models: several files, each of one module, to one model.

use crate::hash::HashMap;

use super::fga_mod::{self, FILE_NAME};
use super::parts::{Relation, Schema, Source, SourceId};
use super::{MAX_FILE_NAME, MAX_MODULES, MAX_TEXT, ModelErrorKind};
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
    let mut all = Combined::default();
    let (mut total, mut longest) = (0, 0);
    for file in files {
        total += file.text.len();
        longest = longest.max(file.name.len());
    }
    if files.len() > MAX_MODULES + 1 || total > MAX_TEXT || longest > MAX_FILE_NAME {
        let message = format!(
            "a modular model has at most {MAX_MODULES} files, with {MAX_FILE_NAME} bytes of name each, and {MAX_TEXT} \
             bytes in all"
        );
        Fault::add(
            &mut all.faults,
            Place::NONE,
            ModelErrorKind::TooLong,
            &message,
        );
    } else {
        for (file, number) in all.in_order(files) {
            all.file(file, number);
        }
        all.define();
    }
    all.syntax.schema = Some(Word {
        text: Schema::V1_2.as_str(),
        place: Place::NONE,
    });
    all
}

/// In place of where a file is, of one that is listed already.
const LISTED: u32 = u32::MAX;

impl<'a> Combined<'a> {
    /// The files with their numbers, in the order in which they count.
    fn in_order<'f>(&mut self, files: &'f [ModuleFile<'a>]) -> Vec<(&'f ModuleFile<'a>, u16)> {
        let mut sorted = Vec::with_capacity(files.len());
        for (file, number) in files.iter().zip(0..) {
            self.names.push(file.name.into());
            sorted.push((file, number));
        }
        crate::sort::by_key(&mut sorted, |(file, _)| file.name);
        let mut known: HashMap<&str, u32> = HashMap::new();
        for ((file, number), at) in sorted.iter().zip(0..) {
            if known.insert(file.name, at).is_some() {
                let (text, place) = (file.name, Place::start(*number));
                self.fault(Word { text, place }, "there are two files ", "");
            }
        }
        let listing = known.get(FILE_NAME);
        let Some((file, number)) = listing.and_then(|&at| sorted.get(at as usize)) else {
            return sorted;
        };
        let found = fga_mod::read(file.text, *number);
        self.faults.extend(found.faults);
        let mut listed = Vec::new();
        for (text, &place) in found.contents.iter().zip(&found.places) {
            let at = known.get_mut(text.as_str());
            let problem = match at.map(|at| sorted.get(std::mem::replace(at, LISTED) as usize)) {
                None => " is not there",
                Some(None) => " is listed twice",
                Some(Some(file)) => {
                    listed.push(*file);
                    continue;
                }
            };
            self.fault(Word { text, place }, "file ", problem);
        }
        listed
    }

    /// Adds what a file says, if nothing is wrong with it.
    fn file(&mut self, file: &ModuleFile<'a>, number: u16) {
        let syntax = &mut self.syntax;
        let (types, conditions) = (syntax.types.len(), syntax.conditions.len());
        let source = SourceId::try_from(syntax.sources.len()).ok();
        let mut faults = parse_into(syntax, file.text, number, source);
        let module = syntax.module.take();
        syntax.sources.push(Source {
            module: module.map_or("", |module| module.text).into(),
            file: file.name.into(),
        });
        if faults.is_empty() && module.is_none() {
            let message = "the file is not a module: it starts with `module NAME`";
            let place = Place::start(number);
            Fault::add(&mut faults, place, ModelErrorKind::Module, message);
        }
        if !faults.is_empty() {
            syntax.types.truncate(types);
            syntax.conditions.truncate(conditions);
            self.faults.extend(faults);
        }
    }

    /// Keeps what is defined once, and adds to types what extends them.
    fn define(&mut self) {
        let [mut types, mut conditions] = <[HashMap<&str, u32>; 2]>::default();
        let mut extensions = Vec::new();
        for definition in std::mem::take(&mut self.syntax.types) {
            let name = definition.name;
            if definition.extends {
                extensions.push(definition);
            } else if types.contains_key(name.text) {
                self.twice(name, "type ");
            } else {
                let next = u32::try_from(self.syntax.types.len()).unwrap_or(u32::MAX);
                types.insert(name.text, next);
                self.syntax.types.push(definition);
            }
        }
        for condition in std::mem::take(&mut self.syntax.conditions) {
            let name = condition.name;
            if conditions.insert(name.text, 0).is_none() {
                self.syntax.conditions.push(condition);
            } else {
                self.twice(name, "condition ");
            }
        }
        for extension in extensions {
            let at = types.get(extension.name.text).copied();
            self.extend(extension, at);
        }
    }

    /// Adds to the type at a place.
    fn extend(&mut self, extension: TypeSyntax<'a>, at: Option<u32>) {
        let name = extension.name;
        let Syntax { types, words, .. } = &mut self.syntax;
        let Some(extended) = at.and_then(|at| types.get_mut(at as usize)) else {
            return self.fault(name, "type ", ", which is extended here, is not defined");
        };
        let word = |relation: &Relation| words.get(relation.name as usize);
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
                let kind = ModelErrorKind::Duplicate;
                Fault::add(&mut self.faults, place, kind, &message);
            }
        }
    }

    fn twice(&mut self, name: Word<'_>, what: &str) {
        let kind = ModelErrorKind::Duplicate;
        name.fault(&mut self.faults, kind, what, " is defined twice");
    }

    fn fault(&mut self, name: Word<'_>, before: &str, after: &str) {
        name.fault(&mut self.faults, ModelErrorKind::Module, before, after);
    }
}
