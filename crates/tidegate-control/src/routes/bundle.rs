//! `/v1/bundle`: the whole snapshot, for nodes.

use std::convert::Infallible;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use futures_util::stream;
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue, StatusCode};
use tidegate_client::replica::MODEL_HEADER;

use super::extract::Nothing;
use super::refusals::AskRefusals;
use super::{Caller, Params, Refusal, Rules};
use crate::domain::{Administration, SignedBundle};

/// The whole snapshot, signed: one line of compact JWS that carries the SHA-256 of the binary payload after it. For
/// nodes. Who has one names it by its `ETag` in `If-None-Match`, and is told with 304 that it is still the newest.
#[utoipa::path(
    get, path = "/v1/bundle", operation_id = "getBundle", tag = "nodes",
    responses(
        (status = 200, description = "Head and payload.", body = String, content_type = "application/octet-stream"),
        (status = 304, description = "The bundle that is named is still the newest."),
        AskRefusals,
    ),
)]
pub(crate) async fn whole(
    State(rules): Rules,
    Caller(actor): Caller,
    headers: HeaderMap,
    Params(Nothing {}): Params<Nothing>,
) -> Result<Response, Refusal> {
    let signed = rules.bundle(&actor).await?;
    let held = headers.get(IF_NONE_MATCH);
    let is_held = held.is_some_and(|held| held.as_bytes() == signed.tag.as_bytes());
    let mut response = answer(&rules, signed);
    if is_held {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = Body::empty();
        response.headers_mut().remove(CONTENT_LENGTH);
        response.headers_mut().remove(CONTENT_TYPE);
    }
    Ok(response)
}

/// Head and payload of a bundle.
pub(super) fn answer(rules: &Administration, bundle: SignedBundle) -> Response {
    let SignedBundle { head, payload, tag } = bundle;
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
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(ETAG, tag);
    }
    if let Ok(model) = HeaderValue::from_str(rules.model_tag()) {
        headers.insert(MODEL_HEADER, model);
    }
    response
}
