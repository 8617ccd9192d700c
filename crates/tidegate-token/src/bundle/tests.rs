//! What passes as a bundle, and every way that is known to try otherwise.

use serde_json::{Value, json};
use tidegate_policy::bundle::{Bundle, Expectation, UnverifiedBundle};
use tidegate_policy::{BundleError, Model, Profile, Snapshot};

use super::*;
use crate::keys::{Algorithm, VerifyingKey};
use crate::{JwkSet, UnverifiedToken};
use tidegate_policy::base64url::encode;

mod heads;

const NOW_S: u64 = 1_700_000_000;
const ISSUER: &str = "https://tidegate.example";

fn node() -> Object {
    "node:eu-1".parse().unwrap()
}

fn payload() -> Vec<u8> {
    let model = Model::parse("model\n  schema 1.1\ntype user\n").unwrap();
    let snapshot = Snapshot::new(model, Profile::default());
    snapshot.to_bundle_payload().unwrap()
}

fn head() -> Head {
    Head {
        issuer: ISSUER.into(),
        audience: "gateway".into(),
        subject: node(),
        scope: Scope::Whole,
        revision: 7,
        issued_at_s: NOW_S - 10,
        expires_at_s: NOW_S + 10,
        payload: digest(&payload()),
    }
}

fn key(kid: &str, algorithm: Algorithm, purpose: Purpose) -> SigningKey {
    SigningKey::generate(kid, algorithm)
        .unwrap()
        .for_purpose(purpose)
}

/// Keys `ed` and `ec` for bundles, `secrets` for secrets, and the set of all.
struct Keys {
    ed: SigningKey,
    ec: SigningKey,
    secrets: SigningKey,
    set: KeySet,
}

impl Keys {
    fn new() -> Self {
        let ed = key("ed", Algorithm::EdDsa, Purpose::Bundles);
        let ec = key("ec", Algorithm::Es256, Purpose::Bundles);
        let secrets = key("secrets", Algorithm::EdDsa, Purpose::Secrets);
        let mut set = KeySet::default();
        for key in [&ed, &ec, &secrets] {
            set.insert(key.verifying_key());
        }
        Self {
            ed,
            ec,
            secrets,
            set,
        }
    }

    /// A head whose header and claims are these very texts, truly signed by a key.
    fn signed(&self, key: &SigningKey, header: &str, claims: &str) -> String {
        let message = format!(
            "{}.{}",
            encode(header.as_bytes()),
            encode(claims.as_bytes())
        );
        let algorithm = key.verifying_key().algorithm();
        let private = match algorithm {
            Algorithm::EdDsa => jsonwebtoken::EncodingKey::from_ed_der(key.to_pkcs8()),
            Algorithm::Es256 => jsonwebtoken::EncodingKey::from_ec_der(key.to_pkcs8()),
        };
        let Ok(signature) = crypto::sign(algorithm, &private, message.as_bytes()) else {
            panic!("signs")
        };
        format!("{message}.{}", encode(&signature))
    }
}

fn on_the_wire(line: &str, payload: &[u8]) -> Vec<u8> {
    [line.as_bytes(), b"\n", payload].concat()
}

/// Verifies at `NOW_S` as the node, which holds revision 7, and reads all of it.
fn take(keys: &KeySet, line: &str, payload: &[u8]) -> Result<(), BundleError> {
    let node = node();
    let expect = Expectation {
        issuer: ISSUER,
        audience: "gateway",
        subject: &node,
        uid: None,
        now_s: NOW_S,
        held_revision: Some(7),
    };
    let bytes = on_the_wire(line, payload);
    let bundle: Bundle<'_> = UnverifiedBundle::parse(&bytes)?.verify(keys, &expect)?;
    bundle.snapshot().map(|_| ())
}

#[test]
fn what_was_signed_passes_with_all_that_it_says() {
    let keys = Keys::new();
    for key in [&keys.ed, &keys.ec] {
        let line = key.sign_bundle(&head()).unwrap();
        assert_eq!(keys.set.head(&line), Ok(head()));
        assert_eq!(take(&keys.set, &line, &payload()), Ok(()));
    }
}

