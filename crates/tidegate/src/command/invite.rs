//! `tidegate invite`

use clap::Args;
use tidegate_client::Client;
use tidegate_client::wire::Invite;

use crate::exit::{Exit, Failure};
use crate::names;
use crate::output::Output;
use crate::quantity;

/// Whom to invite to what.
#[derive(Args, Debug)]
#[group(skip)]
#[command(
    after_help = "Example:\n  tidegate invite organization:acme bob@example.com --as view,create --expires-in 7d"
)]
pub(crate) struct Arguments {
    /// To what, as in organization:acme.
    #[arg(value_parser = names::object)]
    object: String,
    /// Whom: user:bob, or an e-mail address, of somebody who may not be registered yet.
    #[arg(value_parser = names::person)]
    invitee: String,
    /// What acceptance gives, in the system's words, as in view,create or read+secrets.
    #[arg(
        long = "as",
        value_name = "RELATIONS",
        required = true,
        value_delimiter = ','
    )]
    relations: Vec<String>,
    /// How long it can be accepted, as in 7d; by default as long as the system says.
    #[arg(long, value_name = "DURATION", value_parser = quantity::duration_s)]
    expires_in: Option<u64>,
}

/// Invites; a pending invitation of the same person is replaced.
pub(crate) async fn run(
    client: Client,
    output: Output,
    arguments: Arguments,
) -> Result<Exit, Failure> {
    let Arguments {
        object,
        invitee,
        relations,
        expires_in,
    } = arguments;
    let request = Invite {
        object,
        invitee,
        relations,
        expires_in_s: expires_in,
    };
    let invitation = client.invite(&request).await?;
    output.answer(&invitation, |text, invitation| {
        let until = quantity::time(invitation.expires_at_s);
        text.line(&format!(
            "invited {} to {} as {}, until {until}",
            invitation.invitee,
            invitation.object,
            invitation.relations.join(", "),
        ));
    })?;
    let accept = format!("tidegate accept {}", invitation.object);
    // An object has a type in front; an address may be of somebody who has to prove it first.
    output.remark(&if invitation.invitee.contains(':') {
        format!("they accept with: {accept}")
    } else {
        format!("they accept with: tidegate redeem (the code is in their mail), then {accept}")
    });
    Ok(Exit::Ok)
}
