//! EA-09 to EA-28: what a level on the organization gives.

use super::{
    BUILD, LOGS, ORGANIZATION, OTHER, OTHER_SECRET, OTHER_SECRET_DATA, PROJECT, SATELLITE,
    SATELLITE_DATA, SECRET, SECRET_DATA, WAKE, acme, acme_and_beta, joined, on_project, only,
};

#[tokio::test]
async fn ea_09_one_of_four_levels() {
    let (town, alice) = acme().await;
    let bob = joined(&town, &alice, "bob", "read").await;
    for level in ["admin", "read", "write", "read_secrets", "admin"] {
        alice.change(ORGANIZATION, &[level], "user:bob").await.ok();
        assert_eq!(alice.granted(ORGANIZATION, "user:bob").await, [level]);
    }
    alice.grant(ORGANIZATION, &["write"], "user:bob").await.ok();
    assert_eq!(alice.granted(ORGANIZATION, "user:bob").await, ["write"]);
    alice
        .change(ORGANIZATION, &["read+secrets"], "user:bob")
        .await
        .ok();
    assert_eq!(
        alice.granted(ORGANIZATION, "user:bob").await,
        ["read_secrets"]
    );
    for other in [
        "owner",
        "reader",
        "read+secret",
        "member",
        "can_invite",
        "Read",
        "",
    ] {
        let refused = alice.change(ORGANIZATION, &[other], "user:bob").await;
        refused.refused(400);
        let refused = alice.invite(ORGANIZATION, "user:alice", &[other]).await;
        refused.refused(400);
    }
    let two = ["read", "write"];
    alice
        .change(ORGANIZATION, &two, "user:bob")
        .await
        .refused(400);
    assert_eq!(
        alice.granted(ORGANIZATION, "user:bob").await,
        ["read_secrets"]
    );
    assert!(bob.may("can_use", SECRET).await);
}

#[tokio::test]
async fn ea_10_read_views_the_organization() {
    let (town, alice) = acme().await;
    let bob = joined(&town, &alice, "bob", "read").await;
    let eve = town.user("eve").await;
    bob.show(ORGANIZATION).await.ok();
    eve.show(ORGANIZATION).await.missing();
    only(&bob, &eve, &[("can_view", ORGANIZATION)]).await;
}

#[tokio::test]
async fn ea_11_read_views_projects() {
    let (town, alice) = acme().await;
    let bob = joined(&town, &alice, "bob", "read").await;
    let eve = town.user("eve").await;
    assert_eq!(bob.lists("project", ORGANIZATION).await, [OTHER, PROJECT]);
    bob.show(PROJECT).await.ok();
    assert!(eve.lists("project", ORGANIZATION).await.is_empty());
    eve.show(PROJECT).await.missing();
    let rights = [("can_list_projects", ORGANIZATION), ("can_view", PROJECT)];
    only(&bob, &eve, &rights).await;
}

#[tokio::test]
async fn ea_12_read_views_who_is_in() {
    let (town, alice) = acme().await;
    let bob = joined(&town, &alice, "bob", "read").await;
    let eve = town.user("eve").await;
    let people = bob.grants(ORGANIZATION).await.each("subject");
    assert_eq!(people, ["user:alice", "user:bob"]);
    eve.grants(ORGANIZATION).await.missing();
    only(&bob, &eve, &[("can_view_members", ORGANIZATION)]).await;

    bob.change(ORGANIZATION, &["admin"], "user:bob")
        .await
        .denied();
    bob.grant(ORGANIZATION, &["read"], "user:eve")
        .await
        .denied();
    bob.remove(ORGANIZATION, "user:alice").await.denied();
    bob.revoke(ORGANIZATION, &["admin"], "user:alice")
        .await
        .denied();
    bob.invite(ORGANIZATION, "user:eve", &["read"])
        .await
        .denied();
    bob.pending(ORGANIZATION).await.denied();
    assert_eq!(alice.granted(ORGANIZATION, "user:bob").await, ["read"]);
}

#[tokio::test]
async fn ea_13_read_views_and_inspects_satellites() {
    let (town, alice) = acme().await;
    let bob = joined(&town, &alice, "bob", "read").await;
    let eve = town.user("eve").await;
    assert_eq!(bob.lists("satellite", ORGANIZATION).await, [SATELLITE]);
    assert_eq!(bob.reads(SATELLITE_DATA).await, 200);
    assert_eq!(eve.reads(SATELLITE_DATA).await, 403);
    eve.show(SATELLITE).await.missing();
    let rights = [("can_view", SATELLITE), ("can_inspect", SATELLITE)];
    only(&bob, &eve, &rights).await;

    only(&alice, &bob, &[("can_modify", SATELLITE)]).await;
    bob.rename(SATELLITE, "Mine").await.denied();
    bob.delete(SATELLITE).await.denied();
}

