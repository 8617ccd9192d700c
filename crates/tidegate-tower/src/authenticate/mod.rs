//! Who is asking, from `Authorization: Bearer <secret>`.
//!
//! The only ways to pass: no `Authorization` header at all, which is [`Identity::Anonymous`] and
//! authorizes nothing by itself; or exactly one, whose secret is signed by a key in force, for this
//! issuer and audience, within its times, of a principal that lives under the same uid, issued no
//! earlier than the principal's secrets hold, and neither revoked nor exchanged from one that is.
//! Everything else is 401 with one answer
//! for every cause; no snapshot is 503.
//!
//! What a deployer can break: an issuer or audience shared with another deployment accepts that
//! deployment's secrets if the keys are shared too.
//!
//! A secret may be narrowed ([`Principal::scope`]): [`authorize`](crate::authorize) enforces it; who asks
//! no [`Authorizer`](crate::Authorizer) does so itself, or refuses such secrets.
//!
//! The header is removed from the request: the secret goes no further.
//!
//! ```
//! # use std::sync::Arc;
//! # use http::{Request, StatusCode};
//! # use tidegate_policy::{Change, Live, Model, Object, Profile, Snapshot};
//! # use tidegate_token::{Algorithm, Claims, KeySet, SigningKey};
//! # use tidegate_tower::{AuthenticateLayer, Authenticator, Clock, Identity, LiveKeys};
//! # use tower::{Layer, Service, ServiceExt, service_fn};
//! # use uuid::Uuid;
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let model = Model::parse("model\n  schema 1.1\ntype user\n")?;
//! let alice: Object = "user:alice".parse()?;
//! let uid = Uuid::from_u128(7);
//! let known = Change::Put { object: alice.clone(), uid, valid_from_s: 0 };
//! let live = Arc::new(Live::new());
//! let clock = Clock::new(|| 1_000_000);
//! live.publish(Arc::new(Snapshot::new(model, Profile::default()).apply(1, &[known])?), clock.now_s());
//!
//! let key = SigningKey::generate("k1", Algorithm::EdDsa)?;
//! let mut keys = KeySet::default();
//! keys.insert(key.verifying_key());
//! let authenticator = Authenticator::new(
//!     Arc::new(LiveKeys::new(keys)), live, "https://id.example", "gateway", 300, clock,
//! );
//! let mut service = AuthenticateLayer::new(Arc::new(authenticator)).layer(service_fn(
//!     async |request: Request<String>| {
//!         let who = match request.extensions().get::<Identity>() {
//!             Some(Identity::Principal(principal)) => principal.object().to_string(),
//!             _ => "anonymous".to_owned(),
//!         };
//!         Ok::<_, std::convert::Infallible>(http::Response::new(axum::body::Body::from(who)))
//!     },
//! ));
//!
//! // Passes: a secret of alice, who lives under the same uid.
//! let secret = key.mint(&Claims {
//!     iss: "https://id.example".into(), aud: vec!["gateway".into()], sub: alice.to_string(), uid,
//!     jti: Uuid::from_u128(8), iat: 999, nbf: None, exp: None, kind: "full".into(), narrow: None,
//! })?;
//! let request = |authorization: String| {
//!     Request::get("/").header("authorization", authorization).body(String::new())
//! };
//! let answer = service.ready().await?.call(request(format!("Bearer {}", secret.expose()))?).await?;
//! assert_eq!(answer.status(), StatusCode::OK);
//!
//! // Does not pass: anything else in the header.
//! let answer = service.ready().await?.call(request("Bearer no-secret".into())?).await?;
//! assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
//! # Ok(())
//! # }
//! ```

mod authenticator;
mod keys;
mod layer;
mod service;
#[cfg(test)]
mod tests;

pub use authenticator::{AuthenticateError, Authenticator, CACHED_SECRETS};
pub use keys::LiveKeys;
pub use layer::AuthenticateLayer;
pub use service::AuthenticateService;

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use tidegate_policy::Object;
use tidegate_quota::Chain;
use tidegate_token::{Claims, Verified};
use uuid::Uuid;

use crate::authorize::Scope;

/// Who asks. In the request's extensions once [`AuthenticateLayer`] has passed it.
#[derive(Clone, Debug)]
pub enum Identity {
    /// Sent no secret.
    Anonymous,
    /// Sent a secret that holds.
    Principal(Arc<Principal>),
}

/// The holder of a secret that was verified: only [`Authenticator`] makes one.
#[derive(Debug)]
pub struct Principal {
    object: Object,
    verified: Verified,
    scope: Option<Scope>,
    /// Who paid for it at the revision that was asked for last: worked out once for each revision.
    payers: ArcSwapOption<(u64, Chain)>,
}

impl Principal {
    fn new(object: Object, verified: Verified, scope: Option<Scope>) -> Self {
        Self {
            object,
            verified,
            scope,
            payers: ArcSwapOption::empty(),
        }
    }

    /// Who pays for it at a revision, if that was worked out.
    pub(crate) fn payers_at(&self, revision: u64) -> Option<Chain> {
        let payers = self.payers.load();
        let (known_at, chain) = payers.as_deref()?;
        (*known_at == revision).then(|| chain.clone())
    }

    pub(crate) fn set_payers(&self, revision: u64, chain: &Chain) {
        self.payers.store(Some(Arc::new((revision, chain.clone()))));
    }

    /// Who the secret authenticates as.
    pub fn object(&self) -> &Object {
        &self.object
    }

    /// Its uid, which was alive when the request was authenticated.
    pub fn uid(&self) -> Uuid {
        self.verified.claims().uid
    }

    /// The secret's kind, a name that the profile defines.
    pub fn kind(&self) -> &str {
        &self.verified.claims().kind
    }

    /// All that the secret says.
    pub fn claims(&self) -> &Claims {
        self.verified.claims()
    }

    /// What it was narrowed to; none: it was not exchanged.
    pub fn scope(&self) -> Option<&Scope> {
        self.scope.as_ref()
    }

    /// The secret's id.
    pub fn jti(&self) -> Uuid {
        self.verified.claims().jti
    }

    /// When the secret ends; none: it does not expire. Seconds since the epoch, UTC.
    pub fn expires_at_s(&self) -> Option<u64> {
        self.verified.claims().exp
    }
}
