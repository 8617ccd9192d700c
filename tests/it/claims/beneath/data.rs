//! BN-01 to BN-05, BN-14 to BN-16, BN-18, BN-19, BN-28, BN-42, BN-44: who reads and writes what.

use super::*;

#[tokio::test]
async fn bn_01_users_and_services_are_granted_permissions_on_resources() {
    let (town, alice) = acme().await;
    let bob = town.user("bob").await;
    let carol = town.user("carol").await;
    let bot = bot(&alice).await;
    alice.grant(PROJECT, &["view"], "user:bob").await.ok();
    alice
        .grant(ORGANIZATION, &["create"], "user:bob")
        .await
        .ok();
    alice.grant(STREAM, &["read"], BOT).await.ok();

    // Each has exactly that.
    assert_eq!(alice.granted(PROJECT, "user:bob").await, ["view"]);
    assert_eq!(alice.granted(ORGANIZATION, "user:bob").await, ["create"]);
    assert_eq!(alice.granted(STREAM, BOT).await, ["read"]);
    assert_eq!(bob.reads(ORDERS).await, 200);
    assert_eq!(bob.writes(ORDERS).await, 403);
    bob.create("stream:acme/sales/more").await.denied();
    bob.create("project:acme/bobs").await.ok();
    bob.create("service:acme/sales/other").await.denied();
    assert_eq!(bot.reads(ORDERS).await, 200);
    assert_eq!(bot.writes(ORDERS).await, 403);

    // Without a grant: nothing.
    assert_eq!(carol.reads(ORDERS).await, 403);
    assert_eq!(carol.writes(ORDERS).await, 403);
    for object in [ORGANIZATION, PROJECT, STREAM, BOT] {
        carol.show(object).await.missing();
        carol.delete(object).await.missing();
        carol.grant(object, &["view"], "user:carol").await.missing();
    }
    carol.create("stream:acme/sales/more").await.missing();
    carol.create("project:acme/more").await.missing();
    alice.create("service:acme/sales/idle").await.ok();
    let idle = alice.service("service:acme/sales/idle").await;
    assert_eq!(
        (idle.reads(ORDERS).await, idle.writes(ORDERS).await),
        (403, 403)
    );
}

#[tokio::test]
async fn bn_02_kinds_of_resources_have_permissions_of_their_own() {
    let (town, alice) = acme().await;
    town.user("bob").await;
    alice.create(BOT).await.ok();
    for object in [ORGANIZATION, PROJECT] {
        for relation in ["view", "create", "admin"] {
            alice.grant(object, &[relation], "user:bob").await.ok();
        }
        let granted = alice.granted(object, "user:bob").await;
        assert_eq!(granted, ["admin", "create", "view"]);
        for relation in ["read", "write", "owner", "can_view", ""] {
            let reply = alice.grant(object, &[relation], "user:bob").await;
            reply.bad("relations");
        }
    }
    for relation in ["read", "write"] {
        alice.grant(STREAM, &[relation], BOT).await.ok();
    }
    for relation in ["view", "create", "admin", "can_read"] {
        let reply = alice.grant(STREAM, &[relation], BOT).await;
        reply.bad("relations");
    }
}

