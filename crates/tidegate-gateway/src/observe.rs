//! What is seen of each request: its id, its time, metrics, one log line.
//!
//! Never logged, and in no metric: secrets, header values, paths, query values, bodies. A route is
//! named by its pattern. Handles of metrics are made once for each route; only refusals look one up.

use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use pin_project_lite::pin_project;
use tidegate_tower::Refused;
use tower::{Layer, Service};

use crate::body::Paced;
use crate::config::LogRequests;
use crate::linger::Lingering;
use crate::metrics::Metrics;
use crate::sanitize::REQUEST_ID;

/// Who is at the other end of a connection.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) address: IpAddr,
    /// What the upstream is told.
    pub(crate) forwarded_for: HeaderValue,
    /// `http` or `https`.
    pub(crate) proto: HeaderValue,
}

impl Peer {
    pub(crate) fn new(address: IpAddr, is_tls: bool) -> Self {
        let address = address.to_canonical();
        Self {
            address,
            // An address prints as visible ASCII.
            forwarded_for: HeaderValue::try_from(address.to_string())
                .unwrap_or(HeaderValue::from_static("unknown")),
            proto: HeaderValue::from_static(if is_tls { "https" } else { "http" }),
        }
    }
}

/// One request on its way; in its extensions.
#[derive(Clone, Debug)]
pub(crate) struct Trace(Arc<Way>);

#[derive(Debug)]
struct Way {
    id: HeaderValue,
    peer: Arc<Peer>,
    method: Method,
    started: Instant,
    /// The route's place, or a number that no route has.
    route: AtomicUsize,
    received_bytes: AtomicU64,
}

impl Trace {
    pub(crate) fn id(&self) -> &HeaderValue {
        &self.0.id
    }

    pub(crate) fn peer(&self) -> &Peer {
        &self.0.peer
    }

    /// Counts content that came from the client.
    pub(crate) fn received(&self, bytes: usize) {
        self.0
            .received_bytes
            .fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Says which route the request takes.
    pub(crate) fn takes(&self, route: usize) {
        self.0.route.store(route, Ordering::Relaxed);
    }

    fn route(&self) -> usize {
        self.0.route.load(Ordering::Relaxed)
    }
}

/// Numbers requests: unique in this process, and not to be guessed from another's.
#[derive(Debug)]
struct Ids {
    next: AtomicU64,
}

impl Ids {
    /// 16 hexadecimal digits.
    fn next(&self) -> HeaderValue {
        // SplitMix64 (Steele, Lea, Flood 2014): each number gives another one.
        let mut id = self
            .next
            .fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
        id = (id ^ (id >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        id = (id ^ (id >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        id ^= id >> 31;
        let mut text = [0; 16];
        for digit in text.iter_mut().rev() {
            *digit = match (id & 15) as u8 {
                low @ 0..10 => b'0' + low,
                high => b'a' - 10 + high,
            };
            id >>= 4;
        }
        HeaderValue::from_bytes(&text).unwrap_or(HeaderValue::from_static("0"))
    }
}

/// Sees every request of a gateway.
#[derive(Debug)]
pub(crate) struct Observer {
    ids: Ids,
    pub(crate) metrics: Metrics,
    log: LogRequests,
}

impl Observer {
    pub(crate) fn new(metrics: Metrics, log: LogRequests) -> Self {
        use std::hash::{BuildHasher, Hasher, RandomState};
        let ids = Ids {
            next: AtomicU64::new(RandomState::new().build_hasher().finish()),
        };
        Self { ids, metrics, log }
    }

    /// Counts a connection until what it returns is dropped.
    pub(crate) fn connection(self: &Arc<Self>) -> OpenConnection {
        self.metrics.connection_opened();
        OpenConnection(Arc::clone(self))
    }

    fn finish(&self, seen: &Seen) {
        let way = &seen.trace.0;
        let elapsed = way.started.elapsed();
        let received_bytes = way.received_bytes.load(Ordering::Relaxed);
        let route = self.metrics.route(seen.trace.route());
        route.record(seen.status, elapsed, received_bytes, seen.sent_bytes);
        if let Some(refused) = &seen.refused {
            self.metrics.refused(refused);
        }
        match (&seen.refused, self.log) {
            (Some(refused), LogRequests::Refused | LogRequests::All) => {
                // What the caller did is information; what we or an upstream did is a warning.
                macro_rules! tell {
                    ($level:ident) => {
                        tracing::$level!(
                            request_id = id_text(&way.id),
                            peer = %way.peer.address,
                            method = %way.method,
                            route = route.name(),
                            status = seen.status.as_u16(),
                            step = refused.step,
                            kind = refused.kind,
                            reason = refused.reason,
                            "refused"
                        )
                    };
                }
                if seen.status.is_server_error() {
                    tell!(warn);
                } else {
                    tell!(info);
                }
            }
            (None, LogRequests::All) => tracing::info!(
                request_id = id_text(&way.id),
                peer = %way.peer.address,
                method = %way.method,
                route = route.name(),
                status = seen.status.as_u16(),
                duration_us = micros(elapsed),
                received_bytes,
                sent_bytes = seen.sent_bytes,
                "request"
            ),
            _ => {}
        }
    }

    fn cut(&self, seen: &Seen, error: &dyn std::error::Error) {
        self.metrics.cut();
        tracing::warn!(
            request_id = id_text(&seen.trace.0.id),
            route = self.metrics.route(seen.trace.route()).name(),
            sent_bytes = seen.sent_bytes,
            cause = causes(error),
            "the response was cut"
        );
    }
}

/// See [`Observer::connection`].
pub(crate) struct OpenConnection(Arc<Observer>);

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.metrics.connection_closed();
    }
}

/// An error and what caused it, in one line.
pub(crate) fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        text.push_str(": ");
        text.push_str(&error.to_string());
        next = error.source();
    }
    text
}

fn id_text(id: &HeaderValue) -> &str {
    id.to_str().unwrap_or_default()
}

fn micros(elapsed: Duration) -> u64 {
    u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX)
}

