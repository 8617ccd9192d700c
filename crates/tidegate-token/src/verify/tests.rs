//! What passes, and every way that is known to try otherwise.

mod claims; // what a secret says
mod keys; // whose signature it is
mod texts; // how it is written
mod vectors; // for whoever verifies in another language

use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::crypto;
use crate::keys::{Algorithm, KeyError, VerifyingKey};
use crate::signing::SigningKey;
use crate::{Budget, MAX_BUDGETS, MAX_NARROW, MAX_NUMBER, MAX_PARENTS, Narrow, SECRET_PREFIX};
use tidegate_policy::base64url::encode;

const NOW_S: u64 = 1_700_000_000;
const EXPECT: Expectation<'static> = Expectation {
    issuer: "https://tidegate.example",
    audience: "gateway",
    now_s: NOW_S,
};

fn claims() -> Claims {
    Claims {
        iss: EXPECT.issuer.into(),
        aud: vec!["gateway".into(), "control".into()],
        sub: "user:anne".into(),
        uid: Uuid::from_u128(1),
        jti: Uuid::from_u128(2),
        iat: NOW_S - 100,
        nbf: Some(NOW_S - 50),
        exp: Some(NOW_S + 50),
        kind: "full".into(),
        narrow: Some(Narrow {
            actions: Some(vec!["read".into()]),
            ..Narrow::default()
        }),
    }
}

/// An Ed25519 key `ed`, a P-256 key `ec`, and the set of both.
struct Keys {
    ed: SigningKey,
    ec: SigningKey,
    set: KeySet,
}

impl Keys {
    fn new() -> Self {
        let ed = SigningKey::generate("ed", Algorithm::EdDsa).unwrap();
        let ec = SigningKey::generate("ec", Algorithm::Es256).unwrap();
        let mut set = KeySet::default();
        set.insert(ed.verifying_key());
        set.insert(ec.verifying_key());
        Self { ed, ec, set }
    }

    fn verify(&self, text: &str) -> Result<Verified, TokenError> {
        UnverifiedToken::new(text).verify(&self.set, &EXPECT)
    }

    /// A token whose header and payload are these very texts, truly signed by the Ed25519 key.
    fn signed(&self, header: &str, payload: &str) -> String {
        let message = format!(
            "{}.{}",
            encode(header.as_bytes()),
            encode(payload.as_bytes())
        );
        let key = jsonwebtoken::EncodingKey::from_ed_der(self.ed.to_pkcs8());
        let signature = crypto::sign(Algorithm::EdDsa, &key, message.as_bytes());
        format!(
            "{message}.{}",
            encode(&signature.unwrap_or_else(|_| panic!("signs")))
        )
    }
}

const HEADER: &str = r#"{"typ":"tidegate+jwt","alg":"EdDSA","kid":"ed"}"#;

fn payload() -> String {
    serde_json::to_string(&claims()).unwrap()
}

#[track_caller]
fn check(what: &str, result: Result<Verified, TokenError>, expected: Result<(), TokenError>) {
    assert_eq!(result.map(|_| ()), expected, "{what}");
}

#[test]
fn every_cause_has_a_word_of_its_own() {
    use TokenError as E;
    let all = [
        E::TooLong,
        E::Malformed,
        E::Header,
        E::Type,
        E::UnknownKey,
        E::Algorithm,
        E::Signature,
        E::Claims,
        E::Issuer,
        E::Audience,
        E::Expired,
        E::NotYetValid,
        E::IssuedAhead,
    ];
    let words: std::collections::BTreeSet<_> = all.iter().map(|error| error.kind()).collect();
    assert_eq!(words.len(), all.len());
}
