//! `/v1/watch`: what changes, for nodes.

use std::convert::Infallible;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use serde::Deserialize;
use tidegate_client::replica::MODEL_HEADER;
use tidegate_client::wire::WatchLine;
use utoipa::IntoParams;

use super::refusals::AskRefusals;
use super::{Caller, Params, Refusal, Rules};
use crate::domain::{Administration, Watch};

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
    Ok(lines(&rules, watch))
}

/// What somebody is told as it happens.
pub(super) trait Told: Send + 'static {
    /// The next lines, each with its end; none when the stream is over.
    fn next(&mut self) -> impl Future<Output = Option<Bytes>> + Send;
}

impl Told for Watch {
    fn next(&mut self) -> impl Future<Output = Option<Bytes>> + Send {
        Self::next(self)
    }
}

/// Lines of JSON. Each is worked out when it can be sent: who does not read makes nothing pile up here.
pub(super) fn lines(rules: &Administration, told: impl Told) -> Response {
    let lines = stream::unfold(told, |mut told| async move {
        let lines = told.next().await?;
        Some((Ok::<_, Infallible>(lines), told))
    });
    let body = Body::from_stream(lines);
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