#[tokio::test]
async fn ea_14_read_wakes_satellites() {
    let (town, alice) = acme().await;
    let bob = joined(&town, &alice, "bob", "read").await;
    let eve = town.user("eve").await;
    only(&bob, &eve, &[("can_wake", SATELLITE)]).await;
    assert_eq!(bob.writes(WAKE).await, 200);
    assert_eq!(eve.writes(WAKE).await, 403);
    assert_eq!(town.nobody().writes(WAKE).await, 401);
}

#[tokio::test]
async fn ea_15_read_builds_on_satellites() {
    let (town, alice) = acme().await;
    let bob = joined(&town, &alice, "bob", "read").await;
    let eve = town.user("eve").await;
    only(&bob, &eve, &[("can_build", SATELLITE)]).await;
    assert_eq!(bob.writes(SATELLITE_DATA).await, 200);
    assert_eq!(eve.writes(SATELLITE_DATA).await, 403);
}

#[tokio::test]
async fn ea_16_read_sees_no_secret() {
    let (town, alice) = acme().await;
    let bob = joined(&town, &alice, "bob", "read").await;
    let carol = joined(&town, &alice, "carol", "read_secrets").await;
    for (project, secret) in [(PROJECT, SECRET), (OTHER, OTHER_SECRET)] {
        let rights = [
            ("can_view_secrets", project),
            ("can_use_secrets", project),
            ("can_see", secret),
            ("can_view", secret),
            ("can_use", secret),
        ];
        only(&carol, &bob, &rights).await;
        bob.show(secret).await.missing();
        assert!(bob.lists("secret", project).await.is_empty(), "{project}");
    }
    assert_eq!(bob.reads(SECRET_DATA).await, 403);
    assert_eq!(bob.writes(SECRET_DATA).await, 403);
    assert_eq!(bob.reads(OTHER_SECRET_DATA).await, 403);
}

/// What `read` gives (EA-10 to EA-15).
const OF_READ: [(&str, &str); 8] = [
    ("can_view", ORGANIZATION),
    ("can_list_projects", ORGANIZATION),
    ("can_view", PROJECT),
    ("can_view_members", ORGANIZATION),
    ("can_view", SATELLITE),
    ("can_inspect", SATELLITE),
    ("can_wake", SATELLITE),
    ("can_build", SATELLITE),
];

/// What `read_secrets` gives beyond (EA-18).
const OF_READ_SECRETS: [(&str, &str); 4] = [
    ("can_view", SECRET),
    ("can_use", SECRET),
    ("can_view", OTHER_SECRET),
    ("can_use", OTHER_SECRET),
];

/// What `write` gives beyond (EA-20 to EA-22).
const OF_WRITE: [(&str, &str); 7] = [
    ("can_create_satellite", ORGANIZATION),
    ("can_modify", SATELLITE),
    ("can_create_project", ORGANIZATION),
    ("can_modify", PROJECT),
    ("can_create_secret", PROJECT),
    ("can_modify", SECRET),
    ("can_modify", OTHER_SECRET),
];

#[tokio::test]
async fn ea_17_read_secrets_is_read_and_more() {
    let (town, alice) = acme().await;
    let bob = joined(&town, &alice, "bob", "read+secrets").await;
    let eve = town.user("eve").await;
    only(&bob, &eve, &OF_READ).await;
    assert_eq!(bob.reads(LOGS).await, 200);
    assert_eq!(bob.writes(WAKE).await, 200);
}

#[tokio::test]
async fn ea_18_read_secrets_views_and_uses_secrets() {
    let (town, alice) = acme().await;
    let bob = joined(&town, &alice, "bob", "read_secrets").await;
    let carol = joined(&town, &alice, "carol", "read").await;
    only(&bob, &carol, &OF_READ_SECRETS).await;
    for path in [SECRET_DATA, OTHER_SECRET_DATA] {
        assert_eq!(bob.reads(path).await, 200, "{path}");
        assert_eq!(carol.reads(path).await, 403, "{path}");
        assert_eq!(bob.writes(path).await, 403, "{path}");
    }
    bob.show(SECRET).await.ok();
    assert_eq!(bob.lists("secret", PROJECT).await, [SECRET]);

    bob.create("secret:acme/web/other").await.denied();
    bob.rename(SECRET, "Mine").await.denied();
    bob.delete(SECRET).await.denied();
    only(&alice, &bob, &OF_WRITE).await;
}

