//! `tidegate model validate|convert|graph|types|test`: on files alone, without the API.

pub(crate) mod convert;
pub(crate) mod graph;
pub(crate) mod test;
pub(crate) mod types;
pub(crate) mod validate;

mod beside; // files that a file names
mod fault; // what is wrong, and where
mod source; // a model, by what its file is

use clap::Subcommand;

/// What to do with models.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Say everything that is wrong with models, with file, line and column: exit 1 when something is.
    Validate(validate::Arguments),
    /// Print a model in its other form: the modelling language or JSON; modules as one model.
    Convert(convert::Arguments),
    /// Print a drawing of a model, as DOT text for Graphviz.
    Graph(graph::Arguments),
    /// Print a model's types and relations as types of TypeScript.
    Types(types::Arguments),
    /// Run the tests of OpenFGA store files: exit 1 when one fails.
    Test(test::Arguments),
}
