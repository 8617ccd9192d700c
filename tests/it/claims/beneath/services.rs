//! BN-13, BN-17, BN-23 to BN-25, BN-27: services.

use serde_json::json;

use super::*;

#[tokio::test]
async fn bn_13_access_usage_and_quota_of_a_service_are_controlled() {
    let (town, alice) = acme().await;
    let bot = bot(&alice).await;
    alice.grant(STREAM, &["read"], BOT).await.ok();
    assert_eq!(bot.reads(ORDERS).await, 200);
    alice.has_spent(BOT, (2, 0)).await;
    assert_eq!(alice.usage(BOT).await.items().len(), 1);
    alice.limit(BOT, Some(1_000), Some(2_000)).await.ok();
    alice.grants(BOT).await.ok();
    let audit = alice.audit(BOT).await.each("operation");
    assert_eq!(audit, ["create", "issue-secret", "set-quota"]);
    alice.revoke(STREAM, &["read"], BOT).await.ok();
    assert_eq!(bot.reads(ORDERS).await, 403);

    // Not by who has no rights on it: a stranger, ...
    let eve = town.user("eve").await;
    eve.grant(STREAM, &["read"], BOT).await.missing();
    eve.usage(BOT).await.missing();
    eve.quota(BOT).await.missing();
    eve.limit(BOT, None, Some(1)).await.missing();
    eve.delete(BOT).await.missing();
    // ... who views the project, and so sees the service and its usage, ...
    let bob = town.user("bob").await;
    alice.grant(PROJECT, &["view"], "user:bob").await.ok();
    bob.show(BOT).await.ok();
    bob.usage(BOT).await.ok();
    bob.grant(STREAM, &["read"], BOT).await.denied();
    bob.limit(BOT, None, Some(1)).await.denied();
    bob.delete(BOT).await.denied();
    bob.ask(BOT, "can_read", STREAM).await.denied();
    bob.grants(BOT).await.denied();
    bob.audit(BOT).await.denied();
    // ... nor by who creates in the project or administers it, but not its organization.
    alice
        .change(PROJECT, &["view", "create", "admin"], "user:bob")
        .await
        .ok();
    alice
        .grant(ORGANIZATION, &["view", "create"], "user:bob")
        .await
        .ok();
    bob.grant(STREAM, &["read"], BOT).await.denied();
    bob.limit(BOT, None, Some(1)).await.denied();
    bob.delete(BOT).await.denied();
    bob.create("service:acme/sales/bobs").await.denied();
    let limits = alice.quota(BOT).await;
    assert_eq!(limits.number("/read/limit_bytes"), 1_000);
    assert_eq!(limits.number("/write/limit_bytes"), 2_000);
}

#[tokio::test]
async fn bn_17_a_service_is_created_with_its_quotas() {
    let (town, alice) = acme().await;
    let quota = json!({ "read": 100_000_000, "write": 50_000_000 });
    let body = json!({ "object": BOT, "quota": quota });
    let bob = town.user("bob").await;
    bob.create_with(body.clone()).await.missing();
    alice
        .grant(PROJECT, &["view", "create", "admin"], "user:bob")
        .await
        .ok();
    alice
        .grant(ORGANIZATION, &["view", "create"], "user:bob")
        .await
        .ok();
    bob.create_with(body.clone()).await.denied();
    alice.show(BOT).await.missing();

    alice.create_with(body.clone()).await.ok();
    let limits = alice.quota(BOT).await;
    assert_eq!(limits.number("/read/limit_bytes"), 100_000_000);
    assert_eq!(limits.number("/write/limit_bytes"), 50_000_000);
    // The name is taken there, and free elsewhere.
    alice.create_with(body).await.conflict();
    alice.create("service:acme/sales/Bot").await.bad("object");
    alice.create("project:acme/other").await.ok();
    alice.create("service:acme/other/bot").await.ok();
    assert_eq!(alice.lists("service", PROJECT).await, [BOT]);
}

#[tokio::test]
async fn bn_17_a_service_is_created_with_its_grants_and_secret_at_once_or_not_at_all() {
    let (town, alice) = acme().await;
    let create = json!({ "op": "create", "object": BOT });
    let grant = |relation: &str| {
        let relations = [relation];
        json!({ "op": "grant", "object": STREAM, "relations": relations, "subject": BOT })
    };
    let issue = json!({ "op": "issue_secret", "subject": BOT });
    let wrong = alice.batch(json!([create, grant("view"), issue])).await;
    wrong.bad("operations[1].relations");
    alice.show(BOT).await.missing();
    let right = alice.batch(json!([create, grant("read"), issue])).await;
    let bot = town.bearer(&right.text("/answers/2/secret"));
    assert_eq!(
        (bot.reads(ORDERS).await, bot.writes(ORDERS).await),
        (200, 403)
    );
}

