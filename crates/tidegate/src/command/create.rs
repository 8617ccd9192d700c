//! `tidegate create`

use clap::Args;
use tidegate_client::Client;
use tidegate_client::wire::{CreateObject, Limit, QuotaLimits};

use crate::command::secret;
use crate::exit::{Exit, Failure};
use crate::names;
use crate::output::Output;
use crate::quantity;

/// What to create.
#[derive(Args, Debug)]
#[group(skip)]
pub(crate) struct Arguments {
    /// As in service:acme/sales/bot; the id is its name for good.
    #[arg(value_parser = names::object)]
    object: String,
    /// A name for people; may change.
    #[arg(long)]
    display_name: Option<String>,
    /// Who counts as its creator, as in user:alice; you unless said otherwise.
    #[arg(long, value_parser = names::object)]
    owner: Option<String>,
    /// Content of responses in a month, in MB (10^6 bytes), or unlimited.
    #[arg(long, value_name = "MB", value_parser = quantity::limit_mb)]
    read_quota_mb: Option<Limit>,
    /// Content of requests in a month, in MB (10^6 bytes), or unlimited.
    #[arg(long, value_name = "MB", value_parser = quantity::limit_mb)]
    write_quota_mb: Option<Limit>,
}

/// Creates it; a new person's first secret is printed, this once.
pub(crate) async fn run(
    client: Client,
    output: Output,
    arguments: Arguments,
) -> Result<Exit, Failure> {
    let Arguments {
        object,
        display_name,
        owner,
        read_quota_mb,
        write_quota_mb,
    } = arguments;
    let limits = QuotaLimits {
        read: read_quota_mb,
        write: write_quota_mb,
    };
    let quota = (limits != QuotaLimits::default()).then_some(limits);
    let created = client
        .create_object(&CreateObject {
            object,
            display_name,
            owner,
            quota,
        })
        .await?;
    if let Some(issued) = &created.secret {
        output.remark(&format!(
            "created {} with its first secret:",
            created.object
        ));
        output.remark(&secret::describe(issued));
    }
    output.answer(&created, |text, created| match &created.secret {
        Some(issued) => text.line(&issued.secret),
        None => text.line(&format!("created {}", created.object)),
    })?;
    Ok(Exit::Ok)
}