#[tokio::test]
async fn bn_03_anyone_reads_the_tables_of_a_public_project() {
    let (town, alice) = acme().await;
    let (bob, nobody) = (town.user("bob").await, town.nobody());
    let query = "/acme/sales/orders/-/query";
    alice.create("project:acme/closed").await.ok();
    alice.create("stream:acme/closed/plans").await.ok();
    assert_eq!(
        (bob.reads(ORDERS).await, bob.reads(query).await),
        (403, 403)
    );
    assert_eq!(nobody.reads(ORDERS).await, 401);

    publish(&alice, PROJECT).await;
    assert_eq!(
        (bob.reads(ORDERS).await, bob.reads(query).await),
        (200, 200)
    );
    // Decision 9: "anyone" has no need of a secret.
    assert_eq!(
        (nobody.reads(ORDERS).await, nobody.reads(query).await),
        (200, 200)
    );
    assert!(bob.may("can_view", PROJECT).await);

    // No write, create or admin; nothing elsewhere.
    assert_eq!(
        (bob.writes(ORDERS).await, nobody.writes(ORDERS).await),
        (403, 401)
    );
    bob.create("stream:acme/sales/more").await.denied();
    bob.delete(STREAM).await.denied();
    bob.delete(PROJECT).await.denied();
    bob.grant(PROJECT, &["view"], "user:bob").await.denied();
    bob.revoke(PROJECT, &["public"], "user:*").await.denied();
    bob.grants(PROJECT).await.denied();
    assert_eq!(bob.reads("/acme/closed/plans").await, 403);
    assert_eq!(nobody.reads("/acme/closed/plans").await, 401);

    unpublish(&alice, PROJECT).await;
    assert_eq!(
        (bob.reads(ORDERS).await, nobody.reads(ORDERS).await),
        (403, 401)
    );
    bob.show(PROJECT).await.missing();
}

#[tokio::test]
async fn bn_03_only_an_admin_of_the_project_marks_it_public() {
    let (town, alice) = acme().await;
    let bob = town.user("bob").await;
    alice
        .grant(PROJECT, &["view", "create"], "user:bob")
        .await
        .ok();
    bob.grant(PROJECT, &["public"], "user:*").await.denied();
    bob.grant(PROJECT, &["public"], "anonymous:*")
        .await
        .denied();
    alice.change(PROJECT, &["admin"], "user:bob").await.ok();
    bob.grant(PROJECT, &["public"], "user:*").await.ok();
    // It is a mark, no grant to somebody.
    let reply = alice.grant(PROJECT, &["public"], "user:bob").await;
    reply.bad("subject");
}

#[tokio::test]
async fn bn_04_requests_are_authenticated_with_a_secret() {
    let (town, alice) = acme().await;
    let bot = bot(&alice).await;
    open(&alice).await;
    alice.grant(STREAM, &["read"], BOT).await.ok();
    assert_eq!(alice.me().await.text("/subject"), "user:alice");
    assert_eq!(
        (alice.reads(ORDERS).await, bot.reads(ORDERS).await),
        (200, 200)
    );
    let forwarded = town.forwarded().await;
    let asked_by: Vec<&str> = forwarded.iter().map(|(_, who)| who.as_str()).collect();
    assert_eq!(asked_by, ["user:alice", BOT]);

    // One that does not hold is refused, on public tables too: its bearer is not "anyone".
    let other = alice.with("full").await;
    alice.revoke_secret(&other.jti().await).await.ok();
    let (head, signature) = bot.secret().rsplit_once('.').unwrap_or_default();
    let mut forged = signature.to_owned();
    forged.replace_range(..1, if signature.starts_with('A') { "B" } else { "A" });
    for secret in [
        other.secret(),
        "unknown",
        "a.b.c",
        "",
        &format!("{head}.{forged}"),
        &format!("{head}."),
    ] {
        let bearer = town.bearer(secret);
        bearer.me().await.unauthenticated();
        bearer.create("project:acme/more").await.unauthenticated();
        bearer.read(ORDERS).await.unauthenticated();
        bearer.read(PRICES).await.unauthenticated();
    }
    town.nobody().me().await.unauthenticated();
    assert_eq!(
        town.forwarded().await.len(),
        2,
        "nothing of that has passed"
    );
    assert_eq!(alice.reads(ORDERS).await, 200, "the other secret holds");
}

