//! From headers to an identity, with a bounded cache of secrets that were verified.

use std::sync::Arc;

use http::HeaderMap;
use http::header::AUTHORIZATION;
use quick_cache::sync::Cache;
use tidegate_policy::{Credential, Live, Object, Snapshot};
use tidegate_token::{Expectation, KeySet, UnverifiedToken};

use super::{Identity, LiveKeys, Principal};
use crate::authorize::Scope;
use crate::clock::Clock;

/// How many verified secrets are kept. At most about 5 KB each, as a secret's text is bounded.
pub const CACHED_SECRETS: usize = 10_000;

/// Verifies secrets.
pub struct Authenticator {
    keys: Arc<LiveKeys>,
    live: Arc<Live>,
    issuer: String,
    /// None: whatever it is for.
    audience: Option<String>,
    max_staleness_s: u64,
    clock: Clock,
    verified: Cache<Box<str>, Cached>,
}

/// A secret whose signature held under `keys`.
#[derive(Clone)]
struct Cached {
    principal: Arc<Principal>,
    keys: Arc<KeySet>,
}

/// Why a request is not authenticated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthenticateError {
    /// No snapshot that is fresh enough: 503.
    #[error("no snapshot that can be trusted")]
    NoSnapshot,
    /// The secret does not hold: 401, the same answer for every cause. The word is for the log.
    #[error("the secret does not hold: {0}")]
    Refused(&'static str),
}

impl Authenticator {
    /// `issuer` and `audience` are the only ones accepted; `max_staleness_s`: seconds that a snapshot
    /// may be old.
    pub fn new(
        keys: Arc<LiveKeys>,
        live: Arc<Live>,
        issuer: &str,
        audience: &str,
        max_staleness_s: u64,
        clock: Clock,
    ) -> Self {
        Self {
            audience: Some(audience.to_owned()),
            ..Self::for_any_audience(keys, live, issuer, max_staleness_s, clock)
        }
    }

    /// Accepts secrets whatever they are for: only for what every holder may do, such as exchanging the
    /// secret for a narrower one, or following what its own subject may do.
    pub fn for_any_audience(
        keys: Arc<LiveKeys>,
        live: Arc<Live>,
        issuer: &str,
        max_staleness_s: u64,
        clock: Clock,
    ) -> Self {
        Self {
            keys,
            live,
            issuer: issuer.to_owned(),
            audience: None,
            max_staleness_s,
            clock,
            verified: Cache::new(CACHED_SECRETS),
        }
    }

    /// Who sent these headers.
    ///
    /// # Errors
    /// See [`AuthenticateError`].
    pub fn authenticate(&self, headers: &HeaderMap) -> Result<Identity, AuthenticateError> {
        let now_s = self.clock.now_s();
        self.live
            .read(now_s, self.max_staleness_s, |snapshot| {
                let Some(secret) = bearer(headers)? else {
                    return Ok(Identity::Anonymous);
                };
                let principal = self.verify(secret, now_s)?;
                stands(&principal, snapshot)?;
                Ok(Identity::Principal(principal))
            })
            .ok_or(AuthenticateError::NoSnapshot)?
    }

    /// Whose secret this is, where it did not come in a header.
    ///
    /// # Errors
    /// See [`AuthenticateError`].
    pub fn authenticate_secret(&self, secret: &str) -> Result<Arc<Principal>, AuthenticateError> {
        let now_s = self.clock.now_s();
        self.live
            .read(now_s, self.max_staleness_s, |snapshot| {
                let principal = self.verify(secret, now_s)?;
                stands(&principal, snapshot)?;
                Ok(principal)
            })
            .ok_or(AuthenticateError::NoSnapshot)?
    }

    /// What does not depend on the snapshot: signature, issuer, audience, times.
    fn verify(&self, secret: &str, now_s: u64) -> Result<Arc<Principal>, AuthenticateError> {
        let keys = self.keys.read();
        if let Some(cached) = self.verified.get(secret)
            && Arc::ptr_eq(&cached.keys, &keys)
        {
            cached
                .principal
                .verified
                .check_time(now_s)
                .map_err(refused)?;
            return Ok(cached.principal);
        }
        let unverified = UnverifiedToken::new(secret);
        let verified = match &self.audience {
            Some(audience) => {
                let expectation = Expectation {
                    issuer: &self.issuer,
                    audience,
                    now_s,
                };
                unverified.verify(&keys, &expectation)
            }
            None => unverified.verify_for_any_audience(&keys, &self.issuer, now_s),
        };
        let verified = verified.map_err(refused)?;
        // INVARIANT: limits that cannot be enforced are no limits: the secret is refused.
        let scope = match &verified.claims().narrow {
            None => None,
            Some(narrow) => Some(Scope::read(narrow).ok_or(AuthenticateError::Refused("narrow"))?),
        };
        let object: Object = verified
            .claims()
            .sub
            .parse()
            .map_err(|_| AuthenticateError::Refused("subject"))?;
        let principal = Arc::new(Principal::new(object, verified, scope));
        self.verified.insert(
            secret.into(),
            Cached {
                principal: Arc::clone(&principal),
                keys: Arc::clone(&keys),
            },
        );
        Ok(principal)
    }
}

impl std::fmt::Debug for Authenticator {
    /// Shows no secret: the cache's keys are the texts of secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authenticator")
            .field("issuer", &self.issuer)
            .field("audience", &self.audience)
            .finish_non_exhaustive()
    }
}

/// The one bearer secret in the headers (RFC 6750 §2.1); none when there is no such header.
fn bearer(headers: &HeaderMap) -> Result<Option<&str>, AuthenticateError> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(AuthenticateError::Refused("several"));
    }
    let text = value
        .to_str()
        .map_err(|_| AuthenticateError::Refused("malformed"))?;
    match text.split_once(' ') {
        Some((scheme, secret)) if scheme.eq_ignore_ascii_case("bearer") => Ok(Some(secret)),
        _ => Err(AuthenticateError::Refused("scheme")),
    }
}

/// What the snapshot says of the secret, asked on every request.
fn stands(principal: &Principal, snapshot: &Snapshot) -> Result<(), AuthenticateError> {
    let claims = principal.verified.claims();
    let narrow = claims.narrow.as_ref();
    let credential = Credential {
        object: &principal.object,
        uid: claims.uid,
        issued_at_s: claims.iat,
        jti: claims.jti,
        parents: narrow.map_or(&[], |narrow| &narrow.parents),
    };
    snapshot
        .accepts(&credential)
        .map_err(|found| AuthenticateError::Refused(found.kind()))
}

fn refused(error: tidegate_token::TokenError) -> AuthenticateError {
    AuthenticateError::Refused(error.kind())
}
