//! The code of an invitation's link: proof that somebody can read the mails of an address.
//!
//! It is the invitation's id and a tag over id and address under a key of the store's, so that it need not be
//! stored, and nobody can make one.

use std::sync::Arc;

use arc_swap::ArcSwap;
use aws_lc_rs::{constant_time, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

/// Length of the key. Bytes.
pub const KEY_BYTES: usize = 32;

/// What codes are made and proven with: the first key makes them, each proves them.
#[derive(Debug)]
pub struct LinkKey(ArcSwap<Vec<hmac::Key>>);

impl LinkKey {
    /// From its bytes.
    pub fn new(bytes: &[u8; KEY_BYTES]) -> Self {
        Self(ArcSwap::from_pointee(vec![hmac_key(bytes)]))
    }

    /// Puts other keys in force, the one that makes codes first.
    pub fn publish(&self, keys: &[[u8; KEY_BYTES]]) {
        self.0.store(Arc::new(keys.iter().map(hmac_key).collect()));
    }

    /// The code for an invitation to an address (in lower case).
    pub fn code(&self, invitation: Uuid, address: &str) -> String {
        let mut bytes = invitation.as_bytes().to_vec();
        if let Some(key) = self.0.load().first() {
            bytes.extend_from_slice(tag(key, invitation, address).as_ref());
        }
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// A key for another purpose, derived from the one that makes codes.
    pub fn derived(&self, purpose: &str) -> Option<hmac::Tag> {
        let keys = self.0.load();
        let mut context = hmac::Context::with_key(keys.first()?);
        context.update(b"key\0");
        context.update(purpose.as_bytes());
        Some(context.sign())
    }

    /// The invitation that a code claims to be for.
    pub fn invitation(&self, code: &str) -> Option<Uuid> {
        Some(parts(code)?.0)
    }

    /// Whether a code is the one for an invitation to an address.
    pub fn proves(&self, code: &str, invitation: Uuid, address: &str) -> bool {
        parts(code).is_some_and(|(id, given)| {
            let proves = |key: &hmac::Key| {
                let expected = tag(key, invitation, address);
                constant_time::verify_slices_are_equal(&given, expected.as_ref()).is_ok()
            };
            id == invitation && self.0.load().iter().any(proves)
        })
    }
}

fn hmac_key(bytes: &[u8; KEY_BYTES]) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, bytes)
}

fn tag(key: &hmac::Key, invitation: Uuid, address: &str) -> hmac::Tag {
    let mut context = hmac::Context::with_key(key);
    context.update(b"invitation\0");
    context.update(invitation.as_bytes());
    context.update(address.as_bytes());
    context.sign()
}

fn parts(code: &str) -> Option<(Uuid, Vec<u8>)> {
    // 48 bytes are 64 characters.
    let bytes = (code.len() == 64)
        .then(|| URL_SAFE_NO_PAD.decode(code).ok())
        .flatten()?;
    let (id, tag) = bytes.split_at_checked(16)?;
    Some((Uuid::from_slice(id).ok()?, tag.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes() {
        let (key, other) = (LinkKey::new(&[1; KEY_BYTES]), LinkKey::new(&[2; KEY_BYTES]));
        let (id, another) = (Uuid::from_u128(7), Uuid::from_u128(8));
        let code = key.code(id, "dora@example.com");
        assert_eq!(key.invitation(&code), Some(id));
        assert!(key.proves(&code, id, "dora@example.com"));
        assert!(!key.proves(&code, id, "eve@example.com"));
        assert!(!key.proves(&code, another, "dora@example.com"));
        assert!(!other.proves(&code, id, "dora@example.com"));
        for at in 0..code.len() {
            let mut bytes = code.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            assert!(!key.proves(&changed, id, "dora@example.com"), "{at}");
        }
        for bad in [
            "",
            "a",
            &code[1..],
            &format!("{code}A"),
            &"!".repeat(64),
            &"é".repeat(32),
        ] {
            assert!(
                key.invitation(bad).is_none() && !key.proves(bad, id, "dora@example.com"),
                "{bad:?}"
            );
        }
    }
}
