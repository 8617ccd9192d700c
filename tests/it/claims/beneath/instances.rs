//! BN-72 to BN-80: streams and their instances.

use super::*;

const V1: &str = "stream_instance:acme/sales/orders/v1";
const V1_PATH: &str = "/acme/sales/orders/v1";

#[tokio::test]
async fn bn_72_a_stream_has_one_project_and_zero_or_more_instances() {
    let (_town, alice) = acme().await;
    assert!(alice.lists("stream_instance", STREAM).await.is_empty());
    alice.create(V1).await.ok();
    alice
        .create("stream_instance:acme/sales/orders/v2")
        .await
        .ok();
    let instances = alice.lists("stream_instance", STREAM).await;
    assert_eq!(instances, [V1, "stream_instance:acme/sales/orders/v2"]);
    alice.create(V1).await.conflict();
    alice.create("stream:acme/sales/orders/v1").await.missing();
    alice.create("stream:orders").await.bad("object");
    alice.create("stream:acme/none/orders").await.missing();
}

#[tokio::test]
async fn bn_73_a_user_accesses_a_stream_through_its_project() {
    let (town, alice) = acme().await;
    let bob = town.user("bob").await;
    let query = "/acme/sales/orders/-/query";
    assert_eq!(
        (bob.reads(ORDERS).await, bob.reads(query).await),
        (403, 403)
    );
    alice.grant(PROJECT, &["view"], "user:bob").await.ok();
    assert_eq!(
        (bob.reads(ORDERS).await, bob.reads(query).await),
        (200, 200)
    );
    alice
        .change(PROJECT, &["create", "admin"], "user:bob")
        .await
        .ok();
    assert_eq!(
        (bob.reads(ORDERS).await, bob.reads(query).await),
        (403, 403)
    );
    // What is not data is open to who may change it.
    bob.show(STREAM).await.ok();
}

#[tokio::test]
async fn bn_74_create_on_the_project_writes_records() {
    let (town, alice) = acme().await;
    let bob = town.user("bob").await;
    alice.grant(PROJECT, &["view"], "user:bob").await.ok();
    assert_eq!(bob.writes(ORDERS).await, 403);
    alice.grant(PROJECT, &["create"], "user:bob").await.ok();
    assert_eq!(bob.writes(ORDERS).await, 200);
}

#[tokio::test]
async fn bn_75_a_service_reads_a_stream_by_its_own_grant() {
    let (town, alice) = acme().await;
    let bob = town.user("bob").await;
    let bot = bot(&alice).await;
    let query = "/acme/sales/orders/-/query";
    alice
        .grant(PROJECT, &["view", "create", "admin"], "user:bob")
        .await
        .ok();
    assert_eq!(
        (bob.reads(ORDERS).await, bot.reads(ORDERS).await),
        (200, 403)
    );
    alice.grant(STREAM, &["read"], BOT).await.ok();
    assert_eq!(
        (bot.reads(ORDERS).await, bot.reads(query).await),
        (200, 200)
    );
    alice.revoke(STREAM, &["read"], BOT).await.ok();
    assert_eq!(
        (bot.reads(ORDERS).await, bot.reads(query).await),
        (403, 403)
    );
}

#[tokio::test]
async fn bn_76_write_lets_a_service_write() {
    let (_town, alice) = acme().await;
    let bot = bot(&alice).await;
    alice.grant(STREAM, &["read"], BOT).await.ok();
    assert_eq!(bot.writes(ORDERS).await, 403);
    alice.grant(STREAM, &["write"], BOT).await.ok();
    assert_eq!(bot.writes(ORDERS).await, 200);
}

#[tokio::test]
async fn bn_77_users_have_no_stream_and_services_no_project() {
    let (town, alice) = acme().await;
    town.user("bob").await;
    alice.create(BOT).await.ok();
    for relation in ["read", "write"] {
        alice
            .grant(STREAM, &[relation], "user:bob")
            .await
            .bad("subject");
        alice
            .change(STREAM, &[relation], "user:bob")
            .await
            .bad("subject");
    }
    for relation in ["view", "create", "admin"] {
        alice.grant(PROJECT, &[relation], BOT).await.bad("subject");
    }
    assert!(alice.granted(STREAM, "user:bob").await.is_empty());
    assert!(alice.granted(PROJECT, BOT).await.is_empty());
}

#[tokio::test]
async fn bn_79_an_instance_is_one_version_of_one_stream() {
    let (town, alice) = acme().await;
    let (bob, eve) = (town.user("bob").await, town.user("eve").await);
    alice.grant(PROJECT, &["create"], "user:bob").await.ok();
    bob.create(V1).await.ok();
    eve.create("stream_instance:acme/sales/orders/v2")
        .await
        .missing();
    alice
        .create("stream_instance:acme/sales/none/v1")
        .await
        .missing();
    alice
        .create("stream_instance:acme/sales/v1")
        .await
        .missing();
    let moved = alice.move_to(V1, "stream", STREAM).await;
    moved.bad("relation");
    assert_eq!(alice.lists("stream_instance", STREAM).await, [V1]);
    eve.delete(V1).await.missing();
    bob.delete(V1).await.ok();
    // It ends with its stream.
    bob.create(V1).await.ok();
    bob.delete(STREAM).await.ok();
    alice.show(V1).await.missing();
}

#[tokio::test]
async fn bn_80_an_instance_inherits_the_permissions_of_its_stream() {
    let (town, alice) = acme().await;
    let (viewer, writer) = (town.user("viewer").await, town.user("writer").await);
    let bot = bot(&alice).await;
    alice.create(V1).await.ok();
    assert_eq!(
        (viewer.reads(V1_PATH).await, viewer.writes(V1_PATH).await),
        (403, 403)
    );
    assert_eq!(
        (bot.reads(V1_PATH).await, bot.writes(V1_PATH).await),
        (403, 403)
    );
    viewer.show(V1).await.missing();

    alice.grant(PROJECT, &["view"], "user:viewer").await.ok();
    alice.grant(PROJECT, &["create"], "user:writer").await.ok();
    alice.grant(STREAM, &["read", "write"], BOT).await.ok();
    // One made later too.
    alice
        .create("stream_instance:acme/sales/orders/v2")
        .await
        .ok();
    for path in [V1_PATH, "/acme/sales/orders/v2"] {
        assert_eq!(
            (viewer.reads(path).await, viewer.writes(path).await),
            (200, 403)
        );
        assert_eq!(
            (writer.reads(path).await, writer.writes(path).await),
            (403, 200)
        );
        assert_eq!((bot.reads(path).await, bot.writes(path).await), (200, 200));
    }
    assert!(viewer.may("can_query", V1).await);
    assert!(!writer.may("can_query", V1).await);
    // Both know that it is there; who may change the stream asks about others' access.
    viewer.show(V1).await.ok();
    assert!(writer.says(BOT, "can_read", V1).await);
    viewer.ask(BOT, "can_read", V1).await.denied();
    // What it reads is charged like the stream.
    alice.has_spent(BOT, (4, 20)).await;

    // Nothing is set on an instance.
    for relation in ["read", "write", "view", "can_read", "stream"] {
        alice.grant(V1, &[relation], BOT).await.bad("relations");
        alice
            .grant(V1, &[relation], "user:viewer")
            .await
            .bad("relations");
    }
    alice.revoke(STREAM, &["read"], BOT).await.ok();
    assert_eq!(
        (bot.reads(V1_PATH).await, bot.writes(V1_PATH).await),
        (403, 200)
    );
}
