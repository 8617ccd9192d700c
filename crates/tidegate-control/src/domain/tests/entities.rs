//! Which objects a change is told of by their entity tags, and in the audit log.

use serde_json::{Value, json};

use super::{Desk, create, grant, invite};
use crate::domain::{AuditOf, Fault, Terms};

/// What changed with an operation, of some objects.
#[track_caller]
fn check(
    desk: &Desk,
    who: &str,
    operation: Value,
    objects: &[(&str, bool)],
) -> impl Future<Output = ()> {
    let place = std::panic::Location::caller();
    async move {
        let mut before = Vec::new();
        for (name, _) in objects {
            before.push(desk.row(name).await.unwrap().revision);
        }
        desk.done(who, std::slice::from_ref(&operation)).await;
        for ((name, changed), before) in objects.iter().zip(before) {
            let after = desk.row(name).await.unwrap().revision;
            assert_eq!(after > before, *changed, "{place}: {name}");
        }
    }
}

#[tokio::test]
async fn an_object_changes_with_every_grant_and_link_on_it() {
    let desk = Desk::new("beneath").await.people(&["ada", "bob"]).await;
    let batch = [
        create("organization:acme"),
        create("project:acme/sales"),
        grant("project:acme/sales", "view", "user:bob"),
    ];
    desk.done("user:ada", &batch).await;
    desk.done(
        "user:ada",
        &[invite("organization:acme", "view", "user:bob")],
    )
    .await;
    let accept = json!({ "op": "accept", "object": "organization:acme" });
    check(
        &desk,
        "user:bob",
        accept,
        &[
            ("organization:acme", true),
            // Who pays for bob.
            ("user:bob", true),
            ("project:acme/sales", false),
            ("user:ada", false),
        ],
    )
    .await;
    let leave = json!({ "op": "leave", "object": "organization:acme" });
    let both = [("organization:acme", true), ("user:bob", true)];
    check(&desk, "user:bob", leave, &both).await;
    // Who goes leaves every grant.
    let gone = [("project:acme/sales", true), ("organization:acme", false)];
    check(&desk, "operator:root", super::delete("user:bob"), &gone).await;
}

#[tokio::test]
async fn what_ends_below_shows_in_what_it_ended_on() {
    let desk = Desk::new("lamindb").await.people(&["ada", "bob"]).await;
    let batch = [
        create("organization:acme"),
        create("instance:acme/main"),
        grant("organization:acme", "member", "user:bob"),
        grant("instance:acme/main", "write", "user:bob"),
    ];
    desk.done("user:ada", &batch).await;
    let seen = desk.row("instance:acme/main").await.unwrap().revision;
    let remove = json!({ "op": "remove", "object": "organization:acme", "subject": "user:bob" });
    let both = [("organization:acme", true), ("instance:acme/main", true)];
    check(&desk, "user:ada", remove, &both).await;
    // Whoever looked at the instance before has not seen that.
    let terms = Terms {
        unchanged_since: Some(seen),
        ..Terms::default()
    };
    let grant = grant("instance:acme/main", "admin", "user:ada");
    let refused = desk.perform(desk.actor("user:ada"), terms, &[grant]).await;
    assert!(matches!(refused, Err(Fault::Changed { .. })), "{refused:?}");
}

#[tokio::test]
async fn the_audit_log_says_who_pays_after_an_acceptance() {
    let desk = Desk::new("beneath").await.people(&["ada", "bob"]).await;
    let batch = [
        create("organization:acme"),
        invite("organization:acme", "view", "user:bob"),
    ];
    desk.done("user:ada", &batch).await;
    let accept = json!({ "op": "accept", "object": "organization:acme" });
    desk.done("user:bob", &[accept]).await;
    let of = AuditOf::Object("organization:acme".to_owned());
    let ada = desk.actor("user:ada");
    let log = desk.rules.audit(&ada, &of, (u64::MAX >> 1, 0), 1);
    let log = log.await.unwrap();
    assert_eq!(log[0].operation, "accept");
    let after = log[0].after.as_ref().unwrap();
    let tuples = json!([
        "organization:acme#view@user:bob",
        "user:bob#billing_organization@organization:acme"
    ]);
    assert_eq!(after["tuples"], tuples);
    let before = log[0].before.as_ref().unwrap();
    let tuples = json!(["user:bob#billing_organization@organization:bob"]);
    assert_eq!(before["tuples"], tuples);
}

#[tokio::test]
async fn the_audit_log_says_what_a_deleted_one_had() {
    let desk = Desk::new("beneath").await.people(&["ada", "bob"]).await;
    let batch = [
        create("organization:acme"),
        grant("organization:acme", "create", "user:bob"),
    ];
    desk.done("user:ada", &batch).await;
    desk.done("operator:root", &[super::delete("user:bob")])
        .await;
    let root = desk.actor("operator:root");
    let log = desk
        .rules
        .audit(&root, &AuditOf::All, (u64::MAX >> 1, 0), 1);
    let log = log.await.unwrap();
    assert_eq!(log[0].operation, "delete");
    let before = log[0].before.as_ref().unwrap();
    let objects = json!(["organization:bob", "user:bob"]);
    assert_eq!(before["objects"], objects);
    let tuples = before["tuples"].as_array().unwrap();
    for tuple in [
        "user:bob#myself@user:bob",
        "organization:bob#admin@user:bob",
        "organization:acme#create@user:bob",
    ] {
        assert!(tuples.contains(&json!(tuple)), "{tuple}: {tuples:?}");
    }
}
