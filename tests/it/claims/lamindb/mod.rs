//! LM-01 to LM-55, of `tests/claims/lamindb.md`, but for LM-21, which is advice.

mod accounts; // users, and who may know what they may
mod all_space; // what every instance comes with
mod guide; // the structure, step by step
mod instance_roles; // collaborators of instances
mod organization_roles;
mod quickstart; // the three examples
mod records; // in spaces
mod space_roles; // collaborators of spaces
mod spaces; // and what is attached to what
mod team_roles;

use serde_json::json;

use super::town::{Person, Reply, Town};

/// The routes of a data API in front of records.
const ROUTES: &str = r#"
[[gateway.route]]
path = "/records/{organization}/{instance}/{record}"
resource = "record:{organization}/{instance}/{record}"
upstream = "data"
actions = { GET = "can_read", POST = "can_write" }
query = ["size"]
"#;

const ORGANIZATION: &str = "organization:acme";
const INSTANCE: &str = "instance:acme/main";
/// What every instance has.
const ALL: &str = "space:acme/main-all";
const ALL_HERE: &str = "attachment:acme/main/all";
/// A restricted space, and where it is attached to [`INSTANCE`].
const SPACE: &str = "space:acme/curation";
const SPACE_HERE: &str = "attachment:acme/main/curation";
const TEAM: &str = "team:acme/curators";
/// Whoever is in [`TEAM`].
const TEAM_MEMBERS: &str = "team:acme/curators#member";

/// A record in [`ALL`], and one in [`SPACE`].
const COMMON: &str = "record:acme/main/common";
const CURATED: &str = "record:acme/main/curated";
/// Where they are.
const COMMON_DATA: &str = "/records/acme/main/common";
const CURATED_DATA: &str = "/records/acme/main/curated";

/// Of instances and spaces, the lowest first.
const ROLES: [&str; 3] = ["read", "write", "admin"];

/// alice is the admin of acme, which has an instance, a space that nobody has a role in, and a team without
/// members.
async fn acme() -> (Town, Person) {
    let town = Town::open("lamindb", ROUTES).await;
    let alice = town.user("alice").await;
    for object in [ORGANIZATION, INSTANCE, SPACE, TEAM] {
        alice.create(object).await.ok();
    }
    (town, alice)
}

/// The same, with records: in [`ALL`] and in [`SPACE`], which is attached. kim, who made them, is the admin of
/// both, and alice is a collaborator of neither.
async fn stocked() -> (Town, Person) {
    let (town, alice) = acme().await;
    let kim = collaborator(
        &town,
        &alice,
        "kim",
        &[(INSTANCE, "admin"), (SPACE, "admin")],
    )
    .await;
    kim.attach(SPACE, INSTANCE).await.ok();
    kim.create(COMMON).await.ok();
    record(&kim, CURATED, SPACE_HERE).await.ok();
    (town, alice)
}

/// A new user with a role in acme.
async fn hired(town: &Town, admin: &Person, name: &str, role: &str) -> Person {
    let person = town.user(name).await;
    admin.grant(ORGANIZATION, &[role], person.name()).await.ok();
    person
}

/// A new member of acme who is a collaborator of these instances and spaces.
async fn collaborator(town: &Town, admin: &Person, name: &str, roles: &[(&str, &str)]) -> Person {
    let person = hired(town, admin, name, "member").await;
    for (object, role) in roles {
        admin.grant(object, &[role], person.name()).await.ok();
    }
    person
}

/// Creates a record in a space of its instance.
async fn record(person: &Person, object: &str, attachment: &str) -> Reply {
    let links = json!({ "attachment": attachment });
    person
        .create_with(json!({ "object": object, "links": links }))
        .await
}

/// What the gateway answers to reading and to writing a record.
async fn data(person: &Person, path: &str) -> (u16, u16) {
    (person.reads(path).await, person.writes(path).await)
}

/// Answers to who may both, to who may read, to who may neither.
const BOTH: (u16, u16) = (200, 200);
const READ: (u16, u16) = (200, 403);
const NONE: (u16, u16) = (403, 403);
