//! LM-04 to LM-20, LM-22: the structure of an organization, step by step.

use super::{
    ALL, BOTH, COMMON_DATA, CURATED, CURATED_DATA, INSTANCE, NONE, ORGANIZATION, READ, SPACE,
    SPACE_HERE, TEAM, TEAM_MEMBERS, acme, collaborator, data, hired, record, stocked,
};

const STRUCTURE: [&str; 3] = [
    "team:acme/second",
    "instance:acme/second",
    "space:acme/second",
];

#[tokio::test]
async fn lm_04_setting_up_the_structure_needs_a_role() {
    let (town, alice) = acme().await;
    let mia = hired(&town, &alice, "mia", "member").await;
    let gus = hired(&town, &alice, "gus", "guest").await;
    let eve = town.user("eve").await;
    for object in STRUCTURE {
        mia.create(object).await.denied();
        gus.create(object).await.denied();
        eve.create(object).await.missing();
        alice.create(object).await.ok();
    }
}

#[tokio::test]
async fn lm_05_the_operator_sets_the_first_admin() {
    let (town, alice) = acme().await;
    let bob = town.user("bob").await;
    let body = serde_json::json!({ "object": "organization:beta", "owner": "user:bob" });
    town.operator().create_with(body).await.ok();
    assert_eq!(
        bob.granted("organization:beta", "user:bob").await,
        ["admin"]
    );
    bob.create("instance:beta/main").await.ok();

    // Who runs the deployment sees that it is there, and no more.
    let operator = town.operator();
    operator.show("organization:beta").await.ok();
    operator.rename("organization:beta", "Mine").await.denied();
    operator.grants("organization:beta").await.denied();
    operator.create("instance:beta/mine").await.denied();
    operator.delete("organization:beta").await.denied();
    // Nobody makes themself admin.
    let mia = hired(&town, &alice, "mia", "manager").await;
    let gus = hired(&town, &alice, "gus", "guest").await;
    for (person, name) in [(&mia, "user:mia"), (&gus, "user:gus")] {
        person.grant(ORGANIZATION, &["admin"], name).await.denied();
        person.change(ORGANIZATION, &["admin"], name).await.denied();
        person.invite(ORGANIZATION, name, &["admin"]).await.denied();
    }
    bob.grant(ORGANIZATION, &["admin"], "user:bob")
        .await
        .missing();
    let body = serde_json::json!({ "object": "organization:gamma", "owner": "user:alice" });
    bob.create_with(body).await.denied();
    assert_eq!(alice.granted(ORGANIZATION, "user:mia").await, ["manager"]);
    assert!(!operator.may("can_read", "record:acme/main/one").await);
}

#[tokio::test]
async fn lm_06_collaborators_are_listed_with_their_roles() {
    let (town, alice) = acme().await;
    let rita = collaborator(&town, &alice, "rita", &[(INSTANCE, "read")]).await;
    alice.grant(INSTANCE, &["write"], TEAM_MEMBERS).await.ok();
    assert_eq!(rita.granted(INSTANCE, "user:rita").await, ["read"]);
    assert_eq!(rita.granted(INSTANCE, TEAM_MEMBERS).await, ["write"]);
    let mia = hired(&town, &alice, "mia", "member").await;
    mia.grants(INSTANCE).await.missing();
}

#[tokio::test]
async fn lm_07_collaborators_are_added_by_handle() {
    let (town, alice) = acme().await;
    let mia = hired(&town, &alice, "mia", "member").await;
    assert!(!mia.may("collaborator", INSTANCE).await);
    alice.grant(INSTANCE, &["read"], "user:mia").await.ok();
    assert!(mia.may("collaborator", INSTANCE).await);
    // Look-ups ignore case.
    alice.grant(INSTANCE, &["write"], "user:Mia").await.ok();
    assert_eq!(alice.granted(INSTANCE, "user:mia").await, ["write"]);

    alice
        .grant(INSTANCE, &["read"], "user:unknown")
        .await
        .missing();
    alice
        .grant(INSTANCE, &["read"], "unknown@example.com")
        .await
        .missing();
    alice.grant(INSTANCE, &["read"], "mia").await.refused(400);
    for role in ["owner", "collaborator", ""] {
        alice
            .grant(INSTANCE, &[role], "user:mia")
            .await
            .refused(400);
    }
    // Who is not in the organization has no role in what is its.
    town.user("eve").await;
    let refused = alice.grant(INSTANCE, &["read"], "user:eve").await;
    refused.conflict();
    assert!(alice.granted(INSTANCE, "user:eve").await.is_empty());
}

