//! Bodies on their way through, with a time-out for the sender's silence.
//!
//! Nothing is kept: a frame is asked for when the other side can take it. Trailers are dropped in both
//! directions: nobody pays for them, and some servers treat them as headers.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::time::{Instant, Sleep};

use crate::observe::Trace;

/// Why a body ended before its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BodyError {
    /// The connection that it comes from failed.
    #[error(transparent)]
    Failed(#[from] hyper::Error),
    /// Its sender was silent for too long.
    #[error("no byte came in time")]
    Idle,
}

/// A body that ends in an error when its sender is silent for too long.
#[derive(Debug)]
pub(crate) struct Paced {
    inner: Incoming,
    idle: Duration,
    /// Made when the sender is waited for the first time: most bodies never wait.
    timer: Option<Pin<Box<Sleep>>>,
    is_waiting: bool,
    /// Where the bytes are counted.
    trace: Option<Trace>,
}

impl Paced {
    /// A client's body, whose bytes are counted.
    pub(crate) fn request(inner: Incoming, idle: Duration, trace: Trace) -> Self {
        Self {
            inner,
            idle,
            timer: None,
            is_waiting: false,
            trace: Some(trace),
        }
    }

    /// An upstream's body.
    pub(crate) fn response(inner: Incoming, idle: Duration) -> Self {
        Self {
            inner,
            idle,
            timer: None,
            is_waiting: false,
            trace: None,
        }
    }

    fn poll_timer(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let timer = self
            .timer
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(self.idle)));
        if !self.is_waiting {
            self.is_waiting = true;
            timer.as_mut().reset(Instant::now() + self.idle);
        }
        timer.as_mut().poll(cx)
    }
}

impl Body for Paced {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        loop {
            let Poll::Ready(frame) = Pin::new(&mut self.inner).poll_frame(cx) else {
                ready!(self.poll_timer(cx));
                return Poll::Ready(Some(Err(BodyError::Idle)));
            };
            self.is_waiting = false;
            let Some(frame) = frame else {
                return Poll::Ready(None);
            };
            match frame.map(Frame::into_data) {
                Ok(Ok(data)) => {
                    if let Some(trace) = &self.trace {
                        trace.received(data.len());
                    }
                    return Poll::Ready(Some(Ok(Frame::data(data))));
                }
                Ok(Err(_trailers)) => {}
                Err(error) => return Poll::Ready(Some(Err(error.into()))),
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// What the forward step answers with.
#[derive(Debug)]
pub(crate) enum ResponseBody {
    /// An answer of the gateway's own.
    Made(Option<Bytes>),
    /// The upstream's.
    Upstream(Paced),
}

impl From<Bytes> for ResponseBody {
    fn from(bytes: Bytes) -> Self {
        Self::Made(Some(bytes).filter(|bytes| !bytes.is_empty()))
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match self.get_mut() {
            Self::Made(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Upstream(body) => Pin::new(body).poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Made(bytes) => bytes.is_none(),
            Self::Upstream(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Made(bytes) => {
                SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
            }
            Self::Upstream(body) => body.size_hint(),
        }
    }
}

/// How far an upstream has come with taking a request's body: its time to answer counts from the last
/// byte that it took, and not while it waits for the client.
#[derive(Debug)]
pub(crate) struct Progress {
    start: Instant,
    last_ms: AtomicU64,
    waits_for_client: AtomicBool,
}

impl Progress {
    fn new() -> Self {
        Self {
            start: Instant::now(),
            last_ms: AtomicU64::new(0),
            waits_for_client: AtomicBool::new(false),
        }
    }

    fn moved(&self) {
        let elapsed_ms = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last_ms.store(elapsed_ms, Ordering::Relaxed);
        self.waits_for_client.store(false, Ordering::Relaxed);
    }

    /// When the upstream's time is over, as things stand.
    pub(crate) fn deadline(&self, allowed: Duration) -> Instant {
        if self.waits_for_client.load(Ordering::Relaxed) {
            return Instant::now() + allowed;
        }
        self.start + Duration::from_millis(self.last_ms.load(Ordering::Relaxed)) + allowed
    }
}

/// A request's body as the upstream takes it.
#[derive(Debug)]
pub(crate) struct Sending<B> {
    inner: B,
    progress: Option<Arc<Progress>>,
}

impl<B: Body> Sending<B> {
    /// The body, and its progress unless it is empty.
    pub(crate) fn new(inner: B) -> (Self, Option<Arc<Progress>>) {
        let progress = (!inner.is_end_stream()).then(|| Arc::new(Progress::new()));
        (
            Self {
                inner,
                progress: progress.clone(),
            },
            progress,
        )
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for Sending<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let frame = Pin::new(&mut self.inner).poll_frame(cx);
        if let Some(progress) = &self.progress {
            match frame {
                Poll::Ready(_) => progress.moved(),
                Poll::Pending => progress.waits_for_client.store(true, Ordering::Relaxed),
            }
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
