//! What fields of operators', nodes' and token requests must not hold.

use serde_json::{Value, json};

use super::forms::Form::{
    self, Abandon, Ask, Audiences, Budget, Kid, Newcomer, Revision, Scope, Secret, Settle, Short,
    Wait, Word,
};
use super::forms::OBJECTS;

/// An id that nothing has.
const LEASE: &str = "019a9a1c-7a00-7000-8000-00000000000a";

fn many(start: &str, count: usize) -> Vec<String> {
    (0..count)
        .map(|number| format!("{start}{number}"))
        .collect()
}

/// To what no text field may hold, what this one must not.
pub(super) fn late(form: Form, mut bad: Vec<Value>) -> Vec<Value> {
    let long = |start: &str| json!(format!("{start}{}", "a".repeat(600)));
    let texts = |texts: &[&str]| texts.iter().map(|text| json!(text)).collect::<Vec<_>>();
    match form {
        Kid => {
            bad.extend(texts(&["nope", "\u{0}", "../keys", "' OR 1=1 --"]));
            bad.push(long("k"));
        }
        Word => {
            bad.extend(texts(&[
                "nope", "Secret", "EDDSA", "none", "secret ", "\u{0}",
            ]));
            bad.push(long("secret"));
        }
        Wait => {
            bad = vec![
                json!(-1),
                json!(1.5),
                json!("60"),
                json!([]),
                json!(true),
                json!(31 * 86_400),
                json!(u64::MAX),
            ];
        }
        Short => {
            bad = vec![
                json!(0),
                json!(-1),
                json!(1.5),
                json!("60"),
                json!([]),
                json!({}),
                json!(true),
                json!(1e30),
            ];
        }
        Newcomer => {
            let taken = ["user:alice", "USER:Alice", "user:a#b", "user:*", "alice"];
            bad.extend(texts(&taken));
            bad.extend(texts(&["organization:new", "site:tidegate", "node:n2"]));
            bad.extend(texts(&OBJECTS));
            bad.retain(|name| name != "user:nobody");
            bad.push(long("user:"));
        }
        Secret => {
            bad.extend(texts(&["x", "a.b.c", "..", "\u{0}"]));
            bad.push(long("eyJ"));
        }
        Audiences => {
            bad = vec![
                json!(7),
                json!({}),
                json!("control"),
                json!([7]),
                json!([""]),
                json!(["elsewhere"]),
                json!(["control", "Gateway"]),
                json!([["control"]]),
                json!([long("a")]),
            ];
        }
        Scope => {
            bad = vec![json!(7), json!([]), json!({}), json!(true)];
            bad.extend(texts(&[
                "can_fly",
                "can_see can_fly",
                "nope:a",
                "stream:",
                ":a",
                "user:a\u{0}",
                "CAN_SEE",
            ]));
            bad.push(long("can_see"));
            bad.push(long("stream:"));
            bad.push(json!("x".repeat(50_000)));
            bad.push(json!(
                "can_read ".to_owned() + &many("stream:a/b/c", 65).join(" ")
            ));
        }
        Budget => {
            bad = vec![
                json!(0),
                json!(-1),
                json!(1.5),
                json!("7"),
                json!([]),
                json!(true),
                json!(u64::MAX),
            ];
        }
        Revision => {
            bad = texts(&["", "x", "-1", "1.5", "1 ", "0x10", "18446744073709551616"]);
        }
        Abandon => {
            bad = vec![
                json!(7),
                json!("x"),
                json!({}),
                json!([7]),
                json!(["x"]),
                json!([""]),
                json!([[LEASE]]),
                json!([&LEASE[1..]]),
                json!(vec![LEASE; 65]),
            ];
        }
        Settle => {
            bad = vec![json!(7), json!("x"), json!({}), json!([7]), json!([{}])];
            let good =
                json!({ "lease": LEASE, "spent_bytes": 1, "returned_bytes": 1, "requests": 1 });
            bad.push(json!([[LEASE, 1, 1, 1]]));
            bad.push(json!(vec![good.clone(); 257]));
            for (field, value) in [
                ("lease", json!("x")),
                ("lease", json!(7)),
                ("spent_bytes", json!(-1)),
                ("returned_bytes", json!("1")),
                ("requests", json!(1.5)),
                ("requests", Value::Null),
                ("surprise", json!(1)),
            ] {
                let mut one = good.clone();
                one[field] = value;
                bad.push(json!([one]));
            }
        }
        Ask => {
            bad = vec![json!(7), json!("x"), json!([]), json!({}), json!(true)];
            let good = json!({
                "id": LEASE, "chain": [LEASE], "kind": "read", "at_least_bytes": 1, "at_most_bytes": 1,
            });
            let window = |start_s: u64, end_s: u64| json!({ "start_s": start_s, "end_s": end_s });
            for (field, value) in [
                ("id", json!("x")),
                ("id", json!(7)),
                ("id", Value::Null),
                ("chain", json!([])),
                ("chain", json!(LEASE)),
                ("chain", json!([7])),
                ("chain", json!(["user:alice"])),
                ("chain", json!([LEASE.to_uppercase()])),
                ("chain", json!([format!("{LEASE}.nope")])),
                ("chain", json!([LEASE, LEASE])),
                ("chain", json!([long(LEASE)])),
                (
                    "chain",
                    json!(
                        (1..6)
                            .map(|last| format!("{}{last}", &LEASE[..35]))
                            .collect::<Vec<_>>()
                    ),
                ),
                ("kind", json!("Read")),
                ("kind", json!("both")),
                ("kind", Value::Null),
                ("at_least_bytes", json!(-1)),
                ("at_least_bytes", json!((1_u64 << 44) + 1)),
                ("at_most_bytes", json!("1")),
                ("at_most_bytes", json!(u64::MAX)),
                ("window", json!(7)),
                ("window", json!([0, 1])),
                ("window", window(0, 1)),
                ("window", window(u64::MAX, 0)),
                ("window", json!({ "start_s": 0 })),
                ("surprise", json!(1)),
            ] {
                let mut ask = good.clone();
                ask[field] = value;
                bad.push(ask);
            }
        }
        other => unreachable!("{other:?} is in forms.rs"),
    }
    bad
}
