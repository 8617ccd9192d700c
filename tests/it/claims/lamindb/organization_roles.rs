//! LM-34 to LM-39: the roles in an organization.

use super::{
    COMMON_DATA, CURATED_DATA, INSTANCE, NONE, ORGANIZATION, READ, ROLES, SPACE, SPACE_HERE, TEAM,
    TEAM_MEMBERS, acme, collaborator, data, hired, stocked,
};
use crate::claims::town::Person;

/// Creates, manages and deletes a team, an instance and a space of acme; mia is in acme.
async fn manages_everything(person: &Person) {
    for object in ["team:acme/new", "instance:acme/new", "space:acme/new"] {
        person.create(object).await.ok();
        person.rename(object, "Renamed").await.ok();
    }
    person
        .grant("team:acme/new", &["member"], "user:mia")
        .await
        .ok();
    person.remove("team:acme/new", "user:mia").await.ok();
    person
        .grant("team:acme/new", &["admin"], "user:mia")
        .await
        .ok();
    for object in ["instance:acme/new", "space:acme/new"] {
        for subject in ["user:mia", TEAM_MEMBERS] {
            person.grant(object, &["read"], subject).await.ok();
            person.change(object, &["write"], subject).await.ok();
            person.remove(object, subject).await.ok();
            person.grant(object, &["admin"], subject).await.ok();
        }
    }
    for object in ["team:acme/new", "instance:acme/new", "space:acme/new"] {
        person.delete(object).await.ok();
        person.show(object).await.missing();
    }
}

/// That somebody may do nothing of that.
async fn manages_nothing(person: &Person) {
    for object in ["team:acme/new", "instance:acme/new", "space:acme/new"] {
        person.create(object).await.forbidden();
    }
    for object in [TEAM, INSTANCE, SPACE] {
        person.rename(object, "Mine").await.forbidden();
        person.delete(object).await.forbidden();
        for role in ["member", "admin"] {
            let role = if object == TEAM || role == "admin" {
                role
            } else {
                "write"
            };
            let name = person.name();
            person.grant(object, &[role], name).await.forbidden();
            person.grant(object, &[role], "user:mia").await.forbidden();
        }
    }
}

/// Renames the organization, and changes, adds and removes its people.
async fn settles(person: &Person, done: bool) {
    let steps = [
        person.rename(ORGANIZATION, "Renamed").await,
        person.grant(ORGANIZATION, &["guest"], "user:eve").await,
        person.change(ORGANIZATION, &["manager"], "user:mia").await,
        person.change(ORGANIZATION, &["member"], "user:mia").await,
        person.grant(ORGANIZATION, &["admin"], "user:mia").await,
        person.revoke(ORGANIZATION, &["admin"], "user:mia").await,
        person.grant(ORGANIZATION, &["member"], "user:mia").await,
        person.remove(ORGANIZATION, "user:eve").await,
        person.invite(ORGANIZATION, "user:eve", &["member"]).await,
        person.pending(ORGANIZATION).await,
    ];
    for step in steps {
        if done {
            step.ok();
        } else {
            step.forbidden();
        }
    }
}

#[tokio::test]
async fn lm_34_admins_control_the_organization() {
    let (town, alice) = stocked().await;
    hired(&town, &alice, "mia", "member").await;
    town.user("eve").await;
    let ada = hired(&town, &alice, "ada", "admin").await;
    settles(&ada, true).await;
    manages_everything(&ada).await;
    // They read no data until they are collaborators (decision 14).
    assert_eq!(data(&ada, COMMON_DATA).await, NONE);
    ada.grant(INSTANCE, &["read"], "user:ada").await.ok();
    assert_eq!(data(&ada, COMMON_DATA).await, READ);
    assert_eq!(data(&ada, CURATED_DATA).await, NONE);

    let bob = town.user("bob").await;
    for object in [
        "organization:beta",
        "instance:beta/main",
        "team:beta/own",
        "space:beta/own",
    ] {
        bob.create(object).await.ok();
        ada.show(object).await.missing();
        ada.rename(object, "Mine").await.missing();
        ada.delete(object).await.missing();
    }
    ada.create("instance:beta/mine").await.missing();
    ada.grant("organization:beta", &["admin"], "user:ada")
        .await
        .missing();
    ada.delete(ORGANIZATION).await.ok();
    for object in [ORGANIZATION, INSTANCE, SPACE, TEAM] {
        alice.show(object).await.missing();
    }
}

