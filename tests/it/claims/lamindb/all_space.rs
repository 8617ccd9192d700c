//! LM-29 to LM-33: the "All" space, and how one becomes a collaborator.

use super::{
    ALL, ALL_HERE, BOTH, COMMON_DATA, INSTANCE, NONE, ORGANIZATION, READ, ROLES, TEAM,
    TEAM_MEMBERS, acme, collaborator, data, hired, record, stocked,
};

#[tokio::test]
async fn lm_29_every_instance_has_an_all_space() {
    let (town, alice) = acme().await;
    assert_eq!(alice.show(ALL).await.text("/display_name"), "All");
    alice.create("instance:acme/second").await.ok();
    alice.show("space:acme/second-all").await.ok();
    // It cannot be missing, nor can its place in the instance.
    let ada = collaborator(&town, &alice, "ada", &[(INSTANCE, "admin")]).await;
    alice.delete(ALL).await.conflict();
    ada.delete(ALL_HERE).await.conflict();
    let detached = ada.detach(ALL, INSTANCE).await;
    assert!((400..500).contains(&detached.status), "{detached:#?}");
    alice.create(ALL).await.conflict();
    ada.show(ALL_HERE).await.ok();
    // A record with no space named is in it.
    ada.create("record:acme/main/first").await.ok();
    let rita = collaborator(&town, &alice, "rita", &[(INSTANCE, "read")]).await;
    assert_eq!(data(&rita, "/records/acme/main/first").await, READ);
    record(&ada, "record:acme/main/second", ALL_HERE).await.ok();
    assert_eq!(ada.show(ALL_HERE).await.text("/display_name"), "All");
    assert_eq!(data(&rita, "/records/acme/main/second").await, READ);
    // It goes with the instance alone.
    alice.delete(INSTANCE).await.ok();
    alice.show(ALL).await.missing();
    assert_eq!(data(&ada, "/records/acme/main/first").await, NONE);
}

#[tokio::test]
async fn lm_30_common_resources_are_for_all_collaborators() {
    let (town, alice) = stocked().await;
    for role in ROLES {
        let name = format!("x{role}");
        let person = collaborator(&town, &alice, &name, &[(INSTANCE, role)]).await;
        assert!(person.may("can_read", super::COMMON).await, "{role}");
        person.show(super::COMMON).await.ok();
    }
    let mia = hired(&town, &alice, "mia", "member").await;
    let gus = hired(&town, &alice, "gus", "guest").await;
    for other in [&mia, &gus, &town.user("eve").await] {
        assert!(
            !other.may("can_read", super::COMMON).await,
            "{}",
            other.name()
        );
        other.show(super::COMMON).await.missing();
        assert_eq!(data(other, COMMON_DATA).await, NONE, "{}", other.name());
    }
}

#[tokio::test]
async fn lm_31_collaborators_read_all_at_once() {
    let (town, alice) = stocked().await;
    let mia = hired(&town, &alice, "mia", "member").await;
    let tess = collaborator(&town, &alice, "tess", &[(TEAM, "member")]).await;
    for role in ROLES {
        for (person, subject) in [(&mia, "user:mia"), (&tess, TEAM_MEMBERS)] {
            assert_eq!(data(person, COMMON_DATA).await, NONE, "{subject} {role}");
            alice.grant(INSTANCE, &[role], subject).await.ok();
            assert_eq!(person.reads(COMMON_DATA).await, 200, "{subject} {role}");
            assert!(person.may("read", ALL).await, "{subject} {role}");
            alice.remove(INSTANCE, subject).await.ok();
            assert_eq!(data(person, COMMON_DATA).await, NONE, "{subject} {role}");
        }
    }
    // Losing the organization ends it too.
    alice.grant(INSTANCE, &["read"], "user:mia").await.ok();
    alice.remove(ORGANIZATION, "user:mia").await.ok();
    assert_eq!(data(&mia, COMMON_DATA).await, NONE);
    assert!(alice.granted(INSTANCE, "user:mia").await.is_empty());
    alice
        .grant(ORGANIZATION, &["member"], "user:mia")
        .await
        .ok();
    assert_eq!(data(&mia, COMMON_DATA).await, NONE);
}

#[tokio::test]
async fn lm_32_writers_and_admins_write_all() {
    let (town, alice) = stocked().await;
    for (role, expected) in [("read", READ), ("write", BOTH), ("admin", BOTH)] {
        let name = format!("x{role}");
        let person = collaborator(&town, &alice, &name, &[(INSTANCE, role)]).await;
        assert_eq!(data(&person, COMMON_DATA).await, expected, "{role}");
        let created = person.create(&format!("record:acme/main/{name}")).await;
        assert_eq!(created.status == 201, role != "read", "{created:#?}");
    }
    let rita = collaborator(&town, &alice, "rita", &[(INSTANCE, "read")]).await;
    rita.create("record:acme/main/mine").await.denied();
    rita.rename(super::COMMON, "Mine").await.denied();
    rita.delete(super::COMMON).await.denied();
}

#[tokio::test]
async fn lm_33_directly_or_through_a_team() {
    let (town, alice) = stocked().await;
    let mia = collaborator(&town, &alice, "mia", &[(TEAM, "member")]).await;
    alice.grant(INSTANCE, &["write"], TEAM_MEMBERS).await.ok();
    assert_eq!(data(&mia, COMMON_DATA).await, BOTH);
    // Both at once: the higher holds.
    alice.grant(INSTANCE, &["read"], "user:mia").await.ok();
    assert_eq!(data(&mia, COMMON_DATA).await, BOTH);
    alice.remove(TEAM, "user:mia").await.ok();
    assert_eq!(data(&mia, COMMON_DATA).await, READ);
    alice.grant(TEAM, &["member"], "user:mia").await.ok();
    alice.remove(INSTANCE, "user:mia").await.ok();
    assert_eq!(data(&mia, COMMON_DATA).await, BOTH);
    alice.change(INSTANCE, &["read"], TEAM_MEMBERS).await.ok();
    assert_eq!(data(&mia, COMMON_DATA).await, READ);
    alice.grant(INSTANCE, &["admin"], "user:mia").await.ok();
    assert_eq!(data(&mia, COMMON_DATA).await, BOTH);
    alice.remove(INSTANCE, TEAM_MEMBERS).await.ok();
    alice.remove(INSTANCE, "user:mia").await.ok();
    assert_eq!(data(&mia, COMMON_DATA).await, NONE);
}
