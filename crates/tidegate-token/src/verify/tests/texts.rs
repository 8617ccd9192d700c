//! The text of a secret: one for each signature, and every byte of it counts.

use super::*;

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

/// Headers as they were signed, and why each is refused.
#[rustfmt::skip]
pub(super) const HEADERS: &[(&str, TokenError)] = &[
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

#[test]
fn headers() {
    let keys = Keys::new();
    for (header, error) in HEADERS {
        check(
            header,
            keys.verify(&keys.signed(header, &payload())),
            Err(*error),
        );
    }
}

/// Texts made of one that is good, and of another one's payload, and what each comes to.
pub(super) fn cases(
    good: &str,
    other: &str,
) -> Vec<(&'static str, String, Result<(), TokenError>)> {
    let [header, payload, signature] = good.split('.').collect::<Vec<_>>()[..] else {
        panic!()
    };
    let other_payload = other.split('.').nth(1).unwrap();
    #[rustfmt::skip]
    let cases = vec![
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
        ("too long in bytes alone", "é".repeat(2_049), Err(TokenError::TooLong)),
    ];
    cases
}

#[test]
fn texts() {
    let keys = Keys::new();
    let secret = keys.ed.mint(&claims()).unwrap();
    let root = Claims {
        sub: "user:root".into(),
        ..claims()
    };
    let other = keys.ed.mint(&root).unwrap();
    for (what, text, expected) in cases(secret.expose(), other.expose()) {
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
