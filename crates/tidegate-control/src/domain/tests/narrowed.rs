//! A narrowed secret changes nothing outside of its objects.

use serde_json::json;

use super::{Desk, create, delete, invite};
use crate::domain::Terms;

#[tokio::test]
async fn the_end_of_a_membership_moves_no_bill_that_is_outside() {
    let desk = Desk::new("beneath").await.people(&["ada", "bob"]).await;
    desk.done("user:ada", &[create("organization:acme")]).await;
    desk.done(
        "user:ada",
        &[invite("organization:acme", "view", "user:bob")],
    )
    .await;
    let accept = json!({ "op": "accept", "object": "organization:acme" });
    desk.done("user:bob", &[accept]).await;
    assert!(desk.holds("user:bob#billing_organization@organization:acme"));

    let leave = json!({ "op": "leave", "object": "organization:acme" });
    let inside = desk.narrowed("user:bob", &["organization:acme"]).await;
    let left = desk
        .perform(inside, Terms::default(), std::slice::from_ref(&leave))
        .await;
    assert_eq!(left.map_err(|fault| fault.kind()).unwrap_err(), "forbidden");
    assert!(desk.holds("user:bob#billing_organization@organization:acme"));

    let wide = desk.narrowed("user:bob", &["organization:acme", "user:bob"]);
    let wide = wide.await;
    desk.perform(wide, Terms::default(), &[leave])
        .await
        .unwrap();
    assert!(desk.holds("user:bob#billing_organization@organization:bob"));
}

#[tokio::test]
async fn a_deletion_takes_nothing_along_that_is_outside() {
    let desk = Desk::port().await.people(&["ada"]).await;
    let batch = [create("port:oslo"), create("quay:oslo/north")];
    desk.done("user:ada", &batch).await;
    let delete = delete("quay:oslo/north");
    let inside = desk.narrowed("user:ada", &["port:oslo"]).await;
    let gone = desk
        .perform(inside, Terms::default(), std::slice::from_ref(&delete))
        .await;
    assert_eq!(gone.map_err(|fault| fault.kind()).unwrap_err(), "forbidden");
    let wide = desk.narrowed("user:ada", &["port:oslo", "beacon:north"]);
    let wide = wide.await;
    desk.perform(wide, Terms::default(), &[delete])
        .await
        .unwrap();
}
