//! From an unverified text to verified claims.

use crate::claims::Claims;
use crate::keys::KeySet;

/// A text that claims to be a secret. Nothing in it may be believed.
#[derive(Clone, Copy)]
pub struct UnverifiedToken<'a>(&'a str);

/// What the verifier expects.
#[derive(Clone, Copy, Debug)]
pub struct Expectation<'a> {
    /// The one issuer accepted.
    pub issuer: &'a str,
    /// The audience of the verifier.
    pub audience: &'a str,
    /// Seconds since the epoch, UTC.
    pub now_s: u64,
}

impl<'a> UnverifiedToken<'a> {
    /// Takes the text as it came.
    pub fn new(text: &'a str) -> Self {
        Self(text)
    }
    /// Checks size, form, `typ`, `alg`, `kid`, signature, `iss`, `aud`, `exp`, `nbf`.
    pub fn verify(self, _keys: &KeySet, _expect: &Expectation<'_>) -> Result<Verified, TokenError> {
        let _ = self.0;
        todo!()
    }
}

/// Claims whose signature, issuer, audience and times were checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    claims: Claims,
}
impl Verified {
    /// The claims.
    pub fn claims(&self) -> &Claims {
        &self.claims
    }
    /// Checks `exp` and `nbf` again, for a result that was kept.
    pub fn check_time(&self, _now_s: u64) -> Result<(), TokenError> {
        todo!()
    }
}

/// Why a secret is refused: for the log, never for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Placeholder.
    #[error("malformed")]
    Malformed,
    /// Expired.
    #[error("expired")]
    Expired,
}
impl TokenError {
    /// A stable word for log and metrics.
    pub fn kind(self) -> &'static str {
        todo!()
    }
}
