//! BN-35 to BN-41: inviting against granting.

use serde_json::json;

use super::*;
use crate::claims::town::DAY_S;

#[tokio::test]
async fn bn_35_an_invitation_makes_the_organization_pay() {
    let (town, alice) = acme().await;
    let carol = town.user("carol").await;
    let diary = diary(&carol).await;
    let personal = "organization:carol";
    assert_eq!(carol.reads(&format!("{diary}?size=10")).await, 200);
    carol.has_spent(personal, (10, 0)).await;
    alice
        .invite(ORGANIZATION, "user:carol", &["view"])
        .await
        .ok();
    assert_eq!(carol.reads(&format!("{diary}?size=20")).await, 200);
    carol.has_spent(personal, (30, 0)).await;
    assert_eq!(alice.spent(ORGANIZATION).await, (0, 0));

    carol.accept(ORGANIZATION).await.ok();
    assert_eq!(carol.reads(&format!("{diary}?size=40")).await, 200);
    carol.write(&diary, 5).await.ok();
    alice.has_spent(ORGANIZATION, (40, 5)).await;
    assert_eq!(carol.spent(personal).await, (30, 0), "never both");
    assert_eq!(carol.spent("user:carol").await, (70, 5));
    // Who pays sees it, and may limit it.
    assert_eq!(alice.spent("user:carol").await, (70, 5));
    alice.limit("user:carol", Some(70), None).await.ok();
    carol.read(&diary).await.exhausted();
}

#[tokio::test]
async fn bn_36_an_admin_of_the_organization_sends_the_invitation() {
    let (town, alice) = acme().await;
    let bob = town.user("bob").await;
    let eve = town.user("eve").await;
    town.user("carol").await;
    let bot = bot(&alice).await;
    let invite = async |person: &Person| {
        let sent = person.invite(ORGANIZATION, "user:carol", &["view"]);
        sent.await
    };
    for flags in [&["view"][..], &["create"], &["view", "create"]] {
        alice.grant(ORGANIZATION, flags, "user:bob").await.ok();
        invite(&bob).await.denied();
        bob.pending(ORGANIZATION).await.denied();
    }
    alice.grant(PROJECT, &["admin"], "user:bob").await.ok();
    invite(&bob).await.denied();
    invite(&eve).await.missing();
    eve.pending(ORGANIZATION).await.missing();
    invite(&bot).await.unauthenticated();
    assert!(alice.pending(ORGANIZATION).await.items().is_empty());

    let id = invite(&alice).await.text("/id");
    let pending = alice.pending(ORGANIZATION).await;
    assert_eq!(pending.each("invitee"), ["user:carol"]);
    assert_eq!(pending.each("invited_by"), ["user:alice"]);
    bob.withdraw(&id).await.forbidden();
    eve.withdraw(&id).await.forbidden();
    alice.grant(ORGANIZATION, &["admin"], "user:bob").await.ok();
    bob.withdraw(&id).await.ok();
    // Somebody who is not registered is invited by address.
    let mailed = alice.invite(ORGANIZATION, "dora@example.com", &["view"]);
    mailed.await.ok();
    let pending = alice.pending(ORGANIZATION).await;
    assert_eq!(pending.each("invitee"), ["dora@example.com"]);
    // Nobody, and nothing that cannot be invited.
    let unknown = alice.invite(ORGANIZATION, "user:unknown", &["view"]);
    unknown.await.missing();
    let other = alice.invite(ORGANIZATION, "organization:alice", &["view"]);
    other.await.bad("invitee");
    // To what has no members of its own.
    alice
        .invite(PROJECT, "user:carol", &["view"])
        .await
        .bad("object");
}

