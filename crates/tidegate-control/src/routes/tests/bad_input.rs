//! Bad input of every field of every route: a 4xx that names the field, nothing changed, nothing told.

use super::*;

/// What stands in a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// `type:id`
    Object,
    /// `type:id`, or an address.
    Person,
    /// `type:id#relation`, `type:*`, or an address.
    Subject,
    Relations,
    /// Relations in a query: `a,b`.
    Words,
    Relation,
    /// For people.
    Text,
    Id,
    Code,
    Life,
    Kind,
    Limits,
    Links,
    Flag,
    Type,
    Limit,
    Cursor,
    Entity,
    EntityType,
    Action,
    Page,
    Operations,
    Options,
}

/// Whether a field must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Must {
    Be,
    Not,
}

use Form::{
    Action, Code, Cursor, Entity, EntityType, Flag, Id, Kind, Life, Limit, Limits, Links, Object,
    Operations, Options, Page, Person, Relation, Relations, Subject, Text, Type, Words,
};
use Must::{Be, Not};

type Fields = &'static [(&'static str, Form, Must)];

/// Method, path, a good request, its fields.
fn routes() -> Vec<(&'static str, &'static str, Value, Fields)> {
    let bot = "service:acme/sales/bot";
    let orders = "stream:acme/sales/orders";
    let of = |object: &str| json!({ "object": object });
    let asked = |type_name: &str, id: &str| json!({ "type": type_name, "id": id });
    let question = json!({ "subject": asked("user", "alice"), "action": { "name": "can_view" }, "resource": asked("organization", "acme") });
    const LIST: Fields = &[("limit", Limit, Not), ("cursor", Cursor, Not)];
    const ACCOUNT: Fields = &[("account", Object, Be), ("anonymous", Flag, Not)];
    const GRANT: Fields = &[
        ("object", Object, Be),
        ("relations", Relations, Be),
        ("subject", Subject, Be),
    ];
    const ID: Fields = &[("id", Id, Not), ("object", Object, Not)];
    const MEMBER: Fields = &[("object", Object, Be)];
    const ATTACH: Fields = &[("object", Object, Be), ("to", Object, Be)];
    vec![
        (
            "POST",
            "/v1/objects",
            of("stream:acme/sales/new"),
            &[
                ("object", Object, Be),
                ("display_name", Text, Not),
                ("owner", Person, Not),
                ("quota", Limits, Not),
                ("links", Links, Not),
            ],
        ),
        (
            "PATCH",
            "/v1/objects",
            json!({ "object": orders, "display_name": "New" }),
            &[("object", Object, Be), ("display_name", Text, Not)],
        ),
        ("DELETE", "/v1/objects", of(orders), MEMBER),
        ("GET", "/v1/objects", of(orders), &[("object", Object, Not)]),
        (
            "GET",
            "/v1/objects",
            json!({ "type": "stream" }),
            &[
                ("type", Type, Not),
                ("parent", Object, Not),
                ("limit", Limit, Not),
                ("cursor", Cursor, Not),
            ],
        ),
        (
            "POST",
            "/v1/grants",
            json!({ "object": orders, "relations": ["read"], "subject": bot }),
            GRANT,
        ),
        (
            "PATCH",
            "/v1/grants",
            json!({ "object": "organization:acme", "relations": ["view"], "subject": "user:alice" }),
            GRANT,
        ),
        (
            "DELETE",
            "/v1/grants",
            json!({ "object": orders, "relations": "read", "subject": bot }),
            &[
                ("object", Object, Be),
                ("relations", Words, Be),
                ("subject", Subject, Be),
            ],
        ),
        ("GET", "/v1/grants", of(orders), MEMBER),
        ("GET", "/v1/grants", of(orders), LIST),
        (
            "POST",
            "/v1/invitations",
            json!({ "object": "organization:acme", "invitee": "user:eve", "relations": ["view"] }),
            &[
                ("object", Object, Be),
                ("invitee", Person, Be),
                ("relations", Relations, Be),
                ("expires_in_s", Life, Not),
            ],
        ),
        (
            "GET",
            "/v1/invitations",
            of("organization:acme"),
            &[
                ("object", Object, Not),
                ("limit", Limit, Not),
                ("cursor", Cursor, Not),
            ],
        ),
        ("DELETE", "/v1/invitations", json!({}), &[("id", Id, Not)]),
        ("POST", "/v1/invitations/accept", json!({}), ID),
        ("POST", "/v1/invitations/decline", json!({}), ID),
        (
            "POST",
            "/v1/invitations/redeem",
            json!({ "code": "x" }),
            &[("code", Code, Be)],
        ),
        ("POST", "/v1/members/join", of("organization:acme"), MEMBER),
        ("POST", "/v1/members/leave", of("organization:acme"), MEMBER),
        (
            "DELETE",
            "/v1/members",
            json!({ "object": "organization:acme", "subject": "user:eve" }),
            &[("object", Object, Be), ("subject", Object, Be)],
        ),
        (
            "PUT",
            "/v1/links",
            json!({ "object": "user:alice", "relation": "billing_organization", "to": "organization:acme" }),
            &[
                ("object", Object, Be),
                ("relation", Relation, Be),
                ("to", Object, Be),
            ],
        ),
        (
            "POST",
            "/v1/attachments",
            json!({ "object": orders, "to": "project:acme/sales" }),
            ATTACH,
        ),
        (
            "DELETE",
            "/v1/attachments",
            json!({ "object": orders, "to": "project:acme/sales" }),
            ATTACH,
        ),
        (
            "POST",
            "/v1/secrets",
            json!({ "subject": bot }),
            &[
                ("subject", Object, Be),
                ("kind", Kind, Not),
                ("description", Text, Not),
                ("expires_in_s", Life, Not),
            ],
        ),
        (
            "GET",
            "/v1/secrets",
            json!({ "subject": bot }),
            &[
                ("subject", Object, Be),
                ("limit", Limit, Not),
                ("cursor", Cursor, Not),
            ],
        ),
        (
            "DELETE",
            "/v1/secrets",
            json!({ "jti": "x" }),
            &[("jti", Id, Be)],
        ),
        (
            "PATCH",
            "/v1/quotas",
            json!({ "account": bot, "limits": { "read": 1 } }),
            &[
                ("account", Object, Be),
                ("anonymous", Flag, Not),
                ("limits", Limits, Be),
            ],
        ),
        ("GET", "/v1/quotas", json!({ "account": bot }), ACCOUNT),
        ("GET", "/v1/usage", json!({ "account": bot }), ACCOUNT),
        ("GET", "/v1/usage", json!({ "account": bot }), LIST),
        (
            "GET",
            "/v1/audit",
            of(orders),
            &[
                ("object", Object, Not),
                ("limit", Limit, Not),
                ("cursor", Cursor, Not),
            ],
        ),
        (
            "GET",
            "/v1/audit",
            json!({ "actor": "user:alice" }),
            &[("actor", Object, Not)],
        ),
        (
            "POST",
            "/v1/batch",
            json!({ "operations": [{ "op": "create", "object": "stream:acme/sales/new" }] }),
            &[("operations", Operations, Be)],
        ),
        (
            "POST",
            "/access/v1/evaluation",
            question.clone(),
            &[
                ("subject", Entity, Be),
                ("action", Action, Be),
                ("resource", Entity, Be),
                ("context", Links, Not),
            ],
        ),
        (
            "POST",
            "/access/v1/evaluations",
            question,
            &[
                ("subject", Entity, Be),
                ("action", Action, Be),
                ("resource", Entity, Be),
                ("evaluations", Operations, Not),
                ("options", Options, Not),
            ],
        ),
        (
            "POST",
            "/access/v1/search/subject",
            json!({ "subject": { "type": "user" }, "action": { "name": "can_view" }, "resource": asked("organization", "acme") }),
            &[
                ("subject", EntityType, Be),
                ("action", Action, Be),
                ("resource", Entity, Be),
                ("page", Page, Not),
            ],
        ),
        (
            "POST",
            "/access/v1/search/resource",
            json!({ "subject": asked("user", "alice"), "action": { "name": "can_view" }, "resource": { "type": "organization" } }),
            &[
                ("subject", Entity, Be),
                ("action", Action, Be),
                ("resource", EntityType, Be),
                ("page", Page, Not),
            ],
        ),
        (
            "POST",
            "/access/v1/search/action",
            json!({ "subject": asked("user", "alice"), "resource": asked("organization", "acme") }),
            &[
                ("subject", Entity, Be),
                ("resource", Entity, Be),
                ("page", Page, Not),
            ],
        ),
    ]
}

