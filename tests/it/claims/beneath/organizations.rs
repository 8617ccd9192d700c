//! BN-48 to BN-52, BN-54 to BN-57: users and organizations.

use super::*;

/// Reads so many bytes of a table of one's own.
async fn reads(person: &Person, size: u64) {
    let id = person.name().trim_start_matches("user:");
    let path = format!("/{id}/own/diary?size={size}");
    assert_eq!(person.reads(&path).await, 200);
}

#[tokio::test]
async fn bn_48_exactly_one_organization_pays_for_a_user() {
    let (town, alice) = acme().await;
    let (bob, carol) = (town.user("bob").await, town.user("carol").await);
    bob.create("organization:beta").await.ok();
    diary(&carol).await;
    let spent = async || {
        [
            carol.spent("organization:carol").await.0,
            alice.spent(ORGANIZATION).await.0,
            bob.spent("organization:beta").await.0,
        ]
    };
    reads(&carol, 1).await;
    carol.has_spent("user:carol", (1, 0)).await;
    assert_eq!(spent().await, [1, 0, 0]);
    member(&alice, &carol, &["view"]).await;
    reads(&carol, 2).await;
    carol.has_spent("user:carol", (3, 0)).await;
    assert_eq!(spent().await, [1, 2, 0]);
    // The last one that took over pays, alone.
    bob.invite("organization:beta", "user:carol", &["view"])
        .await
        .ok();
    carol.accept("organization:beta").await.ok();
    reads(&carol, 4).await;
    carol.has_spent("user:carol", (7, 0)).await;
    assert_eq!(spent().await, [1, 2, 4]);
    // Leaving one that does not pay moves nothing; leaving the one that pays brings the bill home.
    carol.leave(ORGANIZATION).await.ok();
    reads(&carol, 8).await;
    carol.has_spent("user:carol", (15, 0)).await;
    assert_eq!(spent().await, [1, 2, 12]);
    bob.remove("organization:beta", "user:carol").await.ok();
    reads(&carol, 16).await;
    carol.has_spent("user:carol", (31, 0)).await;
    assert_eq!(spent().await, [17, 2, 12]);
}

#[tokio::test]
async fn bn_48_who_pays_is_neither_nobody_nor_taken_over_unasked() {
    let (town, alice) = acme().await;
    let (bob, carol) = (town.user("bob").await, town.user("carol").await);
    diary(&carol).await;
    let bill = "billing_organization";
    // Not granted, not taken away.
    for relation in [bill, "myself"] {
        let grant = alice.grant("user:carol", &[relation], ORGANIZATION).await;
        grant.missing();
        let grant = carol.grant("user:carol", &[relation], ORGANIZATION).await;
        grant.bad("relations");
        let from = "organization:carol";
        let revoke = carol.revoke("user:carol", &[relation], from).await;
        revoke.bad("relations");
    }
    // Not moved by who is not in charge of both.
    alice
        .move_to("user:carol", bill, ORGANIZATION)
        .await
        .missing();
    carol
        .move_to("user:carol", bill, ORGANIZATION)
        .await
        .missing();
    alice
        .grant(ORGANIZATION, &["view", "create"], "user:carol")
        .await
        .ok();
    carol
        .move_to("user:carol", bill, ORGANIZATION)
        .await
        .denied();
    carol
        .move_to("user:carol", bill, "organization:none")
        .await
        .missing();
    carol
        .move_to("user:carol", bill, "user:carol")
        .await
        .bad("to");
    carol
        .move_to("user:carol", "myself", "user:alice")
        .await
        .bad("relation");
    // Moved by who is.
    member(&alice, &carol, &["view"]).await;
    alice.create("organization:second").await.ok();
    bob.move_to("user:carol", bill, "organization:bob")
        .await
        .missing();
    alice
        .move_to("user:carol", bill, "organization:second")
        .await
        .ok();
    reads(&carol, 5).await;
    alice.has_spent("organization:second", (5, 0)).await;
    assert_eq!(alice.spent(ORGANIZATION).await, (0, 0));
    // Who pays sees the user, and nothing that is between the user and others.
    carol.grants("user:carol").await.ok();
    alice.show("user:carol").await.ok();
    alice.grants("user:carol").await.denied();
    alice.audit("user:carol").await.denied();
    carol.audit("user:carol").await.ok();
    // An organization that pays for somebody is not deleted.
    alice.delete("organization:second").await.conflict();
    carol.delete("organization:carol").await.conflict();
    alice.move_to("user:carol", bill, ORGANIZATION).await.ok();
    alice.delete("organization:second").await.ok();
}

