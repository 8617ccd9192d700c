//! Bad input of every field of every route: a 4xx that names the field, nothing changed, nothing told.

mod forms; // what a field may hold
mod late_forms; // the same, of operators, nodes and token exchange
mod routes; // every route, its fields

use std::collections::{BTreeMap, BTreeSet};

use super::*;

use self::forms::{Must, bad};
use self::routes::{Row, Who, routes};

/// What holds in the world: all that is stored, as a backup has it.
async fn state(world: &World) -> String {
    let mut backup = Vec::new();
    let store = world.control.administration.store();
    store.backup(&mut backup).await.unwrap();
    String::from_utf8(backup).unwrap()
}

/// A world with acme, a pending invitation of an address, a node; and who asks.
struct Scene {
    world: World,
    alice: String,
    eve: String,
    node: String,
    code: String,
}

impl Scene {
    async fn new() -> Self {
        let world = World::new().await;
        let alice = world.acme().await;
        let eve = world.user("eve").await;
        world.create(&world.root, "node:n1").await;
        let node = world.issue(&world.root, "node:n1").await;
        let node = node.ok()["secret"].as_str().unwrap().to_owned();
        let code = world.invited(&alice, "dora@example.com").await;
        Self {
            world,
            alice,
            eve,
            node,
            code,
        }
    }

    fn routes(&self) -> Vec<Row> {
        routes(&self.code, &self.alice)
    }

