//! Charges the bytes of a permitted request before they are released.
//!
//! The only way to pass: the request carries a [`Permit`](crate::Permit), and every account of its
//! chain has quota left. What is charged depends on the permit's target: a *write* is charged for the
//! request's content, a *read* for the response's. The other direction is free, but capped
//! (`free_limit_bytes`): 413 for a request that is too long, 502 for a response, and a response of
//! unknown length is cut.
//!
//! A body of known length is paid for whole before its first byte, or refused with 429. One of
//! unknown length is paid for frame by frame, under backpressure, and cut at the last byte paid for:
//! a request that is cut is answered 429 and the service beneath sees its body fail; a response that
//! is cut ends in an error, so that the connection is aborted and the client sees it truncated.
//! With nothing left even an empty answer is 429, before the service beneath is called.
//! When other requests hold what is left, one waits for them for a moment (250 ms unless the meter's
//! settings say otherwise), then is answered 429 `quota-contended`. The ledger out of reach, and
//! nothing at hand: 503.
//!
//! An answer that carries a [`Refused`](crate::Refused) was made by a layer, not by the service: it is
//! not charged.
//!
//! Answers to metered requests carry `RateLimit` and `RateLimit-Policy`
//! (draft-ietf-httpapi-ratelimit-headers), in content bytes, where the chain has a limit.
//!
//! What a deployer can break: a layer beneath that adds or takes away content, such as compression,
//! makes the bytes charged differ from the bytes sent. Put it above.
//!
//! ```
//! # use std::sync::Arc;
//! # use http::{Request, StatusCode, uri::PathAndQuery};
//! # use http_body_util::{BodyExt, Full};
//! # use tidegate_policy::{Change, Live, Model, Profile, Snapshot};
//! # use tidegate_quota::{AccountId, Calendar, Kind, MemoryLedger, Meter, Settings};
//! # use tidegate_tower::{Authorizer, Clock, Identity, MeterLayer, Target};
//! # use tower::{Layer, Service, service_fn};
//! # use uuid::Uuid;
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let model = Model::parse("model\n  schema 1.1\ntype anonymous\ntype page\n  relations\n    define can_read: [anonymous:*]\n")?;
//! # let mut profile = Profile::default();
//! # profile.payer.insert("page".into(), vec![]);
//! # let page = Change::Put { object: "page:open".parse()?, uid: Uuid::from_u128(1), valid_from_s: 0 };
//! # let open = Change::Write("page:open#can_read@anonymous:*".parse()?);
//! # let live = Arc::new(Live::new());
//! # let clock = Clock::new(|| 1_000_000);
//! # live.publish(Arc::new(Snapshot::new(model, profile).apply(1, &[page, open])?), clock.now_s());
//! let ledger = Arc::new(MemoryLedger::new(Calendar::Month, Arc::new(|| 1_000)));
//! ledger.set_limit(AccountId::own(Uuid::from_u128(1)), Kind::Read, Some(10)); // bytes a month
//! let meter = Arc::new(Meter::new(ledger, Settings::default()));
//! let mut service = MeterLayer::new(meter, clock.clone()).layer(service_fn(async |_| {
//!     Ok::<_, std::convert::Infallible>(http::Response::new(Full::from("sixbyt")))
//! }));
//! let permit = Authorizer::new(live, 300, clock).authorize(&Identity::Anonymous, Target {
//!     resource: "page:open".parse()?,
//!     action: "can_read".into(),
//!     metered: Kind::Read,
//!     free_limit_bytes: 1_048_576,
//!     upstream: PathAndQuery::from_static("/"),
//! })?;
//! let mut ask = || {
//!     let mut request = Request::new(Full::<bytes::Bytes>::default());
//!     request.extensions_mut().insert(permit.clone()); // what the layer above does
//!     service.call(request)
//! };
//! let answer = ask().await?;
//! assert_eq!(answer.status(), StatusCode::OK);
//! assert_eq!(answer.into_body().collect().await?.to_bytes(), "sixbyt");
//! // Four bytes are left: the next six would cross the limit.
//! assert_eq!(ask().await?.status(), StatusCode::TOO_MANY_REQUESTS);
//! # Ok(())
//! # }
//! ```

mod answer;
mod body;
mod layer;
mod patience;
mod service;
#[cfg(test)]
mod tests;

pub use body::{MeteredBody, MeteredBodyError};
pub use layer::MeterLayer;
pub use service::MeterService;
