//! From an unverified text to verified claims.

use crate::claims::Claims;
use crate::compact;
use crate::jwks::KeySet;
use crate::keys::{Purpose, VerifyingKey};

/// How far ahead of the verifier's clock `iat` may be. Seconds.
pub const MAX_CLOCK_SKEW_S: u64 = 60;

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

    /// The key that its signature is to be verified with, by size, form, `typ`, `kid` and `alg`: for who has to
    /// verify elsewhere.
    ///
    /// # Errors
    /// The first [`TokenError`] that applies.
    pub fn key(self, keys: &KeySet) -> Result<&VerifyingKey, TokenError> {
        compact::with_key(self.0, Purpose::Secrets, keys).map(|(_, key)| key)
    }

    /// Checks size, form, `typ`, `kid`, `alg`, signature, claims, `iss`, `aud`, `exp`, `nbf`, `iat`, in
    /// this order. The work is bounded by [`MAX_TOKEN_BYTES`](crate::MAX_TOKEN_BYTES) and one signature.
    ///
    /// # Errors
    /// The first [`TokenError`] that applies.
    pub fn verify(self, keys: &KeySet, expect: &Expectation<'_>) -> Result<Verified, TokenError> {
        let Expectation {
            issuer,
            audience,
            now_s,
        } = *expect;
        let for_it = |claims: &Claims| claims.aud.iter().any(|named| named == audience);
        self.check(keys, issuer, for_it, now_s)
    }

    /// Checks all of it but `aud`: only for what a holder may do wherever the secret is for, such as
    /// exchanging it for a narrower one.
    ///
    /// # Errors
    /// The first [`TokenError`] that applies.
    pub fn verify_for_any_audience(
        self,
        keys: &KeySet,
        issuer: &str,
        now_s: u64,
    ) -> Result<Verified, TokenError> {
        self.check(keys, issuer, |_| true, now_s)
    }

    fn check(
        self,
        keys: &KeySet,
        issuer: &str,
        for_it: impl FnOnce(&Claims) -> bool,
        now_s: u64,
    ) -> Result<Verified, TokenError> {
        let payload = compact::open(self.0, Purpose::Secrets, keys)?;
        let claims = Claims::from_json(&payload).ok_or(TokenError::Claims)?;
        if claims.iss != issuer {
            return Err(TokenError::Issuer);
        }
        if !for_it(&claims) {
            return Err(TokenError::Audience);
        }
        let verified = Verified { claims };
        verified.check_time(now_s)?;
        Ok(verified)
    }
}

impl std::fmt::Debug for UnverifiedToken<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("UnverifiedToken(…)")
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

    /// Checks `exp`, `nbf` and `iat` again, for a result that was kept.
    ///
    /// # Errors
    /// [`TokenError::Expired`], [`TokenError::NotYetValid`], [`TokenError::IssuedAhead`].
    pub fn check_time(&self, now_s: u64) -> Result<(), TokenError> {
        let Claims { iat, nbf, exp, .. } = &self.claims;
        if exp.is_some_and(|exp| now_s >= exp) {
            return Err(TokenError::Expired);
        }
        if nbf.is_some_and(|nbf| now_s < nbf) {
            return Err(TokenError::NotYetValid);
        }
        if *iat > now_s.saturating_add(MAX_CLOCK_SKEW_S) {
            return Err(TokenError::IssuedAhead);
        }
        Ok(())
    }
}

/// Why a secret is refused: for the log, never for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum TokenError {
    /// Longer than [`MAX_TOKEN_BYTES`](crate::MAX_TOKEN_BYTES).
    #[error("the token is too long")]
    TooLong,
    /// Not three segments of base64url.
    #[error("the token is malformed")]
    Malformed,
    /// A header that has not exactly `typ`, `alg` and `kid`.
    #[error("the token's header has fields that are unknown, missing or twice")]
    Header,
    /// `typ` is another.
    #[error("the token is of another type")]
    Type,
    /// `kid` names no key that is trusted for secrets.
    #[error("the token's key is unknown")]
    UnknownKey,
    /// `alg` is not the one pinned to the key.
    #[error("the token's algorithm is not its key's")]
    Algorithm,
    /// The signature does not hold.
    #[error("the token's signature does not hold")]
    Signature,
    /// Signed, but its claims are missing, unknown, twice, or over their limits.
    #[error("the token's claims are unknown, missing, twice or over their limits")]
    Claims,
    /// Another issuer.
    #[error("the token is of another issuer")]
    Issuer,
    /// For others.
    #[error("the token is for another audience")]
    Audience,
    /// `exp` is over.
    #[error("the token has expired")]
    Expired,
    /// `nbf` is to come.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// `iat` is further ahead than clocks differ.
    #[error("the token was issued in the future")]
    IssuedAhead,
}
impl TokenError {
    /// A stable word for log and metrics.
    pub fn kind(self) -> &'static str {
        match self {
            Self::TooLong => "too_long",
            Self::Malformed => "malformed",
            Self::Header => "header",
            Self::Type => "type",
            Self::UnknownKey => "unknown_key",
            Self::Algorithm => "algorithm",
            Self::Signature => "signature",
            Self::Claims => "claims",
            Self::Issuer => "issuer",
            Self::Audience => "audience",
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
            Self::IssuedAhead => "issued_ahead",
        }
    }
}

#[cfg(test)]
mod tests;
