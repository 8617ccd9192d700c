//! `tidegate who-can`

use clap::Args;
use tidegate_client::Client;
use tidegate_client::wire::{EntityType, Explain, SubjectSearch};

use crate::command::{entity, explain};
use crate::exit::{Exit, Failure};
use crate::names;
use crate::output::Output;

/// The question.
#[derive(Args, Debug)]
#[group(skip)]
#[command(
    after_help = "Example:\n  tidegate who-can can_read stream:acme/sales/orders --type service\n  tidegate who-can can_read stream:acme/sales/orders --type service --why"
)]
pub(crate) struct Arguments {
    /// What they do, as in can_read.
    action: String,
    /// On what, as in stream:acme/sales/orders.
    #[arg(value_parser = names::object)]
    resource: String,
    /// Which type of subject, as in service.
    #[arg(long = "type", value_name = "TYPE", default_value = "user")]
    type_name: String,
    #[command(flatten)]
    list: explain::list::Arguments,
}

/// Lists who may.
pub(crate) async fn run(
    client: Client,
    output: Output,
    arguments: Arguments,
) -> Result<Exit, Failure> {
    let Arguments {
        action,
        resource,
        type_name,
        list,
    } = arguments;
    let wanted = list.wanted()?;
    let search = SubjectSearch {
        subject: EntityType { type_name },
        action: entity::action(action.clone()),
        resource: entity::entity(&resource)?,
        context: None,
        page: Some(wanted.page.clone()),
    };
    let found = client.search_subjects(&search).await?;
    let question = |subject: &str| Explain {
        subject: Some(subject.to_owned()),
        action: action.clone(),
        resource: resource.clone(),
        context: None,
    };
    wanted
        .print(&client, output, "SUBJECT", &found, entity::object, question)
        .await
}