#[tokio::test]
async fn bn_23_a_service_is_no_person() {
    let (town, alice) = acme().await;
    let bot = bot(&alice).await;
    for relation in ["view", "create", "admin"] {
        alice.grant(PROJECT, &[relation], BOT).await.bad("subject");
        alice
            .grant(ORGANIZATION, &[relation], BOT)
            .await
            .bad("subject");
    }
    alice
        .invite(ORGANIZATION, BOT, &["view"])
        .await
        .bad("invitee");
    bot.accept(ORGANIZATION).await.unauthenticated();
    bot.invitations().await.unauthenticated();
    bot.me().await.unauthenticated();
    // It acts through its secrets.
    alice.grant(STREAM, &["read", "write"], BOT).await.ok();
    assert_eq!(
        (bot.reads(ORDERS).await, bot.writes(ORDERS).await),
        (200, 200)
    );
    assert!(town.forwarded().await.iter().all(|(_, who)| who == BOT));
}

#[tokio::test]
async fn bn_24_a_services_permissions_are_tied_to_no_user() {
    let (town, alice) = acme().await;
    let dave = town.user("dave").await;
    member(&alice, &dave, &["view", "create", "admin"]).await;
    alice
        .grant(PROJECT, &["view", "create"], "user:dave")
        .await
        .ok();
    let bot = bot(&dave).await;
    dave.grant(STREAM, &["read"], BOT).await.ok();
    // It does not gain what its creator may.
    let diary = diary(&dave).await;
    assert_eq!(
        (dave.reads(&diary).await, bot.reads(&diary).await),
        (200, 403)
    );
    assert_eq!(
        (dave.writes(ORDERS).await, bot.writes(ORDERS).await),
        (200, 403)
    );

    // Decision 22: it keeps its grants and secrets when that user leaves, and is no more.
    dave.leave(ORGANIZATION).await.ok();
    alice
        .revoke(PROJECT, &["view", "create"], "user:dave")
        .await
        .ok();
    assert_eq!(
        (dave.reads(ORDERS).await, bot.reads(ORDERS).await),
        (403, 200)
    );
    dave.delete("project:dave/own").await.ok();
    town.operator().delete("user:dave").await.ok();
    dave.me().await.unauthenticated();
    assert_eq!(
        (bot.reads(ORDERS).await, bot.writes(ORDERS).await),
        (200, 403)
    );
    assert_eq!(alice.granted(STREAM, BOT).await, ["read"]);
}

#[tokio::test]
async fn bn_25_secrets_of_a_service_end_with_it() {
    let (town, alice) = acme().await;
    let bot = bot(&alice).await;
    alice.grant(STREAM, &["read"], BOT).await.ok();
    assert_eq!(bot.reads(ORDERS).await, 200);
    assert_eq!(town.forwarded().await[0].1, BOT);
    alice.delete(BOT).await.ok();
    bot.read(ORDERS).await.unauthenticated();
    alice.issue(BOT, None).await.missing();

    // A service of the same name inherits nothing.
    alice.create(BOT).await.ok();
    bot.read(ORDERS).await.unauthenticated();
    let heir = alice.service(BOT).await;
    assert_eq!(heir.reads(ORDERS).await, 403);
    assert!(alice.granted(STREAM, BOT).await.is_empty());
    assert_eq!(alice.secrets(BOT).await.items().len(), 1);
}

#[tokio::test]
async fn bn_25_who_may_delete_a_service() {
    let (town, alice) = acme().await;
    let bob = town.user("bob").await;
    alice.create(BOT).await.ok();
    alice
        .grant(PROJECT, &["view", "create", "admin"], "user:bob")
        .await
        .ok();
    bob.delete(BOT).await.denied();
    alice.grant(ORGANIZATION, &["admin"], "user:bob").await.ok();
    bob.delete(BOT).await.ok();
    alice.show(BOT).await.missing();
}

#[tokio::test]
async fn bn_27_a_service_has_zero_or_more_secrets() {
    let (town, alice) = acme().await;
    alice.create(BOT).await.ok();
    assert!(alice.secrets(BOT).await.items().is_empty());
    alice.grant(STREAM, &["read"], BOT).await.ok();
    let one = alice.issue(BOT, None).await;
    let first = town.bearer(&one.text("/secret"));
    assert_eq!(first.reads(ORDERS).await, 200);
    let others = [alice.service(BOT).await, alice.service(BOT).await];
    assert_eq!(alice.secrets(BOT).await.items().len(), 3);
    for other in &others {
        assert_eq!(other.reads(ORDERS).await, 200);
    }
    assert!(town.forwarded().await.iter().all(|(_, who)| who == BOT));

    // Revoking one leaves the others.
    alice.revoke_secret(&one.text("/jti")).await.ok();
    first.read(ORDERS).await.unauthenticated();
    for other in &others {
        assert_eq!(other.reads(ORDERS).await, 200);
    }
}
