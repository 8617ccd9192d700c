//! `tidegate invitations`

use clap::Args;
use tidegate_client::Client;
use tidegate_client::wire::Invitation;

use crate::command::page;
use crate::exit::{Exit, Failure};
use crate::names;
use crate::output::Output;
use crate::quantity;

/// Which invitations.
#[derive(Args, Debug)]
#[group(skip)]
#[command(
    after_help = "Example:\n  tidegate invitations\n  tidegate invitations --on organization:acme"
)]
pub(crate) struct Arguments {
    /// Those to this object instead of yours, as in organization:acme.
    #[arg(long, value_name = "OBJECT", value_parser = names::object)]
    on: Option<String>,
    #[command(flatten)]
    page: page::Arguments,
}

/// Lists pending invitations.
pub(crate) async fn run(
    client: Client,
    output: Output,
    arguments: Arguments,
) -> Result<Exit, Failure> {
    let Arguments { on, page } = arguments;
    let page = page.into();
    let answer = match on {
        Some(object) => client.invitations(&object, &page).await?,
        None => client.own_invitations(&page).await?,
    };
    let headings = ["ID", "TO", "INVITEE", "AS", "BY", "UNTIL"];
    page::print(output, &answer, headings, row)
}

fn row(invitation: &Invitation) -> [String; 6] {
    let Invitation {
        id,
        object,
        invitee,
        relations,
        invited_by,
        created_at_s: _,
        expires_at_s,
    } = invitation;
    [
        id.clone(),
        object.clone(),
        invitee.clone(),
        relations.join(", "),
        invited_by.clone(),
        quantity::time(*expires_at_s),
    ]
}
