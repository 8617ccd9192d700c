//! Requests that mean different things to different readers: 400, and the upstream sees none.

use http::StatusCode;

use crate::http::{get, raw, status_of};
use crate::world::World;

/// One request as raw bytes, with a secret that may read.
fn head(target: &str, secret: &str, more: &str) -> String {
    format!(
        "GET {target} HTTP/1.1\r\nHost: data.example\r\nAuthorization: Bearer {secret}\r\n\
         Connection: close\r\n{more}\r\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn ambiguous_paths_are_refused() {
    let world = World::start().await;
    let example = world.example().await;
    let secret = &example.bot.secret;
    let bad = [
        "/acme/sales/%2e%2e",
        "/acme/sales/..",
        "/acme/sales/.",
        "/acme/sales/%2E%2e/orders",
        "/acme/sales/x/../orders",
        "/acme/sales/./orders",
        "/acme/./orders",
        "/acme/sales%2forders",
        "/acme/sales/or%2Fders",
        "/acme//orders",
        "//acme/sales/orders",
        "/acme/sales//orders",
        "/acme/sales/orders/",
        "/acme/sales/orders%5c..",
        "/acme/sales\\orders",
        "/acme/sales/orders%00",
        "/acme/sales/orders%0d%0a",
        "/acme/sales/orders%20",
        "/acme/sales/or%23ders",
        "/acme/sales/or%3Ads",
        "/acme/sales/or%40ds",
        "/acme/sales/%2a",
        "/acme/sales/or%2564ers",
        "/acme/sales/%ff",
        "/acme/sales/%c0%ae%c0%ae",
        "/acme/sales/%",
        "/acme/sales/%4",
        "/acme/sales/%zz",
        "/acme/sales/orders;x=1/",
        "http://127.0.0.1/acme/sales/orders",
        "http://data.example/acme/sales/orders",
    ];
    for target in bad {
        let answer = raw(world.server.gateway, head(target, secret, "").as_bytes()).await;
        assert_eq!(status_of(&answer), 400, "{target}: {answer}");
    }
    assert_eq!(world.upstream.seen().len(), 0);
    // Decoded once, a plain letter is a plain letter, and the upstream gets it plain.
    let answer = raw(
        world.server.gateway,
        head("/acme/sales/%6frders?size=0", secret, "").as_bytes(),
    )
    .await;
    assert_eq!(status_of(&answer), 200, "{answer}");
    let seen = world.upstream.seen().pop().expect("arrived");
    assert_eq!(seen.path_and_query, "/records/orders?size=0");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_compared_exactly() {
    let world = World::start().await;
    let example = world.example().await;
    let (status, _) = get(&world.url("/acme/sales/Orders"), Some(&example.bot.secret)).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert_eq!(world.upstream.seen().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn smuggled_requests_do_not_arrive() {
    let world = World::start().await;
    let example = world.example().await;
    let secret = &example.bot.secret;
    let inner = head("/acme/sales/orders?smuggled=1", secret, "");
    let auth = format!("Host: x\r\nAuthorization: Bearer {secret}\r\n");
    let post = |headers: &str, body: &str| {
        format!("POST /acme/sales/orders?size=0 HTTP/1.1\r\n{auth}{headers}\r\n{body}")
    };
    let length = inner.len();
    let bad = [
        post(
            "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n",
            &format!("0\r\n\r\n{inner}"),
        ),
        post(
            "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
            &format!("0\r\n\r\n{inner}"),
        ),
        post("Content-Length: 0\r\nContent-Length: 5\r\n", &inner),
        post(&format!("Content-Length: 0, {length}\r\n"), &inner),
        post(&format!("Content-Length: +{length}\r\n"), &inner),
        post(&format!("Content-Length: 0x{length:x}\r\n"), &inner),
        post(&format!("Content-Length : {length}\r\n"), &inner),
        post(
            "Transfer-Encoding: xchunked\r\n",
            &format!("0\r\n\r\n{inner}"),
        ),
        post("Transfer-Encoding: identity\r\n", &inner),
        post(
            "Transfer-Encoding: chunked, identity\r\n",
            &format!("0\r\n\r\n{inner}"),
        ),
        post(
            "Transfer-Encoding : chunked\r\n",
            &format!("0\r\n\r\n{inner}"),
        ),
        post(
            "Transfer-Encoding:\x0bchunked\r\n",
            &format!("0\r\n\r\n{inner}"),
        ),
        post(
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
            &format!("0\r\n\r\n{inner}"),
        ),
        post(
            "Transfer-Encoding: chunked\r\n",
            &format!("0x0\r\n\r\n{inner}"),
        ),
        post("X: y\r\n Content-Length: 5\r\n", &inner),
        format!("POST /acme/sales/orders HTTP/1.1\r\n{auth}Content-Length: 5\nX: y\r\n\r\n12345"),
    ];
    for request in &bad {
        let answer = raw(world.server.gateway, request.as_bytes()).await;
        let seen = world.upstream.seen();
        let smuggled = seen
            .iter()
            .any(|seen| seen.path_and_query.contains("smuggled"));
        assert!(!smuggled, "{request:?}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn methods_that_leave_the_protocol_are_refused() {
    let world = World::start().await;
    let example = world.example().await;
    let secret = &example.bot.secret;
    let auth = format!("Host: x\r\nAuthorization: Bearer {secret}\r\nConnection: close\r\n");
    for line in [
        "TRACE /acme/sales/orders HTTP/1.1",
        "CONNECT data.example:80 HTTP/1.1",
        "OPTIONS * HTTP/1.1",
    ] {
        let answer = raw(
            world.server.gateway,
            format!("{line}\r\n{auth}\r\n").as_bytes(),
        )
        .await;
        let status = status_of(&answer);
        assert!((400..600).contains(&status), "{line}: {answer}");
    }
    let upgrade = format!(
        "GET /acme/sales/orders HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {secret}\r\n\
         Connection: upgrade\r\nUpgrade: websocket\r\n\r\n"
    );
    let answer = raw(world.server.gateway, upgrade.as_bytes()).await;
    assert!((400..600).contains(&status_of(&answer)), "{answer}");
    assert_eq!(world.upstream.seen().len(), 0);
}

/// Headers that name an identity, a method or a path to the upstream are the gateway's to set.
#[tokio::test(flavor = "multi_thread")]
async fn headers_that_only_the_gateway_may_set_do_not_pass() {
    let world = World::start().await;
    let example = world.example().await;
    let more = "X-HTTP-Method-Override: DELETE\r\nX-Method-Override: DELETE\r\n\
                X-HTTP-Method: DELETE\r\nX-Original-URL: /admin\r\nX-Rewrite-URL: /admin\r\n\
                X-Tidegate-Subject: user:alice\r\nX-Forwarded-For: 10.0.0.1\r\n\
                Forwarded: for=10.0.0.1\r\nProxy-Authorization: Basic eDp5\r\n\
                TE: trailers\r\nKeep-Alive: timeout=5\r\nX-Kept: yes\r\n";
    let request = head("/acme/sales/orders?size=0", &example.bot.secret, more);
    let answer = raw(world.server.gateway, request.as_bytes()).await;
    assert_eq!(status_of(&answer), 200, "{answer}");
    let seen = world.upstream.seen().pop().expect("arrived");
    for name in [
        "x-http-method-override",
        "x-method-override",
        "x-http-method",
        "x-original-url",
        "x-rewrite-url",
        "proxy-authorization",
        "te",
        "keep-alive",
        "authorization",
    ] {
        assert!(!seen.headers.contains_key(name), "{name} passed");
    }
    for (name, value) in &seen.headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        assert!(!value.contains("10.0.0.1"), "{name}: {value}");
        assert!(value != "user:alice", "{name}: {value}");
    }
    assert_eq!(seen.headers["x-kept"], "yes");
}

/// A header that the connection names is hop-by-hop, even one that the gateway sets.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_connection_names_is_dropped() {
    let world = World::start().await;
    let example = world.example().await;
    let request = format!(
        "GET /acme/sales/orders?size=0 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\
         Connection: close, x-private\r\nX-Private: 1\r\n\r\n",
        example.bot.secret
    );
    let answer = raw(world.server.gateway, request.as_bytes()).await;
    assert_eq!(status_of(&answer), 200, "{answer}");
    let seen = world.upstream.seen().pop().expect("arrived");
    assert!(!seen.headers.contains_key("x-private"));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_listed_query_parameters_pass() {
    let routes = crate::world::ROUTES.replace("query = \"any\"", "query = [\"limit\", \"cursor\"]");
    let world = World::start_with("", &routes).await;
    let example = world.example().await;
    let secret = &example.bot.secret;
    for (query, expected) in [
        ("limit=1", 200),
        ("limit=1&cursor=a%26b", 200),
        ("cursor", 200),
        ("sql=select", 400),
        ("limit=1&sql=select", 400),
        ("li%6dit=1", 200),
        ("Limit=1", 400),
        ("limit=1;sql=select", 400),
        ("limit%00=1", 400),
        ("%ff=1", 400),
        ("=1", 400),
    ] {
        let target = format!("/acme/sales/orders?{query}");
        let answer = raw(world.server.gateway, head(&target, secret, "").as_bytes()).await;
        assert_eq!(status_of(&answer), expected, "{query}: {answer}");
    }
}

/// A secret that is sent in two places is taken out of both, or the request is refused.
#[tokio::test(flavor = "multi_thread")]
async fn the_secret_does_not_arrive_by_another_way() {
    let world = World::start().await;
    let example = world.example().await;
    let secret = &example.bot.secret;
    for more in [
        format!("X-Api-Key: {secret}\r\n"),
        format!("Cookie: token={secret}; a=b\r\n"),
        format!("Referer: https://app.example/?token={secret}\r\n"),
    ] {
        let target = "/acme/sales/orders?size=0";
        raw(world.server.gateway, head(target, secret, &more).as_bytes()).await;
    }
    let target = format!("/acme/sales/orders?size=0&access_token={secret}");
    raw(world.server.gateway, head(&target, secret, "").as_bytes()).await;
    for seen in world.upstream.seen() {
        assert!(!format!("{seen:?}").contains(secret.as_str()), "{seen:?}");
    }
}
