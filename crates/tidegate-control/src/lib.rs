//! The control plane.

use std::sync::Arc;

use tidegate_policy::Live;
use tidegate_quota::Ledger;
use tidegate_tower::{Clock, LiveKeys};

/// How to open a control plane.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `sqlite:PATH`.
    pub store: String,
    /// The name of a system that is built in, or the path of a system's folder.
    pub system: String,
    /// What secrets name as their issuer.
    pub issuer: String,
    /// The time.
    pub clock: Clock,
}

/// The control plane: its store, its system, its API.
pub struct Control {}

/// Why a control plane cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Placeholder.
    #[error("placeholder")]
    Placeholder,
}

impl Control {
    /// Opens the store (made and migrated where needed), loads the system, publishes the first snapshot.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn open(_settings: Settings) -> Result<Self, OpenError> {
        todo!()
    }
    /// The first operator's secret, when this opening made the store: to be shown once.
    pub fn first_secret(&mut self) -> Option<tidegate_token::Secret> {
        todo!()
    }
    /// The snapshot in force, published after each change.
    pub fn live(&self) -> Arc<Live> {
        todo!()
    }
    /// The keys in force.
    pub fn keys(&self) -> Arc<LiveKeys> {
        todo!()
    }
    /// The ledger, for a meter in this process.
    pub fn ledger(&self) -> Arc<dyn Ledger> {
        todo!()
    }
    /// The HTTP API.
    pub fn router(&self) -> axum::Router {
        todo!()
    }
}
