//! `tidegate secret issue|list|revoke`

use clap::{Args, Subcommand};
use tidegate_client::Client;
use tidegate_client::wire::{IssueSecret, IssuedSecret, SecretInfo};

use crate::command::page;
use crate::exit::{Exit, Failure};
use crate::names;
use crate::output::Output;
use crate::quantity;

/// What to do with secrets.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Issue a secret; its text is shown this once.
    Issue(Issue),
    /// List the secrets of a user or service, without their texts.
    List(List),
    /// Revoke a secret.
    Revoke(Revoke),
}

/// What to issue.
#[derive(Args, Debug)]
#[group(skip)]
pub(crate) struct Issue {
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

/// Whose secrets.
#[derive(Args, Debug)]
#[group(skip)]
pub(crate) struct List {
    /// Whose, as in service:acme/sales/bot.
    #[arg(value_parser = names::object)]
    subject: String,
    #[command(flatten)]
    page: page::Arguments,
}

/// Which secret.
#[derive(Args, Debug)]
#[group(skip)]
pub(crate) struct Revoke {
    /// Its id, as `tidegate secret list` shows it. Not its text.
    jti: String,
}

/// Does it.
pub(crate) async fn run(client: Client, output: Output, verb: Verb) -> Result<Exit, Failure> {
    match verb {
        Verb::Issue(arguments) => issue(&client, output, arguments).await,
        Verb::List(arguments) => list(&client, output, arguments).await,
        Verb::Revoke(arguments) => revoke(&client, output, &arguments).await,
    }
}

/// Everything about a new secret but its text.
pub(crate) fn describe(issued: &IssuedSecret) -> String {
    let IssuedSecret {
        secret: _,
        jti,
        subject,
        kind,
        expires_at_s,
        revision: _,
    } = issued;
    let ends = expires_at_s.map_or_else(
        || "does not expire".to_owned(),
        |at_s| format!("expires {}", quantity::time(at_s)),
    );
    format!("{kind} secret {jti} of {subject}, {ends}; shown this once:")
}

async fn issue(client: &Client, output: Output, arguments: Issue) -> Result<Exit, Failure> {
    let Issue {
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
    output.remark(&describe(&issued));
    output.answer(&issued, |text, issued| text.line(&issued.secret))?;
    Ok(Exit::Ok)
}

async fn list(client: &Client, output: Output, arguments: List) -> Result<Exit, Failure> {
    let List { subject, page } = arguments;
    let answer = client.secrets(&subject, &page.into()).await?;
    let headings = ["JTI", "KIND", "ISSUED", "BY", "STATE", "DESCRIPTION"];
    output.answer(&answer, |text, answer| {
        page::table(text, answer, headings, row);
    })?;
    Ok(Exit::Ok)
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

async fn revoke(client: &Client, output: Output, arguments: &Revoke) -> Result<Exit, Failure> {
    let Revoke { jti } = arguments;
    // A text in a URL would end up in logs.
    if jti.contains('.') {
        return Err(Failure::Usage(
            "that looks like the text of a secret; name its id, as `tidegate secret list` shows it"
                .to_owned(),
        ));
    }
    let changed = client.revoke_secret(jti).await?;
    output.answer(&changed, |text, _| text.line(&format!("revoked {jti}")))?;
    Ok(Exit::Ok)
}