#[tokio::test]
async fn bn_49_a_personal_organization_comes_with_the_user() {
    let town = town().await;
    let carol = town.user("carol").await;
    let own = "organization:carol";
    carol.show(own).await.ok();
    assert_eq!(
        carol.granted(own, "user:carol").await,
        ["admin", "create", "view"]
    );
    carol.create("project:carol/p").await.ok();
    carol.create("stream:carol/p/s").await.ok();
    assert_eq!(carol.reads("/carol/p/s?size=6").await, 200);
    carol.has_spent(own, (6, 0)).await;

    // A name that an organization has is refused, and nothing is left behind.
    let dave = town.user("dave").await;
    dave.create("organization:taken").await.ok();
    let operator = town.operator();
    operator.create("user:taken").await.conflict();
    operator.show("user:taken").await.missing();
    operator.create("user:carol").await.conflict();
    carol.create("organization:carol").await.conflict();
    // Decision 17.
    carol.show("organization:Carol").await.ok();
    for name in [
        "Carol",
        "1st",
        "-a",
        "_a",
        "a b",
        "a.b",
        "ä",
        "",
        &"a".repeat(41),
    ] {
        operator.create(&format!("user:{name}")).await.bad("object");
    }
    // It ends with the user, not before.
    carol.delete("project:carol/p").await.ok();
    carol.delete(own).await.conflict();
    operator.delete("user:carol").await.ok();
    operator.show(own).await.missing();
    carol.me().await.unauthenticated();
    // Who takes the names then finds nothing of it.
    let heir = town.user("carol").await;
    assert!(heir.lists("project", own).await.is_empty());
    assert_eq!(heir.spent(own).await, (0, 0));
}

#[tokio::test]
async fn bn_49_the_operator_registers_and_deletes_users() {
    let town = town().await;
    let (alice, bob) = (town.user("alice").await, town.user("bob").await);
    alice.create("user:eve").await.forbidden();
    town.nobody().create("user:eve").await.unauthenticated();
    alice.delete("user:bob").await.missing();
    bob.delete("user:bob").await.denied();
    alice.show("user:bob").await.missing();
    bob.show("user:bob").await.ok();
    town.operator().show("user:bob").await.ok();
}

#[tokio::test]
async fn bn_50_who_leaves_has_the_personal_organization() {
    let (town, alice) = acme().await;
    let carol = town.user("carol").await;
    diary(&carol).await;
    member(&alice, &carol, &["view", "create"]).await;
    reads(&carol, 5).await;
    alice.has_spent(ORGANIZATION, (5, 0)).await;
    carol.leave(ORGANIZATION).await.ok();
    assert!(alice.granted(ORGANIZATION, "user:carol").await.is_empty());
    carol.show(ORGANIZATION).await.missing();
    reads(&carol, 7).await;
    carol.has_spent("organization:carol", (7, 0)).await;
    assert_eq!(alice.spent(ORGANIZATION).await, (5, 0));
    // acme has no say any more.
    alice.usage("user:carol").await.missing();
    // One is never without: the personal one is not left.
    carol.leave("organization:carol").await.conflict();
    carol.leave(ORGANIZATION).await.missing();
    reads(&carol, 1).await;
    carol.has_spent("organization:carol", (8, 0)).await;
}

#[tokio::test]
async fn bn_51_a_user_has_zero_or_more_secrets() {
    let town = town().await;
    let (alice, bob) = (town.user("alice").await, town.user("bob").await);
    let second = alice.with("full").await;
    let third = alice.with("full").await;
    assert_eq!(alice.secrets("user:alice").await.items().len(), 3);
    for one in [&second, &third] {
        assert_eq!(one.me().await.text("/subject"), "user:alice");
    }
    // None is another's.
    bob.revoke_secret(&second.jti().await).await.missing();
    let body = serde_json::json!({ "subject": ["user:alice", "user:bob"], "kind": "full" });
    alice.post("/v1/secrets", body).await.bad("subject");
    let listed = bob.secrets("user:bob").await.each("subject");
    assert_eq!(listed, ["user:bob"]);
    // Down to none.
    for one in [&second, &third, &alice] {
        one.revoke_secret(&one.jti().await).await.ok();
        one.me().await.unauthenticated();
    }
    // A leaked one is revoked by the operator too.
    let jti = bob.jti().await;
    town.operator().revoke_secret(&jti).await.ok();
    bob.me().await.unauthenticated();
}

#[tokio::test]
async fn bn_52_a_user_is_granted_organizations_and_projects_alone() {
    let (town, alice) = acme().await;
    let bob = town.user("bob").await;
    alice.create(BOT).await.ok();
    alice
        .create("stream_instance:acme/sales/orders/v1")
        .await
        .ok();
    alice.grant(ORGANIZATION, &["view"], "user:bob").await.ok();
    alice.grant(PROJECT, &["view"], "user:bob").await.ok();
    assert_eq!(bob.reads(ORDERS).await, 200);
    for object in [
        STREAM,
        BOT,
        "stream_instance:acme/sales/orders/v1",
        "user:alice",
    ] {
        for relation in ["view", "create", "admin"] {
            let reply = alice.grant(object, &[relation], "user:bob").await;
            reply.bad("relations");
        }
    }
}

