//! What passes, and every way that is known to try otherwise.

use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::compact::encode;
use crate::crypto;
use crate::keys::{Algorithm, KeyError, SigningKey, VerifyingKey};
use crate::{Budget, MAX_BUDGETS, MAX_NARROW, MAX_PARENTS, Narrow, SECRET_PREFIX};

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
fn what_was_minted_passes_with_every_claim() {
    let keys = Keys::new();
    let least = Claims {
        nbf: None,
        exp: None,
        narrow: None,
        ..claims()
    };
    for key in [&keys.ed, &keys.ec] {
        for claims in [&claims(), &least] {
            let secret = key.mint(claims).unwrap();
            assert_eq!(keys.verify(secret.expose()).unwrap().claims(), claims);
            assert!(
                secret.expose().starts_with(SECRET_PREFIX),
                "{}",
                secret.expose()
            );
            assert_eq!(format!("{secret:?}"), "Secret(…)");
        }
    }
    check(
        "what the other tests sign",
        keys.verify(&keys.signed(HEADER, &payload())),
        Ok(()),
    );
}

/// The order of the header's members is what makes all secrets start alike.
#[test]
fn the_header_is_written_in_its_order() {
    let keys = Keys::new();
    for (key, header) in [
        (&keys.ed, HEADER),
        (
            &keys.ec,
            r#"{"typ":"tidegate+jwt","alg":"ES256","kid":"ec"}"#,
        ),
    ] {
        let secret = key.mint(&claims()).unwrap();
        assert_eq!(
            secret.expose().split('.').next(),
            Some(encode(header.as_bytes()).as_str())
        );
    }
}

