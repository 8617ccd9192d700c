//! Signing and verifying by AWS-LC, through `jsonwebtoken`.
//!
//! The provider is named here and not looked up: `jsonwebtoken` finds its default by the features that
//! the whole build enables, and panics when they do not name exactly one.

use aws_lc_rs::digest;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair,
    KeyPair as _, UnparsedPublicKey,
};
use jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
use jsonwebtoken::{DecodingKey, EncodingKey};

use super::{Refused, has_weak_r};
use crate::keys::Algorithm;

/// A public key, ready to verify with.
pub(crate) type PublicKey = DecodingKey;

const fn in_jwt(algorithm: Algorithm) -> jsonwebtoken::Algorithm {
    match algorithm {
        Algorithm::EdDsa => jsonwebtoken::Algorithm::EdDSA,
        Algorithm::Es256 => jsonwebtoken::Algorithm::ES256,
    }
}

/// A new private key, as PKCS#8 DER.
pub(crate) fn generate(algorithm: Algorithm) -> Result<EncodingKey, Refused> {
    let random = SystemRandom::new();
    let document = match algorithm {
        Algorithm::EdDsa => Ed25519KeyPair::generate_pkcs8(&random),
        Algorithm::Es256 => EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random),
    };
    let document = document.map_err(|_| Refused)?;
    Ok(encoding_key(algorithm, document.as_ref()))
}

fn encoding_key(algorithm: Algorithm, pkcs8: &[u8]) -> EncodingKey {
    match algorithm {
        Algorithm::EdDsa => EncodingKey::from_ed_der(pkcs8),
        Algorithm::Es256 => EncodingKey::from_ec_der(pkcs8),
    }
}

/// A private key with its public half: 32 bytes for Ed25519, an uncompressed point for P-256.
pub(crate) fn public_key(
    algorithm: Algorithm,
    pkcs8: &[u8],
) -> Result<(EncodingKey, Vec<u8>), Refused> {
    let public = match algorithm {
        Algorithm::EdDsa => {
            let pair = Ed25519KeyPair::from_pkcs8(pkcs8).map_err(|_| Refused)?;
            pair.public_key().as_ref().to_vec()
        }
        Algorithm::Es256 => {
            let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8)
                .map_err(|_| Refused)?;
            pair.public_key().as_ref().to_vec()
        }
    };
    Ok((encoding_key(algorithm, pkcs8), public))
}

/// A public key in the form that [`verify`] takes. For P-256 an uncompressed point, checked to be on
/// the curve; for Ed25519 the 32 bytes.
pub(crate) fn verifier(algorithm: Algorithm, public: &[u8]) -> Result<PublicKey, Refused> {
    match algorithm {
        Algorithm::EdDsa if public.len() == 32 => Ok(DecodingKey::from_ed_der(public)),
        Algorithm::EdDsa => Err(Refused),
        Algorithm::Es256 => {
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, public)
                .parse()
                .map_err(|_| Refused)?;
            Ok(DecodingKey::from_ec_der(public))
        }
    }
}

/// Signs a message: 64 bytes for either algorithm (RFC 8032 §5.1.6; RFC 7518 §3.4).
pub(crate) fn sign(
    algorithm: Algorithm,
    key: &EncodingKey,
    message: &[u8],
) -> Result<Vec<u8>, Refused> {
    let signer = (DEFAULT_PROVIDER.signer_factory)(&in_jwt(algorithm), key).map_err(|_| Refused)?;
    signer.try_sign(message).map_err(|_| Refused)
}

/// SHA-256 (FIPS 180-4).
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut sum = [0; 32];
    let found = digest::digest(&digest::SHA256, bytes);
    for (to, from) in sum.iter_mut().zip(found.as_ref()) {
        *to = *from;
    }
    sum
}

/// Checks a signature of exactly 64 bytes.
///
/// For Ed25519 this is strict: AWS-LC refuses `s` at or above the group's order and compares the
/// encoding of R byte for byte without the cofactor, weak public keys never get here
/// ([`super::is_weak_ed25519`]), and an R of small order is refused, as on wasm.
pub(crate) fn verify(
    algorithm: Algorithm,
    key: &PublicKey,
    message: &[u8],
    signature: &[u8],
) -> Result<(), Refused> {
    if signature.len() != 64 || algorithm == Algorithm::EdDsa && has_weak_r(signature) {
        return Err(Refused);
    }
    let verifier =
        (DEFAULT_PROVIDER.verifier_factory)(&in_jwt(algorithm), key).map_err(|_| Refused)?;
    verifier
        .verify(message, &signature.to_vec())
        .map_err(|_| Refused)
}
