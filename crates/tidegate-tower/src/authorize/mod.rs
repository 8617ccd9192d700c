//! May they? Makes the [`Permit`] that the next step demands.
//!
//! The only way to pass: an [`Identity`](crate::Identity) and a [`Target`] are at hand, the policy
//! allows the action on the resource under the secret's kind, the principal still lives under the
//! uid that was authenticated, the request is within the [`Scope`] of a secret that was narrowed, and
//! the accounts that pay are found: the secret's own budgets, the principal, its organization. A denied caller without a secret
//! is answered 401, any other 403; no snapshot is 503; no identity or no target is 500, because then
//! the layers are put together wrongly.
//!
//! What a deployer can break: a [`ResolveTarget`] that names the wrong resource or a harmless action
//! asks the wrong question, and gets the right answer to it.
//!
//! ```
//! # use std::sync::Arc;
//! # use http::{Request, StatusCode, request::Parts, uri::PathAndQuery};
//! # use tidegate_policy::{Change, Live, Model, Object, Profile, Snapshot};
//! # use tidegate_quota::Kind;
//! # use tidegate_tower::{AuthorizeLayer, Authorizer, Clock, Identity, Permit, Problem, Target};
//! # use tower::{Layer, Service, ServiceExt, service_fn};
//! # use uuid::Uuid;
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let model = Model::parse("model\n  schema 1.1\ntype anonymous\ntype page\n  relations\n    define can_read: [anonymous:*]\n")?;
//! let mut profile = Profile::default();
//! profile.payer.insert("page".into(), vec![]); // the page itself pays for its readers
//! let page = |id: &str, uid| Change::Put { object: Object::new("page", id).unwrap(), uid: Uuid::from_u128(uid), valid_from_s: 0 };
//! let open = Change::Write("page:open#can_read@anonymous:*".parse()?);
//! let live = Arc::new(Live::new());
//! let clock = Clock::new(|| 1_000_000);
//! let snapshot = Snapshot::new(model, profile).apply(1, &[page("open", 1), page("shut", 2), open])?;
//! live.publish(Arc::new(snapshot), clock.now_s());
//!
//! let authorizer = Arc::new(Authorizer::new(live, 300, clock));
//! let layer = AuthorizeLayer::with_resolver(authorizer, |parts: &mut Parts| {
//!     let id = parts.uri.path().trim_start_matches('/');
//!     let resource = Object::new("page", id)
//!         .map_err(|_| Problem::new(StatusCode::NOT_FOUND, "not-found", "Not found"))?;
//!     Ok(Target {
//!         resource,
//!         action: "can_read".into(),
//!         metered: Kind::Read,
//!         free_limit_bytes: 1_048_576,
//!         upstream: PathAndQuery::from_static("/"),
//!     })
//! });
//! let mut service = layer.layer(service_fn(async |request: Request<String>| {
//!     assert!(request.extensions().get::<Permit>().is_some());
//!     Ok::<_, std::convert::Infallible>(http::Response::new(axum::body::Body::empty()))
//! }));
//! let mut ask = |path: &str| {
//!     let mut request = Request::get(path).body(String::new()).unwrap();
//!     request.extensions_mut().insert(Identity::Anonymous); // what the layer above does
//!     service.call(request)
//! };
//! assert_eq!(ask("/open").await?.status(), StatusCode::OK);
//! assert_eq!(ask("/shut").await?.status(), StatusCode::UNAUTHORIZED);
//! # Ok(())
//! # }
//! ```

mod layer;
mod permit;
mod resolve;
mod scope;
mod service;
#[cfg(test)]
mod tests;

pub use layer::AuthorizeLayer;
pub use permit::{AuthorizeError, Authorizer, Permit};
pub use resolve::{ResolveTarget, Routed, Target};
pub use scope::Scope;
pub use service::AuthorizeService;
pub use tidegate_policy::OutOfScope;
