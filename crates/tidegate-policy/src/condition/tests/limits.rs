//! What is bounded, and that no text makes the parser or the evaluation panic or hang.

use super::{check, outcome, parse};
use crate::condition::error::Failure;
use crate::condition::evaluate::{Evaluation, Meter, Stop};
use crate::condition::value::{Text, Value};
use crate::condition::{Context, MAX_EXPRESSION, MAX_NESTING};

#[test]
fn length_and_nesting() {
    let long = |length: usize| format!("true{}", " ".repeat(length - 4));
    check("", &long(MAX_EXPRESSION), "{}", "true");
    assert!(parse("", &long(MAX_EXPRESSION + 1)).is_err());

    let depth = MAX_NESTING - 1;
    check(
        "",
        &("(".repeat(depth) + "true" + &")".repeat(depth)),
        "{}",
        "true",
    );
    for (open, middle, close) in [
        ("(", "true", ")"),
        ("[", "1", "]"),
        ("{1:", "1", "}"),
        ("dyn(", "1", ")"),
        ("true?true:", "true", ""),
        ("[1].all(x,", "true", ")"),
        ("1+(", "1", ")"),
        ("!(", "true", ")"),
        ("[", "", "]"),
        ("has(", "", ")"),
    ] {
        for depth in [MAX_NESTING + 1, 400] {
            let expression = open.repeat(depth) + middle + &close.repeat(depth);
            assert!(
                outcome("", &expression, "{}").starts_with("refused"),
                "{expression}"
            );
        }
    }
    for step in [" + 1", " - 1"] {
        assert!(
            parse(
                "",
                &("1".to_owned() + &step.repeat(MAX_NESTING - 10) + " == 1")
            )
            .is_ok()
        );
        assert!(parse("", &("1".to_owned() + &step.repeat(500) + " == 1")).is_err());
    }
    assert!(parse("a: any", &("a".to_owned() + &".x".repeat(500) + " == 1")).is_err());
    assert!(parse("a: any", &("a".to_owned() + &"[0]".repeat(500) + " == 1")).is_err());
    // Chains of `&&` and `||` are flat, and signs that cancel are none.
    check(
        "",
        &("true".to_owned() + &" && true".repeat(500)),
        "{}",
        "true",
    );
    check(
        "",
        &("false".to_owned() + &" || false".repeat(400)),
        "{}",
        "false",
    );
    check("", &("!".repeat(2_000) + "true"), "{}", "true");
    check("", &("-".repeat(2_001) + "1 == -1"), "{}", "true");
}

#[test]
fn types_do_not_grow_without_bound() {
    let grow = "[1]".to_owned() + &".map(x, [[[[[[[[[[x]]]]]]]]]])".repeat(60) + " == []";
    assert!(parse("", &grow).is_err());
    let double = "[1]".to_owned() + &".map(x, {x: x})".repeat(60) + " == []";
    assert!(parse("", &double).is_err());
    let free = "[]".to_owned() + &".map(x, {x: x})".repeat(60) + " == []";
    let _ = parse("", &free);
    let dynamic = "[1]".to_owned() + &".map(x,[dyn([dyn([dyn([dyn(x)])])])])".repeat(80) + " == []";
    assert_eq!(outcome("", &dynamic, "{}"), "false");
}

#[test]
fn steps_texts_and_lists_cost() {
    let list = serde_json::json!({ "l": (0..4_000).collect::<Vec<_>>() }).to_string();
    check("l: list<int>", "l.all(x, x >= 0)", &list, "true");
    check("l: list<int>", "l.all(x, l.all(y, x >= 0))", &list, "cost");
    check("l: list<int>", "l.map(x, l) == []", &list, "false");
    check(
        "l: list<int>",
        "l.all(x, (l + l).size() > 0)",
        &list,
        "cost",
    );
    let text = serde_json::json!({ "t": "a".repeat(30_000) }).to_string();
    check("t: string", "t == t + ''", &text, "true");
    check(
        "t: string",
        "[1,2,3,4,5,6,7,8,9,10].all(x, (t + t + t + t).size() > 0)",
        &text,
        "cost",
    );
    check("t: string", "t.contains('b')", &text, "false");
    let doubling = "t".to_owned() + &".map(x, x + x)".repeat(30) + " == ['']";
    check(
        "t: list<string>",
        &doubling,
        r#"{"t": ["abcdefgh"]}"#,
        "cost",
    );
}

/// What would take as long as the square of a text or a list, or as all lists around another.
#[test]
fn what_ends_in_time() {
    let list = serde_json::json!({ "l": vec![1; 16_000] }).to_string();
    let nested = "l.all(a, ".repeat(90) + "true" + &")".repeat(90);
    check("l: list<any>", &nested, &list, "cost");
    for part in ["{", "{1,", "[[:", "[:"] {
        let text = serde_json::json!({ "t": part.repeat(16_000 / part.len()) }).to_string();
        check("t: string", "'s'.matches(t + t)", &text, "BadPattern");
    }
}

