//! A small deployment for the layers' tests: one service that may read and write one page.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use http::HeaderMap;
use http::header::{AUTHORIZATION, HeaderValue};
use http::uri::PathAndQuery;
use tidegate_policy::{Change, Live, Model, Object, Profile, SecretKind, Snapshot};
use tidegate_quota::Kind;
use tidegate_token::{Algorithm, Claims, KeySet, SigningKey};
use uuid::Uuid;

use crate::{Authenticator, Authorizer, Clock, LiveKeys, Permit, Target};

pub(crate) const ISSUER: &str = "https://id.example";
pub(crate) const AUDIENCE: &str = "gateway";
pub(crate) const STALE_S: u64 = 300;
pub(crate) const NOW_S: u64 = 1_800_000_000;
pub(crate) const BOT: Uuid = Uuid::from_u128(1);
pub(crate) const ORGANIZATION: Uuid = Uuid::from_u128(2);

const MODEL: &str = "model
  schema 1.1
type anonymous
type organization
type service
  relations
    define organization: [organization]
type page
  relations
    define organization: [organization]
    define public: [anonymous:*]
    define reader: [service]
    define can_read: reader or public
    define can_write: reader
";

pub(crate) struct World {
    pub(crate) now_s: Arc<AtomicU64>,
    pub(crate) live: Arc<Live>,
    pub(crate) keys: Arc<LiveKeys>,
    pub(crate) key: SigningKey,
}

pub(crate) fn object(text: &str) -> Object {
    text.parse().expect("an object")
}

pub(crate) fn put(text: &str, uid: Uuid, valid_from_s: u64) -> Change {
    Change::Put {
        object: object(text),
        uid,
        valid_from_s,
    }
}

pub(crate) fn write(text: &str) -> Change {
    Change::Write(text.parse().expect("a tuple"))
}

impl World {
    pub(crate) fn new() -> Self {
        let kind = SecretKind {
            principals: ["service".to_owned()].into(),
            actions: None,
            anonymous: false,
            audiences: [AUDIENCE.to_owned()].into(),
            default_life_s: None,
        };
        let mut profile = Profile::default();
        profile.kinds.insert("service".to_owned(), kind);
        for name in ["service", "page"] {
            profile
                .payer
                .insert(name.to_owned(), vec!["organization".to_owned()]);
        }
        let snapshot = Snapshot::new(Model::parse(MODEL).expect("a model"), profile)
            .apply(
                1,
                &[
                    put("organization:acme", ORGANIZATION, 0),
                    put("service:bot", BOT, 0),
                    put("page:one", Uuid::from_u128(3), 0),
                    put("page:shut", Uuid::from_u128(4), 0),
                    write("service:bot#organization@organization:acme"),
                    write("page:one#organization@organization:acme"),
                    write("page:one#reader@service:bot"),
                ],
            )
            .expect("applies");
        let live = Arc::new(Live::new());
        live.publish(Arc::new(snapshot), NOW_S);
        let key = SigningKey::generate("k1", Algorithm::EdDsa).expect("a key");
        let mut keys = KeySet::default();
        keys.insert(key.verifying_key());
        let now_s = Arc::new(AtomicU64::new(NOW_S));
        Self {
            now_s,
            live,
            keys: Arc::new(LiveKeys::new(keys)),
            key,
        }
    }

    pub(crate) fn clock(&self) -> Clock {
        let now_s = Arc::clone(&self.now_s);
        Clock::new(move || now_s.load(Ordering::SeqCst) * 1000)
    }

    pub(crate) fn authenticator(&self) -> Arc<Authenticator> {
        let (keys, live) = (Arc::clone(&self.keys), Arc::clone(&self.live));
        Arc::new(Authenticator::new(
            keys,
            live,
            ISSUER,
            AUDIENCE,
            STALE_S,
            self.clock(),
        ))
    }

    pub(crate) fn authorizer(&self) -> Arc<Authorizer> {
        Arc::new(Authorizer::new(
            Arc::clone(&self.live),
            STALE_S,
            self.clock(),
        ))
    }

    pub(crate) fn claims(&self) -> Claims {
        Claims {
            iss: ISSUER.to_owned(),
            aud: vec![AUDIENCE.to_owned()],
            sub: "service:bot".to_owned(),
            uid: BOT,
            jti: Uuid::from_u128(9),
            iat: NOW_S - 10,
            nbf: None,
            exp: None,
            kind: "service".to_owned(),
            narrow: None,
        }
    }

    pub(crate) fn mint(&self, claims: &Claims) -> String {
        format!("Bearer {}", self.key.mint(claims).expect("minted").expose())
    }

    pub(crate) fn permit_of_bot(&self, kind: Kind) -> Permit {
        let secret = self.mint(&self.claims());
        let mut headers = HeaderMap::new();
        headers.insert(
            AUTHORIZATION,
            HeaderValue::from_str(&secret).expect("a header value"),
        );
        let identity = self
            .authenticator()
            .authenticate(&headers)
            .expect("authenticates");
        self.authorizer()
            .authorize(&identity, target("page:one", kind))
            .expect("allowed")
    }

    /// The next revision, published.
    pub(crate) fn change(&self, changes: &[Change]) {
        let held = self.live.current(NOW_S, u64::MAX).expect("held");
        let next = held.apply(held.revision() + 1, changes).expect("applies");
        self.live
            .publish(Arc::new(next), self.now_s.load(Ordering::SeqCst));
    }
}

pub(crate) fn target(page: &str, metered: Kind) -> Target {
    let action = match metered {
        Kind::Read => "can_read",
        Kind::Write => "can_write",
    };
    Target {
        resource: object(page),
        action: action.into(),
        metered,
        free_limit_bytes: 100,
        upstream: PathAndQuery::from_static("/"),
    }
}
