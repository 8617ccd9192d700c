//! Bad input of every field of every route: a 4xx that names the field, nothing changed, nothing told.

mod forms; // what a field may hold
mod routes; // every route, its fields

use tidegate_policy::snapshot::SnapshotBuilder;

use super::*;
use crate::domain::system::System;

use self::forms::{Must, bad};
use self::routes::routes;

/// What holds in the world: whatever a change could touch.
async fn state(world: &World) -> String {
    let store = world.control.administration.store();
    let system = System::load("beneath").unwrap();
    let empty = SnapshotBuilder::new(system.model().clone(), system.profile().clone());
    let loaded = store.load(0, empty).await.unwrap();
    // The same bytes for the same content, whatever led to it.
    let changes = loaded.to_bundle_payload().unwrap();
    let audit = world.get(&world.root, "/v1/audit?limit=1").await;
    format!("{} {changes:?} {}", loaded.revision(), audit.ok()["items"])
}

fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Sends fields as the route takes them; none where the value cannot be written so.
async fn send(world: &World, secret: &str, route: (&str, &str), request: &Value) -> Option<Reply> {
    let (method, path) = route;
    if !matches!(method, "GET" | "DELETE") {
        return Some(
            world
                .call(secret, method, path, Some(request.clone()))
                .await,
        );
    }
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    };
    let pairs = request.as_object().unwrap().iter();
    let pairs: Option<Vec<String>> = pairs
        .map(|(key, value)| Some(format!("{key}={}", escaped(&text(value)?))))
        .collect();
    let uri = format!("{path}?{}", pairs?.join("&"));
    Some(world.call(secret, method, &uri, None).await)
}

/// What is missing in a refusal: a 4xx that says where and why.
fn fault(reply: &Reply, field: &str) -> Option<&'static str> {
    if reply
        .headers
        .get(CONTENT_TYPE)
        .is_none_or(|kind| kind != "application/problem+json")
    {
        return Some("no problem document");
    }
    let text = |key: &str| reply.json[key].as_str().unwrap_or_default();
    match reply.status.as_u16() {
        // What is well formed and not for the caller.
        403 => return text("rule").is_empty().then_some("no rule"),
        400 | 404 | 409 => {}
        _ => return Some("status"),
    }
    let rest = text("field").strip_prefix(field);
    if !rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '['])) {
        return Some("field");
    }
    let said = text("detail").len();
    (said == 0 || said > 2000).then_some("detail")
}

