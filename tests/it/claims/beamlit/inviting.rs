//! BL-26 to BL-31, BL-34: invitations, by name and by address.

use serde_json::json;

use super::{KINDS, MODEL_DATA, WORKSPACE, acme, joined, one};

const ADDRESS: &str = "dora@example.com";

#[tokio::test]
async fn bl_26_admins_invite_by_address() {
    let (town, alice) = acme().await;
    let bob = joined(&town, &alice, "bob", "member").await;
    let invited = alice.invite(WORKSPACE, ADDRESS, &["member"]).await;
    assert_eq!(invited.text("/invitee"), ADDRESS);
    assert_eq!(alice.pending(WORKSPACE).await.each("invitee"), [ADDRESS]);

    for malformed in [
        "dora@",
        "@example.com",
        "dora",
        "a b@example.com",
        "a@b@c",
        "",
    ] {
        let refused = alice.invite(WORKSPACE, malformed, &["member"]).await;
        refused.bad("invitee");
    }
    let by_member = bob.invite(WORKSPACE, "eve@example.com", &["member"]).await;
    by_member.denied();
    assert_eq!(alice.pending(WORKSPACE).await.each("invitee"), [ADDRESS]);
}

#[tokio::test]
async fn bl_27_the_inviter_says_which_role() {
    let (town, alice) = acme().await;
    for (name, role) in [("bob", "member"), ("carol", "admin")] {
        let address = format!("{name}@example.com");
        alice.invite(WORKSPACE, &address, &[role]).await.ok();
        let person = town.sign_up(&address, name).await;
        // Not the invitee.
        let choice = json!({ "object": WORKSPACE, "relations": ["admin"] });
        let chosen = person.post("/v1/invitations/accept", choice).await;
        chosen.refused(400);
        person.accept(WORKSPACE).await.ok();
        let granted = alice.granted(WORKSPACE, person.name()).await;
        assert_eq!(granted, [role], "{name}");
    }
    town.user("eve").await;
    for roles in [&[][..], &["member", "admin"], &["owner"]] {
        let refused = alice.invite(WORKSPACE, "user:eve", roles).await;
        refused.refused(400);
    }
    assert!(alice.pending(WORKSPACE).await.items().is_empty());
}

#[tokio::test]
async fn bl_28_the_invitee_is_notified() {
    let (town, alice) = acme().await;
    joined(&town, &alice, "bob", "member").await;
    assert!(town.mail_to(ADDRESS).await.is_empty());
    alice.invite(WORKSPACE, ADDRESS, &["member"]).await.ok();
    assert_eq!(town.mail_to(ADDRESS).await.len(), 1);
    // Nobody else, and nothing for an invitation that was refused.
    let refused = alice.invite(WORKSPACE, "eve@example.com", &["owner"]).await;
    refused.refused(400);
    for other in ["eve@example.com", "bob@example.com", "alice@example.com"] {
        assert!(town.mail_to(other).await.is_empty(), "{other}");
    }
    let dora = town.sign_up(ADDRESS, "dora").await;
    dora.accept(WORKSPACE).await.ok();
    assert_eq!(town.mail_to(ADDRESS).await.len(), 1);
}

#[tokio::test]
async fn bl_29_a_pending_invitation_gives_nothing() {
    let (town, alice) = acme().await;
    let bob = town.user("bob").await;
    alice.invite(WORKSPACE, "user:bob", &["admin"]).await.ok();
    alice.invite(WORKSPACE, ADDRESS, &["admin"]).await.ok();
    // Neither signing up nor signing in again accepts it.
    let dora = town.sign_up(ADDRESS, "dora").await;
    let [bob, dora] = [bob.with("full").await, dora.with("full").await];
    for person in [&bob, &dora] {
        let name = person.name();
        person.show(WORKSPACE).await.missing();
        person.rename(WORKSPACE, "Mine").await.missing();
        assert!(!person.may("can_see", WORKSPACE).await, "{name}");
        for (kind, change) in KINDS {
            assert!(!person.may("can_view", &one(kind)).await, "{name} {kind}");
            assert!(!person.may(change, &one(kind)).await, "{name} {kind}");
            person.show(&one(kind)).await.missing();
        }
        assert_eq!(person.reads(MODEL_DATA).await, 403, "{name}");
        assert!(alice.granted(WORKSPACE, name).await.is_empty(), "{name}");

        person.accept(WORKSPACE).await.ok();
        assert_eq!(alice.granted(WORKSPACE, name).await, ["admin"]);
        assert_eq!(person.reads(MODEL_DATA).await, 200, "{name}");
        person.show(&one("policy")).await.ok();
    }
}

