//! `/v1/usage`

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use tidegate_client::wire::{Balance, Page, Usage};

use super::answer::Answer;
use super::{Caller, Params, Refusal, Rules, page_limit};
use crate::domain::{AccountUsage, Fault};
use crate::store::BalanceRow;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Query {
    account: String,
    #[serde(default)]
    anonymous: bool,
    limit: Option<u32>,
    cursor: Option<String>,
}

/// The newest window first; the cursor is the start of the last one seen.
pub(crate) async fn list(
    State(rules): Rules,
    Caller(actor): Caller,
    Params(query): Params<Query>,
) -> Result<Response, Refusal> {
    let Query {
        account,
        anonymous,
        limit,
        cursor,
    } = query;
    let limit = page_limit(limit)?;
    let bad = |_| Fault::bad("cursor", "not one that was given");
    let before_s = cursor.map_or(Ok(u64::MAX), |cursor| cursor.parse().map_err(bad))?;
    let mut windows = rules
        .usage(&actor, &account, anonymous, before_s, limit + 1)
        .await?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = windows.len() > limit;
    windows.truncate(limit);
    let next = windows
        .last()
        .filter(|_| more)
        .map(|usage| usage.window.start_s.to_string());
    let items = windows.iter().map(window).collect();
    Ok(Answer(StatusCode::OK, Page::<Usage> { items, next }).into_response())
}

pub(super) fn window(usage: &AccountUsage) -> Usage {
    let AccountUsage {
        object,
        anonymous,
        window,
        read,
        write,
    } = usage;
    Usage {
        account: object.to_string(),
        anonymous: *anonymous,
        window_start_s: window.start_s,
        window_end_s: window.end_s,
        read: balance(*read),
        write: balance(*write),
    }
}

fn balance((limit_bytes, row): (Option<u64>, Option<BalanceRow>)) -> Balance {
    let Some(row) = row else {
        return Balance {
            limit_bytes,
            ..Balance::default()
        };
    };
    let BalanceRow {
        window: _,
        kind: _,
        granted_bytes,
        spent_bytes,
        returned_bytes,
        forfeited_bytes,
        requests,
    } = row;
    let settled = spent_bytes
        .saturating_add(returned_bytes)
        .saturating_add(forfeited_bytes);
    Balance {
        limit_bytes,
        granted_bytes,
        spent_bytes,
        returned_bytes,
        forfeited_bytes,
        outstanding_bytes: granted_bytes.saturating_sub(settled),
        requests,
    }
}
