//! `tidegate usage`

use clap::Args;
use tidegate_client::Client;
use tidegate_client::wire::{Balance, Page, Usage};

use crate::command::page;
use crate::exit::{Exit, Failure};
use crate::names;
use crate::output::{Output, Text};
use crate::quantity;

/// Which account.
#[derive(Args, Debug)]
#[group(skip)]
pub(crate) struct Account {
    /// A service, user or organization, as in service:acme/sales/bot.
    #[arg(value_parser = names::object)]
    pub(crate) account: String,
    /// What the organization's readers without a secret share, instead of its own.
    #[arg(long)]
    pub(crate) anonymous: bool,
}

/// What to show.
#[derive(Args, Debug)]
#[group(skip)]
#[command(after_help = "Example:\n  tidegate usage service:acme/sales/bot")]
pub(crate) struct Arguments {
    #[command(flatten)]
    account: Account,
    #[command(flatten)]
    page: page::Arguments,
}

/// Shows one row for each window and kind, newest first.
pub(crate) async fn run(
    client: Client,
    output: Output,
    arguments: Arguments,
) -> Result<Exit, Failure> {
    let Arguments {
        account: Account { account, anonymous },
        page,
    } = arguments;
    output.answer(
        &client.usage(&account, anonymous, &page.into()).await?,
        describe,
    )?;
    Ok(Exit::Ok)
}

/// The limit of a balance, for people.
pub(crate) fn limit(balance: &Balance) -> String {
    balance
        .limit_bytes
        .map_or_else(|| "unlimited".to_owned(), quantity::size)
}

fn describe(text: &mut Text, page: &Page<Usage>) {
    // Reads and writes are rows of their own.
    let rows = page
        .items
        .iter()
        .flat_map(|usage| [(usage, "read"), (usage, "write")]);
    let page = Page {
        items: rows.collect(),
        next: page.next.clone(),
    };
    let headings = [
        "WINDOW",
        "KIND",
        "LIMIT",
        "SPENT",
        "HELD",
        "FORFEITED",
        "REQUESTS",
    ];
    page::table(text, &page, headings, |(usage, kind)| {
        let balance = if *kind == "read" {
            &usage.read
        } else {
            &usage.write
        };
        [
            quantity::day(usage.window_start_s),
            (*kind).to_owned(),
            limit(balance),
            quantity::size(balance.spent_bytes),
            quantity::size(balance.outstanding_bytes),
            quantity::size(balance.forfeited_bytes),
            balance.requests.to_string(),
        ]
    });
}
