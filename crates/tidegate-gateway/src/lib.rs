//! The reverse proxy.

use std::sync::Arc;

use tidegate_policy::Live;
use tidegate_quota::Meter;
use tidegate_tower::{Clock, LiveKeys};

pub mod config;
mod path;
mod query;
mod refusal;
mod route;
mod sanitize;

pub use config::Config;

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
