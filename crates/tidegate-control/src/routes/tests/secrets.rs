//! Secrets: who may issue for whom, and when they end.

use super::*;
use crate::store::tests::dump;

#[tokio::test]
async fn who_may_issue_for_whom() {
    let world = World::new().await;
    let alice = world.acme().await;
    let bob = world.user("bob").await;
    let cases: &[(&str, &str, u16, Option<&str>)] = &[
        // BN-86, BN-06: only for oneself
        (&alice, "user:alice", 201, None),
        (&alice, "user:bob", 404, Some("subject")),
        (&world.root, "user:alice", 403, None),
        (&world.root, "operator:root", 201, None),
        (&alice, "operator:root", 404, Some("subject")),
        // BN-87
        (&alice, "service:acme/sales/bot", 201, None),
        (&bob, "service:acme/sales/bot", 404, Some("subject")),
        (&world.root, "service:acme/sales/bot", 404, Some("subject")),
        // BN-83, BN-30
        (&alice, "organization:acme", 400, Some("kind")),
        (&alice, "service:acme/sales/nothing", 404, Some("subject")),
    ];
    for (secret, subject, status, field) in cases {
        println!("{subject} {status}");
        let reply = world.issue(secret, subject).await;
        match status {
            201 => assert_eq!(reply.status.as_u16(), 201, "{reply:?}"),
            _ => reply.refused(*status, *field),
        }
    }
    // BN-87: `view` and `create` on the organization are not enough.
    world
        .grant(&alice, "organization:acme", &["view", "create"], "user:bob")
        .await
        .ok();
    world
        .issue(&bob, "service:acme/sales/bot")
        .await
        .refused(404, Some("subject"));
    world
        .grant(&alice, "project:acme/sales", &["view"], "user:bob")
        .await
        .ok();
    world
        .issue(&bob, "service:acme/sales/bot")
        .await
        .refused(403, None);
    world
        .grant(&alice, "organization:acme", &["admin"], "user:bob")
        .await
        .ok();
    world.issue(&bob, "service:acme/sales/bot").await.ok();
}

#[tokio::test]
async fn kinds_and_lives() {
    let world = World::new().await;
    let alice = world.acme().await;
    let cases = [
        (json!({ "subject": "user:alice", "kind": "full" }), None),
        (
            json!({ "subject": "user:alice", "kind": "service" }),
            Some("kind"),
        ),
        (
            json!({ "subject": "user:alice", "kind": "root" }),
            Some("kind"),
        ),
        (
            json!({ "subject": "user:alice", "kind": "operator" }),
            Some("kind"),
        ),
        (
            json!({ "subject": "service:acme/sales/bot", "kind": "full" }),
            Some("kind"),
        ),
        // Nothing is guessed where there are several.
        (json!({ "subject": "user:alice" }), Some("kind")),
        (
            json!({ "subject": "user:alice", "kind": "full", "expires_in_s": 0 }),
            Some("expires_in_s"),
        ),
        (
            json!({ "subject": "user:alice", "kind": "full", "expires_in_s": u64::MAX }),
            Some("expires_in_s"),
        ),
        (
            json!({ "subject": "user:alice", "kind": "full", "expires_in_s": -1 }),
            Some("expires_in_s"),
        ),
        (
            json!({ "subject": "user:alice", "kind": "full", "description": "x".repeat(201) }),
            Some("description"),
        ),
        (
            json!({ "subject": "user:alice", "kind": "full", "description": "⚓".repeat(200) }),
            None,
        ),
    ];
    for (body, field) in cases {
        let reply = world.post(&alice, "/v1/secrets", body).await;
        match field {
            None => assert_eq!(reply.status, StatusCode::CREATED, "{reply:?}"),
            Some(_) => reply.refused(400, field),
        }
    }
    let forever = world.issue(&alice, "user:alice").await;
    assert!(forever.ok().get("expires_at_s").is_none(), "decision 21");
    let hour = world
        .post(
            &alice,
            "/v1/secrets",
            json!({ "subject": "user:alice", "kind": "full", "expires_in_s": 3600 }),
        )
        .await;
    assert!(hour.ok()["expires_at_s"].as_u64().unwrap() > 3600);
}

