//! Seals signing keys under a key of the operator's, so that a copy of the store mints nothing.
//!
//! `sealed1:` and base64 of nonce, AES-256-GCM ciphertext and tag (NIST SP 800-38D). The key's purpose and
//! `kid` are authenticated along: a sealed key that was put into another row does not open.

use std::path::{Path, PathBuf};

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The environment's variable with the store's key: 32 bytes in base64.
pub const VARIABLE: &str = "TIDEGATE_STORE_KEY";

/// Says that what follows is sealed, and how. Base64 has no colon.
const PREFIX: &str = "sealed1:";

/// Bytes of a store's key.
const KEY_BYTES: usize = 32;

/// A store's key. `Debug` shows nothing of it.
pub struct SealKey(RandomizedNonceKey);

/// Why keys cannot be sealed or opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// The text is not a key.
    #[error("the store's key is not 32 bytes in base64 (as of `openssl rand -base64 32`)")]
    Form,
    /// The file cannot be read.
    #[error("the store's key: cannot read {path}: {error}", path = .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// Keys are sealed, and no key was given.
    #[error(
        "its signing keys are sealed: give the store's key by {VARIABLE} or control.store_key_file"
    )]
    Missing,
    /// Another key has sealed it, or it was changed.
    #[error(
        "the store's key does not open signing key {0}: it is another key, or the row was changed"
    )]
    Wrong(String),
    /// The system gives no random numbers.
    #[error("signing key {0} cannot be sealed")]
    Sealing(String),
}

impl SealKey {
    /// 32 bytes in base64; white space around them is left out.
    ///
    /// # Errors
    /// [`SealError::Form`].
    pub fn parse(text: &str) -> Result<Self, SealError> {
        let bytes = STANDARD.decode(text.trim()).map_err(|_| SealError::Form)?;
        if bytes.len() != KEY_BYTES {
            return Err(SealError::Form);
        }
        let key = RandomizedNonceKey::new(&AES_256_GCM, &bytes).map_err(|_| SealError::Form)?;
        Ok(Self(key))
    }

    /// From a file that holds nothing else.
    ///
    /// # Errors
    /// [`SealError::File`], [`SealError::Form`].
    pub fn read(path: &Path) -> Result<Self, SealError> {
        let text = std::fs::read_to_string(path).map_err(|error| SealError::File {
            path: path.to_owned(),
            error,
        })?;
        Self::parse(&text)
    }

    /// Seals a signing key's material.
    ///
    /// # Errors
    /// [`SealError::Sealing`].
    pub(super) fn seal(
        &self,
        kid: &str,
        purpose: &str,
        material: &str,
    ) -> Result<String, SealError> {
        let mut sealed = material.as_bytes().to_vec();
        let nonce = self
            .0
            .seal_in_place_append_tag(Aad::from(aad(kid, purpose)), &mut sealed)
            .map_err(|_| SealError::Sealing(kid.to_owned()))?;
        let bytes = [nonce.as_ref().as_slice(), &sealed].concat();
        Ok(format!("{PREFIX}{}", STANDARD.encode(bytes)))
    }

    /// Opens what [`SealKey::seal`] made.
    ///
    /// # Errors
    /// [`SealError::Wrong`].
    pub(super) fn open(&self, kid: &str, purpose: &str, sealed: &str) -> Result<String, SealError> {
        self.try_open(kid, purpose, sealed)
            .ok_or_else(|| SealError::Wrong(kid.to_owned()))
    }

    fn try_open(&self, kid: &str, purpose: &str, sealed: &str) -> Option<String> {
        let bytes = STANDARD.decode(sealed.strip_prefix(PREFIX)?).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_LEN>()?;
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let mut sealed = sealed.to_vec();
        let opened = self
            .0
            .open_in_place(nonce, Aad::from(aad(kid, purpose)), &mut sealed)
            .ok()?;
        String::from_utf8(opened.to_vec()).ok()
    }
}

impl std::fmt::Debug for SealKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SealKey").finish_non_exhaustive()
    }
}

/// Whether a signing key's material is sealed.
pub(super) fn is_sealed(material: &str) -> bool {
    material.starts_with(PREFIX)
}

/// Neither part contains the byte between them.
fn aad(kid: &str, purpose: &str) -> Vec<u8> {
    format!("tidegate signing key\0{purpose}\0{kid}").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> SealKey {
        SealKey::parse(&STANDARD.encode([byte; KEY_BYTES])).unwrap()
    }

    #[test]
    fn what_was_sealed_opens_under_the_same_key_in_the_same_row_alone() {
        let sealed = key(1).seal("k1", "secret", "bWF0ZXJpYWw=").unwrap();
        assert!(is_sealed(&sealed) && !is_sealed("bWF0ZXJpYWw="));
        assert!(!sealed.contains("bWF0ZXJpYWw="));
        let other = key(1).seal("k1", "secret", "bWF0ZXJpYWw=").unwrap();
        assert_ne!(sealed, other, "the nonce is another each time");
        let opened = key(1).open("k1", "secret", &sealed).unwrap();
        assert_eq!(opened, "bWF0ZXJpYWw=");

        let mut changed = sealed.clone().into_bytes();
        changed[30] = if changed[30] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        for (key, kid, purpose, sealed) in [
            (key(2), "k1", "secret", sealed.as_str()),
            (key(1), "k2", "secret", &sealed),
            (key(1), "k1", "bundle", &sealed),
            (key(1), "k1", "secret", &changed),
            (key(1), "k1", "secret", "sealed1:AAAA"),
            (key(1), "k1", "secret", "sealed1:"),
            (key(1), "k1", "secret", "bWF0ZXJpYWw="),
        ] {
            let opened = key.open(kid, purpose, sealed);
            assert!(
                matches!(&opened, Err(SealError::Wrong(named)) if named == kid),
                "{kid} {purpose} {sealed}: {opened:?}"
            );
        }
    }

    #[test]
    fn a_key_is_32_bytes_in_base64() {
        for (text, accepted) in [
            (format!(" {}\n", STANDARD.encode([7; 32])), true),
            (STANDARD.encode([7; 31]), false),
            (STANDARD.encode([7; 33]), false),
            ("7".repeat(32), false),
            (String::new(), false),
        ] {
            assert_eq!(SealKey::parse(&text).is_ok(), accepted, "{text}");
        }
        assert_eq!(format!("{:?}", key(7)), "SealKey { .. }");
    }
}
