//! Signing keys, each with its `kid` and the one algorithm pinned to it; and what they sign.
//!
//! Native only: nothing that runs in a browser or at the edge mints.

use jsonwebtoken::EncodingKey;
use serde::Serialize;

use crate::claims::Claims;
use crate::compact::{self, Header, MAX_TOKEN_BYTES};
use crate::crypto;
use crate::keys::{Algorithm, KeyError, Purpose, VerifyingKey};
use tidegate_policy::base64url;

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

/// A private key with its `kid`. `Debug` shows nothing of the private half, and it is wiped on drop.
pub struct SigningKey {
    private: EncodingKey,
    public: VerifyingKey,
}

impl SigningKey {
    /// A new random key for secrets.
    ///
    /// # Errors
    /// [`KeyError::Kid`] for a bad `kid`; [`KeyError::PrivateKey`] when there is no randomness.
    pub fn generate(kid: &str, algorithm: Algorithm) -> Result<Self, KeyError> {
        let private = crypto::generate(algorithm).map_err(|_| KeyError::PrivateKey)?;
        Self::from_pkcs8(kid, algorithm, private.as_bytes())
    }

    /// A key for secrets, from PKCS#8 DER.
    ///
    /// # Errors
    /// [`KeyError::Kid`] for a bad `kid`; [`KeyError::PrivateKey`] when the bytes are no private key of
    /// the algorithm, or its two halves do not belong together.
    pub fn from_pkcs8(kid: &str, algorithm: Algorithm, der: &[u8]) -> Result<Self, KeyError> {
        let (private, public) =
            crypto::public_key(algorithm, der).map_err(|_| KeyError::PrivateKey)?;
        let public = VerifyingKey::from_public(kid, algorithm, &public)?;
        Ok(Self { private, public })
    }

    /// The same key for this purpose.
    #[must_use]
    pub fn for_purpose(mut self, purpose: Purpose) -> Self {
        self.public = self.public.for_purpose(purpose);
        self
    }

    /// What it is for.
    pub fn purpose(&self) -> Purpose {
        self.public.purpose()
    }

    /// PKCS#8 DER. Whoever reads it can mint.
    pub fn to_pkcs8(&self) -> &[u8] {
        self.private.as_bytes()
    }

    /// The key's id.
    pub fn kid(&self) -> &str {
        self.public.kid()
    }

    /// The public half.
    pub fn verifying_key(&self) -> VerifyingKey {
        self.public.clone()
    }

    /// Signs claims into a secret, which starts with [`SECRET_PREFIX`](crate::SECRET_PREFIX).
    ///
    /// # Errors
    /// [`KeyError::Claims`] when no verifier would accept them: a field over its limit, or a text over
    /// [`MAX_TOKEN_BYTES`]; [`KeyError::Purpose`] when the key is not for secrets; [`KeyError::Signing`]
    /// when the signature cannot be made.
    pub fn mint(&self, claims: &Claims) -> Result<Secret, KeyError> {
        if !claims.within_limits() {
            return Err(KeyError::Claims);
        }
        let text = self.sign(Purpose::Secrets, claims)?;
        Ok(Secret(text))
    }

    /// Signs claims, within their limits, into the compact form of what the key is for.
    pub(crate) fn sign(
        &self,
        purpose: Purpose,
        claims: &impl Serialize,
    ) -> Result<String, KeyError> {
        if self.public.purpose() != purpose {
            return Err(KeyError::Purpose);
        }
        let header = Header {
            typ: compact::typ(purpose).into(),
            alg: self.public.algorithm().name().into(),
            kid: self.public.kid().to_owned(),
        };
        let header = serde_json::to_vec(&header).map_err(|_| KeyError::Signing)?;
        let payload = serde_json::to_vec(claims).map_err(|_| KeyError::Claims)?;
        let mut text = base64url::encode(&header);
        text.push('.');
        text.push_str(&base64url::encode(&payload));
        let signature = crypto::sign(self.public.algorithm(), &self.private, text.as_bytes())
            .map_err(|_| KeyError::Signing)?;
        text.push('.');
        text.push_str(&base64url::encode(&signature));
        if text.len() > MAX_TOKEN_BYTES {
            return Err(KeyError::Claims);
        }
        Ok(text)
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey")
            .field("kid", &self.public.kid())
            .field("algorithm", &self.public.algorithm())
            .field("purpose", &self.public.purpose())
            .finish_non_exhaustive()
    }
}