/// What a field must not hold, as JSON.
fn bad(form: Form) -> Vec<Value> {
    let long = |start: &str| json!(format!("{start}{}", "a".repeat(600)));
    let types = [json!(7), json!(true), json!([]), json!({}), json!("")];
    let mut bad = types.to_vec();
    let texts = |texts: &[&str]| texts.iter().map(|text| json!(text)).collect::<Vec<_>>();
    let objects = [
        "a",
        ":",
        "user:",
        ":a",
        "user:a b",
        "user:a\u{0}",
        "user:a\n",
        "user:a:b",
        "us er:a",
        "nope:a",
        "user:nobody",
        "user:\u{202e}",
        "User:alice",
        "site:other",
        "user:../alice",
        "user:%61lice",
    ];
    match form {
        Object => {
            bad.extend(texts(&objects));
            bad.extend(texts(&["user:a#b", "user:*", "alice@nowhere"]));
            bad.push(long("user:"));
            bad.push(long("a"));
        }
        Person => {
            bad.extend(texts(&[
                "a", ":", "user:", ":a", "user:a b", "us er:a", "user:a#b", "a@b@c", "a@", "@b",
                "nope:a",
            ]));
            bad.push(long("a@"));
        }
        Subject => {
            bad.extend(texts(&objects));
            bad.extend(texts(&[
                "user:a#",
                "user:a#b c",
                "user:a#b#c",
                "*",
                "nope:*",
            ]));
            bad.push(long("user:a#"));
        }
        Relations => {
            bad = vec![
                json!(7),
                json!({}),
                json!(""),
                json!("view"),
                json!([]),
                json!([7]),
                json!([""]),
                json!(["nope"]),
                json!(["view\u{0}"]),
                json!(["can_view"]),
                json!([["view"]]),
                json!([long("view")]),
            ];
            bad.push((0..17).map(|number| format!("view{number}")).collect());
        }
        Words => {
            bad = texts(&[
                "",
                ",",
                "nope",
                "read,nope",
                "read,,write",
                "read write",
                "can_read",
            ])
        }
        Relation => {
            bad.extend(texts(&[
                "nope",
                "can_view",
                "billing organization",
                "Billing_Organization",
            ]));
            bad.push(long("b"));
        }
        Text => {
            bad = vec![
                json!(7),
                json!([]),
                json!({}),
                json!("a\u{0}b"),
                json!("a\nb"),
                json!("\u{7f}"),
                long("a"),
            ]
        }
        Id => {
            bad.extend(texts(&[
                "x",
                "00000000-0000-0000-0000-00000000000",
                "019a9a1c-7a00-7000-8000-000000000000",
                "' OR 1=1 --",
            ]));
            bad.push(long("0"));
        }
        Code => {
            bad.extend(texts(&["x", "\u{0}"]));
            bad.push(json!("A".repeat(64)));
            bad.push(long("A"));
        }
        Life => {
            bad = vec![
                json!(0),
                json!(-1),
                json!(1.5),
                json!("60"),
                json!([]),
                json!(true),
                json!(u64::MAX),
                json!(1e30),
            ]
        }
        Kind => {
            bad.extend(texts(&["nope", "full", "Service", "service "]));
            bad.push(long("service"));
        }
        Limits => {
            bad = vec![
                json!(7),
                json!("unlimited"),
                json!([7, 7, 7]),
                json!({ "read": -1 }),
                json!({ "read": 1.5 }),
                json!({ "read": "7" }),
                json!({ "write": "Unlimited" }),
                json!({ "read": u64::MAX }),
                json!({ "both": 1 }),
                json!({ "read": [] }),
            ]
        }
        Links => bad = vec![json!(7), json!("a"), json!([]), json!(true)],
        Flag => {
            bad = vec![
                json!(7),
                json!("yes"),
                json!("TRUE"),
                json!([]),
                json!({}),
                json!(""),
            ]
        }
        Type => {
            bad = texts(&["", "nope", "Stream", "stream:", "stream ", "stream\u{0}"]);
            bad.push(long("stream"));
        }
        Limit => {
            bad = vec![
                json!(0),
                json!(1001),
                json!(-1),
                json!(1.5),
                json!("ten"),
                json!(""),
                json!(4_294_967_296_u64),
                json!("1 "),
                json!("0x10"),
            ]
        }
        Cursor => {
            bad = texts(&[
                "",
                "x",
                "1",
                "user:alice",
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "=",
                "\u{0}",
            ]);
            bad.push(long("A"));
        }
        Entity => {
            bad.extend(
                types[..3]
                    .iter()
                    .map(|value| json!({ "type": value, "id": "alice" })),
            );
            bad.extend(
                types[..3]
                    .iter()
                    .map(|value| json!({ "type": "user", "id": value })),
            );
            bad.extend([
                json!({ "type": "user" }),
                json!({ "id": "alice" }),
                json!({ "type": "user", "id": "" }),
                json!({ "type": "", "id": "a" }),
                json!({ "type": "user:alice", "id": "a" }),
                json!({ "type": "user", "id": "a b" }),
                json!({ "type": "user", "id": "a:b" }),
                json!({ "type": "user", "id": "a#b" }),
                json!({ "type": "user", "id": "*" }),
                json!({ "type": "user", "id": long("a") }),
                json!({ "type": "user", "id": "alice", "properties": [] }),
            ]);
        }
        EntityType => bad.extend([
            json!({ "type": 7 }),
            json!({ "type": "" }),
            json!({ "type": "nope" }),
            json!({ "id": "a" }),
            json!({ "type": long("a") }),
        ]),
        Action => bad.extend([
            json!({ "name": 7 }),
            json!({ "name": "" }),
            json!({ "name": "nope" }),
            json!({ "name": "CAN_VIEW" }),
            json!({ "name": long("a") }),
            json!({ "name": "can_view", "properties": 7 }),
        ]),
        Page => {
            bad = vec![
                json!(7),
                json!("x"),
                json!(["x", 7, 7]),
                json!({ "limit": 0 }),
                json!({ "limit": 1001 }),
                json!({ "limit": "1" }),
                json!({ "token": 7 }),
                json!({ "token": "x" }),
                json!({ "token": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }),
            ]
        }
        Operations => {
            bad = vec![json!(7), json!("x"), json!({}), json!([7]), json!(["x"])];
            bad.push(json!(vec![
                json!({ "op": "join", "object": "organization:acme" });
                101
            ]));
        }
        Options => {
            bad = vec![
                json!(7),
                json!("x"),
                json!({ "evaluations_semantic": "some" }),
                json!({ "evaluations_semantic": 7 }),
            ]
        }
    }
    bad
}

