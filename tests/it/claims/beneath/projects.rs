//! BN-65 to BN-70: projects.

use super::*;

/// bob has these flags on the project sales.
async fn granted(flags: &[&str]) -> (Town, Person, Person) {
    let (town, alice) = acme().await;
    let bob = town.user("bob").await;
    alice.grant(PROJECT, flags, "user:bob").await.ok();
    (town, alice, bob)
}

#[tokio::test]
async fn bn_65_a_project_has_one_organization_and_zero_or_more_streams() {
    let (_town, alice) = acme().await;
    alice.create("project:acme/empty").await.ok();
    assert!(alice.lists("stream", "project:acme/empty").await.is_empty());
    alice.create("stream:acme/sales/leads").await.ok();
    assert_eq!(
        alice.lists("stream", PROJECT).await,
        ["stream:acme/sales/leads", STREAM]
    );
    // One organization, one project: neither a second of the name nor a second place.
    alice.create(PROJECT).await.conflict();
    alice.create(STREAM).await.conflict();
    alice.create("project:acme/Sales").await.bad("object");
    alice.show("stream:Acme/SALES/orders").await.ok();
    for (object, relation, other) in [
        (PROJECT, "organization", "organization:alice"),
        (STREAM, "project", "project:acme/empty"),
    ] {
        alice
            .grant(object, &[relation], other)
            .await
            .bad("relations");
        alice.move_to(object, relation, other).await.bad("relation");
    }
    // A stream is a root of its own project alone, whatever it is marked as.
    alice
        .grant(STREAM, &["root_of"], "project:acme/empty")
        .await
        .ok();
    assert!(alice.lists("stream", "project:acme/empty").await.is_empty());
}

#[tokio::test]
async fn bn_65_a_stream_marked_as_a_root_of_another_project_is_not_written_from_there() {
    let (_, alice, bob) = granted(&["view"]).await;
    alice.create("project:acme/other").await.ok();
    alice
        .grant("project:acme/other", &["create"], "user:bob")
        .await
        .ok();
    alice
        .grant(STREAM, &["root_of"], "project:acme/other")
        .await
        .ok();
    assert_eq!(bob.writes(ORDERS).await, 403);
}

#[tokio::test]
async fn bn_66_a_user_accesses_a_project_directly() {
    let (town, alice, bob) = granted(&["view"]).await;
    bob.show(PROJECT).await.ok();
    assert!(bob.may("can_view", PROJECT).await);
    assert!(bob.may("can_query", PROJECT).await);
    let eve = town.user("eve").await;
    eve.show(PROJECT).await.missing();
    assert!(!eve.may("can_view", PROJECT).await);
    alice.revoke(PROJECT, &["view"], "user:bob").await.ok();
    bob.show(PROJECT).await.missing();
    assert!(!bob.may("can_query", PROJECT).await);
}

#[tokio::test]
async fn bn_67_view_browses_and_queries() {
    let (_, alice, bob) = granted(&["view"]).await;
    alice.create(BOT).await.ok();
    alice
        .create("stream_instance:acme/sales/orders/v1")
        .await
        .ok();
    assert_eq!(bob.lists("stream", PROJECT).await, [STREAM]);
    assert_eq!(bob.lists("service", PROJECT).await, [BOT]);
    assert_eq!(bob.lists("stream_instance", STREAM).await.len(), 1);
    assert_eq!(bob.reads(ORDERS).await, 200);
    assert_eq!(bob.reads("/acme/sales/orders/-/query").await, 200);
    // No creating, deleting, writing, administering.
    bob.create("stream:acme/sales/more").await.denied();
    bob.create("stream_instance:acme/sales/orders/v2")
        .await
        .denied();
    bob.delete("stream_instance:acme/sales/orders/v1")
        .await
        .denied();
    bob.delete(STREAM).await.denied();
    bob.delete(PROJECT).await.denied();
    assert_eq!(bob.writes(ORDERS).await, 403);
    bob.grant(PROJECT, &["view"], "user:bob").await.denied();
    bob.revoke(STREAM, &["root_of"], PROJECT).await.denied();
    bob.grants(PROJECT).await.denied();
    bob.grants(STREAM).await.denied();
    bob.audit(PROJECT).await.denied();
}

#[tokio::test]
async fn bn_68_create_creates_and_deletes_streams() {
    let (town, alice, bob) = granted(&["create"]).await;
    bob.create("stream:acme/sales/more").await.ok();
    assert_eq!(
        bob.lists("stream", PROJECT).await,
        ["stream:acme/sales/more", STREAM]
    );
    bob.delete("stream:acme/sales/more").await.ok();
    bob.delete(STREAM).await.ok();
    alice.show(STREAM).await.missing();
    // Which is neither administering nor deleting the project.
    bob.delete(PROJECT).await.denied();

    let carol = town.user("carol").await;
    alice.create(STREAM).await.ok();
    for flags in [&["view"][..], &["admin"]] {
        alice.grant(PROJECT, flags, "user:carol").await.ok();
        carol.create("stream:acme/sales/carols").await.denied();
        carol.delete(STREAM).await.denied();
        alice.revoke(PROJECT, flags, "user:carol").await.ok();
    }
}

