//! The rules by themselves, below the HTTP API: on a real store and the real engine, with systems that the
//! built-in ones are no example of.

mod batches; // what an operation sees of those before it
mod deletion; // what goes along
mod entities; // whose entity tag a change moves
mod invitations; // many of them, what ends them
mod keepers; // the last holder
mod leaks; // what is told to whom
mod links; // attaching
mod narrowed; // what a narrowed secret changes

use std::sync::Arc;

use serde_json::{Value, json};
use tidegate_client::wire;
use tidegate_policy::{Object, Tuple};
use tidegate_tower::Clock;
use tokio::sync::Notify;
use uuid::Uuid;

use super::{Actor, Administration, Fault, Opening, Performed, System, Terms, Wish, open};
use crate::store::tests::Folder;
use crate::store::{ObjectRow, Store};

/// A port with crews, quays, and a beacon for each quay: it comes along, and stands by itself.
const PORT: (&str, &str) = (
    r#"model
  schema 1.1
type user
  relations
    define myself: [user]
type port
  relations
    define admin: [user, crew#captain]
    define can_do: admin
type crew
  relations
    define port: [port]
    define captain: [user]
    define sailor: [user, crew#captain]
    define can_do: can_do from port
type quay
  relations
    define port: [port]
    define can_do: can_do from port
type beacon
  relations
    define lit_by: [quay]
    define can_do: can_do from lit_by
type lamp
  relations
    define beacon: [beacon]
    define can_do: can_do from beacon
"#,
    r#"[type.user]
parent = "site"
person = true
create = "can_create_user on parent"
delete = "can_administer on parent"
view = "myself on object or can_administer on parent"
issue_secret = "myself on object"
first_secret = "full"
writes = ["{object}#myself@{object}"]
[type.port]
parent = "site"
create = "myself on caller"
delete = "can_do on object"
view = "can_do on object"
writes = ["{object}#admin@{creator}"]
keep = ["admin"]
[type.port.grant]
admin = { guard = "can_do on object" }
[type.crew]
parent = "port"
link = "port"
create = "can_do on parent"
delete = "can_do on object"
view = "can_do on object"
[type.crew.grant]
captain = { guard = "can_do on object" }
sailor = { guard = "can_do on object" }
[type.quay]
parent = "port"
link = "port"
also = ["beacon:{name}"]
create = "can_do on parent"
delete = "can_do on object"
view = "can_do on object"
writes = ["beacon:{name}#lit_by@{object}"]
[type.beacon]
parent = "site"
view = "can_do on object"
[type.lamp]
parent = "beacon"
link = "beacon"
create = "can_do on parent"
delete = "can_do on object"
view = "can_do on object"
[secret.full]
principals = ["user"]
audiences = ["control"]
"#,
);

/// The rules of a system, on a store of their own.
struct Desk {
    rules: Arc<Administration>,
    // Removed last.
    _folder: Folder,
}

impl Desk {
    /// Of a built-in system.
    async fn new(system: &str) -> Self {
        Self::on(Folder::new(), system).await
    }

    /// Of [`PORT`].
    async fn port() -> Self {
        let folder = Folder::new();
        let (model, rules) = PORT;
        std::fs::write(folder.path().join("model.fga"), model).unwrap();
        std::fs::write(folder.path().join("system.toml"), rules).unwrap();
        let system = folder.path().display().to_string();
        Self::on(folder, &system).await
    }

    async fn on(folder: Folder, system: &str) -> Self {
        let system = System::load(system).unwrap();
        let opening = Opening {
            store: Store::open(&folder.store()).await.unwrap(),
            calendar: system.calendar(),
            system,
            issuer: "https://tidegate.test".to_owned(),
            clock: Clock::system(),
            wake: Arc::new(Notify::new()),
        };
        let (rules, _) = open(opening).await.unwrap();
        Self {
            rules,
            _folder: folder,
        }
    }

    /// With users of these names.
    async fn people(self, names: &[&str]) -> Self {
        for name in names {
            let create = json!({ "op": "create", "object": format!("user:{name}") });
            self.done("operator:root", &[create]).await;
        }
        self
    }

    fn uid(&self, name: &str) -> Option<Uuid> {
        let snapshot = self.rules.live().current(0, u64::MAX).unwrap();
        let standing = snapshot.standing(&object(name));
        standing.map(|standing| standing.uid)
    }

    /// Somebody with a whole secret: of kind `operator` for operators, else `full`.
    fn actor(&self, name: &str) -> Actor {
        let kind = match name.split_once(':') {
            Some(("operator", _)) => "operator",
            _ => "full",
        };
        Actor::without_secret(object(name), self.uid(name).unwrap(), kind)
    }

    /// Somebody with a secret of their own, and its text.
    async fn with_secret(&self, name: &str, kind: &str) -> (Actor, String) {
        let issue = json!({ "op": "issue_secret", "subject": name, "kind": kind });
        let performed = self.done(name, &[issue]).await;
        let wire::Answer::Issued(issued) = performed.answers.into_iter().next().unwrap() else {
            panic!("no secret");
        };
        let text = issued.secret.unwrap();
        (self.holder(&text), text)
    }

    /// Somebody with a secret that was narrowed to objects.
    async fn narrowed(&self, name: &str, objects: &[&str]) -> Actor {
        let (_, text) = self.with_secret(name, "full").await;
        let objects = objects.iter().map(|object| (*object).to_owned()).collect();
        let wish = Wish {
            objects: Some(objects),
            ..Wish::default()
        };
        let exchanged = self.rules.exchange(&text, &wish, None).await.unwrap();
        self.holder(&exchanged.access_token.unwrap())
    }

    fn holder(&self, secret: &str) -> Actor {
        let authenticator = &self.rules.exchange.authenticator;
        Actor::new(&authenticator.authenticate_secret(secret).unwrap())
    }

    async fn perform(
        &self,
        actor: Actor,
        terms: Terms,
        operations: &[Value],
    ) -> Result<Performed, Fault> {
        let parse = |operation: &Value| serde_json::from_value(operation.clone()).unwrap();
        let operations = operations.iter().map(parse).collect();
        self.rules.perform(actor, terms, operations, false).await
    }

    /// One change, which must be made.
    #[track_caller]
    fn done(&self, who: &str, operations: &[Value]) -> impl Future<Output = Performed> {
        let place = std::panic::Location::caller();
        async move {
            let performed = self.perform(self.actor(who), Terms::default(), operations);
            let performed = performed.await;
            performed.unwrap_or_else(|fault| panic!("{place}: {operations:?}: {fault}"))
        }
    }

    /// One change, which must be refused: the word of why, and the sentence.
    #[track_caller]
    fn refused(
        &self,
        who: &str,
        operations: &[Value],
    ) -> impl Future<Output = (&'static str, String)> {
        let place = std::panic::Location::caller();
        async move {
            let performed = self.perform(self.actor(who), Terms::default(), operations);
            match performed.await {
                Ok(performed) => panic!("{place}: {performed:?}"),
                Err(fault) => (fault.kind(), fault.to_string()),
            }
        }
    }

    async fn row(&self, name: &str) -> Option<ObjectRow> {
        self.rules.store().object(self.uid(name)?).await.unwrap()
    }

    /// Whether a tuple is in force.
    fn holds(&self, tuple: &str) -> bool {
        let tuple: Tuple = tuple.parse().unwrap();
        let snapshot = self.rules.live().current(0, u64::MAX).unwrap();
        let subjects = snapshot.subjects(&tuple.object, &tuple.relation);
        subjects.contains(&tuple.subject)
    }
}

fn object(name: &str) -> Object {
    name.parse().unwrap()
}

fn create(object: &str) -> Value {
    json!({ "op": "create", "object": object })
}

fn delete(object: &str) -> Value {
    json!({ "op": "delete", "object": object })
}

fn grant(object: &str, relation: &str, subject: &str) -> Value {
    json!({ "op": "grant", "object": object, "relations": [relation], "subject": subject })
}

fn revoke(object: &str, relation: &str, subject: &str) -> Value {
    json!({ "op": "revoke", "object": object, "relations": [relation], "subject": subject })
}

fn invite(object: &str, relation: &str, invitee: &str) -> Value {
    json!({ "op": "invite", "object": object, "relations": [relation], "invitee": invitee })
}
