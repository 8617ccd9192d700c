//! Payloads that JSON parsers disagree on.

use super::*;

/// By what they are.
pub(super) fn all() -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut add = |what: String, payload: String| found.push((what, payload.into_bytes()));
    let good = payload();
    let value = |name: &str, json: &str| {
        let mut fields = serde_json::to_value(claims()).unwrap();
        fields[name] = json!("HERE");
        fields.to_string().replace("\"HERE\"", json)
    };
    let numbers = [
        "0",
        "-0",
        "-1",
        "01",
        "1.0",
        "1e3",
        "1E3",
        "1e999",
        "0.5",
        ".5",
        "1.",
        "+1",
        "0x10",
        "1_000",
        "9007199254740991",
        "9007199254740992",
        "9007199254740993",
        "18446744073709551615",
        "18446744073709551616",
        "1700000000",
        " 1700000000 ",
        "\"1700000000\"",
        "true",
        "null",
        "[]",
        "{}",
        "NaN",
        "Infinity",
        "",
    ];
    for name in ["iat", "nbf", "exp"] {
        for number in numbers {
            add(format!("{name}: {number}"), value(name, number));
        }
    }
    let uuids = [
        "00000000-0000-0000-0000-00000000000a",
        "00000000-0000-0000-0000-00000000000A",
        "0000000000000000000000000000000a",
        "{00000000-0000-0000-0000-00000000000a}",
        "urn:uuid:00000000-0000-0000-0000-00000000000a",
        "URN:UUID:00000000-0000-0000-0000-00000000000a",
        "{0000000000000000000000000000000a}",
        "{00000000-0000-0000-0000-00000000000a",
        "00000000-0000-0000-0000-00000000000a}",
        "urn:uuid:0000000000000000000000000000000a",
        "0000000-00000-0000-0000-00000000000a",
        "00000000_0000_0000_0000_00000000000a",
        "00000000-0000-0000-0000-00000000000g",
        " 00000000-0000-0000-0000-00000000000a",
        "",
        "00000000-0000-0000-0000-00000000000a\\n",
        "urn:uuid:{00000000-0000-0000-0000-00000000000a}",
        "０0000000-0000-0000-0000-00000000000a",
    ];
    for name in ["uid", "jti"] {
        for uuid in uuids {
            add(
                format!("{name}: {uuid:?}"),
                value(name, &format!("\"{uuid}\"")),
            );
        }
        add(
            format!("{name} of bytes"),
            value(name, "[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]"),
        );
    }
    let texts = [
        r#""""#,
        r#""a""#,
        r#""\u0041""#,
        r#""\/\b\f\n\r\t\"\\""#,
        r#""\x41""#,
        r#""\u00""#,
        r#""\ud800""#,
        r#""\udc00""#,
        r#""\ud83d\ude00""#,
        r#""\ude00\ud83d""#,
        r#""\ud83d\ud83d""#,
        "\"a\tb\"",
        "\"a\u{7f}b\"",
        "\"a\u{0}b\"",
        r#""\u0000""#,
        "'a'",
        "a",
        "1",
        "null",
        "true",
        "[\"a\"]",
        "{\"a\":\"b\"}",
        "\"\u{2028}\"",
        "\"😀\"",
        "\"\u{feff}\"",
        "\"a\":\"b\"",
        r#""\U0041""#,
        r#""\u 041""#,
    ];
    for name in ["sub", "kind"] {
        for text in texts {
            add(format!("{name}: {text}"), value(name, text));
        }
    }
    for (name, most) in [("iss", 512), ("sub", 512), ("kind", 128)] {
        for length in [most, most + 1] {
            add(
                format!("{name} of {length}"),
                value(name, &format!("\"{}\"", "n".repeat(length))),
            );
            let wide = format!("\"{}{}\"", "é".repeat(most / 2), "n".repeat(length - most));
            add(
                format!("{name} of {length}, two bytes each"),
                value(name, &wide),
            );
        }
    }
    let audiences = [
        "null",
        "\"gateway\"",
        "[\"gateway\"]",
        "[]",
        "[\"gateway\",1]",
        "[\"gateway\",null]",
        "[[\"gateway\"]]",
        "[\"gateway\",\"gateway\"]",
        "[\"gateway\",]",
        "[,\"gateway\"]",
        "{\"0\":\"gateway\"}",
        "[\"gatewa\\u0079\"]",
        "[\"gateway\\u0000\"]",
        "[\"gateway\",\"\\ud800\"]",
    ];
    for audience in audiences {
        add(format!("aud: {audience}"), value("aud", audience));
    }
    let long = |length: usize, item: &str| format!("[{}]", vec![item; length].join(","));
    let uid = "\"00000000-0000-0000-0000-00000000000a\"";
    let budget = format!(r#"{{"jti":{uid},"bytes":5}}"#);
    let narrows = [
        "{}".to_owned(),
        "null".into(),
        "[]".into(),
        "[[],[],[],[]]".into(),
        "\"\"".into(),
        "{\"parents\":null}".into(),
        "{\"parents\":[]}".into(),
        format!("{{\"parents\":{}}}", long(3, uid)),
        format!("{{\"parents\":{}}}", long(4, uid)),
        "{\"parents\":[\"a\"]}".into(),
        "{\"actions\":null}".into(),
        "{\"actions\":[]}".into(),
        "{\"actions\":[\"\"]}".into(),
        format!("{{\"actions\":{}}}", long(64, "\"r\"")),
        format!("{{\"actions\":{}}}", long(65, "\"r\"")),
        format!("{{\"actions\":[\"{}\"]}}", "r".repeat(128)),
        format!("{{\"actions\":[\"{}\"]}}", "r".repeat(129)),
        "{\"actions\":\"r\"}".into(),
        "{\"objects\":null}".into(),
        "{\"objects\":[]}".into(),
        "{\"objects\":[\"a:b\"]}".into(),
        "{\"objects\":[\"no object\"]}".into(),
        format!("{{\"objects\":[\"{}\"]}}", "o".repeat(512)),
        format!("{{\"objects\":[\"{}\"]}}", "o".repeat(513)),
        format!("{{\"objects\":{}}}", long(65, "\"o\"")),
        format!("{{\"budgets\":{}}}", long(2, &budget)),
        format!("{{\"budgets\":{}}}", long(3, &budget)),
        "{\"budgets\":null}".into(),
        "{\"budgets\":[]}".into(),
        format!("{{\"budgets\":[[{uid},5]]}}"),
        format!("{{\"budgets\":[{{\"jti\":{uid}}}]}}"),
        "{\"budgets\":[{\"bytes\":5}]}".into(),
        format!("{{\"budgets\":[{{\"jti\":{uid},\"bytes\":5,\"more\":1}}]}}"),
        format!("{{\"budgets\":[{{\"jti\":{uid},\"bytes\":5,\"bytes\":6}}]}}"),
        format!("{{\"budgets\":[{{\"jti\":{uid},\"bytes\":9007199254740991}}]}}"),
        format!("{{\"budgets\":[{{\"jti\":{uid},\"bytes\":9007199254740992}}]}}"),
        format!("{{\"budgets\":[{{\"jti\":{uid},\"bytes\":5.0}}]}}"),
        format!("{{\"budgets\":[{{\"jti\":{uid},\"bytes\":null}}]}}"),
        "{\"actions\":[\"r\"],\"actions\":[\"w\"]}".into(),
        "{\"actions\":[\"r\"],\"\\u0061ctions\":[\"w\"]}".into(),
        "{\"Actions\":[\"r\"]}".into(),
        "{\"__proto__\":{}}".into(),
        "{\"constructor\":[]}".into(),
    ];
    for narrow in narrows {
        let cut: String = narrow.chars().take(100).collect();
        add(
            format!("narrow: {cut} of {}", narrow.len()),
            value("narrow", &narrow),
        );
    }
    let inside = good.strip_prefix('{').unwrap();
    for name in [
        "iss", "aud", "sub", "uid", "jti", "iat", "nbf", "exp", "kind", "narrow",
    ] {
        let fields = serde_json::to_value(claims()).unwrap();
        let again = &fields[name];
        add(
            format!("{name} twice"),
            format!("{{\"{name}\":{again},{inside}"),
        );
        let (first, rest) = name.split_at(1);
        let escaped = format!("\\u{:04x}{rest}", first.as_bytes()[0]);
        add(
            format!("{name} twice, once escaped"),
            format!("{{\"{escaped}\":{again},{inside}"),
        );
        let mut without = fields.clone();
        without.as_object_mut().unwrap().remove(name);
        add(format!("no {name}"), without.to_string());
        let renamed = good.replace(&format!("\"{name}\":"), &format!("\"{escaped}\":"));
        add(format!("{name} escaped"), renamed);
    }
    for name in [
        "__proto__",
        "constructor",
        "toString",
        "hasOwnProperty",
        "",
        "Iss",
        "iss ",
        "\\ud800",
    ] {
        add(
            format!("another field {name:?}"),
            format!("{{\"{name}\":1,{inside}"),
        );
    }
    let spaced = |space: &str| good.replace(',', &format!("{space},{space}"));
    for (what, space) in [
        ("space", " "),
        ("tab", "\t"),
        ("line feed", "\n"),
        ("carriage return", "\r"),
        ("vertical tab", "\u{b}"),
        ("form feed", "\u{c}"),
        ("no-break space", "\u{a0}"),
        ("comment", "/**/"),
    ] {
        add(format!("{what} between"), spaced(space));
        add(format!("{what} before"), format!("{space}{good}"));
        add(format!("{what} after"), format!("{good}{space}"));
    }
    let whole = [
        ("a comma at the end", good.replace("}}", "},}")),
        ("two commas", good.replacen(',', ",,", 1)),
        ("two objects", format!("{good}{good}")),
        ("an array of it", format!("[{good}]")),
        ("half of it", good[..good.len() / 2].to_owned()),
        ("a byte order mark", format!("\u{feff}{good}")),
        ("a NUL after", format!("{good}\0")),
        ("text", "\"claims\"".into()),
        ("null", "null".into()),
        ("a number", "1".into()),
        ("nothing", String::new()),
        ("no object", "{}".into()),
        (
            "deep objects",
            format!("{}{}", "{\"a\":".repeat(400), "}".repeat(400)),
        ),
        ("text of it", serde_json::to_string(&good).unwrap()),
    ];
    for (what, payload) in whole {
        add(what.into(), payload);
    }
    let broken: [(&str, &[u8]); 6] = [
        ("a lone byte", b"\xff"),
        ("cut off", b"\xc3"),
        ("overlong", b"\xc0\xaf"),
        ("a surrogate", b"\xed\xa0\x80"),
        ("above all", b"\xf4\x90\x80\x80"),
        ("a continuation", b"\x80"),
    ];
    for (what, bytes) in broken {
        let at = good.find("anne").unwrap();
        let payload = [&good.as_bytes()[..at], bytes, &good.as_bytes()[at..]].concat();
        found.push((format!("not UTF-8: {what}"), payload));
    }
    found
}
