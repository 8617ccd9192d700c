//! `tidegate quota set|show`

use clap::{Args, Subcommand};
use tidegate_client::Client;
use tidegate_client::wire::{Balance, Limit, QuotaLimits, SetQuota, Usage};

use crate::command::usage;
use crate::exit::{Exit, Failure};
use crate::output::{Output, Text};
use crate::quantity;

/// What to do with quotas.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Set limits; one that is not named stays as it is.
    Set(Set),
    /// Show limits, and what of them is left in the current window.
    Show(Show),
}

/// Which limits.
#[derive(Args, Debug)]
#[group(skip)]
#[command(after_help = "Example:\n  tidegate quota set service:acme/sales/bot --read-quota-mb 50")]
pub(crate) struct Set {
    #[command(flatten)]
    account: usage::Account,
    #[command(flatten)]
    limits: Limits,
}

#[derive(Args, Debug)]
#[group(required = true, multiple = true)]
struct Limits {
    /// Content of responses in a month, in MB (10^6 bytes), or unlimited.
    #[arg(long, value_name = "MB", value_parser = quantity::limit_mb)]
    read_quota_mb: Option<Limit>,
    /// Content of requests in a month, in MB (10^6 bytes), or unlimited.
    #[arg(long, value_name = "MB", value_parser = quantity::limit_mb)]
    write_quota_mb: Option<Limit>,
}

/// Whose limits.
#[derive(Args, Debug)]
#[group(skip)]
#[command(after_help = "Example:\n  tidegate quota show organization:acme --anonymous")]
pub(crate) struct Show {
    #[command(flatten)]
    account: usage::Account,
}

/// Sets limits.
pub(crate) async fn set(client: Client, output: Output, arguments: Set) -> Result<Exit, Failure> {
    let Set { account, limits } = arguments;
    let usage::Account { account, anonymous } = account;
    let Limits {
        read_quota_mb,
        write_quota_mb,
    } = limits;
    let limits = QuotaLimits {
        read: read_quota_mb,
        write: write_quota_mb,
    };
    let request = SetQuota {
        account,
        anonymous,
        limits,
    };
    let changed = client.set_quota(&request).await?;
    output.done(&changed, &format!("set the quota of {}", request.account))
}

/// Shows limits.
pub(crate) async fn show(client: Client, output: Output, arguments: Show) -> Result<Exit, Failure> {
    let usage::Account { account, anonymous } = arguments.account;
    output.answer(&client.quota(&account, anonymous).await?, describe)?;
    Ok(Exit::Ok)
}

fn describe(text: &mut Text, usage: &Usage) {
    let Usage {
        account,
        anonymous,
        window_start_s,
        window_end_s,
        read,
        write,
    } = usage;
    let anonymous = if *anonymous {
        " (anonymous readers)"
    } else {
        ""
    };
    let (start, end) = (quantity::day(*window_start_s), quantity::day(*window_end_s));
    text.line(&format!(
        "{account}{anonymous}, from {start} to before {end} (UTC)"
    ));
    let headings = [
        "",
        "LIMIT",
        "SPENT",
        "HELD",
        "FORFEITED",
        "LEFT",
        "REQUESTS",
    ];
    text.table(headings, &[row("read", read), row("write", write)]);
}

/// What nodes hold is neither spent nor left: it is theirs to hand out or to give back.
fn row(kind: &str, balance: &Balance) -> [String; 7] {
    let left = balance.limit_bytes.map(|limit| {
        limit.saturating_sub(balance.granted_bytes.saturating_sub(balance.returned_bytes))
    });
    [
        kind.to_owned(),
        usage::limit(balance),
        quantity::size(balance.spent_bytes),
        quantity::size(balance.outstanding_bytes),
        quantity::size(balance.forfeited_bytes),
        left.map_or_else(|| "unlimited".to_owned(), quantity::size),
        balance.requests.to_string(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_is_not_left() {
        let balance = Balance {
            limit_bytes: Some(100_000_000),
            granted_bytes: 60_000_000,
            spent_bytes: 10_000_000,
            returned_bytes: 20_000_000,
            forfeited_bytes: 5_000_000,
            outstanding_bytes: 25_000_000,
            requests: 3,
        };
        let expected = ["read", "100 MB", "10 MB", "25 MB", "5 MB", "60 MB", "3"];
        assert_eq!(row("read", &balance), expected);
        let unlimited = Balance {
            limit_bytes: None,
            ..balance
        };
        assert_eq!(row("read", &unlimited)[5], "unlimited");
        let lowered = Balance {
            limit_bytes: Some(1),
            ..balance
        };
        assert_eq!(row("read", &lowered)[5], "0 B");
    }
}
