//! Idempotency keys where something else than an object is changed, and where none is heeded.

use super::*;

impl World {
    async fn keyed(&self, secret: &str, key: &str, method: &str, uri: &str, body: &Value) -> Reply {
        let mut request = Request::builder()
            .method(method)
            .uri(uri)
            .header(CONTENT_TYPE, "application/json")
            .header("Idempotency-Key", key);
        if !secret.is_empty() {
            request = request.header(AUTHORIZATION, format!("Bearer {secret}"));
        }
        self.send(request.body(Body::from(body.to_string())).unwrap())
            .await
    }

    /// All that is stored, as a backup has it.
    async fn stored(&self) -> String {
        let mut backup = Vec::new();
        let store = self.control.administration.store();
        store.backup(&mut backup).await.unwrap();
        String::from_utf8(backup).unwrap()
    }
}

/// Does a request twice under a key: the second time changes nothing, and is answered as the first was but for the
/// secret at `text`. Another request under the key is refused.
async fn twice(
    world: &World,
    secret: &str,
    (method, uri): (&str, &str),
    [body, other]: [&Value; 2],
    text: Option<&str>,
) -> Value {
    let first = world.keyed(secret, "once", method, uri, body).await;
    let mut expected = first.ok().clone();
    let before = world.stored().await;
    let again = world.keyed(secret, "once", method, uri, body).await;
    assert_eq!(again.status.is_success(), first.status.is_success());
    if let Some(text) = text {
        let (parent, name) = text.rsplit_once('/').unwrap();
        let parent = expected
            .pointer_mut(parent)
            .unwrap()
            .as_object_mut()
            .unwrap();
        let shown = parent.remove(name).unwrap();
        let shown = shown.as_str().unwrap();
        assert!(!before.contains(shown), "a secret is stored");
        assert!(!again.json.to_string().contains(shown), "{again:?}");
    }
    assert_eq!(again.json, expected, "{method} {uri}");
    let reused = world.keyed(secret, "once", method, uri, other).await;
    reused.refused(422, Some("Idempotency-Key"));
    assert_eq!(world.stored().await, before, "{method} {uri}");
    first.json
}

#[tokio::test]
async fn a_key_is_rotated_once() {
    let world = World::new().await;
    let keys = async || {
        let reply = world.get(&world.root, "/v1/admin/keys").await;
        reply.ok()["items"].as_array().unwrap().len()
    };
    let before = keys().await;
    let (body, other) = (json!({ "purpose": "link" }), json!({ "purpose": "bundle" }));
    let route = ("POST", "/v1/admin/keys");
    twice(&world, &world.root, route, [&body, &other], None).await;
    assert_eq!(keys().await, before + 1);
    // Without a key, and under another one, it is another request.
    world.post(&world.root, route.1, body.clone()).await.ok();
    let more = world
        .keyed(&world.root, "twice", route.0, route.1, &body)
        .await;
    more.ok();
    assert_eq!(keys().await, before + 3);
    // Who may not, may not repeat either.
    let alice = world.user("alice").await;
    let reply = world.keyed(&alice, "once", route.0, route.1, &body).await;
    reply.refused(403, None);
}

#[tokio::test]
async fn a_key_is_retired_once() {
    let world = World::new().await;
    let reply = world.get(&world.root, "/v1/admin/keys").await;
    let keys = reply.ok()["items"].as_array().unwrap();
    let old = keys.iter().find(|key| key["purpose"] == "link").unwrap();
    let uri = format!("/v1/admin/keys?kid={}", old["kid"].as_str().unwrap());
    let body = json!({ "purpose": "link" });
    world.post(&world.root, "/v1/admin/keys", body).await.ok();
    // A new key signs from the next second on.
    let retired = loop {
        let reply = world
            .keyed(&world.root, "gone", "DELETE", &uri, &Value::Null)
            .await;
        if reply.status != StatusCode::CONFLICT {
            break reply;
        }
        tokio::task::yield_now().await;
    };
    let again = world
        .keyed(&world.root, "gone", "DELETE", &uri, &Value::Null)
        .await;
    assert_eq!(again.ok(), retired.ok());
    let forced = format!("{uri}&force=true");
    let reused = world
        .keyed(&world.root, "gone", "DELETE", &forced, &Value::Null)
        .await;
    reused.refused(422, Some("Idempotency-Key"));
    let bare = world.delete(&world.root, &uri).await;
    bare.refused(404, Some("kid"));
}

#[tokio::test]
async fn a_secret_is_exchanged_once() {
    let world = World::new().await;
    let alice = world.user("alice").await;
    let asked = |secret: &str, budget_bytes: u64| {
        json!({
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
            "subject_token": secret,
            "subject_token_type": "urn:ietf:params:oauth:token-type:access_token",
            "budget_bytes": budget_bytes,
        })
    };
    let (body, other) = (asked(&alice, 1000), asked(&alice, 1001));
    let route = ("POST", "/v1/token");
    let text = Some("/access_token");
    let first = twice(&world, "", route, [&body, &other], text).await;
    // A key of somebody else's is another key; one of another secret of hers would be for another request.
    let second = world.issue(&world.root, "operator:root").await;
    let second = second.ok()["secret"].as_str().unwrap().to_owned();
    let reply = world
        .keyed("", "once", route.0, route.1, &asked(&second, 1000))
        .await;
    assert_ne!(reply.ok()["jti"], first["jti"]);
    assert!(reply.json["access_token"].is_string());
    let child = first["access_token"].as_str().unwrap();
    let reply = world
        .keyed("", "once", route.0, route.1, &asked(child, 1000))
        .await;
    reply.refused(422, Some("Idempotency-Key"));
    // Of many who repeat at a time, one is the first.
    let many = (0..8).map(|_| async {
        let body = asked(&alice, 7);
        let reply = world.keyed("", "many", route.0, route.1, &body).await;
        (
            reply.ok()["jti"].clone(),
            reply.json["access_token"].is_string(),
        )
    });
    let answers = futures_util::future::join_all(many).await;
    assert!(
        answers.iter().all(|(jti, _)| *jti == answers[0].0),
        "{answers:?}"
    );
    assert_eq!(answers.iter().filter(|(_, shown)| *shown).count(), 1);
}

