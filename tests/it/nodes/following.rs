//! What changes is seen by every node, once and in order, whatever becomes of the control plane.

use http::{Method, StatusCode};
use tidegate_client::wire::WatchLine;

use super::fleet::{Follower, Node, enrol, eventually, node, world};
use super::proxy::{Lie, Proxy};
use crate::http::{empty, get, json, pattern, send};
use crate::world::{BOT, STREAM, World, grant, grant_request};

const READ: &str = "/acme/sales/orders?size=100";

pub(super) async fn reads(node: &Node, secret: &str) -> StatusCode {
    get(&node.url(READ), Some(secret)).await.0
}

/// The revision that the control plane has now.
pub(super) async fn newest(world: &World) -> u64 {
    let url = format!("http://{}/readyz", world.server.control);
    get(&url, None).await.1["revision"]
        .as_u64()
        .expect("a revision")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_and_a_revocation_are_seen_by_every_node() {
    let world = world().await;
    let example = world.example().await;
    let nodes = [node(&world, "one", "").await, node(&world, "two", "").await];
    let secret = &example.bot.secret;
    for node in &nodes {
        node.reaches(newest(&world).await).await;
        assert_eq!(reads(node, secret).await, StatusCode::OK);
    }
    let request = grant_request(STREAM, &["read"], BOT);
    let revoked = example.api.revoke(&request).await.expect("revoked");
    for node in &nodes {
        node.reaches(revoked.revision).await;
        assert_eq!(reads(node, secret).await, StatusCode::FORBIDDEN);
    }
    let granted = example.api.grant(&request).await.expect("granted");
    for node in &nodes {
        node.reaches(granted.revision).await;
        assert_eq!(reads(node, secret).await, StatusCode::OK);
    }
    // A secret that is revoked is refused everywhere.
    let revoked = example.api.revoke_secret(&example.bot.jti).await;
    for node in &nodes {
        node.reaches(revoked.as_ref().expect("revoked").revision)
            .await;
        assert_eq!(reads(node, secret).await, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_revision_comes_once_and_in_order() {
    let world = world().await;
    let example = world.example().await;
    let secret = enrol(&world, "reader").await.secret;
    let before = newest(&world).await;
    // One from the start, one from the middle, one that is current.
    let mut followers = Vec::new();
    for from in [0, before / 2, before] {
        followers.push((from, Follower::start(&world, &secret, from).await));
    }
    let api = example.api.clone();
    let changing = tokio::spawn(async move {
        let request = grant_request(STREAM, &["read"], BOT);
        for _ in 0..40 {
            api.revoke(&request).await.expect("revoked");
            api.grant(&request).await.expect("granted");
        }
    });
    let last = before + 80;
    for (from, follower) in &mut followers {
        follower.up_to(*from, last).await;
        // Nothing is left over but that nothing more has changed.
        match follower.next().await {
            Some(WatchLine::Heartbeat { revision, .. }) => assert_eq!(revision, last),
            other => panic!("{other:?}"),
        }
    }
    changing.await.expect("changes");
    // One that is ahead of the control plane is told to begin again, and no more.
    let mut ahead = Follower::start(&world, &secret, last + 1).await;
    let reset = WatchLine::Reset { revision: last };
    assert_eq!(ahead.next_news().await, Some(reset));
    assert_eq!(ahead.next().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_go_on_without_the_control_plane_and_catch_up() {
    let mut world = world().await;
    let example = world.example().await;
    example.limit(BOT, None, Some(1_000_000)).await;
    let nodes = [node(&world, "one", "").await, node(&world, "two", "").await];
    let secret = example.bot.secret.clone();
    let held = newest(&world).await;
    for node in &nodes {
        node.reaches(held).await;
        assert_eq!(reads(node, &secret).await, StatusCode::OK);
    }
    let world_folder = world.folder.path().join("tidegate.toml");
    world.server.kill().await;
    for node in &nodes {
        assert_eq!(node.revision().await, Some(held));
        // What is leased is spent; what is not is not to be had.
        assert_eq!(reads(node, &secret).await, StatusCode::OK);
        let url = node.url("/acme/sales/orders?seed=1");
        let answer = send(Method::POST, &url, Some(&secret), pattern(1, 500_000, true)).await;
        let (status, problem) = json(answer.expect("an answer")).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{problem}");
    }
    world.server = crate::world::Server::start(&world_folder).await;
    let api = world.api(&example.alice);
    let request = grant_request(STREAM, &["read"], BOT);
    let revoked = api.revoke(&request).await.expect("revoked").revision;
    for node in &nodes {
        node.reaches(revoked).await;
        assert_eq!(reads(node, &secret).await, StatusCode::FORBIDDEN);
        let url = node.url("/acme/sales/orders?seed=1");
        // The ledger is there again as well.
        eventually("a write passes", async || {
            let answer = send(Method::POST, &url, Some(&secret), pattern(1, 1_000, true)).await;
            answer.expect("an answer").status() == StatusCode::OK
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_hears_nothing_for_too_long_answers_503_until_it_does() {
    let mut world = world().await;
    let example = world.example().await;
    let node = node(&world, "one", "max_staleness_s = 2").await;
    let config = world.folder.path().join("tidegate.toml");
    world.server.kill().await;
    node.gives_up().await;
    world.server = crate::world::Server::start(&config).await;
    let api = world.api(&example.alice);
    grant(&api, STREAM, &["read"], BOT).await;
    node.reaches(newest(&world).await).await;
    assert_eq!(reads(&node, &example.bot.secret).await, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_when_the_server_does() {
    let world = world().await;
    let secret = enrol(&world, "reader").await.secret;
    let mut follower = Follower::start(&world, &secret, 0).await;
    follower.up_to(0, newest(&world).await).await;
    let stopping = tokio::spawn(world.server.stop());
    while follower.next().await.is_some() {}
    assert_eq!(stopping.await.expect("no panic"), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn routes_that_the_model_does_not_know_are_503_and_said() {
    let world = world().await;
    world.example().await;
    let secret = enrol(&world, "one").await.secret;
    let control = format!("http://{}", world.server.control);
    let settings = "[[gateway.route]]\npath = \"/x/{a}\"\nresource = \"harbour:{a}\"\nupstream = \"data\"\n\
                    actions = { GET = \"can_read\" }\nquery = []\n";
    let mut node = Node::start(&world, "one", &control, &secret, settings).await;
    node.says("gateway.route[0]").await;
    node.gives_up().await;
    let answer = send(Method::GET, &node.url("/x/y"), None, empty()).await;
    let status = answer.expect("an answer").status();
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gap_or_a_line_that_cannot_be_has_the_bundle_loaded_again() {
    let world = world().await;
    let example = world.example().await;
    let proxy = Proxy::start(world.server.control, "", Lie::None).await;
    let secret = enrol(&world, "one").await.secret;
    let control = format!("http://{}", proxy.address);
    let mut node = Node::start(&world, "one", &control, &secret, "").await;
    node.says("the bundle is loaded").await;
    let request = grant_request(STREAM, &["read"], BOT);
    for (number, lie, words) in [
        (1, Lie::Skip, "does not follow"),
        (2, Lie::Garble, "says what cannot be"),
    ] {
        node.reaches(newest(&world).await).await;
        assert_eq!(reads(&node, &example.bot.secret).await, StatusCode::OK);
        proxy.set(lie);
        let revoked = example.api.revoke(&request).await.expect("revoked");
        node.says(words).await;
        node.says("the bundle is loaded").await;
        assert_eq!(proxy.lies_told(), number);
        node.reaches(revoked.revision).await;
        assert_eq!(
            reads(&node, &example.bot.secret).await,
            StatusCode::FORBIDDEN
        );
        example.api.grant(&request).await.expect("granted");
    }
}
