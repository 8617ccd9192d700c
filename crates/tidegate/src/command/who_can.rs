//! `tidegate who-can`

use clap::Args;
use tidegate_client::Client;
use tidegate_client::wire::{EntityType, SubjectSearch};

use crate::command::{entity, page};
use crate::exit::{Exit, Failure};
use crate::names;
use crate::output::Output;

/// The question.
#[derive(Args, Debug)]
#[group(skip)]
#[command(
    after_help = "Example:\n  tidegate who-can can_read stream:acme/sales/orders --type service"
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
    page: page::Arguments,
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
        page,
    } = arguments;
    let question = SubjectSearch {
        subject: EntityType { type_name },
        action: entity::action(action),
        resource: entity::entity(&resource)?,
        context: None,
        page: Some(page.into()),
    };
    let answer = client.search_subjects(&question).await?;
    let answer = page::from_search(&answer, entity::object);
    page::print(output, &answer, ["SUBJECT"], |subject| [subject.clone()])
}
