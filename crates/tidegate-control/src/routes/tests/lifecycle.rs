//! Changes over time: deletion, names that are used again, restarts, the audit log, many at once.

use std::sync::Arc;

use super::*;
use crate::store::tests::{audit, change_elsewhere};

#[tokio::test]
async fn a_deleted_name_that_is_used_again_inherits_nothing() {
    let world = World::new().await;
    let alice = world.acme().await;
    let (stream, bot) = ("stream:acme/sales/orders", "service:acme/sales/bot");
    world
        .grant(&alice, stream, &["read", "write"], bot)
        .await
        .ok();
    let body = json!({ "account": bot, "limits": { "read": 5 } });
    world
        .call(&alice, "PATCH", "/v1/quotas", Some(body))
        .await
        .ok();
    let issued = world.issue(&alice, bot).await;
    let secret = issued.ok()["secret"].as_str().unwrap();
    let uid = world
        .get(&alice, &format!("/v1/objects?object={bot}"))
        .await
        .ok()["uid"]
        .clone();
    assert!(world.gateway_accepts(secret));

    world
        .delete(&alice, &format!("/v1/objects?object={bot}"))
        .await
        .ok();
    assert!(!world.gateway_accepts(secret), "BN-25");
    world
        .delete(&alice, &format!("/v1/objects?object={bot}"))
        .await
        .refused(404, Some("object"));
    world.create(&alice, bot).await;

    let world = world.restart().await;
    assert!(!world.gateway_accepts(secret));
    assert_ne!(
        world
            .get(&alice, &format!("/v1/objects?object={bot}"))
            .await
            .ok()["uid"],
        uid
    );
    assert_eq!(
        world.ask(&alice, bot, "can_read", stream).await.ok()["decision"],
        false
    );
    assert_eq!(
        world
            .get(&alice, &format!("/v1/quotas?account={bot}"))
            .await
            .ok()["read"]["limit_bytes"],
        Value::Null
    );
    assert_eq!(
        world
            .get(&alice, &format!("/v1/secrets?subject={bot}"))
            .await
            .ok()["items"],
        json!([])
    );
}

#[tokio::test]
async fn deleting_takes_everything_below_along() {
    let world = World::new().await;
    let alice = world.acme().await;
    world
        .create(&alice, "stream_instance:acme/sales/orders/v1")
        .await;
    let issued = world.issue(&alice, "service:acme/sales/bot").await;
    let secret = issued.ok()["secret"].as_str().unwrap();
    world
        .delete(&alice, "/v1/objects?object=project:acme/sales")
        .await
        .ok();
    assert!(!world.gateway_accepts(secret));
    for object in [
        "project:acme/sales",
        "stream:acme/sales/orders",
        "stream_instance:acme/sales/orders/v1",
        "service:acme/sales/bot",
    ] {
        world
            .get(&alice, &format!("/v1/objects?object={object}"))
            .await
            .refused(404, Some("object"));
    }
    // Once more by these names: nobody but the creator has anything on them.
    world.create(&alice, "project:acme/sales").await;
    assert_eq!(
        world.get(&alice, "/v1/objects?type=stream").await.ok()["items"],
        json!([])
    );
}

#[tokio::test]
async fn a_user_goes_with_the_personal_organization_and_never_without_a_payer() {
    let world = World::new().await;
    let bob = world.user("bob").await;
    // BN-48: an organization that pays for somebody stays.
    let reply = world
        .delete(&bob, "/v1/objects?object=organization:bob")
        .await;
    reply.refused(409, Some("object"));
    assert_eq!(
        reply.json["detail"],
        "organization:bob belongs to user:bob, and goes with it alone"
    );
    // What others may have put below it stays until it is deleted on purpose.
    world.create(&bob, "project:bob/p").await;
    world
        .delete(&world.root, "/v1/objects?object=user:bob")
        .await
        .refused(409, Some("object"));
    world
        .delete(&bob, "/v1/objects?object=project:bob/p")
        .await
        .ok();
    world
        .delete(&bob, "/v1/objects?object=user:bob")
        .await
        .refused(403, None);
    world
        .delete(&world.root, "/v1/objects?object=user:bob")
        .await
        .ok();
    world
        .get(&bob, "/v1/objects?type=user")
        .await
        .refused(401, None);
    let again = world.user("bob").await;
    world
        .get(&bob, "/v1/objects?type=user")
        .await
        .refused(401, None);
    world
        .get(&again, "/v1/objects?object=organization:bob")
        .await
        .ok();
}

