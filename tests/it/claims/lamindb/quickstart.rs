//! LM-01 to LM-03: the examples of the quickstart.

use super::{
    BOTH, COMMON_DATA, CURATED_DATA, INSTANCE, NONE, READ, SPACE, TEAM, acme, collaborator, data,
    hired, record, stocked,
};
use crate::claims::town::{Person, Town};

#[tokio::test]
async fn lm_01_the_all_space_is_read_by_all_collaborators() {
    let (town, alice) = stocked().await;
    for role in super::ROLES {
        let name = format!("x{role}");
        let person = collaborator(&town, &alice, &name, &[(INSTANCE, role)]).await;
        assert_eq!(person.reads(COMMON_DATA).await, 200, "{role}");
    }
    let mia = hired(&town, &alice, "mia", "member").await;
    let eve = town.user("eve").await;
    for person in [&mia, &eve, &alice] {
        assert_eq!(data(person, COMMON_DATA).await, NONE, "{}", person.name());
    }
    assert_eq!(town.nobody().reads(COMMON_DATA).await, 401);
}

/// The teams curators, ml and third, each with one member of its name, all of them collaborators of the
/// instance; the space ml, with a record; and nora, in no team.
async fn teams() -> (Town, Person, [Person; 4]) {
    let (town, alice) = stocked().await;
    let mut people = Vec::new();
    for team in ["curators", "ml", "third"] {
        if team != "curators" {
            alice.create(&format!("team:acme/{team}")).await.ok();
        }
        let person = hired(&town, &alice, &format!("of-{team}"), "member").await;
        let team = format!("team:acme/{team}");
        alice.grant(&team, &["member"], person.name()).await.ok();
        let members = format!("{team}#member");
        alice.grant(INSTANCE, &["read"], &members).await.ok();
        people.push(person);
    }
    let nora = collaborator(&town, &alice, "nora", &[(INSTANCE, "read")]).await;
    people.push(nora);
    let people = people.try_into().unwrap_or_else(|_| panic!("four"));
    (town, alice, people)
}

#[tokio::test]
async fn lm_02_one_team_writes_another_reads_others_have_nothing() {
    let (_town, alice, [curator, ml, third, nora]) = teams().await;
    alice
        .grant(SPACE, &["write"], super::TEAM_MEMBERS)
        .await
        .ok();
    alice
        .grant(SPACE, &["read"], "team:acme/ml#member")
        .await
        .ok();
    assert_eq!(data(&curator, CURATED_DATA).await, BOTH);
    assert_eq!(data(&ml, CURATED_DATA).await, READ);
    assert_eq!(data(&third, CURATED_DATA).await, NONE);
    assert_eq!(data(&nora, CURATED_DATA).await, NONE);
}

#[tokio::test]
async fn lm_03_a_space_of_one_team_until_another_is_let_in() {
    let (_town, alice, [curator, ml, third, nora]) = teams().await;
    alice.create("space:acme/ml").await.ok();
    for object in [INSTANCE, "space:acme/ml"] {
        alice.grant(object, &["admin"], "user:alice").await.ok();
    }
    alice.attach("space:acme/ml", INSTANCE).await.ok();
    let model = "record:acme/main/model";
    record(&alice, model, "attachment:acme/main/ml").await.ok();
    alice
        .grant("space:acme/ml", &["write"], "team:acme/ml#member")
        .await
        .ok();
    let path = "/records/acme/main/model";
    assert_eq!(data(&ml, path).await, BOTH);
    for other in [&curator, &third, &nora] {
        assert_eq!(data(other, path).await, NONE, "{}", other.name());
    }
    // Only an explicit grant lets another team in.
    alice
        .grant("space:acme/ml", &["read"], super::TEAM_MEMBERS)
        .await
        .ok();
    assert_eq!(data(&curator, path).await, READ);
    assert_eq!(data(&third, path).await, NONE);
}

#[tokio::test]
async fn lm_03_no_other_organizations_team_is_let_in() {
    let (town, alice) = acme().await;
    let bob = town.user("bob").await;
    for object in ["organization:beta", "team:beta/gang"] {
        bob.create(object).await.ok();
    }
    for object in [INSTANCE, SPACE] {
        let refused = alice
            .grant(object, &["read"], "team:beta/gang#member")
            .await;
        refused.conflict();
        assert!(
            alice
                .granted(object, "team:beta/gang#member")
                .await
                .is_empty()
        );
    }
    alice.grant(SPACE, &["read"], TEAM).await.refused(400);
    alice
        .grant(SPACE, &["read"], "team:acme/gone#member")
        .await
        .missing();
    alice.grant(SPACE, &["read"], "user:*").await.refused(400);
}
