//! Callers without a secret: public tables, charged to their owner, and limited by address.

use http::{Method, StatusCode};
use tidegate_client::wire::{Limit, QuotaLimits, SetQuota};

use crate::http::{empty, get, json, pattern, send};
use crate::world::{ORGANIZATION, ROUTES, World, grant};

/// Requests that one address may send without a secret.
const BURST: usize = 20;

async fn public() -> (World, crate::world::Example) {
    let world = World::start().await;
    let example = world.example().await;
    for subject in ["user:*", "anonymous:*"] {
        grant(&example.api, "project:acme/sales", &["public"], subject).await;
    }
    (world, example)
}

#[tokio::test(flavor = "multi_thread")]
async fn anyone_reads_a_public_table_and_nobody_writes_it() {
    let (world, example) = public().await;
    let url = world.url("/acme/sales/orders?seed=1&size=1000");
    assert_eq!(get(&url, None).await.0, StatusCode::OK);
    let answer = send(Method::POST, &url, None, pattern(1, 5, true)).await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    // A service needs a grant of its own (BN-15); this one has it.
    assert_eq!(get(&url, Some(&example.bot.secret)).await.0, StatusCode::OK);
    // The organization pays for both, the account of its anonymous readers for one.
    example.settled(ORGANIZATION, |read, _| read.spent_bytes == 2_000).await;
    let usage = example.api.quota(ORGANIZATION, true).await.expect("shown");
    assert_eq!((usage.read.spent_bytes, usage.read.requests), (1_000, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn anonymous_readers_have_a_limit_of_their_own() {
    let (world, example) = public().await;
    let read = Some(Limit::Bytes(1_500));
    let limits = QuotaLimits { read, write: None };
    let request = SetQuota { account: ORGANIZATION.to_owned(), anonymous: true, limits };
    example.api.set_quota(&request).await.expect("sets the quota");
    let url = world.url("/acme/sales/orders?seed=1&size=1000");
    assert_eq!(get(&url, None).await.0, StatusCode::OK);
    assert_eq!(get(&url, None).await.0, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(get(&url, Some(&example.bot.secret)).await.0, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_without_a_secret_is_limited() {
    let (world, example) = public().await;
    let url = world.url("/acme/sales/orders?size=1");
    let mut refused = 0;
    for _ in 0..2 * BURST {
        let answer = send(Method::GET, &url, None, empty()).await.expect("an answer");
        if answer.status() == StatusCode::TOO_MANY_REQUESTS {
            assert!(answer.headers().contains_key("retry-after"));
            let (_, problem) = json(answer).await;
            assert_ne!(problem["type"], "https://iana.org/assignments/http-problem-types#quota-exceeded");
            refused += 1;
        } else {
            assert_eq!(answer.status(), StatusCode::OK);
        }
    }
    assert!(refused > 0, "{} requests of one address passed", 2 * BURST);
    // Whoever has a secret is not limited by address.
    for _ in 0..2 * BURST {
        assert_eq!(get(&url, Some(&example.bot.secret)).await.0, StatusCode::OK);
    }
}

/// Browsers: preflights are answered to listed origins, without a secret and unmetered.
#[tokio::test(flavor = "multi_thread")]
async fn listed_origins_may_ask_across_origins() {
    let settings = "allowed_origins = [\"https://app.example\"]";
    let world = World::start_with(settings, ROUTES).await;
    let example = world.example().await;
    let url = world.url("/acme/sales/orders?seed=1&size=3");
    for (origin, allowed) in [("https://app.example", true), ("https://evil.example", false)] {
        let preflight = http::Request::builder()
            .method(Method::OPTIONS)
            .uri(&url)
            .header("origin", origin)
            .header("access-control-request-method", "GET")
            .header("access-control-request-headers", "authorization")
            .body(empty())
            .expect("a request");
        let answer = crate::http::client().request(preflight).await.expect("an answer");
        let told = answer.headers().get("access-control-allow-origin").cloned();
        assert_eq!(told.is_some_and(|told| told == origin), allowed, "{origin}");

        let mut asked =
            crate::http::request(Method::GET, &url, Some(&example.bot.secret), empty());
        asked.headers_mut().insert("origin", origin.parse().expect("a value"));
        let answer = crate::http::client().request(asked).await.expect("an answer");
        let told = answer.headers().get("access-control-allow-origin").cloned();
        assert_eq!(told.is_some_and(|told| told == origin), allowed, "{origin}");
        if allowed {
            let exposed = answer.headers()["access-control-expose-headers"].to_str().expect("text");
            assert!(exposed.to_ascii_lowercase().contains("ratelimit"), "{exposed}");
        }
    }
    assert!(world.upstream.seen().iter().all(|seen| seen.method == Method::GET));
}
