//! `/v1/slice`: what the caller's own subject may do, for whoever decides for it alone, and what changes of it.

use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use serde::Deserialize;
use tidegate_client::wire::SliceLine;
use utoipa::IntoParams;

use super::bundle::answer;
use super::extract::Nothing;
use super::refusals::AskRefusals;
use super::watch::{Told, lines};
use super::{Caller, Params, Refusal, Rules};
use crate::domain::SliceWatch;

/// What the caller's own subject may do with a secret of this kind, signed: one line of compact JWS (audience
/// `slice`) that carries the SHA-256 of the binary payload after it. For holders of any secret, whatever it is for, but
/// one that was narrowed.
#[utoipa::path(
    get, path = "/v1/slice", operation_id = "getSlice", tag = "secrets",
    responses(
        (status = 200, description = "Head and payload.", body = String, content_type = "application/octet-stream"),
        AskRefusals,
    ),
)]
pub(crate) async fn own(
    State(rules): Rules,
    Caller(actor): Caller,
    Params(Nothing {}): Params<Nothing>,
) -> Result<Response, Refusal> {
    let signed = rules.slice(&actor).await?;
    Ok(answer(&rules, signed))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Query {
    /// The revision of the slice that the follower has; without it, or with another than the newest, the stream begins
    /// with the whole slice.
    from: Option<u64>,
}

/// What changes of the caller's own slice, as lines of JSON for as long as they are read, one each second. For holders
/// of any secret, whatever it is for, but one that was narrowed.
#[utoipa::path(
    get, path = "/v1/slice/watch", operation_id = "watchSlice", tag = "secrets",
    params(Query),
    responses(
        (status = 200, description = "Lines.", body = SliceLine, content_type = "application/x-ndjson"),
        AskRefusals,
    ),
)]
pub(crate) async fn follow(
    State(rules): Rules,
    Caller(actor): Caller,
    Params(Query { from }): Params<Query>,
) -> Result<Response, Refusal> {
    let watch = rules.watch_slice(actor, from).await?;
    Ok(lines(&rules, watch))
}

impl Told for SliceWatch {
    fn next(&mut self) -> impl Future<Output = Option<Bytes>> + Send {
        Self::next(self)
    }
}
