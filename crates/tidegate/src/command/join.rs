//! `tidegate join`

use clap::Args;
use tidegate_client::Client;
use tidegate_client::wire::Membership;

use crate::exit::{Exit, Failure};
use crate::names;
use crate::output::Output;

/// Of what.
#[derive(Args, Debug)]
#[group(skip)]
#[command(after_help = "Example:\n  tidegate join organization:acme")]
pub(crate) struct Arguments {
    /// As in organization:acme.
    #[arg(value_parser = names::object)]
    object: String,
}

/// Joins, as oneself.
pub(crate) async fn run(
    client: Client,
    output: Output,
    arguments: Arguments,
) -> Result<Exit, Failure> {
    let Arguments { object } = arguments;
    let request = Membership { object };
    let changed = client.join(&request).await?;
    output.done(&changed, &format!("joined {}", request.object))
}
