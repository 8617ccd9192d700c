//! Who may create, see and delete what.

use super::*;

#[tokio::test]
async fn who_may_create_what() {
    let world = World::new().await;
    let alice = world.acme().await;
    let bob = world.user("bob").await;
    let root = world.root.clone();
    let (a, b, r) = (alice.as_str(), bob.as_str(), root.as_str());
    let cases = [
        // BN-49, BN-17: taken names, and who may not learn of them
        ("taken user", r, "user:alice", 409, Some("object")),
        (
            "user whose organization is taken",
            r,
            "user:acme",
            409,
            Some("object"),
        ),
        ("user by a user", b, "user:carol", 403, None),
        ("taken user by a user", b, "user:alice", 403, None),
        (
            "taken organization",
            b,
            "organization:acme",
            409,
            Some("object"),
        ),
        (
            "taken service",
            a,
            "service:acme/sales/bot",
            409,
            Some("object"),
        ),
        // BN-54, BN-60, BN-61: projects and services by the organization's people
        (
            "project of another's organization",
            b,
            "project:acme/x",
            404,
            Some("object"),
        ),
        (
            "project of no organization",
            a,
            "project:nowhere/x",
            404,
            Some("object"),
        ),
        (
            "project without an organization",
            a,
            "project:x",
            400,
            Some("object"),
        ),
        (
            "organization below another",
            a,
            "organization:acme/x",
            400,
            Some("object"),
        ),
        (
            "stream of another's project",
            b,
            "stream:acme/sales/x",
            404,
            Some("object"),
        ),
        (
            "stream without a project",
            a,
            "stream:acme/x",
            404,
            Some("object"),
        ),
        ("project by the operator", r, "project:acme/x", 403, None),
        (
            "instance",
            a,
            "stream_instance:acme/sales/orders/v1",
            201,
            None,
        ),
        ("node", r, "node:n1", 201, None),
        ("node by a user", a, "node:n2", 403, None),
        ("operator", r, "operator:second", 201, None),
        ("operator by a user", a, "operator:third", 403, None),
        ("the site", r, "site:other", 400, Some("object")),
        ("unknown type", a, "table:acme/sales/x", 400, Some("object")),
        ("anonymous", r, "anonymous:x", 400, Some("object")),
        // Decision 17
        ("upper case", a, "organization:Acme2", 400, Some("object")),
        ("digit first", a, "organization:2acme", 400, Some("object")),
        ("a dot", a, "project:acme/a.b", 400, Some("object")),
        ("empty name", a, "project:acme/", 400, Some("object")),
        ("a wildcard", a, "organization:*", 400, Some("object")),
        ("no id", a, "organization:", 400, Some("object")),
        ("no type", a, "acme", 400, Some("object")),
    ];
    for (name, secret, object, status, field) in cases {
        println!("{name}");
        let reply = world
            .post(secret, "/v1/objects", json!({ "object": object }))
            .await;
        if status == 201 {
            assert_eq!(reply.status.as_u16(), status, "{reply:?}");
        } else {
            reply.refused(status, field);
        }
    }
}

#[tokio::test]
async fn rules_name_the_guard() {
    let world = World::new().await;
    let alice = world.acme().await;
    let reply = world
        .post(&alice, "/v1/objects", json!({ "object": "user:carol" }))
        .await;
    assert_eq!(
        reply.json["rule"],
        "type.user.create: can_create_user on parent"
    );
}