/// Texts from a small generator, most of them nearly expressions.
#[test]
fn no_text_panics_or_hangs() {
    const WORDS: &[&str] = &[
        "x",
        "y",
        "l",
        "m",
        "t",
        "1",
        "0",
        "2u",
        "1.5",
        "'a'",
        "\"b\"",
        "b'c'",
        "r'\\d'",
        "null",
        "true",
        "false",
        "in",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        "?",
        ".",
        "+",
        "-",
        "*",
        "/",
        "%",
        "<",
        "<=",
        "==",
        "!=",
        "&&",
        "||",
        "!",
        "has(",
        "size(",
        ".all(i,",
        ".exists(i,",
        ".map(i,",
        ".filter(i,",
        ".exists_one(i,",
        "dyn(",
        "int(",
        "string(",
        "type(",
        ".matches('(a|b)*c')",
        ".matches(y)",
        "timestamp('2024-01-01T00:00:00Z')",
        "duration('1h')",
        ".getHours()",
        ".getDate('+01:00')",
        "ipaddress('::1')",
        ".in_cidr('::/0')",
        ".foo",
        "[0]",
        " ",
        "\n",
        "//",
        "é",
        "\\",
        "'",
        "\"\"\"",
        "i",
        "-9223372036854775808",
    ];
    const SEED: u64 = 0x7d1e_6a7e;
    println!("seed {SEED:#x}");
    let mut state = SEED;
    let mut random = |below: usize| {
        // A linear congruential generator (Knuth's MMIX).
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).expect("31 bits") % below
    };
    let context: Context =
        r#"{"x": 3, "y": "a", "l": [1, 2], "m": {"foo": [true, {"a": null}]}, "t": "2024-01-01T00:00:00Z"}"#.parse().expect("a context");
    let types = "x: int, y: string, l: list<int>, m: map<any>, t: timestamp";
    let (mut parsed, mut met) = (0, 0);
    for round in 0..20_000 {
        let expression = if round % 4 == 0 {
            let bytes: Vec<u8> = (0..random(40))
                .map(|_| u8::try_from(random(256)).expect("a byte"))
                .collect();
            String::from_utf8_lossy(&bytes).into_owned()
        } else if round % 4 == 1 {
            (0..random(12))
                .map(|_| WORDS[random(WORDS.len())])
                .collect()
        } else {
            let depth = 1 + random(3);
            let (one, two) = (grown(&mut random, depth), grown(&mut random, depth));
            format!("{one} == {two}")
        };
        if let Ok(condition) = parse(types, &expression) {
            parsed += 1;
            let _ = condition.evaluate(Context::EMPTY, Context::EMPTY);
            met += usize::from(condition.evaluate(Context::EMPTY, &context).is_ok());
        }
    }
    assert!(
        parsed > 1_000 && met > 200,
        "only {parsed} of them were conditions, {met} had an answer"
    );
}

/// An expression that parses, and often fits.
fn grown(random: &mut impl FnMut(usize) -> usize, depth: usize) -> String {
    const LEAVES: &[&str] = &[
        "x",
        "1",
        "dyn(x)",
        "2",
        "dyn(1.5)",
        "dyn(y)",
        "dyn(l)",
        "dyn(m)",
        "dyn(t)",
        "dyn(true)",
        "m.foo",
        "dyn([1, 2])",
        "dyn(duration('1h'))",
    ];
    if depth == 0 {
        return LEAVES[random(LEAVES.len())].to_owned();
    }
    let (one, two) = (grown(random, depth - 1), grown(random, depth - 1));
    match random(14) {
        0..=2 => {
            const OPERATORS: &[&str] = &["+", "-", "*", "/", "%", "in"];
            format!("({one} {} {two})", OPERATORS[random(OPERATORS.len())])
        }
        3..=5 => {
            const OPERATORS: &[&str] = &["<", "==", "!=", ">="];
            format!("({one} {} {two})", OPERATORS[random(OPERATORS.len())])
        }
        6 => format!("({one} && {two})"),
        7 => format!("({one} || {two})"),
        8 => format!("({one} ? {two} : {two})"),
        9 => format!("{one}.exists(x, x == {two})"),
        10 => format!("{one}.map(l, {two}).all(y, {two})"),
        11 => format!("{one}[{two}]"),
        12 => format!("dyn({one})"),
        _ => format!("(size({one}) == {two})"),
    }
}

/// Each function could take as much again.
#[test]
fn of_the_functions_around_one_that_takes_too_much_none_is_computed() {
    let text = "x".repeat(8_000);
    let value = [Some(Value::String(Text::Borrowed(&text)))];
    for expression in ["x + (x + (x + x)) == x", "size(string(bytes(x + x))) == 1"] {
        let condition = parse("x: string", expression).unwrap();
        let mut evaluation = Evaluation {
            parameters: &value,
            variables: Vec::new(),
            meter: Meter::new(100),
        };
        let truth = evaluation.truth(&condition.term);
        assert_eq!(truth, Err(Stop::Missing), "{expression}");
    }
}

/// The fault that it has would be found by reading it.
#[test]
fn a_pattern_that_is_not_paid_for_is_not_read() {
    let text = "(".repeat(8_000);
    let condition = parse("x: string", "'s'.matches(x)").unwrap();
    let truth = |most| {
        let mut evaluation = Evaluation {
            parameters: &[Some(Value::String(Text::Borrowed(&text)))],
            variables: Vec::new(),
            meter: Meter::new(most),
        };
        let truth = evaluation.truth(&condition.term);
        (truth, evaluation.meter.is_overdrawn())
    };
    let (paid, _) = truth(50_000);
    assert_eq!(paid, Err(Stop::Failed(Failure::BadPattern)));
    let (unpaid, is_overdrawn) = truth(7_000);
    assert!(is_overdrawn && unpaid != paid, "{unpaid:?}");
}
