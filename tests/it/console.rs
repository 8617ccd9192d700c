//! What a browser finds at the API's listener: the console of a program that was built with it, or a page that says
//! that it was not; with the same policy either way, and nothing in the way of the API.
//!
//! Which of the two this is depends on whether `cargo xtask www` went before the build: both are held to all of it.

use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, Method, StatusCode};
use http_body_util::BodyExt;

use crate::http::{client, empty, get, request, send};
use crate::world::World;

const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
                      connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// An answer, whole.
async fn whole(method: Method, url: &str) -> (StatusCode, HeaderMap, Vec<u8>) {
    let response = send(method, url, None, empty()).await.expect("an answer");
    let (head, body) = response.into_parts();
    let body = body.collect().await.expect("a whole body").to_bytes();
    (head.status, head.headers, body.to_vec())
}

/// Held to what is so of each part of the console. Returns what it is.
async fn part(url: &str, cache: &str) -> (String, Vec<u8>) {
    let (status, headers, body) = whole(Method::GET, url).await;
    assert_eq!(status, StatusCode::OK, "{url}");
    for (name, value) in [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", cache),
    ] {
        assert_eq!(headers[name], value, "{url}: {name}");
    }
    let (status, head, nothing) = whole(Method::HEAD, url).await;
    assert_eq!(status, StatusCode::OK, "HEAD {url}");
    assert!(nothing.is_empty(), "HEAD {url}");
    for name in [CONTENT_LENGTH, CONTENT_TYPE, CACHE_CONTROL] {
        assert_eq!(head.get(&name), headers.get(&name), "HEAD {url}: {name}");
    }
    let content_type = headers[CONTENT_TYPE].to_str().expect("text");
    (content_type.to_owned(), body)
}

/// What the page loads, by its own words.
fn loaded(page: &str) -> Vec<&str> {
    let parts = page.split('"');
    parts.filter(|part| part.starts_with("/assets/")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_console_is_at_the_root_and_the_api_below() {
    let world = World::start().await;
    let api = format!("http://{}", world.server.control);
    let (content_type, page) = part(&format!("{api}/"), "no-store").await;
    assert_eq!(content_type, "text/html; charset=utf-8");
    let page = String::from_utf8(page).expect("text");
    // Nothing inline: the policy would refuse it.
    assert!(
        !page.contains("<style") && !page.contains(" style="),
        "{page}"
    );
    let assets = loaded(&page);
    if page.contains("built without its console") {
        assert!(!page.contains("<script"), "{page}");
    } else {
        assert!(assets.iter().any(|path| path.ends_with(".js")), "{page}");
        assert!(assets.iter().any(|path| path.ends_with(".css")), "{page}");
        assert_eq!(
            page.matches("<script").count(),
            page.matches("src=\"/assets/").count()
        );
    }
    for path in assets {
        let url = format!("{api}{path}");
        let (content_type, plain) = part(&url, "public, max-age=31536000, immutable").await;
        let expected = match path.rsplit('.').next() {
            Some("js") => "text/javascript; charset=utf-8",
            Some("css") => "text/css; charset=utf-8",
            Some("svg") => "image/svg+xml",
            other => panic!("{path}: a page loads no {other:?}"),
        };
        assert_eq!(content_type, expected, "{path}");
        let mut zipped = request(Method::GET, &url, None, empty());
        let accept = "gzip".parse().expect("a header");
        zipped.headers_mut().insert("accept-encoding", accept);
        let response = client().request(zipped).await.expect("an answer");
        assert_eq!(response.headers()["content-encoding"], "gzip", "{path}");
        assert_eq!(response.headers()["vary"], "accept-encoding", "{path}");
        let zipped = response
            .into_body()
            .collect()
            .await
            .expect("whole")
            .to_bytes();
        assert!(zipped.len() < plain.len(), "{path}");
    }

    // What is no part of it is the API's, and its answers carry no policy of a page.
    for path in [
        "/index.html",
        "/assets/",
        "/assets/none.js",
        "/console",
        "/favicon.ico",
        "/v1",
    ] {
        let (status, headers, body) = whole(Method::GET, &format!("{api}{path}")).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(headers[CONTENT_TYPE], "application/problem+json", "{path}");
        let problem: serde_json::Value = serde_json::from_slice(&body).expect("a problem");
        assert_eq!(problem["type"], "urn:tidegate:problem:not-found", "{path}");
    }
    let (status, headers, _) = whole(Method::POST, &format!("{api}/")).await;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(headers["allow"], "GET, HEAD");
    let (status, me) = get(&format!("{api}/v1/me"), Some(&world.operator)).await;
    assert_eq!(status, StatusCode::OK, "{me}");
    // The gateway has none of it.
    let (status, _, _) = whole(Method::GET, &world.url("/")).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}