#[tokio::test]
async fn every_field_is_checked() {
    let world = World::new().await;
    let alice = world.acme().await;
    world.user("eve").await;
    let before = state(&world).await;
    let mut sent = 0;
    let mut wrong = Vec::new();
    for (method, path, good, fields) in routes() {
        for &(field, form, must) in fields {
            let mut values: Vec<Option<Value>> = bad(form).into_iter().map(Some).collect();
            if must == Must::Be {
                values.push(None);
                values.push(Some(Value::Null));
            }
            for value in values {
                let at = format!("{method} {path} {field} = {value:?}");
                let mut request = good.clone();
                let map = request.as_object_mut().unwrap();
                match value {
                    Some(value) => map.insert(field.to_owned(), value),
                    None => map.remove(field),
                };
                if let Some(reply) = send(&world, &alice, (method, path), &request).await {
                    if let Some(fault) = fault(&reply, field) {
                        wrong.push(format!("{at}: {fault}: {} {}", reply.status, reply.json));
                    }
                    sent += 1;
                }
            }
        }
        if !path.starts_with("/access/") {
            let mut request = good.clone();
            request["surprise"] = json!("1");
            let reply = send(&world, &alice, (method, path), &request)
                .await
                .unwrap();
            if let Some(fault) = fault(&reply, "surprise") {
                wrong.push(format!(
                    "{method} {path} surprise: {fault}: {} {}",
                    reply.status, reply.json
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {sent}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(sent > 1000, "{sent} requests");
    assert_eq!(state(&world).await, before);
}

/// What somebody else has is answered as what does not exist.
#[tokio::test]
async fn other_peoples_objects_are_as_if_they_were_not() {
    let world = World::new().await;
    world.acme().await;
    let eve = world.user("eve").await;
    let before = state(&world).await;
    let mut compared = 0;
    for (method, path, good, _) in routes() {
        // Where nothing of alice's is named, there is nothing to compare.
        let text = good.to_string();
        let there = text
            .replace("user:alice", "user:eve")
            .replace("\"id\":\"alice\"", "\"id\":\"eve\"");
        if !there.contains("acme") || path == "/v1/members/join" {
            continue;
        }
        let nowhere = there.replace("acme", "nope");
        let there = serde_json::from_str(&there).unwrap();
        let nowhere = serde_json::from_str(&nowhere).unwrap();
        let there = send(&world, &eve, (method, path), &there).await.unwrap();
        let nowhere = send(&world, &eve, (method, path), &nowhere).await.unwrap();
        assert_eq!(
            there.status, nowhere.status,
            "{method} {path}: {there:?} {nowhere:?}"
        );
        let as_nowhere = there.json.to_string().replace("acme", "nope");
        assert_eq!(as_nowhere, nowhere.json.to_string(), "{method} {path}");
        compared += 1;
    }
    assert!(compared > 20, "{compared} routes");
    assert_eq!(state(&world).await, before);
}

#[tokio::test]
async fn terms_of_changes_are_checked() {
    let world = World::new().await;
    let alice = world.acme().await;
    let before = state(&world).await;
    let long = "k".repeat(201);
    let cases = [
        ("Idempotency-Key", ""),
        ("Idempotency-Key", long.as_str()),
        ("Idempotency-Key", "\u{e9}"),
        ("If-Match", "42"),
        ("If-Match", "*"),
        ("If-Match", "\"x\""),
        ("If-Match", "\"\""),
        ("If-Match", "\"-1\""),
        ("If-Match", "W/\"1\""),
        ("If-Match", "\"1\", \"2\""),
        ("If-Match", "\"99999999999999999999999\""),
    ];
    for (header, value) in cases {
        let request = Request::patch("/v1/objects")
            .header(AUTHORIZATION, format!("Bearer {alice}"))
            .header(CONTENT_TYPE, "application/json")
            .header(header, value.as_bytes());
        let body = json!({ "object": "organization:acme", "display_name": "Acme" });
        let request = request.body(Body::from(body.to_string())).unwrap();
        let reply = world.send(request).await;
        reply.refused(400, Some(header));
    }
    assert_eq!(state(&world).await, before);
}

/// A cursor holds for who it was given to, and for what.
#[tokio::test]
async fn cursors_hold_for_their_list() {
    let world = World::new().await;
    let alice = world.acme().await;
    let eve = world.user("eve").await;
    let next = |reply: &Reply| reply.ok()["next"].as_str().map(str::to_owned);
    let page = world
        .get(&alice, "/v1/grants?object=organization:acme&limit=1")
        .await;
    let cursor = next(&page).unwrap();
    let second = world
        .get(
            &alice,
            &format!("/v1/grants?object=organization:acme&cursor={cursor}"),
        )
        .await;
    assert_ne!(second.ok()["items"][0], page.json["items"][0]);
    for (secret, uri) in [
        (&alice, "/v1/grants?object=project:acme/sales"),
        (&alice, "/v1/objects?type=user"),
        (&alice, "/v1/secrets?subject=user:alice"),
        (&alice, "/v1/audit?object=organization:acme"),
        (&eve, "/v1/grants?object=organization:acme"),
    ] {
        let reply = world.get(secret, &format!("{uri}&cursor={cursor}")).await;
        reply.refused(400, Some("cursor"));
    }
}

/// The fields in their order are no request.
#[tokio::test]
async fn a_list_is_no_object() {
    let world = World::new().await;
    let alice = world.acme().await;
    let before = state(&world).await;
    for (path, body, field) in [
        ("/v1/members/leave", json!(["organization:acme"]), None),
        (
            "/v1/batch",
            json!([[{ "op": "leave", "object": "organization:acme" }]]),
            None,
        ),
        (
            "/v1/batch",
            json!({ "operations": [{ "op": "set_quota", "account": "organization:acme", "limits": [7, 7] }] }),
            Some("operations[0].limits"),
        ),
    ] {
        let reply = world.post(&alice, path, body).await;
        reply.refused(400, field);
    }
    assert_eq!(state(&world).await, before);
}
