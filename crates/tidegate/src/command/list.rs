//! `tidegate list`

use clap::Args;
use tidegate_client::Client;
use tidegate_client::wire::ObjectInfo;

use crate::command::page;
use crate::exit::{Exit, Failure};
use crate::names;
use crate::output::Output;
use crate::quantity;

/// What to list.
#[derive(Args, Debug)]
#[group(skip)]
#[command(after_help = "Example:\n  tidegate list stream --in project:acme/sales")]
pub(crate) struct Arguments {
    /// A type, as in stream.
    type_name: String,
    /// Only what lies directly below this object, as in project:acme/sales.
    #[arg(long = "in", value_name = "OBJECT", value_parser = names::object)]
    parent: Option<String>,
    #[command(flatten)]
    page: page::Arguments,
}

/// Lists the objects that the caller may see.
pub(crate) async fn run(
    client: Client,
    output: Output,
    arguments: Arguments,
) -> Result<Exit, Failure> {
    let Arguments {
        type_name,
        parent,
        page,
    } = arguments;
    let answer = client
        .objects(&type_name, parent.as_deref(), &page.into())
        .await?;
    page::print(output, &answer, ["OBJECT", "CREATED", "NAME"], row)
}

fn row(info: &ObjectInfo) -> [String; 3] {
    let ObjectInfo {
        object,
        uid: _,
        display_name,
        created_at_s,
        revision: _,
    } = info;
    let name = display_name.clone().unwrap_or_default();
    [object.clone(), quantity::time(*created_at_s), name]
}