#[tokio::test]
async fn bn_37_the_flags_of_the_invitation_are_what_acceptance_gives() {
    let (town, alice) = acme().await;
    for (name, flags) in [
        ("carol", &["view"][..]),
        ("dora", &["create", "view"]),
        ("erik", &["admin", "create", "view"]),
        ("fred", &["admin"]),
    ] {
        let person = town.user(name).await;
        alice.invite(ORGANIZATION, person.name(), flags).await.ok();
        // Nothing before.
        assert!(alice.granted(ORGANIZATION, person.name()).await.is_empty());
        person.show(ORGANIZATION).await.missing();
        person.create("project:acme/early").await.missing();
        person.accept(ORGANIZATION).await.ok();
        assert_eq!(alice.granted(ORGANIZATION, person.name()).await, flags);
        let may_create = flags != ["view"];
        let made = person.create(&format!("project:acme/{name}")).await;
        if may_create {
            made.ok();
        } else {
            made.denied();
        }
        assert_eq!(
            person.may("can_invite", ORGANIZATION).await,
            flags.contains(&"admin")
        );
        assert_eq!(
            person.may("can_view", ORGANIZATION).await,
            flags.contains(&"view")
        );
    }
    town.user("gina").await;
    for flags in [&[][..], &["owner"], &["public"], &["view", "can_view"]] {
        let reply = alice.invite(ORGANIZATION, "user:gina", flags).await;
        reply.bad("relations");
    }
}

#[tokio::test]
async fn bn_38_only_the_invited_user_accepts() {
    let (town, alice) = acme().await;
    let (carol, bob) = (town.user("carol").await, town.user("bob").await);
    carol.accept(ORGANIZATION).await.missing();
    let invited = alice.invite(ORGANIZATION, "user:carol", &["view"]).await;
    let id = invited.text("/id");
    for other in [&bob, &alice, &town.operator()] {
        other.accept_id(&id).await.forbidden();
        other.accept(ORGANIZATION).await.forbidden();
    }
    town.nobody().accept_id(&id).await.unauthenticated();
    bob.decline(ORGANIZATION).await.forbidden();
    assert!(bob.invitations().await.items().is_empty());
    assert_eq!(carol.invitations().await.each("object"), [ORGANIZATION]);
    carol.show(ORGANIZATION).await.missing();

    carol.accept(ORGANIZATION).await.ok();
    assert_eq!(carol.lists("project", ORGANIZATION).await, [PROJECT]);
    // Once.
    carol.accept(ORGANIZATION).await.missing();
    carol.accept_id(&id).await.missing();
    assert!(carol.invitations().await.items().is_empty());
}

#[tokio::test]
async fn bn_38_who_was_invited_by_mail_accepts() {
    let (town, alice) = acme().await;
    let address = "dora@example.com";
    alice.invite(ORGANIZATION, address, &["view"]).await.ok();
    // The address belongs to a person, who is made with it.
    let code = town.code_mailed_to(address).await;
    let body = json!({ "code": code, "subject": "organization:dora" });
    let redeemed = town.nobody().post("/v1/invitations/redeem", body).await;
    redeemed.bad("subject");
    let dora = town.sign_up(address, "dora").await;
    dora.show(ORGANIZATION).await.missing();
    dora.accept(ORGANIZATION).await.ok();
    assert_eq!(alice.granted(ORGANIZATION, "user:dora").await, ["view"]);
    dora.accept(ORGANIZATION).await.missing();
}

#[tokio::test]
async fn bn_38_invitations_are_declined_withdrawn_replaced_and_expire() {
    // Decision 16.
    let (town, alice) = acme().await;
    let carol = town.user("carol").await;
    let invite = async |flags: &[&str]| {
        let sent = alice.invite(ORGANIZATION, "user:carol", flags).await;
        sent.text("/id")
    };
    invite(&["view"]).await;
    carol.decline(ORGANIZATION).await.ok();
    carol.accept(ORGANIZATION).await.missing();

    let id = invite(&["view"]).await;
    alice.withdraw(&id).await.ok();
    alice.withdraw(&id).await.missing();
    carol.accept(ORGANIZATION).await.missing();

    invite(&["view", "admin"]).await;
    invite(&["create"]).await;
    assert_eq!(alice.pending(ORGANIZATION).await.items().len(), 1);
    carol.accept(ORGANIZATION).await.ok();
    assert_eq!(alice.granted(ORGANIZATION, "user:carol").await, ["create"]);
    carol.leave(ORGANIZATION).await.ok();

    invite(&["view"]).await;
    town.advance_s(14 * DAY_S - 1).await;
    assert_eq!(carol.invitations().await.items().len(), 1);
    town.advance_s(1).await;
    assert!(carol.invitations().await.items().is_empty());
    assert!(alice.pending(ORGANIZATION).await.items().is_empty());
    carol.accept(ORGANIZATION).await.missing();
    let body = json!({
        "object": ORGANIZATION, "invitee": "user:carol", "relations": ["view"], "expires_in_s": 60,
    });
    alice.post("/v1/invitations", body).await.ok();
    town.advance_s(59).await;
    carol.accept(ORGANIZATION).await.ok();
}

