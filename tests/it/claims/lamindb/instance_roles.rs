//! LM-45 to LM-51: the roles in an instance.

use super::{
    ALL, BOTH, COMMON_DATA, CURATED_DATA, INSTANCE, NONE, READ, SPACE, TEAM_MEMBERS, acme,
    collaborator, data, hired, stocked,
};

#[tokio::test]
async fn lm_45_admins_add_and_remove_collaborators() {
    let (town, alice) = acme().await;
    let ada = collaborator(&town, &alice, "ada", &[(INSTANCE, "admin")]).await;
    let mia = hired(&town, &alice, "mia", "member").await;
    for role in ["write", "read"] {
        let name = format!("x{role}");
        let person = collaborator(&town, &alice, &name, &[(INSTANCE, role)]).await;
        person.grant(INSTANCE, &["read"], "user:mia").await.denied();
        person
            .grant(INSTANCE, &["read"], TEAM_MEMBERS)
            .await
            .denied();
        person.remove(INSTANCE, "user:ada").await.denied();
        person
            .revoke(INSTANCE, &["admin"], "user:ada")
            .await
            .denied();
    }
    for subject in ["user:mia", TEAM_MEMBERS] {
        ada.grant(INSTANCE, &["read"], subject).await.ok();
        assert_eq!(ada.granted(INSTANCE, subject).await, ["read"]);
        ada.remove(INSTANCE, subject).await.ok();
        assert!(ada.granted(INSTANCE, subject).await.is_empty());
    }
    mia.grant(INSTANCE, &["read"], "user:mia").await.missing();
    // Not of another instance.
    alice.create("instance:acme/second").await.ok();
    ada.grant("instance:acme/second", &["read"], "user:mia")
        .await
        .missing();
}

#[tokio::test]
async fn lm_46_admins_say_who_has_which_role() {
    let (town, alice) = acme().await;
    let ada = collaborator(&town, &alice, "ada", &[(INSTANCE, "admin")]).await;
    let mia = collaborator(&town, &alice, "mia", &[(INSTANCE, "read")]).await;
    let wes = collaborator(&town, &alice, "wes", &[(INSTANCE, "write")]).await;
    for other in [&mia, &wes] {
        other
            .change(INSTANCE, &["admin"], other.name())
            .await
            .denied();
        other.change(INSTANCE, &["read"], "user:ada").await.denied();
    }
    for role in ["write", "admin", "read"] {
        ada.change(INSTANCE, &[role], "user:mia").await.ok();
        assert_eq!(ada.granted(INSTANCE, "user:mia").await, [role]);
    }
    ada.grant(INSTANCE, &["read", "write"], "user:mia")
        .await
        .refused(400);
    hired(&town, &alice, "noa", "member").await;
    ada.change(INSTANCE, &["write"], "user:noa").await.missing();
}

#[tokio::test]
async fn lm_47_admins_manage_the_settings() {
    let (town, alice) = acme().await;
    let ada = collaborator(&town, &alice, "ada", &[(INSTANCE, "admin")]).await;
    ada.rename(INSTANCE, "Main").await.ok();
    assert!(ada.may("can_manage_settings", INSTANCE).await);
    for role in ["write", "read"] {
        let name = format!("x{role}");
        let person = collaborator(&town, &alice, &name, &[(INSTANCE, role)]).await;
        person.rename(INSTANCE, "Mine").await.denied();
        assert!(!person.may("can_manage_settings", INSTANCE).await, "{role}");
        assert_eq!(person.show(INSTANCE).await.text("/display_name"), "Main");
    }
    // Instances come and go by the organization's managers alone.
    ada.delete(INSTANCE).await.denied();
}

#[tokio::test]
async fn lm_48_admins_write_all_alone() {
    let (town, alice) = stocked().await;
    let ada = collaborator(&town, &alice, "ada", &[(INSTANCE, "admin")]).await;
    assert_eq!(data(&ada, COMMON_DATA).await, BOTH);
    assert_eq!(data(&ada, CURATED_DATA).await, NONE);
    assert!(ada.may("write", ALL).await);
    // Nobody is the admin of "All" by default (decision 15).
    assert!(!ada.may("admin", ALL).await);
    ada.grant(ALL, &["read"], "user:ada").await.denied();
    ada.grant(SPACE, &["read"], "user:ada").await.missing();
}

#[tokio::test]
async fn lm_49_readers_read_all_alone() {
    let (town, alice) = stocked().await;
    let rita = collaborator(&town, &alice, "rita", &[(INSTANCE, "read")]).await;
    assert_eq!(data(&rita, COMMON_DATA).await, READ);
    assert_eq!(data(&rita, CURATED_DATA).await, NONE);
    assert!(rita.may("read", ALL).await);
    assert!(!rita.may("write", ALL).await);
    assert!(!rita.may("read", SPACE).await);
}

#[tokio::test]
async fn lm_50_writers_write_all_alone() {
    let (town, alice) = stocked().await;
    let wes = collaborator(&town, &alice, "wes", &[(INSTANCE, "write")]).await;
    assert_eq!(data(&wes, COMMON_DATA).await, BOTH);
    assert_eq!(data(&wes, CURATED_DATA).await, NONE);
    wes.create("record:acme/main/new").await.ok();
    wes.delete("record:acme/main/new").await.ok();
    hired(&town, &alice, "mia", "member").await;
    wes.grant(INSTANCE, &["read"], "user:mia").await.denied();
    assert!(!wes.may("can_manage_collaborators", INSTANCE).await);
}

#[tokio::test]
async fn lm_51_roles_in_spaces_are_managed_separately() {
    let (town, alice) = stocked().await;
    let roles = [(INSTANCE, "read"), (SPACE, "write")];
    let mia = collaborator(&town, &alice, "mia", &roles).await;
    let noa = collaborator(&town, &alice, "noa", &[(INSTANCE, "read")]).await;
    for role in ["admin", "write", "read"] {
        for person in [&mia, &noa] {
            alice.change(INSTANCE, &[role], person.name()).await.ok();
        }
        assert_eq!(alice.granted(SPACE, "user:mia").await, ["write"], "{role}");
        assert_eq!(data(&mia, CURATED_DATA).await, BOTH, "{role}");
        assert!(alice.granted(SPACE, "user:noa").await.is_empty(), "{role}");
        assert_eq!(data(&noa, CURATED_DATA).await, NONE, "{role}");
    }
    // Nor does leaving the instance end the role in the space.
    alice.remove(INSTANCE, "user:mia").await.ok();
    assert_eq!(alice.granted(SPACE, "user:mia").await, ["write"]);
    assert_eq!(data(&mia, CURATED_DATA).await, NONE);
}