#[tokio::test]
async fn ea_19_write_is_read_secrets_and_more() {
    let (town, alice) = acme().await;
    let bob = joined(&town, &alice, "bob", "write").await;
    let eve = town.user("eve").await;
    only(&bob, &eve, &OF_READ).await;
    only(&bob, &eve, &OF_READ_SECRETS).await;
    assert_eq!(bob.reads(SECRET_DATA).await, 200);
    assert_eq!(bob.reads(LOGS).await, 200);
}

#[tokio::test]
async fn ea_20_write_creates_and_modifies_satellites() {
    let (town, alice) = acme().await;
    let bob = joined(&town, &alice, "bob", "write").await;
    let carol = joined(&town, &alice, "carol", "read_secrets").await;
    bob.create("satellite:acme/second").await.ok();
    bob.rename("satellite:acme/second", "Second").await.ok();
    bob.rename(SATELLITE, "First").await.ok();
    carol.create("satellite:acme/third").await.denied();
    carol.rename(SATELLITE, "Mine").await.denied();
    let rights = [
        ("can_create_satellite", ORGANIZATION),
        ("can_modify", SATELLITE),
    ];
    only(&bob, &carol, &rights).await;
}

#[tokio::test]
async fn ea_21_write_creates_and_modifies_projects() {
    let (town, alice) = acme().await;
    let bob = joined(&town, &alice, "bob", "write").await;
    let carol = joined(&town, &alice, "carol", "read_secrets").await;
    let dora = on_project(&town, &alice, "dora", "write").await;
    bob.create("project:acme/second").await.ok();
    bob.rename("project:acme/second", "Second").await.ok();
    bob.rename(PROJECT, "First").await.ok();
    for other in [&carol, &dora] {
        other.create("project:acme/third").await.denied();
        other.rename(PROJECT, "Mine").await.denied();
        let rights = [
            ("can_create_project", ORGANIZATION),
            ("can_modify", PROJECT),
        ];
        only(&bob, other, &rights).await;
    }
    assert!(dora.may("can_modify", SECRET).await);
}

#[tokio::test]
async fn ea_22_write_creates_and_modifies_secrets() {
    let (town, alice) = acme().await;
    let bob = joined(&town, &alice, "bob", "write").await;
    let carol = joined(&town, &alice, "carol", "read_secrets").await;
    let second = "secret:acme/api/second";
    bob.create(second).await.ok();
    bob.rename(second, "Second").await.ok();
    assert_eq!(bob.writes(SECRET_DATA).await, 200);
    carol.create("secret:acme/api/third").await.denied();
    carol.rename(second, "Mine").await.denied();
    carol.delete(second).await.denied();
    assert_eq!(carol.writes(SECRET_DATA).await, 403);
    bob.delete(second).await.ok();
}

#[tokio::test]
async fn ea_23_write_adds_and_removes_nobody() {
    let (town, alice) = acme().await;
    let bob = joined(&town, &alice, "bob", "write").await;
    let carol = joined(&town, &alice, "carol", "read").await;
    town.user("eve").await;
    for refused in [
        bob.invite(ORGANIZATION, "user:eve", &["read"]).await,
        bob.invite(ORGANIZATION, "eve@example.com", &["read"]).await,
        bob.grant(ORGANIZATION, &["write"], "user:carol").await,
        bob.change(ORGANIZATION, &["write"], "user:carol").await,
        bob.change(ORGANIZATION, &["admin"], "user:bob").await,
        bob.revoke(ORGANIZATION, &["read"], "user:carol").await,
        bob.remove(ORGANIZATION, "user:carol").await,
        bob.pending(ORGANIZATION).await,
        bob.grant(PROJECT, &["write"], "user:carol").await,
    ] {
        refused.denied();
    }
    assert_eq!(alice.granted(ORGANIZATION, "user:carol").await, ["read"]);
    assert!(carol.may("can_view", ORGANIZATION).await);
    assert!(alice.pending(ORGANIZATION).await.items().is_empty());
}

