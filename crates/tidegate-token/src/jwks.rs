//! Key sets, and their form on the wire: JSON Web Key Sets (RFC 7517) of public keys.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tidegate_policy::json::Json;

use crate::keys::{Algorithm, KeyError, MAX_KID_BYTES, Purpose, VerifyingKey};
use crate::read::{Fields, Unread, list, text, texts};
use tidegate_policy::base64url::{self, encode};

/// Most keys accepted in one key set.
pub const MAX_KEYS: usize = 64;

/// What `tidegate_use` says of a key for bundles.
const FOR_BUNDLES: &str = "bundle";

/// Public keys by `kid`.
#[derive(Clone, Debug, Default)]
pub struct KeySet {
    keys: BTreeMap<Box<str>, VerifyingKey>,
}

impl KeySet {
    /// Adds a key, or replaces the one with its `kid`.
    pub fn insert(&mut self, key: VerifyingKey) {
        self.keys.insert(key.kid().into(), key);
    }

    /// Takes a key out; what it signed is no longer accepted.
    pub fn remove(&mut self, kid: &str) -> Option<VerifyingKey> {
        self.keys.remove(kid)
    }

    /// The key with an id.
    pub fn get(&self, kid: &str) -> Option<&VerifyingKey> {
        self.keys.get(kid)
    }

    /// The keys, by `kid`.
    pub fn iter(&self) -> impl Iterator<Item = &VerifyingKey> {
        self.keys.values()
    }

    /// How many keys it holds.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether it holds none, and so verifies nothing.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// As a JSON Web Key Set (RFC 7517).
    pub fn to_jwks(&self) -> JwkSet {
        JwkSet {
            keys: self.iter().map(Jwk::from).collect(),
        }
    }

    /// From a JSON Web Key Set: every key of it, or an error.
    ///
    /// # Errors
    /// [`KeyError::TooMany`] above [`MAX_KEYS`], [`KeyError::Duplicate`], [`KeyError::Private`],
    /// [`KeyError::Unsupported`], [`KeyError::Kid`], [`KeyError::PublicKey`], [`KeyError::WeakKey`].
    pub fn from_jwks(set: &JwkSet) -> Result<Self, KeyError> {
        if set.keys.len() > MAX_KEYS {
            return Err(KeyError::TooMany);
        }
        let mut keys = BTreeMap::new();
        for jwk in &set.keys {
            let key = VerifyingKey::try_from(jwk)?;
            if keys.insert(key.kid().into(), key).is_some() {
                return Err(KeyError::Duplicate);
            }
        }
        Ok(Self { keys })
    }

    /// From the text of a JSON Web Key Set.
    ///
    /// # Errors
    /// [`KeyError::Set`], and as [`Self::from_jwks`].
    pub fn from_json(text: &str) -> Result<Self, KeyError> {
        let set = JwkSet::read(text).map_err(|_| KeyError::Set)?;
        Self::from_jwks(&set)
    }
}

/// JSON Web Key Set (RFC 7517 §5), public keys only.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct JwkSet {
    /// The keys.
    pub keys: Vec<Jwk>,
}

impl JwkSet {
    fn read(text: &str) -> Result<Self, Unread> {
        let mut fields = Fields::parse(text.as_bytes())?;
        let keys = fields.of_name("keys", |keys| list(keys, Jwk::read))?;
        Ok(Self { keys })
    }
}

/// One public key (RFC 7517 §4; RFC 7518 §6.2 for `EC`; RFC 8037 §2 for `OKP`).
///
/// Members that are not named here are ignored, as RFC 7517 §4 says; those of private and symmetric
/// keys are noticed, so that [`KeySet::from_jwks`] refuses them, and never kept or written.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Jwk {
    /// Key type: `OKP` or `EC`.
    pub kty: String,
    /// Curve: `Ed25519` or `P-256`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crv: Option<String>,
    /// The key, or the first coordinate of its point. 32 bytes in base64url without padding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub x: Option<String>,
    /// The second coordinate of a P-256 point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub y: Option<String>,
    /// What the key is for: `sig`, where it says.
    #[serde(default, rename = "use", skip_serializing_if = "Option::is_none")]
    pub usage: Option<String>,
    /// What may be done with it: only `verify`, where it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_ops: Option<Vec<String>>,
    /// What signs with it: `bundle`, or not there for secrets.
    ///
    /// A member of our own (RFC 7517 §4 lets others ignore it), as the registered ones cannot tell: of
    /// `use` there are `sig` and `enc`, and strict readers refuse a whole set that has another value;
    /// `key_ops` names operations, and both purposes verify.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tidegate_use: Option<String>,
    /// The algorithm pinned to it: `EdDSA` or `ES256`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alg: Option<String>,
    /// Its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    /// Whether it came with a member of a private or symmetric key.
    #[serde(
        default,
        rename = "d",
        alias = "k",
        alias = "p",
        alias = "q",
        alias = "dp",
        alias = "dq",
        alias = "qi",
        alias = "oth",
        deserialize_with = "is_there",
        skip_serializing
    )]
    private: bool,
}

