//! `tidegate whoami`

use clap::Args;
use tidegate_client::Client;
use tidegate_client::wire::Whoami;

use crate::exit::{Exit, Failure};
use crate::output::{Output, Text};
use crate::quantity;

/// No flags of its own.
#[derive(Args, Debug)]
#[group(skip)]
#[command(after_help = "Example:\n  tidegate whoami")]
pub(crate) struct Arguments {}

/// Asks the API, so that a secret that was revoked is noticed.
pub(crate) async fn run(
    client: Client,
    output: Output,
    arguments: Arguments,
) -> Result<Exit, Failure> {
    let Arguments {} = arguments;
    output.answer(&client.whoami().await?, describe)?;
    Ok(Exit::Ok)
}

/// Everything that the API says about a secret.
fn describe(text: &mut Text, me: &Whoami) {
    let Whoami {
        subject,
        uid,
        kind,
        jti,
        expires_at_s,
        addresses,
        revision: _,
    } = me;
    text.line(&format!("subject    {subject}"));
    text.line(&format!("uid        {uid}"));
    text.line(&format!("secret     {jti} ({kind})"));
    text.line(&format!("expires    {}", quantity::end(*expires_at_s)));
    if !addresses.is_empty() {
        text.line(&format!("addresses  {}", addresses.join(", ")));
    }
}
