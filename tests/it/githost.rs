//! A fifth system is a folder (`tests/systems/githost/`), without a line of Rust: what its rules say holds
//! through the HTTP API.

use std::path::Path;

use crate::claims::town::{Person, Town};

const ORGANIZATION: &str = "organization:acme";
const TEAM: &str = "team:acme/core";
const APP: &str = "repository:acme/app";

/// Olga owns acme; mia accepted an invitation to it. There are a team and a repository.
async fn acme() -> (Town, Person, Person) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("systems/githost");
    let town = Town::open(folder.to_str().expect("UTF-8"), "").await;
    let olga = town.user("olga").await;
    let mia = town.user("mia").await;
    for object in [ORGANIZATION, TEAM, APP] {
        olga.create(object).await.ok();
    }
    let invited = olga.invite(ORGANIZATION, "user:mia", &["member"]).await;
    invited.ok();
    mia.accept(ORGANIZATION).await.ok();
    (town, olga, mia)
}

#[tokio::test]
async fn roles_on_repositories() {
    let (town, olga, mia) = acme().await;
    mia.show(APP).await.missing();
    // One level at a time, by its word or another for it; who may not manage may not grant.
    olga.grant(APP, &["pull"], "user:mia").await.ok();
    assert_eq!(olga.granted(APP, "user:mia").await, ["read"]);
    assert!(mia.may("can_read", APP).await && !mia.may("can_triage", APP).await);
    mia.grant(APP, &["admin"], "user:mia").await.denied();
    olga.grant(APP, &["maintain"], "user:mia").await.ok();
    assert_eq!(olga.granted(APP, "user:mia").await, ["maintain"]);
    mia.rename(APP, "The app").await.ok();
    olga.grant(APP, &["owner"], "user:mia")
        .await
        .bad("relations");
    // Nobody from outside, and no team of another organization.
    let eve = town.user("eve").await;
    eve.create("organization:evil").await.ok();
    eve.create("team:evil/gang").await.ok();
    for stranger in ["user:eve", "team:evil/gang#member"] {
        olga.grant(APP, &["read"], stranger).await.conflict();
    }
    // A public one is seen by anyone, and changed by nobody for that.
    eve.show(APP).await.missing();
    olga.grant(APP, &["public"], "user:*").await.ok();
    eve.show(APP).await.ok();
    assert!(eve.may("can_read", APP).await && !eve.may("can_write", APP).await);
    eve.delete(APP).await.denied();
}

#[tokio::test]
async fn teams_are_joined_and_end_with_the_organization() {
    let (town, olga, mia) = acme().await;
    olga.grant(APP, &["push"], &format!("{TEAM}#member"))
        .await
        .ok();
    assert!(!mia.may("can_write", APP).await);
    mia.join(TEAM).await.ok();
    assert!(mia.may("can_write", APP).await);
    let eve = town.user("eve").await;
    eve.join(TEAM).await.missing();
    mia.grant(TEAM, &["maintainer"], "user:mia").await.denied();
    // The last owner stays; a member goes, with what rested on that.
    olga.leave(ORGANIZATION).await.conflict();
    mia.leave(ORGANIZATION).await.ok();
    assert!(olga.granted(TEAM, "user:mia").await.is_empty());
    olga.grant(TEAM, &["member"], "user:mia").await.conflict();
    mia.show(APP).await.missing();
}

#[tokio::test]
async fn a_deploy_key_is_for_one_repository() {
    let (_town, olga, mia) = acme().await;
    let key = "deploy_key:acme/app/ci";
    olga.create(key).await.ok();
    olga.create("repository:acme/site").await.ok();
    mia.create("deploy_key:acme/app/own").await.missing();
    olga.grant("repository:acme/site", &["read"], key)
        .await
        .conflict();
    olga.grant(APP, &["admin"], key).await.bad("subject");
    olga.grant(APP, &["write"], key).await.ok();
    let issued = olga.issue(key, None).await;
    assert_eq!(issued.text("/kind"), "deploy");
    mia.issue(key, None).await.missing();
    // Its secret is for data alone.
    olga.service(key).await.show(APP).await.unauthenticated();
    assert!(olga.says(key, "can_write", APP).await);
    olga.delete(APP).await.ok();
    olga.show(key).await.missing();
}
