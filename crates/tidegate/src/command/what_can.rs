//! `tidegate what-can`

use clap::Args;
use tidegate_client::Client;
use tidegate_client::wire::{ActionSearch, EntityType, Explain, ResourceSearch};

use crate::command::{entity, explain};
use crate::exit::{Exit, Failure};
use crate::names;
use crate::output::Output;

/// The question.
#[derive(Args, Debug)]
#[group(skip)]
#[command(
    override_usage = "tidegate what-can [OPTIONS] <SUBJECT> <ACTION> --type <TYPE>\n       tidegate what-can [OPTIONS] <SUBJECT> --on <OBJECT>",
    after_help = "Example:\n  tidegate what-can service:acme/sales/bot can_read --type stream\n  tidegate what-can service:acme/sales/bot can_read --type stream --why\n  tidegate what-can user:bob --on stream:acme/sales/orders"
)]
pub(crate) struct Arguments {
    /// Who, as in service:acme/sales/bot.
    #[arg(value_parser = names::object)]
    subject: String,
    /// Does what, as in can_read.
    #[arg(requires = "type_name", required_unless_present = "on")]
    action: Option<String>,
    /// On what type of object, as in stream.
    #[arg(long = "type", value_name = "TYPE", requires = "action")]
    type_name: Option<String>,
    /// List what it may do on this object instead, as in stream:acme/sales/orders.
    #[arg(long, value_name = "OBJECT", value_parser = names::object, conflicts_with = "action")]
    on: Option<String>,
    #[command(flatten)]
    list: explain::list::Arguments,
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
        list,
    } = arguments;
    let wanted = list.wanted()?;
    let asked = entity::entity(&subject)?;
    let page = Some(wanted.page.clone());
    let question = |action: &str, resource: &str| Explain {
        subject: Some(subject.clone()),
        action: action.to_owned(),
        resource: resource.to_owned(),
        context: None,
    };
    match (action, type_name, on) {
        (Some(action), Some(type_name), None) => {
            let search = ResourceSearch {
                subject: asked,
                action: entity::action(action.clone()),
                resource: EntityType { type_name },
                context: None,
                page,
            };
            let found = client.search_resources(&search).await?;
            let question = |object: &str| question(&action, object);
            wanted
                .print(&client, output, "OBJECT", &found, entity::object, question)
                .await
        }
        (None, None, Some(object)) => {
            let search = ActionSearch {
                subject: asked,
                resource: entity::entity(&object)?,
                context: None,
                page,
            };
            let found = client.search_actions(&search).await?;
            let question = |action: &str| question(action, &object);
            let name = |action: &tidegate_client::wire::Action| action.name.clone();
            wanted
                .print(&client, output, "ACTION", &found, name, question)
                .await
        }
        _ => Err(Failure::Usage(
            "name an action and a --type, or --on OBJECT".to_owned(),
        )),
    }
}
