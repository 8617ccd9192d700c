//! BL-01 to BL-05: the workspace is the boundary, and roles in it are all there is.

use super::{ACCOUNT, KINDS, MODEL, MODEL_DATA, WORKSPACE, account, acme, joined, joins, one};

#[tokio::test]
async fn bl_01_every_resource_is_in_one_workspace() {
    let (town, alice) = acme().await;
    let bob = town.user("bob").await;
    bob.create("workspace:beta").await.ok();
    for (kind, _) in KINDS {
        let object = one(kind);
        alice.show(&object).await.ok();
        assert_eq!(
            alice.lists(kind, WORKSPACE).await,
            std::slice::from_ref(&object)
        );
        assert!(alice.may("can_view", &object).await, "{object}");

        bob.show(&object).await.missing();
        assert!(bob.lists(kind, WORKSPACE).await.is_empty(), "{object}");
        assert!(!bob.may("can_view", &object).await, "{object}");
        // Above a workspace is the deployment, and who runs it sees no resource.
        let operator = town.operator();
        assert!(!operator.may("can_view", &object).await, "{object}");
        operator.show(&object).await.missing();

        alice.create(&format!("{kind}:loose")).await.refused(400);
        alice.create(&format!("{kind}:beta/two")).await.missing();
        alice.create(&format!("{kind}:gone/two")).await.missing();
    }
    assert_eq!(alice.reads(MODEL_DATA).await, 200);
    assert_eq!(bob.reads(MODEL_DATA).await, 403);
}

#[tokio::test]
async fn bl_02_one_person_in_two_workspaces() {
    let (town, alice) = acme().await;
    let bob = town.user("bob").await;
    bob.create("workspace:beta").await.ok();
    joins(&alice, &bob, WORKSPACE, "member").await;
    assert_eq!(bob.granted(WORKSPACE, "user:bob").await, ["member"]);
    assert_eq!(bob.granted("workspace:beta", "user:bob").await, ["admin"]);

    bob.create("policy:beta/strict").await.ok();
    bob.create("policy:acme/strict").await.denied();
    bob.rename("workspace:beta", "Beta").await.ok();
    bob.rename(WORKSPACE, "Mine").await.denied();
    // And nobody of acme comes along.
    assert!(!alice.may("can_view", "policy:beta/strict").await);
    alice.show("workspace:beta").await.missing();
}

#[tokio::test]
async fn bl_03_users_and_service_accounts_hold_roles() {
    let (town, alice) = acme().await;
    let bob = joined(&town, &alice, "bob", "member").await;
    let ci = account(&alice, "member").await;
    for member in [&bob, &ci] {
        let granted = alice.granted(WORKSPACE, member.name()).await;
        assert_eq!(granted, ["member"], "{}", member.name());
        assert_eq!(member.reads(MODEL_DATA).await, 200, "{}", member.name());
    }
    for other in [MODEL, "user:*", "workspace:acme#member", "operator:root"] {
        let refused = alice.grant(WORKSPACE, &["member"], other).await;
        refused.refused(400);
        assert!(alice.granted(WORKSPACE, other).await.is_empty(), "{other}");
    }
}

#[tokio::test]
async fn bl_04_a_service_account_stands_for_an_external_system() {
    let (town, alice) = acme().await;
    let ci = account(&alice, "member").await;
    assert_eq!(ci.reads(MODEL_DATA).await, 200);
    assert_eq!(ci.writes(MODEL_DATA).await, 200);

    // It accepts no invitation: not one by its name, and not one that was mailed to a person.
    let bob = town.user("bob").await;
    bob.create("workspace:beta").await.ok();
    let by_name = bob.invite("workspace:beta", ACCOUNT, &["member"]).await;
    by_name.refused(400);
    let invited = bob.invite("workspace:beta", "ci@example.com", &["member"]);
    let id = invited.await.text("/id");
    let body = serde_json::json!({ "code": town.code_mailed_to("ci@example.com").await });
    let redeemed = ci.post("/v1/invitations/redeem", body).await;
    assert!((400..500).contains(&redeemed.status), "{redeemed:#?}");
    let accepted = ci.accept_id(&id).await;
    assert!((400..500).contains(&accepted.status), "{accepted:#?}");
    assert!(bob.granted("workspace:beta", ACCOUNT).await.is_empty());
    assert!(!ci.may("can_see", "workspace:beta").await);
}

#[tokio::test]
async fn bl_05_roles_are_the_only_way_to_access() {
    let (town, alice) = acme().await;
    let bob = joined(&town, &alice, "bob", "member").await;
    let eve = town.user("eve").await;
    assert!(bob.may("can_view", MODEL).await);
    for (kind, change) in KINDS {
        let object = one(kind);
        assert!(!eve.may("can_view", &object).await, "{object}");
        assert!(!eve.may(change, &object).await, "{object}");
        // There is no grant on a single resource.
        for word in ["member", "admin", "read", "write", "can_view", "workspace"] {
            let refused = alice.grant(&object, &[word], "user:eve").await;
            refused.refused(400);
        }
        alice
            .invite(&object, "user:eve", &["member"])
            .await
            .refused(400);
        assert!(!eve.may("can_view", &object).await, "{object}");
    }
    assert_eq!(eve.reads(MODEL_DATA).await, 403);
    assert_eq!(town.nobody().reads(MODEL_DATA).await, 401);
}