#[tokio::test]
async fn bn_05_a_services_secret_is_counted_on_the_service_and_limited_to_it() {
    let (_town, alice) = acme().await;
    let bot = bot(&alice).await;
    alice.create("stream:acme/sales/leads").await.ok();
    alice.grant(STREAM, &["read"], BOT).await.ok();
    assert_eq!(bot.reads("/acme/sales/orders?size=70").await, 200);
    alice.has_spent(BOT, (70, 0)).await;
    assert_eq!(alice.spent("user:alice").await, (0, 0));

    // Never what its issuer may.
    assert_eq!(alice.reads("/acme/sales/leads").await, 200);
    assert_eq!(bot.reads("/acme/sales/leads").await, 403);
    assert_eq!(
        (alice.writes(ORDERS).await, bot.writes(ORDERS).await),
        (200, 403)
    );
    bot.create("stream:acme/sales/more").await.unauthenticated();
    bot.grants(PROJECT).await.unauthenticated();
}

#[tokio::test]
async fn bn_14_by_default_a_service_reads_no_table() {
    let (_town, alice) = acme().await;
    alice.create("stream:acme/sales/leads").await.ok();
    let bot = bot(&alice).await;
    for path in [ORDERS, "/acme/sales/leads", "/acme/sales/orders/-/query"] {
        assert_eq!(bot.reads(path).await, 403, "{path}");
    }
    alice.grant(STREAM, &["read"], BOT).await.ok();
    assert_eq!(bot.reads(ORDERS).await, 200);
    assert_eq!(bot.reads("/acme/sales/orders/-/query").await, 200);
    assert_eq!(bot.reads("/acme/sales/leads").await, 403);
    alice.revoke(STREAM, &["read"], BOT).await.ok();
    assert_eq!(bot.reads(ORDERS).await, 403);
}

#[tokio::test]
async fn bn_15_a_service_needs_a_grant_for_public_tables_too() {
    let (town, alice) = acme().await;
    let bob = town.user("bob").await;
    let bot = bot(&alice).await;
    open(&alice).await;
    assert_eq!(
        (bob.reads(PRICES).await, bot.reads(PRICES).await),
        (200, 403)
    );
    let prices = "stream:acme/open/prices";
    alice.grant(prices, &["read"], BOT).await.ok();
    assert_eq!(bot.reads(PRICES).await, 200);

    // Decision 4: bob has no rights in acme, but the project is public and the service his.
    bob.create("project:bob/p").await.ok();
    bob.create("service:bob/p/crawler").await.ok();
    let crawler = bob.service("service:bob/p/crawler").await;
    assert_eq!(crawler.reads(PRICES).await, 403);
    bob.grant(prices, &["read"], "service:bob/p/crawler")
        .await
        .ok();
    assert_eq!(crawler.reads(PRICES).await, 200);
    // Not to write, not to another's service, not where the project is not public.
    let write = bob.grant(prices, &["write"], "service:bob/p/crawler");
    write.await.denied();
    bob.grant(prices, &["read"], BOT).await.forbidden();
    let closed = bob.grant(STREAM, &["read"], "service:bob/p/crawler");
    closed.await.missing();
    alice.grant(PROJECT, &["view"], "user:bob").await.ok();
    let viewed = bob.grant(STREAM, &["read"], "service:bob/p/crawler");
    viewed.await.denied();
    // And not without rights on the service, even for who may create in the stream's project.
    alice.grant(PROJECT, &["create"], "user:bob").await.ok();
    bob.grant(STREAM, &["read"], BOT).await.denied();
    bob.grant(STREAM, &["write"], BOT).await.denied();
    let own = bob.grant(STREAM, &["read", "write"], "service:bob/p/crawler");
    own.await.ok();
    assert_eq!(
        (crawler.reads(ORDERS).await, crawler.writes(ORDERS).await),
        (200, 200)
    );
}