/// What holds in the world: whatever a change could touch.
async fn state(world: &World) -> String {
    let store = world.control.administration.store();
    let loaded = store.load(0).await.unwrap();
    let audit = world.get(&world.root, "/v1/audit?limit=1").await;
    format!("{} {:?} {}", loaded.revision, loaded.changes, audit.ok())
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

#[track_caller]
fn names(reply: &Reply, field: &str, at: &str) {
    assert!(
        matches!(reply.status.as_u16(), 400 | 404),
        "{at}: {reply:?}"
    );
    assert_eq!(
        reply.headers[CONTENT_TYPE], "application/problem+json",
        "{at}"
    );
    let named = reply.json["field"].as_str().unwrap_or_default();
    let start = named.strip_prefix(field);
    let about = start.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
    assert!(about, "{at}: {reply:?}");
    let said = reply.json["detail"].as_str().unwrap_or_default();
    assert!(!said.is_empty() && said.len() < 2000, "{at}: {reply:?}");
}

#[tokio::test]
async fn every_field_is_checked() {
    let world = World::new().await;
    let alice = world.acme().await;
    world.user("eve").await;
    let before = state(&world).await;
    let mut sent = 0;
    for (method, path, good, fields) in routes() {
        for &(field, form, must) in fields {
            let mut values: Vec<Option<Value>> = bad(form).into_iter().map(Some).collect();
            if must == Be {
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
                    names(&reply, field, &at);
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
            names(&reply, "surprise", &format!("{method} {path}"));
        }
    }
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
