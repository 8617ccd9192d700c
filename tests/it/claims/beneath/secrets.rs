//! BN-82 to BN-87: secrets in general.

use serde_json::json;

use super::*;

#[tokio::test]
async fn bn_82_a_secret_authenticates() {
    let (town, alice) = acme().await;
    assert_eq!(alice.me().await.text("/subject"), "user:alice");
    assert_eq!(alice.me().await.text("/kind"), "full");
    town.nobody().me().await.unauthenticated();
    town.bearer("no secret").me().await.unauthenticated();
    let other = alice.with("full").await;
    other.revoke_secret(&other.jti().await).await.ok();
    other.me().await.unauthenticated();
    alice.me().await.ok();
}

#[tokio::test]
async fn bn_83_a_secret_belongs_to_a_user_or_a_service() {
    let (_town, alice) = acme().await;
    alice.create(BOT).await.ok();
    let users = alice.issue("user:alice", Some("full")).await;
    assert_eq!(
        (users.text("/subject"), users.text("/kind")),
        ("user:alice".into(), "full".into())
    );
    let services = alice.issue(BOT, None).await;
    assert_eq!(
        (services.text("/subject"), services.text("/kind")),
        (BOT.into(), "service".into())
    );
    // Neither nobody's, nor both's, nor another thing's.
    alice.post("/v1/secrets", json!({})).await.bad("subject");
    alice
        .post("/v1/secrets", json!({ "subject": null }))
        .await
        .bad("subject");
    let both = json!({ "subject": "user:alice,service:acme/sales/bot" });
    alice.post("/v1/secrets", both).await.refused(400);
    for object in [ORGANIZATION, PROJECT, STREAM] {
        alice.issue(object, None).await.bad("kind");
    }
    alice.issue("user:*", Some("full")).await.bad("subject");
}

#[tokio::test]
async fn bn_84_a_secret_may_what_its_parent_may() {
    let (town, alice) = acme().await;
    let bob = town.user("bob").await;
    let bot = bot(&alice).await;
    open(&alice).await;
    alice
        .grant(PROJECT, &["view", "create"], "user:bob")
        .await
        .ok();
    alice.grant(STREAM, &["read", "write"], BOT).await.ok();
    let may = async |person: &Person| {
        [
            person.reads(ORDERS).await,
            person.writes(ORDERS).await,
            person.reads(PRICES).await,
        ]
    };
    assert_eq!(may(&bob).await, [200, 200, 200]);
    assert_eq!(may(&bob.with("full").await).await, [200, 200, 200]);
    assert_eq!(may(&bot).await, [200, 200, 403]);
    assert_eq!(may(&alice.service(BOT).await).await, [200, 200, 403]);
    // But for those that only read.
    assert_eq!(may(&bob.with("private_read").await).await, [200, 403, 200]);
    assert_eq!(may(&bob.with("public_read").await).await, [403, 403, 200]);
    // Later than its issue too.
    alice.revoke(STREAM, &["write"], BOT).await.ok();
    assert_eq!(may(&bot).await, [200, 403, 403]);
}

#[tokio::test]
async fn bn_85_secrets_that_only_read_are_for_users() {
    let (_town, alice) = acme().await;
    alice.create(BOT).await.ok();
    for kind in ["private_read", "public_read"] {
        let issued = alice.issue("user:alice", Some(kind)).await;
        assert_eq!(issued.text("/kind"), kind);
        alice.issue(BOT, Some(kind)).await.bad("kind");
    }
    alice.issue(BOT, Some("full")).await.bad("kind");
    assert!(alice.secrets(BOT).await.items().is_empty());
}

#[tokio::test]
async fn bn_86_a_user_creates_secrets_for_nobody_else() {
    let (town, alice) = acme().await;
    let bob = town.user("bob").await;
    alice.issue("user:alice", Some("full")).await.ok();
    member(&alice, &bob, &["view"]).await;
    // bob is in alice's organization, which pays for him and so sees him.
    alice.show("user:bob").await.ok();
    for kind in ["full", "private_read", "public_read"] {
        alice.issue("user:bob", Some(kind)).await.denied();
    }
    alice.secrets("user:bob").await.denied();
    let jti = bob.jti().await;
    alice.revoke_secret(&jti).await.forbidden();
    bob.issue("user:alice", Some("full")).await.missing();
    assert_eq!(bob.secrets("user:bob").await.items().len(), 1);
    // Nor asks what is open to whom elsewhere.
    alice
        .ask("user:bob", "can_read", "stream:bob/p/s")
        .await
        .forbidden();
}

#[tokio::test]
async fn bn_87_an_admin_of_the_organization_creates_secrets_for_its_services() {
    let (town, alice) = acme().await;
    let (bob, eve) = (town.user("bob").await, town.user("eve").await);
    let bot = bot(&alice).await;
    alice.grant(ORGANIZATION, &["admin"], "user:bob").await.ok();
    let issued = bob.issue(BOT, None).await;
    bob.secrets(BOT).await.ok();
    bob.revoke_secret(&issued.text("/jti")).await.ok();

    // Not with view or create on it, nor with everything on the project, ...
    let issued = alice.issue(BOT, None).await.text("/jti");
    for flags in [&["view"][..], &["create"], &["view", "create"]] {
        alice.change(ORGANIZATION, flags, "user:bob").await.ok();
        bob.issue(BOT, None).await.forbidden();
    }
    alice
        .grant(PROJECT, &["view", "create", "admin"], "user:bob")
        .await
        .ok();
    bob.issue(BOT, None).await.denied();
    bob.secrets(BOT).await.denied();
    bob.revoke_secret(&issued).await.forbidden();
    // ... nor as an admin of another one, nor as the service itself.
    eve.create("organization:evil").await.ok();
    eve.issue(BOT, None).await.missing();
    eve.secrets(BOT).await.missing();
    eve.revoke_secret(&issued).await.missing();
    bot.issue(BOT, None).await.unauthenticated();
    bot.secrets(BOT).await.unauthenticated();
    assert_eq!(
        alice.secrets(BOT).await.items().len(),
        3,
        "none of the others"
    );
}