/// A slice says whose it is, by name and uid.
#[test]
fn slices() {
    let keys = Keys::new();
    let (uid, other) = (Uuid::from_u128(7), Uuid::from_u128(8));
    let profile = r#"{"kinds":{"node":{"principals":["node"],"audiences":[]}}}"#;
    let model = Model::parse("model\n  schema 1.1\ntype node\n").unwrap();
    let snapshot = Snapshot::new(model, serde_json::from_str(profile).unwrap());
    let put = tidegate_policy::Change::Put {
        object: node(),
        uid,
        valid_from_s: 0,
    };
    let snapshot = snapshot.apply(7, &[put]).unwrap();
    let payload = snapshot
        .slice(&node())
        .unwrap()
        .to_bundle_payload()
        .unwrap();
    let head = Head {
        scope: Scope::Slice { uid },
        payload: digest(&payload),
        ..head()
    };
    let line = keys.ed.sign_bundle(&head).unwrap();
    assert_eq!(keys.set.head(&line), Ok(head));
    let (bytes, node) = (on_the_wire(&line, &payload), node());
    let found = |uid| {
        let expect = Expectation {
            issuer: ISSUER,
            audience: "gateway",
            subject: &node,
            uid,
            now_s: NOW_S,
            held_revision: Some(7),
        };
        let bundle = UnverifiedBundle::parse(&bytes)?.verify(&keys.set, &expect)?;
        assert_eq!(bundle.snapshot().map(|_| ()), Err(BundleError::Scope));
        bundle.slice().map(|slice| (slice.uid(), slice.revision()))
    };
    assert_eq!(found(Some(uid)), Ok((uid, 7)));
    assert_eq!(found(None), Ok((uid, 7)));
    assert_eq!(found(Some(other)), Err(BundleError::Uid));
}

/// A change is taken by who holds exactly the revision that it starts at, and is nothing else.
#[test]
fn changes() {
    let keys = Keys::new();
    let uid = Uuid::from_u128(7);
    let profile = r#"{"kinds":{"node":{"principals":["node"],"audiences":[]}}}"#;
    let model =
        "model\n  schema 1.1\ntype node\ntype doc\n  relations\n    define can_read: [node]\n";
    let snapshot = Snapshot::new(
        Model::parse(model).unwrap(),
        serde_json::from_str(profile).unwrap(),
    );
    let put = |object: &str, uid| tidegate_policy::Change::Put {
        object: object.parse().unwrap(),
        uid,
        valid_from_s: 0,
    };
    let before = [put("node:eu-1", uid), put("doc:a", Uuid::from_u128(8))];
    let before = snapshot.apply(7, &before).unwrap();
    let grant = "doc:a#can_read@node:eu-1".parse().unwrap();
    let after = before.apply(9, &[tidegate_policy::Change::Write(grant)]);
    let after = after.unwrap();
    let held = before.slice(&node()).unwrap();
    let change = held.difference(&after.slice(&node()).unwrap()).unwrap();
    let payload = change.to_bytes().unwrap();
    let signed = |from, revision, uid| {
        let head = Head {
            scope: Scope::Change { uid, from },
            revision,
            payload: digest(&payload),
            ..head()
        };
        let line = keys.ed.sign_bundle(&head)?;
        assert_eq!(keys.set.head(&line), Ok(head));
        Ok(line)
    };
    let found = |line: &str, held_revision| {
        let (bytes, node) = (on_the_wire(line, &payload), node());
        let expect = Expectation {
            issuer: ISSUER,
            audience: "gateway",
            subject: &node,
            uid: Some(uid),
            now_s: NOW_S,
            held_revision,
        };
        let bundle = UnverifiedBundle::parse(&bytes)?.verify(&keys.set, &expect)?;
        assert_eq!(bundle.snapshot().map(|_| ()), Err(BundleError::Scope));
        assert_eq!(bundle.slice().map(|_| ()), Err(BundleError::Scope));
        bundle.change().map(|change| (change.from(), change.to()))
    };
    let line = signed(7, 9, uid).unwrap();
    assert_eq!(found(&line, Some(7)), Ok((7, 9)));
    for held in [None, Some(0), Some(6), Some(8), Some(9)] {
        let expected = BundleError::NotNext { held, from: 7 };
        assert_eq!(found(&line, held), Err(expected), "{held:?}");
    }
    let older = BundleError::Older {
        held: 10,
        offered: 9,
    };
    assert_eq!(found(&line, Some(10)), Err(older));
    // Its head and what it is have to agree.
    let told = |from, revision| {
        let line = signed(from, revision, uid).unwrap();
        found(&line, Some(from)).map_err(|error| error.kind())
    };
    assert_eq!(told(6, 9), Err("payload-head"));
    assert_eq!(told(7, 8), Err("payload-head"));
    let other = signed(7, 9, Uuid::from_u128(8)).unwrap();
    assert_eq!(found(&other, Some(7)), Err(BundleError::Uid));
    // It leads on.
    assert_eq!(signed(9, 9, uid), Err(KeyError::Claims));
    assert_eq!(signed(10, 9, uid), Err(KeyError::Claims));
}

/// FIPS 180-4, by the example of one block ("abc").
#[test]
fn the_sum_is_sha_256() {
    let expected = "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0";
    assert_eq!(encode(&digest(b"abc").sha256), expected);
    assert_eq!(digest(b"abc").length_bytes, 3);
}