#[tokio::test]
async fn lm_34_the_last_admin_stays() {
    let (town, alice) = acme().await;
    let ada = hired(&town, &alice, "ada", "admin").await;
    ada.remove(ORGANIZATION, "user:alice").await.ok();
    ada.remove(ORGANIZATION, "user:ada").await.conflict();
    ada.change(ORGANIZATION, &["manager"], "user:ada")
        .await
        .conflict();
    ada.grant(ORGANIZATION, &["guest"], "user:ada")
        .await
        .conflict();
    ada.revoke(ORGANIZATION, &["admin"], "user:ada")
        .await
        .conflict();
    ada.leave(ORGANIZATION).await.conflict();
    assert_eq!(ada.granted(ORGANIZATION, "user:ada").await, ["admin"]);
    ada.grant(ORGANIZATION, &["admin"], "user:alice").await.ok();
    ada.leave(ORGANIZATION).await.ok();
    ada.show(ORGANIZATION).await.missing();
}

#[tokio::test]
async fn lm_35_managers_manage_teams_instances_and_spaces() {
    let (town, alice) = stocked().await;
    let mia = hired(&town, &alice, "mia", "member").await;
    let max = hired(&town, &alice, "max", "manager").await;
    manages_everything(&max).await;
    assert_eq!(data(&max, COMMON_DATA).await, NONE);
    manages_nothing(&mia).await;
}

#[tokio::test]
async fn lm_35_members_become_managers_by_grant_or_invitation() {
    let (town, alice) = acme().await;
    let mia = hired(&town, &alice, "mia", "member").await;
    manages_nothing(&mia).await;
    alice
        .grant(ORGANIZATION, &["manager"], "user:mia")
        .await
        .ok();
    // Instead of what one was: nobody is two things.
    assert_eq!(alice.granted(ORGANIZATION, "user:mia").await, ["manager"]);
    mia.create("team:acme/new").await.ok();
    let both = ["manager", "member"];
    alice
        .grant(ORGANIZATION, &both, "user:mia")
        .await
        .refused(400);
    alice
        .grant(ORGANIZATION, &["member"], "user:mia")
        .await
        .ok();
    assert_eq!(alice.granted(ORGANIZATION, "user:mia").await, ["member"]);
    mia.create("team:acme/newer").await.denied();

    let max = town.user("max").await;
    alice
        .invite(ORGANIZATION, "user:max", &["manager"])
        .await
        .ok();
    max.create("team:acme/newer").await.missing();
    max.accept(ORGANIZATION).await.ok();
    assert_eq!(alice.granted(ORGANIZATION, "user:max").await, ["manager"]);
    max.create("team:acme/newer").await.ok();
}

#[tokio::test]
async fn lm_35_managers_delete_spaces_that_hold_nothing() {
    let (town, alice) = stocked().await;
    let max = hired(&town, &alice, "max", "manager").await;
    let roles = [(INSTANCE, "admin"), (SPACE, "admin")];
    let ada = collaborator(&town, &alice, "ada", &roles).await;
    // Not while records are in it.
    max.delete(SPACE).await.conflict();
    ada.show(SPACE_HERE).await.ok();
    ada.delete(super::CURATED).await.ok();
    max.delete(SPACE).await.ok();
    // It is attached to nothing any more.
    max.show(SPACE).await.missing();
    ada.show(SPACE_HERE).await.missing();
    assert_eq!(ada.lists("attachment", INSTANCE).await, [super::ALL_HERE]);
}

#[tokio::test]
async fn lm_36_managers_leave_the_organization_as_it_is() {
    let (town, alice) = acme().await;
    hired(&town, &alice, "mia", "member").await;
    town.user("eve").await;
    let max = hired(&town, &alice, "max", "manager").await;
    settles(&max, false).await;
    max.delete(ORGANIZATION).await.denied();
    max.grant(ORGANIZATION, &["admin"], "user:max")
        .await
        .denied();
    max.revoke(ORGANIZATION, &["admin"], "user:alice")
        .await
        .denied();
    max.change(ORGANIZATION, &["member"], "user:alice")
        .await
        .denied();
    max.remove(ORGANIZATION, "user:alice").await.denied();
    assert_eq!(alice.granted(ORGANIZATION, "user:alice").await, ["admin"]);
    assert_eq!(alice.granted(ORGANIZATION, "user:mia").await, ["member"]);
}