#[tokio::test]
async fn an_operator_creates_organizations_for_users() {
    let world = World::new().await;
    let alice = world.user("alice").await;
    let body = |owner: &str| json!({ "object": "organization:acme", "owner": owner });
    let without = world
        .post(
            &world.root,
            "/v1/objects",
            json!({ "object": "organization:acme" }),
        )
        .await;
    without.refused(400, Some("owner"));
    world
        .post(&world.root, "/v1/objects", body("user:nobody"))
        .await
        .refused(404, Some("owner"));
    world
        .post(&world.root, "/v1/objects", body("organization:alice"))
        .await
        .refused(400, Some("owner"));
    let by_alice = world.post(&alice, "/v1/objects", body("user:bob")).await;
    assert_eq!(
        by_alice.json["rule"],
        "type.organization.create_for_others: can_create_organization on parent"
    );
    world
        .post(&world.root, "/v1/objects", body("user:alice"))
        .await
        .ok();
    // The operator has no part in it, and alice has all.
    world.create(&alice, "project:acme/sales").await;
    world
        .post(
            &world.root,
            "/v1/objects",
            json!({ "object": "project:acme/x" }),
        )
        .await
        .refused(403, None);
    // A service has no owner.
    let owned = json!({ "object": "service:acme/sales/bot", "owner": "user:alice" });
    world
        .post(&alice, "/v1/objects", owned)
        .await
        .refused(400, Some("owner"));
}

#[tokio::test]
async fn what_one_may_not_see_does_not_exist() {
    let world = World::new().await;
    let alice = world.acme().await;
    let bob = world.user("bob").await;
    for object in [
        "organization:acme",
        "project:acme/sales",
        "stream:acme/sales/orders",
        "service:acme/sales/bot",
        "user:alice",
    ] {
        let uri = format!("/v1/objects?object={object}");
        let found = world.get(&alice, &uri).await;
        assert_eq!(found.ok()["object"], object);
        let hidden = world.get(&bob, &uri).await;
        hidden.refused(404, Some("object"));
        let missing = world
            .get(&bob, &format!("/v1/objects?object={object}x"))
            .await;
        missing.refused(404, Some("object"));
        assert_eq!(hidden.json["type"], missing.json["type"]);
        world.delete(&bob, &uri).await.refused(404, Some("object"));
    }
    // Look-ups ignore case.
    assert_eq!(
        world
            .get(&alice, "/v1/objects?object=stream:ACME/Sales/orders")
            .await
            .ok()["object"],
        "stream:acme/sales/orders"
    );
}

