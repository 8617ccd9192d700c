//! Attaching.

use serde_json::json;

use super::{Desk, create};

#[tokio::test]
async fn a_pair_is_attached_once_whatever_it_is_called() {
    let desk = Desk::new("lamindb").await.people(&["ada"]).await;
    let batch = [
        create("organization:acme"),
        create("instance:acme/main"),
        create("space:acme/ml"),
        super::grant("instance:acme/main", "admin", "user:ada"),
        super::grant("space:acme/ml", "admin", "user:ada"),
    ];
    desk.done("user:ada", &batch).await;
    let by_hand = |name: &str| {
        let links = json!({ "space": "space:acme/ml" });
        json!({ "op": "create", "object": format!("attachment:acme/main/{name}"), "links": links })
    };
    let pair = json!({ "object": "space:acme/ml", "to": "instance:acme/main" });
    let op = |op: &str| {
        let mut operation = pair.clone();
        operation["op"] = json!(op);
        operation
    };
    desk.done("user:ada", &[by_hand("first")]).await;
    for again in [by_hand("second"), op("attach")] {
        let (kind, sentence) = desk.refused("user:ada", std::slice::from_ref(&again)).await;
        assert_eq!(kind, "conflict", "{again}: {sentence}");
    }
    // Or else this would leave it attached.
    desk.done("user:ada", &[op("detach")]).await;
    let (kind, _) = desk.refused("user:ada", &[op("detach")]).await;
    assert_eq!(kind, "not-found");
    desk.done("user:ada", &[op("attach")]).await;
}
