//! EA-32 to EA-38: what a level on a project gives.

use super::{
    BUILD, LEVELS, LOGS, ORGANIZATION, OTHER, OTHER_SECRET, OTHER_SECRET_DATA, PROJECT, SATELLITE,
    SECRET, SECRET_DATA, acme, joined, on_project, only,
};

#[tokio::test]
async fn ea_32_one_of_four_levels() {
    let (town, alice) = acme().await;
    joined(&town, &alice, "bob", "read").await;
    for level in LEVELS {
        alice.grant(PROJECT, &[level], "user:bob").await.ok();
        assert_eq!(alice.granted(PROJECT, "user:bob").await, [level]);
    }
    alice
        .grant(PROJECT, &["read+secrets"], "user:bob")
        .await
        .ok();
    assert_eq!(alice.granted(PROJECT, "user:bob").await, ["read_secrets"]);
    for other in ["owner", "granted_write", "member", "can_view", "Write", ""] {
        alice
            .grant(PROJECT, &[other], "user:bob")
            .await
            .refused(400);
        alice
            .change(PROJECT, &[other], "user:bob")
            .await
            .refused(400);
    }
    alice
        .grant(PROJECT, &["read", "admin"], "user:bob")
        .await
        .refused(400);
    assert_eq!(alice.granted(PROJECT, "user:bob").await, ["read_secrets"]);
}

#[tokio::test]
async fn ea_33_read_views_a_project_its_history_and_logs() {
    let (town, alice) = acme().await;
    let bob = on_project(&town, &alice, "bob", "read").await;
    let eve = town.user("eve").await;
    let rights = [
        ("can_view", PROJECT),
        ("can_view_build_history", PROJECT),
        ("can_view_build_logs", PROJECT),
        ("can_view", BUILD),
        ("can_view_logs", BUILD),
    ];
    only(&bob, &eve, &rights).await;
    assert_eq!(bob.lists("build", PROJECT).await, [BUILD]);
    assert_eq!(bob.reads(LOGS).await, 200);
    assert_eq!(bob.reads(SECRET_DATA).await, 403);
    only(&alice, &bob, &[("can_view", SECRET), ("can_use", SECRET)]).await;
    // Without the organization, nothing.
    alice.remove(ORGANIZATION, "user:bob").await.ok();
    assert_eq!(bob.reads(LOGS).await, 403);
    assert!(!bob.may("can_view", PROJECT).await);
}

#[tokio::test]
async fn ea_34_read_secrets_views_and_uses_secrets() {
    let (town, alice) = acme().await;
    let bob = on_project(&town, &alice, "bob", "read+secrets").await;
    let carol = on_project(&town, &alice, "carol", "read").await;
    only(&bob, &carol, &[("can_view", SECRET), ("can_use", SECRET)]).await;
    assert_eq!(bob.reads(SECRET_DATA).await, 200);
    assert_eq!(carol.reads(SECRET_DATA).await, 403);
    assert_eq!(bob.reads(LOGS).await, 200);
    assert!(bob.may("can_view_build_history", PROJECT).await);

    assert_eq!(bob.writes(SECRET_DATA).await, 403);
    bob.create("secret:acme/web/second").await.denied();
    bob.rename(SECRET, "Mine").await.denied();
    bob.delete(SECRET).await.denied();
}

#[tokio::test]
async fn ea_35_write_creates_and_modifies_secrets() {
    let (town, alice) = acme().await;
    let bob = on_project(&town, &alice, "bob", "write").await;
    assert_eq!(bob.reads(SECRET_DATA).await, 200);
    assert_eq!(bob.writes(SECRET_DATA).await, 200);
    assert_eq!(bob.reads(LOGS).await, 200);
    bob.create("secret:acme/web/second").await.ok();
    bob.rename(SECRET, "First").await.ok();
    bob.delete("secret:acme/web/second").await.ok();

    bob.create("satellite:acme/second").await.denied();
    bob.rename(SATELLITE, "Mine").await.denied();
    bob.create("project:acme/second").await.denied();
    bob.delete(PROJECT).await.denied();
    bob.create("secret:acme/api/second").await.denied();
    joined(&town, &alice, "carol", "read").await;
    bob.grant(PROJECT, &["read"], "user:carol").await.denied();
    bob.remove(PROJECT, "user:bob").await.denied();
    assert_eq!(bob.reads(OTHER_SECRET_DATA).await, 403);
}

