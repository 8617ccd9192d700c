//! Modular models: several files, each of one module, to one model.

use crate::hash::HashMap;

use super::fga_mod::{self, FILE_NAME};
use super::parts::{Schema, Source, SourceId};
use super::{MAX_MODULES, MAX_TEXT, ModelErrorKind};
use crate::language::{Fault, Place, Syntax, TypeSyntax, Word, parse};

/// A file of a modular model.
#[derive(Clone, Copy, Debug)]
pub struct ModuleFile<'a> {
    /// Its path, with `/` between folders, as `fga.mod` lists it.
    pub name: &'a str,
    /// Its text.
    pub text: &'a str,
}

/// Several files as one.
pub(super) struct Combined {
    pub(super) syntax: Syntax,
    pub(super) faults: Vec<Fault>,
    /// The names of the files, by the numbers in places.
    pub(super) names: Vec<Box<str>>,
}

/// Puts files together; what could be read is there even when there are faults.
pub(super) fn combine(files: &[ModuleFile<'_>]) -> Combined {
    let mut combiner = Combiner::default();
    let total: usize = files.iter().map(|file| file.text.len()).sum();
    if files.len() > MAX_MODULES + 1 || total > MAX_TEXT {
        let message =
            format!("a modular model has at most {MAX_MODULES} files and {MAX_TEXT} bytes in all");
        combiner.fault(Place::default(), ModelErrorKind::TooLong, message);
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
            let place = start(*number);
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
    for Word { text, place } in &contents {
        let problem = match find(text) {
            Some(_) if listed.insert(text, 0).is_some() => "is listed twice",
            Some(found) => {
                ordered.push(found);
                continue;
            }
            None => "is not there",
        };
        let message = format!("file `{text}` {problem}");
        faults.push(Fault::new(*place, ModelErrorKind::Module, message));
    }
    (ordered, faults)
}

#[derive(Default)]
struct Combiner {
    syntax: Syntax,
    faults: Vec<Fault>,
    names: Vec<Box<str>>,
    /// Where each type is.
    types: HashMap<String, u32>,
    conditions: HashMap<String, u32>,
}

impl Combiner {
    /// Adds a file and returns what it adds to types.
    fn file(&mut self, text: &str, number: u16, source: SourceId) -> Vec<TypeSyntax> {
        let (syntax, faults) = parse(text, number);
        if !faults.is_empty() {
            self.faults.extend(faults);
            return Vec::new();
        }
        let Some(module) = syntax.module else {
            let message = "the file is not a module: it starts with `module NAME`";
            self.fault(start(number), ModelErrorKind::Module, message.to_owned());
            return Vec::new();
        };
        if let Some(entry) = self.syntax.sources.get_mut(usize::from(source)) {
            entry.module = module.text.as_str().into();
        }
        let mut extensions = Vec::new();
        for mut definition in syntax.types {
            let name = &definition.name;
            if definition.extends {
                extensions.push(definition);
            } else if self.types.contains_key(&name.text) {
                let message = format!("type `{}` is defined twice", name.text);
                self.fault(name.place, ModelErrorKind::Duplicate, message);
            } else {
                let number = u32::try_from(self.syntax.types.len()).unwrap_or(u32::MAX);
                self.types.insert(name.text.clone(), number);
                definition.source = Some(source);
                self.syntax.types.push(definition);
            }
        }
        for mut condition in syntax.conditions {
            let name = &condition.name;
            if self.conditions.insert(name.text.clone(), 0).is_none() {
                condition.source = Some(source);
                self.syntax.conditions.push(condition);
            } else {
                let message = format!("condition `{}` is defined twice", name.text);
                self.fault(name.place, ModelErrorKind::Duplicate, message);
            }
        }
        extensions
    }

    fn extend(&mut self, extension: TypeSyntax, source: SourceId) {
        let name = &extension.name;
        let at = self.types.get(&name.text);
        let Some(extended) = at.and_then(|&at| self.syntax.types.get_mut(at as usize)) else {
            let message = format!(
                "type `{}`, which is extended here, is not defined",
                name.text
            );
            return self.fault(name.place, ModelErrorKind::Module, message);
        };
        let mut known: HashMap<String, u32> = HashMap::new();
        for relation in &extended.relations {
            known.insert(relation.name.text.clone(), 0);
        }
        let mut twice = Vec::new();
        for mut relation in extension.relations {
            if known.insert(relation.name.text.clone(), 0).is_none() {
                relation.source = Some(source);
                extended.relations.push(relation);
            } else {
                twice.push(relation.name);
            }
        }
        for Word { text, place } in twice {
            let message = format!("type `{}` has a relation `{text}` already", name.text);
            self.fault(place, ModelErrorKind::Duplicate, message);
        }
    }

    fn fault(&mut self, place: Place, kind: ModelErrorKind, message: String) {
        self.faults.push(Fault::new(place, kind, message));
    }

    fn combined(self) -> Combined {
        Combined {
            syntax: self.syntax,
            faults: self.faults,
            names: self.names,
        }
    }
}

fn version() -> Word {
    Word {
        text: Schema::V1_2.as_str().to_owned(),
        place: Place::default(),
    }
}

fn start(file: u16) -> Place {
    Place {
        file,
        line: 1,
        column: 1,
    }
}
