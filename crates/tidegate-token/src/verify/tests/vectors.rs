//! `tests/vectors/secrets/verify.json`: texts with what each comes to, for whoever verifies in another language.
//!
//! `TIDEGATE_WRITE_VECTORS=1` writes the file anew, with new keys. Without it every case is answered again, and none is
//! missing.

mod key_sets; // that are good, and not
mod payloads; // that JSON parsers disagree on

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::*;
use crate::JwkSet;

/// The file.
#[derive(Deserialize, Serialize)]
struct Vectors {
    issuer: String,
    audience: String,
    now_s: u64,
    /// By name; JSON Web Key Sets, and what may be none.
    key_sets: BTreeMap<String, Value>,
    cases: Vec<Case>,
}

#[derive(Deserialize, Serialize)]
struct Case {
    what: String,
    key_set: String,
    secret: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    now_s: Option<u64>,
    answer: Answer,
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Claims(Value),
    Refused(String),
}

impl Vectors {
    fn answer(&self, case: &Case) -> Answer {
        let refused = |kind: &str| Answer::Refused(kind.to_owned());
        let set = &self.key_sets[&case.key_set];
        let keys = KeySet::from_json(&set.to_string());
        // Both ways to read one come to the same.
        let derived = match serde_json::from_value::<JwkSet>(set.clone()) {
            Ok(set) => KeySet::from_jwks(&set),
            Err(_) => Err(KeyError::Set),
        };
        assert_eq!(
            keys.as_ref().map(KeySet::len),
            derived.as_ref().map(KeySet::len),
            "{}",
            case.key_set
        );
        let keys = match keys {
            Ok(keys) => keys,
            Err(error) => return refused(error.kind()),
        };
        let expect = Expectation {
            issuer: &self.issuer,
            audience: &self.audience,
            now_s: case.now_s.unwrap_or(self.now_s),
        };
        match UnverifiedToken::new(&case.secret).verify(&keys, &expect) {
            Ok(verified) => Answer::Claims(serde_json::to_value(verified.claims()).unwrap()),
            Err(error) => refused(error.kind()),
        }
    }
}

/// Signs texts of its own for one algorithm.
struct Signer<'a> {
    algorithm: Algorithm,
    kid: &'a str,
    key: jsonwebtoken::EncodingKey,
}

impl Signer<'_> {
    fn header(&self) -> String {
        let alg = self.algorithm.name();
        format!(
            r#"{{"typ":"tidegate+jwt","alg":"{alg}","kid":"{}"}}"#,
            self.kid
        )
    }

    fn sign(&self, header: &[u8], payload: &[u8]) -> String {
        let message = format!("{}.{}", encode(header), encode(payload));
        let signature = crypto::sign(self.algorithm, &self.key, message.as_bytes());
        let signature = signature.unwrap_or_else(|_| panic!("signs"));
        format!("{message}.{}", encode(&signature))
    }

    fn of(&self, payload: &str) -> String {
        self.sign(self.header().as_bytes(), payload.as_bytes())
    }
}

