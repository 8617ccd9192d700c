//! Many invitations.

use serde_json::{Value, json};

use super::{Desk, create, invite};
use crate::domain::work::BATCH_MAX;

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