#[tokio::test]
async fn lists_show_what_one_may_see_page_by_page() {
    let world = World::new().await;
    let alice = world.acme().await;
    let bob = world.user("bob").await;
    for n in 0..5 {
        world
            .create(&alice, &format!("stream:acme/sales/s{n}"))
            .await;
    }
    let mut seen = Vec::new();
    let mut uri = "/v1/objects?type=stream&parent=project:acme/sales&limit=2".to_owned();
    loop {
        let reply = world.get(&alice, &uri).await;
        let items = reply.ok()["items"].as_array().unwrap();
        assert!(items.len() <= 2);
        seen.extend(
            items
                .iter()
                .map(|item| item["object"].as_str().unwrap().to_owned()),
        );
        let Some(next) = reply.json["next"].as_str() else {
            break;
        };
        uri = format!("/v1/objects?type=stream&parent=project:acme/sales&limit=2&cursor={next}");
    }
    let expected =
        ["orders", "s0", "s1", "s2", "s3", "s4"].map(|name| format!("stream:acme/sales/{name}"));
    assert_eq!(seen, expected);
    let of = async |secret: &str, uri: &str| {
        world.get(secret, uri).await.ok()["items"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(of(&bob, "/v1/objects?type=stream").await, 0);
    assert_eq!(of(&bob, "/v1/objects?type=user").await, 1, "oneself");
    assert_eq!(of(&world.root, "/v1/objects?type=user").await, 2);
    assert_eq!(
        of(&world.root, "/v1/objects?type=stream").await,
        0,
        "an operator sees no streams"
    );
    world
        .get(&bob, "/v1/objects?type=stream&parent=project:acme/sales")
        .await
        .refused(404, Some("parent"));
    world
        .get(&bob, "/v1/objects?type=cup")
        .await
        .refused(400, Some("type"));
}

#[tokio::test]
async fn display_names() {
    let world = World::new().await;
    let alice = world.user("alice").await;
    let body = |name: &str| json!({ "object": "organization:acme", "display_name": name });
    for bad in ["", "  ", "a\nb", &"x".repeat(101)] {
        world
            .post(&alice, "/v1/objects", body(bad))
            .await
            .refused(400, Some("display_name"));
    }
    world
        .post(&alice, "/v1/objects", body("ACME, Inc. ⚓"))
        .await
        .ok();
    let reply = world
        .get(&alice, "/v1/objects?object=organization:acme")
        .await;
    assert_eq!(reply.ok()["display_name"], "ACME, Inc. ⚓");
}

/// Left out it stays, `null` takes it away: alone and in a batch.
#[tokio::test]
async fn a_rename_without_a_name_leaves_the_name() {
    let world = World::new().await;
    let alice = world.acme().await;
    let named = async || {
        let uri = "/v1/objects?object=organization:acme";
        world.get(&alice, uri).await.ok()["display_name"].clone()
    };
    let steps = [
        (json!({ "display_name": "Acme" }), json!("Acme")),
        (json!({}), json!("Acme")),
        (json!({ "display_name": null }), Value::Null),
        (json!({}), Value::Null),
    ];
    for (body, expected) in steps {
        for batch in [false, true] {
            let mut body = body.clone();
            body["object"] = json!("organization:acme");
            let before = named().await;
            let reply = if batch {
                body["op"] = json!("rename");
                let body = json!({ "operations": [body] });
                world.post(&alice, "/v1/batch", body).await
            } else {
                let (method, path) = ("PATCH", "/v1/objects");
                world.call(&alice, method, path, Some(body.clone())).await
            };
            let after = named().await;
            assert_eq!(after, expected, "{body}: {reply:?}");
            // What changes nothing makes no revision.
            let newest = world.control.live().revision().unwrap();
            assert_eq!(reply.revision(), newest, "{body}");
            if before == after {
                continue;
            }
            let audit = world.get(&alice, "/v1/audit?object=organization:acme&limit=1");
            let audit = audit.await;
            let entry = &audit.ok()["items"][0];
            assert_eq!(entry["before"]["display_name"], before, "{entry}");
            assert_eq!(entry["after"]["display_name"], after, "{entry}");
        }
    }
    let body = json!({ "display_name": "Acme" });
    let reply = world.call(&alice, "PATCH", "/v1/objects", Some(body)).await;
    reply.refused(400, Some("object"));
}

#[tokio::test]
async fn lists_hold_what_is_there_for_everyone() {
    let world = World::new().await;
    let alice = world.acme().await;
    let bob = world.user("bob").await;
    let body = json!({ "subject": "user:bob", "kind": "public_read" });
    let reply = world.post(&bob, "/v1/secrets", body).await;
    let public = reply.ok()["secret"].as_str().unwrap().to_owned();
    let seen = async |secret: &str| {
        let mut seen = Vec::new();
        for type_name in ["project", "stream"] {
            let uri = format!("/v1/objects?type={type_name}");
            let reply = world.get(secret, &uri).await;
            let items = reply.ok()["items"].as_array().unwrap().clone();
            seen.extend(items.into_iter().map(|item| item["object"].clone()));
        }
        seen
    };
    let all = ["project:acme/sales", "stream:acme/sales/orders"];
    assert!(seen(&bob).await.is_empty());
    let project = "project:acme/sales";
    let open = async |everyone| world.grant(&alice, project, &["public"], everyone).await;
    open("user:*").await.ok();
    assert_eq!(seen(&bob).await, all);
    assert!(seen(&public).await.is_empty(), "asked for as anonymous");
    open("anonymous:*").await.ok();
    assert_eq!(seen(&public).await, all);
    let uri = format!("/v1/grants?object={project}&relations=public&subject=user:*");
    world.delete(&alice, &uri).await.ok();
    assert!(seen(&bob).await.is_empty());
    assert_eq!(seen(&alice).await, all);
}
