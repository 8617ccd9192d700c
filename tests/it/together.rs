//! Administrators at the same time: no update is lost, no rule broken.

use http::{HeaderName, Method};
use serde_json::json;

use crate::claims::town::{Person, Town};

/// At the same time.
const MANY: usize = 16;

/// Runs the same for everybody at once, and counts the answers below 300.
async fn all(
    people: Vec<Person>,
    what: impl AsyncFn(usize, Person) -> u16 + Clone + 'static,
) -> usize {
    let tasks = people.into_iter().enumerate().map(|(number, person)| {
        let what = what.clone();
        async move { what(number, person).await }
    });
    let statuses = futures_util::future::join_all(tasks).await;
    statuses.iter().filter(|status| **status < 300).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_admin_stays_however_many_leave_at_once() {
    let town = Town::open("beneath", "").await;
    let alice = town.user("alice").await;
    alice.create("organization:acme").await.ok();
    let mut admins = vec![alice.clone()];
    for number in 1..MANY {
        let admin = town.user(&format!("admin{number}")).await;
        let flags = ["view", "admin"];
        alice
            .grant("organization:acme", &flags, admin.name())
            .await
            .ok();
        admins.push(admin);
    }
    let left = all(admins.clone(), async |_, admin: Person| {
        admin.leave("organization:acme").await.status
    })
    .await;
    assert_eq!(left, MANY - 1, "all but one leave");
    let (_, facts) = town.contents();
    let stay = facts
        .iter()
        .filter(|fact| fact.starts_with("organization:acme#admin@"));
    assert_eq!(stay.count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn admins_who_remove_each_other_leave_one() {
    let town = Town::open("earthly", "").await;
    let (ann, bob) = (town.user("ann").await, town.user("bob").await);
    ann.create("organization:acme").await.ok();
    for _ in 0..20 {
        let (_, facts) = town.contents();
        let is_admin =
            |who: &Person| facts.contains(&format!("organization:acme#admin@{}", who.name()));
        let (here, there) = if is_admin(&ann) {
            (&ann, &bob)
        } else {
            (&bob, &ann)
        };
        here.invite("organization:acme", there.name(), &["admin"])
            .await
            .ok();
        there.accept("organization:acme").await.ok();
        let (one, other) = tokio::join!(
            ann.remove("organization:acme", "user:bob"),
            bob.remove("organization:acme", "user:ann"),
        );
        let done = [one.status, other.status]
            .iter()
            .filter(|status| **status < 300)
            .count();
        assert_eq!(done, 1, "{one:#?} {other:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_those_who_saw_the_same_revision_one_changes_it() {
    let town = Town::open("beneath", "").await;
    let alice = town.user("alice").await;
    alice.create("organization:acme").await.ok();
    for round in 0..5 {
        let seen = alice.show("organization:acme").await;
        let tag = format!("\"{}\"", seen.number("/revision"));
        assert_eq!(seen.headers["etag"], tag.as_str());
        let renamed = all(
            vec![alice.clone(); MANY],
            async move |number, alice: Person| {
                let name = format!("name {round} {number}");
                let body = json!({ "object": "organization:acme", "display_name": name });
                let headers = [(HeaderName::from_static("if-match"), tag.as_str())];
                let reply = alice
                    .send_with(Method::PATCH, "/v1/objects", &headers, Some(body))
                    .await;
                assert!(reply.status == 200 || reply.status == 412, "{reply:#?}");
                reply.status
            },
        )
        .await;
        assert_eq!(renamed, 1, "the others are told that it changed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_taken_once_and_a_level_held_once() {
    let town = Town::open("earthly", "").await;
    let (ann, bob) = (town.user("ann").await, town.user("bob").await);
    ann.create("organization:acme").await.ok();
    let created = all(vec![ann.clone(); MANY], async |_, ann: Person| {
        let reply = ann.create("project:acme/web").await;
        assert!(reply.status == 201 || reply.status == 409, "{reply:#?}");
        reply.status
    })
    .await;
    assert_eq!(created, 1);
    ann.invite("organization:acme", bob.name(), &["read"])
        .await
        .ok();
    bob.accept("organization:acme").await.ok();
    let levels = ["read", "read_secrets", "write", "admin"];
    let granted = all(vec![ann.clone(); MANY], async move |number, ann: Person| {
        let level = levels[number % levels.len()];
        ann.grant("project:acme/web", &[level], "user:bob")
            .await
            .status
    })
    .await;
    assert_eq!(granted, MANY);
    let held = ann.granted("project:acme/web", "user:bob").await;
    assert_eq!(held.len(), 1, "{held:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_is_accepted_once_and_one_organization_pays() {
    let town = Town::open("beneath", "").await;
    let (alice, carol) = (town.user("alice").await, town.user("carol").await);
    for number in 0..4 {
        let organization = format!("organization:acme{number}");
        alice.create(&organization).await.ok();
        alice
            .invite(&organization, carol.name(), &["view"])
            .await
            .ok();
    }
    // Each four times, all at once.
    let accepted = all(vec![carol.clone(); 16], async |number, carol: Person| {
        carol
            .accept(&format!("organization:acme{}", number % 4))
            .await
            .status
    })
    .await;
    assert_eq!(accepted, 4);
    let (_, facts) = town.contents();
    let payers = facts
        .iter()
        .filter(|fact| fact.starts_with("user:carol#billing_organization@"));
    assert_eq!(payers.count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_repeated_at_once_is_done_once() {
    let town = Town::open("beneath", "").await;
    let alice = town.user("alice").await;
    let issued = futures_util::future::join_all((0..MANY).map(|_| {
        let alice = alice.clone();
        async move {
            let headers = [(HeaderName::from_static("idempotency-key"), "one secret")];
            let body = json!({ "subject": "user:alice", "kind": "full" });
            alice
                .send_with(Method::POST, "/v1/secrets", &headers, Some(body))
                .await
        }
    }))
    .await;
    let mut ids: Vec<String> = issued.iter().map(|reply| reply.text("/jti")).collect();
    ids.dedup();
    assert_eq!(ids.len(), 1, "one secret, however often it is asked for");
    let texts = issued
        .iter()
        .filter(|reply| reply.json.get("secret").is_some());
    assert_eq!(texts.count(), 1, "its text is shown once");
}

/// What was so already is remembered under its key, too: the repeat does not do later what it did not do first.
#[tokio::test]
async fn a_request_that_changed_nothing_is_not_done_when_it_is_repeated() {
    let town = Town::open("beneath", "").await;
    let (alice, bob) = (town.user("alice").await, town.user("bob").await);
    alice.create("organization:acme").await.ok();
    let give = async || {
        let headers = [(HeaderName::from_static("idempotency-key"), "give")];
        let body =
            json!({ "object": "organization:acme", "relations": ["view"], "subject": "user:bob" });
        let reply = alice
            .send_with(Method::POST, "/v1/grants", &headers, Some(body))
            .await;
        reply.number("/revision")
    };
    alice
        .grant("organization:acme", &["view"], bob.name())
        .await
        .ok();
    let first = give().await;
    alice
        .revoke("organization:acme", &["view"], bob.name())
        .await
        .ok();
    assert_eq!(give().await, first);
    let held = alice.granted("organization:acme", bob.name()).await;
    assert!(held.is_empty(), "{held:?}");
}
