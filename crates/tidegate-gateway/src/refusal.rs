//! An answer of the gateway's own instead of the upstream's.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response};
use tidegate_tower::{Problem, Refused};

/// A problem document for the caller, and its cause for log and metrics.
#[derive(Debug)]
pub(crate) struct Refusal(Box<Inner>);

#[derive(Debug)]
struct Inner {
    problem: Problem,
    refused: Refused,
    header: Option<(HeaderName, HeaderValue)>,
}

impl Refusal {
    /// `reason` is for the log: it holds no secret, header value or query value.
    pub(crate) fn new(
        step: &'static str,
        kind: &'static str,
        reason: String,
        problem: Problem,
    ) -> Self {
        Self(Box::new(Inner {
            problem,
            refused: Refused { step, kind, reason },
            header: None,
        }))
    }

    /// Adds a header to the answer.
    pub(crate) fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.header = Some((name, value));
        self
    }

    /// The stable word for the cause.
    #[cfg(test)]
    pub(crate) fn kind(&self) -> &'static str {
        self.0.refused.kind
    }

    /// The answer, with the cause in its extensions.
    pub(crate) fn into_response<B: From<Bytes>>(self) -> Response<B> {
        let Inner {
            problem,
            refused,
            header,
        } = *self.0;
        let mut response = problem.into_response();
        response.extensions_mut().insert(refused);
        if let Some((name, value)) = header {
            response.headers_mut().insert(name, value);
        }
        response
    }
}
