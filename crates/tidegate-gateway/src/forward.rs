//! Sends a permitted request to its upstream, and streams both bodies.
//!
//! The only way to pass: a [`Permit`] in the request's extensions. The path that goes to the upstream
//! is the permit's; the request's own is not looked at. A request is sent once: it goes to another
//! connection only when not a byte of it was sent.

use std::convert::Infallible;
use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::header::{CONTENT_LENGTH, HOST};
use http::{Extensions, HeaderValue, Method, Request, Response, StatusCode, Version};
use http_body::Body;
use hyper::body::Incoming;
use tidegate_tower::{Identity, MeteredBody, Permit, Problem};
use tokio::time::{Instant, timeout_at};
use tower::Service;

use crate::body::{BodyError, Paced, Progress, ResponseBody, Sending};
use crate::config::Timeouts;
use crate::observe::causes;
use crate::refusal::Refusal;
use crate::route::UpstreamPlace;
use crate::sanitize::{self, SUBJECT};
use crate::upstream::Upstream;

/// The innermost service of the stack.
#[derive(Clone)]
pub(crate) struct Forward(Arc<Inner>);

struct Inner {
    upstreams: Vec<Upstream>,
    response_head: Duration,
    idle: Duration,
}

/// Why an upstream's answer cannot be passed on.
#[derive(Debug, thiserror::Error)]
enum ForwardError {
    /// No connection could be made: nothing was sent.
    #[error("cannot connect")]
    Connect(#[source] hyper_util::client::legacy::Error),
    /// No connection was made in time.
    #[error("cannot connect in time")]
    ConnectTimeout(#[source] hyper_util::client::legacy::Error),
    /// It did not begin to answer in time.
    #[error("no answer in time")]
    HeadTimeout,
    /// The client's body ended early, or did not come in time.
    #[error("the request's body failed")]
    Body {
        /// The client was silent for too long.
        is_idle: bool,
        #[source]
        source: hyper_util::client::legacy::Error,
    },
    /// It broke the connection off, or what it said is no HTTP.
    #[error("failed before it answered")]
    Failed(#[source] hyper_util::client::legacy::Error),
    /// It wants to speak another protocol.
    #[error("switched protocols unasked")]
    Switched,
}

impl Forward {
    pub(crate) fn new(upstreams: Vec<Upstream>, timeouts: &Timeouts) -> Self {
        let Timeouts {
            response_head,
            idle,
            ..
        } = *timeouts;
        Self(Arc::new(Inner {
            upstreams,
            response_head,
            idle,
        }))
    }
}

impl Service<Request<MeteredBody<Paced>>> for Forward {
    type Response = Response<ResponseBody>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<MeteredBody<Paced>>) -> Self::Future {
        let inner = Arc::clone(&self.0);
        Box::pin(async move {
            Ok(inner
                .forward(request)
                .await
                .unwrap_or_else(Refusal::into_response))
        })
    }
}

impl Inner {
    async fn forward(
        &self,
        request: Request<MeteredBody<Paced>>,
    ) -> Result<Response<ResponseBody>, Refusal> {
        let (mut parts, body) = request.into_parts();
        // What the steps above put there goes no further.
        let mut extensions = std::mem::take::<Extensions>(&mut parts.extensions);
        let permit = extensions
            .remove::<Permit>()
            .ok_or_else(Refusal::misassembled)?;
        let upstream = extensions
            .remove::<UpstreamPlace>()
            .and_then(|place| self.upstreams.get(place.0))
            .ok_or_else(Refusal::misassembled)?;
        parts.uri = upstream
            .uri(permit.target().upstream.clone())
            .map_err(|_| Refusal::misassembled())?;
        parts.version = Version::HTTP_11;
        parts.headers.insert(HOST, upstream.host.clone());
        parts.headers.insert(SUBJECT, subject(permit.identity())?);
        if let Some((name, value)) = &upstream.credential {
            parts.headers.insert(name.clone(), value.clone());
        }
        // RFC 9110 §8.6: said, because some servers refuse such a request that leaves its length open.
        let expects_content = matches!(parts.method, Method::POST | Method::PUT | Method::PATCH);
        if expects_content && body.is_end_stream() {
            parts
                .headers
                .insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        let (body, progress) = Sending::new(body);
        let answer = upstream.client.request(Request::from_parts(parts, body));
        match self.wait(answer, progress.as_deref()).await {
            Ok(answer) => Ok(self.answer(answer)),
            Err(error) => Err(error.refusal(&upstream.name)),
        }
    }

    /// Waits for the head of the answer, as long as the upstream may take.
    async fn wait(
        &self,
        answer: hyper_util::client::legacy::ResponseFuture,
        progress: Option<&Progress>,
    ) -> Result<Response<Incoming>, ForwardError> {
        let mut answer = std::pin::pin!(answer);
        let mut deadline = Instant::now() + self.response_head;
        loop {
            match timeout_at(deadline, answer.as_mut()).await {
                Ok(Ok(answer)) if answer.status() == StatusCode::SWITCHING_PROTOCOLS => {
                    return Err(ForwardError::Switched);
                }
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(error)) => return Err(ForwardError::from(error)),
                Err(_) => {
                    let later = progress.map(|progress| progress.deadline(self.response_head));
                    match later {
                        Some(later) if later > deadline && later > Instant::now() => {
                            deadline = later;
                        }
                        _ => return Err(ForwardError::HeadTimeout),
                    }
                }
            }
        }
    }

    fn answer(&self, answer: Response<Incoming>) -> Response<ResponseBody> {
        let (mut parts, body) = answer.into_parts();
        parts.version = Version::HTTP_11;
        parts.extensions = Extensions::new();
        sanitize::response(&mut parts.headers);
        Response::from_parts(
            parts,
            ResponseBody::Upstream(Paced::response(body, self.idle)),
        )
    }
}

fn subject(identity: &Identity) -> Result<HeaderValue, Refusal> {
    match identity {
        Identity::Anonymous => Ok(HeaderValue::from_static("anonymous")),
        Identity::Principal(principal) => {
            HeaderValue::from_bytes(principal.object().as_str().as_bytes())
                .map_err(|_| Refusal::misassembled())
        }
    }
}

impl From<hyper_util::client::legacy::Error> for ForwardError {
    fn from(error: hyper_util::client::legacy::Error) -> Self {
        let is_late = find::<std::io::Error>(&error)
            .is_some_and(|error| error.kind() == std::io::ErrorKind::TimedOut);
        if error.is_connect() {
            return if is_late {
                Self::ConnectTimeout(error)
            } else {
                Self::Connect(error)
            };
        }
        match find::<BodyError>(&error) {
            // Silence is seen by the body, or by the whole connection.
            Some(cause) => {
                let is_idle = is_late || matches!(cause, BodyError::Idle);
                Self::Body {
                    is_idle,
                    source: error,
                }
            }
            None => Self::Failed(error),
        }
    }
}

/// The first cause of this type.
fn find<'e, E: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = error.source();
    }
    None
}

