//! What is answered, with a console and without one.

use super::*;

const PAGE: File = File {
    path: "/",
    content_type: "text/html; charset=utf-8",
    bytes: b"the page",
    gzip: None,
};
const SCRIPT: File = File {
    path: "/assets/main-1a2b.js",
    content_type: "text/javascript; charset=utf-8",
    bytes: b"the script",
    gzip: Some(b"zipped"),
};
const BUILT: &[File] = &[PAGE, SCRIPT];

fn ask(files: &[File], method: &Method, path: &str, encoding: Option<&str>) -> Option<Response> {
    let mut headers = HeaderMap::new();
    if let Some(encoding) = encoding {
        headers.insert(ACCEPT_ENCODING, encoding.parse().expect("a header"));
    }
    answer(files, method, path, &headers)
}

async fn body(response: Response) -> String {
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await;
    String::from_utf8(bytes.expect("bytes").to_vec()).expect("text")
}

fn header(response: &Response, name: HeaderName) -> Option<&str> {
    response.headers().get(name)?.to_str().ok()
}

#[tokio::test]
async fn the_page_is_never_kept_and_what_it_loads_is_kept_for_good() {
    for (path, cache, content_type, text) in [
        ("/", "no-store", "text/html; charset=utf-8", "the page"),
        (
            "/assets/main-1a2b.js",
            "public, max-age=31536000, immutable",
            "text/javascript; charset=utf-8",
            "the script",
        ),
    ] {
        let response = ask(BUILT, &Method::GET, path, None).expect("the console's");
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(header(&response, CACHE_CONTROL), Some(cache));
        assert_eq!(header(&response, CONTENT_TYPE), Some(content_type));
        assert_eq!(header(&response, CONTENT_SECURITY_POLICY), Some(POLICY));
        assert_eq!(header(&response, X_CONTENT_TYPE_OPTIONS), Some("nosniff"));
        assert_eq!(header(&response, REFERRER_POLICY), Some("no-referrer"));
        assert_eq!(header(&response, CONTENT_ENCODING), None);
        assert_eq!(body(response).await, text);
    }
}

#[test]
fn everything_else_is_left_to_the_api() {
    for path in [
        "/index.html",
        "/assets",
        "/assets/",
        "/assets/main-1a2b.js/",
        "/assets/other.js",
        "/v1/me",
        "//",
        "/assets/../",
        "/ASSETS/main-1a2b.js",
        "",
    ] {
        assert!(ask(BUILT, &Method::GET, path, None).is_none(), "{path}");
    }
    assert!(ask(&[], &Method::GET, "/assets/main-1a2b.js", None).is_none());
}

#[tokio::test]
async fn a_build_without_the_console_says_so() {
    let response = ask(&[], &Method::GET, "/", Some("gzip")).expect("a page");
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(header(&response, CONTENT_SECURITY_POLICY), Some(POLICY));
    assert_eq!(header(&response, CACHE_CONTROL), Some("no-store"));
    let page = body(response).await;
    assert!(page.contains("built without its console"), "{page}");
    assert!(
        !page.contains("<script") && !page.contains("style"),
        "{page}"
    );
}

#[test]
fn it_is_only_read() {
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS] {
        let response = ask(BUILT, &method, "/", None).expect("the console's");
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(header(&response, ALLOW), Some("GET, HEAD"));
    }
    let head = ask(BUILT, &Method::HEAD, "/", None).expect("the console's");
    assert_eq!(head.status(), StatusCode::OK);
}

#[tokio::test]
async fn who_takes_gzip_gets_it() {
    for (accepted, zipped) in [
        (Some("gzip"), true),
        (Some("br, GZIP;q=0.5"), true),
        (Some("gzip; q=1.000"), true),
        (Some("gzip;q=0"), false),
        (Some("gzip;q=0.000, br"), false),
        (Some("gzip;q=x"), false),
        (Some("gzipped"), false),
        (Some("*"), false),
        (Some("identity"), false),
        (Some(""), false),
        (None, false),
    ] {
        let response = ask(BUILT, &Method::GET, SCRIPT.path, accepted).expect("the console's");
        assert_eq!(header(&response, VARY), Some("accept-encoding"));
        let encoding = header(&response, CONTENT_ENCODING).map(str::to_owned);
        assert_eq!(
            encoding.as_deref(),
            zipped.then_some("gzip"),
            "{accepted:?}"
        );
        let text = if zipped { "zipped" } else { "the script" };
        assert_eq!(body(response).await, text, "{accepted:?}");
    }
}
