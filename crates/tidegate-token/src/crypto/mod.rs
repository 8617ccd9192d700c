//! The cryptography, apart from everything else, so that another target can bring its own.

#[cfg(not(target_family = "wasm"))]
mod native;
#[cfg(target_family = "wasm")]
mod wasm;

#[cfg(not(target_family = "wasm"))]
pub(crate) use native::{PublicKey, generate, public_key, sha256, sign, verifier, verify};
#[cfg(target_family = "wasm")]
pub(crate) use wasm::{PublicKey, sha256, verifier, verify};

/// Why an operation did not succeed; there is nothing more to tell.
pub(crate) struct Refused;

/// Whether 32 bytes are no use as an Ed25519 public key: not the canonical encoding of a number below
/// the field's prime, or a point of small order, under which anyone can sign.
///
/// RFC 8032 §5.1.3 (decoding), §5.1.7; the orders follow from the curve's cofactor 8.
pub(crate) fn is_weak_ed25519(key: &[u8; 32]) -> bool {
    let mut y = *key;
    // The sign of x, which does not change the order of a point.
    y[31] &= 0x7f;
    let above_prime = y[31] == 0x7f && y[1..31].iter().all(|b| *b == 0xff) && y[0] >= 0xed;
    above_prime || SMALL_ORDER_Y.contains(&y)
}

/// Whether the R of an Ed25519 signature (RFC 8032 §5.1.6) is no use either: only who holds the private key can make
/// a signature with one, and implementations differ on it.
fn has_weak_r(signature: &[u8]) -> bool {
    let r = signature.first_chunk();
    r.is_none_or(is_weak_ed25519)
}

/// The y coordinates of all points of order 1, 2, 4 and 8, little-endian.
const SMALL_ORDER_Y: [[u8; 32]; 5] = [
    // Order 4: y = 0.
    [0; 32],
    // Order 1: y = 1.
    [
        1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0,
    ],
    // Order 2: y = -1.
    [
        0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0x7f,
    ],
    // Order 8.
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
        0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
        0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
        0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
        0x03, 0x7a,
    ],
];

#[cfg(all(test, not(target_family = "wasm")))]
mod tests;