#[tokio::test]
async fn lm_08_collaborators_are_removed() {
    let (town, alice) = stocked().await;
    let roles = [(INSTANCE, "write"), (SPACE, "write")];
    let mia = collaborator(&town, &alice, "mia", &roles).await;
    let noa = collaborator(&town, &alice, "noa", &roles).await;
    for path in [COMMON_DATA, CURATED_DATA] {
        assert_eq!(data(&mia, path).await, BOTH, "{path}");
    }
    alice.remove(INSTANCE, "user:mia").await.ok();
    for path in [COMMON_DATA, CURATED_DATA] {
        assert_eq!(data(&mia, path).await, NONE, "{path}");
        assert_eq!(data(&noa, path).await, BOTH, "{path}");
    }
    mia.show(INSTANCE).await.missing();
    alice.remove(INSTANCE, "user:mia").await.missing();
    noa.leave(INSTANCE).await.ok();
    assert_eq!(data(&noa, COMMON_DATA).await, NONE);
}

#[tokio::test]
async fn lm_09_spaces_partition_an_instance() {
    let (town, alice) = stocked().await;
    alice.create("space:acme/ml").await.ok();
    for object in [INSTANCE, "space:acme/ml"] {
        alice.grant(object, &["admin"], "user:alice").await.ok();
    }
    alice.attach("space:acme/ml", INSTANCE).await.ok();
    record(&alice, "record:acme/main/model", "attachment:acme/main/ml")
        .await
        .ok();
    let roles = [(INSTANCE, "read"), (SPACE, "write")];
    let mia = collaborator(&town, &alice, "mia", &roles).await;
    let roles = [(INSTANCE, "read"), ("space:acme/ml", "write")];
    let noa = collaborator(&town, &alice, "noa", &roles).await;
    for (here, there, path) in [
        (&mia, &noa, CURATED_DATA),
        (&noa, &mia, "/records/acme/main/model"),
    ] {
        assert_eq!(data(here, path).await, BOTH, "{path}");
        assert_eq!(data(there, path).await, NONE, "{path}");
    }
}

#[tokio::test]
async fn lm_10_spaces_are_created_by_name() {
    let (town, alice) = acme().await;
    let max = hired(&town, &alice, "max", "manager").await;
    let body = serde_json::json!({ "object": "space:acme/ml", "display_name": "Machine learning" });
    max.create_with(body).await.ok();
    let shown = alice.show("space:acme/ml").await;
    assert_eq!(shown.text("/display_name"), "Machine learning");
    alice.create("space:acme/ml").await.conflict();
    alice.create("space:loose").await.refused(400);
    let deep = alice.create("space:acme/main/deep").await;
    assert!(matches!(deep.status, 400 | 404), "{deep:#?}");
    let mia = collaborator(
        &town,
        &alice,
        "mia",
        &[(INSTANCE, "admin"), (SPACE, "admin")],
    )
    .await;
    mia.create("space:acme/mine").await.denied();
    town.user("eve")
        .await
        .create("space:acme/mine")
        .await
        .missing();
}

#[tokio::test]
async fn lm_11_collaborators_are_added_to_a_space() {
    let (town, alice) = stocked().await;
    let mia = collaborator(&town, &alice, "mia", &[(INSTANCE, "read")]).await;
    assert_eq!(data(&mia, CURATED_DATA).await, NONE);
    alice.grant(SPACE, &["read"], "user:mia").await.ok();
    assert_eq!(data(&mia, CURATED_DATA).await, READ);
    mia.grant(SPACE, &["write"], "user:mia").await.denied();
    alice
        .grant(SPACE, &["read"], "user:unknown")
        .await
        .missing();
    town.user("eve").await;
    alice.grant(SPACE, &["read"], "user:eve").await.conflict();
}

#[tokio::test]
async fn lm_12_a_space_is_attached_to_an_instance() {
    let (town, alice) = acme().await;
    let roles = [(INSTANCE, "admin"), (SPACE, "admin")];
    let ada = collaborator(&town, &alice, "ada", &roles).await;
    let one = collaborator(&town, &alice, "one", &[(INSTANCE, "admin")]).await;
    one.attach(SPACE, INSTANCE).await.forbidden();
    let attached = ada.attach(SPACE, INSTANCE).await;
    assert_eq!(attached.text("/object"), SPACE_HERE);
    ada.show(SPACE_HERE).await.ok();
    record(&ada, CURATED, SPACE_HERE).await.ok();
    ada.attach(SPACE, INSTANCE).await.conflict();
    ada.attach("space:acme/gone", INSTANCE).await.missing();
    ada.attach(SPACE, "instance:acme/gone").await.missing();
    ada.attach(TEAM, INSTANCE).await.refused(400);
    // Not while records are in it.
    ada.detach(SPACE, INSTANCE).await.conflict();
    ada.delete(CURATED).await.ok();
    one.detach(SPACE, INSTANCE).await.forbidden();
    ada.detach(SPACE, INSTANCE).await.ok();
    ada.show(SPACE_HERE).await.missing();
}

