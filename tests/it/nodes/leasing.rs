//! Quota that several nodes share: never oversold, whatever becomes of them.

use http::{Method, StatusCode};

use super::fleet::{Node, enrol, eventually, node, world, world_with};
use super::proxy::{Lie, Proxy};
use crate::http::{get, json, pattern, send};
use crate::world::{BOT, create, grant, issue};

const WRITE: &str = "/acme/sales/orders?seed=1";
const CONTENDED: &str = "quota-contended";

/// Writes so many bytes; the status, and the type of the problem.
async fn write(url: &str, secret: &str, size: u64, known: bool) -> (StatusCode, String) {
    let answer = send(Method::POST, url, Some(secret), pattern(1, size, known)).await;
    let (status, problem) = json(answer.expect("an answer")).await;
    (
        status,
        problem["type"].as_str().unwrap_or_default().to_owned(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_share_a_quota_never_oversell_it() {
    const LIMIT: u64 = 1_000_003;
    const SIZE: u64 = 20_011;
    let world = world().await;
    let example = world.example().await;
    example.limit(BOT, None, Some(LIMIT)).await;
    let nodes = [node(&world, "one", "").await, node(&world, "two", "").await];
    // The gateway of the control plane's own process is a third.
    let urls = [nodes[0].url(WRITE), nodes[1].url(WRITE), world.url(WRITE)];
    let mut writing = Vec::new();
    for number in 0..100 {
        let (url, secret) = (urls[number % 3].clone(), example.bot.secret.clone());
        writing.push(tokio::spawn(async move {
            write(&url, &secret, SIZE, number % 2 == 0).await
        }));
    }
    for write in writing {
        let (status, problem) = write.await.expect("no panic");
        let fine = matches!(status, StatusCode::OK | StatusCode::TOO_MANY_REQUESTS);
        assert!(fine, "{status} {problem}");
    }
    // What is left is for whoever comes next, wherever, until a body does not fit any more.
    for url in &urls {
        eventually("it is used up", async || {
            let (status, problem) = write(url, &example.bot.secret, SIZE, true).await;
            match status {
                StatusCode::OK => false,
                StatusCode::TOO_MANY_REQUESTS => !problem.contains(CONTENDED),
                other => panic!("{other} {problem}"),
            }
        })
        .await;
    }
    for node in nodes {
        node.stop().await;
    }
    let settled = example.settled(BOT, |_, write| write.outstanding_bytes == 0);
    let (_, balance) = settled.await;
    let passed: u64 = world.upstream.seen().iter().map(|seen| seen.bytes).sum();
    assert!(balance.spent_bytes <= LIMIT, "{balance:?}");
    assert!(balance.spent_bytes > LIMIT - SIZE, "{balance:?}");
    // Every byte that reached the upstream was paid for.
    assert!(passed <= balance.spent_bytes, "{passed} of {balance:?}");
    assert_eq!(balance.forfeited_bytes, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_node_holds_that_was_killed_is_forfeited_and_no_other_is() {
    let world = world_with("node_silence_s = 3").await;
    let example = world.example().await;
    let other = "service:acme/sales/other";
    create(&example.api, other, None).await;
    grant(&example.api, "stream:acme/sales/orders", &["write"], other).await;
    let other_secret = issue(&example.api, other).await.secret;
    let nodes = [node(&world, "one", "").await, node(&world, "two", "").await];
    for account in [BOT, other] {
        example.limit(account, None, Some(1_000_000)).await;
    }
    let [killed, living] = nodes;
    for (node, secret) in [(&killed, &example.bot.secret), (&living, &other_secret)] {
        // A grant may still be on its way to the node.
        eventually("a write passes", async || {
            write(&node.url(WRITE), secret, 1_000, true).await.0 == StatusCode::OK
        })
        .await;
    }
    let (_, before) = example.settled(BOT, |_, w| w.outstanding_bytes > 0).await;
    killed.kill().await;
    let (_, after) = example.settled(BOT, |_, w| w.outstanding_bytes == 0).await;
    // True use, 1,000 bytes a write, lies between what is spent and that with what is forfeited.
    assert!(after.forfeited_bytes > 0, "{after:?}");
    assert_eq!(after.granted_bytes, before.granted_bytes);
    assert!(after.spent_bytes + after.forfeited_bytes >= 1_000);
    // The other is heard of.
    let (_, of_living) = example.balances(other).await;
    assert_eq!(of_living.forfeited_bytes, 0, "{of_living:?}");
    let status = write(&living.url(WRITE), &other_secret, 1_000, true)
        .await
        .0;
    assert_eq!(status, StatusCode::OK);
    living.stop().await;
    let (_, of_living) = example.balances(other).await;
    assert_eq!(
        (of_living.forfeited_bytes, of_living.outstanding_bytes),
        (0, 0)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_that_is_lowered_holds_on_every_node() {
    let world = world().await;
    let example = world.example().await;
    example.limit(BOT, None, Some(10_000_000)).await;
    let nodes = [node(&world, "one", "").await, node(&world, "two", "").await];
    for node in &nodes {
        let (status, problem) = write(&node.url(WRITE), &example.bot.secret, 1_000, true).await;
        assert_eq!(status, StatusCode::OK, "{problem}");
    }
    example.limit(BOT, None, Some(2_000)).await;
    // Called back: nothing is held under the old limit any more.
    let (_, balance) = example.settled(BOT, |_, w| w.outstanding_bytes == 0).await;
    assert_eq!(balance.spent_bytes, 2_000);
    for node in &nodes {
        let (status, problem) = write(&node.url(WRITE), &example.bot.secret, 1, true).await;
        assert_eq!(status, StatusCode::TOO_MANY_REQUESTS, "{problem}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_whose_answer_is_lost_is_not_lost() {
    let world = world().await;
    let example = world.example().await;
    example.limit(BOT, None, Some(1_000_000)).await;
    let proxy = Proxy::start(world.server.control, "", Lie::Lose).await;
    let secret = enrol(&world, "one").await.secret;
    let control = format!("http://{}", proxy.address);
    let node = Node::start(&world, "one", &control, &secret, "").await;
    node.reaches(1).await;
    for _ in 0..3 {
        let (status, problem) = write(&node.url(WRITE), &example.bot.secret, 1_000, true).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{problem}");
    }
    // Each was asked for twice and granted once, and is given back since nobody knows whether it is held.
    assert!(proxy.lies_told() >= 6, "{}", proxy.lies_told());
    let (_, balance) = example
        .settled(BOT, |_, w| w.granted_bytes > 0 && w.outstanding_bytes == 0)
        .await;
    assert_eq!((balance.spent_bytes, balance.forfeited_bytes), (0, 0));
    proxy.set(Lie::None);
    let (status, problem) = write(&node.url(WRITE), &example.bot.secret, 1_000, true).await;
    assert_eq!(status, StatusCode::OK, "{problem}");
    node.stop().await;
    let (_, balance) = example.balances(BOT).await;
    assert_eq!((balance.spent_bytes, balance.outstanding_bytes), (1_000, 0));
    let (status, _) = get(&world.url("/acme/sales/orders?size=1"), None).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}