fn generated() -> Vectors {
    let keys = Keys::new();
    let good = serde_json::to_value(keys.set.to_jwks()).unwrap();
    assert_eq!(good["keys"][0]["kid"], "ec");
    let mut vectors = Vectors {
        issuer: EXPECT.issuer.to_owned(),
        audience: EXPECT.audience.to_owned(),
        now_s: EXPECT.now_s,
        key_sets: key_sets::of(&good),
        cases: Vec::new(),
    };
    let (ed, ec) = (keys.ed.to_pkcs8(), keys.ec.to_pkcs8());
    let signers = [
        Signer {
            algorithm: Algorithm::EdDsa,
            kid: "ed",
            key: jsonwebtoken::EncodingKey::from_ed_der(ed),
        },
        Signer {
            algorithm: Algorithm::Es256,
            kid: "ec",
            key: jsonwebtoken::EncodingKey::from_ec_der(ec),
        },
    ];
    let mut cases = Vec::new();
    let mut add = |what: String, key_set: &str, secret: String, now_s: Option<u64>| {
        cases.push(Case {
            what,
            key_set: key_set.to_owned(),
            secret,
            now_s,
            answer: Answer::Refused(String::new()),
        });
    };
    for signer in &signers {
        let alg = signer.algorithm.name();
        let text = signer.of(&payload());
        let root = payload().replace("user:anne", "user:root");
        for (what, text, _) in texts::cases(&text, &signer.of(&root)) {
            add(format!("{alg}: {what}"), "good", text, None);
        }
        for (what, payload, _) in claims::cases() {
            add(
                format!("{alg}: claims: {what}"),
                "good",
                signer.of(&payload),
                None,
            );
        }
        for (at, now_s) in [
            0,
            1,
            NOW_S - 161,
            NOW_S - 160,
            NOW_S - 51,
            NOW_S - 50,
            NOW_S + 49,
            NOW_S + 50,
            MAX_NUMBER,
        ]
        .into_iter()
        .enumerate()
        {
            add(
                format!("{alg}: at time {at}"),
                "good",
                text.clone(),
                Some(now_s),
            );
            let least = payload().replace("\"nbf\":", "\"iat\":").replacen(
                &format!("\"iat\":{},", NOW_S - 100),
                "",
                1,
            );
            let least = least.replace(&format!(",\"exp\":{}", NOW_S + 50), "");
            add(
                format!("{alg}: at time {at}, without an end"),
                "good",
                signer.of(&least),
                Some(now_s),
            );
        }
        for set in vectors.key_sets.keys() {
            add(format!("{alg}: key set: {set}"), set, text.clone(), None);
        }
        // One bit at a time, over header, claims and signature.
        for at in (0..text.len()).step_by(29) {
            let mut bytes = text.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'Q' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            add(format!("{alg}: changed at {at}"), "good", changed, None);
        }
        let [header, body, signature] = text.split('.').collect::<Vec<_>>()[..] else {
            panic!()
        };
        let sum: Vec<u8> = {
            use base64::Engine as _;
            base64::engine::general_purpose::URL_SAFE_NO_PAD
                .decode(signature)
                .unwrap()
        };
        let message = format!("{header}.{body}");
        let (r, s) = sum.split_at(32);
        let zeros = [0; 32];
        let mut one = zeros;
        one[0] = 1;
        #[rustfmt::skip]
        let signatures: [(&str, Vec<u8>); 9] = [
            ("its halves turned around", [s, r].concat()), ("no r", [&zeros, s].concat()), ("no s", [r, &zeros].concat()),
            ("the neutral point", [one, zeros].concat()), ("all ones", vec![0xff; 64]), ("s with its highest bits", { let mut bytes = sum.clone(); bytes[63] ^= 0xe0; bytes }),
            ("a byte more", [sum.as_slice(), &[0]].concat()), ("a byte less", sum[..63].to_vec()),
            ("in DER", [&[0x30, 0x44, 0x02, 0x20], r, &[0x02, 0x20], s].concat()),
        ];
        for (what, bytes) in signatures {
            add(
                format!("{alg}: signature: {what}"),
                "good",
                format!("{message}.{}", encode(&bytes)),
                None,
            );
        }
    }
    let ed = &signers[0];
    for (header, _) in texts::HEADERS {
        add(
            format!("header: {header}"),
            "good",
            ed.sign(header.as_bytes(), payload().as_bytes()),
            None,
        );
    }
    for kid in [
        "__proto__",
        "constructor",
        "toString",
        "\\ud800",
        "\\u0065d",
    ] {
        let header = HEADER.replace("\"ed\"", &format!("\"{kid}\""));
        add(
            format!("header: kid {kid}"),
            "good",
            ed.sign(header.as_bytes(), payload().as_bytes()),
            None,
        );
    }
    for (what, payload) in payloads::all() {
        add(
            format!("payload: {what}"),
            "good",
            ed.sign(ed.header().as_bytes(), &payload),
            None,
        );
    }
    for (at, case) in cases.iter().enumerate() {
        assert!(
            cases[..at].iter().all(|other| other.what != case.what),
            "twice: {}",
            case.what
        );
    }
    vectors.cases = cases;
    let answers: Vec<_> = vectors
        .cases
        .iter()
        .map(|case| vectors.answer(case))
        .collect();
    for (case, answer) in vectors.cases.iter_mut().zip(answers) {
        case.answer = answer;
    }
    vectors
}

#[test]
fn every_case_of_the_file_is_answered_as_it_says() {
    let path =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/secrets/verify.json");
    let anew = generated();
    if std::env::var_os("TIDEGATE_WRITE_VECTORS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let text = serde_json::to_string_pretty(&anew).unwrap();
        std::fs::write(&path, text + "\n").unwrap();
    }
    let text = std::fs::read_to_string(&path).unwrap();
    let vectors: Vectors = serde_json::from_str(&text).unwrap();
    for case in &vectors.cases {
        assert_eq!(vectors.answer(case), case.answer, "{}", case.what);
    }
    // With other keys the same cases, which come to the same.
    assert_eq!(vectors.cases.len(), anew.cases.len());
    for (found, expected) in vectors.cases.iter().zip(&anew.cases) {
        assert_eq!(found.what, expected.what);
        assert_eq!(found.answer, expected.answer, "{}", found.what);
    }
    let kinds = |wanted: &str| {
        vectors
            .cases
            .iter()
            .filter(|case| case.answer == Answer::Refused(wanted.into()))
            .count()
    };
    for kind in [
        "too_long",
        "malformed",
        "header",
        "type",
        "unknown_key",
        "algorithm",
        "signature",
        "claims",
        "issuer",
        "audience",
        "expired",
        "not_yet_valid",
        "issued_ahead",
        "key-set",
        "key-too-many",
        "key-private",
        "key-unsupported",
        "key-not-public",
        "key-id",
        "key-weak",
        "key-duplicate",
    ] {
        assert!(kinds(kind) > 0, "none is refused for {kind}");
    }
    let good = vectors
        .cases
        .iter()
        .filter(|case| matches!(case.answer, Answer::Claims(_)));
    assert!(
        good.count() >= 50 && vectors.cases.len() >= 400,
        "{}",
        vectors.cases.len()
    );
}
