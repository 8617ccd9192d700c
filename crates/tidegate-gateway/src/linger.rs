//! Reads on, for a moment, after an answer that came before the request's end.
//!
//! A server that closes a connection while the client is still sending resets it, and the client may
//! never see the answer that says why (RFC 9112 §9.6). So what is left of an HTTP/1 request's content
//! is read and thrown away, up to a bound in bytes and time.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::header::EXPECT;
use http::{Request, Version};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::body::Incoming;

/// Most content that is thrown away. Bytes.
const MOST_BYTES: usize = 32 << 20;
/// Longest that it is waited for.
const LONGEST: Duration = Duration::from_secs(5);

/// A client's content; what is not read of it when it is dropped is read then.
#[derive(Debug)]
pub(crate) struct Lingering {
    /// None only while it is dropped.
    inner: Option<Incoming>,
    lingers: bool,
}

impl Lingering {
    /// Takes a request's content.
    pub(crate) fn of(request: Request<Incoming>) -> Request<Self> {
        // HTTP/2 resets the one stream; a client that waits to be told to go on sends nothing.
        let lingers =
            request.version() <= Version::HTTP_11 && !request.headers().contains_key(EXPECT);
        request.map(|body| Self {
            inner: Some(body),
            lingers,
        })
    }

    /// Content that nobody waits for any more once it is dropped.
    pub(crate) fn at_once(body: Incoming) -> Self {
        Self {
            inner: Some(body),
            lingers: false,
        }
    }
}

impl Body for Lingering {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let Some(inner) = &mut self.inner else {
            return Poll::Ready(None);
        };
        let polled = Pin::new(inner).poll_frame(cx);
        if let Poll::Ready(Some(Err(_))) = polled {
            self.lingers = false;
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.inner
            .as_ref()
            .map_or_else(SizeHint::default, Body::size_hint)
    }
}

impl Drop for Lingering {
    fn drop(&mut self) {
        if self.lingers
            && !self.is_end_stream()
            && let Some(rest) = self.inner.take()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(tokio::time::timeout(LONGEST, throw_away(rest)));
        }
    }
}

async fn throw_away(mut rest: Incoming) {
    let mut bytes = 0;
    while bytes < MOST_BYTES
        && let Some(Ok(frame)) = rest.frame().await
    {
        bytes += frame.data_ref().map_or(0, Bytes::len);
    }
}
