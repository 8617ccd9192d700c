//! `tidegate accept`

use clap::Args;
use tidegate_client::Client;
use tidegate_client::wire::InvitationId;

use crate::exit::{Exit, Failure};
use crate::names;
use crate::output::Output;

/// Which invitation.
#[derive(Args, Debug)]
#[group(skip)]
#[command(after_help = "Example:\n  tidegate accept organization:acme")]
pub(crate) struct Arguments {
    /// What it invites to, as in organization:acme, or its id.
    #[arg(value_name = "OBJECT_OR_ID", value_parser = names::invitation)]
    invitation: InvitationId,
}

/// Accepts it; only from now on it gives what it says.
pub(crate) async fn run(
    client: Client,
    output: Output,
    arguments: Arguments,
) -> Result<Exit, Failure> {
    let Arguments { invitation } = arguments;
    let changed = client.accept_invitation(&invitation).await?;
    let InvitationId { id, object } = invitation;
    let which = object.or(id).unwrap_or_default();
    output.done(&changed, &format!("accepted the invitation {which}"))
}
