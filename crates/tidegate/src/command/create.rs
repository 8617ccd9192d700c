//! `tidegate create`

use std::collections::BTreeMap;

use clap::Args;
use tidegate_client::Client;
use tidegate_client::wire::{CreateObject, Limit, QuotaLimits};

use crate::command::secret::issue;
use crate::exit::{Exit, Failure};
use crate::names;
use crate::output::Output;
use crate::quantity;

/// What to create.
#[derive(Args, Debug)]
#[group(skip)]
#[command(
    after_help = "Example:\n  tidegate create service:acme/sales/bot --read-quota-mb 100 --write-quota-mb 100\n  tidegate create record:acme/main/r1 --link attachment=attachment:acme/main/ml"
)]
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
    /// What it points at besides its parent, as in attachment=attachment:acme/main/ml.
    #[arg(long, value_name = "RELATION=OBJECT", value_parser = names::link)]
    link: Vec<(String, String)>,
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
        link,
        read_quota_mb,
        write_quota_mb,
    } = arguments;
    let mut links = BTreeMap::new();
    for (relation, target) in link {
        if links.insert(relation.clone(), target).is_some() {
            let message = format!("--link {relation}=… is there twice");
            return Err(Failure::Usage(message));
        }
    }
    let limits = QuotaLimits {
        read: read_quota_mb,
        write: write_quota_mb,
    };
    let request = CreateObject {
        object,
        display_name,
        links,
        owner,
        quota: (limits != QuotaLimits::default()).then_some(limits),
    };
    let created = client.create_object(&request).await?;
    let Some(issued) = &created.secret else {
        return output.done(&created, &format!("created {}", created.object));
    };
    output.remark(&format!(
        "created {} with its first secret:",
        created.object
    ));
    issue::show(output, &created, issued)
}
