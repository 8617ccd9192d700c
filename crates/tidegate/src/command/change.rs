//! `tidegate change`

use clap::Args;
use tidegate_client::Client;

use crate::command::relations::{self, Relations};
use crate::exit::{Exit, Failure};
use crate::names;
use crate::output::Output;

/// What to give to whom instead.
#[derive(Args, Debug)]
#[group(skip)]
#[command(after_help = "Example:\n  tidegate change organization:acme admin --of user:bob")]
pub(crate) struct Arguments {
    #[command(flatten)]
    relations: Relations,
    /// Whose: type:id, type:id#relation, or a person by e-mail address.
    #[arg(long, value_name = "SUBJECT", value_parser = names::subject)]
    of: String,
}

/// Replaces what the subject has on the object; fails when that is nothing.
pub(crate) async fn run(
    client: Client,
    output: Output,
    arguments: Arguments,
) -> Result<Exit, Failure> {
    let Arguments { relations, of } = arguments;
    let request = relations.request(of);
    let changed = client.change_grants(&request).await?;
    relations::done(output, &changed, ("changed to", "for"), &request)
}
