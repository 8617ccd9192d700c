//! What a field may hold, and what it must not.

use serde_json::{Value, json};

/// What stands in a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `type:id`
    Object,
    /// `type:id`, or an address.
    Person,
    /// `type:id#relation`, `type:*`, or an address.
    Subject,
    Relations,
    /// Relations in a query: `a,b`.
    Words,
    Relation,
    /// For people.
    Text,
    Id,
    Code,
    Life,
    Kind,
    Limits,
    Links,
    Flag,
    Type,
    Limit,
    Cursor,
    Entity,
    EntityType,
    Action,
    Page,
    Operations,
    Options,
    /// A key's id.
    Kid,
    /// What a key is for, and other fixed words.
    Word,
    /// Seconds of a day or so, 0 among them.
    Wait,
    /// Seconds; what is longer than may be is shortened.
    Short,
    /// A new person.
    Newcomer,
    /// A secret.
    Secret,
    Audiences,
    Scope,
    Budget,
    Revision,
    Abandon,
    Settle,
    Ask,
}

/// Whether a field must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Must {
    Be,
    Not,
}

use Form::{
    Abandon, Ask, Audiences, Budget, Kid, Newcomer, Revision, Scope, Secret, Settle, Short, Wait,
    Word,
};
use Form::{
    Action, Code, Cursor, Entity, EntityType, Flag, Id, Kind, Life, Limit, Limits, Links, Object,
    Operations, Options, Page, Person, Relation, Relations, Subject, Text, Type, Words,
};

/// An id that nothing has.
const LEASE: &str = "019a9a1c-7a00-7000-8000-00000000000a";

fn many(start: &str, count: usize) -> Vec<String> {
    (0..count)
        .map(|number| format!("{start}{number}"))
        .collect()
}