    fn secret(&self, who: Who) -> &str {
        match who {
            Who::Alice => &self.alice,
            Who::Operator => &self.world.root,
            Who::Node => &self.node,
            Who::Nobody => "",
        }
    }
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

/// What is missing in a refusal: a 4xx that says where and why, and tells nothing of anybody's.
fn fault(reply: &Reply, field: &str, secrets: &[&str]) -> Option<&'static str> {
    let told = reply.json.to_string();
    if secrets.iter().any(|secret| told.contains(secret)) {
        return Some("a secret");
    }

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
    let scene = Scene::new().await;
    let world = &scene.world;
    let secrets = [
        &scene.alice,
        &scene.eve,
        &scene.node,
        &world.root,
        &scene.code,
    ];
    let secrets = secrets.map(String::as_str);
    let before = state(world).await;
    let mut sent = 0;
    let mut wrong = Vec::new();
    for (method, path, who, good, fields) in scene.routes() {
        let secret = scene.secret(who);
        for &(field, form, must) in fields {
            let mut values: Vec<Option<Value>> = bad(form).into_iter().map(Some).collect();
            if must == Must::Be {
                values.push(None);
                values.push(Some(Value::Null));
            }
            for value in values {
                let mut at = format!("{method} {path} {field} = {value:?}");
                at.truncate(at.floor_char_boundary(300));
                let mut request = good.clone();
                let map = request.as_object_mut().unwrap();
                match value {
                    Some(value) => map.insert(field.to_owned(), value),
                    None => map.remove(field),
                };
                if let Some(reply) = send(world, secret, (method, path), &request).await {
                    if let Some(fault) = fault(&reply, field, &secrets) {
                        wrong.push(format!("{at}: {fault}: {} {}", reply.status, reply.json));
                    }
                    sent += 1;
                }
            }
        }
        if path.starts_with("/access/") {
            continue;
        }
        for surprise in ["surprise".to_owned(), "s".repeat(5000), scene.eve.clone()] {
            let mut request = good.clone();
            request[&surprise] = json!("1");
            let reply = send(world, secret, (method, path), &request).await;
            let reply = reply.unwrap();
            // What is long comes back cut, a secret in a key's place among it.
            let field = match surprise.len() {
                0..=64 => surprise,
                _ => format!("{}…", surprise.get(..64).unwrap()),
            };
            if let Some(fault) = fault(&reply, &field, &secrets) {
                let (status, json) = (reply.status, reply.json);
                wrong.push(format!("{method} {path} {field}: {fault}: {status} {json}"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {sent}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(sent > 1300, "{sent} requests");
    assert_eq!(state(world).await, before);
}

/// The table holds every field of every route that the document holds: one without a row fails here.
#[tokio::test]
async fn no_route_is_left_out() {
    let document = super::openapi::served().await;
    let mut listed = BTreeMap::<String, BTreeSet<String>>::new();
    for (method, path, _, _, fields) in routes("", "") {
        let fields = fields.iter().map(|(name, ..)| (*name).to_owned());
        listed
            .entry(format!("{method} {path}"))
            .or_default()
            .extend(fields);
    }
    let mut documented = BTreeMap::new();
    for (method, path, operation) in super::openapi::operations(&document) {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let mut fields: BTreeSet<String> = parameters
            .filter(|parameter| parameter["in"] == "query")
            .map(|parameter| parameter["name"].as_str().unwrap().to_owned())
            .collect();
        if let Some(content) = operation["requestBody"]["content"].as_object() {
            for of_type in content.values() {
                let reference = of_type["schema"]["$ref"].as_str().unwrap();
                let schema = document
                    .pointer(reference.strip_prefix('#').unwrap())
                    .unwrap();
                fields.extend(schema["properties"].as_object().unwrap().keys().cloned());
            }
        }
        // Open to everyone, and without anything that could be wrong.
        if operation["security"] == json!([{}]) && fields.is_empty() {
            continue;
        }
        documented.insert(format!("{} {path}", method.to_uppercase()), fields);
    }
    for route in listed.keys().chain(documented.keys()) {
        assert_eq!(listed.get(route), documented.get(route), "{route}");
    }
}

/// To whom they are not for, operators' and nodes' routes say no to whatever is named: what is there as what is not.
#[tokio::test]
async fn operators_and_nodes_routes_are_for_nobody_else() {
    let scene = Scene::new().await;
    let world = &scene.world;
    let before = state(world).await;
    let keys = world.get(&world.root, "/v1/admin/keys").await;
    let kid = &keys.ok()["items"][0]["kid"];
    let lease = "019a9a1c-7a00-7000-8000-00000000000a";
    for (method, path, who, good, _) in scene.routes() {
        if !matches!(who, Who::Operator | Who::Node) {
            continue;
        }
        let mut requests = vec![good];
        match (method, path) {
            ("DELETE", "/v1/admin/keys") => requests.push(json!({ "kid": kid, "force": true })),
            ("POST", "/v1/leases") => requests.push(json!({ "abandon": [lease] })),
            _ => {}
        }
        let others = [Who::Alice, Who::Operator, Who::Node];
        for other in others.into_iter().filter(|other| *other != who) {
            let mut told = BTreeSet::new();
            for request in &requests {
                let reply = send(world, scene.secret(other), (method, path), request).await;
                let reply = reply.unwrap();
                reply.refused(403, None);
                assert!(reply.json["rule"].is_string(), "{reply:?}");
                told.insert(reply.json.to_string());
            }
            assert_eq!(told.len(), 1, "{method} {path}: {told:?}");
        }
        let reply = send(world, "", (method, path), &requests[0]).await;
        reply.unwrap().refused(401, None);
    }
    assert_eq!(state(world).await, before);
}

/// A node settles, gives up and asks again for what is its own.
#[tokio::test]
async fn leases_are_their_nodes_own() {
    let scene = Scene::new().await;
    let world = &scene.world;
    world.create(&world.root, "node:n2").await;
    let other = world.issue(&world.root, "node:n2").await;
    let other = other.ok()["secret"].as_str().unwrap().to_owned();
    let lease = "019a9a1c-7a00-7000-8000-00000000000a";
    let account = "019a9a1c-7a00-7000-8000-00000000000b";
    let ask = json!({ "ask": {
        "id": lease, "chain": [account], "kind": "read", "at_least_bytes": 1, "at_most_bytes": 1000,
    } });
    let reply = world.post(&scene.node, "/v1/leases", ask.clone()).await;
    assert_eq!(reply.ok()["lease"]["granted"]["bytes"], 1000);
    let before = state(world).await;
    let taken = world.post(&other, "/v1/leases", ask).await;
    taken.refused(409, Some("ask.id"));
    for requests in [1_u64, 1 << 41, u64::MAX] {
        let settle = json!({ "settle": [
            { "lease": lease, "spent_bytes": 1, "returned_bytes": 0, "requests": requests },
        ] });
        let reply = world.post(&other, "/v1/leases", settle).await;
        assert_eq!(reply.ok()["settled"], false, "{reply:?}");
    }
    let abandon = json!({ "abandon": [lease] });
    world.post(&other, "/v1/leases", abandon).await.ok();
    for figures in [
        (1001, 0),
        (0, 1001),
        (1, 1000),
        (u64::MAX, 0),
        (0, u64::MAX),
    ] {
        let settle = json!({ "settle": [
            { "lease": lease, "spent_bytes": figures.0, "returned_bytes": figures.1, "requests": 1 },
        ] });
        let reply = world.post(&scene.node, "/v1/leases", settle).await;
        assert_eq!(reply.ok()["settled"], false, "{figures:?}");
    }
    assert_eq!(state(world).await, before);
}

/// What somebody else has is answered as what does not exist.
#[tokio::test]
async fn other_peoples_objects_are_as_if_they_were_not() {
    let scene = Scene::new().await;
    let Scene { world, eve, .. } = &scene;
    let before = state(world).await;
    let mut compared = 0;
    for (method, path, who, good, _) in scene.routes() {
        if who != Who::Alice {
            continue;
        }
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
        let there = send(world, eve, (method, path), &there).await.unwrap();
        let nowhere = send(world, eve, (method, path), &nowhere).await.unwrap();
        assert_eq!(
            there.status, nowhere.status,
            "{method} {path}: {there:?} {nowhere:?}"
        );
        let as_nowhere = there.json.to_string().replace("acme", "nope");
        assert_eq!(as_nowhere, nowhere.json.to_string(), "{method} {path}");
        compared += 1;
    }
    assert!(compared > 20, "{compared} routes");
    assert_eq!(state(world).await, before);
}

#[tokio::test]
async fn terms_of_changes_are_checked() {
    let scene = Scene::new().await;
    let Scene { world, alice, .. } = &scene;
    let before = state(world).await;
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
    let wrong =
        async |secret: &str, method: &str, path: &str, header: &str, value: &str, body: Value| {
            let request = Request::builder().method(method).uri(path);
            let request = request
                .header(CONTENT_TYPE, "application/json")
                .header(header, value.as_bytes());
            let request = match secret {
                "" => request,
                secret => request.header(AUTHORIZATION, format!("Bearer {secret}")),
            };
            let request = request.body(Body::from(body.to_string())).unwrap();
            world.send(request).await.refused(400, Some(header));
        };
    for (header, value) in cases {
        let body = json!({ "object": "organization:acme", "display_name": "Acme" });
        wrong(alice, "PATCH", "/v1/objects", header, value, body).await;
        if header == "If-Match" {
            continue;
        }
        for (method, path, who, good, _) in scene.routes() {
            let keyed = ["/v1/admin/keys", "/v1/invitations/redeem", "/v1/token"];
            if method == "POST" && keyed.contains(&path) {
                wrong(scene.secret(who), method, path, header, value, good).await;
            }
        }
        let path = "/v1/admin/keys?kid=nope";
        wrong(&world.root, "DELETE", path, header, value, json!(null)).await;
    }
    assert_eq!(state(world).await, before);
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
        ("/v1/token", json!(["a", "b", "c"]), None),
        ("/v1/admin/keys", json!(["secret", "EdDSA", 1]), None),
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
