//! `/v1/bundle`: the whole snapshot, for nodes.

use std::convert::Infallible;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use futures_util::stream;
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE};
use tidegate_client::replica::MODEL_HEADER;

use super::{Caller, Refusal, Rules};
use crate::domain::SignedBundle;

/// `GET /v1/bundle`
pub(crate) async fn whole(State(rules): Rules, Caller(actor): Caller) -> Result<Response, Refusal> {
    let SignedBundle { head, payload } = rules.bundle(&actor).await?;
    let length = head.len() + payload.len();
    let pieces = [head, payload].map(Ok::<_, Infallible>);
    let mut response = Response::new(Body::from_stream(stream::iter(pieces)));
    let headers = response.headers_mut();
    headers.insert(CONTENT_LENGTH, length.into());
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/octet-stream"),
    );
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(model) = HeaderValue::from_str(rules.model_tag()) {
        headers.insert(MODEL_HEADER, model);
    }
    Ok(response)
}
