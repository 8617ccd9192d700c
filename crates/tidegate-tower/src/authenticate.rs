//! Who is asking, from `Authorization: Bearer <secret>`.

use std::sync::Arc;

use arc_swap::ArcSwap;
use http::HeaderMap;
use tidegate_policy::{Live, Object};
use tidegate_token::KeySet;
use uuid::Uuid;

use crate::clock::Clock;

/// The key set in force, swapped without stopping readers.
#[derive(Debug, Default)]
pub struct LiveKeys {
    #[expect(dead_code, reason = "skeleton")]
    keys: ArcSwap<KeySet>,
}

impl LiveKeys {
    /// Holds a key set.
    pub fn new(_keys: KeySet) -> Self {
        todo!()
    }
    /// Puts another in force; what was verified under the old one is verified again.
    pub fn publish(&self, _keys: KeySet) {
        todo!()
    }
}

/// Who asks. In the request's extensions once [`AuthenticateLayer`] has passed it.
#[derive(Clone, Debug)]
pub enum Identity {
    /// Sent no secret.
    Anonymous,
    /// Sent a secret that holds.
    Principal(Arc<Principal>),
}

/// The holder of a secret that was verified.
#[derive(Debug)]
pub struct Principal {
    pub(crate) object: Object,
    pub(crate) uid: Uuid,
    pub(crate) kind: String,
    pub(crate) jti: Uuid,
}

impl Principal {
    /// Who the secret authenticates as.
    pub fn object(&self) -> &Object {
        &self.object
    }
    /// Its uid.
    pub fn uid(&self) -> Uuid {
        self.uid
    }
    /// The secret's kind.
    pub fn kind(&self) -> &str {
        &self.kind
    }
    /// The secret's id.
    pub fn jti(&self) -> Uuid {
        self.jti
    }
}

/// Verifies secrets, with a bounded cache of what was verified.
#[derive(Debug)]
pub struct Authenticator {}

impl Authenticator {
    /// `max_staleness_s`: seconds that a snapshot may be old.
    pub fn new(
        _keys: Arc<LiveKeys>,
        _live: Arc<Live>,
        _issuer: &str,
        _audience: &str,
        _max_staleness_s: u64,
        _clock: Clock,
    ) -> Self {
        todo!()
    }

    /// Who sent these headers.
    ///
    /// # Errors
    /// See [`AuthenticateError`].
    pub fn authenticate(&self, _headers: &HeaderMap) -> Result<Identity, AuthenticateError> {
        todo!()
    }
}

/// Why a request is not authenticated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthenticateError {
    /// No snapshot that is fresh enough: 503.
    #[error("no snapshot")]
    NoSnapshot,
    /// The secret does not hold: 401, the same answer for every cause.
    #[error("refused: {0}")]
    Refused(&'static str),
}

/// Puts an [`Identity`] into each request, or answers 401.
#[derive(Clone, Debug)]
pub struct AuthenticateLayer {
    #[expect(dead_code, reason = "skeleton")]
    authenticator: Arc<Authenticator>,
}

impl AuthenticateLayer {
    /// A layer that asks this authenticator.
    pub fn new(authenticator: Arc<Authenticator>) -> Self {
        Self { authenticator }
    }
}
