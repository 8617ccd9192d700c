//! Verifying Ed25519, and SHA-256, in Rust alone: for hosts that verify by no cryptography of their own.

use ed25519_dalek::{Signature, Verifier, VerifyingKey};
use sha2::{Digest, Sha256};

use super::{Refused, has_weak_r};
use crate::keys::Algorithm;

/// A public key, ready to verify with; none where it verifies nothing here.
#[derive(Clone)]
pub(crate) struct PublicKey(Option<VerifyingKey>);

/// A public key in the form that [`verify`] takes.
///
/// Like native, 32 bytes that are no point of the curve are a key, under which no signature holds. Whether a point
/// is on P-256 is for the host to say, which verifies with it.
pub(crate) fn verifier(algorithm: Algorithm, public: &[u8]) -> Result<PublicKey, Refused> {
    match algorithm {
        Algorithm::EdDsa => {
            let bytes = public.try_into().map_err(|_| Refused)?;
            Ok(PublicKey(VerifyingKey::from_bytes(bytes).ok()))
        }
        Algorithm::Es256 => Ok(PublicKey(None)),
    }
}

/// SHA-256 (FIPS 180-4).
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Checks a signature of exactly 64 bytes, strictly: no `s` at or above the group's order, no R of small order, and
/// the encoding of R compared without the cofactor. Of the key it has been seen by who has made it.
pub(crate) fn verify(
    algorithm: Algorithm,
    key: &PublicKey,
    message: &[u8],
    signature: &[u8],
) -> Result<(), Refused> {
    match (algorithm, &key.0) {
        (Algorithm::EdDsa, Some(key)) => {
            // `verify_strict` takes R apart to see its order, which is a tenth of the work: its encoding tells as much.
            if has_weak_r(signature) {
                return Err(Refused);
            }
            let signature = Signature::from_slice(signature).map_err(|_| Refused)?;
            key.verify(message, &signature).map_err(|_| Refused)
        }
        (Algorithm::EdDsa | Algorithm::Es256, _) => Err(Refused),
    }
}
