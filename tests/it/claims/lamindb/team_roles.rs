//! LM-40 to LM-44: the roles in a team.

use super::{
    BOTH, COMMON_DATA, CURATED_DATA, INSTANCE, NONE, READ, SPACE, TEAM, TEAM_MEMBERS, acme,
    collaborator, data, hired, stocked,
};

#[tokio::test]
async fn lm_40_team_admins_add_and_remove_members() {
    let (town, alice) = acme().await;
    alice.create("team:acme/ml").await.ok();
    let tara = collaborator(&town, &alice, "tara", &[(TEAM, "admin")]).await;
    let mia = collaborator(&town, &alice, "mia", &[(TEAM, "member")]).await;
    let otto = collaborator(&town, &alice, "otto", &[("team:acme/ml", "admin")]).await;
    hired(&town, &alice, "noa", "member").await;
    for other in [&mia, &otto] {
        other.grant(TEAM, &["member"], "user:noa").await.denied();
        other.grant(TEAM, &["admin"], other.name()).await.denied();
        other.remove(TEAM, "user:tara").await.denied();
        other.revoke(TEAM, &["admin"], "user:tara").await.denied();
    }
    tara.grant(TEAM, &["member"], "user:noa").await.ok();
    assert_eq!(tara.granted(TEAM, "user:noa").await, ["member"]);
    tara.remove(TEAM, "user:noa").await.ok();
    assert!(tara.granted(TEAM, "user:noa").await.is_empty());
    tara.remove(TEAM, "user:noa").await.missing();
    tara.grant("team:acme/ml", &["member"], "user:noa")
        .await
        .denied();
    mia.leave(TEAM).await.ok();
    assert!(tara.granted(TEAM, "user:mia").await.is_empty());
}

#[tokio::test]
async fn lm_41_team_admins_say_who_is_what() {
    let (town, alice) = acme().await;
    let tara = collaborator(&town, &alice, "tara", &[(TEAM, "admin")]).await;
    let mia = collaborator(&town, &alice, "mia", &[(TEAM, "member")]).await;
    mia.change(TEAM, &["admin"], "user:mia").await.denied();
    mia.change(TEAM, &["member"], "user:tara").await.denied();
    tara.change(TEAM, &["admin"], "user:mia").await.ok();
    assert_eq!(tara.granted(TEAM, "user:mia").await, ["admin"]);
    hired(&town, &alice, "noa", "member").await;
    mia.grant(TEAM, &["member"], "user:noa").await.ok();
    tara.change(TEAM, &["member"], "user:mia").await.ok();
    mia.grant(TEAM, &["admin"], "user:noa").await.denied();
    tara.grant(TEAM, &["admin", "member"], "user:noa")
        .await
        .refused(400);
}

#[tokio::test]
async fn lm_42_team_admins_manage_the_settings() {
    let (town, alice) = acme().await;
    let tara = collaborator(&town, &alice, "tara", &[(TEAM, "admin")]).await;
    let mia = collaborator(&town, &alice, "mia", &[(TEAM, "member")]).await;
    tara.rename(TEAM, "Curators").await.ok();
    mia.rename(TEAM, "Mine").await.denied();
    assert_eq!(mia.show(TEAM).await.text("/display_name"), "Curators");
    assert!(tara.may("can_manage_settings", TEAM).await);
    assert!(!mia.may("can_manage_settings", TEAM).await);
    // Teams come and go by the organization's managers alone.
    tara.delete(TEAM).await.denied();
    alice.delete(TEAM).await.ok();
}

#[tokio::test]
async fn lm_43_team_admins_have_what_members_have() {
    let (town, alice) = stocked().await;
    let tara = collaborator(&town, &alice, "tara", &[(TEAM, "admin")]).await;
    assert_eq!(data(&tara, COMMON_DATA).await, NONE);
    alice.grant(INSTANCE, &["write"], TEAM_MEMBERS).await.ok();
    alice.grant(SPACE, &["read"], TEAM_MEMBERS).await.ok();
    assert_eq!(data(&tara, COMMON_DATA).await, BOTH);
    assert_eq!(data(&tara, CURATED_DATA).await, READ);
}

#[tokio::test]
async fn lm_44_members_have_what_the_team_has() {
    let (town, alice) = stocked().await;
    let mia = collaborator(&town, &alice, "mia", &[(TEAM, "member")]).await;
    alice.grant(INSTANCE, &["read"], TEAM_MEMBERS).await.ok();
    assert_eq!(data(&mia, COMMON_DATA).await, READ);
    assert_eq!(data(&mia, CURATED_DATA).await, NONE);
    alice.grant(SPACE, &["write"], TEAM_MEMBERS).await.ok();
    assert_eq!(data(&mia, CURATED_DATA).await, BOTH);

    alice.create("instance:acme/second").await.ok();
    mia.show("instance:acme/second").await.missing();
    assert!(!mia.may("read", "space:acme/second-all").await);
    alice.delete(TEAM).await.ok();
    assert_eq!(data(&mia, COMMON_DATA).await, NONE);
    // A new team of the same name has none of the old one's access.
    alice.create(TEAM).await.ok();
    alice.grant(TEAM, &["member"], "user:mia").await.ok();
    assert_eq!(data(&mia, COMMON_DATA).await, NONE);
}
