//! `tidegate what-can`

use clap::Args;
use tidegate_client::Client;
use tidegate_client::wire::{ActionSearch, EntityType, ResourceSearch};

use crate::command::{entity, page};
use crate::exit::{Exit, Failure};
use crate::names;
use crate::output::Output;

/// The question.
#[derive(Args, Debug)]
#[group(skip)]
#[command(
    after_help = "Example:\n  tidegate what-can service:acme/sales/bot can_read stream\n  tidegate what-can user:bob --on stream:acme/sales/orders"
)]
pub(crate) struct Arguments {
    /// Who, as in service:acme/sales/bot.
    #[arg(value_parser = names::object)]
    subject: String,
    /// Does what, as in can_read.
    #[arg(requires = "type_name", required_unless_present = "on")]
    action: Option<String>,
    /// On what type of object, as in stream.
    #[arg(value_name = "TYPE")]
    type_name: Option<String>,
    /// List what it may do on this object instead, as in stream:acme/sales/orders.
    #[arg(long, value_name = "OBJECT", value_parser = names::object, conflicts_with = "action")]
    on: Option<String>,
    #[command(flatten)]
    page: page::Arguments,
}

/// Lists on what it may, or what it may.
pub(crate) async fn run(
    client: Client,
    output: Output,
    arguments: Arguments,
) -> Result<Exit, Failure> {
    let Arguments {
        subject,
        action,
        type_name,
        on,
        page,
    } = arguments;
    let subject = entity::entity(&subject)?;
    let page = Some(page.into());
    match (action, type_name, on) {
        (Some(action), Some(type_name), None) => {
            let question = ResourceSearch {
                subject,
                action: entity::action(action),
                resource: EntityType { type_name },
                context: None,
                page,
            };
            let answer = client.search_resources(&question).await?;
            let answer = page::from_search(&answer, entity::object);
            page::print(output, &answer, ["OBJECT"], |object| [object.clone()])
        }
        (None, None, Some(object)) => {
            let question = ActionSearch {
                subject,
                resource: entity::entity(&object)?,
                context: None,
                page,
            };
            let answer = client.search_actions(&question).await?;
            let answer = page::from_search(&answer, |action| action.name.clone());
            page::print(output, &answer, ["ACTION"], |action| [action.clone()])
        }
        _ => Err(Failure::Usage(
            "name an action and a type, or --on OBJECT".to_owned(),
        )),
    }
}