#[tokio::test]
async fn bn_54_projects_and_services_have_an_organization() {
    let (town, alice) = acme().await;
    alice.create("project:lonely").await.bad("object");
    alice.create("service:acme/bot").await.missing();
    alice.create("service:bot").await.bad("object");
    alice.create("project:none/p").await.missing();
    alice.create("service:none/p/bot").await.missing();
    alice.create("service:acme/none/bot").await.missing();
    town.operator()
        .create("project:acme/operators")
        .await
        .forbidden();
    // Users, organizations and projects are listed for who sees them.
    assert_eq!(alice.lists("project", ORGANIZATION).await, [PROJECT]);
    assert_eq!(alice.lists("project", "organization:alice").await.len(), 0);
}

#[tokio::test]
async fn bn_54_anyone_registered_makes_organizations() {
    let (town, alice) = acme().await;
    let bob = town.user("bob").await;
    bob.create("organization:bobs").await.ok();
    assert_eq!(
        bob.granted("organization:bobs", "user:bob").await,
        ["admin", "create", "view"]
    );
    alice.show("organization:bobs").await.missing();
    // For another only by the operator.
    let body = |object: &str| serde_json::json!({ "object": object, "owner": "user:bob" });
    alice.create_with(body("organization:gift")).await.denied();
    town.operator()
        .create_with(body("organization:gift"))
        .await
        .ok();
    assert_eq!(
        bob.granted("organization:gift", "user:bob").await,
        ["admin", "create", "view"]
    );
    let bot = bot(&alice).await;
    bot.create("organization:bots").await.unauthenticated();
    town.nobody()
        .create("organization:nobodys")
        .await
        .unauthenticated();
}

#[tokio::test]
async fn bn_55_each_billable_resource_has_one_organization() {
    let (_town, alice) = acme().await;
    diary(&alice).await;
    let bot = bot(&alice).await;
    alice.grant(STREAM, &["read"], BOT).await.ok();
    reads(&alice, 3).await;
    assert_eq!(bot.reads(&format!("{ORDERS}?size=5")).await, 200);
    alice.has_spent("organization:alice", (3, 0)).await;
    alice.has_spent(ORGANIZATION, (5, 0)).await;
    // The link of what lies in it is nobody's to move.
    for (object, relation) in [
        (PROJECT, "organization"),
        (STREAM, "project"),
        (BOT, "project"),
    ] {
        let moved = alice.move_to(object, relation, "organization:alice").await;
        moved.bad("relation");
        let granted = alice.grant(object, &[relation], "organization:alice").await;
        granted.bad("relations");
        let revoked = alice.revoke(object, &[relation], ORGANIZATION).await;
        revoked.bad("relations");
    }
}

#[tokio::test]
async fn bn_56_an_organization_keeps_an_admin() {
    let (town, alice) = acme().await;
    let bob = town.user("bob").await;
    let last = async |person: &Person| {
        let name = person.name();
        person
            .revoke(ORGANIZATION, &["admin"], name)
            .await
            .conflict();
        let all = ["view", "create", "admin"];
        person.revoke(ORGANIZATION, &all, name).await.conflict();
        person
            .change(ORGANIZATION, &["view"], name)
            .await
            .conflict();
        person.leave(ORGANIZATION).await.conflict();
        person.remove(ORGANIZATION, name).await.conflict();
        assert_eq!(
            person.granted(ORGANIZATION, name).await,
            ["admin", "create", "view"]
        );
    };
    last(&alice).await;
    alice
        .grant(ORGANIZATION, &["view", "create"], "user:bob")
        .await
        .ok();
    last(&alice).await;
    alice.grant(ORGANIZATION, &["admin"], "user:bob").await.ok();
    alice.leave(ORGANIZATION).await.ok();
    last(&bob).await;
    // Nor is the last one deleted.
    town.operator().delete("user:bob").await.conflict();
    bob.me().await.ok();
    // The personal one has its user.
    alice.leave("organization:alice").await.conflict();
}

#[tokio::test]
async fn bn_57_an_organization_has_zero_or_more_projects_and_services() {
    let town = town().await;
    let alice = town.user("alice").await;
    alice.create(ORGANIZATION).await.ok();
    assert!(alice.lists("project", ORGANIZATION).await.is_empty());
    for name in ["one", "three", "two"] {
        alice.create(&format!("project:acme/{name}")).await.ok();
    }
    let projects = alice.lists("project", ORGANIZATION).await;
    assert_eq!(
        projects,
        ["project:acme/one", "project:acme/three", "project:acme/two"]
    );
    assert!(alice.lists("service", "project:acme/one").await.is_empty());
    for name in ["a", "b"] {
        alice.create(&format!("service:acme/one/{name}")).await.ok();
    }
    let services = alice.lists("service", "project:acme/one").await;
    assert_eq!(services, ["service:acme/one/a", "service:acme/one/b"]);
    assert!(alice.lists("service", "project:acme/two").await.is_empty());
}
