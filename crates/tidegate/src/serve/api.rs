//! The listener of the HTTP API: bounded in connections, size of heads and time.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::Response;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tidegate_tower::Problem;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower_http::cors::CorsLayer;

use super::stop::Stop;

/// Connections at a time; more wait in the listener's queue.
const CONNECTIONS: usize = 1_024;
/// For the head of a request, and between requests.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// From a request's head to its answer's, with the request's body; and for the last one of all.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// For a connection, after which it is asked to end: it bounds who reads an answer slowly.
const CONNECTION_LIFE: Duration = Duration::from_mins(10);
/// Pause after a failed accept, such as with no file descriptor left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// Longest head of a request. Bytes.
const HEAD_LIMIT_BYTES: usize = 64 * 1024;

/// The API's listener, bound.
pub(crate) struct Api {
    listener: TcpListener,
}

impl Api {
    /// Takes the address.
    ///
    /// # Errors
    /// It cannot be taken; the message names address and key.
    pub(crate) async fn bind(address: SocketAddr) -> Result<Self, String> {
        match TcpListener::bind(address).await {
            Ok(listener) => Ok(Self { listener }),
            Err(error) => Err(format!(
                "cannot listen on {address} (control.listen): {error}"
            )),
        }
    }

    /// The address that was taken.
    ///
    /// # Errors
    /// The system does not say.
    pub(crate) fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until it is told to stop, then ends what is in flight.
    pub(crate) async fn run(self, router: Router, origins: &[HeaderValue], mut stop: Stop) {
        let router = bounded(router, origins);
        let slots = Arc::new(Semaphore::new(CONNECTIONS));
        loop {
            let accept = async {
                let slot = Arc::clone(&slots).acquire_owned().await;
                (slot, self.listener.accept().await)
            };
            let (slot, accepted) = tokio::select! {
                accepted = accept => accepted,
                () = stop.wanted() => break,
            };
            match accepted {
                Ok((socket, _)) => {
                    let connection = serve(socket, router.clone(), stop.clone());
                    tokio::spawn(async move {
                        connection.await;
                        drop(slot);
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "the API cannot accept a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
        drop(self.listener);
        // Every slot is free once every connection has ended, and each ends in time.
        let all = u32::try_from(CONNECTIONS).unwrap_or(u32::MAX);
        let _ = slots.acquire_many(all).await;
    }
}

/// Serves one connection until it ends, is old, or the end is wanted.
async fn serve(socket: TcpStream, router: Router, mut stop: Stop) {
    // Answers are small and whole: waiting for more to send only delays them.
    if let Err(error) = socket.set_nodelay(true) {
        tracing::debug!(%error, "a connection to the API keeps Nagle's algorithm");
    }
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .max_buf_size(HEAD_LIMIT_BYTES)
            .serve_connection(TokioIo::new(socket), TowerToHyperService::new(router))
    );
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = async { tokio::select! {
            () = stop.wanted() => {}
            () = tokio::time::sleep(CONNECTION_LIFE) => {}
        }} => {
            connection.as_mut().graceful_shutdown();
            let Ok(ended) = tokio::time::timeout(REQUEST_TIMEOUT, connection).await else {
                tracing::warn!("a request to the API was cut off");
                return;
            };
            ended
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection to the API ended early");
    }
}

/// Outermost first: cross-origin answers, which time-outs need too; then the time-out.
fn bounded(router: Router, origins: &[HeaderValue]) -> Router {
    let router = router.layer(middleware::from_fn(in_time));
    if origins.is_empty() {
        return router;
    }
    router.layer(
        CorsLayer::new()
            .allow_origin(origins.to_vec())
            .allow_methods([Method::GET, Method::POST, Method::PATCH, Method::DELETE])
            .allow_headers([AUTHORIZATION, CONTENT_TYPE])
            .max_age(Duration::from_secs(600)),
    )
}

async fn in_time(request: Request, next: Next) -> Result<Response, Infallible> {
    let answer = tokio::time::timeout(REQUEST_TIMEOUT, next.run(request)).await;
    Ok(answer.unwrap_or_else(|_| {
        Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "timeout",
            "This took too long",
        )
        .into_response::<Body>()
    }))
}
