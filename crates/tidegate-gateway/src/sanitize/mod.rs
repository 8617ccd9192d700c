//! What is taken out of messages before anybody believes them.
//!
//! The only way to pass: a request of one message with one framing, in a method that is metered, whose
//! hop-by-hop headers, headers that only the gateway may set, method overrides and secrets are gone.
//!
//! - Refused: `CONNECT`, `TRACE` and `Upgrade` (501, until they are metered); any transfer coding but
//!   one `chunked` (501; 400 where it is malformed); two `Host` headers, a `Connection` header that
//!   names a header which is not hop-by-hop (400); an expectation other than `100-continue` (417).
//!   What hyper refuses by itself does not come here: malformed heads, contradicting lengths. Of a
//!   request with both `Transfer-Encoding` and `Content-Length` hyper drops the length and closes the
//!   connection after it (RFC 9112 §6.1).
//! - Taken out: hop-by-hop headers (RFC 9110 §7.6.1) and those that `Connection` names; `Expect`, which
//!   the gateway answers itself; `X-Tidegate-*`, `X-Forwarded-*`, `Forwarded` and the like; method and
//!   URL overrides; every header whose name holds an underscore, which CGI and WSGI cannot tell from
//!   the same with a hyphen; every header whose value holds a secret.
//! - Set: `X-Tidegate-Request-Id`, `X-Forwarded-For` (the peer's address), `X-Forwarded-Proto`.
//!
//! `Authorization` itself is taken out by the authenticate step, which needs it.

use http::header::{
    self, CONNECTION, CONTENT_LENGTH, EXPECT, HOST, HeaderMap, HeaderName, HeaderValue, TE,
    TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use http::{Method, Request, StatusCode};
use tidegate_tower::Problem;

use crate::observe::Trace;
use crate::refusal::Refusal;
use crate::step::Step;

/// What every secret starts with: wherever it stands, a secret follows.
pub(crate) use tidegate_token::SECRET_PREFIX;

/// Names a request on its way: set on what goes to the upstream and on every answer.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-tidegate-request-id");
/// Who asks: `type:id`, or `anonymous`. Set on what goes to the upstream.
pub(crate) const SUBJECT: HeaderName = HeaderName::from_static("x-tidegate-subject");
/// The peer's address.
pub(crate) const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// `http` or `https`, as the peer spoke.
pub(crate) const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Why a request is refused before anything in it is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SanitizeError {
    #[error("the method is not supported")]
    Unmetered,
    #[error("protocol upgrades are not supported")]
    Upgrade,
    #[error("the transfer coding is malformed")]
    TransferEncoding,
    #[error("no transfer coding but chunked is supported")]
    TransferCoding,
    #[error("the content length is malformed")]
    ContentLength,
    #[error("more than one Host header")]
    Host,
    #[error("Connection names a header that is not hop-by-hop")]
    Connection,
    #[error("the expectation is not supported")]
    Expectation,
}

impl SanitizeError {
    fn kind(self) -> &'static str {
        match self {
            Self::Unmetered => "method",
            Self::Upgrade => "upgrade",
            Self::TransferEncoding => "transfer-encoding",
            Self::TransferCoding => "transfer-coding",
            Self::ContentLength => "content-length",
            Self::Host => "host",
            Self::Connection => "connection",
            Self::Expectation => "expectation",
        }
    }

    /// The answer.
    pub(crate) fn refusal(self) -> Refusal {
        let (status, word, title) = match self {
            Self::Unmetered | Self::Upgrade | Self::TransferCoding => (
                StatusCode::NOT_IMPLEMENTED,
                "not-supported",
                "Not supported",
            ),
            Self::TransferEncoding | Self::ContentLength | Self::Host | Self::Connection => (
                StatusCode::BAD_REQUEST,
                "bad-request",
                "The request is malformed",
            ),
            Self::Expectation => (
                StatusCode::EXPECTATION_FAILED,
                "expectation-failed",
                "Expectation not supported",
            ),
        };
        let problem = Problem::new(status, word, title).detail(self.to_string());
        Refusal::new("sanitize", self.kind(), String::new(), problem)
    }
}

