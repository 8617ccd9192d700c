//! The reverse proxy: authenticates, routes, decides, meters and forwards.
//!
//! # Contract
//!
//! A request reaches an upstream only when all of this holds, checked in this order on every request
//! (the list in code is `stack.rs`):
//!
//! 1. **sanitize**: it is one message with one framing, in a method that can be metered; what only the
//!    gateway may say, and every secret outside `Authorization`, is taken out. Else 400, 417, 501.
//! 2. **authenticate**: it has no secret, or one that holds. Else 401. Without a snapshot that can be
//!    trusted: 503, on every route.
//! 3. **route**: its path can be read in one way only, a route matches, lists its method and lets its
//!    query pass. Else 400, 404, 405, 414.
//! 4. **address**: without a secret, its address has not sent too many. Else 429.
//! 5. **authorize**: the policy allows the route's action on the route's resource. Else 403, or 401
//!    without a secret.
//! 6. **meter**: the accounts that pay have quota, before a byte is released; the direction that is
//!    not charged is capped. Else 429, 413, 502, 503.
//! 7. **forward**: to the path that the permit names, with bodies streamed in both directions. What the
//!    upstream does wrong is 502, what it does too late 504.
//!
//! Every answer of the gateway's own is a problem document (RFC 9457) and counts zero. A response that
//! breaks off, or is cut at the last byte paid for, is seen as truncated: the connection closes
//! (HTTP/1.1) or the stream is reset (HTTP/2); it never ends cleanly.
//!
//! The upstream sees the request without `Authorization` and hop-by-hop headers, with its own `Host`,
//! with `X-Tidegate-Subject` (`type:id`, or `anonymous`), `X-Tidegate-Request-Id` (also on every
//! answer), `X-Forwarded-For` (the peer's address), `X-Forwarded-Proto`, and with the credential that
//! the configuration names. Trailers are dropped in both directions.
//!
//! # What a deployer can break
//!
//! The upstream must be reachable through the gateway only. A proxy before the gateway makes all
//! callers one address for the limit of callers without a secret. See [`config`] for each key.

mod address;
mod admin;
mod body;
pub mod config;
mod cors;
mod forward;
mod idle;
mod linger;
mod metrics;
mod observe;
mod path;
mod query;
mod refusal;
mod route;
mod sanitize;
mod server;
mod stack;
mod step;
#[cfg(test)]
mod tests;
mod tls;
mod upstream;

pub use config::{Config, ConfigError, ConfigErrors};
pub use server::{BindError, Bound, Gateway};

use std::sync::Arc;

use tidegate_policy::Live;
use tidegate_quota::Meter;
use tidegate_tower::{Clock, LiveKeys};

/// What the gateway works with, made by whoever starts it.
#[derive(Clone)]
pub struct Parts {
    /// The snapshot in force.
    pub live: Arc<Live>,
    /// The keys in force.
    pub keys: Arc<LiveKeys>,
    /// The one issuer of secrets.
    pub issuer: String,
    /// Hands out quota.
    pub meter: Arc<Meter>,
    /// The time.
    pub clock: Clock,
}
