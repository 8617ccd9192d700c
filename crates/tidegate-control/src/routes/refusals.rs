//! What a route may answer besides what it is asked for: the problem documents, by status, for the OpenAPI document.

use std::collections::BTreeMap;

use tidegate_client::wire::ProblemDocument;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::{ContentBuilder, Ref, RefOr};
use utoipa::{IntoResponses, ToSchema};

type Responses = BTreeMap<String, RefOr<Response>>;

/// The media type of problem documents (RFC 9457).
const PROBLEM: &str = "application/problem+json";

/// Status, name, what it says.
const REFUSALS: [(u16, &str, &str); 13] = [
    (
        400,
        "BadRequest",
        "The request is malformed: `field` says where, `detail` how.",
    ),
    (
        401,
        "Unauthenticated",
        "No secret, or one that does not hold.",
    ),
    (403, "Forbidden", "Refused by a rule: `rule` names it."),
    (
        404,
        "NotFound",
        "Not there, or not to be seen by the caller.",
    ),
    (408, "RequestTimeout", "The body did not arrive in time."),
    (
        409,
        "Conflict",
        "In the way of what exists: a taken name, the last admin, what is still in use. `rule` names the rule, where it is one.",
    ),
    (
        412,
        "Changed",
        "The object changed after the revision of `If-Match`.",
    ),
    (413, "ContentTooLarge", "The body is too long."),
    (415, "UnsupportedMediaType", "The body is not JSON."),
    (
        422,
        "KeyReused",
        "The idempotency key was used for another request.",
    ),
    (
        431,
        "HeaderFieldsTooLarge",
        "The header fields are too long.",
    ),
    (
        500,
        "InternalError",
        "A fault of the program. Nothing was changed.",
    ),
    (
        503,
        "Unavailable",
        "The store does not answer. Whether a change was made is to be looked up, or asked again under the same idempotency key.",
    ),
];

/// Each of them, once, for the components of the document.
pub(super) fn components() -> impl Iterator<Item = (&'static str, Response)> {
    REFUSALS.into_iter().map(|(status, name, description)| {
        let content = ContentBuilder::new()
            .schema(Some(Ref::from_schema_name(ProblemDocument::name())))
            .build();
        let response = ResponseBuilder::new()
            .description(description)
            .content(PROBLEM, content);
        let response = if status == 401 {
            let scheme = HeaderBuilder::new().description(Some("`Bearer` (RFC 6750)."));
            response.header("WWW-Authenticate", scheme.build())
        } else {
            response
        };
        (name, response.build())
    })
}

fn of(statuses: &[u16]) -> Responses {
    let named = REFUSALS
        .into_iter()
        .filter(|(status, ..)| statuses.contains(status));
    let reference = |(status, name, _): (u16, &str, &str)| {
        (
            status.to_string(),
            RefOr::Ref(Ref::from_response_name(name)),
        )
    };
    named.map(reference).collect()
}

/// Of a change.
pub(crate) struct ChangeRefusals;

impl IntoResponses for ChangeRefusals {
    fn responses() -> Responses {
        of(&[
            400, 401, 403, 404, 408, 409, 412, 413, 415, 422, 431, 500, 503,
        ])
    }
}

/// Of what is done under an idempotency key, and is of no one object.
pub(crate) struct KeyedRefusals;

impl IntoResponses for KeyedRefusals {
    fn responses() -> Responses {
        of(&[400, 401, 403, 404, 408, 409, 413, 415, 422, 431, 500, 503])
    }
}

/// Of what is done without an idempotency key and `If-Match`.
pub(crate) struct ActRefusals;

impl IntoResponses for ActRefusals {
    fn responses() -> Responses {
        of(&[400, 401, 403, 404, 408, 409, 413, 415, 431, 500, 503])
    }
}

/// Of what is read.
pub(crate) struct AskRefusals;

impl IntoResponses for AskRefusals {
    fn responses() -> Responses {
        of(&[400, 401, 403, 404, 431, 500, 503])
    }
}

/// Of a question in a body.
pub(crate) struct QuestionRefusals;

impl IntoResponses for QuestionRefusals {
    fn responses() -> Responses {
        of(&[400, 401, 403, 404, 408, 413, 415, 431, 500, 503])
    }
}

/// Of what needs no more than a snapshot.
pub(crate) struct Unavailable;

impl IntoResponses for Unavailable {
    fn responses() -> Responses {
        of(&[503])
    }
}
