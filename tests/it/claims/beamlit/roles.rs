//! BL-06 to BL-19: the two roles, and what admins may.

use super::super::town::Person;
use super::{ACCOUNT, KINDS, MODEL_DATA, OF_MEMBERS, READ_ONLY, WORKSPACE};
use super::{account, acme, joined, joins, one};

#[tokio::test]
async fn bl_06_one_of_two_roles() {
    let (town, alice) = acme().await;
    let bob = joined(&town, &alice, "bob", "member").await;
    let ci = account(&alice, "admin").await;
    for subject in [&bob, &ci] {
        let name = subject.name();
        for role in ["admin", "member", "admin"] {
            alice.change(WORKSPACE, &[role], name).await.ok();
            assert_eq!(alice.granted(WORKSPACE, name).await, [role], "{name}");
        }
        // The other role takes the place of the one.
        alice.grant(WORKSPACE, &["member"], name).await.ok();
        assert_eq!(alice.granted(WORKSPACE, name).await, ["member"], "{name}");

        for other in [
            "owner",
            "viewer",
            "can_invite",
            "service_account",
            "Admin",
            "",
        ] {
            alice.grant(WORKSPACE, &[other], name).await.refused(400);
            alice.change(WORKSPACE, &[other], name).await.refused(400);
        }
        let both = ["admin", "member"];
        alice.grant(WORKSPACE, &both, name).await.refused(400);
        alice.change(WORKSPACE, &both, name).await.refused(400);
        assert_eq!(alice.granted(WORKSPACE, name).await, ["member"], "{name}");
    }
    let eve = town.user("eve").await;
    for roles in [&["owner"][..], &["admin", "member"]] {
        let invited = alice.invite(WORKSPACE, eve.name(), roles).await;
        invited.refused(400);
    }
}

#[tokio::test]
async fn bl_07_admins_access_every_resource_of_their_workspace() {
    let (town, alice) = acme().await;
    let carol = joined(&town, &alice, "carol", "admin").await;
    let bob = town.user("bob").await;
    bob.create("workspace:beta").await.ok();
    for (kind, change) in KINDS {
        let object = one(kind);
        for right in ["can_see", "can_view", change] {
            assert!(carol.may(right, &object).await, "{right} {object}");
            assert!(!bob.may(right, &object).await, "{right} {object}");
        }
        carol.rename(&object, "Renamed").await.ok();
        assert_eq!(alice.show(&object).await.text("/display_name"), "Renamed");
        carol.delete(&object).await.ok();
        carol.create(&object).await.ok();

        let elsewhere = format!("{kind}:beta/one");
        bob.create(&elsewhere).await.ok();
        assert!(!carol.may("can_view", &elsewhere).await, "{elsewhere}");
        carol.rename(&elsewhere, "Mine").await.missing();
        carol.delete(&elsewhere).await.missing();
    }
}

#[tokio::test]
async fn bl_07_admins_know_who_may_what() {
    let (town, alice) = acme().await;
    let bob = joined(&town, &alice, "bob", "member").await;
    town.user("eve").await;
    let kinds = KINDS.map(|(kind, _)| (kind != "integration", one(kind)));
    for (seen, object) in kinds.into_iter().chain([(true, WORKSPACE.to_owned())]) {
        assert!(
            alice.says("user:alice", "can_see", &object).await,
            "{object}"
        );
        assert_eq!(alice.says("user:bob", "can_see", &object).await, seen);
        assert!(
            !alice.says("user:eve", "can_see", &object).await,
            "{object}"
        );
        let refused = bob.ask("user:alice", "can_see", &object).await;
        refused.forbidden();
    }
}

#[tokio::test]
async fn bl_08_admins_modify_the_settings() {
    let (town, alice) = acme().await;
    let bob = joined(&town, &alice, "bob", "member").await;
    assert!(alice.may("can_edit_settings", WORKSPACE).await);
    alice.limit(WORKSPACE, Some(1_000_000), None).await.ok();
    let quota = bob.quota(WORKSPACE).await;
    assert_eq!(quota.number("/read/limit_bytes"), 1_000_000);

    assert!(!bob.may("can_edit_settings", WORKSPACE).await);
    bob.limit(WORKSPACE, Some(2_000_000), None).await.denied();
    let quota = alice.quota(WORKSPACE).await;
    assert_eq!(quota.number("/read/limit_bytes"), 1_000_000);
}

