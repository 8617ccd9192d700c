//! The head alone: its header, and its claims.

use super::*;

#[test]
fn headers() {
    let keys = Keys::new();
    #[rustfmt::skip]
    let cases: &[(&str, Result<(), HeadError>)] = &[
        (HEADER, Ok(())),
        (r#"{"typ":"tidegate+jwt","alg":"EdDSA","kid":"ed"}"#, Err(HeadError::Type)),
        (r#"{"typ":"JWT","alg":"EdDSA","kid":"ed"}"#, Err(HeadError::Type)),
        (r#"{"typ":"TIDEGATE-BUNDLE+JWT","alg":"EdDSA","kid":"ed"}"#, Err(HeadError::Type)),
        (r#"{"alg":"EdDSA","kid":"ed"}"#, Err(HeadError::Header)),
        (r#"{"typ":"tidegate-bundle+jwt","alg":"none","kid":"ed"}"#, Err(HeadError::Algorithm)),
        (r#"{"typ":"tidegate-bundle+jwt","alg":"HS256","kid":"ed"}"#, Err(HeadError::Algorithm)),
        (r#"{"typ":"tidegate-bundle+jwt","alg":"ES256","kid":"ed"}"#, Err(HeadError::Algorithm)),
        (r#"{"typ":"tidegate-bundle+jwt","alg":"EdDSA","kid":"ec"}"#, Err(HeadError::Algorithm)),
        (r#"{"typ":"tidegate-bundle+jwt","alg":"EdDSA","kid":"other"}"#, Err(HeadError::UnknownKey)),
        (r#"{"typ":"tidegate-bundle+jwt","alg":"EdDSA","kid":"secrets"}"#, Err(HeadError::UnknownKey)),
        (r#"{"typ":"tidegate-bundle+jwt","alg":"EdDSA"}"#, Err(HeadError::Header)),
        (r#"{"typ":"tidegate-bundle+jwt","alg":"EdDSA","kid":"ed","kid":"ed"}"#, Err(HeadError::Header)),
        (r#"{"typ":"tidegate-bundle+jwt","alg":"EdDSA","kid":"ed","crit":[]}"#, Err(HeadError::Header)),
        (r#"{"typ":"tidegate-bundle+jwt","alg":"EdDSA","kid":"ed","jwk":{}}"#, Err(HeadError::Header)),
        (r#"["tidegate-bundle+jwt","EdDSA","ed"]"#, Err(HeadError::Header)),
    ];
    for (header, expected) in cases {
        let line = keys.signed(&keys.ed, header, &claims().to_string());
        let found = take(&keys.set, &line, &payload());
        assert_eq!(found, expected.map_err(BundleError::Head), "{header}");
    }
}

#[test]
fn claims_are_read_strictly() {
    let keys = Keys::new();
    let with = |name: &str, value: Value| {
        let mut claims = claims();
        claims[name] = value;
        claims.to_string()
    };
    let without = |name: &str| {
        let mut claims = claims();
        claims.as_object_mut().unwrap().remove(name);
        claims.to_string()
    };
    let sum = encode(&digest(&payload()).sha256);
    #[rustfmt::skip]
    let mut cases: Vec<(&str, String, bool)> = vec![
        ("as it is", claims().to_string(), true),
        ("unknown", with("nbf", json!(1)), false),
        ("twice", claims().to_string().replacen('{', r#"{"revision":8,"#, 1), false),
        ("aud is an array", with("aud", json!(["gateway"])), false),
        ("aud is empty", with("aud", json!("")), false),
        ("iss is too long", with("iss", json!("i".repeat(513))), false),
        ("sub is no object", with("sub", json!("node")), false),
        ("sub is a userset", with("sub", json!("node:a#b")), false),
        ("a scope that is not known", with("scope", json!("part")), false),
        ("a slice of no uid", with("scope", json!("slice")), false),
        ("the whole from a revision", with("from", json!(1)), false),
        ("a change of no uid", with("scope", json!("change")), false),
        ("the whole with a uid", with("uid", json!("018f0000-0000-7000-8000-000000000001")), false),
        ("a uid that is none", with("uid", json!("1")), false),
        ("no scope", with("scope", Value::Null), false),
        ("a negative revision", with("revision", json!(-1)), false),
        ("a revision as text", with("revision", json!("7")), false),
        ("a fraction of a revision", with("revision", json!(7.5)), false),
        ("exp is null", with("exp", Value::Null), false),
        ("exp is iat", with("exp", json!(NOW_S - 10)), false),
        ("a short sum", with("sha256", json!(&sum[..40])), false),
        ("a longer sum", with("sha256", json!(format!("AAAA{sum}"))), false),
        ("a padded sum", with("sha256", json!(format!("{sum}="))), false),
        ("a sum in hexadecimal", with("sha256", json!("00".repeat(32))), false),
        ("a negative length", with("length", json!(-1)), false),
        ("an array", json!([1]).to_string(), false),
        ("empty", String::new(), false),
    ];
    let names = [
        "iss", "aud", "sub", "scope", "revision", "iat", "exp", "sha256", "length",
    ];
    cases.extend(names.map(|name| (name, without(name), false)));
    for (what, claims, good) in cases {
        let line = keys.signed(&keys.ed, HEADER, &claims);
        let found = take(&keys.set, &line, &payload());
        let expected = if good {
            Ok(())
        } else {
            Err(HeadError::Claims.into())
        };
        assert_eq!(found, expected, "{what}");
    }
}