#[tokio::test]
async fn bn_69_create_writes_to_root_streams() {
    let (town, alice, bob) = granted(&["create"]).await;
    let bot = bot(&alice).await;
    alice.grant(STREAM, &["write"], BOT).await.ok();
    assert_eq!(bob.writes(ORDERS).await, 200);
    // Derived: written by services alone.
    bob.revoke(STREAM, &["root_of"], PROJECT).await.ok();
    assert_eq!(
        (bob.writes(ORDERS).await, bot.writes(ORDERS).await),
        (403, 200)
    );
    let root = bob.grant(STREAM, &["root_of"], PROJECT).await;
    root.ok();
    assert_eq!(bob.writes(ORDERS).await, 200);
    // Nobody marks it as a root of what is another's, nor another's as a root of what is one's own.
    let dave = town.user("dave").await;
    dave.create("project:dave/own").await.ok();
    publish(&dave, "project:dave/own").await;
    let taken = bob.grant(STREAM, &["root_of"], "project:dave/own").await;
    taken.denied();
    publish(&alice, PROJECT).await;
    let given = dave.grant(STREAM, &["root_of"], "project:dave/own").await;
    given.denied();
    // Taking the mark back needs no right on the other.
    dave.grant("project:dave/own", &["create"], "user:bob")
        .await
        .ok();
    bob.grant(STREAM, &["root_of"], "project:dave/own")
        .await
        .ok();
    dave.revoke("project:dave/own", &["create"], "user:bob")
        .await
        .ok();
    bob.revoke(STREAM, &["root_of"], "project:dave/own")
        .await
        .ok();
    unpublish(&alice, PROJECT).await;
    let carol = town.user("carol").await;
    for flags in [&["view"][..], &["admin"]] {
        alice.grant(PROJECT, flags, "user:carol").await.ok();
        assert_eq!(carol.writes(ORDERS).await, 403, "{flags:?}");
        carol.revoke(STREAM, &["root_of"], PROJECT).await.denied();
        carol.grant(STREAM, &["root_of"], PROJECT).await.denied();
        alice.revoke(PROJECT, flags, "user:carol").await.ok();
    }
}

#[tokio::test]
async fn bn_70_an_admin_of_a_project_administers_its_users() {
    let (town, alice, bob) = granted(&["admin"]).await;
    let carol = town.user("carol").await;
    bob.grant(PROJECT, &["view"], "user:carol").await.ok();
    assert_eq!(carol.reads(ORDERS).await, 200);
    bob.change(PROJECT, &["create"], "user:carol").await.ok();
    assert_eq!(
        (carol.reads(ORDERS).await, carol.writes(ORDERS).await),
        (403, 200)
    );
    assert_eq!(bob.granted(PROJECT, "user:carol").await, ["create"]);
    bob.revoke(PROJECT, &["create"], "user:carol").await.ok();
    carol.show(PROJECT).await.missing();

    for flags in [&["view"][..], &["create"], &["view", "create"]] {
        alice.grant(PROJECT, flags, "user:carol").await.ok();
        carol.grant(PROJECT, &["view"], "user:carol").await.denied();
        carol
            .change(PROJECT, &["admin"], "user:carol")
            .await
            .denied();
        carol.revoke(PROJECT, &["admin"], "user:bob").await.denied();
        alice.revoke(PROJECT, flags, "user:carol").await.ok();
    }
    // It sees who may do what on its streams, and changes none of it.
    let bot = bot(&alice).await;
    alice.grant(STREAM, &["read"], BOT).await.ok();
    assert_eq!(bob.granted(STREAM, BOT).await, ["read"]);
    assert!(bob.says(BOT, "can_read", STREAM).await);
    bob.revoke(STREAM, &["read"], BOT).await.denied();
    assert_eq!(bot.reads(ORDERS).await, 200);
    // No rights on the organization come with it.
    bob.show(ORGANIZATION).await.missing();
    bob.create("project:acme/bobs").await.missing();
    bob.grant(ORGANIZATION, &["view"], "user:bob")
        .await
        .missing();
    bob.create("service:acme/sales/bobs").await.denied();
    // Nor records.
    assert_eq!(
        (bob.reads(ORDERS).await, bob.writes(ORDERS).await),
        (403, 403)
    );
}

#[tokio::test]
async fn bn_70_a_project_keeps_an_admin() {
    // Decision 10.
    let (_, alice, bob) = granted(&["view"]).await;
    alice
        .revoke(PROJECT, &["admin"], "user:alice")
        .await
        .conflict();
    alice
        .change(PROJECT, &["view"], "user:alice")
        .await
        .conflict();
    alice.grant(PROJECT, &["admin"], "user:bob").await.ok();
    alice.revoke(PROJECT, &["admin"], "user:alice").await.ok();
    bob.revoke(PROJECT, &["admin"], "user:bob").await.conflict();
    assert_eq!(bob.granted(PROJECT, "user:bob").await, ["admin", "view"]);
}

#[tokio::test]
async fn bn_70_who_may_delete_a_project() {
    let (town, alice, bob) = granted(&["view", "create"]).await;
    let carol = town.user("carol").await;
    alice.create("project:acme/other").await.ok();
    carol.delete(PROJECT).await.missing();
    bob.delete(PROJECT).await.denied();
    // Its admin, who need not be the organization's, ...
    alice
        .grant("project:acme/other", &["admin"], "user:bob")
        .await
        .ok();
    bob.delete("project:acme/other").await.ok();
    // ... and the organization's, who need not be its own.
    alice
        .grant(ORGANIZATION, &["view", "create"], "user:carol")
        .await
        .ok();
    carol.delete(PROJECT).await.denied();
    alice
        .grant(ORGANIZATION, &["admin"], "user:carol")
        .await
        .ok();
    carol.delete(PROJECT).await.ok();
    assert_eq!(alice.reads(ORDERS).await, 403);
    alice.show(STREAM).await.missing();
}
