//! May they? Makes the `Permit` that the next step demands.

use std::sync::Arc;

use http::uri::PathAndQuery;
use tidegate_policy::{Live, Object};
use tidegate_quota::{Chain, Kind};

use crate::authenticate::Identity;
use crate::clock::Clock;

/// What a request is for, worked out by the route step before the decision.
#[derive(Clone, Debug)]
pub struct Target {
    /// On what.
    pub resource: Object,
    /// The relation asked for, for example `can_read`.
    pub action: Arc<str>,
    /// Charged for what.
    pub metered: Kind,
    /// The direction that is not charged has this cap. Bytes.
    pub free_limit_bytes: u64,
    /// Exactly what goes to the upstream.
    pub upstream: PathAndQuery,
}

/// Proof that a request may go on: only [`Authorizer::authorize`] makes it.
#[derive(Clone, Debug)]
pub struct Permit {
    target: Target,
    identity: Identity,
    chain: Chain,
    revision: u64,
}

impl Permit {
    /// What was permitted.
    pub fn target(&self) -> &Target {
        &self.target
    }
    /// To whom.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }
    /// Who pays.
    pub fn chain(&self) -> &Chain {
        &self.chain
    }
    /// On which revision it was decided.
    pub fn revision(&self) -> u64 {
        self.revision
    }
}

/// Decides on the snapshot in force.
#[derive(Clone, Debug)]
pub struct Authorizer {}

impl Authorizer {
    /// `max_staleness_s`: seconds that a snapshot may be old.
    pub fn new(_live: Arc<Live>, _max_staleness_s: u64, _clock: Clock) -> Self {
        todo!()
    }

    /// Decides.
    ///
    /// # Errors
    /// See [`AuthorizeError`].
    pub fn authorize(&self, _identity: &Identity, _target: Target) -> Result<Permit, AuthorizeError> {
        todo!()
    }
}

/// Why a request may not go on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthorizeError {
    /// No snapshot that is fresh enough: 503.
    #[error("no snapshot")]
    NoSnapshot,
    /// The policy denies: 403, or 401 for a caller without a secret.
    #[error("denied: {0}")]
    Denied(tidegate_policy::Denial),
    /// Nobody is found who pays: 403.
    #[error("nobody pays for this")]
    NoPayer,
}

/// Finds the [`Target`] in the request's extensions, decides, and puts a [`Permit`] there, or answers 401, 403, 503.
#[derive(Clone, Debug)]
pub struct AuthorizeLayer {
    #[expect(dead_code, reason = "skeleton")]
    authorizer: Arc<Authorizer>,
}

impl AuthorizeLayer {
    /// A layer that asks this authorizer.
    pub fn new(authorizer: Arc<Authorizer>) -> Self {
        Self { authorizer }
    }
}
