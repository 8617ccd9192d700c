//! `tidegate audit`

use clap::Args;
use tidegate_client::Client;
use tidegate_client::wire::AuditEntry;

use crate::command::page;
use crate::exit::{Exit, Failure};
use crate::names;
use crate::output::Output;
use crate::quantity;

/// Of what, or of whom.
#[derive(Args, Debug)]
#[group(skip)]
#[command(
    after_help = "Example:\n  tidegate audit organization:acme\n  tidegate audit --actor user:alice"
)]
pub(crate) struct Arguments {
    /// What was done to this object, as in organization:acme.
    #[arg(value_parser = names::object, required_unless_present = "actor")]
    object: Option<String>,
    /// What this principal did instead, as in user:alice.
    #[arg(long, value_name = "PRINCIPAL", value_parser = names::object, conflicts_with = "object")]
    actor: Option<String>,
    #[command(flatten)]
    page: page::Arguments,
}

/// Lists operations, the newest first.
pub(crate) async fn run(
    client: Client,
    output: Output,
    arguments: Arguments,
) -> Result<Exit, Failure> {
    let Arguments {
        object,
        actor,
        page,
    } = arguments;
    let page = page.into();
    let answer = match (object, actor) {
        (Some(object), None) => client.audit_of_object(&object, &page).await?,
        (None, Some(actor)) => client.audit_of_actor(&actor, &page).await?,
        _ => {
            let message = "name an object, or --actor PRINCIPAL";
            return Err(Failure::Usage(message.to_owned()));
        }
    };
    let headings = ["REVISION", "WHEN", "WHO", "DID", "TO", "BEFORE", "AFTER"];
    page::print(output, &answer, headings, row)
}

fn row(entry: &AuditEntry) -> [String; 7] {
    let AuditEntry {
        revision,
        ordinal: _,
        at_s,
        actor,
        actor_uid: _,
        jti: _,
        operation,
        object,
        before,
        after,
    } = entry;
    let state = |state: &Option<serde_json::Value>| {
        let state = state.as_ref().map(ToString::to_string);
        state.unwrap_or_default()
    };
    [
        revision.to_string(),
        quantity::time(*at_s),
        actor.clone(),
        operation.clone(),
        object.clone(),
        state(before),
        state(after),
    ]
}
