//! Users, and who may know what they may (LM-07, LM-46, LM-52).

use super::super::people;
use super::{
    COMMON, CURATED, INSTANCE, ORGANIZATION, SPACE, SPACE_HERE, TEAM, acme, collaborator, stocked,
};

#[tokio::test]
async fn lm_07_users_manage_themselves() {
    let (town, _alice) = acme().await;
    people::manage_themselves(&town).await;
}

#[tokio::test]
async fn lm_46_admins_know_who_may_what() {
    let (town, alice) = stocked().await;
    let roles = [(INSTANCE, "write"), (SPACE, "write"), (TEAM, "member")];
    let mia = collaborator(&town, &alice, "mia", &roles).await;
    let roles = [(INSTANCE, "admin"), (SPACE, "admin"), (TEAM, "admin")];
    let ada = collaborator(&town, &alice, "ada", &roles).await;
    for object in [INSTANCE, SPACE, TEAM, SPACE_HERE, COMMON, CURATED] {
        assert!(ada.says("user:mia", "can_see", object).await, "{object}");
        mia.ask("user:ada", "can_see", object).await.forbidden();
    }
    assert!(alice.says("user:mia", "can_see", ORGANIZATION).await);
    ada.ask("user:mia", "can_see", ORGANIZATION)
        .await
        .forbidden();
}

#[tokio::test]
async fn lm_49_a_read_secret_reads_and_changes_nothing() {
    let (town, alice) = stocked().await;
    let roles = [(INSTANCE, "admin"), (SPACE, "admin"), (TEAM, "admin")];
    let ada = collaborator(&town, &alice, "ada", &roles).await;
    let reader = ada.with("read").await;
    reader.show(CURATED).await.ok();
    reader.grants(ORGANIZATION).await.ok();
    reader.quota("user:ada").await.ok();
    for refused in [
        reader.rename(INSTANCE, "Mine").await,
        reader.grant(TEAM, &["member"], "user:alice").await,
        reader.grant(SPACE, &["read"], "user:alice").await,
        reader.issue("user:ada", Some("full")).await,
        reader.revoke_secret(&ada.jti().await).await,
        reader.rename("user:ada", "Mine").await,
        reader.leave(TEAM).await,
    ] {
        refused.denied();
    }
}
