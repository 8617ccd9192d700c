//! `tidegate move`

use clap::Args;
use tidegate_client::Client;
use tidegate_client::wire::Move;

use crate::exit::{Exit, Failure};
use crate::names;
use crate::output::Output;

/// What points where.
#[derive(Args, Debug)]
#[group(skip)]
#[command(
    after_help = "Example:\n  tidegate move user:bob billing_organization --to organization:acme"
)]
pub(crate) struct Arguments {
    /// What is moved, as in user:bob.
    #[arg(value_parser = names::object)]
    object: String,
    /// Which of its relations, as in billing_organization.
    relation: String,
    /// Where to, as in organization:acme.
    #[arg(long, value_name = "OBJECT", value_parser = names::object)]
    to: String,
}

/// Points the relation there, and no longer where it pointed.
pub(crate) async fn run(
    client: Client,
    output: Output,
    arguments: Arguments,
) -> Result<Exit, Failure> {
    let Arguments {
        object,
        relation,
        to,
    } = arguments;
    let request = Move {
        object,
        relation,
        to,
    };
    let changed = client.move_link(&request).await?;
    let Move {
        object,
        relation,
        to,
    } = &request;
    output.done(&changed, &format!("{relation} of {object} is now {to}"))
}
