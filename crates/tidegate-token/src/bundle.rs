//! Heads of bundles: signing and verifying.
//!
//! A head is the compact form of a JWS (RFC 7515 §7.1) with the claims of a JWT (RFC 7519) and three of
//! our own. It passes [`KeySet`] as a [`Verifier`] when all of this holds:
//!
//! 1. it has at most [`MAX_HEAD_BYTES`] bytes and is three
//!    segments of strict base64url, unpadded;
//! 2. its header has exactly `typ` (`tidegate-bundle+jwt`), `alg` and `kid`;
//! 3. `kid` names a key for bundles ([`Purpose::Bundles`]), and `alg` is the algorithm pinned to it;
//! 4. the signature holds;
//! 5. the claims are exactly `iss`, `aud`, `sub`, `scope`, `revision`, `iat`, `exp`, `sha256` and
//!    `length`, for the scopes `slice` and `change` the `uid` of the subject, and for `change` the earlier
//!    revision that it starts at as `from`, none twice, within their limits.
//!
//! Whom it is for, and whether it is late, is for [`UnverifiedBundle::verify`] to say: the one way to use
//! a head. `sub` and `aud` are one text each: a bundle is for one reader.
//!
//! ```
//! use tidegate_policy::bundle::{Expectation, Head, Scope, UnverifiedBundle};
//! use tidegate_policy::{BundleError, Model, Profile, Snapshot};
//! use tidegate_token::{Algorithm, KeySet, Purpose, SigningKey, bundle};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let key = SigningKey::generate("bundles-1", Algorithm::EdDsa)?.for_purpose(Purpose::Bundles);
//! let mut keys = KeySet::default();
//! keys.insert(key.verifying_key());
//!
//! let model = Model::parse("model\n  schema 1.1\ntype user\n")?;
//! let snapshot = Snapshot::new(model, Profile::default());
//! let payload = snapshot.to_bundle_payload()?;
//! let mut bytes = key.sign_bundle(&Head {
//!     issuer: "https://tidegate.example".into(),
//!     audience: "gateway".into(),
//!     subject: "node:eu-1".parse()?,
//!     scope: Scope::Whole,
//!     revision: snapshot.revision(),
//!     issued_at_s: 1_700_000_000,
//!     expires_at_s: 1_700_000_300,
//!     payload: bundle::digest(&payload),
//! })?.into_bytes();
//! bytes.push(b'\n');
//! bytes.extend(&payload);
//!
//! // Allowed: the node that it is for.
//! let node = "node:eu-1".parse()?;
//! let expect = Expectation {
//!     issuer: "https://tidegate.example",
//!     audience: "gateway",
//!     subject: &node,
//!     uid: None,
//!     now_s: 1_700_000_010,
//!     held_revision: None,
//! };
//! let loaded = UnverifiedBundle::parse(&bytes)?.verify(&keys, &expect)?.snapshot()?;
//! assert_eq!(loaded.revision(), snapshot.revision());
//!
//! // Denied: another node.
//! let other = "node:us-1".parse()?;
//! let refused = UnverifiedBundle::parse(&bytes)?
//!     .verify(&keys, &Expectation { subject: &other, ..expect });
//! assert_eq!(refused.map(|_| ()), Err(BundleError::Subject));
//! # Ok(())
//! # }
//! ```
//!
//! [`UnverifiedBundle::verify`]: tidegate_policy::bundle::UnverifiedBundle::verify

#[cfg(test)]
mod tests;

#[cfg(not(target_family = "wasm"))]
use serde::Serialize;
use tidegate_policy::Object;
use tidegate_policy::bundle::{Digest, Head, HeadError, MAX_HEAD_BYTES, Scope, Verifier};
use uuid::Uuid;

use crate::claims::{MAX_NAME_BYTES, MAX_WORD_BYTES};
use crate::compact::{self, MAX_TOKEN_BYTES};
use crate::crypto;
use crate::jwks::KeySet;
#[cfg(not(target_family = "wasm"))]
use crate::keys::KeyError;
use crate::keys::{Purpose, VerifyingKey};
use crate::read::{Fields, Unread, number, text, uuid};
#[cfg(not(target_family = "wasm"))]
use crate::signing::SigningKey;
use crate::verify::TokenError;
use tidegate_policy::base64url;

// What is signed fits into the line that readers look for.
const _: () = assert!(MAX_TOKEN_BYTES <= MAX_HEAD_BYTES);

/// Size and SHA-256 of a payload, for its head.
pub fn digest(payload: &[u8]) -> Digest {
    Digest {
        sha256: crypto::sha256(payload),
        // No target has sizes above 64 bits.
        length_bytes: payload.len() as u64,
    }
}

#[cfg(not(target_family = "wasm"))]
impl SigningKey {
    /// Signs the head of a bundle: one line, without its newline. A newline and the payload follow it
    /// on the wire.
    ///
    /// # Errors
    /// [`KeyError::Purpose`] when the key is not for bundles; [`KeyError::Claims`] when no verifier would
    /// accept it: an issuer or audience over its limit (512 and 128 bytes) or empty, an expiry that is
    /// not after its issue, or a change that does not lead to a later revision; [`KeyError::Signing`] when the signature cannot be made.
    pub fn sign_bundle(&self, head: &Head) -> Result<String, KeyError> {
        let claims = Claims::of(head).ok_or(KeyError::Claims)?;
        self.sign(Purpose::Bundles, &claims)
    }
}

