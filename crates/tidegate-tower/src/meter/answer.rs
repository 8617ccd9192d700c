//! What the caller is told about its quota.

use bytes::{Bytes, BytesMut};
use http::header::{HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use http::{Response, StatusCode};
use tidegate_quota::{Kind, MeterError, Refusal, Standing, Window};

use crate::problem::{Problem, Refused};

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Seconds after which it is worth asking again when others hold what is left, or the ledger is away.
const SOON_S: u64 = 1;

/// The answer when bytes are not handed out.
pub(super) fn refused<B: From<Bytes>>(error: &MeterError, kind: Kind, now_s: u64) -> Response<B> {
    let (problem, word, retry_after_s) = match error {
        MeterError::Exceeded(refusal) => (
            Problem::quota_exceeded(policy(kind)),
            "quota-exceeded",
            until_end(refusal.window, now_s),
        ),
        MeterError::Contended(_) => (
            Problem::new(
                StatusCode::TOO_MANY_REQUESTS,
                "quota-contended",
                "What is left of the quota is in use",
            ),
            "quota-contended",
            SOON_S,
        ),
        MeterError::Unavailable(_) => (Problem::unavailable(), "no-ledger", SOON_S),
    };
    let mut response = Refused {
        step: "meter",
        kind: word,
        reason: error.to_string(),
    }
    .answer(problem);
    let headers = response.headers_mut();
    headers.insert(RETRY_AFTER, HeaderValue::from(retry_after_s));
    if let MeterError::Exceeded(refusal) | MeterError::Contended(refusal) = error {
        let Refusal {
            limit_bytes,
            left_bytes,
            window,
            account: _,
            contended: _,
        } = *refusal;
        describe(headers, kind, limit_bytes, left_bytes, window, now_s);
    }
    response
}

/// 413: the request's free direction has a cap.
pub(super) fn request_too_long<B: From<Bytes>>(limit_bytes: u64) -> Response<B> {
    let problem = Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "request-too-long",
        "The request is too long",
    )
    .detail(format!(
        "a request of this kind has at most {limit_bytes} bytes of content"
    ));
    Refused {
        step: "meter",
        kind: "request-too-long",
        reason: String::new(),
    }
    .answer(problem)
}

/// 502: the response's free direction has a cap.
pub(super) fn response_too_long<B: From<Bytes>>() -> Response<B> {
    let problem = Problem::new(
        StatusCode::BAD_GATEWAY,
        "response-too-long",
        "The response is too long",
    );
    Refused {
        step: "meter",
        kind: "response-too-long",
        reason: String::new(),
    }
    .answer(problem)
}

/// Puts the quota's standing into an answer, where there is a limit.
pub(super) fn tell(headers: &mut HeaderMap, kind: Kind, standing: &Standing, now_s: u64) {
    if let Standing {
        limit_bytes: Some(limit),
        left_bytes: Some(left),
        window,
    } = *standing
    {
        describe(headers, kind, limit, left, window, now_s);
    }
}

/// `RateLimit-Policy: "read";q=100000000;qu="content-bytes";w=2592000` and
/// `RateLimit: "read";r=99999000;t=86400`. Written without `format!`, which costs as much as the rest
/// of the layer.
fn describe(
    headers: &mut HeaderMap,
    kind: Kind,
    limit: u64,
    left: u64,
    window: Window,
    now_s: u64,
) {
    let name = policy(kind);
    let length_s = window.end_s.saturating_sub(window.start_s);
    let policy = [
        Part::Text("\""),
        Part::Text(name),
        Part::Text("\";q="),
        Part::Number(limit),
        Part::Text(";qu=\"content-bytes\";w="),
        Part::Number(length_s),
    ];
    let standing = [
        Part::Text("\""),
        Part::Text(name),
        Part::Text("\";r="),
        Part::Number(left),
        Part::Text(";t="),
        Part::Number(until_end(window, now_s)),
    ];
    for (header, parts) in [(RATE_LIMIT_POLICY, policy), (RATE_LIMIT, standing)] {
        let mut line = BytesMut::with_capacity(LINE_BYTES);
        for part in parts {
            match part {
                Part::Text(text) => line.extend_from_slice(text.as_bytes()),
                Part::Number(number) => {
                    line.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
                }
            }
        }
        if let Ok(value) = HeaderValue::from_maybe_shared(line.freeze()) {
            headers.insert(header, value);
        }
    }
}

/// What the longer of the two lines needs, with the largest numbers.
const LINE_BYTES: usize = 80;

/// A piece of a header's value.
enum Part {
    Text(&'static str),
    Number(u64),
}

/// At least one second: `Retry-After: 0` invites a loop.
fn until_end(window: Window, now_s: u64) -> u64 {
    window.end_s.saturating_sub(now_s).max(1)
}

fn policy(kind: Kind) -> &'static str {
    match kind {
        Kind::Read => "read",
        Kind::Write => "write",
    }
}
