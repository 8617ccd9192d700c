//! One error for the whole program: a sentence for the person who runs it.

use std::fmt;

/// What could not be done, and why.
#[derive(Debug)]
pub(crate) struct Error(String);

/// `Ok`, or an [`Error`].
pub(crate) type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error that says `message`.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Says what was being done when a cause struck.
pub(crate) trait Context<T> {
    /// The same result, its error as `what: cause`, with the causes of the cause.
    ///
    /// # Errors
    /// When this is one.
    fn context(self, what: impl fmt::Display) -> Result<T>;
}

impl<T, E: std::error::Error> Context<T> for std::result::Result<T, E> {
    fn context(self, what: impl fmt::Display) -> Result<T> {
        self.map_err(|error| {
            let mut message = format!("{what}: {error}");
            let mut cause = error.source();
            while let Some(deeper) = cause {
                message.push_str(&format!(": {deeper}"));
                cause = deeper.source();
            }
            Error(message)
        })
    }
}
