//! Missing parameters and errors: how far they reach, and what absorbs them.

use super::{check, parse};
use crate::condition::{Context, EvaluationError};

const TWO: &str = "x: int, y: int";

#[test]
fn logic_absorbs_on_both_sides() {
    for (expression, context, expected) in [
        ("x < 10 || y < 10", r#"{"x": 1}"#, "true"),
        ("x < 10 || y < 10", r#"{"y": 1}"#, "true"),
        ("x < 10 || y < 10", r#"{"x": 11}"#, "missing"),
        ("x < 10 && y < 10", r#"{"x": 11}"#, "false"),
        ("x < 10 && y < 10", r#"{"y": 11}"#, "false"),
        ("x < 10 && y < 10", r#"{"x": 1}"#, "missing"),
        ("!(x < 10)", "{}", "missing"),
        ("x == y", r#"{"x": 1}"#, "missing"),
        ("x < 10 ? true : y < 10", r#"{"x": 1}"#, "true"),
        ("x < 10 ? true : y < 10", r#"{"x": 11}"#, "missing"),
        ("y < 10 ? x < 10 : x < 10", r#"{"x": 1}"#, "missing"),
        ("1 / x == 1 || y == 2", r#"{"x": 0, "y": 2}"#, "true"),
        ("y == 2 || 1 / x == 1", r#"{"x": 0, "y": 2}"#, "true"),
        (
            "1 / x == 1 || y == 2",
            r#"{"x": 0, "y": 3}"#,
            "DivisionByZero",
        ),
        ("1 / x == 1 && y == 2", r#"{"x": 0, "y": 3}"#, "false"),
        // A missing parameter stands before an error.
        ("1 / x == 1 || y == 2", r#"{"x": 0}"#, "missing"),
        ("y == 2 && 1 / x == 1", r#"{"x": 0}"#, "missing"),
        ("x in [1, y]", r#"{"x": 1}"#, "missing"),
        ("[1, 2].exists(i, i == x || i == y)", r#"{"x": 2}"#, "true"),
        (
            "[1, 2].exists(i, i == x || i == y)",
            r#"{"x": 3}"#,
            "missing",
        ),
        ("[1, 2].all(i, i == x && i == y)", r#"{"x": 2}"#, "false"),
        ("[1, 2].filter(i, i == x) == [1]", "{}", "missing"),
        ("[1, 2].map(i, i + x) == [1]", "{}", "missing"),
        ("true || x == 1", "{}", "true"),
        ("false && x == 1", "{}", "false"),
    ] {
        check(TWO, expression, context, expected);
    }
    check("m: map<int>", "has(m.a)", "{}", "missing");
    check("m: map<int>", "'a' in m || m.a == 1", "{}", "missing");
}

/// What must never be absorbed: a budget that is used up.
#[test]
fn logic_does_not_absorb_the_cost_limit() {
    let many = "[1,2,3,4,5,6,7,8,9,10]";
    let deep =
        format!("{many}.all(a, {many}.all(b, {many}.all(c, {many}.all(d, {many}.all(e, true)))))");
    check("", &format!("{deep} || true"), "{}", "cost");
    check("", &format!("{deep} && false"), "{}", "cost");
}

#[test]
fn a_check_asks_for_every_parameter() {
    let condition = parse(TWO, "x < 10 || y < 10").expect("a condition");
    let context = |text: &str| text.parse::<Context>().expect("a context");
    let missing = |names: &[&str]| EvaluationError::Missing {
        condition: "c".to_owned(),
        parameters: names.iter().map(|name| (*name).to_owned()).collect(),
    };
    let met = |stored: &str, asked: &str| condition.is_met(&context(stored), &context(asked));
    assert_eq!(met("{}", r#"{"x": 1}"#), Err(missing(&["y"])));
    assert_eq!(met("{}", "{}"), Err(missing(&["x", "y"])));
    assert_eq!(met(r#"{"x": 1}"#, r#"{"y": 20}"#), Ok(true));
    // The tuple's value stands before the request's.
    assert_eq!(met(r#"{"x": 20}"#, r#"{"x": 1, "y": 20}"#), Ok(false));
    assert_eq!(
        met(r#"{"x": 1, "y": 20}"#, r#"{"x": 20, "z": []}"#),
        Ok(true)
    );
    // A value that is not used must be of its type all the same.
    let error = met(r#"{"x": 1}"#, r#"{"y": "ten"}"#).expect_err("no int");
    assert_eq!(error.kind(), "parameter_type");
    assert_eq!(
        error.to_string(),
        "condition `c`: the value of `y` is no int"
    );
}
