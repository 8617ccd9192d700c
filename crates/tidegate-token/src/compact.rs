//! The compact form of a signed token (RFC 7515 §7.1) and its header.

use serde::Serialize;

use crate::jwks::KeySet;
use crate::keys::{Purpose, VerifyingKey};
use crate::read::{Fields, Unread, text};
use crate::verify::TokenError;
use tidegate_policy::base64url;

/// Longest text of a secret, minted or accepted. Bytes.
pub const MAX_TOKEN_BYTES: usize = 4096;

/// What the text of every secret starts with: the base64url of `{"typ":"tidegate+jwt","alg"`.
/// A leak scanner looks for it.
pub const SECRET_PREFIX: &str = "eyJ0eXAiOiJ0aWRlZ2F0ZStqd3QiLCJhbGci";

/// The `typ` of a secret: explicit typing, RFC 8725 §3.11.
pub(crate) const TYP: &str = "tidegate+jwt";

/// The `typ` of a bundle's head.
pub(crate) const BUNDLE_TYP: &str = "tidegate-bundle+jwt";

/// The one `typ` of what keys of a purpose sign.
pub(crate) const fn typ(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Secrets => TYP,
        Purpose::Bundles => BUNDLE_TYP,
    }
}

/// The header of a signed text. The order of the fields is the order in which they are written.
#[derive(Serialize)]
pub(crate) struct Header {
    pub(crate) typ: String,
    pub(crate) alg: String,
    pub(crate) kid: String,
}

impl Header {
    fn read(json: &[u8]) -> Result<Self, Unread> {
        let mut fields = Fields::parse(json)?;
        let header = Self {
            typ: fields.of_name("typ", text)?,
            alg: fields.of_name("alg", text)?,
            kid: fields.of_name("kid", text)?,
        };
        fields.end()?;
        Ok(header)
    }
}

/// A token taken apart; nothing in it is checked.
pub(crate) struct Compact<'a> {
    /// The bytes of the header's JSON.
    pub(crate) header: Vec<u8>,
    /// The bytes of the claims' JSON.
    pub(crate) payload: Vec<u8>,
    /// The raw signature.
    pub(crate) signature: Vec<u8>,
    /// What is signed: both segments and the dot between them.
    pub(crate) signed: &'a str,
}

impl<'a> Compact<'a> {
    /// Takes exactly three segments of canonical, unpadded base64url.
    pub(crate) fn split(text: &'a str) -> Result<Self, TokenError> {
        if text.len() > MAX_TOKEN_BYTES {
            return Err(TokenError::TooLong);
        }
        let (signed, signature) = text.rsplit_once('.').ok_or(TokenError::Malformed)?;
        // A further dot is in one of the two and no character of the alphabet.
        let (header, payload) = signed.split_once('.').ok_or(TokenError::Malformed)?;
        Ok(Self {
            header: decode(header)?,
            payload: decode(payload)?,
            signature: decode(signature)?,
            signed,
        })
    }

    /// The header, if it has exactly its three fields.
    pub(crate) fn header(&self) -> Result<Header, TokenError> {
        Header::read(&self.header).map_err(|_| TokenError::Header)
    }
}

/// The payload of a signed text: checks size, form, `typ`, `kid`, `alg` and signature, in this order.
pub(crate) fn open(text: &str, purpose: Purpose, keys: &KeySet) -> Result<Vec<u8>, TokenError> {
    let (token, key) = with_key(text, purpose, keys)?;
    key.verify(token.signed.as_bytes(), &token.signature)
        .map_err(|_| TokenError::Signature)?;
    Ok(token.payload)
}

/// The key that is to verify a signed text: all that [`open`] checks before the signature.
pub(crate) fn with_key<'t, 'k>(
    text: &'t str,
    purpose: Purpose,
    keys: &'k KeySet,
) -> Result<(Compact<'t>, &'k VerifyingKey), TokenError> {
    let token = Compact::split(text)?;
    let header = token.header()?;
    if header.typ != typ(purpose) {
        return Err(TokenError::Type);
    }
    // INVARIANT: a key verifies what it is for, and nothing else.
    let key = keys
        .get(&header.kid)
        .filter(|key| key.purpose() == purpose)
        .ok_or(TokenError::UnknownKey)?;
    // INVARIANT: the key says which algorithm is used; the token can only agree.
    if header.alg != key.algorithm().name() {
        return Err(TokenError::Algorithm);
    }
    Ok((token, key))
}

fn decode(segment: &str) -> Result<Vec<u8>, TokenError> {
    base64url::decode(segment).ok_or(TokenError::Malformed)
}
