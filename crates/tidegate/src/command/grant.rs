//! `tidegate grant`

use clap::Args;
use tidegate_client::Client;
use tidegate_client::wire::GrantRequest;

use crate::exit::{Exit, Failure};
use crate::names;
use crate::output::Output;

/// What to grant to whom.
#[derive(Args, Debug)]
#[group(skip)]
pub(crate) struct Arguments {
    /// On what, as in stream:acme/sales/orders.
    #[arg(value_parser = names::object)]
    object: String,
    /// Which relations, as in read write.
    #[arg(required = true)]
    relations: Vec<String>,
    /// To whom, as in service:acme/sales/bot.
    #[arg(long, value_name = "SUBJECT", value_parser = names::subject)]
    to: String,
}

/// Grants all of them, or none.
pub(crate) async fn run(
    client: Client,
    output: Output,
    arguments: Arguments,
) -> Result<Exit, Failure> {
    let Arguments {
        object,
        relations,
        to: subject,
    } = arguments;
    let request = GrantRequest {
        object,
        relations,
        subject,
    };
    let changed = client.grant(&request).await?;
    output.answer(&changed, |text, _| {
        let GrantRequest {
            object,
            relations,
            subject,
        } = &request;
        text.line(&format!(
            "granted {} on {object} to {subject}",
            relations.join(", ")
        ));
    })?;
    Ok(Exit::Ok)
}
