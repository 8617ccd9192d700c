//! A fifth system: Git hosting, which is the folder `tests/systems/githost` and nothing else. It is
//! started by its path.

mod keys; // deploy keys and their secrets
mod organizations; // organizations, teams, invitations
mod repositories; // levels, public repositories

use super::town::{Person, Town};

/// The routes of a Git server: fetching and pushing.
const ROUTES: &str = r#"
[[gateway.route]]
path = "/{organization}/{repository}"
resource = "repository:{organization}/{repository}"
upstream = "data"
actions = { GET = "can_read", POST = "can_write" }
query = ["size"]
"#;

const ORGANIZATION: &str = "organization:acme";
const TEAM: &str = "team:acme/core";
/// Whoever is in [`TEAM`].
const TEAM_MEMBERS: &str = "team:acme/core#member";
const REPOSITORY: &str = "repository:acme/app";
/// Where [`REPOSITORY`] is fetched from and pushed to.
const APP: &str = "/acme/app";

/// olga owns acme, which has a team without members, and a repository that nobody was let into.
async fn acme() -> (Town, Person) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/systems/githost");
    let town = Town::open(folder, ROUTES).await;
    let olga = town.user("olga").await;
    for object in [ORGANIZATION, TEAM, REPOSITORY] {
        olga.create(object).await.ok();
    }
    (town, olga)
}

/// A new user who has accepted an invitation to acme.
async fn joined(town: &Town, owner: &Person, name: &str) -> Person {
    let person = town.user(name).await;
    let invited = owner.invite(ORGANIZATION, person.name(), &["member"]).await;
    invited.ok();
    person.accept(ORGANIZATION).await.ok();
    person
}

/// What is answered to fetching and to pushing.
async fn git(person: &Person) -> (u16, u16) {
    (person.reads(APP).await, person.writes(APP).await)
}
