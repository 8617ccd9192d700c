//! EA-39 to EA-43: who is in a project, and what it adds to the level on the organization.

use super::{
    LEVELS, LOGS, ORGANIZATION, OTHER, PROJECT, SECRET, SECRET_DATA, acme, joined, joins,
    on_project, only,
};

const ADDRESS: &str = "dora@example.com";

#[tokio::test]
async fn ea_39_project_admins_and_organization_admins_add_users() {
    let (town, alice) = acme().await;
    let bob = on_project(&town, &alice, "bob", "admin").await;
    alice.invite(ORGANIZATION, ADDRESS, &["read"]).await.ok();
    let dora = town.sign_up(ADDRESS, "dora").await;
    bob.grant(PROJECT, &["write"], ADDRESS).await.conflict();
    dora.accept(ORGANIZATION).await.ok();
    bob.grant(PROJECT, &["write"], ADDRESS).await.ok();
    assert_eq!(dora.writes(SECRET_DATA).await, 200);
    alice.grant(OTHER, &["write"], ADDRESS).await.ok();
    assert_eq!(alice.granted(OTHER, "user:dora").await, ["write"]);

    town.user("eve").await;
    for stranger in ["eve@example.com", "user:nobody"] {
        bob.grant(PROJECT, &["write"], stranger).await.missing();
    }
    bob.grant(PROJECT, &["write"], "user:eve").await.conflict();
    // Whoever is admin of neither.
    joined(&town, &alice, "carol", "read").await;
    for level in LEVELS.into_iter().take(3) {
        let person = on_project(&town, &alice, &format!("x{level}"), level).await;
        person
            .grant(PROJECT, &["read"], "user:carol")
            .await
            .denied();
    }
    let wanda = joined(&town, &alice, "wanda", "write").await;
    wanda.grant(PROJECT, &["read"], "user:carol").await.denied();
    bob.grant(OTHER, &["read"], "user:carol").await.denied();
    assert!(alice.granted(PROJECT, "user:carol").await.is_empty());
}

#[tokio::test]
async fn ea_40_levels_on_a_project_are_updated() {
    let (town, alice) = acme().await;
    alice.invite(ORGANIZATION, ADDRESS, &["read"]).await.ok();
    let dora = town.sign_up(ADDRESS, "dora").await;
    dora.accept(ORGANIZATION).await.ok();
    // In the organization, but not in the project.
    alice.change(PROJECT, &["write"], ADDRESS).await.missing();
    assert!(alice.granted(PROJECT, "user:dora").await.is_empty());
    alice.grant(PROJECT, &["read"], ADDRESS).await.ok();
    for (level, writes) in [
        ("admin", 200),
        ("read+secrets", 403),
        ("write", 200),
        ("read", 403),
    ] {
        alice.change(PROJECT, &[level], ADDRESS).await.ok();
        let level = level.replace('+', "_");
        assert_eq!(alice.granted(PROJECT, "user:dora").await, [level]);
        assert_eq!(dora.writes(SECRET_DATA).await, writes);
    }
    town.user("eve").await;
    alice
        .change(PROJECT, &["write"], "user:eve")
        .await
        .missing();
    dora.change(PROJECT, &["admin"], "user:dora").await.denied();
}

#[tokio::test]
async fn ea_41_removal_from_a_project_ends_what_it_added() {
    let (town, alice) = acme().await;
    alice.invite(ORGANIZATION, ADDRESS, &["read"]).await.ok();
    let dora = town.sign_up(ADDRESS, "dora").await;
    dora.accept(ORGANIZATION).await.ok();
    alice.grant(PROJECT, &["admin"], ADDRESS).await.ok();
    let wanda = joined(&town, &alice, "wanda", "write").await;
    alice.grant(PROJECT, &["admin"], "user:wanda").await.ok();
    wanda.remove(PROJECT, ADDRESS).await.ok();
    assert_eq!(dora.reads(SECRET_DATA).await, 403);
    dora.remove(PROJECT, "user:wanda").await.denied();
    // What the level on the organization gives remains.
    assert_eq!(dora.reads(LOGS).await, 200);
    alice.remove(PROJECT, "user:wanda").await.ok();
    assert_eq!(wanda.writes(SECRET_DATA).await, 200);
    only(&alice, &wanda, &[("can_manage_members", PROJECT)]).await;
    for unknown in [ADDRESS, "user:wanda", "user:nobody"] {
        alice.remove(PROJECT, unknown).await.missing();
    }
}

#[tokio::test]
async fn ea_42_the_higher_of_both_levels_is_in_force() {
    let (town, alice) = acme().await;
    let rita = on_project(&town, &alice, "rita", "write").await;
    assert_eq!(rita.writes(SECRET_DATA).await, 200);
    // A grant on the project cannot lower.
    let wanda = joined(&town, &alice, "wanda", "write").await;
    alice.grant(PROJECT, &["read"], "user:wanda").await.ok();
    assert_eq!(alice.granted(PROJECT, "user:wanda").await, ["read"]);
    assert_eq!(wanda.writes(SECRET_DATA).await, 200);
    let adam = joined(&town, &alice, "adam", "admin").await;
    alice
        .grant(PROJECT, &["read_secrets"], "user:adam")
        .await
        .ok();
    only(&adam, &wanda, &[("can_manage_members", PROJECT)]).await;

    alice
        .change(ORGANIZATION, &["read"], "user:wanda")
        .await
        .ok();
    assert_eq!(wanda.writes(SECRET_DATA).await, 403);
    assert_eq!(wanda.reads(SECRET_DATA).await, 403);
    // The level on the organization may go up and down without touching the project's.
    alice
        .change(ORGANIZATION, &["admin"], "user:rita")
        .await
        .ok();
    alice
        .change(ORGANIZATION, &["read"], "user:rita")
        .await
        .ok();
    assert_eq!(rita.writes(SECRET_DATA).await, 200);
    only(&rita, &wanda, &[("can_modify", SECRET)]).await;
}

#[tokio::test]
async fn ea_43_no_later_invitation_brings_project_grants_back() {
    let (town, alice) = acme().await;
    let bob = on_project(&town, &alice, "bob", "write").await;
    let carol = on_project(&town, &alice, "carol", "write").await;
    alice.remove(ORGANIZATION, "user:bob").await.ok();
    alice
        .revoke(ORGANIZATION, &["read"], "user:carol")
        .await
        .ok();
    for person in [&bob, &carol] {
        let name = person.name();
        assert!(!person.may("can_view", PROJECT).await, "{name}");
        assert_eq!(person.reads(SECRET_DATA).await, 403, "{name}");
        assert_eq!(person.reads(LOGS).await, 403, "{name}");
        assert!(alice.granted(PROJECT, name).await.is_empty(), "{name}");

        joins(&alice, person, ORGANIZATION, "read").await;
        assert_eq!(person.reads(LOGS).await, 200, "{name}");
        assert_eq!(person.reads(SECRET_DATA).await, 403, "{name}");
        assert!(!person.may("can_modify", SECRET).await, "{name}");
        assert!(alice.granted(PROJECT, name).await.is_empty(), "{name}");
    }
}
