//! `tidegate revoke`

use clap::Args;
use tidegate_client::Client;

use crate::command::relations::{self, Relations};
use crate::exit::{Exit, Failure};
use crate::names;
use crate::output::Output;

/// What to revoke from whom.
#[derive(Args, Debug)]
#[group(skip)]
#[command(
    after_help = "Example:\n  tidegate revoke stream:acme/sales/orders write --from service:acme/sales/bot"
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    relations: Relations,
    /// From whom: type:id, type:id#relation, or a person by e-mail address.
    #[arg(long, value_name = "SUBJECT", value_parser = names::subject)]
    from: String,
}

/// Revokes all of them, or none.
pub(crate) async fn run(
    client: Client,
    output: Output,
    arguments: Arguments,
) -> Result<Exit, Failure> {
    let Arguments { relations, from } = arguments;
    let request = relations.request(from);
    let changed = client.revoke(&request).await?;
    relations::done(output, &changed, ("revoked", "from"), &request)
}