#[tokio::test]
async fn ea_36_only_who_is_in_the_organization() {
    let (town, alice) = acme().await;
    let bob = joined(&town, &alice, "bob", "read").await;
    let eve = town.user("eve").await;
    alice.grant(PROJECT, &["write"], "user:bob").await.ok();
    assert_eq!(bob.writes(SECRET_DATA).await, 200);
    for level in LEVELS {
        let refused = alice.grant(PROJECT, &[level], "user:eve").await;
        refused.conflict();
        let rule = refused.json["rule"].as_str().unwrap_or_default();
        assert!(rule.contains(".needs"), "{refused:#?}");
        assert!(alice.granted(PROJECT, "user:eve").await.is_empty());
    }
    alice
        .grant(PROJECT, &["read"], "user:nobody")
        .await
        .missing();
    alice.grant(PROJECT, &["read"], "user:*").await.refused(400);
    assert!(!eve.may("can_view", PROJECT).await);
    assert_eq!(eve.reads(SECRET_DATA).await, 403);
    eve.show(PROJECT).await.missing();
}

#[tokio::test]
async fn ea_37_admin_has_everything_in_write() {
    let (town, alice) = acme().await;
    let bob = on_project(&town, &alice, "bob", "admin").await;
    let carol = on_project(&town, &alice, "carol", "read_secrets").await;
    let rights = [("can_create_secret", PROJECT), ("can_modify", SECRET)];
    only(&bob, &carol, &rights).await;
    assert_eq!(bob.reads(SECRET_DATA).await, 200);
    assert_eq!(bob.writes(SECRET_DATA).await, 200);
    bob.create("secret:acme/web/second").await.ok();
    bob.delete("secret:acme/web/second").await.ok();
    bob.create("secret:acme/api/second").await.denied();
}

#[tokio::test]
async fn ea_38_admin_manages_the_users_of_the_project() {
    let (town, alice) = acme().await;
    let bob = on_project(&town, &alice, "bob", "admin").await;
    let wanda = on_project(&town, &alice, "wanda", "write").await;
    let carol = joined(&town, &alice, "carol", "read").await;
    bob.grant(PROJECT, &["read+secrets"], "user:carol")
        .await
        .ok();
    assert_eq!(carol.reads(SECRET_DATA).await, 200);
    // Whoever views the project sees who is in it.
    assert_eq!(carol.granted(PROJECT, "user:bob").await, ["admin"]);
    bob.change(PROJECT, &["write"], "user:carol").await.ok();
    assert_eq!(carol.writes(SECRET_DATA).await, 200);
    bob.remove(PROJECT, "user:carol").await.ok();
    assert_eq!(carol.reads(SECRET_DATA).await, 403);

    wanda.grant(PROJECT, &["read"], "user:carol").await.denied();
    wanda
        .change(PROJECT, &["admin"], "user:wanda")
        .await
        .denied();
    wanda.remove(PROJECT, "user:bob").await.denied();
    wanda.revoke(PROJECT, &["admin"], "user:bob").await.denied();
    // Neither the organization's users nor another project's.
    bob.invite(ORGANIZATION, "eve@example.com", &["read"])
        .await
        .denied();
    bob.change(ORGANIZATION, &["write"], "user:carol")
        .await
        .denied();
    bob.remove(ORGANIZATION, "user:carol").await.denied();
    bob.grant(OTHER, &["write"], "user:carol").await.denied();
    bob.grant(OTHER, &["write"], "user:bob").await.denied();
    only(
        &alice,
        &bob,
        &[("can_manage_members", OTHER), ("can_use", OTHER_SECRET)],
    )
    .await;
}
