//! `tidegate attach`

use clap::Args;
use tidegate_client::Client;
use tidegate_client::wire::Attach;

use crate::exit::{Exit, Failure};
use crate::names;
use crate::output::Output;

/// What to what.
#[derive(Args, Debug)]
#[group(skip)]
#[command(after_help = "Example:\n  tidegate attach space:acme/ml --to instance:acme/main")]
pub(crate) struct Arguments {
    /// What is attached, as in space:acme/ml.
    #[arg(value_parser = names::object)]
    object: String,
    /// To what, as in instance:acme/main.
    #[arg(long, value_name = "OBJECT", value_parser = names::object)]
    to: String,
}

/// Attaches it; the attachment is an object of its own, whose name is printed.
pub(crate) async fn run(
    client: Client,
    output: Output,
    arguments: Arguments,
) -> Result<Exit, Failure> {
    let Arguments { object, to } = arguments;
    let request = Attach { object, to };
    let created = client.attach(&request).await?;
    let Attach { object, to } = &request;
    let line = format!("attached {object} to {to} as {}", created.object);
    output.done(&created, &line)
}