#[test]
fn headers() {
    let keys = Keys::new();
    #[rustfmt::skip]
    let cases: &[(&str, TokenError)] = &[
        // alg: none, swapped, in other letters
        (r#"{"typ":"tidegate+jwt","alg":"none","kid":"ed"}"#, TokenError::Algorithm),
        (r#"{"typ":"tidegate+jwt","alg":"None","kid":"ed"}"#, TokenError::Algorithm),
        (r#"{"typ":"tidegate+jwt","alg":"","kid":"ed"}"#, TokenError::Algorithm),
        (r#"{"typ":"tidegate+jwt","alg":"HS256","kid":"ed"}"#, TokenError::Algorithm),
        (r#"{"typ":"tidegate+jwt","alg":"ES256","kid":"ed"}"#, TokenError::Algorithm),
        (r#"{"typ":"tidegate+jwt","alg":"Ed25519","kid":"ed"}"#, TokenError::Algorithm),
        (r#"{"typ":"tidegate+jwt","alg":"eddsa","kid":"ed"}"#, TokenError::Algorithm),
        (r#"{"typ":"tidegate+jwt","alg":"EdDSA","kid":"ec"}"#, TokenError::Algorithm),
        // kid: unknown, missing, of another type, a path, look-alikes
        (r#"{"typ":"tidegate+jwt","alg":"EdDSA","kid":"other"}"#, TokenError::UnknownKey),
        (r#"{"typ":"tidegate+jwt","alg":"EdDSA","kid":""}"#, TokenError::UnknownKey),
        (r#"{"typ":"tidegate+jwt","alg":"EdDSA","kid":"../ed"}"#, TokenError::UnknownKey),
        (r#"{"typ":"tidegate+jwt","alg":"EdDSA","kid":"ed "}"#, TokenError::UnknownKey),
        (r#"{"typ":"tidegate+jwt","alg":"EdDSA","kid":"ｅd"}"#, TokenError::UnknownKey),
        (r#"{"typ":"tidegate+jwt","alg":"EdDSA","kid":"ed\u0000"}"#, TokenError::UnknownKey),
        (r#"{"typ":"tidegate+jwt","alg":"EdDSA"}"#, TokenError::Header),
        (r#"{"typ":"tidegate+jwt","alg":"EdDSA","kid":null}"#, TokenError::Header),
        (r#"{"typ":"tidegate+jwt","alg":"EdDSA","kid":["ed"]}"#, TokenError::Header),
        // typ: RFC 8725 §3.11
        (r#"{"typ":"JWT","alg":"EdDSA","kid":"ed"}"#, TokenError::Type),
        (r#"{"typ":"tidegate-bundle+jwt","alg":"EdDSA","kid":"ed"}"#, TokenError::Type),
        (r#"{"typ":"TIDEGATE+JWT","alg":"EdDSA","kid":"ed"}"#, TokenError::Type),
        (r#"{"typ":"application/tidegate+jwt","alg":"EdDSA","kid":"ed"}"#, TokenError::Type),
        (r#"{"alg":"EdDSA","kid":"ed"}"#, TokenError::Header),
        // twice, and more than three
        (r#"{"typ":"tidegate+jwt","alg":"none","alg":"EdDSA","kid":"ed"}"#, TokenError::Header),
        (r#"{"typ":"tidegate+jwt","alg":"EdDSA","kid":"ed","kid":"ed"}"#, TokenError::Header),
        (r#"{"typ":"tidegate+jwt","alg":"EdDSA","kid":"ed","k\u0069d":"ec"}"#, TokenError::Header),
        (r#"{"typ":"tidegate+jwt","alg":"EdDSA","kid":"ed","crit":[]}"#, TokenError::Header),
        (r#"{"typ":"tidegate+jwt","alg":"EdDSA","kid":"ed","b64":false,"crit":["b64"]}"#, TokenError::Header),
        (r#"{"typ":"tidegate+jwt","alg":"EdDSA","kid":"ed","jwk":{"kty":"OKP"}}"#, TokenError::Header),
        (r#"{"typ":"tidegate+jwt","alg":"EdDSA","kid":"ed","jku":"https://evil.example"}"#, TokenError::Header),
        (r#"{"typ":"tidegate+jwt","alg":"EdDSA","kid":"ed","x5u":"https://evil.example"}"#, TokenError::Header),
        (r#"{"typ":"tidegate+jwt","alg":"EdDSA","kid":"ed","x5c":[]}"#, TokenError::Header),
        (r#"{"typ":"tidegate+jwt","alg":"EdDSA","kid":"ed","zip":"DEF"}"#, TokenError::Header),
        (r#"{"typ":"tidegate+jwt","alg":"EdDSA","kid":"ed","cty":"JWT"}"#, TokenError::Header),
        // no object
        (r#"["tidegate+jwt","EdDSA","ed"]"#, TokenError::Header),
        (r#""tidegate+jwt""#, TokenError::Header),
        ("null", TokenError::Header),
        ("", TokenError::Header),
        ("{", TokenError::Header),
        (r#"{"typ":"tidegate+jwt","alg":"EdDSA","kid":"ed"}{}"#, TokenError::Header),
        ("\u{feff}{\"typ\":\"tidegate+jwt\",\"alg\":\"EdDSA\",\"kid\":\"ed\"}", TokenError::Header),
    ];
    for (header, error) in cases {
        check(
            header,
            keys.verify(&keys.signed(header, &payload())),
            Err(*error),
        );
    }
}

#[test]
fn claims_are_read_strictly() {
    let keys = Keys::new();
    let with = |name: &str, value: Value| {
        let mut payload = serde_json::to_value(claims()).unwrap();
        payload[name] = value;
        payload.to_string()
    };
    let without = |name: &str| {
        let mut payload = serde_json::to_value(claims()).unwrap();
        payload.as_object_mut().unwrap().remove(name);
        payload.to_string()
    };
    let doubled = payload().replacen('{', r#"{"sub":"user:root","#, 1);
    let fields = serde_json::to_value(claims()).unwrap();
    let as_array = Value::from_iter(fields.as_object().unwrap().values().cloned()).to_string();
    #[rustfmt::skip]
    let cases: Vec<(&str, String, Result<(), TokenError>)> = vec![
        ("as it is", payload(), Ok(())),
        ("unknown", with("admin", json!(true)), Err(TokenError::Claims)),
        ("twice", doubled, Err(TokenError::Claims)),
        ("an array of values", as_array, Err(TokenError::Claims)),
        ("aud is a string", with("aud", json!("gateway")), Err(TokenError::Claims)),
        ("aud is empty", with("aud", json!([])), Err(TokenError::Claims)),
        ("aud has an empty one", with("aud", json!(["gateway", ""])), Err(TokenError::Claims)),
        ("eight audiences", with("aud", json!(["gateway", "1", "2", "3", "4", "5", "6", "7"])), Ok(())),
        ("nine audiences", with("aud", json!(["gateway", "1", "2", "3", "4", "5", "6", "7", "8"])), Err(TokenError::Claims)),
        ("exp is null", with("exp", Value::Null), Err(TokenError::Claims)),
        ("exp is text", with("exp", json!("9999999999")), Err(TokenError::Claims)),
        ("exp is negative", with("exp", json!(-1)), Err(TokenError::Claims)),
        ("exp is a fraction", with("exp", json!(1.5e9)), Err(TokenError::Claims)),
        ("narrow is null", with("narrow", Value::Null), Err(TokenError::Claims)),
        ("narrow is an array", with("narrow", json!([["read"], [], 1])), Err(TokenError::Claims)),
        ("narrow has more", with("narrow", json!({"admin": true})), Err(TokenError::Claims)),
        ("narrow to null", with("narrow", json!({"actions": null})), Err(TokenError::Claims)),
        ("narrow to nothing", with("narrow", json!({"actions": []})), Ok(())),
        ("uid is no uid", with("uid", json!("anne")), Err(TokenError::Claims)),
        ("sub is empty", with("sub", json!("")), Err(TokenError::Claims)),
        ("sub of 512", with("sub", json!("é".repeat(256))), Ok(())),
        ("sub of 513", with("sub", json!("s".repeat(513))), Err(TokenError::Claims)),
        ("kind is empty", with("kind", json!("")), Err(TokenError::Claims)),
        ("no sub", without("sub"), Err(TokenError::Claims)),
        ("no iss", without("iss"), Err(TokenError::Claims)),
        ("no aud", without("aud"), Err(TokenError::Claims)),
        ("no iat", without("iat"), Err(TokenError::Claims)),
        ("no jti", without("jti"), Err(TokenError::Claims)),
        ("no uid", without("uid"), Err(TokenError::Claims)),
        ("no kind", without("kind"), Err(TokenError::Claims)),
        ("no exp", without("exp"), Ok(())),
        ("nested deeply", format!("{}1{}", "[".repeat(1_000), "]".repeat(1_000)), Err(TokenError::Claims)),
        ("more after it", format!("{} {{}}", payload()), Err(TokenError::Claims)),
        ("empty", String::new(), Err(TokenError::Claims)),
        ("a lone surrogate", with("sub", json!("x")).replace("\"x\"", r#""\ud800""#), Err(TokenError::Claims)),
        ("another issuer", with("iss", json!("https://evil.example")), Err(TokenError::Issuer)),
        ("an issuer with more", with("iss", json!("https://tidegate.example/")), Err(TokenError::Issuer)),
        ("another audience", with("aud", json!(["control"])), Err(TokenError::Audience)),
        ("a longer audience", with("aud", json!(["gateway2", "Gateway"])), Err(TokenError::Audience)),
    ];
    for (what, payload, expected) in cases {
        check(what, keys.verify(&keys.signed(HEADER, &payload)), expected);
    }
    // JSON is UTF-8.
    let mut broken = payload().into_bytes();
    let at = broken
        .windows(4)
        .position(|bytes| bytes == b"anne")
        .unwrap();
    broken[at] = 0xff;
    let header = encode(HEADER.as_bytes());
    let message = format!("{header}.{}", encode(&broken));
    let key = jsonwebtoken::EncodingKey::from_ed_der(keys.ed.to_pkcs8());
    let Ok(signature) = crypto::sign(Algorithm::EdDsa, &key, message.as_bytes()) else {
        panic!()
    };
    let text = format!("{message}.{}", encode(&signature));
    check("not UTF-8", keys.verify(&text), Err(TokenError::Claims));
}

#[test]
fn times() {
    let keys = Keys::new();
    #[rustfmt::skip]
    let cases = [
        // iat, nbf, exp at NOW_S
        (NOW_S, None, None, Ok(())),
        (NOW_S, Some(NOW_S), Some(NOW_S + 1), Ok(())),
        (NOW_S, None, Some(NOW_S), Err(TokenError::Expired)),
        (NOW_S, None, Some(0), Err(TokenError::Expired)),
        (NOW_S, Some(NOW_S + 1), None, Err(TokenError::NotYetValid)),
        (NOW_S, Some(u64::MAX), Some(u64::MAX), Err(TokenError::NotYetValid)),
        (NOW_S + MAX_CLOCK_SKEW_S, None, None, Ok(())),
        (NOW_S + MAX_CLOCK_SKEW_S + 1, None, None, Err(TokenError::IssuedAhead)),
        (u64::MAX, None, None, Err(TokenError::IssuedAhead)),
        (0, Some(0), Some(u64::MAX), Ok(())),
    ];
    for (iat, nbf, exp, expected) in cases {
        let secret = keys
            .ed
            .mint(&Claims {
                iat,
                nbf,
                exp,
                ..claims()
            })
            .unwrap();
        let what = format!("{iat} {nbf:?} {exp:?}");
        check(&what, keys.verify(secret.expose()), expected);
    }
}

#[test]
fn a_result_that_was_kept_expires() {
    let keys = Keys::new();
    let verified = keys
        .verify(keys.ed.mint(&claims()).unwrap().expose())
        .unwrap();
    assert_eq!(verified.check_time(NOW_S + 49), Ok(()));
    assert_eq!(verified.check_time(NOW_S + 50), Err(TokenError::Expired));
    assert_eq!(
        verified.check_time(NOW_S - 51),
        Err(TokenError::NotYetValid)
    );
}

#[test]
fn texts() {
    let keys = Keys::new();
    let secret = keys.ed.mint(&claims()).unwrap();
    let good = secret.expose();
    let [header, payload, signature] = good.split('.').collect::<Vec<_>>()[..] else {
        panic!()
    };
    let swapped = keys
        .ed
        .mint(&Claims {
            sub: "user:root".into(),
            ..claims()
        })
        .unwrap();
    let other_payload = swapped.expose().split('.').nth(1).unwrap().to_owned();
    #[rustfmt::skip]
    let cases: Vec<(&str, String, Result<(), TokenError>)> = vec![
        ("as it is", good.into(), Ok(())),
        ("empty", String::new(), Err(TokenError::Malformed)),
        ("dots", "..".into(), Err(TokenError::Header)),
        ("one segment", header.into(), Err(TokenError::Malformed)),
        ("two segments", format!("{header}.{payload}"), Err(TokenError::Malformed)),
        ("no signature", format!("{header}.{payload}."), Err(TokenError::Signature)),
        ("four segments", format!("{good}."), Err(TokenError::Malformed)),
        ("five segments, as if encrypted", format!("{good}.e30.e30"), Err(TokenError::Malformed)),
        ("JSON serialization", json!({"payload": payload, "protected": header, "signature": signature}).to_string(), Err(TokenError::Malformed)),
        ("signature cut", good[..good.len() - 2].into(), Err(TokenError::Signature)),
        ("signature cut by a character", good[..good.len() - 1].into(), Err(TokenError::Malformed)),
        ("signature longer", format!("{good}AA"), Err(TokenError::Signature)),
        ("signature twice", format!("{good}{signature}"), Err(TokenError::Signature)),
        ("signature of zeros", format!("{header}.{payload}.{}", encode(&[0; 64])), Err(TokenError::Signature)),
        ("padded", format!("{good}=="), Err(TokenError::Malformed)),
        ("padded payload", format!("{header}.{payload}=.{signature}"), Err(TokenError::Malformed)),
        ("space before", format!(" {good}"), Err(TokenError::Malformed)),
        ("line end after", format!("{good}\n"), Err(TokenError::Malformed)),
        ("space inside", format!("{header}. {payload}.{signature}"), Err(TokenError::Malformed)),
        ("NUL", format!("{good}\0"), Err(TokenError::Malformed)),
        ("not ASCII", format!("{header}.{payload}é.{signature}"), Err(TokenError::Malformed)),
        ("a full stop of another script", good.replace('.', "。"), Err(TokenError::Malformed)),
        ("base64 and not base64url", format!("{header}.{payload}.{}", "+/".repeat(43)), Err(TokenError::Malformed)),
        ("bearer left on", format!("Bearer {good}"), Err(TokenError::Malformed)),
        ("another payload", format!("{header}.{other_payload}.{signature}"), Err(TokenError::Signature)),
        ("too long", format!("{header}.{}.{signature}", "A".repeat(4_096)), Err(TokenError::TooLong)),
    ];
    for (what, text, expected) in cases {
        check(what, keys.verify(&text), expected);
    }
}

/// The last character of a segment may hold bits that belong to no byte: only zeros are canonical.
#[test]
fn one_text_for_each_signature() {
    let keys = Keys::new();
    let secret = keys.ed.mint(&claims()).unwrap();
    let (rest, last) = secret.expose().split_at(secret.expose().len() - 1);
    let letters = ('A'..='Z')
        .chain('a'..='z')
        .chain('0'..='9')
        .chain(['-', '_']);
    let accepted: Vec<char> = letters
        .filter(|c| keys.verify(&format!("{rest}{c}")).is_ok())
        .collect();
    assert_eq!(accepted, last.chars().collect::<Vec<_>>());
}

#[test]
fn every_byte_of_a_secret_counts() {
    let keys = Keys::new();
    for key in [&keys.ed, &keys.ec] {
        let good = key.mint(&claims()).unwrap();
        for at in 0..good.expose().len() {
            let mut bytes = good.expose().as_bytes().to_vec();
            bytes[at] = if bytes[at] == b'A' { b'Q' } else { b'A' };
            let text = String::from_utf8(bytes).unwrap();
            assert!(keys.verify(&text).is_err(), "changed at {at}");
        }
    }
}

#[test]
fn keys_are_not_mixed_up() {
    let keys = Keys::new();
    let strangers = Keys::new();
    let mut swapped = KeySet::default();
    for (kid, key) in [("ec", &keys.ed), ("ed", &keys.ec)] {
        let key = key.verifying_key();
        let key = VerifyingKey::from_public(kid, key.algorithm(), key.public_bytes());
        swapped.insert(key.unwrap());
    }
    for key in [&keys.ed, &keys.ec] {
        let secret = key.mint(&claims()).unwrap();
        check(
            "of another set",
            strangers.verify(secret.expose()),
            Err(TokenError::Signature),
        );
        let verified = UnverifiedToken::new(secret.expose()).verify(&swapped, &EXPECT);
        check("under the other's id", verified, Err(TokenError::Algorithm));
        let mut fewer = keys.set.clone();
        assert!(fewer.remove(key.kid()).is_some());
        let verified = UnverifiedToken::new(secret.expose()).verify(&fewer, &EXPECT);
        check("taken out", verified, Err(TokenError::UnknownKey));
    }
    let none = UnverifiedToken::new(keys.ed.mint(&claims()).unwrap().expose())
        .verify(&KeySet::default(), &EXPECT);
    check("no keys", none, Err(TokenError::UnknownKey));
}

/// The classic confusion: the public key, which everyone has, taken for an HMAC key.
#[test]
fn the_public_key_is_no_hmac_key() {
    use aws_lc_rs::hmac;
    let keys = Keys::new();
    for kid in ["ed", "ec"] {
        let public = keys.set.get(kid).unwrap().public_bytes();
        for alg in ["HS256", keys.set.get(kid).unwrap().algorithm().name()] {
            let header = json!({"typ": "tidegate+jwt", "alg": alg, "kid": kid}).to_string();
            let message = format!(
                "{}.{}",
                encode(header.as_bytes()),
                encode(payload().as_bytes())
            );
            let tag = hmac::sign(
                &hmac::Key::new(hmac::HMAC_SHA256, public),
                message.as_bytes(),
            );
            for signature in [tag.as_ref().to_vec(), [tag.as_ref(), tag.as_ref()].concat()] {
                let text = format!("{message}.{}", encode(&signature));
                let expected = if alg == "HS256" {
                    TokenError::Algorithm
                } else {
                    TokenError::Signature
                };
                check(&header, keys.verify(&text), Err(expected));
            }
        }
    }
}

#[test]
fn only_what_would_be_accepted_is_minted() {
    let keys = Keys::new();
    let long = Narrow {
        objects: Some(vec!["o".repeat(3_000)]),
        ..Narrow::default()
    };
    let narrow = |narrow: Narrow| Claims {
        narrow: Some(narrow),
        ..claims()
    };
    let many = vec!["a".to_owned(); MAX_NARROW + 1];
    let (actions, objects) = (Some(many.clone()), Some(many));
    let parents = vec![Uuid::nil(); MAX_PARENTS + 1];
    let budget = Budget {
        jti: Uuid::nil(),
        bytes: 1,
    };
    let budgets = vec![budget; MAX_BUDGETS + 1];
    #[rustfmt::skip]
    let cases = [
        ("as it is", claims(), Ok(())),
        ("many actions", narrow(Narrow { actions, ..Narrow::default() }), Err(KeyError::Claims)),
        ("many objects", narrow(Narrow { objects, ..Narrow::default() }), Err(KeyError::Claims)),
        ("many parents", narrow(Narrow { parents, ..Narrow::default() }), Err(KeyError::Claims)),
        ("many budgets", narrow(Narrow { budgets, ..Narrow::default() }), Err(KeyError::Claims)),
        ("too long", Claims { narrow: Some(long), ..claims() }, Err(KeyError::Claims)),
        ("no audience", Claims { aud: vec![], ..claims() }, Err(KeyError::Claims)),
        ("nine audiences", Claims { aud: vec!["a".into(); 9], ..claims() }, Err(KeyError::Claims)),
        ("long sub", Claims { sub: "s".repeat(513), ..claims() }, Err(KeyError::Claims)),
        ("no kind", Claims { kind: String::new(), ..claims() }, Err(KeyError::Claims)),
    ];
    for (what, claims, expected) in cases {
        assert_eq!(keys.ed.mint(&claims).map(|_| ()), expected, "{what}");
    }
}

#[test]
fn for_any_audience_all_else_is_asked() {
    let keys = Keys::new();
    let verify = |keys: &Keys, issuer: &str, now_s: u64| {
        let elsewhere = Claims {
            aud: vec!["a-third-party".into()],
            ..claims()
        };
        let text = keys.ed.mint(&elsewhere).unwrap();
        UnverifiedToken::new(text.expose())
            .verify_for_any_audience(&keys.set, issuer, now_s)
            .map(|_| ())
    };
    assert_eq!(verify(&keys, EXPECT.issuer, NOW_S), Ok(()));
    assert_eq!(verify(&keys, "other", NOW_S), Err(TokenError::Issuer));
    let late = verify(&keys, EXPECT.issuer, NOW_S + 50);
    assert_eq!(late, Err(TokenError::Expired));
    let early = verify(&keys, EXPECT.issuer, NOW_S - 51);
    assert_eq!(early, Err(TokenError::NotYetValid));
    let mut without = Keys::new();
    without.set = keys.set;
    let unsigned = verify(&without, EXPECT.issuer, NOW_S);
    assert_eq!(unsigned, Err(TokenError::Signature));
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
