//! `tidegate secret list`

use clap::Args;
use tidegate_client::Client;
use tidegate_client::wire::SecretInfo;

use crate::command::page;
use crate::exit::{Exit, Failure};
use crate::names;
use crate::output::Output;
use crate::quantity;

/// Whose secrets.
#[derive(Args, Debug)]
#[group(skip)]
#[command(after_help = "Example:\n  tidegate secret list service:acme/sales/bot")]
pub(crate) struct Arguments {
    /// Whose, as in service:acme/sales/bot.
    #[arg(value_parser = names::object)]
    subject: String,
    #[command(flatten)]
    page: page::Arguments,
}

/// Lists everything about them but their texts, which nobody has.
pub(crate) async fn run(
    client: Client,
    output: Output,
    arguments: Arguments,
) -> Result<Exit, Failure> {
    let Arguments { subject, page } = arguments;
    let answer = client.secrets(&subject, &page.into()).await?;
    let headings = ["JTI", "KIND", "ISSUED", "BY", "STATE", "DESCRIPTION"];
    page::print(output, &answer, headings, row)
}

fn row(info: &SecretInfo) -> [String; 6] {
    let SecretInfo {
        jti,
        subject: _,
        kind,
        description,
        issued_at_s,
        expires_at_s,
        revoked_at_s,
        issued_by,
    } = info;
    let state = match (revoked_at_s, expires_at_s) {
        (Some(at_s), _) => format!("revoked {}", quantity::time(*at_s)),
        (None, Some(at_s)) => format!("until {}", quantity::time(*at_s)),
        (None, None) => "does not expire".to_owned(),
    };
    [
        jti.clone(),
        kind.clone(),
        quantity::time(*issued_at_s),
        issued_by.clone(),
        state,
        description.clone().unwrap_or_default(),
    ]
}
