//! Key sets that are good, and not.

use super::*;

/// Key sets that are not good, beside the good one, by what they are.
pub(super) fn of(good: &Value) -> BTreeMap<String, Value> {
    let with = |at: usize, name: &str, value: Value| {
        let mut set = good.clone();
        set["keys"][at][name] = value;
        set
    };
    let x = good["keys"][0]["x"].clone();
    let twice = |key: &Value| json!({ "keys": [key, key] });
    let many = |count: usize| {
        let keys = (0..count).map(|i| with(1, "kid", json!(format!("k{i}")))["keys"][1].clone());
        json!({ "keys": keys.collect::<Vec<_>>() })
    };
    #[rustfmt::skip]
    let sets = [
        ("good", good.clone()), ("of no keys", json!({ "keys": [] })), ("without keys", json!({})), ("null", Value::Null),
        ("keys that are none", json!({ "keys": {} })), ("a key that is none", json!({ "keys": ["k"] })), ("a key without its type", json!({ "keys": [{}] })),
        ("a key of another type", with(0, "kty", json!("RSA"))), ("a curve that is a number", with(0, "crv", json!(1))),
        ("a private key", with(0, "d", json!("AA"))), ("a private key that is null", with(0, "d", Value::Null)), ("a symmetric key", with(1, "k", json!("AA"))),
        ("two private members", { let mut set = with(0, "d", json!("AA")); set["keys"][0]["p"] = json!("AA"); set }),
        ("no algorithm", with(0, "alg", Value::Null)), ("another algorithm", with(0, "alg", json!("ES256"))),
        ("another curve", with(0, "crv", json!("secp256k1"))), ("for encryption", with(0, "use", json!("enc"))),
        ("for signing", with(0, "key_ops", json!(["sign"]))), ("to verify", with(0, "key_ops", json!(["verify"]))),
        ("operations that are null", with(0, "key_ops", Value::Null)), ("operations that are none", with(0, "key_ops", json!("verify"))),
        ("for bundles", { let mut set = with(0, "tidegate_use", json!("bundle")); set["keys"][1]["tidegate_use"] = json!("bundle"); set }),
        ("for something else", with(0, "tidegate_use", json!("other"))), ("for nothing said", with(0, "tidegate_use", Value::Null)),
        ("no id", with(0, "kid", Value::Null)), ("an empty id", with(0, "kid", json!(""))), ("an id with a space", with(0, "kid", json!("e d"))),
        ("an id with a line end", with(0, "kid", json!("ed\n"))), ("an id of 64", with(0, "kid", json!("k".repeat(64)))), ("an id of 65", with(0, "kid", json!("k".repeat(65)))),
        ("no x", with(0, "x", Value::Null)), ("a short x", with(0, "x", json!("AAAA"))), ("a padded x", with(0, "x", json!(format!("{}=", x.as_str().unwrap())))),
        ("not on the curve", with(0, "x", with(1, "", Value::Null)["keys"][1]["x"].clone())), ("a weak key", with(1, "x", json!(encode(&[0; 32])))),
        ("a key of order eight", with(1, "x", json!("JuiVj8KyJ7BFw_SJ8u-Y8NXfrAXTxjM5sTgCiG1T_AU"))),
        ("above the prime", with(1, "x", json!(encode(&[0xff; 32])))), ("no point", with(1, "x", json!(encode(&[2; 32])))),
        ("two of an id", with(1, "kid", json!("ec"))), ("the same twice", twice(&good["keys"][1])), ("64 keys", many(64)), ("65 keys", many(65)),
        ("more members", with(1, "x5t#S256", json!("AA"))), ("y where none belongs", with(1, "y", x.clone())), ("y is null", with(1, "y", Value::Null)),
    ];
    sets.map(|(name, set)| (name.to_owned(), set)).into()
}
