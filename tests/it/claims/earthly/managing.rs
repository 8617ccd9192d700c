//! EA-29 to EA-31, EA-44: who is in an organization.

use serde_json::json;

use super::{
    LEVELS, LOGS, ORGANIZATION, OTHER_SECRET, PROJECT, SATELLITE, SATELLITE_DATA, SECRET,
    SECRET_DATA, acme, joined, on_project,
};

#[tokio::test]
async fn ea_29_access_is_granted_by_inviting_an_address() {
    let (town, alice) = acme().await;
    for (name, word) in [
        ("rita", "read"),
        ("rob", "read+secrets"),
        ("wanda", "write"),
        ("adam", "admin"),
    ] {
        let address = format!("{name}@example.com");
        alice.invite(ORGANIZATION, &address, &[word]).await.ok();
        let person = town.sign_up(&address, name).await;
        person.accept(ORGANIZATION).await.ok();
        let level = word.replace('+', "_");
        let granted = alice.granted(ORGANIZATION, person.name()).await;
        assert_eq!(granted, [level], "{name}");
    }
    for below in LEVELS.into_iter().take(3) {
        let person = joined(&town, &alice, &format!("x{below}"), below).await;
        let refused = person
            .invite(ORGANIZATION, "eve@example.com", &["read"])
            .await;
        refused.denied();
    }
    let eve = town.user("eve").await;
    let refused = eve
        .invite(ORGANIZATION, "eve@example.com", &["admin"])
        .await;
    refused.missing();
    let nobody = town.nobody();
    let refused = nobody
        .invite(ORGANIZATION, "eve@example.com", &["admin"])
        .await;
    refused.unauthenticated();
    assert!(town.mail_to("eve@example.com").await.is_empty());
    for malformed in ["eve@", "eve", "@example.com"] {
        let refused = alice.invite(ORGANIZATION, malformed, &["read"]).await;
        refused.bad("invitee");
    }
}

#[tokio::test]
async fn ea_30_levels_of_members_are_updated() {
    let (town, alice) = acme().await;
    let address = "dora@example.com";
    alice.invite(ORGANIZATION, address, &["read"]).await.ok();
    let dora = town.sign_up(address, "dora").await;
    // Not before the invitation is accepted.
    alice
        .change(ORGANIZATION, &["write"], address)
        .await
        .missing();
    dora.accept(ORGANIZATION).await.ok();
    for (level, uses) in [
        ("admin", 200),
        ("read", 403),
        ("read+secrets", 200),
        ("read", 403),
    ] {
        alice.change(ORGANIZATION, &[level], address).await.ok();
        let level = level.replace('+', "_");
        assert_eq!(alice.granted(ORGANIZATION, "user:dora").await, [level]);
        assert_eq!(dora.reads(SECRET_DATA).await, uses);
    }
    town.user("eve").await;
    for stranger in ["user:eve", "eve@example.com", "user:nobody"] {
        alice
            .change(ORGANIZATION, &["write"], stranger)
            .await
            .missing();
    }
    for level in LEVELS {
        let refused = alice.grant(ORGANIZATION, &[level], "user:eve").await;
        refused.conflict();
    }
    assert!(alice.granted(ORGANIZATION, "user:eve").await.is_empty());
    for below in LEVELS.into_iter().take(3) {
        let person = joined(&town, &alice, &format!("x{below}"), below).await;
        for subject in [person.name(), "user:dora"] {
            person
                .change(ORGANIZATION, &["admin"], subject)
                .await
                .denied();
        }
    }
    assert_eq!(alice.granted(ORGANIZATION, "user:dora").await, ["read"]);
}

#[tokio::test]
async fn ea_31_removal_ends_all_access() {
    let (town, alice) = acme().await;
    let address = "dora@example.com";
    alice.invite(ORGANIZATION, address, &["read"]).await.ok();
    let dora = town.sign_up(address, "dora").await;
    dora.accept(ORGANIZATION).await.ok();
    alice.grant(PROJECT, &["admin"], "user:dora").await.ok();
    assert_eq!(dora.reads(SECRET_DATA).await, 200);
    for below in LEVELS.into_iter().take(3) {
        let person = joined(&town, &alice, &format!("x{below}"), below).await;
        person.remove(ORGANIZATION, "user:dora").await.denied();
    }
    assert_eq!(dora.reads(SECRET_DATA).await, 200);

    alice.remove(ORGANIZATION, address).await.ok();
    for path in [SECRET_DATA, LOGS, SATELLITE_DATA] {
        assert_eq!(dora.reads(path).await, 403, "{path}");
    }
    for object in [ORGANIZATION, PROJECT, SECRET, OTHER_SECRET, SATELLITE] {
        assert!(!dora.may("can_see", object).await, "{object}");
        dora.show(object).await.missing();
    }
    assert!(alice.granted(ORGANIZATION, "user:dora").await.is_empty());
    assert!(alice.granted(PROJECT, "user:dora").await.is_empty());

    town.user("eve").await;
    for unknown in [address, "user:eve", "eve@example.com", "user:nobody"] {
        alice.remove(ORGANIZATION, unknown).await.missing();
    }
}

#[tokio::test]
async fn ea_31_leaving_ends_all_access_too() {
    let (town, alice) = acme().await;
    let dora = on_project(&town, &alice, "dora", "admin").await;
    dora.leave(PROJECT).await.ok();
    assert!(!dora.may("can_use", SECRET).await);
    assert!(dora.may("can_view", PROJECT).await);
    alice.grant(PROJECT, &["admin"], "user:dora").await.ok();
    dora.leave(ORGANIZATION).await.ok();
    assert!(!dora.may("can_view", PROJECT).await);
    assert!(alice.granted(PROJECT, "user:dora").await.is_empty());
    assert_eq!(dora.reads(SECRET_DATA).await, 403);
    dora.leave(ORGANIZATION).await.missing();
}

#[tokio::test]
async fn ea_44_who_has_not_joined_has_no_access() {
    let (town, alice) = acme().await;
    let bob = town.user("bob").await;
    alice
        .invite(ORGANIZATION, "user:bob", &["admin"])
        .await
        .ok();
    alice
        .invite(ORGANIZATION, "dora@example.com", &["admin"])
        .await
        .ok();
    let dora = town.sign_up("dora@example.com", "dora").await;
    for person in [&bob, &dora] {
        for object in [ORGANIZATION, PROJECT, SECRET, SATELLITE] {
            assert!(!person.may("can_view", object).await, "{object}");
            person.show(object).await.missing();
        }
        person.create("project:acme/mine").await.missing();
        assert_eq!(person.reads(SECRET_DATA).await, 403);
        assert_eq!(person.reads(LOGS).await, 403);
        // Nor can a project be opened to them before.
        alice
            .grant(PROJECT, &["read"], person.name())
            .await
            .conflict();

        person.accept(ORGANIZATION).await.ok();
        assert_eq!(person.reads(SECRET_DATA).await, 200);
        assert!(person.may("can_manage", ORGANIZATION).await);
    }
    let eve = town.user("eve").await;
    alice.invite(ORGANIZATION, "user:eve", &["read"]).await.ok();
    eve.decline(ORGANIZATION).await.ok();
    eve.accept(ORGANIZATION).await.missing();
    assert!(!eve.may("can_view", ORGANIZATION).await);
    let both = json!({ "object": ORGANIZATION, "id": "0" });
    let refused = eve.post("/v1/invitations/accept", both).await;
    assert!((400..500).contains(&refused.status), "{refused:#?}");
}
