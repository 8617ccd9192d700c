//! One request and its answer: connection, time-outs, bounded size, errors.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue, USER_AGENT};
use http::{Method, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper_rustls::{ConfigBuilderExt, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::api::Terms;
use crate::wire::ProblemDocument;

/// Longest answer that is read. Bytes.
const ANSWER_LIMIT_BYTES: usize = 16 * 1024 * 1024;
/// Longest problem document that is read of a stream that was refused. Bytes.
const PROBLEM_LIMIT_BYTES: usize = 64 * 1024;
/// How long a connection may take to be made, without TLS.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a request may take in all.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(30);
/// What stands for itself in a query (RFC 3986, unreserved).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Why a call of the API has no answer. No message holds the secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ApiError {
    /// The base URL cannot be used.
    #[error("`{url}` cannot be used as the URL of the API: {reason}")]
    BadUrl {
        /// As given.
        url: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The secret holds characters that no secret has. Its text is not shown.
    #[error("the secret is not a secret: it holds characters that cannot be sent in a header")]
    BadSecret,
    /// The idempotency key cannot be sent.
    #[error("an idempotency key is 1 to 255 visible ASCII characters")]
    BadIdempotencyKey,
    /// TLS cannot be set up on this machine.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
    /// No connection.
    #[error("cannot connect to {url}: {reason}")]
    Connect {
        /// Where to.
        url: String,
        /// What the system said.
        reason: String,
    },
    /// No complete answer in time.
    #[error("{url} did not answer within {seconds} s")]
    Timeout {
        /// What was asked.
        url: String,
        /// How long was waited.
        seconds: u64,
    },
    /// The API said no, and why.
    #[error("{}", describe(.0))]
    Problem(Box<ProblemDocument>),
    /// An answer that this API does not give: the URL is of something else, or of another version.
    #[error("{url} answered {status} with something that is no answer of this API: {reason}")]
    Unexpected {
        /// What was asked.
        url: String,
        /// The status.
        status: StatusCode,
        /// What is wrong with it.
        reason: String,
    },
    /// The answer is longer than this client reads.
    #[error("the answer of {url} is longer than {limit_bytes} bytes")]
    TooLarge {
        /// What was asked.
        url: String,
        /// The limit. Bytes.
        limit_bytes: usize,
    },
    /// The connection broke, or the peer does not speak HTTP.
    #[error("{url} broke off: {reason}")]
    Broken {
        /// What was asked.
        url: String,
        /// What was noticed.
        reason: String,
    },
}

impl ApiError {
    /// The HTTP status of a problem document.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Problem(problem) => Some(problem.status),
            _ => None,
        }
    }
}

fn describe(problem: &ProblemDocument) -> String {
    let ProblemDocument {
        type_uri: _,
        title,
        status,
        detail,
        field,
        rule,
    } = problem;
    let mut text = format!("{title} ({status})");
    for (before, part) in [(": ", detail), ("; field: ", field), ("; rule: ", rule)] {
        if let Some(part) = part {
            text.push_str(before);
            text.push_str(part);
        }
    }
    text
}

/// A request but for its body.
pub(crate) struct Call<'a> {
    pub(crate) method: Method,
    pub(crate) path: &'a str,
    pub(crate) query: &'a [(&'a str, &'a str)],
    pub(crate) terms: &'a Terms,
}

/// Sends requests to one address with one secret at a time. Clones share both.
#[derive(Clone, Debug)]
pub(crate) struct Sender {
    http: hyper_util::client::legacy::Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    /// Without a slash at the end.
    base_url: String,
    /// Marked sensitive: `Debug` does not show it.
    authorization: Arc<RwLock<Option<HeaderValue>>>,
}

impl Sender {
    pub(crate) fn new(base_url: &str, secret: Option<&str>) -> Result<Self, ApiError> {
        let is_https = check_base(base_url).map_err(|reason| ApiError::BadUrl {
            url: base_url.to_owned(),
            reason,
        })?;
        let authorization = secret.map(bearer).transpose()?;
        let http = hyper_util::client::legacy::Client::builder(TokioExecutor::new())
            .build(connector(is_https)?);
        Ok(Self {
            http,
            base_url: base_url.trim_end_matches('/').to_owned(),
            authorization: Arc::new(RwLock::new(authorization)),
        })
    }

