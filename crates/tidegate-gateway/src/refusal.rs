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

    /// The steps of the stack are put together wrongly; the request goes nowhere.
    pub(crate) fn misassembled() -> Self {
        Self::new("stack", "misassembled", String::new(), Problem::internal())
    }

    /// Adds a header to the answer.
    pub(crate) fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.header = Some((name, value));
        self
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
