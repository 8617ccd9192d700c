//! `tidegate rename`

use clap::Args;
use tidegate_client::Client;
use tidegate_client::wire::RenameObject;

use crate::exit::{Exit, Failure};
use crate::names;
use crate::output::Output;

/// What to call it.
#[derive(Args, Debug)]
#[group(skip)]
#[command(after_help = "Example:\n  tidegate rename workspace:acme \"Acme Incorporated\"")]
pub(crate) struct Arguments {
    /// As in workspace:acme; the id stays.
    #[arg(value_parser = names::object)]
    object: String,
    /// The new display name.
    #[arg(required_unless_present = "clear")]
    display_name: Option<String>,
    /// Take the display name away instead.
    #[arg(long, conflicts_with = "display_name")]
    clear: bool,
}

/// Changes the display name.
pub(crate) async fn run(
    client: Client,
    output: Output,
    arguments: Arguments,
) -> Result<Exit, Failure> {
    // clap sees to it that the name is missing only with --clear.
    let Arguments {
        object,
        display_name,
        clear: _,
    } = arguments;
    let line = match &display_name {
        Some(name) => format!("{object} is now called {name}"),
        None => format!("{object} has no display name any more"),
    };
    let request = RenameObject {
        object,
        display_name: Some(display_name),
    };
    let changed = client.rename_object(&request).await?;
    output.done(&changed, &line)
}
