//! Reads a system's TOML: every error at once, each with file, key and line.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Where in a system's folder something stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file's name.
    pub file: Arc<str>,
    /// 1-based line.
    pub line: usize,
    /// The key with the tables that it is in, for example `type.stream.grant.read.guard`.
    pub key: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, key } = self;
        if key.is_empty() {
            write!(f, "{file}:{line}")
        } else {
            write!(f, "{file}:{line}: {key}")
        }
    }
}

/// One thing that is wrong with a system's folder.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {message}")]
pub struct SystemError {
    /// Where.
    pub place: Place,
    /// What.
    pub message: String,
}

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Located<T> {
    pub(super) place: Place,
    pub(super) value: T,
}

/// Collects what is wrong while a file is read.
pub(super) struct Reader<'a> {
    file: Arc<str>,
    text: &'a str,
    errors: RefCell<Vec<SystemError>>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(file: &str, text: &'a str) -> Self {
        Self {
            file: file.into(),
            text,
            errors: RefCell::default(),
        }
    }

    /// Hands the file's tables to `read`, unless it is no TOML.
    pub(super) fn read(self, read: impl FnOnce(&Self, Table<'_>)) -> Vec<SystemError> {
        let (table, errors) = DeTable::parse_recoverable(self.text);
        for error in &errors {
            let place = self.place(error.span().unwrap_or(0..0), String::new());
            self.error(place, error.message());
        }
        if errors.is_empty() {
            let place = self.place(0..0, String::new());
            read(&self, Table::of(&self, place, table.get_ref()));
        }
        self.errors.into_inner()
    }

    pub(super) fn error(&self, place: Place, message: impl Into<String>) {
        self.errors.borrow_mut().push(SystemError {
            place,
            message: message.into(),
        });
    }

    fn place(&self, span: Range<usize>, key: String) -> Place {
        let before = self.text.as_bytes().get(..span.start).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        Place {
            file: Arc::clone(&self.file),
            line,
            key,
        }
    }
}

/// A table whose keys are taken one by one; what is left at the end is unknown.
pub(super) struct Table<'t> {
    place: Place,
    entries: BTreeMap<&'t str, Value<'t>>,
}

impl<'t> Table<'t> {
    fn of(reader: &Reader<'_>, place: Place, table: &'t DeTable<'_>) -> Self {
        let entries = table
            .iter()
            .map(|(key, value)| {
                let name: &'t str = key.get_ref();
                let path = if place.key.is_empty() {
                    name.to_owned()
                } else {
                    format!("{}.{name}", place.key)
                };
                (
                    name,
                    Value {
                        place: reader.place(key.span(), path),
                        value: value.get_ref(),
                    },
                )
            })
            .collect();
        Self { place, entries }
    }

    pub(super) fn place(&self) -> &Place {
        &self.place
    }

    pub(super) fn take(&mut self, key: &str) -> Option<Value<'t>> {
        self.entries.remove(key)
    }

    /// Everything that is left, for tables whose keys are names.
    pub(super) fn take_all(&mut self) -> BTreeMap<&'t str, Value<'t>> {
        std::mem::take(&mut self.entries)
    }

    pub(super) fn finish(self, reader: &Reader<'_>) {
        for value in self.entries.into_values() {
            reader.error(value.place, "unknown key");
        }
    }
}

/// A value of the file.
pub(super) struct Value<'t> {
    pub(super) place: Place,
    value: &'t DeValue<'t>,
}

impl<'t> Value<'t> {
    pub(super) fn table(self, reader: &Reader<'_>) -> Option<Table<'t>> {
        let table = self.value.as_table();
        if table.is_none() {
            reader.error(self.place.clone(), "expected a table");
        }
        table.map(|table| Table::of(reader, self.place, table))
    }

    pub(super) fn string(self, reader: &Reader<'_>) -> Option<Located<String>> {
        let text = self.value.as_str().map(str::to_owned);
        if text.is_none() {
            reader.error(self.place.clone(), "expected a string");
        }
        text.map(|value| Located {
            place: self.place,
            value,
        })
    }

    /// An array of strings, or one string.
    pub(super) fn strings(self, reader: &Reader<'_>) -> Option<Located<Vec<String>>> {
        let one = || self.value.as_str().map(|text| vec![text.to_owned()]);
        let many = || {
            let items = self.value.as_array()?.iter();
            items
                .map(|item| item.get_ref().as_str().map(str::to_owned))
                .collect()
        };
        let value = one().or_else(many);
        if value.is_none() {
            reader.error(
                self.place.clone(),
                "expected a string or an array of strings",
            );
        }
        value.map(|value| Located {
            place: self.place,
            value,
        })
    }

    pub(super) fn is_table(&self) -> bool {
        self.value.as_table().is_some()
    }

    /// The items of an array, each at the array's place.
    pub(super) fn items(self, reader: &Reader<'_>) -> Vec<Self> {
        let Some(items) = self.value.as_array() else {
            reader.error(self.place, "expected an array");
            return Vec::new();
        };
        let item = |item: &'t Spanned<DeValue<'t>>| Value {
            place: reader.place(item.span(), self.place.key.clone()),
            value: item.get_ref(),
        };
        items.iter().map(item).collect()
    }

    pub(super) fn boolean(self, reader: &Reader<'_>) -> Option<bool> {
        let value = self.value.as_bool();
        if value.is_none() {
            reader.error(self.place, "expected true or false");
        }
        value
    }

    /// A number above 0.
    pub(super) fn positive(self, reader: &Reader<'_>) -> Option<u64> {
        let number = self.value.as_integer();
        let value = number
            .and_then(|number| u64::from_str_radix(number.as_str(), number.radix()).ok())
            .filter(|value| *value > 0);
        if value.is_none() {
            reader.error(self.place, "expected a whole number above 0");
        }
        value
    }
}