impl ForwardError {
    fn kind(&self) -> &'static str {
        match self {
            Self::Connect(_) => "upstream-unreachable",
            Self::ConnectTimeout(_) => "upstream-connect-timeout",
            Self::HeadTimeout => "upstream-timeout",
            Self::Body { is_idle: true, .. } => "request-timeout",
            Self::Body { is_idle: false, .. } => "request-broken-off",
            Self::Failed(_) => "upstream-failed",
            Self::Switched => "upstream-switched",
        }
    }

    fn refusal(&self, upstream: &str) -> Refusal {
        let (status, word, title) = match self {
            Self::Connect(_) | Self::Failed(_) | Self::Switched => (
                StatusCode::BAD_GATEWAY,
                "bad-gateway",
                "The data API does not answer as it should",
            ),
            Self::ConnectTimeout(_) | Self::HeadTimeout => (
                StatusCode::GATEWAY_TIMEOUT,
                "gateway-timeout",
                "The data API does not answer in time",
            ),
            Self::Body { is_idle: true, .. } => (
                StatusCode::REQUEST_TIMEOUT,
                "request-timeout",
                "The request did not come in time",
            ),
            Self::Body { is_idle: false, .. } => (
                StatusCode::BAD_REQUEST,
                "bad-request",
                "The request broke off",
            ),
        };
        let problem = Problem::new(status, word, title);
        let reason = format!("upstream {upstream}: {}", causes(self));
        Refusal::new("forward", self.kind(), reason, problem)
    }
}
