//! The harness of the claims: a control plane in this process, whose HTTP API is called without
//! sockets, and the gateway of the same process in front of an upstream, for claims about data.
//!
//! A [`Town`] stands on a store and a clock of its own; [`Person`]s act in it with their secrets. Time
//! stands still until [`Town::advance`]. Everything is removed when the town is dropped.
//!
//! `TIDEGATE_CLAIMS_SYSTEMS=FOLDER` takes the systems from `FOLDER/NAME/` instead of the built-in
//! ones; `TIDEGATE_TEST_STORE` says which store: `sqlite`, which is the default, or `postgres`.

mod mail; // what is mailed
mod person; // who acts
mod reply; // what is answered

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::Body;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, Method, Request};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tidegate_control::domain::system::System;
use tidegate_control::{Control, Settings};
use tidegate_gateway::{Config, Gateway, Parts};
use tidegate_quota::Meter;
use tidegate_tower::Clock;
use tokio::sync::{OnceCell, oneshot};
use tower::ServiceExt;

use self::mail::Mailbox;
pub(crate) use self::person::Person;
pub(crate) use self::reply::Reply;
use crate::postgres::{Durability, Postgres};
use crate::upstream::Upstream;
use crate::world::Folder;

/// 2027-01-15T08:00:00Z: not near the end of a month.
pub(crate) const START_S: u64 = 1_800_000_000;

/// A day. Seconds.
pub(crate) const DAY_S: u64 = 86_400;

const ISSUER: &str = "https://tidegate.test";

/// A control plane, its clock, and whoever is in it.
#[derive(Clone)]
pub(crate) struct Town(Arc<Inner>);

struct Inner {
    control: Control,
    router: Router,
    clock_ms: Arc<AtomicU64>,
    meter: Arc<Meter>,
    /// The first operator's secret.
    operator: String,
    /// `[[gateway.route]]` tables.
    routes: &'static str,
    gateway: OnceCell<Front>,
    mailbox: Mailbox,
    _server: Option<Postgres>,
    _folder: Folder,
}

/// The gateway and what is behind it; both end with the test's runtime.
struct Front {
    url: String,
    upstream: Upstream,
    _stop: oneshot::Sender<()>,
}

impl Town {
    /// An empty store under a built-in system. `routes` are the gateway's, on the upstream `data`; it is
    /// started when data is first asked for.
    pub(crate) async fn open(system: &str, routes: &'static str) -> Self {
        let folder = Folder::new();
        let store = store(folder.path());
        Self::open_on(folder, store, system, routes).await
    }

    /// The same on a PostgreSQL of its own, whatever the environment says.
    pub(crate) async fn open_on_postgresql(system: &str) -> Self {
        let server = Postgres::start(Durability::None);
        let store = (server.url(), Some(server));
        Self::open_on(Folder::new(), store, system, "").await
    }

    async fn open_on(
        folder: Folder,
        (store, server): (String, Option<Postgres>),
        system: &str,
        routes: &'static str,
    ) -> Self {
        let clock_ms = Arc::new(AtomicU64::new(START_S * 1000));
        let (mailbox, notify) = Mailbox::open(&folder).await;
        let settings = Settings {
            notify,
            ..Settings::new(&store, &folder_or_name(system), ISSUER, clock(&clock_ms))
        };
        let mut control = Control::open(settings)
            .await
            .unwrap_or_else(|error| panic!("{error}"));
        let operator = control.first_secret().expect("the store is new");
        let operator = operator.expose().to_owned();
        let settings = tidegate_quota::Settings::default();
        let meter = Arc::new(Meter::new(control.ledger(), settings));
        control.work_with(Arc::clone(&meter));
        Self(Arc::new(Inner {
            router: control.router(),
            control,
            clock_ms,
            meter,
            operator,
            routes,
            gateway: OnceCell::new(),
            mailbox,
            _server: server,
            _folder: folder,
        }))
    }

    /// The first operator.
    pub(crate) fn operator(&self) -> Person {
        Person::new(self, "operator:root", Some(self.0.operator.clone()))
    }

    /// Somebody without a secret.
    pub(crate) fn nobody(&self) -> Person {
        Person::new(self, "anonymous", None)
    }

    /// Somebody who shows any text as a secret.
    pub(crate) fn bearer(&self, secret: &str) -> Person {
        Person::new(self, "?", Some(secret.to_owned()))
    }

    /// Registers `user:NAME`, who acts with the first, full secret.
    pub(crate) async fn user(&self, name: &str) -> Person {
        let object = format!("user:{name}");
        let created = self.operator().create(&object).await;
        let secret = created.text("/secret/secret");
        Person::new(self, &object, Some(secret))
    }

    /// Lets days pass.
    pub(crate) async fn advance(&self, days: u64) {
        self.advance_s(days * DAY_S).await;
    }

    /// Lets seconds pass; and then what is published is confirmed and meters do what they do each
    /// second, as in a server.
    pub(crate) async fn advance_s(&self, seconds: u64) {
        let passed_ms = seconds * 1000;
        self.0.clock_ms.fetch_add(passed_ms, Ordering::SeqCst);
        self.0.control.confirm().await.expect("the store answers");
        let maintained = self.0.meter.maintain(self.now_s() * 1000).await;
        maintained.expect("the ledger answers");
    }

