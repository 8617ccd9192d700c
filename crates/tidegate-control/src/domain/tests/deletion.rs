//! What goes along with a deleted object, and what stands in the way.

use super::{Desk, create, delete};
use crate::domain::lane::build;

/// What is published is what the store holds.
#[track_caller]
fn check_published(desk: &Desk) -> impl Future<Output = ()> {
    let place = std::panic::Location::caller();
    async move {
        let published = desk.rules.live().current(0, u64::MAX).unwrap();
        let built = build(desk.rules.store(), &published, 0).await.unwrap();
        let names = |snapshot: &tidegate_policy::Snapshot| {
            let types = ["port", "crew", "quay", "beacon", "lamp", "user"];
            let of = |type_name| snapshot.objects_of_type(type_name);
            let objects = types.into_iter().flat_map(of);
            let mut names: Vec<String> = objects.map(|object| object.to_string()).collect();
            names.sort();
            names
        };
        assert_eq!(names(&published), names(&built), "{place}");
    }
}

#[tokio::test]
async fn what_came_along_with_something_below_goes_along() {
    let desk = Desk::port().await.people(&["ada"]).await;
    desk.done(
        "user:ada",
        &[create("port:oslo"), create("quay:oslo/north")],
    )
    .await;
    assert!(desk.uid("beacon:north").is_some());
    desk.done("user:ada", &[delete("port:oslo")]).await;
    assert_eq!(desk.uid("beacon:north"), None);
    check_published(&desk).await;
    // The name is free again, and nobody has anything on it.
    desk.done(
        "user:ada",
        &[create("port:oslo"), create("quay:oslo/north")],
    )
    .await;
    check_published(&desk).await;
}

#[tokio::test]
async fn what_others_put_below_it_stands_in_the_way_from_wherever_the_deletion_begins() {
    let desk = Desk::port().await.people(&["ada"]).await;
    let batch = [
        create("port:oslo"),
        create("quay:oslo/north"),
        create("lamp:north/red"),
    ];
    desk.done("user:ada", &batch).await;
    for name in ["quay:oslo/north", "port:oslo"] {
        let (kind, sentence) = desk.refused("user:ada", &[delete(name)]).await;
        assert_eq!(kind, "conflict", "{name}: {sentence}");
    }
    check_published(&desk).await;
    desk.done("user:ada", &[delete("lamp:north/red"), delete("port:oslo")])
        .await;
    check_published(&desk).await;
}
