//! OpenFGA's store files (`.fga.yaml`): a model, tuples, and tests of checks and lists.
//!
//! The format is that of <https://openfga.dev/docs/modeling/store-file-format>. A key that it does not
//! have is refused, and so is one that stands twice: a test that is misspelt would pass by never being run.
//! Files that a store names are handed in by the caller, who says what may be read.
//!
//! ```
//! use tidegate_control::domain::system::store_file::StoreFile;
//! use tidegate_policy::Model;
//!
//! let store = StoreFile::parse("
//! tuples:
//!   - { user: 'user:ann', relation: reader, object: 'page:home' }
//! tests:
//!   - name: who is not named may not
//!     check:
//!       - { user: 'user:bob', object: 'page:home', assertions: { reader: false } }
//! ")?;
//! let model = Model::parse("
//! model
//!   schema 1.1
//! type user
//! type page
//!   relations
//!     define reader: [user]
//! ")?;
//! let reports = store.run(&model, |_| Err("no other files".to_owned())).unwrap();
//! assert_eq!((reports[0].passed, reports[0].failed.len()), (1, 0));
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```

mod csv;
mod format;
mod run;
#[cfg(test)]
mod tests;
mod tuples;
mod yaml;

use std::fmt;

use serde::Serialize;
use serde_json::Value;
use tidegate_policy::Model;

use self::format::Contents;
#[cfg(test)]
pub(super) use self::format::Test;

/// Longest store file. Bytes.
pub const MAX_STORE_BYTES: u64 = 1 << 20;
/// Longest file of tuples. Bytes.
pub const MAX_TUPLES_BYTES: u64 = 8 << 20;
/// Most questions of a store file: of checks, each user with each object and each relation.
pub const MAX_QUESTIONS: usize = 1_000_000;
/// Most errors that are reported at once.
pub const MAX_ERRORS: usize = 200;

/// A store file that was read: its names are well formed. Whether its model has them, running it says.
#[derive(Debug)]
pub struct StoreFile {
    contents: Contents,
}

/// Where a store's model is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModelSource<'a> {
    /// In the store file.
    Text(&'a str),
    /// In the file of this name, seen from the store file's folder: the language, JSON, or an `fga.mod`.
    File(&'a str),
}

/// What came of a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TestReport {
    /// Its name, or its place in the file where it has none.
    pub name: String,
    /// How many assertions hold.
    pub passed: usize,
    /// Those that do not.
    pub failed: Vec<Failed>,
}

/// An assertion that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failed {
    /// Where it stands in the file, as in `tests[0].check[1].assertions.can_view`.
    pub key: String,
    /// What was asked, as in `user:ann can_view page:home`.
    pub question: String,
    /// What should come of it: a truth value, or names.
    pub expected: Value,
    /// What came of it; none where nothing did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<Value>,
    /// Why there is no answer, or none that is whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// One thing that is wrong with a store file, or with a file of tuples that it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreFileError {
    /// The file of tuples, as the store file names it; none: the store file itself.
    pub file: Option<String>,
    /// Line and column, both from 1, where they are known.
    pub place: Option<(usize, usize)>,
    /// The key, with those that it is in; empty where there is none.
    pub key: String,
    /// In words.
    pub message: String,
}

impl StoreFile {
    /// Reads a store file.
    ///
    /// # Errors
    /// The first thing that is not of the format, with its key.
    pub fn parse(text: &str) -> Result<Self, StoreFileError> {
        let contents = format::read(text)?;
        Ok(Self { contents })
    }

    /// Where its model is; none where it names none.
    pub fn model(&self) -> Option<ModelSource<'_>> {
        let Contents {
            model, model_file, ..
        } = &self.contents;
        let text = model.as_deref().map(ModelSource::Text);
        text.or_else(|| model_file.as_deref().map(ModelSource::File))
    }

    /// Runs its tests, each on the store's tuples and its own. `read` gives the text of a file that is named by
    /// its path from the store file's folder, or says why not.
    ///
    /// # Errors
    /// Everything that is wrong with the tuples; then no test was run.
    pub fn run(
        &self,
        model: &Model,
        read: impl Fn(&str) -> Result<String, String>,
    ) -> Result<Vec<TestReport>, Vec<StoreFileError>> {
        run::run(&self.contents, model, &read)
    }

    #[cfg(test)]
    pub(super) fn tests(&self) -> &[Test] {
        &self.contents.tests
    }
}

impl fmt::Display for StoreFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            place,
            key,
            message,
        } = self;
        if let Some(file) = file {
            write!(f, "{file}: ")?;
        }
        if let Some((line, column)) = place {
            write!(f, "line {line}, column {column}: ")?;
        }
        if !key.is_empty() {
            write!(f, "{key}: ")?;
        }
        f.write_str(message)
    }
}

impl std::error::Error for StoreFileError {}
