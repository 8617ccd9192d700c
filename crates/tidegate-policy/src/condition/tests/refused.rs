//! What is no condition: refused when the model is parsed, with the place.

use super::{kind_of, parameters, parse};
use crate::condition::{Condition, ConditionError, MAX_TYPE_NESTING, Parameter};

/// The types of most cases.
const TYPES: &str = "b: bool, i: int, u: uint, d: double, s: string, a: any, l: list<int>, m: map<string>, \
                     t: timestamp, p: duration, ip: ipaddress";

#[test]
fn what_does_not_parse_or_fit() {
    let mut wrong = Vec::new();
    for (expression, offset) in [
        ("", 0),
        ("  ", 2),
        ("{", 1),
        ("(b", 2),
        ("b)", 1),
        ("b &&", 4),
        ("&& b", 0),
        ("b b", 2),
        ("b ? b", 5),
        ("b ? b :", 7),
        ("[1, == 2", 4),
        ("s == 'a", 5),
        ("s == 'a\nb'", 5),
        (r"s == '\q'", 6),
        (r"s == '\u12'", 6),
        (r"s == '\ud800'", 6),
        (r"s == '\400'", 6),
        (r"s == b'\u0041'", 7),
        ("i == 1x", 5),
        ("i == 0x", 5),
        ("i == 9223372036854775808", 5),
        ("i == -9223372036854775809", 5),
        ("u == 18446744073709551616u", 5),
        ("d == 1e999", 5),
        ("b = b", 2),
        ("b & b", 2),
        ("b | b", 2),
        ("b @ b", 2),
        ("b # b", 2),
        ("é", 0),
        ("i == 1 ? b", 10),
        ("if == 1", 0),
        ("b in", 4),
        ("b.", 2),
        ("b.1", 1),
        ("b[", 2),
        ("f(", 2),
        ("b.true", 2),
        ("m.a == 'x' && m.", 16),
        ("{1: 2, } == {1 2}", 15),
        ("size(l,) == 1", 7),
        ("[,] == []", 1),
        ("google.protobuf.Timestamp{} == t", 25),
        ("Foo{} == b", 0),
        // Names.
        ("x", 0),
        ("b && x == 1", 5),
        ("l.all(x, y > x)", 9),
        ("l.all(x, true) && x == 1", 18),
        ("foo(i) == 1", 0),
        ("s.foo()", 2),
        ("s.upperAscii() == s", 2),
        ("startsWith(s, s)", 0),
        ("i.int() == 1", 2),
        ("in_cidr(ip, s)", 0),
        // Types.
        ("i", 0),
        ("s", 0),
        ("a", 0),
        ("m.x", 2),
        ("l", 0),
        ("null", 0),
        ("dyn(true)", 0),
        ("b ? a : b", 0),
        ("i == s", 2),
        ("i == u", 2),
        ("i == d", 2),
        ("i < d", 2),
        ("i < u", 2),
        ("i + d == d", 2),
        ("s + i == s", 2),
        ("s - s == s", 2),
        ("b + b == b", 2),
        ("d % d == d", 2),
        ("-u == u", 0),
        ("-s == s", 0),
        ("!i", 0),
        ("!!i", 0),
        ("- - s == s", 0),
        ("i && b", 0),
        ("b || s", 5),
        ("i ? b : b", 0),
        ("b ? 1 == 1 : 's'", 0),
        ("(b ? 1 : 's') == 1", 1),
        ("i in i", 2),
        ("s in l", 2),
        ("i in m", 2),
        ("'a' in s", 4),
        ("l[s] == 1", 1),
        ("m[i] == s", 1),
        ("i[0] == 1", 1),
        ("l.x == 1", 2),
        ("s.x == 1", 2),
        ("has(l.x)", 0),
        ("has(l)", 0),
        ("has(b)", 0),
        ("has(m.x, m.y)", 0),
        ("size(i) == 1", 0),
        ("size() == 1", 0),
        ("size(l, l) == 1", 0),
        ("s.contains(i)", 2),
        ("l.contains(i)", 2),
        ("s.startsWith()", 2),
        ("s.matches(i)", 2),
        ("int(b) == 1", 0),
        ("int(l) == 1", 0),
        ("uint(t) == u", 0),
        ("bool(i)", 0),
        ("bytes(i) == b''", 0),
        ("duration(d) == p", 0),
        ("timestamp(d) == t", 0),
        ("string(ip) == s", 0),
        ("string(l) == s", 0),
        ("ipaddress(true).in_cidr(\"192.168.0.0/24\")", 0),
        ("ipaddress(i) == ip", 0),
        ("s.in_cidr(s)", 2),
        ("ip.in_cidr(i)", 3),
        ("ip < ip", 3),
        ("l < l", 2),
        ("t + t == t", 2),
        ("p - t == t", 2),
        ("t.getHours(i) == 1", 2),
        ("p.getHours(s) == 1", 2),
        ("p.getFullYear() == 1", 2),
        ("getHours(t) == 1", 0),
        ("i.all(x, true)", 0),
        ("s.exists(x, true)", 0),
        ("l.all(x, x)", 9),
        ("l.all(x, x == 's')", 11),
        ("l.all(1, true)", 6),
        ("l.all(x.y, true)", 8),
        ("l.all(x)", 2),
        ("l.all(x, true, true)", 2),
        ("l.map(x, x, x) == l", 9),
        ("l.filter(x, 1) == l", 12),
        ("l.map(x, 's') == l", 14),
        ("m.all(k, k == 1)", 11),
        ("l == m", 2),
        ("[1] == ['a']", 4),
        ("{1: 1} == {'a': 1}", 7),
        ("{[1]: 1} == {}", 1),
        ("{1.0: 1} == {}", 1),
        ("[1, 2][0] == 's'", 10),
        ("i == null", 2),
        ("s == null", 2),
        ("type(i) == 1", 8),
        ("s == b's'", 2),
        ("true == 1", 5),
        ("[b] + [1] == l", 4),
        // Patterns that are constants.
        ("s.matches('(')", 2),
        ("matches(s, '[')", 0),
    ] {
        match parse(TYPES, expression) {
            Err(ConditionError::Expression {
                offset: found,
                message,
            }) => {
                if found != offset || message.is_empty() {
                    wrong.push(format!("{expression}: {message} at {found}, not {offset}"));
                }
            }
            other => wrong.push(format!("{expression}: {other:?}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_fits_after_all() {
    for expression in [
        "a == 1 && a == 's' && a && a.x && a[0] == 1 && a.x.y[1].z == 1",
        "a + 1 == 2 && 1 + a == 2 && a + a == a",
        "[1, 's'] == [a] && [1, a] == l && l == [] && [] == l && {} == m",
        "t == null && null != p && ip == null && a == null",
        "a.all(x, x.y == 1)",
        "a.size() == 1 && size(a) == 1 && int(a) == 1 && type(a) == int",
        "a in l && i in a && a in a && a in m",
        "(b ? a : i) == 's'",
        "(b ? l : []) == l && (b ? [] : [[1]]) == []",
        "a.matches(a) && a.contains(a) && a.in_cidr(a)",
        "[].map(x, x + 1) == l",
        "[[]].all(x, x.all(y, y > 1))",
        "l.map(x, {'v': x}).exists(v, v.v == 1)",
        "m.map(k, m[k]).exists(v, v.startsWith('a'))",
        "[t, t].exists(x, x > t - p)",
        "a.b.getHours() == 1 && a < 1 && a < 's'",
        "[1, null] == a && [null, t] == [t, null]",
        "{'a': 1, 'b': 's'}.a == 1",
        "l.filter(x, x > 1).map(x, string(x)) == ['2']",
        "-a == 1 && !a && (a ? b : b)",
        "[l, [2]][0] == l && [m][0].x == s",
        "{'a': []}.a == l",
        "b && b && b || b && !b || (b ? b : b)",
    ] {
        if let Err(error) = parse(TYPES, expression) {
            panic!("{expression}: {error:?}");
        }
    }
}

#[test]
fn messages_say_what_and_where() {
    for (expression, offset, message) in [
        ("x < 1", 0, "`x` is no parameter of the condition"),
        ("b && i < 's'", 7, "`<` does not take (int, string)"),
        ("s.nope(1)", 2, "there is no method `nope`"),
        ("nope(1)", 0, "there is no function `nope`"),
        ("i + 1", 2, "a condition is a bool, and this is int"),
        ("m.x", 2, "a condition is a bool, and this is string"),
        ("i.x == 1", 2, "int has no fields"),
        (
            "l == m",
            2,
            "`==` does not take (list(int), map(string, string))",
        ),
        ("(b", 2, "here should be `)`"),
    ] {
        let expected = ConditionError::Expression {
            offset,
            message: message.to_owned(),
        };
        assert_eq!(parse(TYPES, expression).expect_err(expression), expected);
    }
}

#[test]
fn parameters_are_declared_once_and_not_too_deep() {
    let twice = Condition::parse("c", parameters("x: int, x: int"), "true");
    assert!(
        matches!(twice, Err(ConditionError::Parameter { .. })),
        "{twice:?}"
    );
    let nested = |depth: usize| {
        let kind = "list<".repeat(depth) + "int" + &">".repeat(depth);
        let parameter = Parameter {
            name: "x".into(),
            kind: kind_of(&kind),
        };
        Condition::parse("c", vec![parameter], "x == []")
    };
    assert!(nested(MAX_TYPE_NESTING - 1).is_ok());
    assert!(matches!(
        nested(MAX_TYPE_NESTING),
        Err(ConditionError::Parameter { .. })
    ));
}

#[test]
fn the_text_is_kept_without_blanks_around() {
    let condition = parse("x: int", "\n  x  <  1\n").expect("a condition");
    assert_eq!(condition.expression(), "x  <  1");
    assert_eq!((condition.name(), condition.parameters().len()), ("c", 1));
    // The place of an error is in the text as it was given.
    let error = parse("x: int", "\n  y").expect_err("no y");
    assert!(
        matches!(error, ConditionError::Expression { offset: 3, .. }),
        "{error:?}"
    );
}