#[tokio::test]
async fn bl_09_admins_may_whatever_members_may() {
    let (town, alice) = acme().await;
    let bob = joined(&town, &alice, "bob", "member").await;
    let carol = joined(&town, &alice, "carol", "admin").await;
    let mut rights = vec![("can_view_settings", WORKSPACE.to_owned())];
    for kind in OF_MEMBERS {
        rights.push(("can_view", one(kind)));
        rights.push(("can_modify", one(kind)));
    }
    for kind in READ_ONLY {
        rights.push(("can_view", one(kind)));
    }
    rights.push(("can_query", one("model")));
    for (right, object) in rights {
        assert!(bob.may(right, &object).await, "{right} {object}");
        assert!(carol.may(right, &object).await, "{right} {object}");
    }
    assert_eq!(carol.reads(MODEL_DATA).await, 200);
    assert_eq!(carol.writes(MODEL_DATA).await, 200);
}

/// That an admin creates and edits things of this kind, and a member does neither.
async fn admins_manage(kind: &str) {
    let (town, alice) = acme().await;
    let bob = joined(&town, &alice, "bob", "member").await;
    let carol = joined(&town, &alice, "carol", "admin").await;
    let two = format!("{kind}:acme/two");
    carol.create(&two).await.ok();
    carol.rename(&two, "Second").await.ok();
    assert!(carol.may("can_edit", &two).await);

    bob.create(&format!("{kind}:acme/three")).await.denied();
    bob.rename(&two, "Mine").await.forbidden();
    bob.delete(&two).await.forbidden();
    assert!(!bob.may("can_edit", &two).await);
    assert_eq!(alice.show(&two).await.text("/display_name"), "Second");
}

#[tokio::test]
async fn bl_10_admins_create_and_edit_policies() {
    admins_manage("policy").await;
}

#[tokio::test]
async fn bl_11_admins_create_and_edit_environments() {
    admins_manage("environment").await;
}

#[tokio::test]
async fn bl_12_admins_invite_users() {
    let (town, alice) = acme().await;
    let bob = joined(&town, &alice, "bob", "member").await;
    let [dora, eve] = [town.user("dora").await, town.user("eve").await];
    alice.invite(WORKSPACE, "user:dora", &["admin"]).await.ok();

    bob.invite(WORKSPACE, "user:eve", &["member"])
        .await
        .denied();
    bob.pending(WORKSPACE).await.denied();
    // Whoever is invited as an admin is none yet.
    let by_invitee = dora.invite(WORKSPACE, "user:eve", &["member"]).await;
    by_invitee.missing();
    eve.invite(WORKSPACE, "user:eve", &["admin"])
        .await
        .missing();
    let nobody = town.nobody();
    let by_nobody = nobody.invite(WORKSPACE, "user:eve", &["member"]).await;
    by_nobody.unauthenticated();
    assert!(eve.invitations().await.items().is_empty());

    dora.accept(WORKSPACE).await.ok();
    dora.invite(WORKSPACE, "user:eve", &["member"]).await.ok();
    assert_eq!(alice.pending(WORKSPACE).await.each("invitee"), ["user:eve"]);
}

#[tokio::test]
async fn bl_13_admins_remove_users() {
    let (town, alice) = acme().await;
    let bob = joined(&town, &alice, "bob", "member").await;
    let carol = joined(&town, &alice, "carol", "member").await;
    assert_eq!(bob.reads(MODEL_DATA).await, 200);
    carol.remove(WORKSPACE, "user:bob").await.denied();
    carol
        .revoke(WORKSPACE, &["member"], "user:bob")
        .await
        .denied();
    assert_eq!(bob.reads(MODEL_DATA).await, 200);

    alice.remove(WORKSPACE, "user:bob").await.ok();
    assert_eq!(bob.reads(MODEL_DATA).await, 403);
    assert!(!bob.may("can_view", &one("policy")).await);
    bob.show(WORKSPACE).await.missing();
    assert!(alice.granted(WORKSPACE, "user:bob").await.is_empty());
    alice.remove(WORKSPACE, "user:bob").await.missing();
    assert_eq!(carol.reads(MODEL_DATA).await, 200);

    // The last admin stays (decision 10).
    alice.remove(WORKSPACE, "user:alice").await.conflict();
    alice
        .revoke(WORKSPACE, &["admin"], "user:alice")
        .await
        .conflict();
    alice
        .change(WORKSPACE, &["member"], "user:alice")
        .await
        .conflict();
    alice.leave(WORKSPACE).await.conflict();
    assert_eq!(alice.granted(WORKSPACE, "user:alice").await, ["admin"]);
    alice.change(WORKSPACE, &["admin"], "user:carol").await.ok();
    alice.leave(WORKSPACE).await.ok();
    alice.show(WORKSPACE).await.missing();
}

