//! One HTTP/1.1 connection, kept alive, one exchange at a time.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::error::{Context, Result};

/// What to ask for.
#[derive(Clone)]
pub(crate) struct Ask {
    /// The method.
    pub(crate) method: Method,
    /// Path and query.
    pub(crate) target: Uri,
    /// The value of `Authorization`.
    pub(crate) authorization: Option<HeaderValue>,
    /// The request's content.
    pub(crate) content: Bytes,
}

/// A whole answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: StatusCode,
    /// The headers.
    pub(crate) headers: HeaderMap,
    /// The content.
    pub(crate) content: Bytes,
}

/// An open connection.
pub(crate) struct Connection {
    to: SocketAddr,
    host: HeaderValue,
    sender: SendRequest<Full<Bytes>>,
}

impl Connection {
    /// Connects to `to`.
    ///
    /// # Errors
    /// When nobody answers there.
    pub(crate) async fn open(to: SocketAddr) -> Result<Self> {
        let what = || format!("cannot connect to {to}");
        let host = HeaderValue::try_from(to.to_string()).context(what())?;
        let stream = TcpStream::connect(to).await.context(what())?;
        stream.set_nodelay(true).context(what())?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .context(what())?;
        // What breaks a connection shows in the exchange that it breaks.
        tokio::spawn(connection);
        Ok(Self { to, host, sender })
    }

    /// Sends `ask` and reads the answer to its end, keeping only its status and its length in bytes.
    ///
    /// # Errors
    /// When the connection breaks.
    pub(crate) async fn measure(&mut self, ask: &Ask) -> Result<(StatusCode, u64)> {
        let (head, mut body) = self.send(ask).await?.into_parts();
        let mut arrived = 0_u64;
        while let Some(frame) = body.frame().await {
            let frame = frame.context(format_args!("an answer of {} broke off", self.to))?;
            arrived += frame.data_ref().map_or(0, |data| data.len() as u64);
        }
        Ok((head.status, arrived))
    }

    /// Sends `ask` and reads the whole answer.
    ///
    /// # Errors
    /// When the connection breaks.
    pub(crate) async fn exchange(&mut self, ask: &Ask) -> Result<Answer> {
        let (head, body) = self.send(ask).await?.into_parts();
        let content = body
            .collect()
            .await
            .context(format_args!("an answer of {} broke off", self.to))?;
        Ok(Answer {
            status: head.status,
            headers: head.headers,
            content: content.to_bytes(),
        })
    }

    async fn send(&mut self, ask: &Ask) -> Result<http::Response<Incoming>> {
        let Ask {
            method,
            target,
            authorization,
            content,
        } = ask;
        let mut request = Request::new(Full::new(content.clone()));
        *request.method_mut() = method.clone();
        *request.uri_mut() = target.clone();
        let headers = request.headers_mut();
        headers.insert(header::HOST, self.host.clone());
        if let Some(authorization) = authorization {
            headers.insert(header::AUTHORIZATION, authorization.clone());
        }
        if !content.is_empty() {
            let json = HeaderValue::from_static("application/json");
            headers.insert(header::CONTENT_TYPE, json);
        }
        if self.sender.ready().await.is_err() {
            // The server may close a connection that was idle, or that it refused a request on.
            *self = Self::open(self.to).await?;
        }
        let what = || format!("{} did not answer {method} {target}", self.to);
        self.sender.send_request(request).await.context(what())
    }
}

/// `Authorization: Bearer <secret>`, marked so that it prints as `Sensitive`.
///
/// # Errors
/// When the secret holds what a header cannot.
pub(crate) fn bearer(secret: &str) -> Result<HeaderValue> {
    let mut value =
        HeaderValue::try_from(format!("Bearer {secret}")).context("a secret is no header value")?;
    value.set_sensitive(true);
    Ok(value)
}
