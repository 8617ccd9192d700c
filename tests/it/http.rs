//! Requests as a client sends them: streamed bodies through hyper, hostile ones as raw bytes.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::pattern::Pattern;

pub type Body = UnsyncBoxBody<Bytes, std::convert::Infallible>;

/// A client with a pool of its own.
pub fn client() -> Client<HttpConnector, Body> {
    Client::builder(TokioExecutor::new()).build(HttpConnector::new())
}

pub fn text(text: &str) -> Body {
    Full::from(text.to_owned()).boxed_unsync()
}

pub fn empty() -> Body {
    Full::default().boxed_unsync()
}

pub fn pattern(seed: u8, length: u64, known: bool) -> Body {
    Pattern::new(seed, length, known).boxed_unsync()
}

/// A request with a secret, or without.
pub fn request(method: Method, url: &str, secret: Option<&str>, body: Body) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(url);
    if let Some(secret) = secret {
        request = request.header("authorization", format!("Bearer {secret}"));
    }
    request.body(body).expect("a request")
}

/// Sends with a fresh connection.
///
/// # Errors
/// When no response head comes.
pub async fn send(
    method: Method,
    url: &str,
    secret: Option<&str>,
    body: Body,
) -> Result<Response<Incoming>, hyper_util::client::legacy::Error> {
    client().request(request(method, url, secret, body)).await
}

/// The status, and the body as JSON (null when it is none).
pub async fn json(response: Response<Incoming>) -> (StatusCode, Value) {
    let status = response.status();
    let body = response.into_body().collect().await.expect("a whole body").to_bytes();
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

/// GET with a secret: the status and the JSON body.
pub async fn get(url: &str, secret: Option<&str>) -> (StatusCode, Value) {
    json(send(Method::GET, url, secret, empty()).await.expect("an answer")).await
}

/// Sends bytes as they stand and reads until the other side closes, or has been silent for a second
/// after it answered.
pub async fn raw(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.expect("connects");
    // The other side may close before it has read everything: that is an answer too.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let read = tokio::time::timeout(std::time::Duration::from_secs(1), stream.read(&mut buffer));
        match read.await {
            Ok(Ok(0) | Err(_)) => break,
            Ok(Ok(read)) => answer.extend_from_slice(&buffer[..read]),
            Err(_) if answer.is_empty() => {}
            Err(_) => break,
        }
    }
    String::from_utf8_lossy(&answer).into_owned()
}

/// The status of a raw answer; 0 when none came.
pub fn status_of(answer: &str) -> u16 {
    answer
        .strip_prefix("HTTP/1.1 ")
        .and_then(|rest| rest.get(..3))
        .and_then(|code| code.parse().ok())
        .unwrap_or(0)
}
