//! The HTTP API through its router, on a real store and the real engine.

mod access;
mod bad_input;
mod documents;
mod exchange;
mod explain;
mod grants;
mod interop;
mod keys;
mod lifecycle;
mod objects;
mod openapi;
mod quotas;
mod repeats; // idempotency keys
mod secrets;
mod slices;
mod slow; // a database that does not answer in time

use axum::Router;
use axum::body::Body;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tidegate_tower::{Authenticator, Clock, Identity};
use tower::ServiceExt;

use crate::outbox::link::LinkKey;
use crate::store::tests::Folder;
use crate::{Control, Settings};

pub(super) const ISSUER: &str = "https://tidegate.test";

/// A control plane on a store of its own, and the secrets of who uses it.
pub(super) struct World {
    folder: Folder,
    pub(super) control: Control,
    router: Router,
    pub(super) root: String,
}

/// An answer.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) json: Value,
}

impl World {
    pub(super) async fn new() -> Self {
        let folder = Folder::new();
        let mut control = open(&folder).await;
        let root = control.first_secret().unwrap().expose().to_owned();
        assert!(control.first_secret().is_none(), "shown once");
        Self {
            router: control.router(),
            control,
            folder,
            root,
        }
    }

    /// As after a restart of the process.
    pub(super) async fn restart(self) -> Self {
        let Self {
            folder,
            control,
            router,
            root,
        } = self;
        control.close().await;
        drop((control, router));
        let mut control = open(&folder).await;
        assert!(control.first_secret().is_none(), "the store is not empty");
        Self {
            router: control.router(),
            control,
            folder,
            root,
        }
    }

    pub(super) async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Reply {
            status: parts.status,
            headers: parts.headers,
            json,
        }
    }

    pub(super) async fn call(
        &self,
        secret: &str,
        method: &str,
        uri: &str,
        body: Option<Value>,
    ) -> Reply {
        let mut request = Request::builder()
            .method(method)
            .uri(uri)
            .header(CONTENT_TYPE, "application/json");
        // "": without a secret.
        if !secret.is_empty() {
            request = request.header(AUTHORIZATION, format!("Bearer {secret}"));
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        self.send(request.body(body).unwrap()).await
    }

    pub(super) async fn post(&self, secret: &str, uri: &str, body: Value) -> Reply {
        self.call(secret, "POST", uri, Some(body)).await
    }

    pub(super) async fn get(&self, secret: &str, uri: &str) -> Reply {
        self.call(secret, "GET", uri, None).await
    }

    pub(super) async fn delete(&self, secret: &str, uri: &str) -> Reply {
        self.call(secret, "DELETE", uri, None).await
    }

    /// Creates, and must succeed.
    pub(super) async fn create(&self, secret: &str, object: &str) -> Value {
        let reply = self
            .post(secret, "/v1/objects", json!({ "object": object }))
            .await;
        assert_eq!(
            reply.status,
            StatusCode::CREATED,
            "{object}: {:?}",
            reply.json
        );
        reply.json
    }

    /// A new user's secret.
    pub(super) async fn user(&self, name: &str) -> String {
        let created = self.create(&self.root, &format!("user:{name}")).await;
        created["secret"]["secret"].as_str().unwrap().to_owned()
    }

    pub(super) async fn grant(
        &self,
        secret: &str,
        object: &str,
        relations: &[&str],
        subject: &str,
    ) -> Reply {
        let body = json!({ "object": object, "relations": relations, "subject": subject });
        self.post(secret, "/v1/grants", body).await
    }

    pub(super) async fn issue(&self, secret: &str, subject: &str) -> Reply {
        let body = if subject.starts_with("user:") {
            json!({ "subject": subject, "kind": "full" })
        } else {
            json!({ "subject": subject })
        };
        self.post(secret, "/v1/secrets", body).await
    }

    /// The code of the link of an invitation to acme, which is pending for an address.
    pub(super) async fn invited(&self, secret: &str, address: &str) -> String {
        use base64::Engine as _;
        let body =
            json!({ "object": "organization:acme", "invitee": address, "relations": ["view"] });
        let reply = self.post(secret, "/v1/invitations", body).await;
        let id = reply.ok()["id"].as_str().unwrap().parse().unwrap();
        let keys = self.control.administration.store().keys().await.unwrap();
        let key = keys.iter().find(|key| key.purpose == "link").unwrap();
        let bytes = base64::engine::general_purpose::STANDARD.decode(&key.material);
        let bytes: [u8; 32] = bytes.unwrap().try_into().unwrap();
        LinkKey::new(&bytes).code(id, address)
    }

    /// Asks about a subject, as `secret`.
    pub(super) async fn ask(
        &self,
        secret: &str,
        subject: &str,
        action: &str,
        resource: &str,
    ) -> Reply {
        let entity = |text: &str| {
            let (type_name, id) = text.split_once(':').unwrap();
            json!({ "type": type_name, "id": id })
        };
        let body = json!({ "subject": entity(subject), "action": { "name": action }, "resource": entity(resource) });
        self.post(secret, "/access/v1/evaluation", body).await
    }

    /// Whether the gateway of the same process would accept a secret now.
    pub(super) fn gateway_accepts(&self, secret: &str) -> bool {
        let authenticator = Authenticator::new(
            self.control.keys(),
            self.control.live(),
            ISSUER,
            "gateway",
            300,
            Clock::system(),
        );
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, format!("Bearer {secret}").parse().unwrap());
        matches!(
            authenticator.authenticate(&headers),
            Ok(Identity::Principal(_))
        )
    }

    /// alice's organization acme with project sales, stream orders and service bot; alice's secret.
    pub(super) async fn acme(&self) -> String {
        let alice = self.user("alice").await;
        for object in [
            "organization:acme",
            "project:acme/sales",
            "stream:acme/sales/orders",
            "service:acme/sales/bot",
        ] {
            self.create(&alice, object).await;
        }
        alice
    }
}

impl Reply {
    /// An answer that was refused, as a problem document.
    #[track_caller]
    pub(super) fn refused(&self, status: u16, field: Option<&str>) {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        assert_eq!(
            self.headers[CONTENT_TYPE], "application/problem+json",
            "{self:?}"
        );
        assert_eq!(self.json["status"], status, "{self:?}");
        assert!(
            self.json["type"]
                .as_str()
                .is_some_and(|uri| uri.starts_with("urn:tidegate:problem:")),
            "{self:?}"
        );
        assert_eq!(self.json["field"].as_str(), field, "{self:?}");
    }

    #[track_caller]
    pub(super) fn ok(&self) -> &Value {
        assert!(self.status.is_success(), "{self:?}");
        &self.json
    }

    #[track_caller]
    pub(super) fn revision(&self) -> u64 {
        self.ok()["revision"].as_u64().unwrap()
    }
}

async fn open(folder: &Folder) -> Control {
    let settings = Settings::new(&folder.store(), "beneath", ISSUER, Clock::system());
    Control::open(settings).await.unwrap()
}