/// Members that only private and symmetric keys have.
const PRIVATE: [&str; 8] = ["d", "k", "p", "q", "dp", "dq", "qi", "oth"];

impl Jwk {
    /// As it is derived, in a fraction of the size.
    fn read(json: Json) -> Result<Self, Unread> {
        let mut fields = Fields::of(json)?;
        let mut text_of = |name: &str| match fields.take(name) {
            None | Some(Json::Null) => Ok(None),
            Some(json) => text(json).map(Some),
        };
        let (crv, x, y) = (text_of("crv")?, text_of("x")?, text_of("y")?);
        let (usage, tidegate_use) = (text_of("use")?, text_of("tidegate_use")?);
        let (alg, kid) = (text_of("alg")?, text_of("kid")?);
        let key_ops = match fields.take("key_ops") {
            None | Some(Json::Null) => None,
            Some(json) => Some(texts(json)?),
        };
        let private = PRIVATE.iter().filter(|name| fields.take(name).is_some());
        let private = match private.count() {
            0 => false,
            1 => true,
            _ => return Err(Unread),
        };
        Ok(Self {
            kty: fields.of_name("kty", text)?,
            crv,
            x,
            y,
            usage,
            key_ops,
            tidegate_use,
            alg,
            kid,
            private,
        })
    }
}

fn is_there<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    serde::de::IgnoredAny::deserialize(deserializer).map(|_| true)
}

impl From<&VerifyingKey> for Jwk {
    fn from(key: &VerifyingKey) -> Self {
        let (kty, crv, x, y) = match key.algorithm() {
            Algorithm::EdDsa => ("OKP", "Ed25519", Some(key.public_bytes()), None),
            // An uncompressed point: one byte of form, then x and y of 32 bytes each.
            Algorithm::Es256 => {
                let public = key.public_bytes();
                ("EC", "P-256", public.get(1..33), public.get(33..65))
            }
        };
        Self {
            kty: kty.into(),
            crv: Some(crv.into()),
            x: x.map(encode),
            y: y.map(encode),
            usage: Some("sig".into()),
            key_ops: None,
            tidegate_use: match key.purpose() {
                Purpose::Secrets => None,
                Purpose::Bundles => Some(FOR_BUNDLES.into()),
            },
            alg: Some(key.algorithm().name().into()),
            kid: Some(key.kid().into()),
            private: false,
        }
    }
}

impl TryFrom<&Jwk> for VerifyingKey {
    type Error = KeyError;

    fn try_from(jwk: &Jwk) -> Result<Self, KeyError> {
        let Jwk {
            kty,
            crv,
            x,
            y,
            usage,
            key_ops,
            tidegate_use,
            alg,
            kid,
            private,
        } = jwk;
        let kid = kid.as_deref().unwrap_or_default();
        if *private {
            return Err(KeyError::Private);
        }
        let algorithm = match (kty.as_str(), crv.as_deref(), alg.as_deref(), y) {
            ("OKP", Some("Ed25519"), Some("EdDSA"), None) => Some(Algorithm::EdDsa),
            ("EC", Some("P-256"), Some("ES256"), Some(_)) => Some(Algorithm::Es256),
            _ => None,
        };
        let for_signatures = usage.as_ref().is_none_or(|usage| usage == "sig")
            && key_ops
                .as_ref()
                .is_none_or(|ops| ops.iter().all(|op| op == "verify"));
        let purpose = match tidegate_use.as_deref() {
            None => Some(Purpose::Secrets),
            Some(FOR_BUNDLES) => Some(Purpose::Bundles),
            Some(_) => None,
        };
        let known = algorithm.filter(|_| for_signatures).zip(purpose);
        let Some((algorithm, purpose)) = known else {
            return Err(KeyError::Unsupported {
                kid: kid.chars().take(MAX_KID_BYTES).collect(),
            });
        };
        let x = coordinate(x.as_deref())?;
        let public = match algorithm {
            Algorithm::EdDsa => x.to_vec(),
            Algorithm::Es256 => {
                let y = coordinate(y.as_deref())?;
                [&[4], x.as_slice(), y.as_slice()].concat()
            }
        };
        Ok(Self::from_public(kid, algorithm, &public)?.for_purpose(purpose))
    }
}

/// The 32 bytes of a coordinate, with its leading zeros (RFC 7518 §6.2.1.2).
fn coordinate(text: Option<&str>) -> Result<[u8; 32], KeyError> {
    let bytes = text.and_then(base64url::decode);
    bytes
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or(KeyError::PublicKey)
}

#[cfg(test)]
mod tests;
