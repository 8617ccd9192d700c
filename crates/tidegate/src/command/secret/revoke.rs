//! `tidegate secret revoke`

use clap::Args;
use tidegate_client::Client;

use crate::exit::{Exit, Failure};
use crate::output::Output;

/// Which secret.
#[derive(Args, Debug)]
#[group(skip)]
#[command(after_help = "Example:\n  tidegate secret revoke 0193a1c0-0000-7000-8000-000000000001")]
pub(crate) struct Arguments {
    /// Its id, as `tidegate secret list` shows it. Not its text.
    jti: String,
}

/// Revokes it, at once and for good.
pub(crate) async fn run(
    client: Client,
    output: Output,
    arguments: Arguments,
) -> Result<Exit, Failure> {
    let Arguments { jti } = arguments;
    // A text in a URL would end up in logs.
    if jti.contains('.') {
        return Err(Failure::Usage(
            "that looks like the text of a secret; name its id, as `tidegate secret list` shows it"
                .to_owned(),
        ));
    }
    let changed = client.revoke_secret(&jti).await?;
    output.done(&changed, &format!("revoked {jti}"))
}
