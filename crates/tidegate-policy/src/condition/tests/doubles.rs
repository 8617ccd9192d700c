//! Numbers from and to texts, held against the standard library's.

use crate::condition::double::{json, parse, text};

#[track_caller]
fn check(number: &str) {
    let expected: f64 = number.parse().expect("a number");
    let found = parse(number);
    let expected = expected.is_finite().then_some(expected.to_bits());
    assert_eq!(found.map(f64::to_bits), expected, "{number}");
}

#[test]
fn reading_is_exact() {
    for number in [
        "0",
        "-0",
        "0.0",
        "1",
        "1.5",
        ".5",
        "5.",
        "-1e3",
        "1E+3",
        "1e-3",
        "0.1",
        "0.3",
        "123456789.123456789",
        "1e22",
        "1e23",
        "9007199254740993",
        "9007199254740992.5",
        "9007199254740993.00000000000000000001",
        "1.7976931348623157e308",
        "1.7976931348623158e308",
        "1.7976931348623159e308",
        "1e309",
        "1e400",
        "-1e400",
        "1e999999999999999999999",
        "2.2250738585072014e-308",
        "2.2250738585072011e-308",
        "5e-324",
        "4.9e-324",
        "2.5e-324",
        "2.4703282292062327e-324",
        "2.4703282292062328e-324",
        "1e-330",
        "1e-999999999999999",
        "0e999999",
        "8.41e21",
        "3.518437208883201171875e13",
        "6929495644600919.5",
        "0.000000000000000000000001",
    ] {
        check(number);
    }
    // Halfway between two doubles, and a last digit far behind.
    let half = "1.00000000000000011102230246251565404236316680908203125".to_owned();
    check(&half);
    check(&(half.clone() + &"0".repeat(900) + "1"));
    check(&("9".repeat(900) + "e-890"));
    check(&("0.".to_owned() + &"0".repeat(1_000) + "1e1000"));
    for bad in [
        "", ".", "e1", "1e", "1e+", "-", "+-1", "1.2.3", "1 ", " 1", "0x10", "1_000", "1e1.5",
        "inff", "--1",
    ] {
        assert_eq!(parse(bad), None, "{bad}");
    }
    assert_eq!(parse("-Infinity"), Some(f64::NEG_INFINITY));
    assert!(parse("NaN").is_some_and(f64::is_nan));
}

/// JSON as `serde_json` has it, and in Go's form the same digits.
#[track_caller]
fn check_written(value: f64) {
    let expected = serde_json::Number::from_f64(value).expect("finite");
    let expected = expected.to_string();
    assert_eq!(json(value), expected);
    let digits = |text: &str| {
        let digits = text.split('e').next().unwrap_or_default();
        let digits = digits.replace(['.', '-'], "");
        digits.trim_matches('0').to_owned()
    };
    let found = text(value);
    assert_eq!(digits(&found), digits(&expected));
    let read: f64 = found.parse().expect("a number");
    assert_eq!(read.to_bits(), value.to_bits(), "{found}");
}

#[test]
fn doubles_are_written_as_by_others() {
    for exponent in 0..2_047_u64 {
        // Powers of two, what is around them, and the least digits of all.
        for fraction in [0, 1, 3, (1 << 52) - 1, exponent * 0x1_0000_0001] {
            check_written(f64::from_bits((exponent << 52) | fraction));
        }
    }
    const SEED: u64 = 0x5eed_0d0c;
    println!("seed {SEED:#x}");
    let mut state = SEED;
    for power in (-330..=298).cycle().take(3_000) {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let digits = (state >> 33) % 10_u64.pow(1 + (state >> 60) as u32 % 10);
        check_written(format!("{digits}e{power}").parse().expect("a number"));
        // Above 2^53, where ties are.
        check_written(((state >> 4) | (1 << 54)) as f64);
        check_written(-((state >> 40) as f64) / 1_000.0);
    }
}

#[test]
fn any_double_reads_as_it_is_written() {
    const SEED: u64 = 0x5eed_0d0b;
    println!("seed {SEED:#x}");
    let mut state = SEED;
    for _ in 0..3_000 {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let value = f64::from_bits(state ^ (state >> 29));
        if value.is_finite() {
            check(&format!("{value:e}"));
            check(&format!("{value:.17e}"));
            check(&format!("{value:.3e}"));
            check_written(value);
            assert_eq!(
                parse(&text(value)).map(f64::to_bits),
                Some(value.to_bits()),
                "{value}"
            );
        }
    }
}

#[test]
fn texts() {
    for (value, expected) in [
        (0.0, "0"),
        (-0.0, "-0"),
        (1.0, "1"),
        (-1.5, "-1.5"),
        (10.0, "10"),
        (100_000.0, "100000"),
        (1_000_000.0, "1e+06"),
        (123_456.5, "123456.5"),
        (1_234_567.5, "1.2345675e+06"),
        (0.5, "0.5"),
        (0.0001, "0.0001"),
        (0.000_12, "0.00012"),
        (0.000_01, "1e-05"),
        (1e100, "1e+100"),
        (1.5e-100, "1.5e-100"),
        (f64::MAX, "1.7976931348623157e+308"),
        (5e-324, "5e-324"),
        (f64::INFINITY, "+Inf"),
        (f64::NEG_INFINITY, "-Inf"),
        (f64::NAN, "NaN"),
        (1e21, "1e+21"),
        (12.0, "12"),
    ] {
        assert_eq!(text(value), expected);
    }
}
