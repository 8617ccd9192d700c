//! EA-02 to EA-08: organizations and projects are the boundaries, and what is in them.

use super::{
    BUILD, LOGS, ORGANIZATION, OTHER, OTHER_SECRET, OTHER_SECRET_DATA, PIPELINE, PROJECT,
    SATELLITE, SECRET, SECRET_DATA, acme, acme_and_beta, joined, on_project, only,
};

#[tokio::test]
async fn ea_02_organizations_and_projects_are_boundaries() {
    let (town, alice, bob) = acme_and_beta().await;
    let carol = on_project(&town, &alice, "carol", "write").await;
    assert!(alice.may("can_modify", SATELLITE).await);
    assert_eq!(carol.writes(SECRET_DATA).await, 200);
    // A grant in one project has no effect in another, a level in one organization none in another.
    assert!(!carol.may("can_view", OTHER_SECRET).await);
    assert_eq!(carol.reads(OTHER_SECRET_DATA).await, 403);
    let foreign = [
        ("can_view", "organization:beta"),
        ("can_view", "project:beta/web"),
        ("can_inspect", "satellite:beta/sat"),
        ("can_use", "secret:beta/web/token"),
    ];
    only(&bob, &alice, &foreign).await;
    assert_eq!(alice.reads("/secrets/beta/web/token").await, 403);
    assert_eq!(alice.reads("/satellites/beta/sat").await, 403);
    alice.show("project:beta/web").await.missing();
    alice.create("project:beta/mine").await.missing();
}

#[tokio::test]
async fn ea_03_invited_to_an_organization_and_then_to_projects() {
    let (town, alice) = acme().await;
    let bob = joined(&town, &alice, "bob", "read").await;
    let carol = joined(&town, &alice, "carol", "read").await;
    alice
        .grant(PROJECT, &["read_secrets"], "user:carol")
        .await
        .ok();
    only(&carol, &bob, &[("can_use", SECRET)]).await;
    assert_eq!(bob.reads(LOGS).await, 200);
    // A project alone is not possible.
    let dora = town.user("dora").await;
    alice
        .grant(PROJECT, &["read"], "user:dora")
        .await
        .conflict();
    alice
        .invite(PROJECT, "user:dora", &["read"])
        .await
        .refused(400);
    assert!(!dora.may("can_view", PROJECT).await);
}

/// That things of this type lie right below one parent, and nowhere else.
async fn lies_below(object: &str, parent: &str, elsewhere: &[&str]) {
    let (_town, alice, bob) = acme_and_beta().await;
    let (type_name, id) = object.split_once(':').expect("type:id");
    let below = alice.lists(type_name, parent).await;
    assert!(below.contains(&object.to_owned()), "{below:?}");
    let beside = below.iter().filter(|other| other.contains(":beta/"));
    assert_eq!(beside.count(), 0, "{below:?}");
    alice.show(object).await.ok();
    // The name below another parent is another thing.
    bob.show(object).await.missing();
    alice.create(object).await.conflict();
    for wrong in elsewhere {
        let refused = alice.create(&format!("{type_name}:{wrong}")).await;
        assert!(matches!(refused.status, 400 | 404), "{refused:#?}");
    }
    let (parent_id, _) = id.rsplit_once('/').expect("below something");
    let gone = format!("{type_name}:{parent_id}x/one");
    alice.create(&gone).await.missing();
}

#[tokio::test]
async fn ea_04_satellites_belong_to_an_organization() {
    lies_below(SATELLITE, ORGANIZATION, &["sat", "acme/web/sat"]).await;
}

#[tokio::test]
async fn ea_05_projects_belong_to_an_organization() {
    lies_below("project:acme/web", ORGANIZATION, &["web", "acme/web/sub"]).await;
}

#[tokio::test]
async fn ea_06_secrets_belong_to_a_project() {
    lies_below(
        SECRET,
        PROJECT,
        &["token", "acme/token", "acme/web/token/x"],
    )
    .await;
}

#[tokio::test]
async fn ea_07_pipelines_belong_to_a_project() {
    lies_below(PIPELINE, PROJECT, &["nightly", "acme/nightly"]).await;
    let (town, alice) = acme().await;
    let bob = joined(&town, &alice, "bob", "read").await;
    let eve = town.user("eve").await;
    only(&bob, &eve, &[("can_view", PIPELINE)]).await;
    // Viewed with read, modified with write (decision 11).
    only(&alice, &bob, &[("can_modify", PIPELINE)]).await;
    bob.rename(PIPELINE, "Mine").await.denied();
    bob.delete(PIPELINE).await.denied();
    bob.create("pipeline:acme/web/weekly").await.denied();
    let carol = on_project(&town, &alice, "carol", "write").await;
    carol.rename(PIPELINE, "Every night").await.ok();
    carol.create("pipeline:acme/web/weekly").await.ok();
    carol.create("pipeline:acme/api/weekly").await.denied();
    carol.delete(PIPELINE).await.ok();
}

#[tokio::test]
async fn ea_08_projects_have_a_build_history_with_logs() {
    lies_below(BUILD, PROJECT, &["one", "acme/one"]).await;
    let (town, alice) = acme().await;
    let bob = joined(&town, &alice, "bob", "read").await;
    let eve = town.user("eve").await;
    assert_eq!(bob.lists("build", PROJECT).await, [BUILD]);
    assert_eq!(bob.reads(LOGS).await, 200);
    assert!(eve.lists("build", PROJECT).await.is_empty());
    assert_eq!(eve.reads(LOGS).await, 403);
    assert_eq!(town.nobody().reads(LOGS).await, 401);
    only(
        &bob,
        &eve,
        &[
            ("can_view_logs", BUILD),
            ("can_view_build_history", PROJECT),
        ],
    )
    .await;
    // Builds of another project are not among them.
    alice.create("build:acme/api/one").await.ok();
    assert_eq!(bob.lists("build", PROJECT).await, [BUILD]);
    assert_eq!(bob.lists("build", OTHER).await, ["build:acme/api/one"]);
    bob.create("build:acme/web/two").await.denied();
    bob.rename(BUILD, "Mine").await.denied();
    bob.delete(BUILD).await.denied();
    let wanda = on_project(&town, &alice, "wanda", "write").await;
    wanda.create("build:acme/web/two").await.ok();
    wanda.rename("build:acme/web/two", "Second").await.ok();
    wanda.delete("build:acme/web/two").await.ok();
}