#[tokio::test]
async fn bl_30_without_an_account_one_signs_up_first() {
    let (town, alice) = acme().await;
    let eve = town.user("eve").await;
    let invited = alice.invite(WORKSPACE, ADDRESS, &["member"]).await;
    let id = invited.text("/id");
    // Nobody has the address yet; nobody can accept.
    town.nobody().accept_id(&id).await.unauthenticated();
    town.nobody().accept(WORKSPACE).await.unauthenticated();
    // Another account, of another address, neither sees nor accepts nor declines it.
    alice
        .invite(WORKSPACE, "frank@example.com", &["member"])
        .await
        .ok();
    let frank = town.sign_up("frank@example.com", "frank").await;
    for other in [&eve, &frank] {
        assert!(!other.invitations().await.each("id").contains(&id));
        other.accept_id(&id).await.missing();
        let declined = other.post("/v1/invitations/decline", json!({ "id": id }));
        declined.await.missing();
    }
    eve.accept(WORKSPACE).await.missing();
    // A wrong code proves nothing.
    let code = town.code_mailed_to(ADDRESS).await;
    let wrong = json!({ "code": format!("{code}x"), "subject": "user:mallory" });
    let redeemed = town.nobody().post("/v1/invitations/redeem", wrong).await;
    assert!((400..500).contains(&redeemed.status), "{redeemed:#?}");
    // Nor does a code alone make somebody of a name that is taken.
    let taken = json!({ "code": code, "subject": "user:eve" });
    let redeemed = town.nobody().post("/v1/invitations/redeem", taken).await;
    redeemed.conflict();

    let dora = town.sign_up(ADDRESS, "dora").await;
    assert_eq!(dora.invitations().await.each("id"), [id]);
    assert_eq!(dora.me().await.json["addresses"], json!([ADDRESS]));
    dora.accept(WORKSPACE).await.ok();
    assert_eq!(dora.reads(MODEL_DATA).await, 200);
    // The link worked once.
    let again = json!({ "code": code, "subject": "user:mallory" });
    let redeemed = town.nobody().post("/v1/invitations/redeem", again).await;
    assert!((400..500).contains(&redeemed.status), "{redeemed:#?}");
    let again = eve
        .post("/v1/invitations/redeem", json!({ "code": code }))
        .await;
    assert!((400..500).contains(&again.status), "{again:#?}");
}

#[tokio::test]
async fn bl_30_an_account_proves_a_further_address() {
    let (town, alice) = acme().await;
    let dora = town.user("dora").await;
    alice.invite(WORKSPACE, ADDRESS, &["member"]).await.ok();
    dora.accept(WORKSPACE).await.missing();
    let code = town.code_mailed_to(ADDRESS).await;
    let redeemed = dora.post("/v1/invitations/redeem", json!({ "code": code }));
    assert_eq!(redeemed.await.text("/subject"), "user:dora");
    dora.accept(WORKSPACE).await.ok();
    assert_eq!(dora.reads(MODEL_DATA).await, 200);
}

#[tokio::test]
async fn bl_31_ones_own_pending_invitations() {
    let (town, alice) = acme().await;
    let [bob, eve] = [town.user("bob").await, town.user("eve").await];
    for workspace in ["workspace:beta", "workspace:gamma"] {
        alice.create(workspace).await.ok();
    }
    let workspaces = [WORKSPACE, "workspace:beta", "workspace:gamma"];
    for workspace in workspaces {
        alice.invite(workspace, "user:bob", &["member"]).await.ok();
    }
    assert_eq!(bob.invitations().await.each("object"), workspaces);
    assert!(eve.invitations().await.items().is_empty());
    assert!(alice.invitations().await.items().is_empty());
    eve.pending(WORKSPACE).await.missing();

    bob.accept(WORKSPACE).await.ok();
    let id = &alice.pending("workspace:beta").await.each("id")[0];
    alice.withdraw(id).await.ok();
    assert_eq!(bob.invitations().await.each("object"), ["workspace:gamma"]);
    bob.decline("workspace:gamma").await.ok();
    assert!(bob.invitations().await.items().is_empty());
    bob.accept("workspace:gamma").await.missing();
}

#[tokio::test]
async fn bl_31_what_has_expired_is_gone() {
    let (town, alice) = acme().await;
    let bob = town.user("bob").await;
    alice.invite(WORKSPACE, "user:bob", &["member"]).await.ok();
    town.advance(13).await;
    assert_eq!(bob.invitations().await.each("object"), [WORKSPACE]);
    town.advance(1).await;
    assert!(bob.invitations().await.items().is_empty());
    bob.accept(WORKSPACE).await.missing();
    assert!(alice.pending(WORKSPACE).await.items().is_empty());
}

#[tokio::test]
async fn bl_34_admins_withdraw_invitations() {
    let (town, alice) = acme().await;
    let bob = joined(&town, &alice, "bob", "member").await;
    let eve = town.user("eve").await;
    let by_name = alice.invite(WORKSPACE, "user:eve", &["member"]).await;
    let by_address = alice.invite(WORKSPACE, ADDRESS, &["member"]).await;
    let code = town.code_mailed_to(ADDRESS).await;
    let [by_name, by_address] = [by_name.text("/id"), by_address.text("/id")];
    for id in [&by_name, &by_address] {
        bob.withdraw(id).await.forbidden();
    }
    assert_eq!(alice.pending(WORKSPACE).await.items().len(), 2);

    for id in [&by_name, &by_address] {
        alice.withdraw(id).await.ok();
        alice.withdraw(id).await.missing();
    }
    eve.accept(WORKSPACE).await.missing();
    eve.accept_id(&by_name).await.missing();
    let body = json!({ "code": code, "subject": "user:dora" });
    let redeemed = town.nobody().post("/v1/invitations/redeem", body).await;
    assert!((400..500).contains(&redeemed.status), "{redeemed:#?}");
    assert!(!eve.may("can_see", WORKSPACE).await);
    assert!(alice.pending(WORKSPACE).await.items().is_empty());
}
