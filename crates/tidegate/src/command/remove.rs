//! `tidegate remove`

use clap::Args;
use tidegate_client::Client;
use tidegate_client::wire::Remove;

use crate::exit::{Exit, Failure};
use crate::names;
use crate::output::Output;

/// Whom from what.
#[derive(Args, Debug)]
#[group(skip)]
#[command(after_help = "Example:\n  tidegate remove organization:acme user:bob")]
pub(crate) struct Arguments {
    /// From what, as in organization:acme.
    #[arg(value_parser = names::object)]
    object: String,
    /// Whom: type:id, or a person by e-mail address.
    #[arg(value_parser = names::subject)]
    subject: String,
}

/// Ends everything that the membership gave.
pub(crate) async fn run(
    client: Client,
    output: Output,
    arguments: Arguments,
) -> Result<Exit, Failure> {
    let Arguments { object, subject } = arguments;
    let request = Remove { object, subject };
    let changed = client.remove_member(&request).await?;
    let Remove { object, subject } = &request;
    output.done(&changed, &format!("removed {subject} from {object}"))
}
