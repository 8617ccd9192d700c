//! A model, by what its file is: the language, JSON, an `fga.mod` with its modules, or a store file.

use std::path::{Path, PathBuf};

use tidegate_control::domain::system::store_file::{MAX_STORE_BYTES, ModelSource, StoreFile};
use tidegate_policy::model::{MAX_JSON, MAX_TEXT};
use tidegate_policy::{Model, ModelError, ModelErrors, ModuleFile, parse_fga_mod};

use super::beside::Beside;
use super::fault::Fault;
use crate::hidden;

/// The name by which the engine knows the list of modules.
const FGA_MOD: &str = "fga.mod";

/// What is wrong with a store file that is none.
const MODEL: &str = "a model, not a store file";

/// The texts that a model is made of.
#[derive(Debug)]
pub(super) enum Source {
    /// The language or JSON.
    Text { file: PathBuf, text: String },
    /// An `fga.mod` and its modules, by their names in it.
    Modules {
        file: PathBuf,
        beside: Beside,
        files: Vec<(String, String)>,
    },
    /// In a store file.
    Inner {
        file: PathBuf,
        /// How many lines stand before its first, and how many columns before each; none where its text does
        /// not stand in the file as it is.
        shift: Option<(u32, u32)>,
        text: String,
    },
}

impl Source {
    /// Reads a model's files. `-` is standard input.
    ///
    /// # Errors
    /// What cannot be read, or is not what its name says.
    pub(super) fn read(file: &Path, outside: bool) -> Result<Self, Vec<Fault>> {
        if is_store(file) {
            let (store, text) = read_store(file).map_err(|mut fault| {
                if fault.message == MODEL {
                    fault.message = format!("{MODEL}: what ends in .yaml or .yml is read as one");
                }
                vec![fault]
            })?;
            return Self::of_store(file, &store, &text, outside);
        }
        let text = hidden::read_text(file, limit_bytes(file))
            .map_err(|reason| vec![Fault::unreadable(file, reason)])?;
        Self::of_text(file, without_mark(text), outside)
    }

    /// The model of a store file whose text is `text`.
    ///
    /// # Errors
    /// As [`Source::read`].
    pub(super) fn of_store(
        file: &Path,
        store: &StoreFile,
        text: &str,
        outside: bool,
    ) -> Result<Self, Vec<Fault>> {
        let of_key = |message: String| vec![Fault::new(file, message, "store-file")];
        match store.model() {
            None => Err(of_key(
                "neither `model` nor `model_file` is there".to_owned(),
            )),
            Some(ModelSource::Text(inner)) => Ok(Self::Inner {
                file: file.to_owned(),
                shift: shift(text, inner),
                text: inner.to_owned(),
            }),
            Some(ModelSource::File(name)) => {
                let beside = Beside::new(file, outside);
                let path = beside.path(name);
                if is_store(&path) {
                    let message = format!("model_file: {name} is a store file, not a model");
                    return Err(of_key(message));
                }
                let read = beside.read(name, limit_bytes(&path));
                let text =
                    read.map_err(|reason| of_key(format!("model_file: {name}: {reason}")))?;
                Self::of_text(&path, text, outside)
            }
        }
    }

    fn of_text(file: &Path, text: String, outside: bool) -> Result<Self, Vec<Fault>> {
        let file = file.to_owned();
        if file.extension().is_none_or(|ending| ending != "mod") {
            return Ok(Self::Text { file, text });
        }
        let beside = Beside::new(&file, outside);
        let listed = parse_fga_mod(&text).map_err(|ModelErrors(errors)| {
            let faults = errors.into_iter().map(|error| Fault::model(&file, error));
            faults.collect::<Vec<_>>()
        })?;
        let mut files = vec![(FGA_MOD.to_owned(), text)];
        let mut faults = Vec::new();
        for name in listed.contents {
            match beside.read(&name, MAX_TEXT as u64) {
                // Listed twice: the engine says so.
                Ok(_) if files.iter().any(|(known, _)| *known == name) => {}
                Ok(text) => files.push((name, text)),
                // The engine tells where it is listed.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => faults.push(Fault::unreadable(&beside.path(&name), error)),
            }
        }
        if faults.is_empty() {
            Ok(Self::Modules {
                file,
                beside,
                files,
            })
        } else {
            Err(faults)
        }
    }

    /// Everything that is wrong with it, and what is only odd.
    pub(super) fn lint(&self) -> Vec<Fault> {
        let errors = match self {
            Self::Text { text, .. } if self.is_other_json() => {
                let model = Model::from_json(text);
                model.map_or_else(|ModelErrors(errors)| errors, |_| Vec::new())
            }
            Self::Text { text, .. } | Self::Inner { text, .. } => Model::lint(text),
            Self::Modules { files, .. } => Model::lint_modules(&modules(files)),
        };
        self.faults(errors)
    }