/// Each row is wrong in one more way than the one below it, and the first way is what is told.
#[test]
fn the_first_that_is_wrong_is_told() {
    let keys = Keys::new();
    let other = [payload(), vec![0]].concat();
    let same_size: Vec<u8> = payload().iter().map(|byte| byte ^ 1).collect();
    let no_payload = b"tgb\x03".to_vec();
    let signed = |head: &Head| keys.ed.sign_bundle(head).unwrap();

    let mut wrong = head();
    wrong.payload = digest(&no_payload);
    let mut expected = vec![(
        signed(&wrong),
        no_payload,
        BundleError::Payload(tidegate_policy::bundle::PayloadError::Cut),
    )];
    expected.push((signed(&head()), same_size, BundleError::Digest));
    expected.push((signed(&head()), other.clone(), BundleError::Length));
    let mut wrong = head();
    let mut add = |change: &dyn Fn(&mut Head), error| {
        change(&mut wrong);
        expected.push((signed(&wrong), other.clone(), error));
    };
    let older = BundleError::Older {
        held: 7,
        offered: 6,
    };
    add(&|head| head.revision = 6, older);
    add(
        &|head| {
            head.issued_at_s = NOW_S + 61;
            head.expires_at_s = NOW_S + 62;
        },
        BundleError::IssuedAhead,
    );
    add(
        &|head| {
            head.issued_at_s = NOW_S - 1;
            head.expires_at_s = NOW_S;
        },
        BundleError::Expired,
    );
    add(
        &|head| head.subject = "node:eu-2".parse().unwrap(),
        BundleError::Subject,
    );
    add(
        &|head| head.audience = "browser".into(),
        BundleError::Audience,
    );
    add(
        &|head| head.issuer = "https://evil.example".into(),
        BundleError::Issuer,
    );
    let (last, ..) = expected.last().unwrap();
    let (signed_part, signature) = last.rsplit_once('.').unwrap();
    let (first, rest) = signature.split_at(1);
    let another = if first == "A" { "B" } else { "A" };
    expected.push((
        format!("{signed_part}.{another}{rest}"),
        other,
        HeadError::Signature.into(),
    ));
    for (line, payload, error) in expected {
        assert_eq!(take(&keys.set, &line, &payload), Err(error));
    }
}

#[test]
fn times_and_revisions_to_the_second() {
    let keys = Keys::new();
    #[rustfmt::skip]
    let cases = [
        // iat, exp at NOW_S; revision where 7 is held
        (NOW_S - 1, NOW_S + 1, 7, "good"),
        (NOW_S - 1, NOW_S, 7, "expired"),
        (0, u64::MAX, 7, "good"),
        (NOW_S + 60, NOW_S + 61, 7, "good"),
        (NOW_S + 61, NOW_S + 62, 7, "issued-ahead"),
        (u64::MAX - 1, u64::MAX, 7, "issued-ahead"),
        (NOW_S, NOW_S + 1, 6, "older"),
        (NOW_S, NOW_S + 1, 0, "older"),
        (NOW_S, NOW_S + 1, u64::MAX, "good"),
    ];
    for (issued_at_s, expires_at_s, revision, expected) in cases {
        let line = keys.ed.sign_bundle(&Head {
            issued_at_s,
            expires_at_s,
            revision,
            ..head()
        });
        let found = take(&keys.set, &line.unwrap(), &payload());
        let found = found.map_or_else(|error| error.kind(), |()| "good");
        assert_eq!(found, expected, "{issued_at_s} {expires_at_s} {revision}");
    }
}

const HEADER: &str = r#"{"typ":"tidegate-bundle+jwt","alg":"EdDSA","kid":"ed"}"#;

fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": "gateway", "sub": "node:eu-1", "scope": "whole", "revision": 7,
        "iat": NOW_S - 10, "exp": NOW_S + 10,
        "sha256": encode(&digest(&payload()).sha256), "length": payload().len(),
    })
}

#[test]
fn every_byte_counts() {
    let keys = Keys::new();
    for key in [&keys.ed, &keys.ec] {
        let good = on_the_wire(&key.sign_bundle(&head()).unwrap(), &payload());
        let node = node();
        let expect = Expectation {
            issuer: ISSUER,
            audience: "gateway",
            subject: &node,
            uid: None,
            now_s: NOW_S,
            held_revision: None,
        };
        let passes = |bytes: &[u8]| {
            UnverifiedBundle::parse(bytes)
                .and_then(|found| found.verify(&keys.set, &expect).map(|_| ()))
        };
        assert_eq!(passes(&good), Ok(()));
        for at in 0..good.len() {
            let mut changed = good.clone();
            changed[at] = if changed[at] == b'A' { b'Q' } else { b'A' };
            assert!(passes(&changed).is_err(), "changed at {at}");
            assert!(passes(&good[..at]).is_err(), "cut at {at}");
        }
    }
}