#[tokio::test]
async fn bl_14_admins_change_permissions() {
    let (town, alice) = acme().await;
    let bob = joined(&town, &alice, "bob", "member").await;
    let carol = joined(&town, &alice, "carol", "member").await;
    bob.create("policy:acme/two").await.denied();
    for subject in ["user:bob", "user:carol"] {
        bob.change(WORKSPACE, &["admin"], subject).await.denied();
        bob.grant(WORKSPACE, &["admin"], subject).await.denied();
        assert_eq!(alice.granted(WORKSPACE, subject).await, ["member"]);
    }
    alice.change(WORKSPACE, &["admin"], "user:bob").await.ok();
    bob.create("policy:acme/two").await.ok();
    bob.change(WORKSPACE, &["admin"], "user:carol").await.ok();
    assert!(carol.may("can_create_policy", WORKSPACE).await);

    // Who is not in the workspace has no role to change, and gets none without an invitation.
    let eve = town.user("eve").await;
    alice
        .change(WORKSPACE, &["admin"], "user:eve")
        .await
        .missing();
    alice
        .grant(WORKSPACE, &["member"], "user:eve")
        .await
        .conflict();
    alice
        .grant(WORKSPACE, &["admin"], "user:eve")
        .await
        .conflict();
    assert!(!eve.may("can_see", WORKSPACE).await);
}

#[tokio::test]
async fn bl_15_admins_add_integrations() {
    let (town, alice) = acme().await;
    let bob = joined(&town, &alice, "bob", "member").await;
    alice.create("integration:acme/two").await.ok();
    bob.create("integration:acme/three").await.denied();
    assert!(!bob.may("can_add_integration", WORKSPACE).await);
    // Members do not even see them (decision 13).
    assert!(bob.lists("integration", WORKSPACE).await.is_empty());
    bob.show("integration:acme/two").await.missing();
    assert!(!bob.may("can_view", "integration:acme/two").await);
}

#[tokio::test]
async fn bl_16_admins_remove_integrations() {
    let (town, alice) = acme().await;
    let bob = joined(&town, &alice, "bob", "member").await;
    let object = one("integration");
    bob.delete(&object).await.forbidden();
    assert!(!bob.may("can_remove", &object).await);
    alice.show(&object).await.ok();
    alice.delete(&object).await.ok();
    alice.show(&object).await.missing();
}

#[tokio::test]
async fn bl_17_admins_change_the_name() {
    let (town, alice) = acme().await;
    let bob = joined(&town, &alice, "bob", "member").await;
    alice.rename(WORKSPACE, "Acme Limited").await.ok();
    bob.rename(WORKSPACE, "Bob's").await.denied();
    let shown = bob.show(WORKSPACE).await;
    assert_eq!(shown.text("/display_name"), "Acme Limited");
}

#[tokio::test]
async fn bl_18_admins_delete_the_workspace() {
    let (town, alice) = acme().await;
    let bob = joined(&town, &alice, "bob", "member").await;
    let carol = joined(&town, &alice, "carol", "admin").await;
    let ci = account(&alice, "member").await;
    bob.delete(WORKSPACE).await.denied();
    ci.delete(WORKSPACE).await.denied();
    town.user("eve").await.delete(WORKSPACE).await.missing();
    alice.show(WORKSPACE).await.ok();
    carol.delete(WORKSPACE).await.ok();
    alice.show(WORKSPACE).await.missing();
}

/// Everything of BL-10 to BL-18, by somebody; `done` says what becomes of each.
async fn administers(somebody: &Person, done: bool) {
    let steps = [
        somebody.create("policy:acme/by").await,
        somebody.rename(&one("policy"), "By").await,
        somebody.create("environment:acme/by").await,
        somebody.rename(&one("environment"), "By").await,
        somebody.invite(WORKSPACE, "user:eve", &["member"]).await,
        somebody.change(WORKSPACE, &["admin"], "user:dora").await,
        somebody.remove(WORKSPACE, "user:bob").await,
        somebody.create("integration:acme/by").await,
        somebody.delete(&one("integration")).await,
        somebody.rename(WORKSPACE, "By").await,
        somebody.delete(WORKSPACE).await,
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
async fn bl_19_roles_mean_the_same_for_service_accounts() {
    let (town, alice) = acme().await;
    for name in ["bob", "dora"] {
        joined(&town, &alice, name, "member").await;
    }
    town.user("eve").await;
    let ci = account(&alice, "member").await;
    administers(&ci, false).await;
    alice.change(WORKSPACE, &["admin"], ACCOUNT).await.ok();
    administers(&ci, true).await;
}

#[tokio::test]
async fn bl_19_a_service_account_holds_a_role_in_its_own_workspace_alone() {
    let (town, alice) = acme().await;
    let ci = account(&alice, "admin").await;
    let bob = town.user("bob").await;
    bob.create("workspace:beta").await.ok();
    joins(&bob, &alice, "workspace:beta", "admin").await;
    alice
        .grant("workspace:beta", &["member"], ACCOUNT)
        .await
        .conflict();
    assert!(!ci.may("can_see", "workspace:beta").await);
}