    /// The model.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub(super) fn model(&self) -> Result<Model, Vec<Fault>> {
        let model = match self {
            Self::Text { text, .. } if self.is_other_json() => Model::from_json(text),
            Self::Text { text, .. } | Self::Inner { text, .. } => Model::parse(text),
            Self::Modules { files, .. } => Model::from_modules(&modules(files)),
        };
        model.map_err(|ModelErrors(errors)| self.faults(errors))
    }

    /// Whether it is in the JSON form.
    pub(super) fn is_json(&self) -> bool {
        match self {
            Self::Text { text, .. } | Self::Inner { text, .. } => {
                text.trim_start().starts_with('{')
            }
            Self::Modules { .. } => false,
        }
    }

    /// Whether it is to be JSON, and does not start as the engine would know it: a list, or nothing in a file whose
    /// name ends in .json.
    fn is_other_json(&self) -> bool {
        let Self::Text { file, text } = self else {
            return false;
        };
        let named = file.extension().is_some_and(|ending| ending == "json");
        !self.is_json() && (named || text.trim_start().starts_with('['))
    }

    /// The folder of the system whose model it is.
    pub(super) fn system(&self) -> Option<PathBuf> {
        match self {
            Self::Text { file, .. } if file.file_name()? == "model.fga" => {
                Beside::new(file, false).system()
            }
            _ => None,
        }
    }

    fn faults(&self, errors: Vec<ModelError>) -> Vec<Fault> {
        errors.into_iter().map(|error| self.fault(error)).collect()
    }

    fn fault(&self, mut error: ModelError) -> Fault {
        match self {
            Self::Text { file, .. } => Fault::model(file, error),
            Self::Modules { file, beside, .. } => match error.file.take() {
                Some(name) if *name != *FGA_MOD => Fault::model(&beside.path(&name), error),
                _ => Fault::model(file, error),
            },
            Self::Inner { file, shift, .. } => {
                match shift {
                    Some((lines, columns)) if error.line > 0 => {
                        error.line = error.line.saturating_add(*lines);
                        error.column = error.column.saturating_add(*columns);
                    }
                    _ => {
                        error.message = format!("model: {error}");
                        (error.line, error.column) = (0, 0);
                    }
                }
                Fault::model(file, error)
            }
        }
    }
}

/// Whether a file is a store file, by its name.
fn is_store(file: &Path) -> bool {
    let ending = file.extension();
    ending.is_some_and(|ending| ending == "yaml" || ending == "yml")
}

/// Reads a store file.
pub(super) fn read_store(file: &Path) -> Result<(StoreFile, String), Fault> {
    let text = hidden::read_text(file, MAX_STORE_BYTES)
        .map_err(|reason| Fault::unreadable(file, reason))?;
    let text = without_mark(text);
    match StoreFile::parse(&text) {
        Ok(store) => Ok((store, text)),
        Err(_) if is_model(file, &text) => Err(Fault::new(file, MODEL.to_owned(), "store-file")),
        Err(error) => Err(Fault::store(file, &error)),
    }
}

/// Whether what is no store file is a model: by its name, or by how it starts.
fn is_model(file: &Path, text: &str) -> bool {
    let ending = file.extension();
    let named = ending.is_some_and(|ending| ending == "fga" || ending == "mod");
    let lines = text.lines().map(str::trim);
    let first = lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .find_map(|line| line.split_whitespace().next());
    let in_json = text.trim_start().starts_with('{') && text.contains("\"type_definitions\"");
    named || in_json || matches!(first, Some("model" | "module"))
}

/// Without the mark of the byte order (U+FEFF) that some editors put before a text.
pub(super) fn without_mark(text: String) -> String {
    match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    }
}

fn limit_bytes(file: &Path) -> u64 {
    // What is JSON is known by its text alone; a model in the language is held to its limit by the engine.
    match file.extension() {
        Some(ending) if ending == "fga" || ending == "mod" => MAX_TEXT as u64,
        _ => MAX_JSON as u64,
    }
}

fn modules(files: &[(String, String)]) -> Vec<ModuleFile<'_>> {
    let files = files.iter().map(|(name, text)| ModuleFile { name, text });
    files.collect()
}

/// Where the text of a literal block, `model: |`, stands in its file: the lines before its first, and the
/// columns before each. None when it is written in another way.
fn shift(text: &str, inner: &str) -> Option<(u32, u32)> {
    let lines: Vec<&str> = text.lines().collect();
    let header = lines.iter().position(|line| {
        let rest = line.strip_prefix("model:").map(str::trim_start);
        rest.is_some_and(|rest| rest.starts_with('|'))
    })?;
    let below = lines.get(header + 1..)?;
    let first = inner.lines().position(|line| !line.is_empty())?;
    let (there, here) = (below.get(first)?, inner.lines().nth(first)?);
    let columns = there.len().checked_sub(here.len())?;
    let stands = inner.lines().zip(below).all(|(here, there)| {
        let (indent, rest) = there.split_at_checked(columns).unwrap_or((there, ""));
        rest == here && indent.bytes().all(|byte| byte == b' ')
    });
    let shift = (
        u32::try_from(header + 1).ok()?,
        u32::try_from(columns).ok()?,
    );
    stands.then_some(shift)
}
