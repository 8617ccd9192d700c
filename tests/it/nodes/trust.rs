//! Who is served, and what is believed.

use http::{Method, StatusCode};

use super::fleet::{Follower, Node, enrol, eventually, world};
use super::proxy::{Lie, Proxy};
use crate::http::{empty, json, request, send, text};
use crate::world::{World, create};

/// The routes that are for nodes alone.
async fn ask(world: &World, secret: Option<&str>) -> Vec<StatusCode> {
    let mut statuses = Vec::new();
    for (method, path) in [
        (Method::GET, "/v1/bundle"),
        (Method::GET, "/v1/watch?from=0"),
        (Method::POST, "/v1/leases"),
    ] {
        let url = format!("http://{}{path}", world.server.control);
        let body = if method == Method::POST {
            text("{}")
        } else {
            empty()
        };
        let mut request = request(method, &url, secret, body);
        let json = http::HeaderValue::from_static("application/json");
        request.headers_mut().insert("content-type", json);
        let answer = crate::http::client().request(request).await;
        statuses.push(answer.expect("an answer").status());
    }
    statuses
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_alone_are_served() {
    let world = world().await;
    let example = world.example().await;
    let secret = enrol(&world, "one").await.secret;
    assert_eq!(ask(&world, Some(&secret)).await, [StatusCode::OK; 3]);
    // Whoever else: its holder may run the deployment, an organization, or nothing.
    for secret in [&world.operator, &example.alice] {
        assert_eq!(ask(&world, Some(secret)).await, [StatusCode::FORBIDDEN; 3]);
    }
    // A service's secret is not for the control plane at all.
    for secret in [None, Some(example.bot.secret.as_str())] {
        assert_eq!(ask(&world, secret).await, [StatusCode::UNAUTHORIZED; 3]);
    }
    // A node administers nothing and reads no data; nor can a user make one.
    let node = world.api(&secret);
    assert!(node.object("node:one").await.is_err());
    let request = tidegate_client::wire::CreateObject {
        object: "node:two".to_owned(),
        display_name: None,
        links: std::collections::BTreeMap::default(),
        owner: None,
        quota: None,
    };
    for api in [&node, &example.api] {
        let refused = api.create_object(&request).await.expect_err("refused");
        assert!(matches!(refused.status(), Some(403 | 404)), "{refused}");
    }
    let url = world.url("/acme/sales/orders?size=1");
    let answer = send(Method::GET, &url, Some(&secret), empty()).await;
    let status = answer.expect("an answer").status();
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_that_are_wrong_are_told_what_is() {
    let world = world().await;
    let secret = enrol(&world, "one").await.secret;
    let uid = "0193a1c0-0000-7000-8000-0000000000ab";
    let ask = |with: &str| {
        format!(
            "{{\"ask\":{{\"id\":\"{uid}\",\"chain\":[\"{uid}\"],\"kind\":\"read\",\
             \"at_least_bytes\":1,\"at_most_bytes\":1{with}}}}}"
        )
    };
    let many = vec![format!("\"{uid}\""); 65].join(",");
    for (body, field) in [
        ("{\"x\":1}".to_owned(), "x"),
        (format!("{{\"abandon\":[{many}]}}"), "abandon"),
        (ask("").replace(&format!("[\"{uid}\"]"), "[]"), "ask.chain"),
        (
            ask("").replace(&format!("[\"{uid}\"]"), "[\"x\"]"),
            "ask.chain",
        ),
        (
            ask("").replace("least_bytes\":1", "least_bytes\":99999999999999"),
            "ask.at_least_bytes",
        ),
        (ask(",\"window\":{\"start_s\":1,\"end_s\":2}"), "ask.window"),
    ] {
        let url = format!("http://{}/v1/leases", world.server.control);
        let mut request = request(Method::POST, &url, Some(&secret), text(&body));
        let kind = http::HeaderValue::from_static("application/json");
        request.headers_mut().insert("content-type", kind);
        let answer = crate::http::client().request(request).await;
        let (status, problem) = json(answer.expect("an answer")).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}: {problem}");
        assert_eq!(problem["field"], field, "{body}: {problem}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_whose_secret_is_revoked_or_that_is_deleted_is_served_no_longer() {
    let world = world().await;
    world.example().await;
    let operator = world.api(&world.operator);
    for name in ["revoked", "deleted"] {
        let secret = enrol(&world, name).await;
        let control = format!("http://{}", world.server.control);
        let settings = "max_staleness_s = 2";
        let node = Node::start(&world, name, &control, &secret.secret, settings).await;
        node.reaches(1).await;
        let mut follower = Follower::start(&world, &secret.secret, 0).await;
        if name == "revoked" {
            operator.revoke_secret(&secret.jti).await.expect("revoked");
        } else {
            let deleted = operator.delete_object(&format!("node:{name}")).await;
            deleted.expect("deleted");
        }
        // What it is told ends, what it asks is refused, and then it answers nobody.
        while follower.next().await.is_some() {}
        let statuses = ask(&world, Some(&secret.secret)).await;
        assert_eq!(statuses, [StatusCode::UNAUTHORIZED; 3]);
        node.gives_up().await;
    }
    // A name that is used again inherits nothing.
    create(&operator, "node:deleted", None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_tampered_with_is_never_put_in_force() {
    let world = world().await;
    world.example().await;
    let other = enrol(&world, "other").await.secret;
    for (name, lie, words) in [
        ("flip", Lie::Flip, "the bundle is refused"),
        ("keys", Lie::Keys, "the keys are not those"),
        ("swap", Lie::Swap, "the bundle is refused"),
    ] {
        let proxy = Proxy::start(world.server.control, &other, lie).await;
        let secret = enrol(&world, name).await.secret;
        let control = format!("http://{}", proxy.address);
        let mut node = Node::start(&world, name, &control, &secret, "").await;
        node.says(words).await;
        eventually("it tries again", async || proxy.lies_told() >= 3).await;
        node.gives_up().await;
        // The truth is taken.
        proxy.set(Lie::None);
        node.reaches(1).await;
    }
}
