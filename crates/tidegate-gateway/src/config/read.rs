//! Reads TOML tables key by key, so that every error is found, each with its key and line.

use std::cell::RefCell;
use std::fmt;
use std::ops::Range;

use serde::Serialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// All that is wrong with a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigErrors(pub Vec<ConfigError>);

/// One thing that is wrong with a configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConfigError {
    /// Where in the tables, for example `gateway.route[0].path` (counted from 0).
    pub key: String,
    /// Where in the text, counted from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}: {}", self.line, self.key, self.message)
    }
}

impl std::error::Error for ConfigErrors {}
impl std::error::Error for ConfigError {}

/// Where a value stands, for errors that are found later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// See [`ConfigError::key`].
    pub(crate) key: String,
    /// See [`ConfigError::line`].
    pub(crate) line: usize,
}

impl Place {
    /// An error at this place.
    pub(crate) fn error(&self, message: impl Into<String>) -> ConfigError {
        ConfigError {
            key: self.key.clone(),
            line: self.line,
            message: message.into(),
        }
    }
}

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Located<T> {
    pub(crate) value: T,
    pub(crate) at: Place,
}

/// Collects errors while a text is read.
pub(super) struct Sink<'t> {
    text: &'t str,
    errors: RefCell<Vec<ConfigError>>,
}

impl<'t> Sink<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            errors: RefCell::new(Vec::new()),
        }
    }

    pub(super) fn place(&self, key: &str, span: &Range<usize>) -> Place {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        Place {
            key: key.to_owned(),
            line: before.matches('\n').count() + 1,
        }
    }

    pub(super) fn add(&self, error: ConfigError) {
        self.errors.borrow_mut().push(error);
    }

    /// In the order of the text.
    pub(super) fn into_errors(self) -> Vec<ConfigError> {
        let mut errors = self.errors.into_inner();
        errors.sort_by_key(|error| error.line);
        errors
    }
}

/// One table; what was not asked for by [`Section::finish`] is an error.
pub(super) struct Section<'s, 't> {
    sink: &'s Sink<'t>,
    table: &'s DeTable<'t>,
    at: Place,
    known: Vec<&'static str>,
}

impl<'s, 't> Section<'s, 't> {
    pub(super) fn new(sink: &'s Sink<'t>, table: &'s DeTable<'t>, at: Place) -> Self {
        Self {
            sink,
            table,
            at,
            known: Vec::new(),
        }
    }

    pub(super) fn at(&self) -> &Place {
        &self.at
    }

    pub(super) fn error(&self, at: &Place, message: impl Into<String>) {
        self.sink.add(at.error(message));
    }

    /// The value of a key, and where it stands.
    fn value(&mut self, key: &'static str) -> Option<(&'s DeValue<'t>, Place)> {
        self.known.push(key);
        let value = self.table.get(key)?;
        Some((
            value.get_ref(),
            self.sink
                .place(&format!("{}.{key}", self.at.key), &value.span()),
        ))
    }

    fn wrong_type(&self, at: &Place, value: &DeValue<'_>, wanted: &str) {
        self.error(at, format!("must be {wanted}, is {}", value.type_str()));
    }