#[tokio::test]
async fn lm_37_members_are_given_access() {
    let (town, alice) = stocked().await;
    let mia = hired(&town, &alice, "mia", "member").await;
    for (object, role) in [(TEAM, "admin"), (INSTANCE, "write"), (SPACE, "write")] {
        alice.grant(object, &[role], "user:mia").await.ok();
        assert_eq!(mia.granted(object, "user:mia").await, [role]);
    }
    assert_eq!(data(&mia, COMMON_DATA).await, super::BOTH);
    assert_eq!(data(&mia, CURATED_DATA).await, super::BOTH);
    let eve = town.user("eve").await;
    for (object, roles) in [
        (TEAM, &["member", "admin"][..]),
        (INSTANCE, &ROLES),
        (SPACE, &ROLES),
    ] {
        for role in roles {
            alice.grant(object, &[role], "user:eve").await.conflict();
        }
        assert!(alice.granted(object, "user:eve").await.is_empty());
        eve.show(object).await.missing();
    }
}

#[tokio::test]
async fn lm_38_members_have_no_access_by_default() {
    let (town, alice) = stocked().await;
    let mia = hired(&town, &alice, "mia", "member").await;
    // What membership gives: who is in it, which teams there are.
    mia.show(ORGANIZATION).await.ok();
    let people = mia.grants(ORGANIZATION).await.each("subject");
    assert_eq!(people, ["user:alice", "user:kim", "user:mia"]);
    mia.show(TEAM).await.ok();
    for path in [COMMON_DATA, CURATED_DATA] {
        assert_eq!(data(&mia, path).await, NONE, "{path}");
    }
    assert!(mia.lists("instance", ORGANIZATION).await.is_empty());
    assert!(mia.lists("space", ORGANIZATION).await.is_empty());
    for object in [INSTANCE, SPACE, super::COMMON] {
        mia.show(object).await.missing();
        assert!(!mia.may("can_see", object).await, "{object}");
    }
    manages_nothing(&mia).await;
}

#[tokio::test]
async fn lm_39_guests_have_what_they_are_explicitly_let_into() {
    let (town, alice) = stocked().await;
    let gus = hired(&town, &alice, "gus", "guest").await;
    hired(&town, &alice, "mia", "member").await;
    alice.create("instance:acme/second").await.ok();
    assert_eq!(data(&gus, COMMON_DATA).await, NONE);
    alice.grant(INSTANCE, &["read"], "user:gus").await.ok();
    assert_eq!(data(&gus, COMMON_DATA).await, READ);
    assert_eq!(data(&gus, CURATED_DATA).await, NONE);
    alice.grant(SPACE, &["read"], "user:gus").await.ok();
    assert_eq!(data(&gus, CURATED_DATA).await, READ);

    for object in ["instance:acme/second", "space:acme/second-all", TEAM] {
        gus.show(object).await.missing();
        assert!(!gus.may("can_see", object).await, "{object}");
    }
    assert_eq!(gus.lists("instance", ORGANIZATION).await, [INSTANCE]);
    assert!(gus.lists("team", ORGANIZATION).await.is_empty());
    gus.grants(ORGANIZATION).await.forbidden();
    manages_nothing(&gus).await;
}

#[tokio::test]
async fn lm_39_guests_come_by_invitation_too() {
    let (town, alice) = stocked().await;
    alice
        .invite(ORGANIZATION, "gus@example.com", &["guest"])
        .await
        .ok();
    let gus = town.sign_up("gus@example.com", "gus").await;
    alice
        .grant(INSTANCE, &["read"], "user:gus")
        .await
        .conflict();
    gus.accept(ORGANIZATION).await.ok();
    assert_eq!(alice.granted(ORGANIZATION, "user:gus").await, ["guest"]);
    alice
        .grant(INSTANCE, &["read"], "gus@example.com")
        .await
        .ok();
    assert_eq!(data(&gus, COMMON_DATA).await, READ);
    let mia = collaborator(&town, &alice, "mia", &[(INSTANCE, "read")]).await;
    gus.leave(ORGANIZATION).await.ok();
    assert_eq!(data(&gus, COMMON_DATA).await, NONE);
    assert_eq!(data(&mia, COMMON_DATA).await, READ);
}
