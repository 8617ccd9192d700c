//! BN-58 to BN-63: what a permission on an organization allows.

use super::*;

/// bob has these flags on acme.
async fn granted(flags: &[&str]) -> (Town, Person, Person) {
    let (town, alice) = acme().await;
    let bob = town.user("bob").await;
    alice.grant(ORGANIZATION, flags, "user:bob").await.ok();
    (town, alice, bob)
}

#[tokio::test]
async fn bn_58_view_opens_members_and_projects() {
    let (town, alice, bob) = granted(&["view"]).await;
    let eve = town.user("eve").await;
    open(&alice).await;
    assert_eq!(
        bob.lists("project", ORGANIZATION).await,
        ["project:acme/open", PROJECT]
    );
    let members = bob.grants(ORGANIZATION).await.each("subject");
    assert_eq!(
        members,
        ["user:alice", "user:alice", "user:alice", "user:bob"]
    );
    bob.show(PROJECT).await.ok();
    bob.usage(ORGANIZATION).await.ok();
    // What is in a project is for its own people.
    assert!(bob.lists("stream", PROJECT).await.is_empty());
    assert_eq!(bob.reads(ORDERS).await, 403);
    bob.grants(PROJECT).await.denied();

    // Without it.
    eve.grants(ORGANIZATION).await.missing();
    eve.usage(ORGANIZATION).await.missing();
    eve.show(ORGANIZATION).await.missing();
    eve.show(PROJECT).await.missing();
    let seen = eve.lists("project", ORGANIZATION).await;
    assert!(!seen.contains(&PROJECT.to_owned()), "{seen:?}");
    eve.show("project:acme/open").await.ok();
    assert_eq!(
        eve.lists("stream", "project:acme/open").await,
        ["stream:acme/open/prices"]
    );

    // It adds no member, creates nothing, bills nothing.
    no_administration(&bob).await;
    bob.create("project:acme/bobs").await.denied();
    bob.create("service:acme/sales/bobs").await.denied();
}

/// No member, no billing.
async fn no_administration(person: &Person) {
    let name = person.name();
    person.invite(ORGANIZATION, name, &["admin"]).await.denied();
    person.grant(ORGANIZATION, &["admin"], name).await.denied();
    person.change(ORGANIZATION, &["admin"], name).await.denied();
    person
        .revoke(ORGANIZATION, &["view"], "user:alice")
        .await
        .denied();
    person.remove(ORGANIZATION, "user:alice").await.denied();
    person.limit(ORGANIZATION, Some(1), None).await.denied();
    person
        .move_to(name, "billing_organization", ORGANIZATION)
        .await
        .denied();
    person.delete(ORGANIZATION).await.denied();
    person.pending(ORGANIZATION).await.denied();
    person.audit(ORGANIZATION).await.denied();
}

#[tokio::test]
async fn bn_59_an_admin_adds_and_deletes_members() {
    let (town, alice, bob) = granted(&["admin"]).await;
    let carol = town.user("carol").await;
    bob.invite(ORGANIZATION, "user:carol", &["view"]).await.ok();
    carol.accept(ORGANIZATION).await.ok();
    assert_eq!(bob.granted(ORGANIZATION, "user:carol").await, ["view"]);
    bob.grant(ORGANIZATION, &["create"], "user:carol")
        .await
        .ok();
    for flags in [&["view"][..], &["create"], &["view", "create"]] {
        alice.change(ORGANIZATION, flags, "user:carol").await.ok();
        no_administration(&carol).await;
    }
    bob.remove(ORGANIZATION, "user:carol").await.ok();
    assert!(alice.granted(ORGANIZATION, "user:carol").await.is_empty());
    carol.show(ORGANIZATION).await.missing();
    bob.remove(ORGANIZATION, "user:carol").await.missing();
    // An admin reads the audit of it, and nobody below.
    let operations = bob.audit(ORGANIZATION).await.each("operation");
    for operation in ["accept", "change", "grant", "invite", "remove"] {
        assert!(operations.contains(&operation.to_owned()), "{operations:?}");
    }
}

