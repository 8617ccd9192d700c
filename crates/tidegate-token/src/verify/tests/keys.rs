//! The key and algorithm that a header names are those that the key set has, or nothing.

use super::*;

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
