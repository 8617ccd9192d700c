//! What is taken out, what is left, what is refused.

use super::*;

fn map(lines: &[(&str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        headers.append(name, HeaderValue::from_str(value).unwrap());
    }
    headers
}

fn left(headers: &HeaderMap) -> Vec<&str> {
    let mut names: Vec<_> = headers.keys().map(HeaderName::as_str).collect();
    names.sort_unstable();
    names
}

#[test]
fn takes_out_what_only_the_gateway_may_say() {
    let secret = format!("{SECRET_PREFIX}OiJFZERTQSJ9.e30.c2ln");
    let cookie = format!("a=b; token={secret}");
    for (name, value) in [
        ("connection", "keep-alive"),
        ("keep-alive", "timeout=5"),
        ("te", "trailers"),
        ("trailer", "x"),
        ("proxy-authorization", "Basic x"),
        ("proxy-connection", "close"),
        ("expect", "100-Continue"),
        ("x-tidegate-subject", "user:root"),
        ("X-Tidegate-Anything", "1"),
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-user", "root"),
        ("forwarded", "for=127.0.0.1"),
        ("x-real-ip", "127.0.0.1"),
        ("x-http-method-override", "DELETE"),
        ("x-http-method", "DELETE"),
        ("x-method-override", "DELETE"),
        ("x-original-url", "/admin"),
        ("x-original-host", "admin"),
        ("x-rewrite-url", "/admin"),
        ("x_tidegate_subject", "user:root"),
        ("x_forwarded_for", "127.0.0.1"),
        ("content_length", "1"),
        ("transfer_encoding", "chunked"),
        ("proxy", "http://evil"),
        ("x-api-key", secret.as_str()),
        ("cookie", cookie.as_str()),
    ] {
        let mut headers = map(&[(name, value), ("accept", "*/*")]);
        assert_eq!(request(&Method::GET, &mut headers), Ok(()), "{name}");
        assert_eq!(left(&headers), ["accept"], "{name}");
    }
}

#[test]
fn lets_the_rest_pass() {
    let lines = [
        ("accept-encoding", "gzip"),
        ("authorization", "Bearer x"),
        ("content-length", "3"),
        ("content-type", "text/csv"),
        ("cookie", "a=b"),
        ("host", "example"),
        ("range", "bytes=0-1"),
        ("upgrade-insecure-requests", "1"),
        ("x-request-id", "7"),
    ];
    let mut headers = map(&lines);
    assert_eq!(request(&Method::POST, &mut headers), Ok(()));
    assert_eq!(left(&headers), lines.map(|(name, _)| name));
}

#[test]
fn takes_out_what_connection_names() {
    let mut headers = map(&[
        ("connection", "close, X-One"),
        ("connection", "x-two"),
        ("x-one", "1"),
        ("x-two", "2"),
        ("x-three", "3"),
    ]);
    assert_eq!(request(&Method::GET, &mut headers), Ok(()));
    assert_eq!(left(&headers), ["x-three"]);
}

#[test]
fn refuses_what_is_not_one_plain_request() {
    use SanitizeError::*;
    for (method, lines, error) in [
        (Method::CONNECT, &[][..], Unmetered),
        (Method::TRACE, &[], Unmetered),
        (Method::GET, &[("upgrade", "websocket")], Upgrade),
        (
            Method::GET,
            &[("connection", "upgrade"), ("upgrade", "h2c")],
            Upgrade,
        ),
        (
            Method::POST,
            &[("transfer-encoding", "cow")],
            TransferEncoding,
        ),
        (
            Method::POST,
            &[("transfer-encoding", "chunked, chunked")],
            TransferEncoding,
        ),
        (
            Method::POST,
            &[
                ("transfer-encoding", "chunked"),
                ("transfer-encoding", "chunked"),
            ],
            TransferEncoding,
        ),
        (
            Method::POST,
            &[("transfer-encoding", "xchunked")],
            TransferEncoding,
        ),
        (
            Method::POST,
            &[("transfer-encoding", "gzip, chunked")],
            TransferCoding,
        ),
        (
            Method::POST,
            &[
                ("transfer-encoding", "gzip"),
                ("transfer-encoding", "chunked"),
            ],
            TransferCoding,
        ),
        (
            Method::POST,
            &[("transfer-encoding", "chunked"), ("content-length", "3")],
            ContentLength,
        ),
        (
            Method::POST,
            &[("content-length", "3"), ("content-length", "3")],
            ContentLength,
        ),
        (Method::POST, &[("content-length", "3, 3")], ContentLength),
        (Method::POST, &[("content-length", "+3")], ContentLength),
        (Method::POST, &[("content-length", "")], ContentLength),
        (Method::GET, &[("host", "a"), ("host", "b")], Host),
        (Method::GET, &[("connection", "authorization")], Connection),
        (
            Method::POST,
            &[("connection", "close, Content-Length")],
            Connection,
        ),
        (Method::GET, &[("connection", "a b")], Connection),
        (Method::GET, &[("expect", "200-maybe")], Expectation),
    ] {
        assert_eq!(
            request(&method, &mut map(lines)),
            Err(error),
            "{method} {lines:?}"
        );
    }
    let mut chunked = map(&[("transfer-encoding", " Chunked ")]);
    assert_eq!(request(&Method::POST, &mut chunked), Ok(()));
}

#[test]
fn an_answer_keeps_what_is_the_upstreams_to_say() {
    let mut headers = map(&[
        ("connection", "x-hop, content-type"),
        ("x-hop", "1"),
        ("transfer-encoding", "chunked"),
        ("content-length", "3"),
        ("content-type", "text/csv"),
        ("access-control-allow-origin", "*"),
        ("alt-svc", "h3=\":443\""),
        ("x-tidegate-request-id", "forged"),
        ("set-cookie", "a=b"),
    ]);
    response(&mut headers);
    assert_eq!(left(&headers), ["content-type", "set-cookie"]);
    let mut sized = map(&[("content-length", "3"), ("keep-alive", "timeout=5")]);
    response(&mut sized);
    assert_eq!(left(&sized), ["content-length"]);
}

#[test]
fn knows_which_headers_may_hold_a_credential() {
    for (name, may) in [
        ("authorization", true),
        ("x-api-key", true),
        ("cookie", true),
        ("host", false),
        ("connection", false),
        ("content-length", false),
        ("x-tidegate-subject", false),
        ("x-forwarded-for", false),
        ("x_api_key", false),
    ] {
        assert_eq!(
            may_hold_credential(&HeaderName::from_static(name)),
            may,
            "{name}"
        );
    }
}