/// What a field must not hold, as JSON.
pub(super) fn bad(form: Form) -> Vec<Value> {
    let long = |start: &str| json!(format!("{start}{}", "a".repeat(600)));
    let types = [json!(7), json!(true), json!([]), json!({}), json!("")];
    let mut bad = types.to_vec();
    let texts = |texts: &[&str]| texts.iter().map(|text| json!(text)).collect::<Vec<_>>();
    let objects = [
        "a",
        ":",
        "user:",
        ":a",
        "user:a b",
        "user:a\u{0}",
        "user:a\n",
        "user:a:b",
        "us er:a",
        "nope:a",
        "user:nobody",
        "user:\u{202e}",
        "User:alice",
        "site:other",
        "user:../alice",
        "user:%61lice",
    ];
    match form {
        Object => {
            bad.extend(texts(&objects));
            bad.extend(texts(&["user:a#b", "user:*", "alice@nowhere"]));
            bad.push(long("user:"));
            bad.push(long("a"));
        }
        Person => {
            bad.extend(texts(&[
                "a", ":", "user:", ":a", "user:a b", "us er:a", "user:a#b", "a@b@c", "a@", "@b",
                "nope:a",
            ]));
            bad.push(long("a@"));
        }
        Subject => {
            bad.extend(texts(&objects));
            bad.extend(texts(&[
                "user:a#",
                "user:a#b c",
                "user:a#b#c",
                "*",
                "nope:*",
            ]));
            bad.push(long("user:a#"));
        }
        Relations => {
            bad = vec![
                json!(7),
                json!({}),
                json!(""),
                json!("view"),
                json!([]),
                json!([7]),
                json!([""]),
                json!(["nope"]),
                json!(["view\u{0}"]),
                json!(["can_view"]),
                json!([["view"]]),
                json!([long("view")]),
            ];
            bad.push((0..17).map(|number| format!("view{number}")).collect());
        }
        Words => {
            bad = texts(&[
                "",
                ",",
                "nope",
                "read,nope",
                "read,,write",
                "read write",
                "can_read",
            ]);
        }
        Relation => {
            bad.extend(texts(&[
                "nope",
                "can_view",
                "billing organization",
                "Billing_Organization",
            ]));
            bad.push(long("b"));
        }
        Text => {
            bad = vec![
                json!(7),
                json!([]),
                json!({}),
                json!("a\u{0}b"),
                json!("a\nb"),
                json!("\u{7f}"),
                long("a"),
            ];
        }
        Id => {
            bad.extend(texts(&[
                "x",
                "00000000-0000-0000-0000-00000000000",
                "019a9a1c-7a00-7000-8000-000000000000",
                "' OR 1=1 --",
            ]));
            bad.push(long("0"));
        }
        Code => {
            bad.extend(texts(&["x", "\u{0}"]));
            bad.push(json!("A".repeat(64)));
            bad.push(long("A"));
        }
        Life => {
            bad = vec![
                json!(0),
                json!(-1),
                json!(1.5),
                json!("60"),
                json!([]),
                json!(true),
                json!(u64::MAX),
                json!(1e30),
            ];
        }
        Kind => {
            bad.extend(texts(&["nope", "full", "Service", "service "]));
            bad.push(long("service"));
        }
        Limits => {
            bad = vec![
                json!(7),
                json!("unlimited"),
                json!([7, 7, 7]),
                json!([7, 7]),
                json!({ "read": -1 }),
                json!({ "read": 1.5 }),
                json!({ "read": "7" }),
                json!({ "write": "Unlimited" }),
                json!({ "read": u64::MAX }),
                json!({ "both": 1 }),
                json!({ "read": [] }),
            ];
        }
        Links => bad = vec![json!(7), json!("a"), json!([]), json!(true)],
        Flag => {
            bad = vec![
                json!(7),
                json!("yes"),
                json!("TRUE"),
                json!([]),
                json!({}),
                json!(""),
            ];
        }
        Type => {
            bad = texts(&["", "nope", "Stream", "stream:", "stream ", "stream\u{0}"]);
            bad.push(long("stream"));
        }
        Limit => {
            bad = vec![
                json!(0),
                json!(1001),
                json!(-1),
                json!(1.5),
                json!("ten"),
                json!(""),
                json!(4_294_967_296_u64),
                json!("1 "),
                json!("0x10"),
            ];
        }
        Cursor => {
            bad = texts(&[
                "",
                "x",
                "1",
                "user:alice",
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "=",
                "\u{0}",
            ]);
            bad.push(long("A"));
        }
        Entity => {
            bad.extend(
                types[..3]
                    .iter()
                    .map(|value| json!({ "type": value, "id": "alice" })),
            );
            bad.extend(
                types[..3]
                    .iter()
                    .map(|value| json!({ "type": "user", "id": value })),
            );
            bad.extend([
                json!({ "type": "user" }),
                json!(["user", "alice", null]),
                json!({ "id": "alice" }),
                json!({ "type": "user", "id": "" }),
                json!({ "type": "", "id": "a" }),
                json!({ "type": "user:alice", "id": "a" }),
                json!({ "type": "user", "id": "a b" }),
                json!({ "type": "user", "id": "a:b" }),
                json!({ "type": "user", "id": "a#b" }),
                json!({ "type": "user", "id": "*" }),
                json!({ "type": "user", "id": long("a") }),
                json!({ "type": "user", "id": "alice", "properties": [] }),
            ]);
        }
        EntityType => bad.extend([
            json!(["user"]),
            json!({ "type": 7 }),
            json!({ "type": "" }),
            json!({ "type": "nope" }),
            json!({ "id": "a" }),
            json!({ "type": long("a") }),
        ]),
        Action => bad.extend([
            json!({ "name": 7 }),
            json!({ "name": "" }),
            json!({ "name": "nope" }),
            json!({ "name": "CAN_VIEW" }),
            json!({ "name": long("a") }),
            json!({ "name": "can_view", "properties": 7 }),
        ]),
        Page => {
            bad = vec![
                json!(7),
                json!("x"),
                json!(["x", 7, 7]),
                json!([null, null]),
                json!({ "limit": 0 }),
                json!({ "limit": 1001 }),
                json!({ "limit": "1" }),
                json!({ "token": 7 }),
                json!({ "token": "x" }),
                json!({ "token": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }),
            ];
        }
        Operations => {
            bad = vec![json!(7), json!("x"), json!({}), json!([7]), json!(["x"])];
            bad.push(json!(vec![
                json!({ "op": "join", "object": "organization:acme" });
                101
            ]));
        }
        Options => {
            bad = vec![
                json!(7),
                json!("x"),
                json!({ "evaluations_semantic": "some" }),
                json!({ "evaluations_semantic": 7 }),
            ];
        }
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
            bad.extend(texts(&objects));
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
    }
    bad
}
