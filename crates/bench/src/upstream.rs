//! A data API that answers from memory, as fast as it can: the same one behind every proxy.
//!
//! What is asked for is the path's last segment: `small` (1,024 bytes) and `large` (1,048,576
//! bytes) are of known length, `chunked` is `large` without one, in frames of 64 KiB. A POST is
//! swallowed and answered with the number of bytes that arrived.

use std::convert::Infallible;
use std::net::SocketAddr;

use bytes::Bytes;
use futures_util::stream;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::error::{Context, Result};
use crate::process;

/// Bytes of the small answer.
pub(crate) const KILOBYTE: usize = 1 << 10;
/// Bytes of the large answers.
pub(crate) const MEGABYTE: usize = 1 << 20;
/// Bytes of a frame of the chunked answer.
const FRAME: usize = 64 << 10;

type Body = UnsyncBoxBody<Bytes, Infallible>;

/// Serves until standard input ends.
///
/// # Errors
/// When the address cannot be listened on.
pub(crate) fn run(listen: SocketAddr) -> Result<()> {
    process::end_with_input();
    // One thread is plenty, and leaves the rest of the machine to what is measured.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start the upstream")?;
    runtime.block_on(serve(listen))
}

async fn serve(listen: SocketAddr) -> Result<()> {
    let listener = TcpListener::bind(listen)
        .await
        .context(format_args!("cannot listen on {listen}"))?;
    let megabyte = content(MEGABYTE);
    loop {
        let (stream, _) = listener.accept().await.context("cannot accept")?;
        stream.set_nodelay(true).context("cannot set TCP_NODELAY")?;
        let megabyte = megabyte.clone();
        let service = service_fn(move |request| answer(request, megabyte.clone()));
        // A connection that breaks is its client's to report.
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

/// `length` bytes that tell a shifted or repeated piece from the right one.
fn content(length: usize) -> Bytes {
    (0..length as u64)
        .map(|i| (i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as u8)
        .collect()
}

async fn answer(
    request: Request<Incoming>,
    megabyte: Bytes,
) -> std::result::Result<Response<Body>, hyper::Error> {
    let (head, mut body) = request.into_parts();
    if head.method == Method::POST {
        let mut arrived = 0_usize;
        while let Some(frame) = body.frame().await {
            arrived += frame?.data_ref().map_or(0, Bytes::len);
        }
        return Ok(respond(StatusCode::OK, full(arrived.to_string().into())));
    }
    Ok(match head.uri.path().rsplit('/').next() {
        Some("small") => respond(StatusCode::OK, full(megabyte.slice(..KILOBYTE))),
        Some("large") => respond(StatusCode::OK, full(megabyte)),
        Some("chunked") => respond(StatusCode::OK, chunked(megabyte)),
        _ => respond(StatusCode::NOT_FOUND, full(Bytes::new())),
    })
}

fn respond(status: StatusCode, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let octets = HeaderValue::from_static("application/octet-stream");
    response.headers_mut().insert(header::CONTENT_TYPE, octets);
    response
}

fn full(bytes: Bytes) -> Body {
    Full::new(bytes).boxed_unsync()
}

fn chunked(bytes: Bytes) -> Body {
    let frames = (0..bytes.len())
        .step_by(FRAME)
        .map(move |at| Ok(Frame::data(bytes.slice(at..bytes.len().min(at + FRAME)))));
    StreamBody::new(stream::iter(frames)).boxed_unsync()
}
