//! Signing keys, verifying keys, key sets, JWKS.

use serde::{Deserialize, Serialize};

use crate::claims::Claims;

/// A secret's text. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);
impl Secret {
    /// The text, to be shown once.
    pub fn expose(&self) -> &str {
        &self.0
    }
}
impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Signature algorithm, pinned per key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub enum Algorithm {
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
    /// ECDSA on P-256 with SHA-256.
    #[serde(rename = "ES256")]
    Es256,
}

/// A private key with its `kid`.
pub struct SigningKey {}
impl SigningKey {
    /// A new random key (native only).
    pub fn generate(_kid: &str, _algorithm: Algorithm) -> Result<Self, KeyError> {
        todo!()
    }
    /// From PKCS#8 DER.
    pub fn from_pkcs8(_kid: &str, _algorithm: Algorithm, _der: &[u8]) -> Result<Self, KeyError> {
        todo!()
    }
    /// PKCS#8 DER.
    pub fn to_pkcs8(&self) -> &[u8] {
        todo!()
    }
    /// The public half.
    pub fn verifying_key(&self) -> VerifyingKey {
        todo!()
    }
    /// Signs claims into a secret.
    pub fn mint(&self, _claims: &Claims) -> Result<Secret, KeyError> {
        todo!()
    }
}

/// A public key with its `kid` and pinned algorithm.
#[derive(Clone, Debug)]
pub struct VerifyingKey {}
impl VerifyingKey {
    /// The key's id.
    pub fn kid(&self) -> &str {
        todo!()
    }
}

/// Public keys by `kid`.
#[derive(Clone, Debug, Default)]
pub struct KeySet {}
impl KeySet {
    /// Adds or replaces a key.
    pub fn insert(&mut self, _key: VerifyingKey) {
        todo!()
    }
    /// As a JSON Web Key Set (RFC 7517).
    pub fn to_jwks(&self) -> JwkSet {
        todo!()
    }
    /// From a JSON Web Key Set.
    pub fn from_jwks(_set: &JwkSet) -> Result<Self, KeyError> {
        todo!()
    }
}

/// JSON Web Key Set (RFC 7517), public keys only.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct JwkSet {
    /// The keys.
    pub keys: Vec<serde_json::Value>,
}

/// Why a key cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Placeholder.
    #[error("bad key")]
    Bad,
}
