//! EA-02 to EA-44, of `tests/claims/earthly.md`; EA-01 is advice.

mod accounts; // users, and what their secrets may
mod boundaries; // organizations and projects
mod levels; // on organizations
mod managing; // who is in an organization
mod matrix; // every level against every right
mod members; // who is in a project
mod projects; // levels on projects

use super::town::{Person, Town};

/// The routes of a data API in front of secrets, build logs and satellites.
const ROUTES: &str = r#"
[[gateway.route]]
path = "/secrets/{organization}/{project}/{secret}"
resource = "secret:{organization}/{project}/{secret}"
upstream = "data"
actions = { GET = "can_use", POST = "can_modify" }
query = ["size"]

[[gateway.route]]
path = "/logs/{organization}/{project}/{build}"
resource = "build:{organization}/{project}/{build}"
upstream = "data"
actions = { GET = "can_view_logs" }
query = ["size"]

[[gateway.route]]
path = "/satellites/{organization}/{satellite}"
resource = "satellite:{organization}/{satellite}"
upstream = "data"
actions = { GET = "can_inspect", POST = "can_build" }
query = ["size"]

[[gateway.route]]
path = "/wake/{organization}/{satellite}"
resource = "satellite:{organization}/{satellite}"
upstream = "data"
actions = { POST = "can_wake" }
query = "any"

[[gateway.route]]
path = "/pipelines/{organization}/{project}/{pipeline}"
resource = "pipeline:{organization}/{project}/{pipeline}"
upstream = "data"
actions = { GET = "can_view", POST = "can_modify" }
query = "any"
"#;

const ORGANIZATION: &str = "organization:acme";
const SATELLITE: &str = "satellite:acme/sat";
const PROJECT: &str = "project:acme/web";
const SECRET: &str = "secret:acme/web/token";
const PIPELINE: &str = "pipeline:acme/web/nightly";
const BUILD: &str = "build:acme/web/one";

/// Another project of acme, and what is in it.
const OTHER: &str = "project:acme/api";
const OTHER_SECRET: &str = "secret:acme/api/token";

/// Where things answer at the gateway.
const SECRET_DATA: &str = "/secrets/acme/web/token";
const OTHER_SECRET_DATA: &str = "/secrets/acme/api/token";
const LOGS: &str = "/logs/acme/web/one";
const SATELLITE_DATA: &str = "/satellites/acme/sat";
const WAKE: &str = "/wake/acme/sat";
const PIPELINE_DATA: &str = "/pipelines/acme/web/nightly";

/// The lowest first.
const LEVELS: [&str; 4] = ["read", "read_secrets", "write", "admin"];

/// alice is the admin of acme, which has one of everything, and the project api beside.
async fn acme() -> (Town, Person) {
    let town = Town::open("earthly", ROUTES).await;
    let alice = town.user("alice").await;
    let things = [ORGANIZATION, SATELLITE, PROJECT, SECRET, PIPELINE, BUILD];
    for object in things.into_iter().chain([OTHER, OTHER_SECRET]) {
        alice.create(object).await.ok();
    }
    (town, alice)
}

/// The same, and bob runs the organization beta, with a satellite, a project and a secret.
async fn acme_and_beta() -> (Town, Person, Person) {
    let (town, alice) = acme().await;
    let bob = town.user("bob").await;
    for object in [
        "organization:beta",
        "satellite:beta/sat",
        "project:beta/web",
    ] {
        bob.create(object).await.ok();
    }
    bob.create("secret:beta/web/token").await.ok();
    (town, alice, bob)
}

/// A new user, in acme at a level.
async fn joined(town: &Town, admin: &Person, name: &str, level: &str) -> Person {
    let person = town.user(name).await;
    joins(admin, &person, ORGANIZATION, level).await;
    person
}

/// Has an invitation sent and accepted.
async fn joins(admin: &Person, person: &Person, organization: &str, level: &str) {
    let invited = admin.invite(organization, person.name(), &[level]).await;
    invited.ok();
    person.accept(organization).await.ok();
}

/// A new user who is in acme with `read`, and in [`PROJECT`] at a level.
async fn on_project(town: &Town, admin: &Person, name: &str, level: &str) -> Person {
    let person = joined(town, admin, name, "read").await;
    admin.grant(PROJECT, &[level], person.name()).await.ok();
    person
}

/// That somebody may do all of these, and another none of them.
async fn only(may: &Person, may_not: &Person, rights: &[(&str, &str)]) {
    for (right, object) in rights {
        assert!(may.may(right, object).await, "{right} {object}");
        assert!(!may_not.may(right, object).await, "not {right} {object}");
    }
}
