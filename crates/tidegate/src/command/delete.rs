//! `tidegate delete`

use clap::Args;
use tidegate_client::Client;

use crate::exit::{Exit, Failure};
use crate::names;
use crate::output::Output;

/// What to delete.
#[derive(Args, Debug)]
#[group(skip)]
#[command(after_help = "Example:\n  tidegate delete service:acme/sales/bot")]
pub(crate) struct Arguments {
    /// As in service:acme/sales/bot.
    #[arg(value_parser = names::object)]
    object: String,
}

/// Deletes it, what lies below it, its grants and its secrets.
pub(crate) async fn run(
    client: Client,
    output: Output,
    arguments: Arguments,
) -> Result<Exit, Failure> {
    let Arguments { object } = arguments;
    let changed = client.delete_object(&object).await?;
    output.done(&changed, &format!("deleted {object}"))
}
