//! `tidegate secret issue|list|revoke|verify|scan`

pub(crate) mod issue;
pub(crate) mod list;
pub(crate) mod revoke;
pub(crate) mod scan;
pub(crate) mod verify;

mod find; // texts that look like secrets, in a stream of bytes
mod proof; // what a text proves by its signature
mod walk; // files below paths

use clap::Subcommand;

/// What to do with secrets.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Issue a secret; its text is shown this once.
    Issue(issue::Arguments),
    /// List the secrets of a user or service, without their texts.
    List(list::Arguments),
    /// Revoke a secret.
    Revoke(revoke::Arguments),
    /// Prove a secret by its signature, and print what it says: exit 0 it holds, 3 it does not.
    Verify(verify::Arguments),
    /// Find leaked secrets in files, and prove them by their signature: exit 1 when one is found.
    Scan(scan::Arguments),
}