#[tokio::test]
async fn an_invitation_is_redeemed_once() {
    let world = World::new().await;
    let alice = world.acme().await;
    let eve = world.user("eve").await;
    let route = ("POST", "/v1/invitations/redeem");
    let code = world.invited(&alice, "eve@example.com").await;
    let other = world.invited(&alice, "another@example.com").await;
    let [body, another] = [&code, &other].map(|code| json!({ "code": code }));
    twice(&world, &eve, route, [&body, &another], None).await;
    let bare = world.post(&eve, route.1, body).await;
    bare.refused(404, Some("code"));

    // Somebody new, whom nothing but the code tells from others.
    let code = world.invited(&alice, "dora@example.com").await;
    let named = |code: &str, name: &str| json!({ "code": code, "subject": format!("user:{name}") });
    let [body, another] = [named(&code, "dora"), named(&code, "dolores")];
    let text = Some("/secret/secret");
    let first = twice(&world, "", route, [&body, &another], text).await;
    let secret = first["secret"]["secret"].as_str().unwrap();
    let me = world.get(secret, "/v1/me").await;
    assert_eq!(me.ok()["jti"], first["secret"]["jti"]);
    assert_eq!(first["secret"]["revision"], first["revision"]);
    // A code that is not the one finds nothing of it, not even that there is something.
    let mut guessed = code.clone().into_bytes();
    let at = guessed.len() - 5;
    guessed[at] = if guessed[at] == b'A' { b'B' } else { b'A' };
    let guessed = named(std::str::from_utf8(&guessed).unwrap(), "dora");
    let reply = world.keyed("", "once", route.0, route.1, &guessed).await;
    reply.refused(404, Some("code"));
    let bare = world.post("", route.1, body).await;
    bare.refused(404, Some("code"));
}

/// A node repeats a lease by its id: a key says nothing of it.
#[tokio::test]
async fn leases_need_no_key() {
    let world = World::new().await;
    world.create(&world.root, "node:n1").await;
    let node = world.issue(&world.root, "node:n1").await;
    let node = node.ok()["secret"].as_str().unwrap().to_owned();
    let ask = |last: u8| {
        let id = format!("019a9a1c-7a00-7000-8000-00000000000{last}");
        json!({ "ask": {
            "id": id, "chain": ["019a9a1c-7a00-7000-8000-0000000000aa"], "kind": "read",
            "at_least_bytes": 1, "at_most_bytes": 1000,
        } })
    };
    for last in [1, 2] {
        let first = world
            .keyed(&node, "once", "POST", "/v1/leases", &ask(last))
            .await;
        assert_eq!(first.ok()["lease"]["granted"]["bytes"], 1000);
        let before = world.stored().await;
        for key in ["once", "twice"] {
            let again = world
                .keyed(&node, key, "POST", "/v1/leases", &ask(last))
                .await;
            assert_eq!(again.ok(), first.ok());
        }
        assert_eq!(world.stored().await, before, "granted once");
    }
}

/// What only reads answers what holds now, whatever the key, be it none.
#[tokio::test]
async fn reads_heed_no_key() {
    let world = World::new().await;
    let alice = world.acme().await;
    world.create(&world.root, "node:n1").await;
    let node = world.issue(&world.root, "node:n1").await;
    let node = node.ok()["secret"].as_str().unwrap().to_owned();
    let question = |name: &str| {
        json!({
            "subject": { "type": "user", "id": name },
            "action": { "name": "can_view" },
            "resource": { "type": "organization", "id": "acme" },
        })
    };
    let none = Value::Null;
    let evaluation = ("POST", "/access/v1/evaluation");
    for key in ["once", ""] {
        for name in ["alice", "nobody"] {
            let (method, uri) = evaluation;
            let reply = world.keyed(&alice, key, method, uri, &question(name)).await;
            assert_eq!(reply.ok()["decision"], name == "alice");
        }
        for type_name in ["stream", "project"] {
            let uri = format!("/v1/objects?type={type_name}");
            let reply = world.keyed(&alice, key, "GET", &uri, &none).await;
            let object = reply.ok()["items"][0]["object"]
                .as_str()
                .unwrap()
                .to_owned();
            assert!(object.starts_with(type_name), "{object}");
        }
        for uri in ["/v1/admin/keys", "/v1/admin/backup"] {
            world.keyed(&world.root, key, "GET", uri, &none).await.ok();
        }
        world
            .keyed(&node, key, "GET", "/v1/bundle", &none)
            .await
            .ok();
    }
    // Each backup is one more.
    let audit = world.get(&world.root, "/v1/audit").await;
    let items = audit.ok()["items"].as_array().unwrap();
    assert_eq!(
        items
            .iter()
            .filter(|item| item["operation"] == "backup")
            .count(),
        2
    );
}
