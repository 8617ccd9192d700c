//! Invitations: many of them, what ends them, codes that nobody was sent.

use std::time::Duration;

use serde_json::{Value, json};
use tidegate_client::wire::Redeem;
use tokio::time::timeout;
use uuid::Uuid;

use super::{Desk, create, invite};
use crate::domain::{BATCH_MAX, Fault};

/// How long anything may take before a test says that it hangs.
const PATIENCE: Duration = Duration::from_secs(30);

/// More than anybody looks through.
const MANY: usize = 1001;

#[tokio::test]
async fn whoever_was_invited_a_thousand_times_still_accepts_the_last() {
    let desk = Desk::new("beamlit")
        .await
        .people(&["ada", "eve", "bob"])
        .await;
    let names: Vec<String> = (0..MANY).map(|at| format!("workspace:w{at}")).collect();
    for names in names.chunks(BATCH_MAX / 2) {
        let each = |name: &String| [create(name), invite(name, "member", "user:bob")];
        let batch: Vec<Value> = names.iter().flat_map(each).collect();
        desk.done("user:eve", &batch).await;
    }
    let batch = [
        create("workspace:acme"),
        invite("workspace:acme", "member", "user:bob"),
        create("workspace:bolt"),
        invite("workspace:bolt", "member", "user:bob"),
    ];
    let invited = desk.done("user:ada", &batch).await;
    let Some(tidegate_client::wire::Answer::Invited(last)) = invited.answers.last() else {
        panic!("{invited:?}");
    };
    let by_object = json!({ "op": "accept", "object": "workspace:acme" });
    let by_id = json!({ "op": "accept", "id": last.id });
    desk.done("user:bob", &[by_object, by_id]).await;
    assert!(desk.holds("workspace:acme#member@user:bob"));
    assert!(desk.holds("workspace:bolt#member@user:bob"));
}

#[tokio::test]
async fn whoever_was_removed_does_not_come_back_by_what_was_pending() {
    let desk = Desk::new("beamlit")
        .await
        .people(&["ada", "bob", "cat"])
        .await;
    let accept = json!({ "op": "accept", "object": "workspace:acme" });
    let batch = [
        create("workspace:acme"),
        invite("workspace:acme", "member", "user:bob"),
        invite("workspace:acme", "member", "user:cat"),
    ];
    desk.done("user:ada", &batch).await;
    desk.done("user:bob", std::slice::from_ref(&accept)).await;
    let remove = json!({ "op": "remove", "object": "workspace:acme", "subject": "user:bob" });
    let batch = [invite("workspace:acme", "admin", "user:bob"), remove];
    desk.done("user:ada", &batch).await;
    let (kind, _) = desk
        .refused("user:bob", std::slice::from_ref(&accept))
        .await;
    assert_eq!(kind, "not-found");

    // Others' are as they were, and a new one is a new decision.
    desk.done("user:cat", std::slice::from_ref(&accept)).await;
    let again = invite("workspace:acme", "member", "user:bob");
    desk.done("user:ada", &[again]).await;
    desk.done("user:bob", &[accept]).await;
}

/// Anybody can send one, without a secret: it must not keep others from their changes.
#[tokio::test]
async fn a_code_of_no_invitation_waits_for_nobody_and_keeps_nobody_waiting() {
    let desk = Desk::new("beamlit").await;
    let code = desk
        .rules
        .link_key()
        .code(Uuid::from_u128(7), "dora@example.org");
    let lane = desk.rules.first_lane().await.unwrap();
    let redeem = Redeem {
        code,
        subject: Some("user:dora".to_owned()),
    };
    let answer = desk.rules.redeem(None, None, redeem);
    let answer = timeout(PATIENCE, answer).await.expect("answers at once");
    assert!(matches!(answer, Err(Fault::NotFound { .. })), "{answer:?}");
    drop(lane);
}
