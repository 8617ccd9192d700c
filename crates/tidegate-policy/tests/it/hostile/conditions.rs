//! Conditions that are meant to hurt: each evaluation ends by its cost, and denies.

use tidegate_policy::condition::{MAX_CONTEXT, MAX_EXPRESSION, MAX_NESTING};
use tidegate_policy::{Context, Model, Tuple};

use super::{check, snapshot, word};

/// A model with one condition over a list, a text, a number and anything.
fn model(expression: &str) -> String {
    format!(
        "model
  schema 1.1
type user
type doc
  relations
    define viewer: [user, user with c]
    define blocked: [user with c]
    define reader: [user] but not blocked
condition c(l: list<int>, t: string, x: int, a: any) {{
  {expression}
}}
"
    )
}

/// The largest values that a request may bring.
fn context() -> Context {
    let numbers: Vec<usize> = (0..2_500).collect();
    let values = serde_json::json!({
        "l": numbers, "t": "a".repeat(18_000), "x": i64::MAX, "a": {"l": [[[[0]]]]},
    });
    values.to_string().parse().expect("values")
}

/// Whether a model with this condition is refused, or denies with an error where it matters.
#[track_caller]
fn denies(expression: &str) {
    let tuples = [
        "doc:a#viewer@user:ann with c",
        "doc:a#reader@user:ann",
        "doc:a#blocked@user:ann with c",
        "doc:a#viewer@user:bob",
    ];
    let snapshot = snapshot(&model(expression), tuples.map(str::to_owned));
    let context = context();
    for (question, expected) in [
        ("doc:a#viewer@user:ann", "condition"),
        // What cannot be told does not unblock.
        ("doc:a#reader@user:ann", "condition"),
        ("doc:a#viewer@user:bob", "true"),
        ("doc:a#viewer@user:cid", "false"),
    ] {
        let found = word(check(&snapshot, question, &context));
        assert_eq!(found, expected, "{question}: {expression}");
    }
}

#[test]
fn what_costs_too_much_denies() {
    for expression in [
        "l.all(a1, l.all(a2, l.all(a3, l.all(a4, a1 + a2 + a3 + a4 >= 0))))",
        "l.map(x1, l).map(x2, x2.map(x3, l)).size() > 0",
        "l.exists(n, (t + t + t + t).contains('b'))",
        "l.all(n, t.matches('(a|aa)*b') == false)",
        "l.filter(n, l.exists(m, m == n + 1)).size() > 5",
        "[t, t].map(y, y + y).map(y, y + y).map(y, y + y).map(y, y + y).map(y, y + y).map(y, y + y).map(y, y + y).map(y, y + y).map(y, y + y).size() > 9",
        "l.all(n, string(l.map(m, m)[n]) != t + t)",
    ] {
        denies(expression);
        denies(&format!("({expression}) || x > 0"));
        denies(&format!("!(({expression}) && x < 0)"));
    }
}

#[test]
fn what_has_no_value_denies() {
    for expression in [
        "x + 1 > 0",
        "x * x > 0",
        "-x - 2 < 0 && x / (x - x) > 1",
        "l[3000] == 0",
        "a.ghost == 1",
        "a.l[0][0][0][0][0] == 1",
        "timestamp(t) < timestamp('2026-01-01T00:00:00Z')",
        "int(t) == 1",
        "duration(t) > duration('1s')",
    ] {
        denies(expression);
    }
}

#[test]
fn expressions_are_bounded() {
    let refused = |expression: &str| {
        let found = Model::parse(&model(expression));
        assert!(found.is_err(), "{} bytes", expression.len());
    };
    refused(&format!("x > 0{}", " && x > 0".repeat(MAX_EXPRESSION / 9)));
    refused(&format!(
        "{}x{} > 0",
        "(".repeat(MAX_NESTING + 1),
        ")".repeat(MAX_NESTING + 1)
    ));
    refused(&format!("{}x > 0", "x > 0 ? x > 1 : ".repeat(200)));
    refused(&format!("{} == x", "[".repeat(1_500)));
    refused(&format!("t.matches('{}')", "(a{1,1000}){1,1000}".repeat(3)));
    refused(&format!("t.matches('{}')", "(".repeat(2_000)));
    refused("");
    refused("x");
    refused("\u{202e} x > 0 \u{0}");
}

/// A pattern does not try one way after another.
#[test]
fn patterns_do_not_explode() {
    let pattern = "t.matches('^(a+)+$') && !t.matches('^(a|a)*b$') && !t.matches('(x+x+)+y')";
    let tuples = ["doc:a#viewer@user:ann with c".to_owned()];
    let snapshot = snapshot(&model(pattern), tuples);
    for length in [10, 100, 1_000, 10_000] {
        let values = serde_json::json!({"l": [], "t": "a".repeat(length), "x": 0, "a": null});
        let context = values.to_string().parse().expect("values");
        let found = word(check(&snapshot, "doc:a#viewer@user:ann", &context));
        assert!(["true", "condition"].contains(&found), "{length}: {found}");
        assert!(length > 100 || found == "true", "{length}: {found}");
    }
}

#[test]
fn contexts_are_bounded() {
    let text = |length: usize| format!("{{\"t\":\"{}\"}}", "a".repeat(length - 8));
    assert!(text(MAX_CONTEXT).parse::<Context>().is_ok());
    assert!(text(MAX_CONTEXT + 1).parse::<Context>().is_err());
    for depth in [200, 16_000] {
        let deep = format!("{{\"a\":{}0{}}}", "[".repeat(depth), "]".repeat(depth));
        assert!(deep.parse::<Context>().is_err(), "{depth}");
        let tuple = format!("doc:a#viewer@user:ann with c {deep}");
        assert!(tuple.parse::<Tuple>().is_err(), "{depth}");
    }
    for text in ["", "[]", "null", "{", "{\"a\":1e999}", "{\"a\":1}x"] {
        assert!(text.parse::<Context>().is_err(), "{text}");
    }
}

/// The same condition on many tuples: each is evaluated, and none lets in.
#[test]
fn many_tuples_under_one_condition() {
    let costly = "l.all(n, n >= 0) && l.exists(n, n == x)";
    let text = model(costly).replace("[user, user with c]", "[user, group#member with c]");
    let text = text.replace(
        "type doc\n",
        "type group\n  relations\n    define member: [user]\ntype doc\n",
    );
    let usersets = (0..300).map(|n| format!("doc:a#viewer@group:{n}#member with c"));
    let members = (0..300).map(|n| format!("group:{n}#member@user:ann"));
    let snapshot = snapshot(&text, usersets.chain(members));
    let found = word(check(&snapshot, "doc:a#viewer@user:ann", &context()));
    assert!(["false", "too-much"].contains(&found), "{found}");
}
