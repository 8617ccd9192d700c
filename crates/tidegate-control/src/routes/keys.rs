//! `/.well-known/jwks.json`: the public keys that verify secrets (RFC 7517).

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};

use super::Rules;

/// The public keys that verify secrets.
#[utoipa::path(
    get, path = "/.well-known/jwks.json", operation_id = "getKeys", tag = "operation",
    security(()),
    responses((
        status = 200, description = "A JWK set (RFC 7517).",
        body = serde_json::Value, content_type = "application/jwk-set+json",
    )),
)]
pub(crate) async fn jwks(State(rules): Rules) -> Response {
    let mut response = axum::Json(rules.keys().current().to_jwks()).into_response();
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/jwk-set+json"),
    );
    headers.insert(
        CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=60"),
    );
    response
}
