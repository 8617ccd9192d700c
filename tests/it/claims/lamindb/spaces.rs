//! LM-23 to LM-26: spaces beside instances.

use super::{
    BOTH, COMMON_DATA, CURATED, CURATED_DATA, INSTANCE, NONE, READ, SPACE, SPACE_HERE, acme,
    collaborator, data, record, stocked,
};

#[tokio::test]
async fn lm_23_roles_in_a_space_are_independent_of_the_instance() {
    let (town, alice) = stocked().await;
    let roles = [(INSTANCE, "read"), (SPACE, "write")];
    let mia = collaborator(&town, &alice, "mia", &roles).await;
    assert_eq!(data(&mia, CURATED_DATA).await, BOTH);
    assert_eq!(data(&mia, COMMON_DATA).await, READ);
    for role in ["admin", "write"] {
        let name = format!("x{role}");
        let person = collaborator(&town, &alice, &name, &[(INSTANCE, role)]).await;
        assert_eq!(data(&person, CURATED_DATA).await, NONE, "{role}");
        assert_eq!(data(&person, COMMON_DATA).await, BOTH, "{role}");
    }
}

#[tokio::test]
async fn lm_24_both_instance_and_space() {
    let (town, alice) = stocked().await;
    let cases = [
        ("both", &[(INSTANCE, "read"), (SPACE, "write")][..], BOTH),
        ("reader", &[(INSTANCE, "admin"), (SPACE, "read")], READ),
        ("instance", &[(INSTANCE, "admin")], NONE),
        ("space", &[(SPACE, "admin")], NONE),
        ("neither", &[], NONE),
    ];
    for (name, roles, expected) in cases {
        let person = collaborator(&town, &alice, name, roles).await;
        assert_eq!(data(&person, CURATED_DATA).await, expected, "{name}");
        assert_eq!(
            person.may("can_read", CURATED).await,
            expected.0 == 200,
            "{name}"
        );
        assert_eq!(
            person.may("can_write", CURATED).await,
            expected.1 == 200,
            "{name}"
        );
    }
    // Admins of the organization are no exception (decision 14).
    assert_eq!(data(&alice, CURATED_DATA).await, NONE);
}

#[tokio::test]
async fn lm_25_records_go_into_attached_spaces_alone() {
    let (town, alice) = acme().await;
    let roles = [(INSTANCE, "admin"), (SPACE, "admin")];
    let ada = collaborator(&town, &alice, "ada", &roles).await;
    let refused = record(&ada, CURATED, SPACE_HERE).await;
    assert!((400..500).contains(&refused.status), "{refused:#?}");
    let refused = record(&ada, CURATED, SPACE).await;
    assert!((400..500).contains(&refused.status), "{refused:#?}");
    ada.show(CURATED).await.missing();
    ada.create("record:acme/main/common").await.ok();
    let moved = ada
        .move_to("record:acme/main/common", "attachment", SPACE_HERE)
        .await;
    moved.missing();

    ada.attach(SPACE, INSTANCE).await.ok();
    record(&ada, CURATED, SPACE_HERE).await.ok();
    ada.move_to("record:acme/main/common", "attachment", SPACE_HERE)
        .await
        .ok();
    // An attachment of another instance is none of this one's.
    alice.create("instance:acme/second").await.ok();
    alice
        .grant("instance:acme/second", &["admin"], "user:ada")
        .await
        .ok();
    ada.attach(SPACE, "instance:acme/second").await.ok();
    let there = "attachment:acme/second/curation";
    let refused = record(&ada, "record:acme/main/astray", there).await;
    assert!((400..500).contains(&refused.status), "{refused:#?}");
    let refused = ada.move_to(CURATED, "attachment", there).await;
    assert!((400..500).contains(&refused.status), "{refused:#?}");
    record(&ada, "record:acme/second/one", there).await.ok();
}

#[tokio::test]
async fn lm_26_attaching_needs_admin_of_both() {
    let (town, alice) = acme().await;
    let cases: [(&str, &[(&str, &str)]); 5] = [
        ("instance", &[(INSTANCE, "admin")]),
        ("space", &[(SPACE, "admin")]),
        ("reader", &[(INSTANCE, "admin"), (SPACE, "read")]),
        ("writer", &[(INSTANCE, "write"), (SPACE, "admin")]),
        ("neither", &[]),
    ];
    for (name, roles) in cases {
        let person = collaborator(&town, &alice, name, roles).await;
        person.attach(SPACE, INSTANCE).await.forbidden();
    }
    // Nor does the organization's admin attach what is not theirs.
    alice.attach(SPACE, INSTANCE).await.denied();
    assert!(
        !alice
            .lists("attachment", INSTANCE)
            .await
            .contains(&SPACE_HERE.to_owned())
    );

    let roles = [(INSTANCE, "admin"), (SPACE, "admin")];
    let ada = collaborator(&town, &alice, "ada", &roles).await;
    // Not by creating it either.
    ada.create(SPACE_HERE).await.refused(400);
    ada.attach(SPACE, INSTANCE).await.ok();
    let attached = ada.lists("attachment", INSTANCE).await;
    assert_eq!(attached, [super::ALL_HERE, SPACE_HERE]);
    // Whoever sees one side alone does not learn of the other.
    for (name, object) in [("of-instance", INSTANCE), ("of-space", SPACE)] {
        let person = collaborator(&town, &alice, name, &[(object, "read")]).await;
        person.show(SPACE_HERE).await.missing();
    }
}

#[tokio::test]
async fn lm_26_an_admin_of_either_side_detaches() {
    let (town, alice) = acme().await;
    let roles = [(INSTANCE, "admin"), (SPACE, "admin")];
    let ada = collaborator(&town, &alice, "ada", &roles).await;
    let lower = [(INSTANCE, "write"), (SPACE, "write")];
    let wes = collaborator(&town, &alice, "wes", &lower).await;
    for (name, roles) in [
        ("of-instance", [(INSTANCE, "admin"), (SPACE, "read")]),
        ("of-space", [(INSTANCE, "read"), (SPACE, "admin")]),
    ] {
        let person = collaborator(&town, &alice, name, &roles).await;
        ada.attach(SPACE, INSTANCE).await.ok();
        wes.detach(SPACE, INSTANCE).await.denied();
        wes.delete(SPACE_HERE).await.denied();
        person.detach(SPACE, INSTANCE).await.ok();
        ada.show(SPACE_HERE).await.missing();
        // Which is not to say that they attach.
        person.attach(SPACE, INSTANCE).await.denied();
    }
}
