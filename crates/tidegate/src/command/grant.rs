//! `tidegate grant`

use clap::Args;
use tidegate_client::Client;

use crate::command::relations::{self, Relations};
use crate::exit::{Exit, Failure};
use crate::names;
use crate::output::Output;

/// What to grant to whom.
#[derive(Args, Debug)]
#[group(skip)]
#[command(
    after_help = "Example:\n  tidegate grant stream:acme/sales/orders read write --to service:acme/sales/bot"
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    relations: Relations,
    /// To whom: type:id, type:id#relation, or a person by e-mail address.
    #[arg(long, value_name = "SUBJECT", value_parser = names::subject)]
    to: String,
}

/// Grants all of them, or none.
pub(crate) async fn run(
    client: Client,
    output: Output,
    arguments: Arguments,
) -> Result<Exit, Failure> {
    let Arguments { relations, to } = arguments;
    let request = relations.request(to);
    let changed = client.grant(&request).await?;
    relations::done(output, &changed, ("granted", "to"), &request)
}
