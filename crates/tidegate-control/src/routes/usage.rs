//! `/v1/usage`

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use tidegate_client::wire::{Balance, Page, Usage, form};
use utoipa::IntoParams;

use super::answer::Answer;
use super::paging::Paging;
use super::refusals::AskRefusals;
use super::{Caller, Params, Refusal, Rules};
use crate::domain::{AccountUsage, Fault};
use crate::store::BalanceRow;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Query {
    /// A principal or organization.
    #[param(value_type = form::ObjectName, inline)]
    account: String,
    /// The account of the organization's anonymous readers instead of its own.
    #[serde(default)]
    #[param(required = false)]
    anonymous: bool,
    /// Items at most; 100 when left out.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// `next` of the page before, with the same query.
    #[param(max_length = 1024)]
    cursor: Option<String>,
}

/// A page of windows of an account that have an entry, the newest first.
#[utoipa::path(
    get, path = "/v1/usage", operation_id = "listUsage", tag = "quotas",
    params(Query),
    responses((status = 200, description = "Found.", body = Page<Usage>), AskRefusals),
)]
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
    let of = if anonymous { "anonymous" } else { "own" };
    let list = ["usage", &account, of];
    let paging = Paging::of(&rules, &actor, &list, limit, cursor.as_deref())?;
    let bad = |_| Fault::bad("cursor", "not one that was given");
    let before_s = paging.after().map(str::parse).transpose().map_err(bad)?;
    let before_s = before_s.unwrap_or(u64::MAX);
    let windows = rules.usage(&actor, &account, anonymous, before_s, paging.rows());
    let place = |usage: &AccountUsage| usage.window.start_s.to_string();
    let page = paging.page(windows.await?, place, |usage| window(&usage))?;
    Ok(Answer(StatusCode::OK, page).into_response())
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
