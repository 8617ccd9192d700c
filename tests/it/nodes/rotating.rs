//! Keys are rotated while nodes follow: what the old ones signed holds, and what the new ones sign does at once.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{Method, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::Value;

use super::fleet::{Node, enrol, eventually, node, world};
use super::following::{newest, reads};
use super::proxy::{Lie, Proxy};
use crate::cli::Person;
use crate::http::{empty, send};
use crate::world::{BOT, STREAM, World, grant_request, issue};

/// The key that a token, or a bundle's first line, names.
fn kid(token: &str) -> String {
    let header = token.split('.').next().expect("a header");
    let header = URL_SAFE_NO_PAD.decode(header).expect("base64url");
    let header: Value = serde_json::from_slice(&header).expect("JSON");
    header["kid"].as_str().expect("a key").to_owned()
}

/// The key that signs a node's bundles.
async fn kid_of_bundle(world: &World, secret: &str) -> String {
    let url = format!("http://{}/v1/bundle", world.server.control);
    let answer = send(Method::GET, &url, Some(secret), empty()).await;
    let answer = answer.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
    let bytes = answer.into_body().collect().await.expect("a bundle");
    let bytes = bytes.to_bytes();
    let line = bytes.split(|&byte| byte == b'\n').next().expect("a line");
    kid(std::str::from_utf8(line).expect("text"))
}

/// Rotates, and waits until the new key signs.
async fn rotate(operator: &Person, purpose: &str, algorithm: &str) -> String {
    let words = ["--json", "admin", "keys", "rotate", "--activate-in", "0"];
    let more = ["--purpose", purpose, "--algorithm", algorithm];
    let rotated = operator.done(&[&words[..], &more].concat()).await;
    let rotated: Value = serde_json::from_str(&rotated).expect("JSON");
    let new = rotated["key"]["kid"].as_str().expect("a key").to_owned();
    eventually("the new key signs", async || {
        state(operator, &new).await == "signing"
    })
    .await;
    new
}

async fn state(operator: &Person, kid: &str) -> String {
    let listed = operator.done(&["--json", "admin", "keys", "list"]).await;
    let listed: Value = serde_json::from_str(&listed).expect("JSON");
    let keys = listed["items"].as_array().expect("a list");
    let key = keys.iter().find(|key| key["kid"] == kid).expect("is there");
    key["state"].as_str().expect("text").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_of_the_old_key_and_of_the_new_one_hold_at_every_node() {
    let world = world().await;
    let example = world.example().await;
    let operator = Person::new(&world, "operator", Some(world.operator.clone()));
    let nodes = [node(&world, "one", "").await, node(&world, "two", "").await];
    let mut issued = vec![example.bot.secret.clone()];
    for algorithm in ["ES256", "EdDSA"] {
        let before = kid(issued.last().expect("one"));
        let new = rotate(&operator, "secret", algorithm).await;
        assert_eq!(state(&operator, &before).await, "verifying");
        let secret = issue(&example.api, BOT).await.secret;
        assert_eq!(kid(&secret), new);
        issued.push(secret);
        let now = newest(&world).await;
        for node in &nodes {
            // Whoever knows of the secret's issue has the key.
            node.reaches(now).await;
            for secret in &issued {
                assert_eq!(reads(node, secret).await, StatusCode::OK, "{}", kid(secret));
            }
        }
    }
    // The nodes' own secrets are of the first key: they follow on.
    let revoked = example.api.revoke_secret(&example.bot.jti).await;
    let revoked = revoked.expect("revoked").revision;
    for node in &nodes {
        node.reaches(revoked).await;
        let mut statuses = Vec::new();
        for secret in &issued {
            statuses.push(reads(node, secret).await);
        }
        let expected = [StatusCode::UNAUTHORIZED, StatusCode::OK, StatusCode::OK];
        assert_eq!(statuses, expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bundles_of_a_rotated_key_are_taken_by_who_runs_and_by_who_starts() {
    let world = world().await;
    let example = world.example().await;
    let operator = Person::new(&world, "operator", Some(world.operator.clone()));
    let proxy = Proxy::start(world.server.control, "", Lie::None).await;
    let secret = enrol(&world, "one").await.secret;
    let control = format!("http://{}", proxy.address);
    let mut running = Node::start(&world, "one", &control, &secret, "").await;
    running.says("the bundle is loaded").await;
    let old = kid_of_bundle(&world, &secret).await;
    let request = grant_request(STREAM, &["read"], BOT);
    for (name, algorithm, retire) in [("two", "ES256", false), ("three", "EdDSA", true)] {
        let new = rotate(&operator, "bundle", algorithm).await;
        if retire {
            // What it has signed may still be on its way.
            let words = ["admin", "keys", "retire", &old, "--force"];
            operator.done(&words).await;
        }
        assert_eq!(kid_of_bundle(&world, &secret).await, new);
        assert_ne!(new, old);
        // A line that is lost makes the node load the bundle again.
        running.reaches(newest(&world).await).await;
        proxy.set(Lie::Skip);
        let revoked = example.api.revoke(&request).await.expect("revoked");
        running.says("the bundle is loaded").await;
        running.reaches(revoked.revision).await;
        let bot = &example.bot.secret;
        assert_eq!(reads(&running, bot).await, StatusCode::FORBIDDEN);
        let starting = node(&world, name, "").await;
        starting.reaches(revoked.revision).await;
        assert_eq!(reads(&starting, bot).await, StatusCode::FORBIDDEN);
        let granted = example.api.grant(&request).await.expect("granted");
        for node in [&running, &starting] {
            node.reaches(granted.revision).await;
            assert_eq!(reads(node, bot).await, StatusCode::OK);
        }
    }
}
