//! Who acts: somebody with one secret, or without.

use http::{HeaderName, Method};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::{Reply, Town};

/// Somebody with one secret, or without.
#[derive(Clone)]
pub(crate) struct Person {
    town: Town,
    name: String,
    secret: Option<String>,
}

/// How often is looked at what was used; each time, every other task comes to run.
const LOOKS: u32 = 300;

/// What was used in the window in force: reads and writes, bytes.
pub(crate) type Spent = (u64, u64);

// ---- who it is ---------------------------------------------------------------------------------

impl Person {
    pub(crate) fn new(town: &Town, name: &str, secret: Option<String>) -> Self {
        Self {
            town: town.clone(),
            name: name.to_owned(),
            secret,
        }
    }

    /// `type:id`.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The text of the secret.
    pub(crate) fn secret(&self) -> &str {
        self.secret.as_deref().expect("has a secret")
    }

    /// The same, with a new secret of another kind.
    pub(crate) async fn with(&self, kind: &str) -> Self {
        let issued = self.issue(&self.name, Some(kind)).await;
        Self::new(&self.town, &self.name, Some(issued.text("/secret")))
    }

    /// A service, with a new secret that this person issues for it.
    pub(crate) async fn service(&self, service: &str) -> Self {
        let issued = self.issue(service, None).await;
        Self::new(&self.town, service, Some(issued.text("/secret")))
    }

    /// The id of the secret.
    pub(crate) async fn jti(&self) -> String {
        self.me().await.text("/jti")
    }
}

// ---- the HTTP API ------------------------------------------------------------------------------

