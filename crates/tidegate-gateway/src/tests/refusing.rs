//! What is answered by the gateway itself. The upstream sees none of it.

use std::sync::Arc;

use tidegate_policy::Change;
use tidegate_quota::{AccountId, Kind};
use uuid::Uuid;

use super::{BOT, NOW_S, World, exchange, status};

#[tokio::test]
async fn each_refusal_has_its_status_and_problem() {
    let world = World::start("").await;
    let head = |line: &str, more: &str| world.head(line, more);
    let secret = &world.secret;
    let long = format!("GET /acme/{}", "a".repeat(9000));
    let wide = format!("Content-Length: 1001\r\n\r\n{}", "x".repeat(1001));
    for (request, expected, problem) in [
        (head("GET /acme/shut", ""), 403, "forbidden"),
        (head("GET /acme/none", ""), 403, "forbidden"),
        (head("GET /acme", ""), 404, "not-found"),
        (head("GET /", ""), 404, "not-found"),
        (head("DELETE /acme/orders", ""), 405, "method-not-allowed"),
        (head("OPTIONS /acme/orders", ""), 405, "method-not-allowed"),
        (head("TRACE /acme/orders", ""), 501, "not-supported"),
        (head("CONNECT acme:80", ""), 501, "not-supported"),
        (
            head("GET /acme/orders", "Upgrade: websocket\r\n"),
            501,
            "not-supported",
        ),
        (head("GET /acme/%2e%2e", ""), 400, "ambiguous-path"),
        (head("GET /acme//orders", ""), 400, "ambiguous-path"),
        (head("GET /acme/orders/", ""), 400, "ambiguous-path"),
        (head("GET /acme%2Forders", ""), 400, "ambiguous-path"),
        (
            head("GET http://gateway.example/acme/orders", ""),
            400,
            "ambiguous-path",
        ),
        (head("GET *", ""), 400, "ambiguous-path"),
        (head(&long, ""), 414, "target-too-long"),
        (head("GET /acme/orders?sql=1", ""), 400, "query-not-allowed"),
        (
            head(&format!("GET /acme/orders?behave={secret}"), ""),
            400,
            "query-not-allowed",
        ),
        (
            head("GET /acme/orders", "Host: other\r\n"),
            400,
            "bad-request",
        ),
        (
            head("GET /acme/orders", "Connection: host\r\n"),
            400,
            "bad-request",
        ),
        (
            head("GET /acme/orders", "Expect: more\r\n"),
            417,
            "expectation-failed",
        ),
        (
            head("POST /acme/orders", "Transfer-Encoding: gzip, chunked\r\n"),
            501,
            "not-supported",
        ),
        (head("GET /acme/orders", &wide), 413, "request-too-long"),
        (
            head("GET /acme/orders", "Authorization: Bearer x\r\n"),
            401,
            "unauthenticated",
        ),
        (
            "GET /acme/orders HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".to_owned(),
            401,
            "unauthenticated",
        ),
        (
            "GET /none HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\nConnection: close\r\n\r\n"
                .to_owned(),
            401,
            "unauthenticated",
        ),
    ] {
        let answer = world.raw(&request).await;
        let line = request.lines().next().unwrap_or_default();
        assert_eq!(status(&answer), expected, "{line}: {answer}");
        assert!(
            answer.contains("application/problem+json"),
            "{line}: {answer}"
        );
        assert!(
            answer.contains(&format!("urn:tidegate:problem:{problem}\"")),
            "{line}: {answer}"
        );
        assert!(!answer.contains(secret), "{line}");
    }
    assert_eq!(world.upstream.seen(), Vec::<String>::new());
}

