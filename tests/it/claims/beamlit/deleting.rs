//! BL-32, BL-33: workspaces come to an end, with all that is in them.

use super::{ACCOUNT, KINDS, MODEL_DATA, WORKSPACE, account, acme, joined, one};

#[tokio::test]
async fn bl_32_admins_delete_a_workspace() {
    let (town, alice) = acme().await;
    let bob = joined(&town, &alice, "bob", "member").await;
    let refused = bob.delete(WORKSPACE).await;
    refused.denied();
    assert!(refused.json["rule"].is_string(), "{refused:#?}");
    assert!(!bob.may("can_delete", WORKSPACE).await);
    assert!(alice.may("can_delete", WORKSPACE).await);
    alice.delete(WORKSPACE).await.ok();
    alice.show(WORKSPACE).await.missing();
    alice.delete(WORKSPACE).await.missing();
}

#[tokio::test]
async fn bl_33_deletion_cannot_be_undone() {
    let (town, alice) = acme().await;
    let bob = joined(&town, &alice, "bob", "admin").await;
    let ci = account(&alice, "member").await;
    let eve = town.user("eve").await;
    alice.invite(WORKSPACE, "user:eve", &["admin"]).await.ok();
    alice
        .invite(WORKSPACE, "dora@example.com", &["admin"])
        .await
        .ok();
    let code = town.code_mailed_to("dora@example.com").await;
    assert_eq!(ci.reads(MODEL_DATA).await, 200);
    bob.delete(WORKSPACE).await.ok();

    for (kind, _) in KINDS {
        alice.show(&one(kind)).await.missing();
        assert!(!alice.may("can_view", &one(kind)).await, "{kind}");
    }
    alice.show(ACCOUNT).await.missing();
    ci.me().await.unauthenticated();
    assert_eq!(ci.reads(MODEL_DATA).await, 401);
    assert!(eve.invitations().await.items().is_empty());
    eve.accept(WORKSPACE).await.missing();
    let body = serde_json::json!({ "code": code, "subject": "user:dora" });
    let redeemed = town.nobody().post("/v1/invitations/redeem", body).await;
    assert!((400..500).contains(&redeemed.status), "{redeemed:#?}");

    // A new one of the same names inherits nothing.
    let carol = town.user("carol").await;
    carol.create(WORKSPACE).await.ok();
    carol.create(&one("model")).await.ok();
    carol.create(ACCOUNT).await.ok();
    assert_eq!(
        carol.grants(WORKSPACE).await.each("subject"),
        ["user:carol"]
    );
    assert!(carol.pending(WORKSPACE).await.items().is_empty());
    for former in [&alice, &bob] {
        assert!(!former.may("can_see", WORKSPACE).await, "{}", former.name());
        assert_eq!(former.reads(MODEL_DATA).await, 403, "{}", former.name());
        former.show(&one("model")).await.missing();
    }
    eve.accept(WORKSPACE).await.missing();
    ci.me().await.unauthenticated();
    assert!(carol.secrets(ACCOUNT).await.items().is_empty());
}