/// What is known of a request when its answer is over: told to the observer then.
#[derive(Debug)]
struct Seen {
    observer: Arc<Observer>,
    trace: Trace,
    status: StatusCode,
    refused: Option<Refused>,
    sent_bytes: u64,
}

impl Drop for Seen {
    fn drop(&mut self) {
        self.observer.finish(self);
    }
}

/// An answer's body, seen until it ends or is dropped.
#[derive(Debug)]
pub(crate) struct Observed<B> {
    inner: B,
    seen: Seen,
}

impl<B> Body for Observed<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: std::error::Error + 'static,
{
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let frame = ready!(Pin::new(&mut self.inner).poll_frame(cx));
        match &frame {
            Some(Ok(frame)) => {
                self.seen.sent_bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
            }
            Some(Err(error)) => self.seen.observer.cut(&self.seen, error),
            None => {}
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// The outermost layer: gives each request its [`Trace`], and sees its answer out.
#[derive(Clone)]
pub(crate) struct ObserveLayer {
    pub(crate) observer: Arc<Observer>,
    /// How long a client may be silent in the middle of a body.
    pub(crate) idle: Duration,
}

impl<S> Layer<S> for ObserveLayer {
    type Service = ObserveService<S>;

    fn layer(&self, inner: S) -> ObserveService<S> {
        ObserveService {
            layer: self.clone(),
            inner,
        }
    }
}

/// Made by [`ObserveLayer`].
#[derive(Clone)]
pub(crate) struct ObserveService<S> {
    layer: ObserveLayer,
    inner: S,
}

impl<S, ResBody> ObserveService<S>
where
    S: Service<Request<Paced>, Response = Response<ResBody>>,
{
    /// Answers one request of a connection.
    pub(crate) fn observe(
        &mut self,
        peer: Arc<Peer>,
        request: Request<Incoming>,
    ) -> ObserveFuture<S::Future> {
        let observer = Arc::clone(&self.layer.observer);
        let trace = Trace(Arc::new(Way {
            id: observer.ids.next(),
            peer,
            method: request.method().clone(),
            started: Instant::now(),
            route: AtomicUsize::new(usize::MAX),
            received_bytes: AtomicU64::new(0),
        }));
        let idle = self.layer.idle;
        let mut request =
            Lingering::of(request).map(|body| Paced::request(body, idle, trace.clone()));
        request.extensions_mut().insert(trace.clone());
        ObserveFuture {
            inner: self.inner.call(request),
            seen: Some((observer, trace)),
        }
    }
}

pin_project! {
    /// See [`ObserveService::observe`].
    pub(crate) struct ObserveFuture<F> {
        #[pin]
        inner: F,
        seen: Option<(Arc<Observer>, Trace)>,
    }
}

impl<F, B, E> Future for ObserveFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
{
    type Output = Result<Response<Observed<B>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let mut response = ready!(this.inner.poll(cx))?;
        let Some((observer, trace)) = this.seen.take() else {
            // A future is not polled again after it is ready.
            return Poll::Pending;
        };
        response
            .headers_mut()
            .insert(REQUEST_ID, trace.id().clone());
        let refused = response.extensions_mut().remove::<Refused>();
        let status = response.status();
        let seen = Seen {
            observer,
            trace,
            status,
            refused,
            sent_bytes: 0,
        };
        Poll::Ready(Ok(response.map(|inner| Observed { inner, seen })))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_requests_share_an_id() {
        let ids = Ids {
            next: AtomicU64::new(7),
        };
        let mut seen = HashSet::new();
        for _ in 0..10_000 {
            let id = ids.next();
            assert_eq!(id.len(), 16);
            assert!(
                id.as_bytes()
                    .iter()
                    .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
            );
            assert!(seen.insert(id));
        }
    }
}