/// Checks a request's head and takes out what must not go on.
pub(crate) fn request(method: &Method, headers: &mut HeaderMap) -> Result<(), SanitizeError> {
    if matches!(*method, Method::CONNECT | Method::TRACE) {
        return Err(SanitizeError::Unmetered);
    }
    if headers.contains_key(UPGRADE) {
        return Err(SanitizeError::Upgrade);
    }
    check_framing(headers)?;
    if headers.get_all(HOST).iter().nth(1).is_some() {
        return Err(SanitizeError::Host);
    }
    if let Some(expectation) = headers.get(EXPECT)
        && !expectation.as_bytes().eq_ignore_ascii_case(b"100-continue")
    {
        return Err(SanitizeError::Expectation);
    }
    take_out_nominated(headers, true)?;
    take_out(headers, |name, value| {
        is_hop_by_hop(name) || is_reserved(name.as_str()) || is_leak(name, value)
    });
    Ok(())
}

/// Takes out of an upstream's answer what is meant for the hop to it, or is not the upstream's to say:
/// who may read it across origins, where else the origin is, and the gateway's own headers.
pub(crate) fn response(headers: &mut HeaderMap) {
    if headers.contains_key(TRANSFER_ENCODING) {
        headers.remove(CONTENT_LENGTH);
    }
    // Only a request's nominations are refused: an answer's can do no more than remove.
    let _ = take_out_nominated(headers, false);
    take_out(headers, |name, _| {
        is_hop_by_hop(name)
            || *name == header::ALT_SVC
            || name.as_str().starts_with("x-tidegate-")
            || name.as_str().starts_with("access-control-")
    });
}

/// Whether a text holds a secret, known by what every secret starts with.
pub(crate) fn holds_secret(text: &[u8]) -> bool {
    let needle = SECRET_PREFIX.as_bytes();
    text.len() >= needle.len() && text.windows(needle.len()).any(|window| window == needle)
}

/// Whether a configured credential may be sent in this header.
pub(crate) fn may_hold_credential(name: &HeaderName) -> bool {
    !is_hop_by_hop(name)
        && !is_reserved(name.as_str())
        && !matches!(
            *name,
            HOST | CONTENT_LENGTH | EXPECT | header::CONTENT_TYPE | header::CONTENT_ENCODING
        )
}

/// The step of the stack that takes a request's head in hand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sanitize;

impl Step for Sanitize {
    fn check<B>(&self, request: &mut Request<B>) -> Result<(), Refusal> {
        let method = request.method().clone();
        self::request(&method, request.headers_mut()).map_err(SanitizeError::refusal)?;
        let trace = request
            .extensions()
            .get::<Trace>()
            .ok_or_else(Refusal::misassembled)?
            .clone();
        let headers = request.headers_mut();
        headers.insert(REQUEST_ID, trace.id().clone());
        headers.insert(FORWARDED_FOR, trace.peer().forwarded_for.clone());
        headers.insert(FORWARDED_PROTO, trace.peer().proto.clone());
        Ok(())
    }
}

fn check_framing(headers: &HeaderMap) -> Result<(), SanitizeError> {
    if headers.contains_key(TRANSFER_ENCODING) {
        let values = headers.get_all(TRANSFER_ENCODING);
        let codings = || {
            values
                .iter()
                .flat_map(|value| value.as_bytes().split(|&byte| byte == b','))
        };
        if codings().filter(|coding| is_chunked(coding)).count() != 1 {
            return Err(SanitizeError::TransferEncoding);
        }
        if codings().count() != 1 {
            return Err(SanitizeError::TransferCoding);
        }
        if headers.contains_key(CONTENT_LENGTH) {
            return Err(SanitizeError::ContentLength);
        }
    }
    let mut lengths = headers.get_all(CONTENT_LENGTH).iter();
    if let Some(length) = lengths.next() {
        let digits = length.as_bytes();
        let is_number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
        if !is_number || lengths.next().is_some() {
            return Err(SanitizeError::ContentLength);
        }
    }
    Ok(())
}

