//! LM-52 to LM-54: the roles in a space.

use super::{
    BOTH, COMMON_DATA, CURATED, CURATED_DATA, INSTANCE, NONE, ORGANIZATION, READ, SPACE,
    SPACE_HERE, TEAM, TEAM_MEMBERS, collaborator, data, hired, record, stocked,
};
use crate::claims::town::Person;

#[tokio::test]
async fn lm_52_admins_control_permissions_and_content() {
    let (town, alice) = stocked().await;
    let roles = [(INSTANCE, "read"), (SPACE, "admin")];
    let ada = collaborator(&town, &alice, "ada", &roles).await;
    let wes = collaborator(
        &town,
        &alice,
        "wes",
        &[(INSTANCE, "read"), (SPACE, "write")],
    )
    .await;
    let mia = collaborator(&town, &alice, "mia", &[(INSTANCE, "read")]).await;
    ada.grant(SPACE, &["read"], "user:mia").await.ok();
    assert_eq!(data(&mia, CURATED_DATA).await, READ);
    ada.change(SPACE, &["write"], "user:mia").await.ok();
    assert_eq!(data(&mia, CURATED_DATA).await, BOTH);
    ada.remove(SPACE, "user:mia").await.ok();
    assert_eq!(data(&mia, CURATED_DATA).await, NONE);
    ada.grant(SPACE, &["read"], TEAM_MEMBERS).await.ok();
    ada.revoke(SPACE, &["read"], TEAM_MEMBERS).await.ok();
    ada.rename(SPACE, "Curation").await.ok();
    assert_eq!(data(&ada, CURATED_DATA).await, BOTH);
    // Records of "All" are none of this space's.
    assert_eq!(data(&ada, COMMON_DATA).await, READ);

    wes.grant(SPACE, &["read"], "user:mia").await.denied();
    wes.change(SPACE, &["admin"], "user:wes").await.denied();
    wes.remove(SPACE, "user:ada").await.denied();
    wes.rename(SPACE, "Mine").await.denied();
    alice.create("space:acme/ml").await.ok();
    ada.grant("space:acme/ml", &["read"], "user:mia")
        .await
        .missing();
    ada.delete(SPACE).await.denied();
    // Not where they are no collaborator of the instance.
    alice.remove(INSTANCE, "user:ada").await.ok();
    assert_eq!(data(&ada, CURATED_DATA).await, NONE);
    ada.grant(SPACE, &["read"], "user:mia").await.ok();
}

#[tokio::test]
async fn lm_52_the_last_admin_stays() {
    let (town, alice) = stocked().await;
    collaborator(
        &town,
        &alice,
        "mia",
        &[(INSTANCE, "write"), (SPACE, "write")],
    )
    .await;
    hired(&town, &alice, "tara", "member").await;
    alice.grant(TEAM, &["admin"], "user:tara").await.ok();
    hired(&town, &alice, "noa", "member").await;
    for (object, name, lower) in [
        (INSTANCE, "user:kim", "write"),
        (SPACE, "user:kim", "read"),
        (TEAM, "user:tara", "member"),
    ] {
        alice.remove(object, name).await.conflict();
        alice.change(object, &[lower], name).await.conflict();
        alice.grant(object, &[lower], name).await.conflict();
        alice.revoke(object, &["admin"], name).await.conflict();
        alice.remove(ORGANIZATION, name).await.conflict();
        assert_eq!(alice.granted(object, name).await, ["admin"], "{object}");
        alice.grant(object, &["admin"], "user:noa").await.ok();
        alice.change(object, &[lower], name).await.ok();
        alice.remove(object, name).await.ok();
    }
}

/// A collaborator of two instances that [`SPACE`] is attached to, and not of a third; what is answered to
/// them there.
async fn across_instances(role: &str, expected: (u16, u16)) -> Person {
    let (town, alice) = stocked().await;
    alice.grant(SPACE, &["admin"], "user:alice").await.ok();
    for name in ["second", "third"] {
        let instance = format!("instance:acme/{name}");
        alice.create(&instance).await.ok();
        alice.grant(&instance, &["admin"], "user:alice").await.ok();
        alice.attach(SPACE, &instance).await.ok();
        let object = format!("record:acme/{name}/curated");
        let there = format!("attachment:acme/{name}/curation");
        record(&alice, &object, &there).await.ok();
    }
    let roles = [
        (INSTANCE, "read"),
        ("instance:acme/second", "read"),
        (SPACE, role),
    ];
    let mia = collaborator(&town, &alice, "mia", &roles).await;
    assert_eq!(data(&mia, CURATED_DATA).await, expected, "{role}");
    let second = data(&mia, "/records/acme/second/curated").await;
    assert_eq!(second, expected, "{role}");
    let third = data(&mia, "/records/acme/third/curated").await;
    assert_eq!(third, NONE, "{role}");
    mia.show("record:acme/third/curated").await.missing();

    hired(&town, &alice, "noa", "member").await;
    mia.grant(SPACE, &["read"], "user:noa").await.denied();
    mia.change(SPACE, &["admin"], "user:mia").await.denied();
    mia
}

#[tokio::test]
async fn lm_53_readers_read_across_instances() {
    let mia = across_instances("read", READ).await;
    mia.show(SPACE).await.ok();
    mia.show(CURATED).await.ok();
    record(&mia, "record:acme/main/new", SPACE_HERE)
        .await
        .denied();
    mia.rename(CURATED, "Mine").await.denied();
    mia.delete(CURATED).await.denied();
}

#[tokio::test]
async fn lm_54_writers_read_add_and_modify_across_instances() {
    let mia = across_instances("write", BOTH).await;
    record(&mia, "record:acme/main/new", SPACE_HERE).await.ok();
    mia.rename("record:acme/main/new", "New").await.ok();
    assert_eq!(mia.writes("/records/acme/main/new").await, 200);
    let there = "attachment:acme/second/curation";
    record(&mia, "record:acme/second/new", there).await.ok();
    let third = record(
        &mia,
        "record:acme/third/new",
        "attachment:acme/third/curation",
    )
    .await;
    third.forbidden();
    // "All" is another space, where reading the instance lets one read.
    mia.create("record:acme/main/common-too").await.denied();
}

#[tokio::test]
async fn lm_54_a_read_secret_reads_and_changes_nothing() {
    let (town, alice) = stocked().await;
    let roles = [(INSTANCE, "admin"), (SPACE, "admin")];
    let ada = collaborator(&town, &alice, "ada", &roles).await;
    let reader = ada.with("read").await;
    for path in [COMMON_DATA, CURATED_DATA] {
        assert_eq!(data(&reader, path).await, READ, "{path}");
        assert_eq!(data(&ada, path).await, BOTH, "{path}");
    }
    reader.show(SPACE).await.ok();
    record(&reader, "record:acme/main/new", SPACE_HERE)
        .await
        .denied();
    reader.grant(SPACE, &["read"], TEAM_MEMBERS).await.denied();
    reader.issue("user:ada", Some("read")).await.denied();
    reader.leave(INSTANCE).await.denied();
}