    /// Sends another secret from now on.
    pub(crate) fn renew(&self, secret: &str) -> Result<(), ApiError> {
        let value = bearer(secret)?;
        let authorization = self.authorization.write();
        *authorization.unwrap_or_else(PoisonError::into_inner) = Some(value);
        Ok(())
    }

    fn authorization(&self) -> Option<HeaderValue> {
        let authorization = self.authorization.read();
        authorization
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) async fn send<B: Serialize, T: DeserializeOwned>(
        &self,
        call: Call<'_>,
        body: Option<&B>,
    ) -> Result<T, ApiError> {
        let Call {
            method,
            path,
            query,
            terms,
        } = call;
        let url = format!("{}{path}{}", self.base_url, encode_query(query));
        let request = self.request(method, &url, terms, body)?;
        tokio::time::timeout(TOTAL_TIMEOUT, self.exchange(request, &url))
            .await
            .unwrap_or_else(|_| {
                Err(ApiError::Timeout {
                    url: url.clone(),
                    seconds: TOTAL_TIMEOUT.as_secs(),
                })
            })
    }

    fn request<B: Serialize>(
        &self,
        method: Method,
        url: &str,
        terms: &Terms,
        body: Option<&B>,
    ) -> Result<Request<Full<Bytes>>, ApiError> {
        let bad = |reason| ApiError::BadUrl {
            url: url.to_owned(),
            reason,
        };
        let content = match body {
            None => Bytes::new(),
            Some(body) => serde_json::to_vec(body)
                .map_err(|_| bad("the request cannot be written as JSON"))?
                .into(),
        };
        let mut request = Request::builder()
            .method(method)
            .uri(url)
            .header(ACCEPT, "application/json, application/problem+json")
            .header(
                USER_AGENT,
                concat!("tidegate-client/", env!("CARGO_PKG_VERSION")),
            );
        if body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        if let Some(authorization) = self.authorization() {
            request = request.header(AUTHORIZATION, authorization);
        }
        for (name, value) in terms.headers()? {
            request = request.header(name, value);
        }
        request
            .body(Full::new(content))
            .map_err(|_| bad("it is not a URL, or too long"))
    }

    /// Sends a request and answers as soon as the head of a success is there. `wait`: for that.
    pub(crate) async fn open(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: Option<Bytes>,
        wait: Duration,
    ) -> Result<Response<Incoming>, ApiError> {
        let url = format!("{}{path}{}", self.base_url, encode_query(query));
        let mut request = Request::builder().method(method).uri(&url).header(
            USER_AGENT,
            concat!("tidegate-client/", env!("CARGO_PKG_VERSION")),
        );
        if body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        if let Some(authorization) = self.authorization() {
            request = request.header(AUTHORIZATION, authorization);
        }
        let request = request
            .body(Full::new(body.unwrap_or_default()))
            .map_err(|_| ApiError::BadUrl {
                url: url.clone(),
                reason: "it is not a URL, or too long",
            })?;
        let late = || ApiError::Timeout {
            url: url.clone(),
            seconds: wait.as_secs(),
        };
        let response = tokio::time::timeout(wait, self.http.request(request)).await;
        let response = response.map_err(|_| late())?.map_err(|error| {
            let (url, reason) = (url.clone(), root_cause(&error));
            if error.is_connect() {
                ApiError::Connect { url, reason }
            } else {
                ApiError::Broken { url, reason }
            }
        })?;
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status();
        let content = Limited::new(response.into_body(), PROBLEM_LIMIT_BYTES).collect();
        let content = tokio::time::timeout(wait, content).await;
        let content = content
            .map_err(|_| late())?
            .map_err(|error| ApiError::Broken {
                url: url.clone(),
                reason: root_cause(&*error),
            })?;
        match read_answer::<serde::de::IgnoredAny>(status, &content.to_bytes(), &url) {
            Err(error) => Err(error),
            Ok(_) => Err(ApiError::Unexpected {
                url,
                status,
                reason: "neither an answer nor an error".to_owned(),
            }),
        }
    }