/// A key for one purpose signs and verifies nothing of the other, whatever the `typ` says.
#[test]
fn keys_keep_to_their_purpose() {
    let keys = Keys::new();
    let secret = crate::Claims {
        iss: ISSUER.into(),
        aud: vec!["gateway".into()],
        sub: "node:eu-1".into(),
        uid: Uuid::from_u128(1),
        jti: Uuid::from_u128(2),
        iat: NOW_S,
        nbf: None,
        exp: None,
        kind: "node".into(),
        narrow: None,
    };
    let expect = crate::Expectation {
        issuer: ISSUER,
        audience: "gateway",
        now_s: NOW_S,
    };
    let as_secret = |text: &str| UnverifiedToken::new(text).verify(&keys.set, &expect);
    assert_eq!(keys.ed.mint(&secret), Err(KeyError::Purpose));
    assert_eq!(keys.secrets.sign_bundle(&head()), Err(KeyError::Purpose));
    assert!(as_secret(keys.secrets.mint(&secret).unwrap().expose()).is_ok());

    // A secret that a key for bundles has signed: the type is right, the key is not.
    let json = serde_json::to_string(&secret).unwrap();
    let header = r#"{"typ":"tidegate+jwt","alg":"EdDSA","kid":"ed"}"#;
    let forged = keys.signed(&keys.ed, header, &json);
    assert_eq!(as_secret(&forged), Err(TokenError::UnknownKey));
    // And the reverse.
    let header = HEADER.replace("\"ed\"", "\"secrets\"");
    let forged = keys.signed(&keys.secrets, &header, &claims().to_string());
    assert_eq!(keys.set.head(&forged), Err(HeadError::UnknownKey));
    // What each has signed for itself is not the other's.
    let line = keys.ed.sign_bundle(&head()).unwrap();
    assert_eq!(as_secret(&line), Err(TokenError::Type));
    let text = keys.secrets.mint(&secret).unwrap();
    assert_eq!(keys.set.head(text.expose()), Err(HeadError::Type));
}

#[test]
fn a_key_set_tells_what_keys_are_for() {
    let keys = Keys::new();
    let written = serde_json::to_value(keys.set.to_jwks()).unwrap();
    let uses: Vec<_> = written["keys"].as_array().unwrap().iter().collect();
    for (kid, expected) in [
        ("ed", json!("bundle")),
        ("ec", json!("bundle")),
        ("secrets", Value::Null),
    ] {
        let key = uses.iter().find(|key| key["kid"] == kid).unwrap();
        assert_eq!(key["tidegate_use"], expected, "{kid}");
        assert_eq!(key["use"], "sig", "{kid}");
    }
    let set: JwkSet = serde_json::from_value(written.clone()).unwrap();
    let read = KeySet::from_jwks(&set).unwrap();
    let purposes = |set: &KeySet| -> Vec<_> { set.iter().map(VerifyingKey::purpose).collect() };
    assert_eq!(purposes(&read), purposes(&keys.set));
    let line = keys.ed.sign_bundle(&head()).unwrap();
    assert_eq!(take(&read, &line, &payload()), Ok(()));

    for value in [json!("sig"), json!("bundles"), json!("")] {
        let mut unknown = written.clone();
        unknown["keys"][0]["tidegate_use"] = value;
        let set: JwkSet = serde_json::from_value(unknown).unwrap();
        let found = KeySet::from_jwks(&set).map(|_| ());
        assert!(matches!(found, Err(KeyError::Unsupported { .. })));
    }
}

#[test]
fn only_what_would_be_accepted_is_signed() {
    let keys = Keys::new();
    #[rustfmt::skip]
    let cases = [
        ("as it is", head(), true),
        ("no issuer", Head { issuer: String::new(), ..head() }, false),
        ("a long issuer", Head { issuer: "i".repeat(513), ..head() }, false),
        ("no audience", Head { audience: String::new(), ..head() }, false),
        ("a long audience", Head { audience: "a".repeat(129), ..head() }, false),
        ("expired when issued", Head { expires_at_s: head().issued_at_s, ..head() }, false),
        ("longer than a line", Head {
            issuer: "\u{1}".repeat(512),
            audience: "\u{1}".repeat(128),
            ..head()
        }, false),
    ];
    for (what, head, good) in cases {
        let expected = if good { Ok(()) } else { Err(KeyError::Claims) };
        assert_eq!(keys.ed.sign_bundle(&head).map(|_| ()), expected, "{what}");
    }
}
