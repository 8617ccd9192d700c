//! What an operation of a batch sees of those before it.

use serde_json::json;

use super::{Desk, create, delete};
use crate::domain::{Fault, Terms};

#[tokio::test]
async fn whoever_ends_their_own_secret_does_nothing_after_it() {
    let desk = Desk::port().await.people(&["ada"]).await;
    let (ada, _) = desk.with_secret("user:ada", "full").await;
    let jti = ada.jti.unwrap().to_string();
    let end = json!({ "op": "revoke_secret", "jti": jti });
    let batch = [end.clone(), create("port:oslo")];
    let refused = desk.perform(ada.clone(), Terms::default(), &batch).await;
    assert_eq!(refused.unwrap_err(), Fault::Unauthenticated);
    assert_eq!(desk.uid("port:oslo"), None);

    let batch = [create("port:oslo"), end];
    desk.perform(ada, Terms::default(), &batch).await.unwrap();
    assert!(desk.uid("port:oslo").is_some());
}

#[tokio::test]
async fn a_name_that_is_used_again_in_one_batch_begins_anew() {
    let desk = Desk::port().await.people(&["ada", "bob"]).await;
    desk.done("user:ada", &[create("port:oslo"), create("crew:oslo/red")])
        .await;
    let grants = [
        super::grant("crew:oslo/red", "captain", "user:bob"),
        super::grant("port:oslo", "admin", "crew:oslo/red#captain"),
    ];
    desk.done("user:ada", &grants).await;
    let before = desk.uid("crew:oslo/red").unwrap();
    desk.done(
        "user:ada",
        &[delete("crew:oslo/red"), create("crew:oslo/red")],
    )
    .await;
    assert_ne!(desk.uid("crew:oslo/red"), Some(before));
    assert!(!desk.holds("crew:oslo/red#captain@user:bob"));
    assert!(!desk.holds("port:oslo#admin@crew:oslo/red#captain"));
}
