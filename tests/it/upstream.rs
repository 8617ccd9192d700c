//! The data API behind the gateway: keeps a log of what reaches it, and misbehaves when told to.
//!
//! `POST /records/…` reads a pattern of the seed in the query; `GET /records/…?size=N` answers one.
//! `behave=` says how: `slow-head`, `cut`, `chunked`, `early` (answers before it reads).

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

use crate::pattern::{self, Pattern};

pub type Body = UnsyncBoxBody<Bytes, std::io::Error>;

/// What one request brought to the upstream.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: Method,
    pub path_and_query: String,
    pub headers: HeaderMap,
    /// Content that came before the end or the break.
    pub bytes: u64,
    /// Whether the content came to its end.
    pub whole: bool,
}

/// A running upstream; stops when dropped.
pub struct Upstream {
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Upstream {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let seen = Arc::new(Mutex::new(Vec::new()));
        let task = tokio::spawn(accept(listener, Arc::clone(&seen)));
        Self { address, seen, task }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Everything that has reached it and was read to its end or its break.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("no panic holds it").clone()
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, seen: Arc<Mutex<Vec<Seen>>>) {
    // Dropping the set ends the connections with the upstream.
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        connections.spawn(serve(stream, Arc::clone(&seen)));
    }
}

async fn serve(stream: TcpStream, seen: Arc<Mutex<Vec<Seen>>>) {
    let service = service_fn(move |request| answer(request, Arc::clone(&seen)));
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn answer(
    request: Request<Incoming>,
    seen: Arc<Mutex<Vec<Seen>>>,
) -> Result<Response<Body>, Infallible> {
    let (parts, body) = request.into_parts();
    let query: HashMap<String, String> = parts
        .uri
        .query()
        .unwrap_or_default()
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let number = |name: &str| query.get(name).and_then(|text| text.parse::<u64>().ok());
    let seed = number("seed").unwrap_or(0) as u8;
    let behave = query.get("behave").map_or("", String::as_str);
    let received = if behave == "early" {
        pattern::Received { bytes: 0, whole: false }
    } else {
        pattern::receive(body, seed).await
    };
    seen.lock().expect("no panic holds it").push(Seen {
        method: parts.method.clone(),
        path_and_query: parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
        headers: parts.headers,
        bytes: received.bytes,
        whole: received.whole,
    });
    let size = number("size").unwrap_or(2);
    let body = match behave {
        "slow-head" => std::future::pending().await,
        "cut" => Cut(size).boxed_unsync(),
        "chunked" => Pattern::new(seed, size, false).map_err(|never| match never {}).boxed_unsync(),
        _ => Pattern::new(seed, size, true).map_err(|never| match never {}).boxed_unsync(),
    };
    let mut response = Response::new(body);
    if let Some(status) = number("status") {
        *response.status_mut() = StatusCode::from_u16(status as u16).expect("a status");
        if matches!(status, 204 | 304) {
            *response.body_mut() =
                Full::default().map_err(|never: Infallible| match never {}).boxed_unsync();
        }
    }
    Ok(response)
}

/// Announces `0` bytes more than it sends, then breaks off.
struct Cut(u64);

impl http_body::Body for Cut {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, Self::Error>>> {
        let length = std::mem::take(&mut self.0);
        std::task::Poll::Ready(Some(if length > 0 {
            Ok(http_body::Frame::data(Bytes::from(vec![b'x'; length as usize])))
        } else {
            Err(std::io::Error::other("told to break off"))
        }))
    }
}
