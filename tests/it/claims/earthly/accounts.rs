//! Users, who may know what they may, and what their secrets may (EA-03, EA-18, EA-24, EA-25).

use super::super::people;
use super::{
    BUILD, LOGS, ORGANIZATION, PIPELINE, PIPELINE_DATA, PROJECT, SATELLITE, SATELLITE_DATA, SECRET,
    SECRET_DATA, WAKE, acme, joined, on_project,
};

#[tokio::test]
async fn ea_03_users_manage_themselves() {
    let (town, _alice) = acme().await;
    people::manage_themselves(&town).await;
}

#[tokio::test]
async fn ea_07_what_a_pipeline_does_is_read_and_written() {
    let (town, alice) = acme().await;
    let bob = joined(&town, &alice, "bob", "read").await;
    let eve = town.user("eve").await;
    for (person, reads, writes) in [(&alice, 200, 200), (&bob, 200, 403), (&eve, 403, 403)] {
        let name = person.name();
        assert_eq!(person.reads(PIPELINE_DATA).await, reads, "{name}");
        assert_eq!(person.writes(PIPELINE_DATA).await, writes, "{name}");
    }
}

#[tokio::test]
async fn ea_18_a_read_secret_reads_and_changes_nothing() {
    let (town, alice) = acme().await;
    let reader = alice.with("read").await;
    for path in [SECRET_DATA, LOGS, SATELLITE_DATA, PIPELINE_DATA] {
        assert_eq!(reader.reads(path).await, 200, "{path}");
    }
    for path in [SECRET_DATA, SATELLITE_DATA, PIPELINE_DATA, WAKE] {
        assert_eq!(reader.writes(path).await, 403, "{path}");
        assert_eq!(alice.writes(path).await, 200, "{path}");
    }
    reader.show(SECRET).await.ok();
    reader.grants(ORGANIZATION).await.ok();
    reader.grants(PROJECT).await.ok();
    reader.quota("user:alice").await.ok();

    town.user("eve").await;
    for refused in [
        reader.create("secret:acme/web/second").await,
        reader.rename(ORGANIZATION, "Mine").await,
        reader.invite(ORGANIZATION, "user:eve", &["read"]).await,
        reader.issue("user:alice", Some("full")).await,
        reader.revoke_secret(&alice.jti().await).await,
        reader.delete(SECRET).await,
        reader.leave(ORGANIZATION).await,
    ] {
        refused.denied();
    }
}

#[tokio::test]
async fn ea_24_operators_create_organizations_for_others() {
    let (town, alice) = acme().await;
    let (operator, bob) = (town.operator(), town.user("bob").await);
    let body = serde_json::json!({ "object": "organization:gamma", "owner": "user:bob" });
    alice.create_with(body.clone()).await.denied();
    operator.create_with(body).await.ok();
    assert_eq!(
        bob.granted("organization:gamma", "user:bob").await,
        ["admin"]
    );
    operator.show("organization:gamma").await.ok();
    operator.rename("organization:gamma", "Mine").await.denied();
    operator.grants("organization:gamma").await.denied();
    operator.create("project:gamma/mine").await.denied();
    operator.delete("organization:gamma").await.denied();
}

#[tokio::test]
async fn ea_25_admins_know_who_may_what() {
    let (town, alice) = acme().await;
    let bob = on_project(&town, &alice, "bob", "write").await;
    let carol = on_project(&town, &alice, "carol", "admin").await;
    let of_project = [PROJECT, SECRET, PIPELINE, BUILD];
    for object in [ORGANIZATION, SATELLITE].into_iter().chain(of_project) {
        assert!(alice.says("user:bob", "can_see", object).await, "{object}");
        bob.ask("user:alice", "can_see", object).await.forbidden();
        let of_project = of_project.contains(&object);
        let asked = carol.ask("user:bob", "can_see", object).await;
        if of_project {
            asked.ok();
        } else {
            asked.forbidden();
        }
    }
}
