//! Secrets as signed tokens (JWT, RFC 7519; practices of RFC 8725).

pub mod claims;
pub mod keys;
pub mod verify;

pub use claims::{Claims, Narrow};
pub use keys::{Algorithm, JwkSet, KeyError, KeySet, Secret, SigningKey, VerifyingKey};
pub use verify::{Expectation, TokenError, UnverifiedToken, Verified};
