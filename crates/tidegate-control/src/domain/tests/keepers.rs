//! The last holder of a kept relation.

use super::{Desk, create, delete, grant, revoke};

#[tokio::test]
async fn somebody_in_another_relation_of_a_userset_holds_nothing_through_it() {
    let desk = Desk::port().await.people(&["ada", "bob"]).await;
    let batch = [
        create("port:oslo"),
        create("crew:oslo/red"),
        create("crew:oslo/blue"),
        grant("crew:oslo/blue", "captain", "user:bob"),
        // Sailors of the red crew, and none of its captains.
        grant("crew:oslo/red", "sailor", "crew:oslo/blue#captain"),
        grant("port:oslo", "admin", "crew:oslo/red#captain"),
    ];
    desk.done("user:ada", &batch).await;
    let last = revoke("port:oslo", "admin", "user:ada");
    let (kind, sentence) = desk.refused("user:ada", std::slice::from_ref(&last)).await;
    assert_eq!(kind, "conflict", "{sentence}");

    desk.done("user:ada", &[grant("crew:oslo/red", "captain", "user:bob")])
        .await;
    desk.done("user:ada", &[last]).await;
}

#[tokio::test]
async fn every_way_out_of_the_last_place_is_shut() {
    let desk = Desk::port().await.people(&["ada", "bob"]).await;
    let batch = [
        create("port:oslo"),
        create("crew:oslo/red"),
        grant("crew:oslo/red", "captain", "user:bob"),
        grant("port:oslo", "admin", "crew:oslo/red#captain"),
        revoke("port:oslo", "admin", "user:ada"),
    ];
    desk.done("user:ada", &batch).await;
    let ways = [
        ("user:bob", revoke("crew:oslo/red", "captain", "user:bob")),
        (
            "user:bob",
            revoke("port:oslo", "admin", "crew:oslo/red#captain"),
        ),
        ("user:bob", delete("crew:oslo/red")),
        ("operator:root", delete("user:bob")),
    ];
    for (who, way) in ways {
        let (kind, sentence) = desk.refused(who, std::slice::from_ref(&way)).await;
        assert_eq!(kind, "conflict", "{way}: {sentence}");
    }
    desk.done("user:bob", &[delete("port:oslo")]).await;
    desk.done("operator:root", &[delete("user:bob")]).await;
}

/// Nobody is its admin at first: what was so with the one before it is over.
#[tokio::test]
async fn what_has_the_name_of_a_deleted_one_owes_it_no_holder() {
    let desk = Desk::new("lamindb").await.people(&["ada", "bob"]).await;
    let batch = [
        create("organization:acme"),
        create("team:acme/red"),
        grant("organization:acme", "member", "user:bob"),
        grant("team:acme/red", "admin", "user:bob"),
    ];
    desk.done("user:ada", &batch).await;
    let again = [
        revoke("team:acme/red", "admin", "user:bob"),
        delete("team:acme/red"),
        create("team:acme/red"),
    ];
    desk.done("user:ada", &again).await;
}
