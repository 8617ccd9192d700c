//! BN-01 to BN-88, of `tests/claims/beneath.md`, but for those that are advice or a surface alone.
//!
//! "Table" and "stream" are the same thing.

mod access; // users on projects and tables
mod administration; // what a permission on an organization allows
mod data; // who reads and writes
mod instances; // streams and their versions
mod inviting; // inviting against granting
mod metering; // quotas and usage
mod organizations; // users and organizations
mod projects; // projects and streams
mod secrets; // secrets in general
mod service_secrets; // secrets of services
mod services; // services
mod user_secrets; // secrets of users

use super::town::{Person, Town};

/// The routes of a data API in front of projects, streams and their instances.
const ROUTES: &str = r#"
[[gateway.route]]
path = "/{organization}/{project}"
resource = "project:{organization}/{project}"
upstream = "data"
actions = { GET = "can_query" }
query = ["size"]

[[gateway.route]]
path = "/{organization}/{project}/{stream}"
resource = "stream:{organization}/{project}/{stream}"
upstream = "data"
actions = { GET = "can_read", POST = "can_write" }
query = ["size"]

[[gateway.route]]
path = "/{organization}/{project}/{stream}/-/query"
resource = "stream:{organization}/{project}/{stream}"
upstream = "data"
actions = { GET = "can_query" }
query = ["size"]

[[gateway.route]]
path = "/{organization}/{project}/{stream}/{instance}"
resource = "stream_instance:{organization}/{project}/{stream}/{instance}"
upstream = "data"
actions = { GET = "can_read", POST = "can_write" }
query = ["size"]
"#;

const ORGANIZATION: &str = "organization:acme";
const PROJECT: &str = "project:acme/sales";
const STREAM: &str = "stream:acme/sales/orders";
const BOT: &str = "service:acme/sales/bot";

/// Where the records of [`STREAM`] are.
const ORDERS: &str = "/acme/sales/orders";
/// Where the records of a table of a public project are, once [`open`] has made them.
const PRICES: &str = "/acme/open/prices";

/// An empty town.
async fn town() -> Town {
    Town::open("beneath", ROUTES).await
}

/// alice runs the organization acme, whose project sales has the stream orders.
async fn acme() -> (Town, Person) {
    let town = town().await;
    let alice = town.user("alice").await;
    for object in [ORGANIZATION, PROJECT, STREAM] {
        alice.create(object).await.ok();
    }
    (town, alice)
}

/// A new service of the project sales, with a secret and no grant.
async fn bot(alice: &Person) -> Person {
    alice.create(BOT).await.ok();
    alice.service(BOT).await
}

/// A public project of acme, with the stream prices.
async fn open(alice: &Person) {
    alice.create("project:acme/open").await.ok();
    alice.create("stream:acme/open/prices").await.ok();
    publish(alice, "project:acme/open").await;
}

/// Marks a project as public.
async fn publish(admin: &Person, project: &str) {
    for anyone in ["user:*", "anonymous:*"] {
        admin.grant(project, &["public"], anyone).await.ok();
    }
}

/// Takes the mark back.
async fn unpublish(admin: &Person, project: &str) {
    for anyone in ["user:*", "anonymous:*"] {
        admin.revoke(project, &["public"], anyone).await.ok();
    }
}

/// A project and a stream of a user's own, in the personal organization; where its records are.
async fn diary(person: &Person) -> String {
    let id = person.name().trim_start_matches("user:");
    person.create(&format!("project:{id}/own")).await.ok();
    person.create(&format!("stream:{id}/own/diary")).await.ok();
    format!("/{id}/own/diary")
}

/// Has the invitation to acme sent and accepted, so that acme pays for the user.
async fn member(alice: &Person, person: &Person, relations: &[&str]) {
    let invited = alice.invite(ORGANIZATION, person.name(), relations);
    invited.await.ok();
    person.accept(ORGANIZATION).await.ok();
}
