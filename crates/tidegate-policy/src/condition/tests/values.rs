//! From JSON to the types of parameters.

use super::{check, parse};
use crate::condition::Context;

#[test]
fn conversions() {
    for (kind, json, expression, expected) in [
        ("int", "42", "p == 42", "true"),
        (
            "int",
            "-9223372036854775808",
            "p == -9223372036854775808",
            "true",
        ),
        ("int", "9007199254740993", "p == 9007199254740993", "true"),
        ("int", "42.0", "p == 42", "true"),
        ("int", "1e3", "p == 1000", "true"),
        ("int", "42.5", "p == 42", "value p"),
        ("int", "9223372036854775808", "p > 0", "value p"),
        ("int", "1e300", "p > 0", "value p"),
        ("int", r#""42""#, "p == 42", "true"),
        ("int", r#""-42""#, "p == -42", "true"),
        ("int", r#""+42.00""#, "p == 42", "true"),
        ("int", r#""1.5e1""#, "p == 15", "true"),
        ("int", r#""150e-1""#, "p == 15", "true"),
        ("int", r#""0e99""#, "p == 0", "true"),
        (
            "int",
            r#""9223372036854775807""#,
            "p == 9223372036854775807",
            "true",
        ),
        ("int", r#""9223372036854775808""#, "p > 0", "value p"),
        ("int", r#""1.5""#, "p > 0", "value p"),
        ("int", r#""""#, "p > 0", "value p"),
        ("int", r#"".""#, "p > 0", "value p"),
        ("int", r#""0x10""#, "p > 0", "value p"),
        ("int", r#"" 1""#, "p > 0", "value p"),
        ("int", r#""1e999999999999""#, "p > 0", "value p"),
        ("int", r#""1e2147483647""#, "p > 0", "value p"),
        ("int", r#""1e-2147483648""#, "p > 0", "value p"),
        ("int", "true", "p > 0", "value p"),
        ("int", "null", "p > 0", "value p"),
        ("int", "[1]", "p > 0", "value p"),
        ("uint", "42", "p == 42u", "true"),
        (
            "uint",
            "18446744073709551615",
            "p == 18446744073709551615u",
            "true",
        ),
        (
            "uint",
            r#""18446744073709551615""#,
            "p == 18446744073709551615u",
            "true",
        ),
        ("uint", "-1", "p == 0u", "value p"),
        ("uint", r#""-1""#, "p == 0u", "value p"),
        ("uint", "1.5", "p == 1u", "value p"),
        ("double", "1.5", "p == 1.5", "true"),
        ("double", "2", "p == 2.0", "true"),
        ("double", r#""1.5""#, "p == 1.5", "true"),
        ("double", r#""-1e3""#, "p == -1000.0", "true"),
        ("double", r#""1.79e+309""#, "p > 0.0", "value p"),
        ("double", r#""inf""#, "p > 0.0", "value p"),
        ("double", r#""nan""#, "p > 0.0", "value p"),
        ("double", r#""x""#, "p > 0.0", "value p"),
        ("double", "true", "p > 0.0", "value p"),
        ("bool", "true", "p", "true"),
        ("bool", r#""true""#, "p", "value p"),
        ("bool", "1", "p", "value p"),
        ("string", r#""a""#, "p == 'a'", "true"),
        ("string", "1", "p == '1'", "value p"),
        ("string", "null", "p == ''", "value p"),
        ("duration", r#""1h30m""#, "p == duration('90m')", "true"),
        ("duration", "60", "p == duration('1m')", "value p"),
        ("duration", r#""1 hour""#, "p == duration('1h')", "value p"),
        (
            "timestamp",
            r#""2024-01-01T00:00:00Z""#,
            "p > timestamp(0)",
            "true",
        ),
        (
            "timestamp",
            r#""2024-01-01""#,
            "p > timestamp(0)",
            "value p",
        ),
        ("timestamp", "0", "p >= timestamp(0)", "value p"),
        (
            "ipaddress",
            r#""192.0.2.1""#,
            "p.in_cidr('192.0.2.0/24')",
            "true",
        ),
        (
            "ipaddress",
            r#""2001:db8::1""#,
            "p == ipaddress('2001:db8::1')",
            "true",
        ),
        (
            "ipaddress",
            r#""localhost""#,
            "p == ipaddress('::1')",
            "value p",
        ),
        (
            "ipaddress",
            r#""192.0.2.0/24""#,
            "p == ipaddress('::1')",
            "value p",
        ),
        ("any", "42", "p == 42 && type(p) == double", "true"),
        ("any", "null", "p == null", "true"),
        (
            "any",
            r#"{"a": [1, "x", {"b": false}]}"#,
            "p.a[1] == 'x' && !p.a[2].b && size(p.a) == 3",
            "true",
        ),
        ("any", r#""x""#, "p.startsWith('x')", "true"),
        (
            "list<int>",
            r#"[1, "2", 3.0]"#,
            "p == [1, 2, 3] && p.all(i, type(i) == int)",
            "true",
        ),
        ("list<int>", r#"[1, "x"]"#, "p == [1]", "value p"),
        ("list<int>", "{}", "p == [1]", "value p"),
        ("list<int>", "[]", "p == []", "true"),
        (
            "list<string>",
            r#"["a", "b"]"#,
            "'b' in p && !('c' in p) && p[0] == 'a'",
            "true",
        ),
        ("list<string>", r#"["a", 1]"#, "'a' in p", "value p"),
        ("list<string>", r#"["a", null]"#, "'a' in p", "value p"),
        (
            "list<any>",
            r#"["a", 1, null]"#,
            "'a' in p && 1 in p && null in p",
            "true",
        ),
        (
            "list<list<string>>",
            r#"[["a"], []]"#,
            "p[0][0] == 'a' && p.exists(l, l == [])",
            "true",
        ),
        ("list<list<bool>>", r#"[[true], [1]]"#, "p[0][0]", "value p"),
        (
            "list<ipaddress>",
            r#"["192.0.2.1"]"#,
            "p.all(i, i.in_cidr('192.0.2.0/24'))",
            "true",
        ),
        (
            "list<timestamp>",
            r#"["2024-01-01T00:00:00Z"]"#,
            "p[0].getFullYear() == 2024",
            "true",
        ),
        (
            "map<string>",
            r#"{"a": "x"}"#,
            "p.a == 'x' && p['a'] == 'x' && 'a' in p && has(p.a) && !has(p.b)",
            "true",
        ),
        ("map<string>", r#"{"a": 1}"#, "p.a == '1'", "value p"),
        ("map<string>", "[]", "p.a == '1'", "value p"),
        ("map<string>", "{}", "p.a == '1'", "NoSuchKey"),
        (
            "map<int>",
            r#"{"a": "7"}"#,
            "p.a == 7 && p.exists(k, p[k] == 7) && size(p) == 1",
            "true",
        ),
        (
            "map<any>",
            r#"{"foo": 42, "bar": 10}"#,
            "p.foo == 42 && p.bar < 56",
            "true",
        ),
        (
            "map<any>",
            r#"{"foo": 42, "bar": "x"}"#,
            "p.foo == 42 && p.bar < 56",
            "NoOverload",
        ),
        (
            "map<any>",
            r#"{"foo": 41}"#,
            "p.foo == 42 && p.bar < 56",
            "false",
        ),
        (
            "map<map<int>>",
            r#"{"a": {"b": 1}}"#,
            "p.a.b == 1 && p == {'a': {'b': 1}}",
            "true",
        ),
        (
            "map<double>",
            r#"{"a": 1.5, "b": "2"}"#,
            "p.a + p.b == 3.5",
            "true",
        ),
    ] {
        let types = format!("p: {kind}");
        check(&types, expression, &format!(r#"{{"p": {json}}}"#), expected);
        // A tuple takes exactly what converts.
        let condition = parse(&types, expression).expect("a condition");
        let context: Context = format!(r#"{{"p": {json}}}"#).parse().expect("a context");
        assert_eq!(
            condition.takes(&context).is_err(),
            expected == "value p",
            "{kind} {json}"
        );
    }
}

#[test]
fn a_tuple_has_declared_parameters_alone() {
    let condition = parse("x: int, y: string", "x == 1 && y == ''").expect("a condition");
    let takes = |text: &str| condition.takes(&text.parse().expect("a context"));
    assert_eq!(takes("{}"), Ok(()));
    assert_eq!(takes(r#"{"y": "a"}"#), Ok(()));
    assert_eq!(
        takes(r#"{"z": 1}"#),
        Err("it has no parameter `z`".to_owned())
    );
    assert_eq!(
        takes(r#"{"x": "a"}"#),
        Err("the value of `x` is no int".to_owned())
    );
}
