//! Tuples: those in the store file, and those in files that it names.

use std::collections::BTreeMap;

use tidegate_policy::{Change, Model, Object, Snapshot, Subject, Tuple};

use super::format::{TupleKey, error};
use super::{MAX_TUPLES_BYTES, StoreFileError, csv, yaml};

/// A tuple, and where it stands.
struct Placed {
    tuple: Tuple,
    file: Option<String>,
    key: String,
}

/// The tuples below one key of the store file: the store's, or a test's.
pub(super) struct Sources<'a> {
    /// The key, with a dot behind it where it is not empty.
    pub(super) prefix: String,
    pub(super) tuples: &'a [TupleKey],
    pub(super) file: Option<&'a str>,
    pub(super) files: &'a [String],
}

/// What tells tuples apart.
type Name = (Object, Box<str>, Subject);

/// Adds tuples to a snapshot, if all of them are in order.
pub(super) fn add(
    to: &Snapshot,
    held: &mut Held,
    sources: &Sources<'_>,
    read: &dyn Fn(&str) -> Result<String, String>,
    errors: &mut Vec<StoreFileError>,
) -> Option<Snapshot> {
    let before = errors.len();
    let mut changes = Vec::new();
    for placed in sources.collect(read, errors) {
        match held.take(to.model(), &placed.tuple) {
            Ok(true) => changes.push(Change::Write(placed.tuple)),
            Ok(false) => {}
            Err(message) => errors.push(StoreFileError {
                file: placed.file,
                place: None,
                key: placed.key,
                message,
            }),
        }
    }
    if errors.len() > before {
        return None;
    }
    match to.amend(&changes) {
        Ok(next) => Some(next),
        Err(reason) => {
            errors.push(error(
                &format!("{}tuples", sources.prefix),
                &reason.to_string(),
            ));
            None
        }
    }
}

/// Tuples that are there, and under which condition.
#[derive(Clone, Default)]
pub(super) struct Held(BTreeMap<Name, Tuple>);

impl Held {
    /// Whether the tuple is new.
    fn take(&mut self, model: &Model, tuple: &Tuple) -> Result<bool, String> {
        model.allows(tuple).map_err(|reason| reason.to_string())?;
        let name = (
            tuple.object.clone(),
            tuple.relation.clone(),
            tuple.subject.clone(),
        );
        match self.0.get(&name) {
            None => {
                self.0.insert(name, tuple.clone());
                Ok(true)
            }
            Some(known) if known == tuple => Ok(false),
            Some(known) => Err(format!("the tuple is there already, as {known}")),
        }
    }
}

impl Sources<'_> {
    fn collect(
        &self,
        read: &dyn Fn(&str) -> Result<String, String>,
        errors: &mut Vec<StoreFileError>,
    ) -> Vec<Placed> {
        let prefix = &self.prefix;
        let own = self
            .tuples
            .iter()
            .enumerate()
            .map(|(number, tuple)| Placed {
                tuple: tuple.tuple(),
                file: None,
                key: format!("{prefix}tuples[{number}]"),
            });
        let mut found: Vec<Placed> = own.collect();
        let single = self.file.map(|name| (format!("{prefix}tuple_file"), name));
        let listed = self.files.iter().enumerate();
        let listed = listed.map(|(number, name)| {
            let key = format!("{prefix}tuple_files[{number}]");
            (key, name.as_str())
        });
        for (key, name) in single.into_iter().chain(listed) {
            match read(name) {
                Ok(text) => match in_file(name, &text) {
                    Ok(tuples) => found.extend(tuples),
                    Err(found) => errors.push(StoreFileError {
                        file: Some(name.to_owned()),
                        ..found
                    }),
                },
                Err(reason) => errors.push(error(&key, &format!("{name}: {reason}"))),
            }
        }
        found
    }
}

/// What is wrong with JSON, and where.
fn in_json(key: &str, found: &serde_json::Error) -> StoreFileError {
    let (line, column) = (found.line(), found.column());
    let message = found.to_string();
    let said = format!(" at line {line} column {column}");
    // What stands for a key that was not read, and for all of the file.
    let key = key.trim_end_matches(['?', '.']);
    StoreFileError {
        place: (line > 0).then_some((line, column.max(1))),
        ..error(key, message.strip_suffix(&said).unwrap_or(&message))
    }
}

/// Reads a file of tuples by what its name ends in.
fn in_file(name: &str, text: &str) -> Result<Vec<Placed>, StoreFileError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.len() as u64 > MAX_TUPLES_BYTES {
        let message = format!("a file of tuples has at most {MAX_TUPLES_BYTES} bytes");
        return Err(error("", &message));
    }
    let placed = |key: String, tuple: Tuple| Placed {
        tuple,
        file: Some(name.to_owned()),
        key,
    };
    let (_, ending) = name.rsplit_once('.').unwrap_or_default();
    let keys: Vec<TupleKey> = match ending {
        "csv" => {
            let rows = csv::tuples(text)?.into_iter();
            return Ok(rows
                .map(|(line, tuple)| placed(format!("line {line}"), tuple))
                .collect());
        }
        "json" if text.trim().is_empty() => return Err(error("", yaml::NOTHING)),
        "json" => {
            let mut deserializer = serde_json::Deserializer::from_str(text);
            let found = serde_path_to_error::deserialize(&mut deserializer);
            let found = found.map_err(|found| in_json(&found.path().to_string(), found.inner()))?;
            deserializer.end().map_err(|found| in_json("", &found))?;
            found
        }
        "yaml" | "yml" => yaml::read(text)?,
        _ => {
            let message = "the name of a file of tuples ends in .yaml, .yml, .json or .csv";
            return Err(error("", message));
        }
    };
    let keys = keys.iter().enumerate();
    Ok(keys
        .map(|(number, key)| placed(format!("[{number}]"), key.tuple()))
        .collect())
}