#[tokio::test]
async fn bn_60_an_admin_creates_projects() {
    let (town, _, bob) = granted(&["admin"]).await;
    let eve = town.user("eve").await;
    bob.create("project:acme/bobs").await.ok();
    assert_eq!(
        bob.granted("project:acme/bobs", "user:bob").await,
        ["admin", "create", "view"]
    );
    bob.create("project:acme/bobs").await.conflict();
    eve.create("organization:evil").await.ok();
    eve.create("project:acme/evil").await.missing();

    let (_town, _, bob) = granted(&["view"]).await;
    bob.create("project:acme/bobs").await.denied();
}

#[tokio::test]
async fn bn_61_an_admin_creates_services() {
    let (town, alice, bob) = granted(&["admin"]).await;
    let eve = town.user("eve").await;
    bob.create("service:acme/sales/bobs").await.ok();
    eve.create("organization:evil").await.ok();
    eve.create("service:acme/sales/evil").await.missing();
    // Neither by what a project gives, nor by less on the organization.
    let all = ["view", "create", "admin"];
    alice.grant(PROJECT, &all, "user:eve").await.ok();
    eve.create("service:acme/sales/evil").await.denied();
    alice
        .grant(ORGANIZATION, &["view", "create"], "user:eve")
        .await
        .ok();
    eve.create("service:acme/sales/evil").await.denied();
}

#[tokio::test]
async fn bn_62_an_admin_changes_billing() {
    let (town, alice, bob) = granted(&["admin"]).await;
    let carol = town.user("carol").await;
    let bill = "billing_organization";
    bob.limit(ORGANIZATION, Some(1_000), Some(1_000)).await.ok();
    assert_eq!(
        bob.quota(ORGANIZATION).await.number("/read/limit_bytes"),
        1_000
    );
    member(&alice, &carol, &["view"]).await;
    bob.limit("user:carol", Some(500), None).await.ok();
    bob.move_to("user:carol", bill, "organization:bob")
        .await
        .ok();
    bob.move_to("user:carol", bill, ORGANIZATION).await.ok();
    bob.move_to("user:bob", bill, ORGANIZATION).await.ok();

    // Neither with view or create, nor as a project's admin, ...
    alice
        .change(ORGANIZATION, &["view", "create"], "user:carol")
        .await
        .ok();
    alice.grant(PROJECT, &["admin"], "user:carol").await.ok();
    carol.limit(ORGANIZATION, Some(1), None).await.denied();
    carol.limit("user:carol", Some(1), None).await.denied();
    carol
        .move_to("user:bob", bill, "organization:carol")
        .await
        .missing();
    // But nobody is held: one's own bill can be taken home, and is not given back without the other side.
    carol
        .move_to("user:carol", bill, "organization:carol")
        .await
        .ok();
    carol
        .move_to("user:carol", bill, ORGANIZATION)
        .await
        .denied();
    bob.move_to("user:carol", bill, ORGANIZATION)
        .await
        .missing();
    member(&alice, &carol, &["view", "create"]).await;
    // ... nor by a secret of the admin that only reads.
    for kind in ["private_read", "public_read"] {
        let reader = bob.with(kind).await;
        reader.limit(ORGANIZATION, Some(1), None).await.forbidden();
        reader.limit("user:carol", Some(1), None).await.forbidden();
        let moved = reader.move_to("user:carol", bill, "organization:bob").await;
        moved.forbidden();
    }
    // ... nor of where the user would be moved from or to alone.
    let dave = town.user("dave").await;
    alice.create("organization:second").await.ok();
    dave.move_to("user:dave", bill, "organization:second")
        .await
        .missing();
    bob.move_to("user:carol", bill, "organization:second")
        .await
        .missing();
    alice
        .grant("organization:second", &["view"], "user:bob")
        .await
        .ok();
    bob.move_to("user:carol", bill, "organization:second")
        .await
        .denied();
    assert_eq!(
        bob.quota("user:carol").await.number("/read/limit_bytes"),
        500
    );
}

