//! Whether the process lives, and whether it can do its work.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::json;

use super::Rules;
use super::answer::{Answer, Refusal};
use crate::domain::MAX_STALENESS_S;
use tidegate_tower::Problem;

pub(crate) async fn alive() -> Response {
    Answer(StatusCode::OK, json!({ "status": "ok" })).into_response()
}

/// Ready: the snapshot was confirmed by the store a moment ago. Tells the revision held.
pub(crate) async fn ready(State(rules): Rules) -> Response {
    let live = rules.live();
    match live.current(rules.clock().now_s(), MAX_STALENESS_S) {
        Some(snapshot) => Answer(
            StatusCode::OK,
            json!({ "status": "ok", "revision": snapshot.revision() }),
        )
        .into_response(),
        None => Refusal(Problem::unavailable()).into_response(),
    }
}