    async fn exchange<T: DeserializeOwned>(
        &self,
        request: Request<Full<Bytes>>,
        url: &str,
    ) -> Result<T, ApiError> {
        let response = self.http.request(request).await.map_err(|error| {
            let (url, reason) = (url.to_owned(), root_cause(&error));
            if error.is_connect() {
                ApiError::Connect { url, reason }
            } else {
                ApiError::Broken { url, reason }
            }
        })?;
        let (parts, body) = response.into_parts();
        let content = Limited::new(body, ANSWER_LIMIT_BYTES)
            .collect()
            .await
            .map_err(|error| {
                let url = url.to_owned();
                if error.is::<LengthLimitError>() {
                    ApiError::TooLarge {
                        url,
                        limit_bytes: ANSWER_LIMIT_BYTES,
                    }
                } else {
                    ApiError::Broken {
                        url,
                        reason: root_cause(&*error),
                    }
                }
            })?;
        read_answer(parts.status, &content.to_bytes(), url)
    }
}

fn bearer(secret: &str) -> Result<HeaderValue, ApiError> {
    let value = HeaderValue::try_from(format!("Bearer {secret}"));
    let mut value = value.map_err(|_| ApiError::BadSecret)?;
    value.set_sensitive(true);
    Ok(value)
}

fn read_answer<T: DeserializeOwned>(
    status: StatusCode,
    content: &[u8],
    url: &str,
) -> Result<T, ApiError> {
    let unexpected = |reason: String| ApiError::Unexpected {
        url: url.to_owned(),
        status,
        reason,
    };
    if status.is_success() {
        return serde_json::from_slice(content).map_err(|error| unexpected(error.to_string()));
    }
    if !status.is_client_error() && !status.is_server_error() {
        return Err(unexpected("neither an answer nor an error".to_owned()));
    }
    match serde_json::from_slice::<ProblemDocument>(content) {
        Ok(problem) => Err(ApiError::Problem(Box::new(problem))),
        Err(_) => Err(unexpected("an error without a problem document".to_owned())),
    }
}

/// Whether it is `https`, or what is wrong with it.
fn check_base(url: &str) -> Result<bool, &'static str> {
    if url.contains(['?', '#', '@']) {
        return Err("it may hold scheme, host, port and path only");
    }
    let uri: Uri = url.parse().map_err(|_| "it is not a URL")?;
    if uri.host().is_none_or(str::is_empty) {
        return Err("it must name a host, as in http://127.0.0.1:8081");
    }
    match uri.scheme_str() {
        Some("http") => Ok(false),
        Some("https") => Ok(true),
        _ => Err("it must start with http:// or https://"),
    }
}

/// Reads this machine's root certificates only where they are needed: without `https` a machine
/// that has none still works.
fn connector(is_https: bool) -> Result<HttpsConnector<HttpConnector>, ApiError> {
    let tls = |error: &dyn std::fmt::Display| ApiError::Tls(error.to_string());
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| tls(&error))?;
    let config = if is_https {
        builder.with_native_roots().map_err(|error| tls(&error))?
    } else {
        builder.with_root_certificates(rustls::RootCertStore::empty())
    }
    .with_no_client_auth();
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
    tcp.set_nodelay(true);
    Ok(HttpsConnectorBuilder::new()
        .with_tls_config(config)
        .https_or_http()
        .enable_http1()
        .wrap_connector(tcp))
}

fn encode_query(query: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (key, value) in query {
        text.push(if text.is_empty() { '?' } else { '&' });
        text.push_str(key);
        text.push('=');
        text.extend(utf8_percent_encode(value, ENCODED));
    }
    text
}

/// The innermost cause says what happened; the outer ones only where.
fn root_cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
