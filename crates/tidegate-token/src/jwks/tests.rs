//! Key sets there and back, and what does not get in.

use serde_json::{Value, json};

use super::*;
use crate::signing::SigningKey;

const X: &str = "KSexBRK64-3c_kZ4KBKLrSkDJpkZ9whgacjE32xzKDg";
const Y: &str = "x3h5ZOqsAOWSH7FJimD0YGdms9loUAFVjRqXTnNBUT4";
const ED: &str = "fU0Of2FTpptiQrUiq77mhf2kQg-INLEIw72uNp71Sfo";

fn ed() -> Value {
    json!({"kty": "OKP", "crv": "Ed25519", "x": ED, "use": "sig", "alg": "EdDSA", "kid": "a"})
}

fn ec() -> Value {
    json!({"kty": "EC", "crv": "P-256", "x": X, "y": Y, "use": "sig", "alg": "ES256", "kid": "b"})
}

fn with(mut key: Value, name: &str, value: Value) -> Value {
    key[name] = value;
    key
}

fn without(mut key: Value, name: &str) -> Value {
    key.as_object_mut().unwrap().remove(name);
    key
}

fn read(keys: &[Value]) -> Result<KeySet, KeyError> {
    let set: JwkSet = serde_json::from_value(json!({ "keys": keys })).unwrap();
    KeySet::from_jwks(&set)
}

#[test]
fn there_and_back() {
    let written = json!({ "keys": [ed(), ec()] });
    let set: JwkSet = serde_json::from_value(written.clone()).unwrap();
    let keys = KeySet::from_jwks(&set).unwrap();
    assert_eq!(serde_json::to_value(keys.to_jwks()).unwrap(), written);
    assert_eq!((keys.len(), keys.is_empty()), (2, false));
}

#[test]
fn new_keys_there_and_back() {
    for algorithm in [Algorithm::EdDsa, Algorithm::Es256] {
        let key = SigningKey::generate("k", algorithm).unwrap();
        let again = SigningKey::from_pkcs8("k", algorithm, key.to_pkcs8()).unwrap();
        let mut keys = KeySet::default();
        keys.insert(key.verifying_key());
        let text = serde_json::to_string(&keys.to_jwks()).unwrap();
        let read = KeySet::from_jwks(&serde_json::from_str(&text).unwrap()).unwrap();
        let public = again.verifying_key().public_bytes().to_vec();
        assert_eq!(read.get("k").unwrap().public_bytes(), public);
        assert_eq!(read.get("k").unwrap().algorithm(), algorithm);
        // Neither in the key set nor in what a log could show.
        let private: Vec<u8> = key.to_pkcs8().to_vec();
        assert!(!text.contains("\"d\""), "{text}");
        assert!(!format!("{key:?}").contains(&format!("{:?}", &private[16..20])));
    }
}