#[tokio::test]
async fn a_spent_quota_is_refused_before_the_upstream_is_asked() {
    let world = World::start("").await;
    world
        .ledger
        .set_limit(AccountId::own(BOT), Kind::Read, Some(0));
    world
        .ledger
        .set_limit(AccountId::own(BOT), Kind::Write, Some(3));
    for request in [
        world.head("GET /acme/orders", ""),
        world.head("HEAD /acme/orders", ""),
        world.head("POST /acme/orders", "Content-Length: 4\r\n") + "data",
    ] {
        let answer = world.raw(&request).await;
        assert_eq!(status(&answer), 429, "{answer}");
        assert!(
            answer.to_ascii_lowercase().contains("retry-after: "),
            "{answer}"
        );
    }
    assert_eq!(world.upstream.seen(), Vec::<String>::new());
    let answer = world
        .raw(&(world.head("POST /acme/orders", "Content-Length: 3\r\n") + "dat"))
        .await;
    assert_eq!(status(&answer), 200, "{answer}");
}

/// What follows a refused head is a body, whatever it looks like.
#[tokio::test]
async fn a_body_that_nobody_read_is_not_taken_for_a_request() {
    let world = World::start("").await;
    let inner = world.head("GET /acme/orders?behave=smuggled", "");
    let long = inner.clone() + &"x".repeat(2_000_000);
    for body in [&inner, &long] {
        for (line, secret, expected) in [
            ("POST /acme/orders", "none", 401),
            ("POST /acme/shut", &*world.secret, 403),
        ] {
            let request = format!(
                "{line} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {secret}\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            );
            let next = world.head("GET /acme/orders?behave=next", "");
            let answer = world.raw(&(request + &next)).await;
            // The answer may be lost when the connection closes upon a client that still sends.
            if !answer.is_empty() {
                assert_eq!(status(&answer), expected, "{answer}");
            }
            assert!(
                !world
                    .upstream
                    .seen()
                    .iter()
                    .any(|seen| seen.contains("smuggled"))
            );
        }
    }
}

#[tokio::test]
async fn an_address_without_a_secret_is_limited() {
    let world = World::start("[gateway.anonymous]\nrequests = 2\nperiod_s = 15").await;
    let request = "GET /acme/open HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    for expected in [200, 200, 429, 429] {
        let answer = world.raw(request).await;
        assert_eq!(status(&answer), expected, "{answer}");
        if expected == 429 {
            assert!(answer.contains("address-limited"), "{answer}");
            assert!(
                answer.to_ascii_lowercase().contains("retry-after: 15\r\n"),
                "{answer}"
            );
        }
    }
    for _ in 0..4 {
        assert_eq!(
            status(&world.raw(&world.head("GET /acme/orders", "")).await),
            200
        );
    }
}

#[tokio::test]
async fn a_revocation_counts_at_once() {
    let world = World::start("").await;
    assert_eq!(
        status(&world.raw(&world.head("GET /acme/orders", "")).await),
        200
    );
    let held = world.live.current(NOW_S, 0).unwrap();
    let revoked = held
        .apply(
            43,
            &[Change::Revoke {
                jti: Uuid::from_u128(9),
            }],
        )
        .unwrap();
    world.live.publish(Arc::new(revoked), NOW_S);
    let answer = world.raw(&world.head("GET /acme/orders", "")).await;
    assert_eq!(status(&answer), 401, "{answer}");
    assert!(
        answer
            .to_ascii_lowercase()
            .contains("www-authenticate: bearer "),
        "{answer}"
    );
}

#[tokio::test]
async fn without_a_fresh_snapshot_nothing_passes() {
    // As old as it may be, and a second older.
    for (age_s, statuses) in [(100, [200, 200, 404, 400]), (101, [503; 4])] {
        let world = World::start_at(NOW_S - age_s, "max_staleness_s = 100").await;
        let ready = "GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        let found = [
            status(&exchange(world.admin, ready).await),
            status(&world.raw(&world.head("GET /acme/orders", "")).await),
            status(&world.raw(&world.head("GET /none", "")).await),
            status(&world.raw(&world.head("GET /acme//orders", "")).await),
        ];
        assert_eq!(found, statuses, "{age_s} s old");
    }
}
