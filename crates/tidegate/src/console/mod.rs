//! The console: a page that is in the program, at `/` of the control API's listener, and what it loads below
//! `/assets/`. Everything else is the API's.
//!
//! The page may load and ask nothing but where it comes from, and no other page may hold it in a frame: see
//! [`POLICY`]. It is fetched anew each time; what it loads has its digest in its name and is kept for good.
//!
//! A program that was built without the console (`cargo xtask www`) says so at `/`.

#[cfg(test)]
mod tests;

use std::convert::Infallible;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{
    ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
    REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::Response;
use tidegate_tower::Problem;

/// A file of the console, as `build.rs` writes them.
#[derive(Clone, Copy, Debug)]
struct File {
    /// The path of its URL.
    path: &'static str,
    content_type: &'static str,
    bytes: &'static [u8],
    /// The same, compressed.
    gzip: Option<&'static [u8]>,
}

/// The page, which is first, and what it loads; none in a build without the console.
const FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/console.rs"));

/// Where there is no console.
const PLAIN: File = File {
    path: "/",
    content_type: "text/html; charset=utf-8",
    bytes: include_bytes!("plain.html"),
    gzip: None,
};

/// Scripts, styles and answers from here alone, WebAssembly among the scripts; nothing inline, nothing framed, and no
/// form that a browser would send by itself. (Content Security Policy Level 3)
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
                      connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// The API with the console before it.
pub(crate) fn before(api: Router) -> Router {
    api.layer(middleware::from_fn(serve))
}

async fn serve(request: Request, next: Next) -> Result<Response, Infallible> {
    let (method, path) = (request.method(), request.uri().path());
    Ok(match answer(FILES, method, path, request.headers()) {
        Some(response) => response,
        None => next.run(request).await,
    })
}

/// None for what is not the console's.
fn answer(files: &[File], method: &Method, path: &str, headers: &HeaderMap) -> Option<Response> {
    let found = files.iter().find(|file| file.path == path);
    let file = match found {
        Some(file) => file,
        None if files.is_empty() && path == PLAIN.path => &PLAIN,
        None => return None,
    };
    if !matches!(*method, Method::GET | Method::HEAD) {
        return Some(not_allowed());
    }
    let zipped = file.gzip.filter(|_| takes_gzip(headers));
    // Of a HEAD the server sends the head alone, with the length of this.
    let mut response = Response::new(Body::from(zipped.unwrap_or(file.bytes)));
    let headers = response.headers_mut();
    let cache = if file.path == "/" {
        "no-store"
    } else {
        "public, max-age=31536000, immutable"
    };
    const FIXED: [(HeaderName, &str); 5] = [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ];
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(file.content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    if file.gzip.is_some() {
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    }
    if zipped.is_some() {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Some(response)
}

fn not_allowed() -> Response {
    let problem = Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method-not-allowed",
        "Method not allowed",
    );
    let mut response = problem.into_response::<Body>();
    let allowed = HeaderValue::from_static("GET, HEAD");
    response.headers_mut().insert(ALLOW, allowed);
    response
}

/// Whether gzip is named, and not with a weight of zero (RFC 9110, section 12.5.3). A star is not enough: the plain
/// form is right for everybody.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let named = headers.get_all(ACCEPT_ENCODING).iter();
    let named = named.filter_map(|value| value.to_str().ok());
    let mut codings = named.flat_map(|value| value.split(','));
    codings.any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let is_gzip = parts
            .next()
            .is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        let weight = parts.find_map(|part| {
            let (name, value) = part.split_once('=')?;
            (name.trim().eq_ignore_ascii_case("q")).then(|| value.trim().parse::<f32>())
        });
        is_gzip && weight.is_none_or(|weight| weight.is_ok_and(|weight| weight > 0.0))
    })
}
