//! `tidegate exchange`

use clap::Args;
use tidegate_client::wire::{Limit, TokenRequest};

use super::connection;
use crate::exit::{Exit, Failure};
use crate::names;
use crate::output::Output;
use crate::quantity;

/// What the narrower secret may still do; what is left out stays as it is.
#[derive(Args, Debug)]
#[group(skip)]
#[command(
    after_help = "Example:\n  tidegate exchange --action can_read --on stream:acme/sales/orders --budget-mb 10 --expires-in 15m"
)]
pub(crate) struct Arguments {
    /// Only this action, as in can_read; may be given several times.
    #[arg(long, value_name = "ACTION")]
    action: Vec<String>,
    /// Only this object and what lies below it; may be given several times.
    #[arg(long, value_name = "OBJECT", value_parser = names::object)]
    on: Vec<String>,
    /// Only for this audience out of the secret's, as in gateway; may be given several times.
    #[arg(long, value_name = "AUDIENCE")]
    audience: Vec<String>,
    /// What it may read at most, and write at most, in MB (10^6 bytes).
    #[arg(long, value_name = "MB", value_parser = quantity::limit_mb)]
    budget_mb: Option<Limit>,
    /// How long it holds, as in 15m: at most an hour, and no longer than the secret.
    #[arg(long, value_name = "DURATION", value_parser = quantity::duration_s)]
    expires_in: Option<u64>,
}

/// Exchanges the secret in force for a narrower one, and prints its text, this once.
pub(crate) async fn run(
    output: Output,
    arguments: Arguments,
    connection: &connection::Arguments,
) -> Result<Exit, Failure> {
    let Arguments {
        action,
        on,
        audience,
        budget_mb,
        expires_in,
    } = arguments;
    if let Some(word) = action.iter().find(|word| word.contains([':', ' '])) {
        let detail = format!("--action {word}: an action is a word such as can_read");
        return Err(Failure::Usage(detail));
    }
    let budget_bytes = match budget_mb {
        None => None,
        Some(Limit::Bytes(bytes)) => Some(bytes),
        Some(Limit::Unlimited(_)) => {
            let detail = "--budget-mb: a number of MB; leave it out for no budget".to_owned();
            return Err(Failure::Usage(detail));
        }
    };
    let Some(secret) = connection.secret()? else {
        let detail = "there is no secret to exchange: `tidegate login`, TIDEGATE_SECRET or \
                      --secret-file";
        return Err(Failure::Usage(detail.to_owned()));
    };
    let words: Vec<String> = action.into_iter().chain(on).collect();
    let request = TokenRequest {
        audience,
        scope: (!words.is_empty()).then(|| words.join(" ")),
        budget_bytes,
        expires_in,
        ..TokenRequest::new(&secret)
    };
    // The secret is in the request itself.
    let answer = connection.anonymous()?.exchange(&request).await?;
    let what = answer.scope.as_deref().unwrap_or("everything as before");
    output.remark(&format!(
        "narrowed secret {} for {what}, expires in {} s; shown this once:",
        answer.jti, answer.expires_in
    ));
    // Sent without an idempotency key, it is no repeat: the text is there.
    output.done(&answer, answer.access_token.as_deref().unwrap_or_default())
}