fn is_chunked(coding: &[u8]) -> bool {
    coding.trim_ascii().eq_ignore_ascii_case(b"chunked")
}

/// Takes out the headers that `Connection` names.
fn take_out_nominated(headers: &mut HeaderMap, strict: bool) -> Result<(), SanitizeError> {
    let mut nominated: Vec<HeaderName> = Vec::new();
    for value in headers.get_all(CONNECTION) {
        for option in value.as_bytes().split(|&byte| byte == b',') {
            let option = option.trim_ascii();
            let is_plain = option.is_empty()
                || option.eq_ignore_ascii_case(b"keep-alive")
                || option.eq_ignore_ascii_case(b"close");
            if is_plain {
                continue;
            }
            let Ok(name) = HeaderName::from_bytes(option) else {
                return if strict {
                    Err(SanitizeError::Connection)
                } else {
                    Ok(())
                };
            };
            if is_for_everyone(&name) {
                if strict {
                    return Err(SanitizeError::Connection);
                }
                continue;
            }
            nominated.push(name);
        }
    }
    for name in nominated {
        headers.remove(name);
    }
    Ok(())
}

/// Headers that mean something to every recipient: taking them out would change the message.
fn is_for_everyone(name: &HeaderName) -> bool {
    matches!(
        *name,
        HOST | CONTENT_LENGTH
            | header::AUTHORIZATION
            | header::CONTENT_TYPE
            | header::CONTENT_ENCODING
            | header::CONTENT_RANGE
            | header::RANGE
            | header::ORIGIN
            | header::CACHE_CONTROL
            | header::SET_COOKIE
            | header::VARY
    )
}

fn take_out(headers: &mut HeaderMap, unwanted: impl Fn(&HeaderName, &HeaderValue) -> bool) {
    let mut names: Vec<HeaderName> = Vec::new();
    for (name, value) in headers.iter() {
        if unwanted(name, value) {
            names.push(name.clone());
        }
    }
    for name in names {
        headers.remove(name);
    }
}

/// RFC 9110 §7.6.1, and `Keep-Alive` and `Proxy-Connection`, which it says to treat likewise.
fn is_hop_by_hop(name: &HeaderName) -> bool {
    matches!(
        *name,
        CONNECTION
            | TE
            | TRAILER
            | TRANSFER_ENCODING
            | UPGRADE
            | EXPECT
            | header::PROXY_AUTHENTICATE
            | header::PROXY_AUTHORIZATION
    ) || matches!(
        name.as_str(),
        "keep-alive" | "proxy-connection" | "proxy-authentication-info" | "http2-settings"
    )
}

/// Request headers that only the gateway may set, or that would make the request another one.
fn is_reserved(name: &str) -> bool {
    if name.contains('_') {
        return true;
    }
    if let Some(rest) = name.strip_prefix("x-") {
        return rest.starts_with("tidegate-")
            || rest.starts_with("forwarded")
            || rest.starts_with("original-")
            || rest.starts_with("rewrite-")
            || rest.starts_with("http-method")
            || matches!(
                rest,
                "method-override"
                    | "real-ip"
                    | "client-ip"
                    | "cluster-client-ip"
                    | "remote-user"
                    | "remote-ip"
                    | "remote-addr"
            );
    }
    matches!(
        name,
        "forwarded" | "remote-user" | "true-client-ip" | "client-ip" | "proxy"
    )
}

/// A secret where none belongs.
fn is_leak(name: &HeaderName, value: &HeaderValue) -> bool {
    *name != header::AUTHORIZATION && holds_secret(value.as_bytes())
}

#[cfg(test)]
mod tests;