    pub(super) fn text(&mut self, key: &'static str) -> Option<Located<&'s str>> {
        let (value, at) = self.value(key)?;
        let Some(text) = value.as_str() else {
            self.wrong_type(&at, value, "a string");
            return None;
        };
        Some(Located { value: text, at })
    }

    /// A string that must be there.
    pub(super) fn needed_text(&mut self, key: &'static str) -> Option<Located<&'s str>> {
        self.needed(key);
        self.text(key)
    }

    /// An error when there is no such key.
    pub(super) fn needed(&self, key: &'static str) {
        if !self.table.contains_key(key) {
            self.error(&self.at, format!("`{key}` is missing"));
        }
    }

    /// A whole number from `least` to `most`.
    pub(super) fn number(
        &mut self,
        key: &'static str,
        least: u64,
        most: u64,
    ) -> Option<Located<u64>> {
        let (value, at) = self.value(key)?;
        let number = value.as_integer().and_then(|number| {
            u64::from_str_radix(&number.as_str().replace('_', ""), number.radix()).ok()
        });
        match number {
            Some(number) if (least..=most).contains(&number) => Some(Located { value: number, at }),
            _ => {
                self.error(
                    &at,
                    format!("must be a whole number from {least} to {most}"),
                );
                None
            }
        }
    }

    pub(super) fn flag(&mut self, key: &'static str) -> Option<bool> {
        let (value, at) = self.value(key)?;
        let flag = value.as_bool();
        if flag.is_none() {
            self.wrong_type(&at, value, "true or false");
        }
        flag
    }

    /// A list of strings.
    pub(super) fn texts(&mut self, key: &'static str) -> Option<Vec<Located<&'s str>>> {
        let (value, at) = self.value(key)?;
        let Some(items) = value.as_array() else {
            self.wrong_type(&at, value, "a list of strings");
            return None;
        };
        let mut texts = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let at = self
                .sink
                .place(&format!("{}[{index}]", at.key), &item.span());
            match item.get_ref().as_str() {
                Some(text) => texts.push(Located { value: text, at }),
                None => self.wrong_type(&at, item.get_ref(), "a string"),
            }
        }
        Some(texts)
    }

    /// Whether the key holds a string rather than a list.
    pub(super) fn is_text(&self, key: &'static str) -> bool {
        self.table
            .get(key)
            .is_some_and(|value| value.get_ref().is_str())
    }

    /// A table.
    pub(super) fn section(&mut self, key: &'static str) -> Option<Self> {
        let (value, at) = self.value(key)?;
        self.as_section(value, at)
    }

    /// A table of tables, or of strings, by names of the author's choice.
    pub(super) fn entries(
        &mut self,
        key: &'static str,
    ) -> Vec<(Located<&'s str>, &'s Spanned<DeValue<'t>>)> {
        let Some((value, at)) = self.value(key) else {
            return Vec::new();
        };
        let Some(table) = value.as_table() else {
            self.wrong_type(&at, value, "a table");
            return Vec::new();
        };
        let entry = |(name, value): (&'s Spanned<_>, _)| {
            let name: &'s std::borrow::Cow<'t, str> = name.get_ref();
            let at = self.sink.place(
                &format!("{}.{name}", at.key),
                &Spanned::<DeValue<'t>>::span(value),
            );
            (Located { value: &**name, at }, value)
        };
        table.iter().map(entry).collect()
    }

    /// A list of tables.
    pub(super) fn sections(&mut self, key: &'static str) -> Vec<Self> {
        let Some((value, at)) = self.value(key) else {
            return Vec::new();
        };
        let Some(items) = value.as_array() else {
            self.wrong_type(&at, value, "a list of tables");
            return Vec::new();
        };
        let mut sections = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let at = self
                .sink
                .place(&format!("{}[{index}]", at.key), &item.span());
            sections.extend(self.as_section(item.get_ref(), at));
        }
        sections
    }

    pub(super) fn as_section(&self, value: &'s DeValue<'t>, at: Place) -> Option<Self> {
        match value.as_table() {
            Some(table) => Some(Self::new(self.sink, table, at)),
            None => {
                self.wrong_type(&at, value, "a table");
                None
            }
        }
    }

    /// Keys that were not asked for are errors.
    pub(super) fn finish(self) {
        for (key, _) in self.table {
            if !self.known.contains(&&**key.get_ref()) {
                let name = format!("{}.{}", self.at.key, key.get_ref());
                let at = self.sink.place(&name, &key.span());
                self.error(
                    &at,
                    format!("unknown key; known are: {}", self.known.join(", ")),
                );
            }
        }
    }
}
