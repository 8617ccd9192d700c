//! `tidegate detach`

use clap::Args;
use tidegate_client::Client;
use tidegate_client::wire::Attach;

use crate::exit::{Exit, Failure};
use crate::names;
use crate::output::Output;

/// What from what.
#[derive(Args, Debug)]
#[group(skip)]
#[command(after_help = "Example:\n  tidegate detach space:acme/ml --from instance:acme/main")]
pub(crate) struct Arguments {
    /// What is detached, as in space:acme/ml.
    #[arg(value_parser = names::object)]
    object: String,
    /// From what, as in instance:acme/main.
    #[arg(long, value_name = "OBJECT", value_parser = names::object)]
    from: String,
}

/// Detaches it.
pub(crate) async fn run(
    client: Client,
    output: Output,
    arguments: Arguments,
) -> Result<Exit, Failure> {
    let Arguments { object, from } = arguments;
    let request = Attach { object, to: from };
    let changed = client.detach(&request).await?;
    let Attach { object, to } = &request;
    output.done(&changed, &format!("detached {object} from {to}"))
}