#[tokio::test]
async fn ea_24_admin_manages_the_organization() {
    let (town, alice) = acme().await;
    let carol = joined(&town, &alice, "carol", "admin").await;
    let bob = joined(&town, &alice, "bob", "write").await;
    carol.rename(ORGANIZATION, "Acme Limited").await.ok();
    bob.rename(ORGANIZATION, "Bob's").await.denied();
    bob.delete(ORGANIZATION).await.denied();
    only(
        &carol,
        &bob,
        &[("can_manage", ORGANIZATION), ("can_delete", ORGANIZATION)],
    )
    .await;
    let shown = bob.show(ORGANIZATION).await;
    assert_eq!(shown.text("/display_name"), "Acme Limited");
    carol.delete(ORGANIZATION).await.ok();
    for object in [ORGANIZATION, PROJECT, SECRET, SATELLITE, BUILD] {
        alice.show(object).await.missing();
    }
    assert_eq!(alice.reads(SECRET_DATA).await, 403);
}

#[tokio::test]
async fn ea_25_admin_adds_and_removes_users() {
    let (town, alice) = acme().await;
    let carol = joined(&town, &alice, "carol", "admin").await;
    let bob = joined(&town, &carol, "bob", "write").await;
    let rights = ["can_invite", "can_update_member", "can_remove_member"];
    only(&carol, &bob, &rights.map(|right| (right, ORGANIZATION))).await;
    town.user("eve").await;
    bob.invite(ORGANIZATION, "user:eve", &["read"])
        .await
        .denied();
    bob.remove(ORGANIZATION, "user:carol").await.denied();
    carol.remove(ORGANIZATION, "user:bob").await.ok();
    bob.show(ORGANIZATION).await.missing();

    // The last admin stays (decision 10).
    carol.remove(ORGANIZATION, "user:alice").await.ok();
    carol.remove(ORGANIZATION, "user:carol").await.conflict();
    carol
        .change(ORGANIZATION, &["write"], "user:carol")
        .await
        .conflict();
    carol
        .revoke(ORGANIZATION, &["admin"], "user:carol")
        .await
        .conflict();
    carol.leave(ORGANIZATION).await.conflict();
    assert!(carol.may("can_manage", ORGANIZATION).await);
}

#[tokio::test]
async fn ea_26_admin_manages_projects_secrets_and_satellites() {
    let (town, alice, bob) = acme_and_beta().await;
    let carol = joined(&town, &alice, "carol", "admin").await;
    only(&carol, &bob, &OF_READ_SECRETS).await;
    only(&carol, &bob, &OF_WRITE).await;
    for object in ["project:acme/x", "secret:acme/x/y", "satellite:acme/x"] {
        carol.create(object).await.ok();
        carol.rename(object, "Renamed").await.ok();
        bob.rename(object, "Mine").await.missing();
        bob.delete(object).await.missing();
    }
    for object in ["secret:acme/x/y", "project:acme/x", "satellite:acme/x"] {
        carol.delete(object).await.ok();
        carol.show(object).await.missing();
    }
    // Not in another organization.
    for object in [
        "project:beta/web",
        "secret:beta/web/token",
        "satellite:beta/sat",
    ] {
        carol.delete(object).await.missing();
        bob.show(object).await.ok();
    }
}

#[tokio::test]
async fn ea_28_a_level_holds_on_every_project_of_the_organization() {
    let (town, alice, bob) = acme_and_beta().await;
    let wanda = joined(&town, &alice, "wanda", "write").await;
    let adam = joined(&town, &alice, "adam", "admin").await;
    let rita = joined(&town, &alice, "rita", "read").await;
    alice.create("project:acme/later").await.ok();
    alice.create("secret:acme/later/token").await.ok();
    for (project, secret) in [
        (PROJECT, SECRET),
        (OTHER, OTHER_SECRET),
        ("project:acme/later", "secret:acme/later/token"),
    ] {
        only(
            &wanda,
            &rita,
            &[("can_modify", secret), ("can_create_secret", project)],
        )
        .await;
        only(&adam, &wanda, &[("can_manage_members", project)]).await;
        assert!(rita.may("can_view_build_logs", project).await, "{project}");
        assert!(!rita.may("can_use_secrets", project).await, "{project}");
    }
    assert_eq!(wanda.writes("/secrets/acme/later/token").await, 200);
    assert_eq!(rita.reads("/secrets/acme/later/token").await, 403);
    let foreign = [
        ("can_view", "project:beta/web"),
        ("can_use", "secret:beta/web/token"),
    ];
    for person in [&wanda, &adam, &rita] {
        only(&bob, person, &foreign).await;
        assert_eq!(person.reads("/secrets/beta/web/token").await, 403);
    }
}
