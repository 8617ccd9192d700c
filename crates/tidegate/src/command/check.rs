//! `tidegate check`

use clap::Args;
use tidegate_client::Client;
use tidegate_client::wire::Evaluation;

use crate::command::entity;
use crate::exit::{Exit, Failure};
use crate::names;
use crate::output::{Output, Tone};

/// The question.
#[derive(Args, Debug)]
#[group(skip)]
#[command(
    after_help = "Example:\n  tidegate check service:acme/sales/bot can_read stream:acme/sales/orders"
)]
pub(crate) struct Arguments {
    /// Who, as in service:acme/sales/bot.
    #[arg(value_parser = names::object)]
    subject: String,
    /// Does what, as in can_read.
    action: String,
    /// On what, as in stream:acme/sales/orders.
    #[arg(value_parser = names::object)]
    resource: String,
}

/// Prints the answer, and ends with it.
pub(crate) async fn run(
    client: Client,
    output: Output,
    arguments: Arguments,
) -> Result<Exit, Failure> {
    let Arguments {
        subject,
        action,
        resource,
    } = arguments;
    let question = Evaluation {
        subject: entity::entity(&subject)?,
        action: entity::action(action),
        resource: entity::entity(&resource)?,
        context: None,
    };
    let answer = client.evaluate(&question).await?;
    output.answer(&answer, |text, answer| match answer.decision {
        true => text.toned_line(Tone::Yes, "allowed"),
        false => text.toned_line(Tone::No, "denied"),
    })?;
    Ok(if answer.decision {
        Exit::Ok
    } else {
        Exit::Denied
    })
}
