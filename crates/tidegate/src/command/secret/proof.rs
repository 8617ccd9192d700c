//! What a text proves by its signature, whoever it was issued to and whatever has become of it since.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tidegate_client::Client;
use tidegate_token::{Claims, Expectation, KeySet, TokenError, UnverifiedToken};

use crate::exit::Failure;

/// What became of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// Signed by a key of the set.
    Genuine {
        /// What was signed.
        claims: Box<Claims>,
        /// Whether it can be used now.
        time: Time,
    },
    /// It names a key of the set, which did not sign it.
    Forged,
    /// It names a key that is not in the set: of another server, or long retired.
    UnknownKey,
    /// Not of the form of a secret.
    Malformed,
}

/// A moment beside the times of a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Time {
    /// Within them.
    Holds,
    /// After `exp`.
    Expired,
    /// Before `nbf` or `iat`.
    NotYet,
}

impl Proof {
    /// Of a text at a moment, in seconds since the epoch, UTC. The work is bounded by one signature.
    pub(crate) fn of(text: &str, keys: &KeySet, now_s: u64) -> Self {
        // INVARIANT: nothing of these claims leaves this function before the signature over the bytes that
        // they were read from has held. Until then they only say what `verify` should expect, so that it
        // refuses for the signature and for nothing else.
        let Some(claims) = unproven_claims(text) else {
            return Self::refused(text, keys, now_s);
        };
        let Some(audience) = claims.aud.first() else {
            return Self::refused(text, keys, now_s);
        };
        let expectation = Expectation {
            issuer: &claims.iss,
            audience,
            now_s: claims.nbf.unwrap_or(0).max(claims.iat),
        };
        let time = match UnverifiedToken::new(text).verify(keys, &expectation) {
            Ok(verified) => match verified.check_time(now_s) {
                Ok(()) => Time::Holds,
                Err(TokenError::Expired) => Time::Expired,
                Err(_) => Time::NotYet,
            },
            // It ended before it began. Times are looked at after the signature.
            Err(TokenError::Expired) => Time::Expired,
            Err(error) => return Self::from(error),
        };
        Self::Genuine {
            claims: Box::new(claims),
            time,
        }
    }

    /// Of a text whose claims cannot be read: nothing makes it genuine.
    fn refused(text: &str, keys: &KeySet, now_s: u64) -> Self {
        let nobody = Expectation {
            issuer: "",
            audience: "",
            now_s,
        };
        match UnverifiedToken::new(text).verify(keys, &nobody) {
            Ok(_) => Self::Malformed,
            Err(error) => Self::from(error),
        }
    }
}

impl From<TokenError> for Proof {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::Signature | TokenError::Algorithm => Self::Forged,
            TokenError::UnknownKey => Self::UnknownKey,
            TokenError::TooLong
            | TokenError::Malformed
            | TokenError::Header
            | TokenError::Type
            | TokenError::Claims
            | TokenError::Issuer
            | TokenError::Audience
            | TokenError::Expired
            | TokenError::NotYetValid
            | TokenError::IssuedAhead => Self::Malformed,
        }
    }
}

fn unproven_claims(text: &str) -> Option<Claims> {
    let payload = text.split('.').nth(1)?;
    Claims::from_json(&URL_SAFE_NO_PAD.decode(payload).ok()?)
}

/// The keys that the server publishes.
pub(crate) async fn keys(client: &Client) -> Result<KeySet, Failure> {
    let set = client.keys().await?;
    KeySet::from_jwks(&set).map_err(|error| Failure::Content {
        path: "/.well-known/jwks.json".to_owned(),
        reason: error.to_string(),
    })
}

/// Seconds since the epoch, UTC; 0 for a clock that is before it.
pub(crate) fn now_s() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}

#[cfg(test)]
pub(crate) mod tests {
    use tidegate_token::{Algorithm, SigningKey};

    use super::*;

    pub(crate) const NOW_S: u64 = 1_000_000;

    pub(crate) fn key(kid: &str) -> SigningKey {
        SigningKey::generate(kid, Algorithm::EdDsa).unwrap()
    }

    pub(crate) fn key_set(key: &SigningKey) -> KeySet {
        let mut keys = KeySet::default();
        keys.insert(key.verifying_key());
        keys
    }

    pub(crate) fn secret(key: &SigningKey, nbf: Option<u64>, exp: Option<u64>) -> String {
        let claims = Claims {
            iss: "https://tidegate.test".to_owned(),
            aud: vec!["gateway".to_owned()],
            sub: "service:acme/sales/bot".to_owned(),
            uid: "0193a1c0-0000-7000-8000-000000000001".parse().unwrap(),
            jti: "0193a1c0-0000-7000-8000-000000000002".parse().unwrap(),
            iat: NOW_S - 100,
            nbf,
            exp,
            kind: "service".to_owned(),
            narrow: None,
        };
        key.mint(&claims).unwrap().expose().to_owned()
    }

    #[test]
    fn only_what_a_key_signed_is_genuine() {
        let own = key("k");
        let keys = key_set(&own);
        for (nbf, exp, expected) in [
            (None, None, Time::Holds),
            (None, Some(NOW_S + 1), Time::Holds),
            (None, Some(NOW_S), Time::Expired),
            (None, Some(NOW_S - 1_000), Time::Expired),
            (Some(NOW_S + 1), None, Time::NotYet),
        ] {
            match Proof::of(&secret(&own, nbf, exp), &keys, NOW_S) {
                Proof::Genuine { claims, time } => {
                    assert_eq!(time, expected, "{nbf:?} {exp:?}");
                    assert_eq!(claims.sub, "service:acme/sales/bot");
                }
                other => panic!("{nbf:?} {exp:?}: {other:?}"),
            }
        }
        let good = secret(&own, None, None);
        let of = |text: &str| Proof::of(text, &keys, NOW_S);
        // Another key under the same name, another name, one claim changed, and no secret at all.
        assert_eq!(of(&secret(&key("k"), None, None)), Proof::Forged);
        assert_eq!(of(&secret(&key("other"), None, None)), Proof::UnknownKey);
        let (head, rest) = good.split_once('.').unwrap();
        let (_, signature) = rest.split_once('.').unwrap();
        let claims = URL_SAFE_NO_PAD.encode(
            r#"{"iss":"i","aud":["a"],"sub":"user:root","uid":"0193a1c0-0000-7000-8000-000000000001",
            "jti":"0193a1c0-0000-7000-8000-000000000002","iat":1,"kind":"full"}"#,
        );
        assert_eq!(of(&format!("{head}.{claims}.{signature}")), Proof::Forged);
        assert_eq!(of(&format!("{head}.e30.{signature}")), Proof::Forged);
        for text in ["", "a.b.c", &format!("{head}.e30"), head] {
            assert_eq!(of(text), Proof::Malformed, "{text}");
        }
    }
}