#[tokio::test]
async fn a_services_secret_is_for_the_gateway_alone() {
    let world = World::new().await;
    let alice = world.acme().await;
    let issued = world.issue(&alice, "service:acme/sales/bot").await;
    let bot = issued.ok()["secret"].as_str().unwrap();
    assert!(world.gateway_accepts(bot));
    world
        .get(bot, "/v1/objects?type=stream")
        .await
        .refused(401, None);
    assert!(
        !world.gateway_accepts(&world.root),
        "operators have no access to data"
    );
    assert!(world.gateway_accepts(&alice));
}

#[tokio::test]
async fn revoking_one_leaves_the_others() {
    let world = World::new().await;
    let alice = world.acme().await;
    let bob = world.user("bob").await;
    let (one, two) = (
        world.issue(&alice, "service:acme/sales/bot").await,
        world.issue(&alice, "service:acme/sales/bot").await,
    );
    let text = |reply: &Reply| reply.ok()["secret"].as_str().unwrap().to_owned();
    let (one_text, two_text) = (text(&one), text(&two));
    let uri = format!("/v1/secrets?jti={}", one.json["jti"].as_str().unwrap());
    world.delete(&bob, &uri).await.refused(404, Some("jti"));
    assert!(world.gateway_accepts(&one_text));
    let revision = world.delete(&alice, &uri).await.revision();
    assert_eq!(
        world.control.live().revision(),
        Some(revision),
        "published once it is answered"
    );
    assert_eq!(
        (
            world.gateway_accepts(&one_text),
            world.gateway_accepts(&two_text)
        ),
        (false, true)
    );
    assert_eq!(
        world.delete(&alice, &uri).await.revision(),
        revision,
        "idempotent"
    );

    let list = world
        .get(&alice, "/v1/secrets?subject=service:acme/sales/bot")
        .await;
    let revoked: Vec<bool> = list.ok()["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item.get("revoked_at_s").is_some())
        .collect();
    assert_eq!(revoked, [true, false]);
    let page = world
        .get(&alice, "/v1/secrets?subject=service:acme/sales/bot&limit=1")
        .await;
    let next = page.ok()["next"].as_str().unwrap();
    let rest = world
        .get(
            &alice,
            &format!("/v1/secrets?subject=service:acme/sales/bot&limit=1&cursor={next}"),
        )
        .await;
    assert_eq!(
        (&rest.ok()["items"][0]["jti"], &rest.json["next"]),
        (&two.json["jti"], &Value::Null)
    );

    // It stays revoked over a restart, and so does who it was of.
    let world = world.restart().await;
    assert_eq!(
        (
            world.gateway_accepts(&one_text),
            world.gateway_accepts(&two_text)
        ),
        (false, true)
    );
}

#[tokio::test]
async fn one_can_revoke_the_secret_one_asks_with() {
    let world = World::new().await;
    let alice = world.acme().await;
    let other = world.issue(&alice, "user:alice").await;
    let secret = other.ok()["secret"].as_str().unwrap();
    let uri = format!("/v1/secrets?jti={}", other.json["jti"].as_str().unwrap());
    world.delete(secret, &uri).await.ok();
    world
        .get(secret, "/v1/objects?type=user")
        .await
        .refused(401, None);
    world.get(&alice, "/v1/objects?type=user").await.ok();
}

#[tokio::test]
async fn no_text_of_a_secret_is_stored() {
    let world = World::new().await;
    let alice = world.acme().await;
    let issued = world.issue(&alice, "service:acme/sales/bot").await;
    let bot = issued.ok()["secret"].as_str().unwrap();
    let stored = dump(world.control.administration.store()).await;
    assert!(stored.contains(issued.json["jti"].as_str().unwrap()));
    for secret in [bot, alice.as_str(), world.root.as_str()] {
        for part in secret.split('.').skip(1) {
            assert!(!stored.contains(part));
        }
    }
}