    /// Every object and every tuple.
    pub(crate) fn contents(&self) -> (BTreeSet<String>, BTreeSet<String>) {
        let live = self.0.control.live();
        let snapshot = live.current(self.now_s(), u64::MAX).expect("published");
        let types = snapshot.model().type_names();
        let objects = types.flat_map(|type_name| snapshot.objects_of_type(type_name));
        let objects = objects.map(|object| object.to_string()).collect();
        (
            objects,
            snapshot.tuples().map(|tuple| tuple.to_string()).collect(),
        )
    }

    /// Seconds since the epoch, UTC.
    pub(crate) fn now_s(&self) -> u64 {
        self.0.clock_ms.load(Ordering::SeqCst) / 1000
    }

    /// Every request that has reached the upstream, as `METHOD path?query`, and who asked according to
    /// the gateway.
    pub(crate) async fn forwarded(&self) -> Vec<(String, String)> {
        let seen = self.front().await.upstream.seen();
        let line = |seen: crate::upstream::Seen| {
            let subject = seen.headers.get("x-tidegate-subject");
            let subject = subject.and_then(|value| value.to_str().ok());
            (
                format!("{} {}", seen.method, seen.path_and_query),
                subject.unwrap_or_default().to_owned(),
            )
        };
        seen.into_iter().map(line).collect()
    }

    /// A request to the HTTP API.
    async fn api(
        &self,
        secret: Option<&str>,
        method: Method,
        uri: &str,
        headers: &[(HeaderName, &str)],
        body: Option<Value>,
    ) -> Reply {
        let mut request = Request::builder().method(method.clone()).uri(uri);
        if let Some(secret) = secret {
            request = request.header(AUTHORIZATION, format!("Bearer {secret}"));
        }
        if body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        let asked = format!("{method} {uri} {}", body.as_ref().unwrap_or(&json!("")));
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let request = request.body(body).expect("a request");
        let answer = self.0.router.clone().oneshot(request).await;
        let (parts, body) = answer.unwrap_or_else(|never| match never {}).into_parts();
        let bytes = body.collect().await.expect("a whole answer").to_bytes();
        Reply {
            asked,
            status: parts.status.as_u16(),
            headers: parts.headers,
            json: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        }
    }

    /// A request to the gateway.
    async fn data(&self, secret: Option<&str>, method: Method, path: &str, size: u64) -> Reply {
        let url = format!("{}{path}", self.front().await.url);
        let body = if method == Method::GET {
            crate::http::empty()
        } else {
            crate::http::pattern(0, size, true)
        };
        let asked = format!("{method} {path} at the gateway");
        let answer = crate::http::send(method, &url, secret, body).await;
        let (parts, body) = answer.expect("an answer").into_parts();
        let bytes = body.collect().await.expect("a whole answer").to_bytes();
        let headers: HeaderMap = parts.headers;
        Reply {
            asked,
            status: parts.status.as_u16(),
            headers,
            json: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        }
    }

    async fn front(&self) -> &Front {
        self.0.gateway.get_or_init(|| self.start()).await
    }

    async fn start(&self) -> Front {
        let upstream = Upstream::start().await;
        let text = format!(
            r#"[gateway]
listen = ["127.0.0.1:0"]
admin_listen = "127.0.0.1:0"

[gateway.upstream.data]
url = "{}"
{}"#,
            upstream.url(),
            self.0.routes
        );
        let parts = Parts {
            live: self.0.control.live(),
            keys: self.0.control.keys(),
            issuer: ISSUER.to_owned(),
            meter: Arc::clone(&self.0.meter),
            clock: clock(&self.0.clock_ms),
        };
        let config = Config::parse(&text).unwrap_or_else(|errors| panic!("{errors}"));
        let gateway = Gateway::new(config, parts).unwrap_or_else(|errors| panic!("{errors}"));
        let bound = gateway.bind().await.expect("free ports");
        let url = format!("http://{}", bound.addresses()[0]);
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(bound.run(async {
            let _ = stopped.await;
        }));
        Front {
            url,
            upstream,
            _stop: stop,
        }
    }
}

fn clock(now_ms: &Arc<AtomicU64>) -> Clock {
    let now_ms = Arc::clone(now_ms);
    Clock::new(move || now_ms.load(Ordering::SeqCst))
}

/// Where the town's store is, and the server that it needs.
fn store(folder: &Path) -> (String, Option<Postgres>) {
    match std::env::var("TIDEGATE_TEST_STORE").as_deref() {
        Err(_) | Ok("sqlite") => (format!("sqlite:{}", folder.join("town.db").display()), None),
        Ok("postgres") => {
            let server = Postgres::start(Durability::None);
            (server.url(), Some(server))
        }
        Ok(other) => panic!("TIDEGATE_TEST_STORE={other}: there are sqlite and postgres"),
    }
}

fn folder_or_name(system: &str) -> String {
    std::env::var_os("TIDEGATE_CLAIMS_SYSTEMS").map_or_else(
        || system.to_owned(),
        |folder| Path::new(&folder).join(system).display().to_string(),
    )
}

/// Those of the folder, where there is one: a mutant that is refused here needs no claim.
#[test]
fn every_system_loads() {
    let systems = ["beamlit", "beneath", "earthly", "lamindb"].map(folder_or_name);
    let is_there = |name: &&String| !name.contains('/') || Path::new(name).exists();
    let mut loaded = 0;
    for name in systems.iter().filter(is_there) {
        System::load(name).unwrap_or_else(|error| panic!("{error}"));
        loaded += 1;
    }
    assert!(loaded > 0, "no system in the folder");
}