#[tokio::test]
async fn bn_38_an_invitation_is_not_for_who_takes_the_name() {
    let (town, alice) = acme().await;
    town.user("carol").await;
    alice
        .invite(ORGANIZATION, "user:carol", &["admin"])
        .await
        .ok();
    town.operator().delete("user:carol").await.ok();
    let heir = town.user("carol").await;
    assert!(heir.invitations().await.items().is_empty());
    heir.accept(ORGANIZATION).await.missing();
    assert!(alice.granted(ORGANIZATION, "user:carol").await.is_empty());
}

#[tokio::test]
async fn bn_39_a_grant_holds_at_once_and_moves_no_bill() {
    let (town, alice) = acme().await;
    let dave = town.user("dave").await;
    let eve = town.user("eve").await;
    let flags = ["view", "create", "admin"];
    alice.grant(ORGANIZATION, &flags, "user:dave").await.ok();
    assert!(dave.invitations().await.items().is_empty());
    assert_eq!(
        alice.granted(ORGANIZATION, "user:dave").await,
        ["admin", "create", "view"]
    );
    dave.create("project:acme/daves").await.ok();
    dave.create("stream:acme/daves/log").await.ok();
    assert_eq!(dave.reads("/acme/daves/log?size=9").await, 200);
    dave.has_spent("organization:dave", (9, 0)).await;
    assert_eq!(alice.spent(ORGANIZATION).await, (0, 0));

    for flags in [&["view"][..], &["create"], &["view", "create"]] {
        alice.change(ORGANIZATION, flags, "user:dave").await.ok();
        let grant = dave.grant(ORGANIZATION, &["view"], "user:eve").await;
        grant.denied();
        let change = dave.change(ORGANIZATION, &["admin"], "user:dave").await;
        change.denied();
        let revoke = dave.revoke(ORGANIZATION, &["view"], "user:alice").await;
        revoke.denied();
    }
    let grant = eve.grant(ORGANIZATION, &["view"], "user:eve").await;
    grant.missing();
}

#[tokio::test]
async fn bn_40_a_grantee_need_not_be_part_of_the_organization() {
    let (town, alice) = acme().await;
    let dave = town.user("dave").await;
    dave.show(ORGANIZATION).await.missing();
    let flags = ["view", "create", "admin"];
    alice.grant(ORGANIZATION, &flags, "user:dave").await.ok();
    dave.show(ORGANIZATION).await.ok();
    dave.create("project:acme/daves").await.ok();
    alice.revoke(ORGANIZATION, &flags, "user:dave").await.ok();
    dave.show(ORGANIZATION).await.missing();
    dave.create("project:acme/again").await.missing();
    dave.grants(ORGANIZATION).await.missing();
    for action in [
        "can_view",
        "can_browse_members",
        "can_create_project",
        "can_invite",
    ] {
        assert!(!dave.may(action, ORGANIZATION).await, "{action}");
    }
}

#[tokio::test]
async fn bn_41_a_grant_opens_an_organization_to_look_at() {
    let (town, alice) = acme().await;
    let dave = town.user("dave").await;
    alice.grant(ORGANIZATION, &["view"], "user:dave").await.ok();
    assert_eq!(dave.lists("project", ORGANIZATION).await, [PROJECT]);
    assert_eq!(
        dave.granted(ORGANIZATION, "user:alice").await,
        ["admin", "create", "view"]
    );
    // Not a billed member: what is used is on the own bill, and acme has no say in it.
    let diary = diary(&dave).await;
    assert_eq!(dave.reads(&format!("{diary}?size=3")).await, 200);
    dave.has_spent("organization:dave", (3, 0)).await;
    assert_eq!(alice.spent(ORGANIZATION).await, (0, 0));
    alice.limit("user:dave", Some(1), None).await.forbidden();
    alice.usage("user:dave").await.forbidden();
    // Nor does it open records.
    assert_eq!(dave.reads(ORDERS).await, 403);
}
