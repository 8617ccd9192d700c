//! Google's Wycheproof vectors, read where they are: attacks on signatures, keys and tokens.
//!
//! `TIDEGATE_SUITES` names the folder of the suites; without it, it is `../shared/suites` beside the
//! repository. A folder that is named and not there is a failure; the default one is skipped, loudly.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;

use serde_json::Value;

use crate::compact::Compact;
use crate::{Algorithm, Expectation, Jwk, KeySet, TokenError, UnverifiedToken, VerifyingKey};

/// The test groups of a vector file, or nothing when the suites are not on this machine.
fn groups(file: &str) -> Option<Vec<Value>> {
    let named = std::env::var_os("TIDEGATE_SUITES");
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/suites");
    let folder = named
        .as_ref()
        .map_or_else(|| PathBuf::from(default), PathBuf::from);
    if named.is_none() && !folder.is_dir() {
        // Written past the test harness, which would swallow it.
        let skipped = format!("SKIPPED {file}: no suites at {}", folder.display());
        writeln!(std::io::stderr(), "{skipped}; set TIDEGATE_SUITES").unwrap();
        return None;
    }
    let path = folder.join("wycheproof").join(file);
    let text = std::fs::read_to_string(&path);
    let text = text.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let vectors: Value = serde_json::from_str(&text).unwrap();
    Some(vectors["testGroups"].as_array().unwrap().clone())
}

fn tests(group: &Value) -> &[Value] {
    group["tests"].as_array().unwrap()
}

fn hex(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap();
    let digits = |at| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    (0..text.len()).step_by(2).map(digits).collect()
}

/// Every signature of a file under its key, and how many were valid.
#[track_caller]
fn check_signatures(file: &str, algorithm: Algorithm, public: fn(&Value) -> Vec<u8>, least: usize) {
    let Some(groups) = groups(file) else { return };
    let mut seen = BTreeMap::new();
    for group in &groups {
        let key = VerifyingKey::from_public("k", algorithm, &public(&group["publicKey"])).unwrap();
        // The same key in JSON, which a few groups lack, is the same key.
        if let Ok(mut jwk) = serde_json::from_value::<Jwk>(group["publicKeyJwk"].clone()) {
            jwk.alg = Some(algorithm.name().into());
            assert_eq!(
                VerifyingKey::try_from(&jwk).unwrap().public_bytes(),
                key.public_bytes()
            );
        }
        for test in tests(group) {
            let valid = key.verify(&hex(&test["msg"]), &hex(&test["sig"])).is_ok();
            let expected = test["result"] == "valid";
            assert_eq!(
                valid, expected,
                "{file} {}: {}",
                test["tcId"], test["comment"]
            );
            *seen.entry(expected).or_insert(0) += 1;
        }
    }
    assert!(
        seen.values().all(|count| *count >= least) && seen.len() == 2,
        "{seen:?}"
    );
}

#[test]
fn ed25519_signatures() {
    let public = |key: &Value| hex(&key["pk"]);
    check_signatures("ed25519_test.json", Algorithm::EdDsa, public, 30);
}

#[test]
fn p256_signatures() {
    let public = |key: &Value| hex(&key["uncompressed"]);
    check_signatures(
        "ecdsa_secp256r1_sha256_p1363_test.json",
        Algorithm::Es256,
        public,
        40,
    );
}

/// The JSON keys of a group: public where the file has them, else private ones.
fn json_keys(group: &Value) -> Vec<Value> {
    let key = if group["public"].is_null() {
        &group["private"]
    } else {
        &group["public"]
    };
    key["keys"]
        .as_array()
        .cloned()
        .unwrap_or_else(|| vec![key.clone()])
}

/// Whether a JWS that is no secret verifies under a key of ours.
fn verifies(key: &VerifyingKey, jws: &str) -> bool {
    let Ok(token) = Compact::split(jws) else {
        return false;
    };
    let header: Value = serde_json::from_slice(&token.header).unwrap_or_default();
    let pinned = header["alg"] == key.algorithm().name();
    pinned
        && key
            .verify(token.signed.as_bytes(), &token.signature)
            .is_ok()
}

#[test]
fn json_web_signatures() {
    let files = [
        "json_web_signature_test.json",
        "json_web_crypto_test.json",
        "json_web_key_test.json",
    ];
    let (mut accepted, mut refused) = (0, 0);
    for file in files {
        let Some(groups) = groups(file) else { return };
        for group in &groups {
            for test in tests(group) {
                let Some(jws) = test["jws"].as_str() else {
                    continue;
                };
                let what = format!("{file} {} {}", group["comment"], test["tcId"]);
                if check_jws(&json_keys(group), jws, test, &what) {
                    accepted += 1;
                } else {
                    refused += 1;
                }
            }
        }
    }
    assert!(
        accepted >= 1 && refused >= 200,
        "{accepted} accepted, {refused} refused"
    );
}

/// Whether a token was accepted, by the keys of its group that we take.
#[track_caller]
fn check_jws(keys: &[Value], jws: &str, test: &Value, what: &str) -> bool {
    let mut ours = KeySet::default();
    for key in keys {
        let Ok(jwk) = serde_json::from_value::<Jwk>(key.clone()) else {
            continue;
        };
        match VerifyingKey::try_from(&jwk) {
            Ok(key) => ours.insert(key),
            // A key for one of our algorithms is refused only where the suite wants that.
            Err(error) => {
                let ours = key["alg"] == "ES256" && key["crv"] == "P-256";
                assert!(!ours || test["result"] == "invalid", "{what}: {error}");
            }
        }
    }
    let expect = Expectation {
        issuer: "joe",
        audience: "gateway",
        now_s: 0,
    };
    // None of them is a secret, whoever signed it.
    let refused = UnverifiedToken::new(jws)
        .verify(&ours, &expect)
        .unwrap_err();
    let causes = [
        TokenError::Malformed,
        TokenError::Header,
        TokenError::TooLong,
        TokenError::Type,
    ];
    assert!(causes.contains(&refused), "{what}: {refused}");

    let accepted = ours.iter().any(|key| verifies(key, jws));
    if !ours.is_empty() {
        assert_eq!(accepted, test["result"] == "valid", "{what}");
    }
    accepted
}