#[test]
fn what_gets_in() {
    let unsupported = |kid: &str| Err(KeyError::Unsupported { kid: kid.into() });
    #[rustfmt::skip]
    let cases: Vec<(&str, Value, Result<(), KeyError>)> = vec![
        ("Ed25519", ed(), Ok(())),
        ("P-256", ec(), Ok(())),
        ("no use", without(ed(), "use"), Ok(())),
        ("key_ops instead", with(without(ed(), "use"), "key_ops", json!(["verify"])), Ok(())),
        ("members that we do not know", with(ed(), "x5t#S256", json!("…")), Ok(())),
        // Private and symmetric keys
        ("private Ed25519", with(ed(), "d", json!(ED)), Err(KeyError::Private)),
        ("private P-256", with(ec(), "d", json!(X)), Err(KeyError::Private)),
        ("private, but null", with(ec(), "d", Value::Null), Err(KeyError::Private)),
        ("symmetric", json!({"kty": "oct", "k": ED, "alg": "HS256", "kid": "c"}), Err(KeyError::Private)),
        ("private RSA", json!({"kty": "RSA", "n": "AQ", "e": "AQAB", "p": "AQ", "alg": "RS256", "kid": "c"}), Err(KeyError::Private)),
        // Types, curves, algorithms, uses
        ("RSA", json!({"kty": "RSA", "n": "AQ", "e": "AQAB", "alg": "RS256", "kid": "c"}), unsupported("c")),
        ("symmetric without a key", json!({"kty": "oct", "kid": "c"}), unsupported("c")),
        ("no alg", without(ed(), "alg"), unsupported("a")),
        ("another alg", with(ed(), "alg", json!("ES256")), unsupported("a")),
        ("HMAC with a public key", with(ec(), "alg", json!("HS256")), unsupported("b")),
        ("none", with(ec(), "alg", json!("none")), unsupported("b")),
        ("another curve", with(ec(), "crv", json!("secp256k1")), unsupported("b")),
        ("X25519", with(ed(), "crv", json!("X25519")), unsupported("a")),
        ("encryption", with(ed(), "use", json!("enc")), unsupported("a")),
        ("signing", with(ed(), "key_ops", json!(["verify", "sign"])), unsupported("a")),
        ("no y", without(ec(), "y"), unsupported("b")),
        ("y where none belongs", with(ed(), "y", json!(Y)), unsupported("a")),
        ("a long id in the error", with(with(ed(), "alg", json!("x")), "kid", json!("é".repeat(999))), unsupported(&"é".repeat(64))),
        // Ids
        ("no kid", without(ed(), "kid"), Err(KeyError::Kid)),
        ("empty kid", with(ed(), "kid", json!("")), Err(KeyError::Kid)),
        ("kid of 64", with(ed(), "kid", json!("k".repeat(64))), Ok(())),
        ("kid of 65", with(ed(), "kid", json!("k".repeat(65))), Err(KeyError::Kid)),
        ("kid with a line end", with(ed(), "kid", json!("a\n")), Err(KeyError::Kid)),
        // The points
        ("no x", without(ed(), "x"), Err(KeyError::PublicKey)),
        ("padded", with(ed(), "x", json!(format!("{ED}="))), Err(KeyError::PublicKey)),
        ("short", with(ed(), "x", json!(&ED[..40])), Err(KeyError::PublicKey)),
        ("empty", with(ed(), "x", json!("")), Err(KeyError::PublicKey)),
        ("long", with(ec(), "x", json!(format!("AAAA{X}"))), Err(KeyError::PublicKey)),
        ("not on the curve", with(ec(), "x", json!(Y)), Err(KeyError::PublicKey)),
        ("the neutral point", with(ed(), "x", json!(encode(&[0; 32]))), Err(KeyError::WeakKey)),
        ("above the prime", with(ed(), "x", json!(encode(&[0xff; 32]))), Err(KeyError::WeakKey)),
    ];
    for (what, key, expected) in cases {
        assert_eq!(read(&[key]).map(|_| ()), expected, "{what}");
    }
}

#[test]
fn sets_are_taken_whole_or_not_at_all() {
    assert_eq!(read(&[]).unwrap().len(), 0);
    assert_eq!(
        read(&[ed(), with(ec(), "kid", json!("a"))]).unwrap_err(),
        KeyError::Duplicate
    );
    assert_eq!(
        read(&[ed(), with(ec(), "d", json!(X))]).unwrap_err(),
        KeyError::Private
    );
    let many = |n: usize| -> Vec<Value> {
        (0..n)
            .map(|i| with(ed(), "kid", json!(format!("k{i}"))))
            .collect()
    };
    assert_eq!(read(&many(MAX_KEYS)).unwrap().len(), MAX_KEYS);
    assert_eq!(read(&many(MAX_KEYS + 1)).unwrap_err(), KeyError::TooMany);
}

#[test]
fn private_keys_of_another_algorithm_or_none() {
    let ed = SigningKey::generate("k", Algorithm::EdDsa).unwrap();
    let ec = SigningKey::generate("k", Algorithm::Es256).unwrap();
    let cut = &ed.to_pkcs8()[..ed.to_pkcs8().len() - 1];
    let mut torn = ec.to_pkcs8().to_vec();
    *torn.last_mut().unwrap() ^= 1;
    #[rustfmt::skip]
    let cases: [(&str, Algorithm, &[u8]); 6] = [
        ("P-256 as Ed25519", Algorithm::EdDsa, ec.to_pkcs8()),
        ("Ed25519 as P-256", Algorithm::Es256, ed.to_pkcs8()),
        ("cut", Algorithm::EdDsa, cut),
        ("halves that do not match", Algorithm::Es256, &torn),
        ("empty", Algorithm::EdDsa, &[]),
        ("a seed without its form", Algorithm::EdDsa, &[7; 32]),
    ];
    for (what, algorithm, der) in cases {
        let result = SigningKey::from_pkcs8("k", algorithm, der);
        assert_eq!(result.map(|_| ()), Err(KeyError::PrivateKey), "{what}");
    }
}
