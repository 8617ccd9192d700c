//! BL-20 to BL-25: what members may.

use super::{MODEL, MODEL_DATA, WORKSPACE, acme, joined, one};

#[tokio::test]
async fn bl_20_members_view_the_settings() {
    let (town, alice) = acme().await;
    let bob = joined(&town, &alice, "bob", "member").await;
    let eve = town.user("eve").await;
    assert!(bob.may("can_view_settings", WORKSPACE).await);
    bob.show(WORKSPACE).await.ok();
    assert_eq!(bob.grants(WORKSPACE).await.items().len(), 2);
    bob.quota(WORKSPACE).await.ok();

    assert!(!bob.may("can_edit_settings", WORKSPACE).await);
    bob.rename(WORKSPACE, "Mine").await.denied();
    assert!(!eve.may("can_view_settings", WORKSPACE).await);
    eve.show(WORKSPACE).await.missing();
    eve.grants(WORKSPACE).await.missing();
    eve.quota(WORKSPACE).await.missing();
}

/// That members view and modify things of this kind, and nobody else does.
async fn members_modify(kind: &str) {
    let (town, alice) = acme().await;
    let bob = joined(&town, &alice, "bob", "member").await;
    let eve = town.user("eve").await;
    let two = format!("{kind}:acme/two");
    bob.create(&two).await.ok();
    for object in [one(kind), two.clone()] {
        bob.show(&object).await.ok();
        assert!(bob.may("can_view", &object).await, "{object}");
        assert!(bob.may("can_modify", &object).await, "{object}");
        bob.rename(&object, "By bob").await.ok();
        assert_eq!(alice.show(&object).await.text("/display_name"), "By bob");

        eve.show(&object).await.missing();
        assert!(!eve.may("can_view", &object).await, "{object}");
        assert!(!eve.may("can_modify", &object).await, "{object}");
        eve.rename(&object, "By eve").await.missing();
        eve.delete(&object).await.missing();
    }
    eve.create(&format!("{kind}:acme/three")).await.missing();
    assert_eq!(bob.lists(kind, WORKSPACE).await, [one(kind), two.clone()]);
    bob.delete(&two).await.ok();
    bob.show(&two).await.missing();
}

#[tokio::test]
async fn bl_21_members_view_and_modify_models() {
    members_modify("model").await;
}

#[tokio::test]
async fn bl_22_members_query_models() {
    let (town, alice) = acme().await;
    let bob = joined(&town, &alice, "bob", "member").await;
    let eve = town.user("eve").await;
    assert!(bob.may("can_query", MODEL).await);
    assert_eq!(bob.reads(MODEL_DATA).await, 200);
    let seen = town.forwarded().await;
    assert_eq!(seen, [(format!("GET {MODEL_DATA}"), "user:bob".to_owned())]);

    assert!(!eve.may("can_query", MODEL).await);
    assert_eq!(eve.reads(MODEL_DATA).await, 403);
    assert_eq!(eve.writes(MODEL_DATA).await, 403);
    assert_eq!(town.nobody().reads(MODEL_DATA).await, 401);
    assert_eq!(town.forwarded().await.len(), 1);
}

#[tokio::test]
async fn bl_22_a_read_secret_queries_and_changes_nothing() {
    let (town, alice) = acme().await;
    let bob = joined(&town, &alice, "bob", "member").await;
    let reader = bob.with("read").await;
    assert_eq!(reader.reads(MODEL_DATA).await, 200);
    assert_eq!(reader.writes(MODEL_DATA).await, 403);
    reader.show(MODEL).await.ok();
    assert_eq!(reader.grants(WORKSPACE).await.items().len(), 2);
    reader.quota(WORKSPACE).await.ok();
    reader.create("model:acme/two").await.denied();
    reader.issue("user:bob", Some("full")).await.denied();
    reader.revoke_secret(&bob.jti().await).await.denied();
    reader.leave(WORKSPACE).await.denied();
    let carol = town.user("carol").await;
    carol.create("workspace:beta").await.ok();
    carol
        .invite("workspace:beta", "user:bob", &["member"])
        .await
        .ok();
    reader.accept("workspace:beta").await.denied();
    bob.accept("workspace:beta").await.ok();
}

#[tokio::test]
async fn bl_23_members_view_and_modify_deployments() {
    members_modify("model_deployment").await;
}

#[tokio::test]
async fn bl_24_members_view_and_modify_clusters() {
    members_modify("cluster").await;
}

#[tokio::test]
async fn bl_25_members_read_policies_and_environments() {
    let (town, alice) = acme().await;
    let bob = joined(&town, &alice, "bob", "member").await;
    let eve = town.user("eve").await;
    for kind in super::READ_ONLY {
        let object = one(kind);
        bob.show(&object).await.ok();
        assert!(bob.may("can_view", &object).await, "{object}");
        assert_eq!(
            bob.lists(kind, WORKSPACE).await,
            std::slice::from_ref(&object)
        );

        assert!(!bob.may("can_edit", &object).await, "{object}");
        bob.rename(&object, "By bob").await.denied();
        bob.delete(&object).await.denied();
        bob.create(&format!("{kind}:acme/two")).await.denied();
        assert!(!eve.may("can_view", &object).await, "{object}");
        eve.show(&object).await.missing();
    }
}

#[tokio::test]
async fn bl_25_what_a_policy_says_is_read_by_members_and_written_by_admins() {
    let (town, alice) = acme().await;
    let bob = joined(&town, &alice, "bob", "member").await;
    let eve = town.user("eve").await;
    let path = "/policies/acme/one";
    for (person, reads, writes) in [
        (&alice, 200, 200),
        (&bob, 200, 403),
        (&bob.with("read").await, 200, 403),
        (&alice.with("read").await, 200, 403),
        (&eve, 403, 403),
    ] {
        let name = person.name();
        assert_eq!(person.reads(path).await, reads, "{name}");
        assert_eq!(person.writes(path).await, writes, "{name}");
    }
}