/// The key that the signature of a head is to be verified with, by size, form, `typ`, `kid` and `alg`: for who has
/// to verify elsewhere.
///
/// # Errors
/// See [`HeadError`].
pub fn key<'k>(line: &str, keys: &'k KeySet) -> Result<&'k VerifyingKey, HeadError> {
    let found = compact::with_key(line, Purpose::Bundles, keys);
    found.map(|(_, key)| key).map_err(of_head)
}

fn of_head(error: TokenError) -> HeadError {
    match error {
        TokenError::TooLong | TokenError::Malformed => HeadError::Malformed,
        TokenError::Header => HeadError::Header,
        TokenError::Type => HeadError::Type,
        TokenError::UnknownKey => HeadError::UnknownKey,
        TokenError::Algorithm => HeadError::Algorithm,
        TokenError::Signature => HeadError::Signature,
        TokenError::Claims
        | TokenError::Issuer
        | TokenError::Audience
        | TokenError::Expired
        | TokenError::NotYetValid
        | TokenError::IssuedAhead => HeadError::Claims,
    }
}

impl Verifier for KeySet {
    fn head(&self, line: &str) -> Result<Head, HeadError> {
        let claims = compact::open(line, Purpose::Bundles, self).map_err(of_head)?;
        Claims::read(&claims)
            .ok()
            .and_then(Claims::into_head)
            .ok_or(HeadError::Claims)
    }

    fn digest(&self, payload: &[u8]) -> Digest {
        digest(payload)
    }
}

/// A head as JSON.
#[cfg_attr(not(target_family = "wasm"), derive(Serialize))]
struct Claims {
    iss: String,
    aud: String,
    sub: Object,
    scope: ScopeName,
    /// Of the subject; of a slice and a change of it.
    #[cfg_attr(
        not(target_family = "wasm"),
        serde(skip_serializing_if = "Option::is_none")
    )]
    uid: Option<Uuid>,
    /// Of a change alone.
    #[cfg_attr(
        not(target_family = "wasm"),
        serde(skip_serializing_if = "Option::is_none")
    )]
    from: Option<u64>,
    revision: u64,
    /// Seconds since the epoch, UTC.
    iat: u64,
    /// Seconds since the epoch, UTC.
    exp: u64,
    /// In base64url without padding.
    sha256: String,
    /// Bytes.
    length: u64,
}

#[cfg_attr(
    not(target_family = "wasm"),
    derive(Serialize),
    serde(rename_all = "snake_case")
)]
enum ScopeName {
    Whole,
    Slice,
    Change,
}

impl Claims {
    /// None when no verifier would accept it.
    #[cfg(not(target_family = "wasm"))]
    fn of(head: &Head) -> Option<Self> {
        let Head {
            issuer,
            audience,
            subject,
            scope,
            revision,
            issued_at_s,
            expires_at_s,
            payload,
        } = head;
        let (scope, uid, from) = match *scope {
            Scope::Whole => (ScopeName::Whole, None, None),
            Scope::Slice { uid } => (ScopeName::Slice, Some(uid), None),
            Scope::Change { uid, from } => (ScopeName::Change, Some(uid), Some(from)),
        };
        let claims = Self {
            iss: issuer.clone(),
            aud: audience.clone(),
            sub: subject.clone(),
            scope,
            uid,
            from,
            revision: *revision,
            iat: *issued_at_s,
            exp: *expires_at_s,
            sha256: base64url::encode(&payload.sha256),
            length: payload.length_bytes,
        };
        claims.within_limits().then_some(claims)
    }

    fn read(json: &[u8]) -> Result<Self, Unread> {
        let mut fields = Fields::parse(json)?;
        let claims = Self {
            iss: fields.of_name("iss", text)?,
            aud: fields.of_name("aud", text)?,
            sub: fields.of_name("sub", text)?.parse().map_err(|_| Unread)?,
            scope: match &*fields.of_name("scope", text)? {
                "whole" => ScopeName::Whole,
                "slice" => ScopeName::Slice,
                "change" => ScopeName::Change,
                _ => return Err(Unread),
            },
            uid: fields.if_there("uid", uuid)?,
            from: fields.if_there("from", number)?,
            revision: fields.of_name("revision", number)?,
            iat: fields.of_name("iat", number)?,
            exp: fields.of_name("exp", number)?,
            sha256: fields.of_name("sha256", text)?,
            length: fields.of_name("length", number)?,
        };
        fields.end()?;
        Ok(claims)
    }

    fn into_head(self) -> Option<Head> {
        if !self.within_limits() {
            return None;
        }
        let Self {
            iss,
            aud,
            sub,
            scope,
            uid,
            from,
            revision,
            iat,
            exp,
            sha256,
            length,
        } = self;
        Some(Head {
            issuer: iss,
            audience: aud,
            subject: sub,
            scope: match (scope, uid, from) {
                (ScopeName::Whole, None, None) => Scope::Whole,
                (ScopeName::Slice, Some(uid), None) => Scope::Slice { uid },
                (ScopeName::Change, Some(uid), Some(from)) => Scope::Change { uid, from },
                (ScopeName::Whole | ScopeName::Slice | ScopeName::Change, ..) => return None,
            },
            revision,
            issued_at_s: iat,
            expires_at_s: exp,
            payload: Digest {
                sha256: base64url::decode(&sha256)?.try_into().ok()?,
                length_bytes: length,
            },
        })
    }

    fn within_limits(&self) -> bool {
        let sized = |text: &str, most: usize| !text.is_empty() && text.len() <= most;
        sized(&self.iss, MAX_NAME_BYTES)
            && sized(&self.aud, MAX_WORD_BYTES)
            && self.iat < self.exp
            && self.from.is_none_or(|from| from < self.revision)
    }
}
