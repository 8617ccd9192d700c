//! BL-01 to BL-34, of `tests/claims/beamlit.md`.

mod accounts; // users and service accounts
mod deleting; // of workspaces
mod inviting; // by name and by address
mod members; // what members may
mod roles; // the two roles, and what admins may
mod workspaces; // the boundary

use super::town::{Person, Town};

/// The routes of a data API in front of models and policies.
const ROUTES: &str = r#"
[[gateway.route]]
path = "/models/{workspace}/{model}"
resource = "model:{workspace}/{model}"
upstream = "data"
actions = { GET = "can_query", POST = "can_modify" }
query = ["size"]

[[gateway.route]]
path = "/policies/{workspace}/{policy}"
resource = "policy:{workspace}/{policy}"
upstream = "data"
actions = { GET = "can_view", POST = "can_edit" }
query = ["size"]
"#;

const WORKSPACE: &str = "workspace:acme";
const MODEL: &str = "model:acme/one";
/// Where [`MODEL`] answers queries.
const MODEL_DATA: &str = "/models/acme/one";
const ACCOUNT: &str = "service_account:acme/ci";

/// Every kind of resource that a workspace holds, and what changing it is called.
const KINDS: [(&str, &str); 6] = [
    ("model", "can_modify"),
    ("model_deployment", "can_modify"),
    ("cluster", "can_modify"),
    ("policy", "can_edit"),
    ("environment", "can_edit"),
    ("integration", "can_edit"),
];

/// The kinds that members modify.
const OF_MEMBERS: [&str; 3] = ["model", "model_deployment", "cluster"];

/// The kinds that members only read.
const READ_ONLY: [&str; 2] = ["policy", "environment"];

/// alice is the admin of the workspace acme, which has one resource of each kind, named `one`.
async fn acme() -> (Town, Person) {
    let town = Town::open("beamlit", ROUTES).await;
    let alice = town.user("alice").await;
    alice.create(WORKSPACE).await.ok();
    for (kind, _) in KINDS {
        alice.create(&one(kind)).await.ok();
    }
    (town, alice)
}

/// The resource of that kind in acme.
fn one(kind: &str) -> String {
    format!("{kind}:acme/one")
}

/// A new user who has accepted an invitation to acme.
async fn joined(town: &Town, admin: &Person, name: &str, role: &str) -> Person {
    let person = town.user(name).await;
    joins(admin, &person, WORKSPACE, role).await;
    person
}

/// Has an invitation sent and accepted.
async fn joins(admin: &Person, person: &Person, workspace: &str, role: &str) {
    let invited = admin.invite(workspace, person.name(), &[role]).await;
    invited.ok();
    person.accept(workspace).await.ok();
}

/// The service account of acme, with a role.
async fn account(admin: &Person, role: &str) -> Person {
    admin.create(ACCOUNT).await.ok();
    admin.grant(WORKSPACE, &[role], ACCOUNT).await.ok();
    admin.service(ACCOUNT).await
}
