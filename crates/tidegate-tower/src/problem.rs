//! Error answers: `application/problem+json` (RFC 9457), each with a stable `type`.

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE};
use http::{Response, StatusCode};
use serde::Serialize;

/// What a problem's `type` starts with, but for `quota-exceeded`, which has a registered one.
pub const TYPE_PREFIX: &str = "urn:tidegate:problem:";

/// The registered type of a spent quota (draft-ietf-httpapi-ratelimit-headers).
pub const QUOTA_EXCEEDED: &str = "https://iana.org/assignments/http-problem-types#quota-exceeded";

/// A problem document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Boxed, so that a result that is rarely a problem stays small.
    document: Box<Document>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Document {
    #[serde(rename = "type")]
    type_uri: String,
    title: &'static str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
    #[serde(rename = "violated-policies", skip_serializing_if = "Option::is_none")]
    violated_policies: Option<[&'static str; 1]>,
}

impl Problem {
    /// A problem of the type `urn:tidegate:problem:<word>`.
    pub fn new(status: StatusCode, word: &str, title: &'static str) -> Self {
        Self::of_type(status, format!("{TYPE_PREFIX}{word}"), title)
    }

    /// A spent quota, with the name of the policy that was violated (`read` or `write`).
    pub fn quota_exceeded(policy: &'static str) -> Self {
        let mut problem = Self::of_type(
            StatusCode::TOO_MANY_REQUESTS,
            QUOTA_EXCEEDED.to_owned(),
            "Quota exceeded",
        );
        problem.document.violated_policies = Some([policy]);
        problem
    }

    /// No snapshot, or no ledger: nothing can be decided or charged now.
    pub fn unavailable() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "Not available now",
        )
    }

    /// The one answer to a secret that does not hold, whatever the cause.
    pub fn unauthenticated() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthenticated",
            "A valid secret is needed",
        )
    }

    /// The one answer to an authenticated caller that the policy denies.
    pub fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "Not allowed")
    }

    /// The fault is in this program or its configuration, not in the request.
    pub fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "Internal error",
        )
    }

    fn of_type(status: StatusCode, type_uri: String, title: &'static str) -> Self {
        let document = Box::new(Document {
            type_uri,
            title,
            status: status.as_u16(),
            detail: None,
            field: None,
            rule: None,
            violated_policies: None,
        });
        Self { document }
    }

    /// What happened this time, for a person. Nothing that the caller may not see.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.document.detail = Some(detail.into());
        self
    }

    /// The field of the request that is wrong.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.document.field = Some(field.into());
        self
    }

    /// The rule that was broken, as the system's folder names it.
    #[must_use]
    pub fn rule(mut self, rule: impl Into<String>) -> Self {
        self.document.rule = Some(rule.into());
        self
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.document.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The stable type.
    pub fn type_uri(&self) -> &str {
        &self.document.type_uri
    }

    /// As a response that no cache keeps; a 401 carries the challenge of RFC 6750.
    pub fn into_response<B: From<Bytes>>(self) -> Response<B> {
        let body = serde_json::to_vec(&self.document).unwrap_or_default();
        let mut response = Response::new(B::from(Bytes::from(body)));
        let status = self.status();
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(
                WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"tidegate\""),
            );
        }
        response
    }
}

/// Why a layer refused a request: in the response's extensions, for log and metrics, never sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The layer: `authenticate`, `authorize`, `meter`.
    pub step: &'static str,
    /// A stable word for the cause.
    pub kind: &'static str,
    /// The cause in words; holds no secret.
    pub reason: String,
}

impl Refused {
    /// The problem as a response that carries this cause.
    pub(crate) fn answer<B: From<Bytes>>(self, problem: Problem) -> Response<B> {
        let mut response = problem.into_response();
        response.extensions_mut().insert(self);
        response
    }
}