#[tokio::test]
async fn bn_63_create_on_an_organization_lets_create_projects() {
    // Decision 3.
    let (_town, alice, bob) = granted(&["create"]).await;
    assert_eq!(alice.granted(ORGANIZATION, "user:bob").await, ["create"]);
    bob.show(ORGANIZATION).await.ok();
    assert_eq!(bob.lists("project", ORGANIZATION).await, [PROJECT]);
    bob.create("project:acme/bobs").await.ok();
    bob.create("stream:acme/bobs/one").await.ok();
    // No member's business, no billing, no service; not even a look at the members.
    no_administration(&bob).await;
    bob.grants(ORGANIZATION).await.denied();
    bob.usage(ORGANIZATION).await.denied();
    bob.create("service:acme/sales/bobs").await.forbidden();
    bob.create("service:acme/bobs/bot").await.denied();
    assert_eq!(bob.reads(ORDERS).await, 403);
}

#[tokio::test]
async fn bn_63_who_may_delete_an_organization() {
    let (town, alice, bob) = granted(&["admin"]).await;
    let eve = town.user("eve").await;
    eve.delete(ORGANIZATION).await.missing();
    bob.delete(ORGANIZATION).await.ok();
    alice.show(ORGANIZATION).await.missing();
    alice.show(PROJECT).await.missing();
    assert_eq!(alice.reads(ORDERS).await, 403);
    // The names are free, and give nothing back.
    let heir = town.user("heir").await;
    for object in [ORGANIZATION, PROJECT, STREAM] {
        heir.create(object).await.ok();
    }
    assert_eq!(
        (alice.reads(ORDERS).await, heir.reads(ORDERS).await),
        (403, 200)
    );
    alice.show(ORGANIZATION).await.missing();
    // The operator deletes what is in the way.
    town.operator().delete(ORGANIZATION).await.ok();
}

#[tokio::test]
async fn bn_59_who_changes_a_display_name() {
    let (_town, alice, bob) = granted(&["view", "create"]).await;
    alice.create(BOT).await.ok();
    let instance = "stream_instance:acme/sales/orders/v1";
    alice.create(instance).await.ok();
    let all = ["user:alice", ORGANIZATION, PROJECT, STREAM, instance, BOT];
    for object in all {
        alice.rename(object, "Ändert sich").await.ok();
        let shown = alice.show(object).await;
        assert_eq!(shown.text("/display_name"), "Ändert sich");
        bob.rename(object, "Nein").await.forbidden();
    }
    // A project's admin names the project, who creates in it its streams.
    alice.grant(PROJECT, &["view"], "user:bob").await.ok();
    for object in all {
        bob.rename(object, "Nein").await.forbidden();
    }
    alice.change(PROJECT, &["admin"], "user:bob").await.ok();
    bob.rename(PROJECT, "Verkauf").await.ok();
    bob.rename(STREAM, "Nein").await.denied();
    bob.rename(instance, "Nein").await.denied();
    alice.change(PROJECT, &["create"], "user:bob").await.ok();
    bob.rename(STREAM, "Bestellungen").await.ok();
    bob.rename(instance, "Erste").await.ok();
    bob.rename(PROJECT, "Nein").await.denied();
    bob.rename("user:bob", "Bob").await.ok();
}

#[tokio::test]
async fn bn_59_members_of_each_kind_leave_and_are_removed() {
    let (_town, alice, bob) = granted(&["view"]).await;
    for (object, name) in [(ORGANIZATION, "user:bob"), (PROJECT, "user:bob")] {
        for flag in ["view", "create", "admin"] {
            alice.grant(object, &[flag], name).await.ok();
            bob.leave(object).await.ok();
            assert!(alice.granted(object, name).await.is_empty());
            alice.grant(object, &["view", flag], name).await.ok();
            alice.remove(object, name).await.ok();
            assert!(alice.granted(object, name).await.is_empty());
        }
        bob.leave(object).await.missing();
    }
    assert_eq!(bob.reads(ORDERS).await, 403);
    // A project's members are removed by its admin, not by the organization's.
    alice.grant(PROJECT, &["view"], "user:bob").await.ok();
    alice.grant(ORGANIZATION, &["admin"], "user:bob").await.ok();
    bob.remove(PROJECT, "user:alice").await.denied();
}