#[tokio::test]
async fn every_change_has_the_next_revision_and_an_audit_row() {
    let world = World::new().await;
    let alice = world.acme().await;
    let bot = world.issue(&alice, "service:acme/sales/bot").await;
    world
        .grant(
            &alice,
            "stream:acme/sales/orders",
            &["read", "write"],
            "service:acme/sales/bot",
        )
        .await
        .ok();
    world
        .grant(
            &alice,
            "stream:acme/sales/orders",
            &["fly"],
            "service:acme/sales/bot",
        )
        .await
        .refused(400, Some("relations"));
    world
        .delete(
            &alice,
            &format!("/v1/secrets?jti={}", bot.json["jti"].as_str().unwrap()),
        )
        .await
        .ok();
    let last = world
        .delete(&alice, "/v1/objects?object=stream:acme/sales/orders")
        .await
        .revision();

    let rows = audit(world.control.administration.store()).await;
    let revisions: Vec<i64> = rows.iter().map(|row| row.0).collect();
    assert_eq!(
        revisions,
        (1..=i64::try_from(last).unwrap()).collect::<Vec<_>>()
    );
    let told: Vec<String> = rows
        .iter()
        .map(|row| format!("{} {} {}", row.1, row.2, row.3))
        .collect();
    assert_eq!(
        told,
        [
            "operator:root first-start site:tidegate",
            "operator:root create user:alice",
            "user:alice create organization:acme",
            "user:alice create project:acme/sales",
            "user:alice create stream:acme/sales/orders",
            "user:alice create service:acme/sales/bot",
            "user:alice issue-secret service:acme/sales/bot",
            "user:alice grant stream:acme/sales/orders",
            "user:alice revoke-secret service:acme/sales/bot",
            "user:alice delete stream:acme/sales/orders",
        ]
    );
    let before = rows[9].4.as_deref().unwrap();
    assert!(
        before.contains("stream:acme/sales/orders#read@service:acme/sales/bot"),
        "{before}"
    );
    assert_eq!(world.control.live().revision(), Some(last));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_want_a_name_one_gets_it() {
    let world = Arc::new(World::new().await);
    let alice = world.user("alice").await;
    let tasks: Vec<_> = (0..16)
        .map(|_| {
            let (world, alice) = (Arc::clone(&world), alice.clone());
            tokio::spawn(async move {
                world
                    .post(
                        &alice,
                        "/v1/objects",
                        json!({ "object": "organization:acme" }),
                    )
                    .await
                    .status
                    .as_u16()
            })
        })
        .collect();
    let mut statuses = Vec::new();
    for task in tasks {
        statuses.push(task.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!(statuses[0], 201);
    assert!(
        statuses[1..].iter().all(|status| *status == 409),
        "{statuses:?}"
    );
}

#[tokio::test]
async fn a_caller_that_goes_away_leaves_no_change_unpublished() {
    let world = World::new().await;
    let alice = world.user("alice").await;
    for n in 0..10 {
        let object = format!("organization:o{n}");
        let mut future = Box::pin(world.post(&alice, "/v1/objects", json!({ "object": object })));
        let polled =
            std::future::poll_fn(|context| std::task::Poll::Ready(future.as_mut().poll(context)))
                .await;
        assert!(polled.is_pending());
    }
    // The lane is free, and what was committed is what is published.
    let last = world
        .post(
            &alice,
            "/v1/objects",
            json!({ "object": "organization:last" }),
        )
        .await
        .revision();
    assert_eq!(world.control.live().revision(), Some(last));
    world.control.confirm().await.unwrap();
    assert_eq!(world.control.live().revision(), Some(last));
}

#[tokio::test]
async fn without_its_store_nothing_is_changed_or_confirmed() {
    let world = World::new().await;
    let alice = world.user("alice").await;
    world.control.close().await;
    world
        .post(
            &alice,
            "/v1/objects",
            json!({ "object": "organization:acme" }),
        )
        .await
        .refused(503, None);
    assert!(world.control.confirm().await.is_err());
    // What needs no store is answered from the snapshot, for as long as that is young.
    assert_eq!(
        world
            .ask(&alice, "user:alice", "can_see", "user:alice")
            .await
            .ok()["decision"],
        true
    );
}

#[tokio::test]
async fn what_was_changed_elsewhere_is_never_decided_on_the_old_state() {
    for confirm_first in [false, true] {
        let world = World::new().await;
        let alice = world.user("alice").await;
        change_elsewhere(world.control.administration.store()).await;
        if confirm_first {
            world.control.confirm().await.unwrap();
        } else {
            let lost = world
                .post(
                    &alice,
                    "/v1/objects",
                    json!({ "object": "organization:acme" }),
                )
                .await;
            lost.refused(503, None);
        }
        // The snapshot was built again: alice has another name, and her secret does not fit it.
        assert_eq!(world.control.live().revision(), Some(3), "{confirm_first}");
        let reply = world
            .post(
                &alice,
                "/v1/objects",
                json!({ "object": "organization:acme" }),
            )
            .await;
        reply.refused(401, None);
        let renamed = world
            .get(&world.root, "/v1/objects?object=user:renamed")
            .await;
        assert_eq!(renamed.ok()["object"], "user:renamed");
        world.create(&world.root, "user:bob").await;
    }
}
