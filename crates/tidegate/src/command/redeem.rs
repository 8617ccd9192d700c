//! `tidegate redeem`

use clap::Args;
use tidegate_client::Client;
use tidegate_client::wire::{Redeem, Redeemed};

use crate::command::secret::issue;
use crate::exit::{Exit, Failure};
use crate::hidden;
use crate::names;
use crate::output::Output;

/// For whom.
#[derive(Args, Debug)]
#[group(skip)]
#[command(after_help = "Example:\n  tidegate redeem --as user:dora")]
pub(crate) struct Arguments {
    /// Create this person, as in user:dora; without it the address becomes yours.
    #[arg(long = "as", value_name = "PERSON", value_parser = names::object)]
    subject: Option<String>,
}

/// Asks for the code, redeems it, and says how to accept. Works once.
pub(crate) async fn run(
    client: Client,
    output: Output,
    arguments: Arguments,
) -> Result<Exit, Failure> {
    let Arguments { subject } = arguments;
    let code = hidden::read(None, "Code from the mail: ")?;
    let redeemed = client.redeem_invitation(&Redeem { code, subject }).await?;
    let Redeemed {
        subject,
        address,
        invitation,
        secret,
        revision: _,
    } = &redeemed;
    let line = format!("{address} is {subject} now");
    match secret {
        Some(issued) => {
            output.remark(&line);
            issue::show(output, &redeemed, issued)?;
        }
        None => output.answer(&redeemed, |text, _| text.line(&line))?,
    }
    output.remark(&format!(
        "accept with: tidegate accept {}",
        invitation.object
    ));
    Ok(Exit::Ok)
}
