//! What a secret says: read strictly, minted only where it would be accepted, over when it says so.

use super::*;

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

/// Payloads, and what each comes to.
pub(super) fn cases() -> Vec<(&'static str, String, Result<(), TokenError>)> {
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
    let cases = vec![
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
    cases
}

#[test]
fn claims_are_read_strictly() {
    let keys = Keys::new();
    for (what, payload, expected) in cases() {
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
        (NOW_S, Some(MAX_NUMBER), Some(MAX_NUMBER), Err(TokenError::NotYetValid)),
        (NOW_S + MAX_CLOCK_SKEW_S, None, None, Ok(())),
        (NOW_S + MAX_CLOCK_SKEW_S + 1, None, None, Err(TokenError::IssuedAhead)),
        (MAX_NUMBER, None, None, Err(TokenError::IssuedAhead)),
        (0, Some(0), Some(MAX_NUMBER), Ok(())),
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
        ("iat above all", Claims { iat: MAX_NUMBER + 1, ..claims() }, Err(KeyError::Claims)),
        ("exp above all", Claims { exp: Some(u64::MAX), ..claims() }, Err(KeyError::Claims)),
        ("much to spend", narrow(Narrow { budgets: vec![Budget { bytes: MAX_NUMBER + 1, ..budget }], ..Narrow::default() }), Err(KeyError::Claims)),
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
