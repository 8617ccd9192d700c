//! Secrets as signed tokens: JWT (RFC 7519) in compact form (RFC 7515), by the practices of RFC 8725.
//!
//! The only way to [`Verified`] claims is [`UnverifiedToken::verify`], which passes a text when all of
//! this holds, and refuses it otherwise, with a cause for the log:
//!
//! 1. it has at most [`MAX_TOKEN_BYTES`] bytes and is three segments of strict base64url, unpadded;
//! 2. its header has exactly `typ` (`tidegate+jwt`), `alg` and `kid`, and nothing else, so nothing that
//!    names or carries a key (`jwk`, `jku`, `x5u`, `x5c`) and nothing critical (`crit`);
//! 3. `kid` names a key of the [`KeySet`], and `alg` is the one algorithm pinned to that key;
//! 4. the signature holds, over the very bytes that came;
//! 5. the claims are exactly those of [`Claims`], none twice, none unknown, within their limits;
//! 6. `iss` is the issuer, `aud` names the verifier, and the moment is in `[nbf, exp)`, without leeway;
//!    `iat` is at most [`MAX_CLOCK_SKEW_S`] ahead.
//!
//! What it cannot know, the caller asks: whether the `uid` is alive, the `jti` or that of a parent
//! revoked, the `iat` too old, and what is asked for within `narrow`.
//!
//! A deployer can break it by putting a key into the set whose private half others hold, by sharing one
//! issuer and audience between deployments that do not trust each other, or by a clock that is wrong.
//! The heads of bundles are signed texts of a type of their own, under keys of their own: see [`bundle`].
//!
//! The text of a secret is in [`Secret`], which does not print itself; nothing here logs.
//!
//! On wasm there is no minting, and of the two algorithms Ed25519 alone: ES256 takes ten times as long there as
//! the host's own cryptography, so that the host has to be asked ([`UnverifiedToken::key`] tells).
//!
//! ```
//! use tidegate_token::{Algorithm, Claims, Expectation, KeySet, SigningKey, TokenError, UnverifiedToken};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let key = SigningKey::generate("2026-11", Algorithm::EdDsa)?;
//! let mut keys = KeySet::default();
//! keys.insert(key.verifying_key());
//!
//! let secret = key.mint(&Claims {
//!     iss: "https://tidegate.example".into(),
//!     aud: vec!["gateway".into()],
//!     sub: "service:acme/sales/bot".into(),
//!     uid: "0193a1c0-0000-7000-8000-000000000001".parse()?,
//!     jti: "0193a1c0-0000-7000-8000-000000000002".parse()?,
//!     iat: 1_700_000_000,
//!     nbf: None,
//!     exp: Some(1_700_003_600),
//!     kind: "service".into(),
//!     narrow: None,
//! })?;
//!
//! // Allowed: the gateway, within the hour.
//! let gateway = Expectation {
//!     issuer: "https://tidegate.example",
//!     audience: "gateway",
//!     now_s: 1_700_000_010,
//! };
//! let verified = UnverifiedToken::new(secret.expose()).verify(&keys, &gateway)?;
//! assert_eq!(verified.claims().sub, "service:acme/sales/bot");
//!
//! // Denied: the same secret at the control plane.
//! let control = Expectation { audience: "control", ..gateway };
//! let refused = UnverifiedToken::new(secret.expose()).verify(&keys, &control);
//! assert_eq!(refused, Err(TokenError::Audience));
//! # Ok(())
//! # }
//! ```

pub mod bundle;
pub mod claims;
mod compact;
mod crypto;
pub mod jwks;
pub mod keys;
mod read;
#[cfg(not(target_family = "wasm"))]
pub mod signing;
pub mod verify;
#[cfg(test)]
mod wycheproof;

pub use claims::{Budget, Claims, MAX_BUDGETS, MAX_NARROW, MAX_NUMBER, MAX_PARENTS, Narrow};
pub use compact::{MAX_TOKEN_BYTES, SECRET_PREFIX};
pub use jwks::{Jwk, JwkSet, KeySet, MAX_KEYS};
pub use keys::{Algorithm, BadSignature, KeyError, Purpose, VerifyingKey};
#[cfg(not(target_family = "wasm"))]
pub use signing::{Secret, SigningKey};
pub use verify::{Expectation, MAX_CLOCK_SKEW_S, TokenError, UnverifiedToken, Verified};
