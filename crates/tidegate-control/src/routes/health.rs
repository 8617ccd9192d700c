//! Whether the process lives, and whether it can do its work.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::Rules;
use super::answer::{Answer, Refusal};
use super::refusals::Unavailable;
use crate::domain::MAX_STALENESS_S;
use tidegate_tower::Problem;

/// How the process is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok`
    status: &'static str,
    /// The revision that it answers from.
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<u64>,
}

impl Health {
    fn ok(revision: Option<u64>) -> Response {
        let status = "ok";
        Answer(StatusCode::OK, Self { status, revision }).into_response()
    }
}

/// Whether the process lives.
#[utoipa::path(
    get, path = "/healthz", operation_id = "isAlive", tag = "operation",
    security(()),
    responses((status = 200, description = "It lives.", body = Health)),
)]
pub(crate) async fn alive() -> Response {
    Health::ok(None)
}

/// Whether it can do its work: the snapshot was confirmed by the store a moment ago.
#[utoipa::path(
    get, path = "/readyz", operation_id = "isReady", tag = "operation",
    security(()),
    responses((status = 200, description = "It can.", body = Health), Unavailable),
)]
pub(crate) async fn ready(State(rules): Rules) -> Response {
    let live = rules.live();
    match live.current(rules.clock().now_s(), MAX_STALENESS_S) {
        Some(snapshot) => Health::ok(Some(snapshot.revision())),
        None => Refusal(Problem::unavailable()).into_response(),
    }
}
