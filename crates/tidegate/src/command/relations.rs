//! What `grant`, `change` and `revoke` have in common: an object, relations, a subject.

use clap::Args;
use tidegate_client::wire::{Changed, GrantRequest};

use crate::exit::{Exit, Failure};
use crate::names;
use crate::output::Output;

/// What on what.
#[derive(Args, Debug)]
#[group(skip)]
pub(crate) struct Relations {
    /// On what, as in stream:acme/sales/orders.
    #[arg(value_parser = names::object)]
    object: String,
    /// Relations or levels, in the system's words, as in read write.
    #[arg(required = true)]
    relations: Vec<String>,
}

impl Relations {
    /// With whom.
    pub(crate) fn request(self, subject: String) -> GrantRequest {
        let Self { object, relations } = self;
        GrantRequest {
            object,
            relations,
            subject,
        }
    }
}

/// Says what was done: `granted read on stream:x to service:y`.
pub(crate) fn done(
    output: Output,
    changed: &Changed,
    (verb, preposition): (&str, &str),
    request: &GrantRequest,
) -> Result<Exit, Failure> {
    let GrantRequest {
        object,
        relations,
        subject,
    } = request;
    let relations = relations.join(", ");
    output.done(
        changed,
        &format!("{verb} {relations} on {object} {preposition} {subject}"),
    )
}
