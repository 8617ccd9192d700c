//! BL-03, BL-04: users and service accounts.

use super::super::people;
use super::{ACCOUNT, MODEL, MODEL_DATA, WORKSPACE, account, acme, joined};

#[tokio::test]
async fn bl_03_users_manage_themselves() {
    let (town, _alice) = acme().await;
    people::manage_themselves(&town).await;
}

#[tokio::test]
async fn bl_02_operators_create_workspaces_for_others() {
    let (town, alice) = acme().await;
    let (operator, bob) = (town.operator(), town.user("bob").await);
    let body = serde_json::json!({ "object": "workspace:gamma", "owner": "user:bob" });
    alice.create_with(body.clone()).await.denied();
    operator.create_with(body).await.ok();
    assert_eq!(bob.granted("workspace:gamma", "user:bob").await, ["admin"]);
    // Who runs the deployment sees that it is there, and no more.
    operator.show("workspace:gamma").await.ok();
    operator.rename("workspace:gamma", "Mine").await.denied();
    operator.grants("workspace:gamma").await.denied();
    operator.create("model:gamma/mine").await.denied();
    operator.delete("workspace:gamma").await.denied();
}

#[tokio::test]
async fn bl_04_admins_manage_service_accounts() {
    let (town, alice) = acme().await;
    let bob = joined(&town, &alice, "bob", "member").await;
    let eve = town.user("eve").await;
    let ci = account(&alice, "member").await;
    alice.rename(ACCOUNT, "Continuous integration").await.ok();
    alice.limit(ACCOUNT, Some(1000), None).await.ok();
    assert!(alice.says(ACCOUNT, "can_query", MODEL).await);
    assert!(alice.says(ACCOUNT, "can_see", ACCOUNT).await);

    bob.show(ACCOUNT).await.ok();
    assert_eq!(bob.quota(ACCOUNT).await.number("/read/limit_bytes"), 1000);
    let refused = [
        bob.create("service_account:acme/mine").await,
        bob.rename(ACCOUNT, "Mine").await,
        bob.limit(ACCOUNT, Some(2000), None).await,
        bob.issue(ACCOUNT, None).await,
        bob.secrets(ACCOUNT).await,
        bob.ask(ACCOUNT, "can_see", ACCOUNT).await,
        bob.delete(ACCOUNT).await,
    ];
    for reply in refused {
        reply.denied();
    }
    eve.show(ACCOUNT).await.missing();
    eve.quota(ACCOUNT).await.missing();
    eve.issue(ACCOUNT, None).await.missing();

    // The workspace pays for what it does.
    let query = format!("{MODEL_DATA}?size=600");
    ci.read(&query).await.ok();
    ci.read(&query).await.exhausted();
    alice.has_spent(ACCOUNT, (600, 0)).await;
    alice.has_spent(WORKSPACE, (600, 0)).await;
    assert_eq!(bob.reads(&query).await, 200);
    bob.has_spent("user:bob", (600, 0)).await;
    alice.has_spent(WORKSPACE, (600, 0)).await;

    alice.delete(ACCOUNT).await.ok();
    assert_eq!(ci.reads(MODEL_DATA).await, 401);
    assert!(alice.granted(WORKSPACE, ACCOUNT).await.is_empty());
}