#[tokio::test]
async fn lm_13_a_team_gives_and_takes_all_of_its_access() {
    let (town, alice) = stocked().await;
    alice.grant(INSTANCE, &["write"], TEAM_MEMBERS).await.ok();
    alice.grant(SPACE, &["read"], TEAM_MEMBERS).await.ok();
    let mia = hired(&town, &alice, "mia", "member").await;
    assert_eq!(data(&mia, COMMON_DATA).await, NONE);
    alice.grant(TEAM, &["member"], "user:mia").await.ok();
    assert_eq!(data(&mia, COMMON_DATA).await, BOTH);
    assert_eq!(data(&mia, CURATED_DATA).await, READ);
    alice.remove(TEAM, "user:mia").await.ok();
    assert_eq!(data(&mia, COMMON_DATA).await, NONE);
    assert_eq!(data(&mia, CURATED_DATA).await, NONE);
    // Whoever becomes a guest is in no team.
    alice.grant(TEAM, &["member"], "user:mia").await.ok();
    alice
        .change(ORGANIZATION, &["guest"], "user:mia")
        .await
        .ok();
    assert!(alice.granted(TEAM, "user:mia").await.is_empty());
    assert_eq!(data(&mia, COMMON_DATA).await, NONE);
}

#[tokio::test]
async fn lm_14_teams_are_created_by_name() {
    let (town, alice) = acme().await;
    let max = hired(&town, &alice, "max", "manager").await;
    let mia = hired(&town, &alice, "mia", "member").await;
    alice.create("team:acme/ml").await.ok();
    max.create("team:acme/third").await.ok();
    max.create("team:acme/ml").await.conflict();
    mia.create("team:acme/mine").await.denied();
    alice.create("team:loose").await.refused(400);
    let teams = mia.lists("team", ORGANIZATION).await;
    assert_eq!(teams, [TEAM, "team:acme/ml", "team:acme/third"]);
}

#[tokio::test]
async fn lm_15_members_are_added_to_a_team() {
    let (town, alice) = acme().await;
    let mia = hired(&town, &alice, "mia", "member").await;
    hired(&town, &alice, "noa", "member").await;
    alice.grant(TEAM, &["member"], "user:mia").await.ok();
    assert_eq!(mia.granted(TEAM, "user:mia").await, ["member"]);
    mia.grant(TEAM, &["member"], "user:noa").await.denied();
    alice
        .grant(TEAM, &["member"], "user:unknown")
        .await
        .missing();
    for role in ["granted_member", "guest", ""] {
        alice.grant(TEAM, &[role], "user:noa").await.refused(400);
    }
    assert!(alice.granted(TEAM, "user:noa").await.is_empty());
}

#[tokio::test]
async fn lm_16_a_team_is_a_collaborator_of_a_space() {
    let (town, alice) = stocked().await;
    alice.grant(SPACE, &["write"], TEAM_MEMBERS).await.ok();
    let mia = collaborator(
        &town,
        &alice,
        "mia",
        &[(TEAM, "member"), (INSTANCE, "read")],
    )
    .await;
    let noa = collaborator(&town, &alice, "noa", &[(TEAM, "member")]).await;
    let ole = collaborator(&town, &alice, "ole", &[(INSTANCE, "read")]).await;
    assert_eq!(data(&mia, CURATED_DATA).await, BOTH);
    // In the team, but not in the instance.
    assert_eq!(data(&noa, CURATED_DATA).await, NONE);
    assert_eq!(data(&ole, CURATED_DATA).await, NONE);
    alice.revoke(SPACE, &["write"], TEAM_MEMBERS).await.ok();
    assert_eq!(data(&mia, CURATED_DATA).await, NONE);
}

#[tokio::test]
async fn lm_17_a_team_is_a_collaborator_of_an_instance() {
    let (town, alice) = stocked().await;
    alice.grant(INSTANCE, &["write"], TEAM_MEMBERS).await.ok();
    let mia = collaborator(&town, &alice, "mia", &[(TEAM, "member")]).await;
    let noa = hired(&town, &alice, "noa", "member").await;
    assert_eq!(data(&mia, COMMON_DATA).await, BOTH);
    assert_eq!(data(&noa, COMMON_DATA).await, NONE);
    alice.remove(INSTANCE, TEAM_MEMBERS).await.ok();
    assert_eq!(data(&mia, COMMON_DATA).await, NONE);
}

