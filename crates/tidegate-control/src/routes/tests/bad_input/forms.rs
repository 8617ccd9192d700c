//! What a field may hold, and what it must not.

use serde_json::{Value, json};

use super::late_forms::late;

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
    /// `type:id` in a question: what does not exist is a no.
    Asked,
    /// A relation in a question.
    AskedAction,
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
    Action, Asked, AskedAction, Code, Cursor, Entity, EntityType, Flag, Id, Kind, Life, Limit,
    Limits, Links, Object, Operations, Options, Page, Person, Relation, Relations, Subject, Text,
    Type, Words,
};

/// What names no object that alice may use.
pub(super) const OBJECTS: [&str; 16] = [
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

/// What a field must not hold, as JSON.
pub(super) fn bad(form: Form) -> Vec<Value> {
    let long = |start: &str| json!(format!("{start}{}", "a".repeat(600)));
    let types = [json!(7), json!(true), json!([]), json!({}), json!("")];
    let mut bad = types.to_vec();
    let texts = |texts: &[&str]| texts.iter().map(|text| json!(text)).collect::<Vec<_>>();
    match form {
        Object => {
            bad.extend(texts(&OBJECTS));
            bad.extend(texts(&["user:a#b", "user:*", "alice@nowhere"]));
            bad.push(long("user:"));
            bad.push(long("a"));
        }
        Asked => {
            bad.extend(texts(&[
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
                "user:a#b",
                "user:*",
                "alice@nowhere",
            ]));
            bad.push(long("user:"));
        }
        AskedAction => {
            bad.extend(texts(&["nope", "can view", "can_view\u{0}", "Can_View"]));
            bad.push(long("can_view"));
        }
        Person => {
            bad.extend(texts(&[
                "a", ":", "user:", ":a", "user:a b", "us er:a", "user:a#b", "a@b@c", "a@", "@b",
                "nope:a",
            ]));
            bad.push(long("a@"));
        }
        Subject => {
            bad.extend(texts(&OBJECTS));
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
        form => return late(form, bad),
    }
    bad
}
