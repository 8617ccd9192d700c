//! Answers: JSON that no cache keeps, and problem documents.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, HeaderValue};
use serde::Serialize;
use tidegate_tower::Problem;

use crate::domain::Fault;

/// A JSON answer.
pub(crate) struct Answer<T>(pub(crate) StatusCode, pub(crate) T);

impl<T: Serialize> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        let Self(status, value) = self;
        let mut response = (status, axum::Json(value)).into_response();
        response
            .headers_mut()
            .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

/// Why a request was not done, as a problem document.
#[derive(Debug)]
pub(crate) struct Refusal(pub(crate) Problem);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        self.0.into_response()
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        tracing::info!(kind = fault.kind(), reason = %fault, "refused");
        let problem = match fault {
            Fault::BadRequest { field, detail } => {
                Problem::new(StatusCode::BAD_REQUEST, "bad-request", "Bad request")
                    .field(field)
                    .detail(detail)
            }
            Fault::Unauthenticated => Problem::unauthenticated(),
            Fault::Forbidden { rule } => Problem::forbidden().rule(rule),
            Fault::NotFound { field, detail } => {
                Problem::new(StatusCode::NOT_FOUND, "not-found", "Not found")
                    .field(field)
                    .detail(detail)
            }
            Fault::Conflict {
                field,
                rule,
                detail,
            } => {
                let problem = Problem::new(StatusCode::CONFLICT, "conflict", "Conflict")
                    .field(field)
                    .detail(detail);
                match rule {
                    Some(rule) => problem.rule(rule),
                    None => problem,
                }
            }
            Fault::Changed { detail } => {
                Problem::new(StatusCode::PRECONDITION_FAILED, "changed", "Changed since")
                    .field("If-Match")
                    .detail(detail)
            }
            Fault::KeyReused => Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "key-reused",
                "Idempotency key used for another request",
            )
            .field("Idempotency-Key"),
            Fault::Unavailable => Problem::unavailable(),
            Fault::Internal => Problem::internal(),
        };
        Self(problem)
    }
}
