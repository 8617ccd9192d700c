//! BN-42 to BN-46: users on projects and tables.

use super::*;

#[tokio::test]
async fn bn_42_users_are_given_tables_by_their_project() {
    let (town, alice) = acme().await;
    let bob = town.user("bob").await;
    alice.create("stream:acme/sales/leads").await.ok();
    alice.create("project:acme/other").await.ok();
    alice.create("stream:acme/other/plans").await.ok();
    alice.grant(PROJECT, &["view"], "user:bob").await.ok();
    alice.create("stream:acme/sales/later").await.ok();
    for path in [ORDERS, "/acme/sales/leads", "/acme/sales/later"] {
        assert_eq!(bob.reads(path).await, 200, "{path}");
        assert_eq!(bob.writes(path).await, 403, "{path}");
    }
    assert_eq!(bob.reads("/acme/other/plans").await, 403);
    bob.show("project:acme/other").await.missing();
    bob.show("stream:acme/other/plans").await.missing();
}

#[tokio::test]
async fn bn_43_a_user_is_granted_no_single_table() {
    let (town, alice) = acme().await;
    let bob = town.user("bob").await;
    for relation in ["read", "write"] {
        alice
            .grant(STREAM, &[relation], "user:bob")
            .await
            .bad("subject");
        alice
            .grant(STREAM, &[relation], "user:*")
            .await
            .bad("subject");
        alice
            .grant(STREAM, &[relation], "anonymous:*")
            .await
            .bad("subject");
    }
    for relation in ["view", "create", "admin", "public"] {
        alice
            .grant(STREAM, &[relation], "user:bob")
            .await
            .bad("relations");
    }
    alice
        .grant(STREAM, &["root_of"], "user:bob")
        .await
        .bad("subject");
    assert_eq!(
        (bob.reads(ORDERS).await, bob.writes(ORDERS).await),
        (403, 403)
    );
}

#[tokio::test]
async fn bn_44_a_service_is_granted_a_single_table() {
    let (_town, alice) = acme().await;
    let bot = bot(&alice).await;
    alice.create("stream:acme/sales/leads").await.ok();
    alice.grant(STREAM, &["read", "write"], BOT).await.ok();
    let leads = "/acme/sales/leads";
    assert_eq!(
        (bot.reads(ORDERS).await, bot.writes(ORDERS).await),
        (200, 200)
    );
    assert_eq!(
        (bot.reads(leads).await, bot.writes(leads).await),
        (403, 403)
    );
}

#[tokio::test]
async fn bn_45_an_admin_adds_a_user_to_a_project_and_changes_the_flags() {
    let (town, alice) = acme().await;
    let bob = town.user("bob").await;
    let eve = town.user("eve").await;
    let made = ["stream:acme/sales/one", "stream:acme/sales/two"];
    // view, create, admin; reads, creates, administers
    for flags in [
        &["view"][..],
        &["create"],
        &["admin"],
        &["create", "view"],
        &["admin", "view"],
        &["admin", "create"],
        &["admin", "create", "view"],
    ] {
        if alice.granted(PROJECT, "user:bob").await.is_empty() {
            alice.change(PROJECT, flags, "user:bob").await.missing();
            alice.grant(PROJECT, flags, "user:bob").await.ok();
        } else {
            alice.change(PROJECT, flags, "user:bob").await.ok();
        }
        assert_eq!(alice.granted(PROJECT, "user:bob").await, flags);
        let (reads, creates, administers) = (
            flags.contains(&"view"),
            flags.contains(&"create"),
            flags.contains(&"admin"),
        );
        assert_eq!(bob.reads(ORDERS).await == 200, reads, "{flags:?}");
        assert_eq!(bob.writes(ORDERS).await == 200, creates, "{flags:?}");
        let created = bob.create(made[0]).await;
        let granted = bob.grant(PROJECT, &["view"], "user:eve").await;
        if creates {
            created.ok();
            bob.delete(made[0]).await.ok();
        } else {
            created.denied();
            bob.delete(STREAM).await.denied();
        }
        if administers {
            granted.ok();
            bob.revoke(PROJECT, &["view"], "user:eve").await.ok();
        } else {
            granted.denied();
            bob.change(PROJECT, &["admin"], "user:bob").await.denied();
            bob.revoke(PROJECT, &["admin"], "user:alice").await.denied();
        }
        assert_eq!(eve.reads(ORDERS).await, 403);
    }
    alice
        .revoke(PROJECT, &["view", "create", "admin"], "user:bob")
        .await
        .ok();
    bob.create(made[1]).await.missing();
    assert_eq!(
        (bob.reads(ORDERS).await, bob.writes(ORDERS).await),
        (403, 403)
    );
    // An admin of the organization is none of the project.
    alice.grant(ORGANIZATION, &["admin"], "user:bob").await.ok();
    bob.grant(PROJECT, &["view"], "user:bob").await.denied();
}

#[tokio::test]
async fn bn_46_a_grantee_is_billed_where_it_was() {
    let (town, alice) = acme().await;
    let (bob, dave) = (town.user("bob").await, town.user("dave").await);
    bob.create("organization:beta").await.ok();
    bob.invite("organization:beta", "user:dave", &["view"])
        .await
        .ok();
    dave.accept("organization:beta").await.ok();
    alice.grant(PROJECT, &["view"], "user:dave").await.ok();
    assert_eq!(dave.reads(&format!("{ORDERS}?size=11")).await, 200);
    bob.has_spent("organization:beta", (11, 0)).await;
    assert_eq!(alice.spent(ORGANIZATION).await, (0, 0));
    // No membership comes with it.
    assert!(alice.granted(ORGANIZATION, "user:dave").await.is_empty());
    dave.show(ORGANIZATION).await.missing();
    assert!(dave.lists("project", ORGANIZATION).await.is_empty());
}