#[tokio::test]
async fn lm_18_four_tiers() {
    let (_town, alice) = acme().await;
    for (type_name, below) in [
        ("team", vec![TEAM]),
        ("instance", vec![INSTANCE]),
        ("space", vec![SPACE, ALL]),
    ] {
        assert_eq!(alice.lists(type_name, ORGANIZATION).await, below);
    }
    for object in [
        "instance:acme/curation/main",
        "space:acme/main/x",
        "team:acme/curators/x",
    ] {
        let refused = alice.create(object).await;
        assert!(matches!(refused.status, 400 | 404), "{refused:#?}");
    }
}

#[tokio::test]
async fn lm_19_instances_teams_and_spaces_have_one_organization() {
    let (town, alice) = stocked().await;
    let bob = town.user("bob").await;
    for object in [
        "organization:beta",
        "instance:beta/main",
        "space:beta/own",
        "team:beta/own",
    ] {
        bob.create(object).await.ok();
        alice.show(object).await.missing();
        alice.rename(object, "Mine").await.missing();
    }
    // Roles in another organization have no effect, and its people and spaces cannot be let in.
    for object in [ORGANIZATION, INSTANCE, SPACE, TEAM] {
        bob.show(object).await.missing();
        bob.delete(object).await.missing();
    }
    assert_eq!(data(&bob, COMMON_DATA).await, NONE);
    bob.create("space:acme/own").await.missing();
    alice
        .grant(INSTANCE, &["admin"], "user:bob")
        .await
        .conflict();
    for object in ["instance:beta/main", "space:beta/own"] {
        bob.grant(object, &["admin"], "user:bob").await.ok();
    }
    bob.attach("space:beta/own", INSTANCE).await.missing();
    bob.attach(SPACE, "instance:beta/main").await.missing();
    // Nor by somebody who is an admin of both.
    for object in [ORGANIZATION, INSTANCE] {
        let role = if object == INSTANCE {
            "admin"
        } else {
            "member"
        };
        alice.grant(object, &[role], "user:bob").await.ok();
    }
    let refused = bob.attach("space:beta/own", INSTANCE).await;
    refused.refused(400);
    bob.attach("space:beta/own", "instance:beta/main")
        .await
        .ok();
}

#[tokio::test]
async fn lm_20_a_team_groups_users_of_its_organization() {
    let (town, alice) = stocked().await;
    alice.grant(INSTANCE, &["read"], TEAM_MEMBERS).await.ok();
    for name in ["mia", "noa"] {
        let person = collaborator(&town, &alice, name, &[(TEAM, "member")]).await;
        assert_eq!(data(&person, COMMON_DATA).await, READ, "{name}");
    }
    // Nobody from outside, and no guest (decision 14).
    let eve = town.user("eve").await;
    let gus = hired(&town, &alice, "gus", "guest").await;
    for other in [&eve, &gus] {
        for role in ["member", "admin"] {
            alice.grant(TEAM, &[role], other.name()).await.conflict();
        }
        assert_eq!(data(other, COMMON_DATA).await, NONE, "{}", other.name());
    }
    alice
        .grant(TEAM, &["member"], TEAM_MEMBERS)
        .await
        .refused(400);
}

#[tokio::test]
async fn lm_22_spaces_are_managed_as_instances_are() {
    let (town, alice) = acme().await;
    let ada = collaborator(
        &town,
        &alice,
        "ada",
        &[(INSTANCE, "admin"), (SPACE, "admin")],
    )
    .await;
    let mia = hired(&town, &alice, "mia", "member").await;
    for object in [INSTANCE, SPACE] {
        ada.grant(object, &["read"], "user:mia").await.ok();
        ada.change(object, &["write"], "user:mia").await.ok();
        assert_eq!(mia.granted(object, "user:mia").await, ["write"]);
        mia.grant(object, &["admin"], "user:mia").await.denied();
        // One role at a time, whichever comes after which.
        for role in ["read", "write", "read", "admin", "write"] {
            ada.grant(object, &[role], "user:mia").await.ok();
            assert_eq!(mia.granted(object, "user:mia").await, [role], "{object}");
        }
        for (one, other) in [("read", "write"), ("read", "admin"), ("write", "admin")] {
            let both = ada.grant(object, &[one, other], "user:mia").await;
            both.refused(400);
        }
        ada.grant(object, &["read"], TEAM_MEMBERS).await.ok();
        ada.revoke(object, &["read"], TEAM_MEMBERS).await.ok();
        mia.leave(object).await.ok();
        mia.show(object).await.missing();
        mia.leave(object).await.missing();
        ada.grant(object, &["read"], "user:mia").await.ok();
        ada.remove(object, "user:mia").await.ok();
        mia.show(object).await.missing();
        ada.change(object, &["write"], "user:mia").await.missing();
        ada.rename(object, "Renamed").await.ok();
    }
}