#[tokio::test]
async fn bn_15_a_grant_is_taken_back_from_either_side() {
    let (town, alice) = acme().await;
    let bob = town.user("bob").await;
    let eve = town.user("eve").await;
    open(&alice).await;
    let prices = "stream:acme/open/prices";
    bob.create("project:bob/p").await.ok();
    bob.create("service:bob/p/crawler").await.ok();
    let crawler = bob.service("service:bob/p/crawler").await;
    let relations: &[&str] = &["read", "write"];
    for by in [&alice, &bob] {
        bob.grant(prices, &["read"], crawler.name()).await.ok();
        assert_eq!(crawler.reads(PRICES).await, 200);
        eve.revoke(prices, &["read"], crawler.name()).await.denied();
        by.revoke(prices, &["read"], crawler.name()).await.ok();
        assert_eq!(crawler.reads(PRICES).await, 403);
    }
    alice
        .grant("project:acme/open", &["create"], "user:bob")
        .await
        .ok();
    for by in [&alice, &bob] {
        bob.grant(prices, relations, crawler.name()).await.ok();
        assert_eq!(crawler.writes(PRICES).await, 200);
        eve.revoke(prices, &["write"], crawler.name())
            .await
            .denied();
        by.revoke(prices, relations, crawler.name()).await.ok();
        assert_eq!(crawler.writes(PRICES).await, 403);
    }
    // Whose service it is need not see the stream's project any more than anyone.
    bob.grant(prices, relations, crawler.name()).await.ok();
    alice
        .revoke("project:acme/open", &["create"], "user:bob")
        .await
        .ok();
    bob.revoke(prices, relations, crawler.name()).await.ok();
    assert_eq!(
        (crawler.reads(PRICES).await, crawler.writes(PRICES).await),
        (403, 403)
    );
}

#[tokio::test]
async fn bn_16_a_user_needs_no_grant_for_public_tables() {
    let (town, alice) = acme().await;
    let bob = town.user("bob").await;
    open(&alice).await;
    assert_eq!(bob.reads(PRICES).await, 200);
    assert_eq!(bob.reads("/acme/open/prices/-/query").await, 200);
    assert_eq!(bob.writes(PRICES).await, 403);
}

#[tokio::test]
async fn bn_18_the_flags_that_are_given_are_granted() {
    let (_town, alice) = acme().await;
    let bot = bot(&alice).await;
    alice.grant(STREAM, &["read", "write"], BOT).await.ok();
    assert_eq!(
        (bot.reads(ORDERS).await, bot.writes(ORDERS).await),
        (200, 200)
    );
    alice.change(STREAM, &["read"], BOT).await.ok();
    assert_eq!(
        (bot.reads(ORDERS).await, bot.writes(ORDERS).await),
        (200, 403)
    );

    alice.create("service:acme/sales/reader").await.ok();
    let reader = alice.service("service:acme/sales/reader").await;
    alice.grant(STREAM, &["read"], reader.name()).await.ok();
    assert_eq!(
        (reader.reads(ORDERS).await, reader.writes(ORDERS).await),
        (200, 403)
    );
}

#[tokio::test]
async fn bn_19_read_and_write_are_granted_independently() {
    let (_town, alice) = acme().await;
    let bot = bot(&alice).await;
    alice.grant(STREAM, &["write"], BOT).await.ok();
    assert_eq!(
        (bot.reads(ORDERS).await, bot.writes(ORDERS).await),
        (403, 200)
    );
    alice.grant(STREAM, &["read"], BOT).await.ok();
    assert_eq!(
        (bot.reads(ORDERS).await, bot.writes(ORDERS).await),
        (200, 200)
    );
    alice.revoke(STREAM, &["write"], BOT).await.ok();
    assert_eq!(
        (bot.reads(ORDERS).await, bot.writes(ORDERS).await),
        (200, 403)
    );
}

#[tokio::test]
async fn bn_28_a_service_is_granted_access_to_a_stream() {
    let (_town, alice) = acme().await;
    let bot = bot(&alice).await;
    assert_eq!(bot.reads(ORDERS).await, 403);
    alice.grant(STREAM, &["read"], BOT).await.ok();
    assert_eq!(
        (bot.reads(ORDERS).await, bot.writes(ORDERS).await),
        (200, 403)
    );
    assert!(alice.says(BOT, "can_read", STREAM).await);
    assert!(!alice.says(BOT, "can_write", STREAM).await);
}
