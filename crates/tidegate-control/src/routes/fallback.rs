//! What no route answers.

use http::StatusCode;
use tidegate_tower::Problem;

use super::Refusal;

pub(crate) async fn not_found() -> Refusal {
    Refusal(Problem::new(StatusCode::NOT_FOUND, "not-found", "Not found").detail("no such route"))
}

pub(crate) async fn method_not_allowed() -> Refusal {
    Refusal(Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method-not-allowed",
        "Method not allowed",
    ))
}
