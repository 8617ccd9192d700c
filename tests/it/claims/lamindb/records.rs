//! LM-27, LM-28, LM-55: records are in one space each.

use serde_json::json;

use super::{
    ALL_HERE, BOTH, COMMON, COMMON_DATA, CURATED, CURATED_DATA, INSTANCE, NONE, READ, SPACE,
    SPACE_HERE, collaborator, data, record, stocked,
};
use crate::claims::town::Person;

/// Records that somebody may act on: what a data API asks before it lists them (AuthZEN resource
/// search).
async fn found(person: &Person, action: &str) -> Vec<String> {
    let (type_name, id) = person.name().split_once(':').expect("type:id");
    let body = json!({
        "subject": { "type": type_name, "id": id },
        "action": { "name": action },
        "resource": { "type": "record" },
    });
    let reply = person.post("/access/v1/search/resource", body).await;
    let results = reply.ok().json["results"].as_array();
    let results = results.unwrap_or_else(|| panic!("no results: {reply:#?}"));
    let name = |entity: &serde_json::Value| {
        let text = |key: &str| entity[key].as_str().unwrap_or_default().to_owned();
        format!("{}:{}", text("type"), text("id"))
    };
    let mut names: Vec<String> = results.iter().map(name).collect();
    names.sort();
    names
}

#[tokio::test]
async fn lm_27_spaces_apply_to_each_record() {
    let (town, alice) = stocked().await;
    let roles = [(INSTANCE, "read"), (SPACE, "write")];
    let mia = collaborator(&town, &alice, "mia", &roles).await;
    let noa = collaborator(&town, &alice, "noa", &[(INSTANCE, "write")]).await;
    let ole = collaborator(&town, &alice, "ole", &[(SPACE, "admin")]).await;
    assert_eq!(data(&mia, COMMON_DATA).await, READ);
    assert_eq!(data(&mia, CURATED_DATA).await, BOTH);
    assert_eq!(data(&noa, COMMON_DATA).await, BOTH);
    assert_eq!(data(&noa, CURATED_DATA).await, NONE);

    // A list has the permitted ones alone.
    let none: [&str; 0] = [];
    assert_eq!(found(&mia, "can_read").await, [COMMON, CURATED]);
    assert_eq!(found(&mia, "can_write").await, [CURATED]);
    assert_eq!(found(&noa, "can_read").await, [COMMON]);
    assert_eq!(found(&noa, "can_write").await, [COMMON]);
    assert_eq!(found(&ole, "can_read").await, none);
    assert_eq!(found(&alice, "can_read").await, none);
    assert_eq!(mia.lists("record", INSTANCE).await, [COMMON, CURATED]);
    assert_eq!(noa.lists("record", INSTANCE).await, [COMMON]);
    assert!(ole.lists("record", INSTANCE).await.is_empty());
    assert!(alice.lists("record", INSTANCE).await.is_empty());
}

#[tokio::test]
async fn lm_28_a_record_is_in_one_space() {
    let (town, alice) = stocked().await;
    let roles = [(INSTANCE, "write"), (SPACE, "write")];
    let ada = collaborator(&town, &alice, "ada", &roles).await;
    let noa = collaborator(&town, &alice, "noa", &[(INSTANCE, "write")]).await;
    assert_eq!(data(&noa, COMMON_DATA).await, BOTH);
    // Moving replaces the space; and takes the right to write in both.
    noa.move_to(COMMON, "attachment", SPACE_HERE)
        .await
        .forbidden();
    noa.move_to(CURATED, "attachment", ALL_HERE).await.missing();
    let reader = collaborator(
        &town,
        &alice,
        "reader",
        &[(INSTANCE, "read"), (SPACE, "read")],
    )
    .await;
    reader
        .move_to(CURATED, "attachment", ALL_HERE)
        .await
        .denied();
    reader
        .move_to(COMMON, "attachment", SPACE_HERE)
        .await
        .denied();
    let half = collaborator(
        &town,
        &alice,
        "half",
        &[(INSTANCE, "read"), (SPACE, "write")],
    )
    .await;
    half.move_to(CURATED, "attachment", ALL_HERE).await.denied();
    half.move_to(COMMON, "attachment", SPACE_HERE)
        .await
        .denied();

    ada.move_to(COMMON, "attachment", SPACE_HERE).await.ok();
    assert_eq!(data(&noa, COMMON_DATA).await, NONE);
    assert_eq!(data(&half, COMMON_DATA).await, BOTH);
    ada.move_to(CURATED, "attachment", ALL_HERE).await.ok();
    assert_eq!(data(&noa, CURATED_DATA).await, BOTH);

    // Two at once is refused.
    let both = json!({ "attachment": [ALL_HERE, SPACE_HERE] });
    let body = json!({ "object": "record:acme/main/two", "links": both });
    ada.create_with(body).await.refused(400);
    ada.grant(COMMON, &["attachment"], ALL_HERE)
        .await
        .refused(400);
    ada.show("record:acme/main/two").await.missing();
    ada.move_to(COMMON, "attachment", SPACE).await.refused(400);
    ada.move_to(COMMON, "space", SPACE_HERE).await.refused(400);
}

#[tokio::test]
async fn lm_55_one_space_in_two_instances() {
    let (town, alice) = stocked().await;
    let second = "instance:acme/second";
    alice.create(second).await.ok();
    for object in [second, SPACE] {
        alice.grant(object, &["admin"], "user:alice").await.ok();
    }
    alice.attach(SPACE, second).await.ok();
    let there = "record:acme/second/curated";
    record(&alice, there, "attachment:acme/second/curation")
        .await
        .ok();
    let roles = [(INSTANCE, "read"), (SPACE, "write")];
    let mia = collaborator(&town, &alice, "mia", &roles).await;
    assert_eq!(data(&mia, CURATED_DATA).await, BOTH);
    assert_eq!(data(&mia, "/records/acme/second/curated").await, NONE);
    assert_eq!(found(&mia, "can_read").await, [COMMON, CURATED]);
    mia.show(there).await.missing();

    alice.grant(second, &["read"], "user:mia").await.ok();
    assert_eq!(data(&mia, "/records/acme/second/curated").await, BOTH);
    assert_eq!(found(&mia, "can_read").await, [COMMON, CURATED, there]);
    alice.remove(INSTANCE, "user:mia").await.ok();
    assert_eq!(data(&mia, CURATED_DATA).await, NONE);
    assert_eq!(found(&mia, "can_write").await, [there]);
}
