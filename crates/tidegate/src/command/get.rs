//! `tidegate get`

use clap::Args;
use tidegate_client::Client;
use tidegate_client::wire::ObjectInfo;

use crate::command::page;
use crate::exit::{Exit, Failure};
use crate::names;
use crate::output::{Output, Text};
use crate::quantity;

/// What to show.
#[derive(Args, Debug)]
#[group(skip)]
#[command(
    after_help = "Example:\n  tidegate get stream:acme/sales/orders\n  tidegate get stream:acme/sales/orders --grants"
)]
pub(crate) struct Arguments {
    /// As in stream:acme/sales/orders.
    #[arg(value_parser = names::object)]
    object: String,
    /// Show who has what on it instead.
    #[arg(long)]
    grants: bool,
    #[command(flatten)]
    page: page::Arguments,
}

/// Shows the object, or the grants on it.
pub(crate) async fn run(
    client: Client,
    output: Output,
    arguments: Arguments,
) -> Result<Exit, Failure> {
    let Arguments {
        object,
        grants,
        page,
    } = arguments;
    if grants {
        let answer = client.grants(&object, &page.into()).await?;
        return page::print(output, &answer, ["RELATION", "SUBJECT"], |grant| {
            [grant.relation.clone(), grant.subject.clone()]
        });
    }
    output.answer(&client.object(&object).await?, describe)?;
    Ok(Exit::Ok)
}

fn describe(text: &mut Text, info: &ObjectInfo) {
    let ObjectInfo {
        object,
        uid,
        display_name,
        created_at_s,
        revision,
    } = info;
    text.line(&format!("object    {object}"));
    if let Some(name) = display_name {
        text.line(&format!("name      {name}"));
    }
    text.line(&format!("uid       {uid}"));
    text.line(&format!("created   {}", quantity::time(*created_at_s)));
    text.line(&format!("revision  {revision}"));
}
