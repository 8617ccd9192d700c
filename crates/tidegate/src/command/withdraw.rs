//! `tidegate withdraw`

use clap::Args;
use tidegate_client::wire::InvitationId;
use tidegate_client::{Client, PageQuery};

use crate::exit::{Exit, Failure};
use crate::names;
use crate::output::Output;

/// Which invitation.
#[derive(Args, Debug)]
#[group(skip)]
#[command(
    after_help = "Example:\n  tidegate withdraw organization:acme --from bob@example.com\n  tidegate withdraw 0193a1c0-0000-7000-8000-000000000001"
)]
pub(crate) struct Arguments {
    /// What it invites to, as in organization:acme, together with --from; or its id.
    #[arg(value_name = "OBJECT_OR_ID", value_parser = names::invitation)]
    invitation: InvitationId,
    /// Who was invited: user:bob, or an e-mail address.
    #[arg(long, value_name = "INVITEE", value_parser = names::person)]
    from: Option<String>,
}

/// Withdraws it: it can no longer be accepted.
pub(crate) async fn run(
    client: Client,
    output: Output,
    arguments: Arguments,
) -> Result<Exit, Failure> {
    let Arguments { invitation, from } = arguments;
    let (id, line) = match (invitation.id, invitation.object, from) {
        (Some(id), None, None) => {
            let line = format!("withdrew the invitation {id}");
            (id, line)
        }
        (None, Some(object), Some(invitee)) => {
            let id = find(&client, &object, &invitee).await?;
            (
                id,
                format!("withdrew the invitation of {invitee} to {object}"),
            )
        }
        _ => {
            let message = "name an object and --from INVITEE, or an invitation's id alone";
            return Err(Failure::Usage(message.to_owned()));
        }
    };
    let changed = client.withdraw_invitation(&id).await?;
    output.done(&changed, &line)
}

/// The id of the one pending invitation of somebody to an object.
async fn find(client: &Client, object: &str, invitee: &str) -> Result<String, Failure> {
    let mut page = PageQuery::default();
    loop {
        let answer = client.invitations(object, &page).await?;
        let found = answer.items.into_iter().find(|one| one.invitee == invitee);
        if let Some(invitation) = found {
            return Ok(invitation.id);
        }
        page.cursor = Some(answer.next.ok_or_else(|| {
            let message = format!("no invitation of {invitee} to {object} is pending");
            Failure::Missing(message)
        })?);
    }
}
