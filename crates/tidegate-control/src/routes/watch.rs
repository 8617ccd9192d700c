//! `/v1/watch`: what changes, for nodes.

use std::convert::Infallible;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use futures_util::stream;
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use serde::Deserialize;
use tidegate_client::replica::MODEL_HEADER;
use tidegate_client::wire::WatchLine;
use utoipa::IntoParams;

use super::refusals::AskRefusals;
use super::{Caller, Params, Refusal, Rules};
use crate::domain::Administration;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Query {
    /// The revision that the node holds.
    from: u64,
}

/// What changes after a revision, as lines of JSON for as long as they are read, a heartbeat each second. For nodes.
#[utoipa::path(
    get, path = "/v1/watch", operation_id = "watch", tag = "nodes",
    params(Query),
    responses(
        (status = 200, description = "Lines.", body = WatchLine, content_type = "application/x-ndjson"),
        AskRefusals,
    ),
)]
pub(crate) async fn follow(
    State(rules): Rules,
    Caller(actor): Caller,
    Params(Query { from }): Params<Query>,
) -> Result<Response, Refusal> {
    let watch = rules.watch(actor, from).await?;
    // Worked out when it can be sent: who does not read makes nothing pile up here.
    let lines = stream::unfold(watch, |mut watch| async move {
        let lines = watch.next().await?;
        Some((Ok::<_, Infallible>(lines), watch))
    });
    Ok(self::lines(&rules, Body::from_stream(lines)))
}

/// Lines of JSON.
pub(super) fn lines(rules: &Administration, body: Body) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/x-ndjson"),
    );
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(model) = HeaderValue::from_str(rules.model_tag()) {
        headers.insert(MODEL_HEADER, model);
    }
    response
}
