//! What is told to whom.

use serde_json::json;

use super::{Desk, create, grant, invite};
use crate::domain::Terms;
use crate::store::Write;

/// Somebody proves an address without a mail.
async fn proven(desk: &Desk, address: &str, owner: &str) {
    let mut change = desk.rules.store().begin().await.unwrap();
    let proof = Write::Address {
        address: address.to_owned(),
        owner: desk.uid(owner).unwrap(),
        at_s: 1,
    };
    change.make(&proof).await.unwrap();
    change.commit(&[], "[]", None).await.unwrap();
    desk.rules.confirm().await.unwrap();
}

#[tokio::test]
async fn whose_an_address_is_learns_nobody_who_may_not_grant() {
    let desk = Desk::new("beneath")
        .await
        .people(&["ada", "bob", "eve"])
        .await;
    proven(&desk, "bob@example.org", "user:bob").await;
    let batch = [
        create("organization:acme"),
        create("project:acme/sales"),
        create("stream:acme/sales/orders"),
        grant("project:acme/sales", "public", "user:*"),
    ];
    desk.done("user:ada", &batch).await;
    // Only services read a stream by a grant, so both are wrong for who may grant.
    let mut told = Vec::new();
    for address in ["bob@example.org", "nobody@example.org"] {
        let grant = grant("stream:acme/sales/orders", "read", address);
        told.push(desk.refused("user:eve", &[grant]).await);
    }
    assert_eq!(told[0], told[1]);
    assert_eq!(told[0].0, "forbidden");
}

#[tokio::test]
async fn a_secret_that_is_nobody_shows_nothing_of_its_user() {
    let desk = Desk::new("beneath").await.people(&["ada", "bob"]).await;
    proven(&desk, "bob@example.org", "user:bob").await;
    desk.done("user:ada", &[create("organization:acme")]).await;
    desk.done(
        "user:ada",
        &[invite("organization:acme", "view", "user:bob")],
    )
    .await;
    for (kind, shown) in [("full", 1), ("private_read", 1), ("public_read", 0)] {
        let (bob, _) = desk.with_secret("user:bob", kind).await;
        let whoami = desk.rules.whoami(&bob).await.unwrap();
        assert_eq!(whoami.addresses.len(), shown, "{kind}");
        let listed = desk.rules.own_invitations(&bob, 10, None).await;
        let listed = listed.map_or(0, |listed| listed.len());
        assert_eq!(listed, shown, "{kind}");
        let issue = json!({ "op": "issue_secret", "subject": "user:bob", "kind": "full" });
        let issued = desk.perform(bob, Terms::default(), &[issue]).await;
        assert_eq!(issued.is_ok(), kind == "full", "{kind}: {issued:?}");
    }
}
