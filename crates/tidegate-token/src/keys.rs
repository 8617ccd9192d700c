//! Verifying keys, each with its `kid` and the one algorithm pinned to it.

use serde::{Deserialize, Serialize};

use crate::crypto;

/// Longest `kid`. Bytes.
pub const MAX_KID_BYTES: usize = 64;

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
impl Algorithm {
    /// Its name in a JWT's `alg` (RFC 7518 §3.1, RFC 8037 §3.1).
    pub const fn name(self) -> &'static str {
        match self {
            Self::EdDsa => "EdDSA",
            Self::Es256 => "ES256",
        }
    }
}

/// What a key is for, and nothing else.
///
/// A secret and the head of a bundle are told apart by their `typ`; that a key is for one of them holds
/// even where somebody forgets to look at it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Purpose {
    /// Secrets: what a key is for unless it says otherwise.
    #[default]
    Secrets,
    /// Heads of bundles.
    Bundles,
}

/// A public key with its `kid` and pinned algorithm.
#[derive(Clone)]
pub struct VerifyingKey {
    kid: Box<str>,
    algorithm: Algorithm,
    purpose: Purpose,
    public: Box<[u8]>,
    verifier: crypto::PublicKey,
}

impl VerifyingKey {
    /// A key for secrets, from the public bytes: 32 for Ed25519 (RFC 8032 §5.1.5), the 65 of an uncompressed point for
    /// P-256 (SEC 1 §2.3.3).
    ///
    /// # Errors
    /// [`KeyError::Kid`] unless the `kid` is 1 to [`MAX_KID_BYTES`] letters, digits, `-`, `_`, `.`;
    /// [`KeyError::PublicKey`] for a wrong size or a point that is not on the curve;
    /// [`KeyError::WeakKey`] for an Ed25519 key under which anyone can sign.
    pub fn from_public(kid: &str, algorithm: Algorithm, public: &[u8]) -> Result<Self, KeyError> {
        let kid_fits = (1..=MAX_KID_BYTES).contains(&kid.len());
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if !kid_fits || !kid.bytes().all(plain) {
            return Err(KeyError::Kid);
        }
        match algorithm {
            Algorithm::EdDsa => {
                let bytes = public.try_into().map_err(|_| KeyError::PublicKey)?;
                if crypto::is_weak_ed25519(bytes) {
                    return Err(KeyError::WeakKey);
                }
            }
            Algorithm::Es256 => {
                if public.len() != 65 || public.first() != Some(&4) {
                    return Err(KeyError::PublicKey);
                }
            }
        }
        let verifier = crypto::verifier(algorithm, public).map_err(|_| KeyError::PublicKey)?;
        Ok(Self {
            kid: kid.into(),
            algorithm,
            purpose: Purpose::default(),
            public: public.into(),
            verifier,
        })
    }

    /// The key's id.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The one algorithm that the key may be used with.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The same key for this purpose.
    #[must_use]
    pub fn for_purpose(mut self, purpose: Purpose) -> Self {
        self.purpose = purpose;
        self
    }

    /// What it is for.
    pub fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// The public bytes, as [`Self::from_public`] takes them.
    pub fn public_bytes(&self) -> &[u8] {
        &self.public
    }

    /// Checks a raw signature (64 bytes for either algorithm) over a message.
    ///
    /// # Errors
    /// [`BadSignature`], whatever is wrong with it.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), BadSignature> {
        crypto::verify(self.algorithm, &self.verifier, message, signature).map_err(|_| BadSignature)
    }
}

impl std::fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VerifyingKey")
            .field("kid", &self.kid)
            .field("algorithm", &self.algorithm)
            .field("purpose", &self.purpose)
            .finish_non_exhaustive()
    }
}

/// The signature does not belong to the message and the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("bad signature")]
pub struct BadSignature;

/// Why a key cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The `kid` has a bad form.
    #[error("a key id is 1 to {MAX_KID_BYTES} letters, digits, '-', '_' or '.'")]
    Kid,
    /// No PKCS#8 private key of the algorithm.
    #[error("not a private key of its algorithm in PKCS#8")]
    PrivateKey,
    /// No public key of the algorithm.
    #[error("not a public key of its algorithm")]
    PublicKey,
    /// An Ed25519 public key under which anyone can sign.
    #[error("a weak public key: of small order, or not canonical")]
    WeakKey,
    /// Claims that no verifier would accept.
    #[error("the claims are too long, too many or empty")]
    Claims,
    /// The key is for something else.
    #[error("the key is for something else")]
    Purpose,
    /// The signature could not be made.
    #[error("the signature could not be made")]
    Signing,
    /// A text that is no key set.
    #[error("no key set")]
    Set,
    /// A key set that holds a private or symmetric key.
    #[error("the key set holds private key material")]
    Private,
    /// A key whose type, curve, algorithm or use is not one of ours.
    #[error("key {kid:?} of the key set has an unsupported type, curve, algorithm or use")]
    Unsupported {
        /// Its `kid`, if it has one, cut to [`MAX_KID_BYTES`] characters.
        kid: String,
    },
    /// Two keys under one `kid`.
    #[error("two keys of the key set have the same id")]
    Duplicate,
    /// More keys than [`MAX_KEYS`](crate::MAX_KEYS).
    #[error("the key set holds more than {} keys", crate::MAX_KEYS)]
    TooMany,
}

impl KeyError {
    /// A stable word for log and metrics.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Kid => "key-id",
            Self::PrivateKey => "key-not-private",
            Self::PublicKey => "key-not-public",
            Self::WeakKey => "key-weak",
            Self::Claims => "key-claims",
            Self::Purpose => "key-purpose",
            Self::Signing => "key-signing",
            Self::Set => "key-set",
            Self::Private => "key-private",
            Self::Unsupported { .. } => "key-unsupported",
            Self::Duplicate => "key-duplicate",
            Self::TooMany => "key-too-many",
        }
    }
}
