//! What stops at a quota, and that usage and ledger add up.

use http::{Method, Response, StatusCode};
use hyper::body::Incoming;

use crate::http::{empty, json, pattern, send};
use crate::pattern::receive;
use crate::world::{BOT, Example, ORGANIZATION, STREAM, World, create, grant, issue};

const QUOTA_EXCEEDED: &str = "https://iana.org/assignments/http-problem-types#quota-exceeded";

async fn write(world: &World, secret: &str, size: u64, known: bool) -> Response<Incoming> {
    let url = world.url("/acme/sales/orders?seed=1");
    send(Method::POST, &url, Some(secret), pattern(1, size, known))
        .await
        .expect("an answer")
}

async fn read(world: &World, secret: &str, size: u64, known: bool) -> Response<Incoming> {
    let behave = if known { "" } else { "chunked" };
    let url = world.url(&format!(
        "/acme/sales/orders?seed=1&size={size}&behave={behave}"
    ));
    send(Method::GET, &url, Some(secret), empty())
        .await
        .expect("an answer")
}

async fn assert_exceeded(answer: Response<Incoming>, policy: &str) {
    let headers = answer.headers().clone();
    let (status, problem) = json(answer).await;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(problem["type"], QUOTA_EXCEEDED);
    assert_eq!(problem["violated-policies"][0], policy);
    let number = |name: &str| {
        headers[name]
            .to_str()
            .ok()
            .and_then(|text| text.parse::<u64>().ok())
    };
    let seconds = number("retry-after").expect("seconds");
    assert!((1..=31 * 86_400).contains(&seconds), "{seconds}");
    let policy_header = headers["ratelimit-policy"].to_str().expect("text");
    assert!(
        policy_header.starts_with(&format!("\"{policy}\";q=")),
        "{policy_header}"
    );
    assert!(
        policy_header.contains(";qu=\"content-bytes\""),
        "{policy_header}"
    );
    assert!(
        headers["ratelimit"]
            .to_str()
            .expect("text")
            .starts_with(&format!("\"{policy}\";r="))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_does_not_fit_is_refused_before_its_first_byte() {
    let world = World::start().await;
    let example = world.example().await;
    let secret = &example.bot.secret;
    example.limit(BOT, Some(1_000_000), Some(1_000)).await;
    assert_eq!(
        write(&world, secret, 600, true).await.status(),
        StatusCode::OK
    );
    let seen = world.upstream.seen().len();
    assert_exceeded(write(&world, secret, 401, true).await, "write").await;
    assert_eq!(
        world.upstream.seen().len(),
        seen,
        "the upstream saw a refused write"
    );
    // What is left still fits, to the byte.
    assert_eq!(
        write(&world, secret, 400, true).await.status(),
        StatusCode::OK
    );
    assert_exceeded(write(&world, secret, 1, true).await, "write").await;
    assert_exceeded(write(&world, secret, 0, true).await, "write").await;
    // Reads have a quota of their own.
    assert_eq!(
        read(&world, secret, 500, true).await.status(),
        StatusCode::OK
    );
    let (reads, writes) = example
        .settled(BOT, |read, write| {
            read.spent_bytes == 500 && write.spent_bytes == 1_000
        })
        .await;
    assert_eq!(writes.limit_bytes, Some(1_000));
    assert_eq!((reads.requests, reads.limit_bytes), (1, Some(1_000_000)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_of_unknown_length_is_cut_at_the_last_byte_paid_for() {
    let world = World::start().await;
    let example = world.example().await;
    example.limit(BOT, None, Some(100_001)).await;
    let answer = write(&world, &example.bot.secret, 1_000_000, false).await;
    assert_exceeded(answer, "write").await;
    // The upstream sees its request break off; it may learn of it after the client has its answer.
    let seen = async {
        loop {
            if let Some(seen) = world.upstream.seen().pop() {
                return seen;
            }
            tokio::task::yield_now().await;
        }
    };
    let seen = tokio::time::timeout(crate::world::PATIENCE, seen)
        .await
        .expect("arrives");
    assert!(!seen.whole && seen.bytes <= 100_001, "{seen:?}");
    let (_, writes) = example
        .settled(BOT, |_, write| write.spent_bytes == 100_001)
        .await;
    assert_eq!(writes.limit_bytes, Some(100_001));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_byte_that_would_cross_the_read_limit_is_never_served() {
    let world = World::start().await;
    let example = world.example().await;
    let secret = &example.bot.secret;
    example.limit(BOT, Some(100_001), None).await;
    assert_exceeded(read(&world, secret, 100_002, true).await, "read").await;
    // Of unknown length: cut, and seen as cut.
    let answer = read(&world, secret, 1_000_000, false).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let received = receive(answer.into_body(), 1).await;
    assert!(!received.whole, "a cut response must not look whole");
    assert!(received.bytes <= 100_001, "{received:?}");
    let (reads, _) = example
        .settled(BOT, |read, _| read.spent_bytes == 100_001)
        .await;
    assert_eq!(reads.limit_bytes, Some(100_001));
    // Nothing is left: not even an empty answer, and the upstream is not asked.
    let seen = world.upstream.seen().len();
    assert_exceeded(read(&world, secret, 0, true).await, "read").await;
    assert_eq!(world.upstream.seen().len(), seen);
    // Writes go on.
    assert_eq!(
        write(&world, secret, 1_000, true).await.status(),
        StatusCode::OK
    );
}

/// Whoever asks for usage sees what was spent up to now, and headers say what is left.
#[tokio::test(flavor = "multi_thread")]
async fn usage_and_headers_are_up_to_date() {
    let world = World::start().await;
    let example = world.example().await;
    example.limit(BOT, Some(1_000), None).await;
    for (spent, left) in [(100, 900), (200, 800), (300, 700)] {
        let answer = read(&world, &example.bot.secret, 100, true).await;
        let told = answer.headers()["ratelimit"]
            .to_str()
            .expect("text")
            .to_owned();
        assert!(told.starts_with(&format!("\"read\";r={left};t=")), "{told}");
        assert!(receive(answer.into_body(), 1).await.whole);
        assert_eq!(example.balances(BOT).await.0.spent_bytes, spent);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_other_direction_costs_nothing() {
    let world = World::start().await;
    let example = world.example().await;
    let secret = &example.bot.secret;
    example.limit(BOT, Some(10), Some(10)).await;
    // A write whose answer is longer than the read quota, a read whose request is longer than the
    // write quota.
    let url = world.url("/acme/sales/orders?seed=1&size=5000");
    let answer = send(Method::POST, &url, Some(secret), pattern(1, 10, true))
        .await
        .expect("answer");
    assert_eq!(receive(answer.into_body(), 1).await.bytes, 5_000);
    let url = world.url("/acme/sales/orders?seed=1&size=10");
    let answer = send(Method::GET, &url, Some(secret), pattern(1, 5_000, true))
        .await
        .expect("answer");
    assert_eq!(receive(answer.into_body(), 1).await.bytes, 10);
    let (read, write) = example
        .settled(BOT, |read, write| {
            read.spent_bytes == 10 && write.spent_bytes == 10
        })
        .await;
    assert_eq!((read.requests, write.requests), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_free_direction_has_a_cap() {
    let world = World::start().await;
    let example = world.example().await;
    let secret = &example.bot.secret;
    let url = world.url("/acme/sales/orders?seed=1");
    let long = 2_000_000;
    let answer = send(Method::GET, &url, Some(secret), pattern(1, long, true)).await;
    let answer = answer.expect("the answer, not a reset");
    assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let url = world.url(&format!("/acme/sales/orders?seed=1&size={long}"));
    let answer = send(Method::POST, &url, Some(secret), empty())
        .await
        .expect("an answer");
    assert_eq!(json(answer).await.0, StatusCode::BAD_GATEWAY);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_organization_that_pays_has_a_limit_for_all() {
    let world = World::start().await;
    let example = world.example().await;
    create(&example.api, "service:acme/sales/other", None).await;
    grant(&example.api, STREAM, &["write"], "service:acme/sales/other").await;
    let other = issue(&example.api, "service:acme/sales/other").await;
    example.limit(ORGANIZATION, None, Some(1_000)).await;
    assert_eq!(
        write(&world, &example.bot.secret, 700, true).await.status(),
        StatusCode::OK
    );
    assert_exceeded(write(&world, &other.secret, 301, true).await, "write").await;
    assert_eq!(
        write(&world, &other.secret, 300, true).await.status(),
        StatusCode::OK
    );
    let (_, writes) = example
        .settled(ORGANIZATION, |_, write| write.spent_bytes == 1_000)
        .await;
    assert_eq!(writes.requests, 2, "a refused request is not counted");
    let (_, writes) = example
        .settled(BOT, |_, write| write.spent_bytes == 700)
        .await;
    assert_eq!(writes.limit_bytes, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_do_not_oversell() {
    let world = World::start().await;
    let example = world.example().await;
    example.limit(BOT, None, Some(50_000)).await;
    let passed = |statuses: &[StatusCode]| {
        statuses
            .iter()
            .filter(|&&status| status == StatusCode::OK)
            .count() as u64
    };
    let many = (0..100).map(|_| write(&world, &example.bot.secret, 1_000, true));
    let statuses: Vec<StatusCode> = futures_util::future::join_all(many)
        .await
        .iter()
        .map(Response::status)
        .collect();
    assert_eq!(passed(&statuses), 50, "{statuses:?}");
    let bytes: u64 = world.upstream.seen().iter().map(|seen| seen.bytes).sum();
    assert_eq!(bytes, 50_000);
    let (_, writes) = example
        .settled(BOT, |_, write| write.spent_bytes == 50_000)
        .await;
    assert_eq!(writes.requests, 50);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_limit_holds_at_once() {
    let world = World::start().await;
    let example = world.example().await;
    let secret = &example.bot.secret;
    // Without a limit the node holds much; a limit below what it holds must still bite.
    assert_eq!(
        write(&world, secret, 1_000, true).await.status(),
        StatusCode::OK
    );
    example.limit(BOT, None, Some(2_000)).await;
    assert_exceeded(write(&world, secret, 1_001, true).await, "write").await;
    assert_eq!(
        write(&world, secret, 1_000, true).await.status(),
        StatusCode::OK
    );
    assert_exceeded(write(&world, secret, 1, true).await, "write").await;
    example.limit(BOT, None, Some(3_000)).await;
    assert_eq!(
        write(&world, secret, 1_000, true).await.status(),
        StatusCode::OK
    );
}

/// After a kill -9 true use lies between spent and spent + forfeited, and nothing is sold twice.
#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_adds_up_after_a_kill() {
    let world = World::start().await;
    let example = world.example().await;
    let (limit, size) = (100_000, 1_000);
    example.limit(BOT, None, Some(limit)).await;
    for _ in 0..30 {
        assert_eq!(
            write(&world, &example.bot.secret, size, true)
                .await
                .status(),
            StatusCode::OK
        );
    }
    let used = 30 * size;
    let world = world.restart(true).await;
    let example = Example {
        api: world.api(&example.alice),
        ..example
    };
    let (_, after) = example.balances(BOT).await;
    assert_eq!(after.outstanding_bytes, 0, "a dead process holds nothing");
    assert!(after.spent_bytes <= used, "{after:?}");
    assert!(
        used <= after.spent_bytes + after.forfeited_bytes,
        "{after:?}"
    );
    // What is left is sold once.
    let mut more = 0;
    while write(&world, &example.bot.secret, size, true)
        .await
        .status()
        == StatusCode::OK
    {
        more += size;
    }
    assert!(used + more <= limit, "{used} before, {more} after the kill");
    let left = limit - after.spent_bytes - after.forfeited_bytes;
    assert_eq!(more, left / size * size);
    // An orderly stop forfeits nothing.
    let world = world.restart(false).await;
    let example = Example {
        api: world.api(&example.alice),
        ..example
    };
    let (_, stopped) = example.balances(BOT).await;
    assert_eq!(stopped.forfeited_bytes, after.forfeited_bytes);
    assert_eq!(
        (stopped.spent_bytes, stopped.outstanding_bytes),
        (after.spent_bytes + more, 0)
    );
}
