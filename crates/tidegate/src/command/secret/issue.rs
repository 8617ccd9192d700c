//! `tidegate secret issue`

use clap::Args;
use serde::Serialize;
use tidegate_client::Client;
use tidegate_client::wire::{IssueSecret, IssuedSecret};

use crate::exit::{Exit, Failure};
use crate::names;
use crate::output::Output;
use crate::quantity;

/// What to issue.
#[derive(Args, Debug)]
#[group(skip)]
#[command(
    after_help = "Example:\n  tidegate secret issue service:acme/sales/bot --description \"nightly export\" --expires-in 30d"
)]
pub(crate) struct Arguments {
    /// Whose, as in service:acme/sales/bot.
    #[arg(value_parser = names::object)]
    subject: String,
    /// What it is for, as in "nightly export".
    #[arg(long)]
    description: Option<String>,
    /// Which kind; may be left out where the subject's type has one.
    #[arg(long)]
    kind: Option<String>,
    /// How long it holds, as in 30d or 12h; by default as long as its kind says.
    #[arg(long, value_name = "DURATION", value_parser = quantity::duration_s)]
    expires_in: Option<u64>,
}

/// Issues it and prints its text, this once.
pub(crate) async fn run(
    client: Client,
    output: Output,
    arguments: Arguments,
) -> Result<Exit, Failure> {
    let Arguments {
        subject,
        description,
        kind,
        expires_in,
    } = arguments;
    let request = IssueSecret {
        subject,
        kind,
        description,
        expires_in_s: expires_in,
    };
    let issued = client.issue_secret(&request).await?;
    show(output, &issued, &issued)
}

/// Prints an answer that holds a new secret: for people its text alone on standard output, so that it can
/// be piped on, and the rest beside it.
pub(crate) fn show<T: Serialize>(
    output: Output,
    answer: &T,
    issued: &IssuedSecret,
) -> Result<Exit, Failure> {
    let IssuedSecret {
        secret,
        jti,
        subject,
        kind,
        expires_at_s,
        revision: _,
    } = issued;
    let ends = match expires_at_s {
        None => "does not expire".to_owned(),
        Some(at_s) => format!("expires {}", quantity::time(*at_s)),
    };
    let what = format!("{kind} secret {jti} of {subject}, {ends}");
    match secret {
        Some(text) => {
            output.remark(&format!("{what}; shown this once:"));
            output.done(answer, text)
        }
        // A repeat under the same idempotency key.
        None => output.done(answer, &format!("{what}; its text was shown before")),
    }
}