impl Person {
    pub(crate) async fn get(&self, path: &str, query: &[(&str, &str)]) -> Reply {
        self.send(Method::GET, &uri(path, query), None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn delete_at(&self, path: &str, query: &[(&str, &str)]) -> Reply {
        self.send(Method::DELETE, &uri(path, query), None).await
    }

    pub(crate) async fn send(&self, method: Method, uri: &str, body: Option<Value>) -> Reply {
        self.send_with(method, uri, &[], body).await
    }

    /// With further headers.
    pub(crate) async fn send_with(
        &self,
        method: Method,
        uri: &str,
        headers: &[(HeaderName, &str)],
        body: Option<Value>,
    ) -> Reply {
        let secret = self.secret.as_deref();
        self.town.api(secret, method, uri, headers, body).await
    }

    pub(crate) async fn me(&self) -> Reply {
        self.get("/v1/me", &[]).await
    }

    pub(crate) async fn create(&self, object: &str) -> Reply {
        self.create_with(json!({ "object": object })).await
    }

    pub(crate) async fn create_with(&self, body: Value) -> Reply {
        self.post("/v1/objects", body).await
    }

    pub(crate) async fn show(&self, object: &str) -> Reply {
        self.get("/v1/objects", &[("object", object)]).await
    }

    pub(crate) async fn rename(&self, object: &str, display_name: &str) -> Reply {
        let body = json!({ "object": object, "display_name": display_name });
        self.send(Method::PATCH, "/v1/objects", Some(body)).await
    }

    pub(crate) async fn delete(&self, object: &str) -> Reply {
        self.delete_at("/v1/objects", &[("object", object)]).await
    }

    /// Objects of a type right below another.
    pub(crate) async fn list(&self, type_name: &str, parent: &str) -> Reply {
        let query = [("type", type_name), ("parent", parent)];
        self.get("/v1/objects", &query).await
    }

    /// Their names; none when the other is not for this person's eyes.
    pub(crate) async fn lists(&self, type_name: &str, parent: &str) -> Vec<String> {
        let reply = self.list(type_name, parent).await;
        if reply.status == 404 {
            return Vec::new();
        }
        reply.each("object")
    }

    pub(crate) async fn grant(&self, object: &str, relations: &[&str], subject: &str) -> Reply {
        let body = json!({ "object": object, "relations": relations, "subject": subject });
        self.post("/v1/grants", body).await
    }

    /// These instead of what the subject has.
    pub(crate) async fn change(&self, object: &str, relations: &[&str], subject: &str) -> Reply {
        let body = json!({ "object": object, "relations": relations, "subject": subject });
        self.send(Method::PATCH, "/v1/grants", Some(body)).await
    }

    pub(crate) async fn revoke(&self, object: &str, relations: &[&str], subject: &str) -> Reply {
        let relations = relations.join(",");
        let query = [
            ("object", object),
            ("relations", &relations),
            ("subject", subject),
        ];
        self.delete_at("/v1/grants", &query).await
    }

    pub(crate) async fn grants(&self, object: &str) -> Reply {
        self.get("/v1/grants", &[("object", object)]).await
    }

    /// What a subject was granted on an object, sorted, in the words of grants.
    pub(crate) async fn granted(&self, object: &str, subject: &str) -> Vec<String> {
        let reply = self.grants(object).await;
        let items = reply.items().iter();
        let own = items.filter(|item| item["subject"] == subject);
        let word = |item: &Value| item["relation"].as_str().unwrap_or_default().to_owned();
        let mut words: Vec<String> = own.map(word).collect();
        words.sort();
        words
    }

    pub(crate) async fn invite(&self, object: &str, invitee: &str, relations: &[&str]) -> Reply {
        let body = json!({ "object": object, "invitee": invitee, "relations": relations });
        self.post("/v1/invitations", body).await
    }

    pub(crate) async fn accept(&self, object: &str) -> Reply {
        let body = json!({ "object": object });
        self.post("/v1/invitations/accept", body).await
    }

    pub(crate) async fn accept_id(&self, id: &str) -> Reply {
        self.post("/v1/invitations/accept", json!({ "id": id }))
            .await
    }

    pub(crate) async fn decline(&self, object: &str) -> Reply {
        let body = json!({ "object": object });
        self.post("/v1/invitations/decline", body).await
    }

    pub(crate) async fn withdraw(&self, id: &str) -> Reply {
        self.delete_at("/v1/invitations", &[("id", id)]).await
    }

    /// One's own pending invitations.
    pub(crate) async fn invitations(&self) -> Reply {
        self.get("/v1/invitations", &[]).await
    }

    /// Pending invitations to an object.
    pub(crate) async fn pending(&self, object: &str) -> Reply {
        self.get("/v1/invitations", &[("object", object)]).await
    }

    pub(crate) async fn join(&self, object: &str) -> Reply {
        self.post("/v1/members/join", json!({ "object": object }))
            .await
    }

    pub(crate) async fn leave(&self, object: &str) -> Reply {
        self.post("/v1/members/leave", json!({ "object": object }))
            .await
    }

    pub(crate) async fn remove(&self, object: &str, subject: &str) -> Reply {
        let query = [("object", object), ("subject", subject)];
        self.delete_at("/v1/members", &query).await
    }

    pub(crate) async fn move_to(&self, object: &str, relation: &str, to: &str) -> Reply {
        let body = json!({ "object": object, "relation": relation, "to": to });
        self.send(Method::PUT, "/v1/links", Some(body)).await
    }

    pub(crate) async fn attach(&self, object: &str, to: &str) -> Reply {
        self.post("/v1/attachments", json!({ "object": object, "to": to }))
            .await
    }

    pub(crate) async fn detach(&self, object: &str, to: &str) -> Reply {
        let query = [("object", object), ("to", to)];
        self.delete_at("/v1/attachments", &query).await
    }

    pub(crate) async fn issue(&self, subject: &str, kind: Option<&str>) -> Reply {
        let mut body = json!({ "subject": subject });
        if let Some(kind) = kind {
            body["kind"] = kind.into();
        }
        self.post("/v1/secrets", body).await
    }

    pub(crate) async fn secrets(&self, subject: &str) -> Reply {
        self.get("/v1/secrets", &[("subject", subject)]).await
    }

    pub(crate) async fn revoke_secret(&self, jti: &str) -> Reply {
        self.delete_at("/v1/secrets", &[("jti", jti)]).await
    }

    /// Limits in bytes; none leaves a kind as it is.
    pub(crate) async fn limit(
        &self,
        account: &str,
        read: Option<u64>,
        write: Option<u64>,
    ) -> Reply {
        let mut limits = json!({});
        for (kind, bytes) in [("read", read), ("write", write)] {
            if let Some(bytes) = bytes {
                limits[kind] = bytes.into();
            }
        }
        self.set_quota(json!({ "account": account, "limits": limits }))
            .await
    }

    pub(crate) async fn set_quota(&self, body: Value) -> Reply {
        self.send(Method::PATCH, "/v1/quotas", Some(body)).await
    }

    pub(crate) async fn quota(&self, account: &str) -> Reply {
        self.get("/v1/quotas", &[("account", account)]).await
    }

    pub(crate) async fn usage(&self, account: &str) -> Reply {
        self.get("/v1/usage", &[("account", account)]).await
    }

    /// What an account has used in the window in force.
    pub(crate) async fn spent(&self, account: &str) -> Spent {
        spent(&self.quota(account).await)
    }

    /// What callers without a secret have used of an organization.
    pub(crate) async fn spent_by_anyone(&self, organization: &str) -> Spent {
        let query = [("account", organization), ("anonymous", "true")];
        spent(&self.get("/v1/quotas", &query).await)
    }

    /// An account has used exactly this, once the gateway, a task of this very runtime, has come to count
    /// the last bytes of an answer.
    pub(crate) async fn has_spent(&self, account: &str, expected: Spent) {
        let mut last = self.spent(account).await;
        for _ in 0..LOOKS {
            if last == expected {
                return;
            }
            tokio::task::yield_now().await;
            last = self.spent(account).await;
        }
        panic!("{account} has used {last:?}, not {expected:?}");
    }

    pub(crate) async fn audit(&self, object: &str) -> Reply {
        self.get("/v1/audit", &[("object", object)]).await
    }

    pub(crate) async fn batch(&self, operations: Value) -> Reply {
        self.post("/v1/batch", json!({ "operations": operations }))
            .await
    }

    /// Whether the control plane says that this person may do that.
    pub(crate) async fn may(&self, action: &str, object: &str) -> bool {
        self.says(&self.name, action, object).await
    }

    /// Whether the control plane says, asked by this person, that the subject may do that.
    pub(crate) async fn says(&self, subject: &str, action: &str, object: &str) -> bool {
        let reply = self.ask(subject, action, object).await;
        let decision = reply.ok().json["decision"].as_bool();
        decision.unwrap_or_else(|| panic!("no decision: {reply:#?}"))
    }

    pub(crate) async fn ask(&self, subject: &str, action: &str, object: &str) -> Reply {
        let entity = |text: &str| {
            let (type_name, id) = text.split_once(':').expect("type:id");
            json!({ "type": type_name, "id": id })
        };
        let body = json!({
            "subject": entity(subject),
            "action": { "name": action },
            "resource": entity(object),
        });
        self.post("/access/v1/evaluation", body).await
    }
}

// ---- data, at the gateway ----------------------------------------------------------------------

impl Person {
    /// GET: the status.
    pub(crate) async fn reads(&self, path: &str) -> u16 {
        self.read(path).await.status
    }

    pub(crate) async fn read(&self, path: &str) -> Reply {
        let secret = self.secret.as_deref();
        self.town.data(secret, Method::GET, path, 0).await
    }

    /// POST of a few bytes: the status.
    pub(crate) async fn writes(&self, path: &str) -> u16 {
        self.write(path, 10).await.status
    }

    /// POST of so many bytes.
    pub(crate) async fn write(&self, path: &str, size: u64) -> Reply {
        let secret = self.secret.as_deref();
        self.town.data(secret, Method::POST, path, size).await
    }
}

fn spent(reply: &Reply) -> Spent {
    (
        reply.number("/read/spent_bytes"),
        reply.number("/write/spent_bytes"),
    )
}

fn uri(path: &str, query: &[(&str, &str)]) -> String {
    let pair = |(name, value): &(&str, &str)| {
        format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC))
    };
    let query: Vec<String> = query.iter().map(pair).collect();
    if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", query.join("&"))
    }
}
