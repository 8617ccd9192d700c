//! `matches`: regular expressions.

use super::{check, outcome};
use crate::condition::evaluate::Meter;
use crate::condition::pattern::Pattern;

#[test]
fn what_matches() {
    for (pattern, yes, no) in [
        ("", &["", "x"][..], &[][..]),
        ("abc", &["abc", "xabcx"], &["", "ab", "aBc"]),
        ("^abc$", &["abc"], &["abcx", "xabc", "abc\n"]),
        (r"\Aabc\z", &["abc"], &["abc\n"]),
        ("a.c", &["abc", "aéc"], &["a\nc", "ac"]),
        ("(?s)a.c", &["a\nc"], &[]),
        ("(?m)^b$", &["a\nb\nc", "b"], &["ab"]),
        ("a|b|cd", &["a", "b", "cd"], &["c", "d", ""]),
        ("^(a|)$", &["a", ""], &["b"]),
        ("^(?:ab)*$", &["", "ab", "abab"], &["a", "aba"]),
        ("^a+?b??$", &["a", "aab"], &["", "b"]),
        ("^a{2}$", &["aa"], &["a", "aaa"]),
        ("^a{2,}$", &["aa", "aaaa"], &["a"]),
        ("^a{1,3}$", &["a", "aaa"], &["", "aaaa"]),
        ("^a{0}$", &[""], &["a"]),
        ("a{,2}", &["a{,2}"], &["aa"]),
        ("a{x", &["a{x"], &["a"]),
        ("^[a-c]+$", &["abc"], &["abd", ""]),
        ("^[^a-c]+$", &["def", "\n"], &["a", "dea"]),
        ("^[]a]+$", &["]a"], &["b"]),
        ("^[a-]+$", &["a-"], &["b"]),
        (r"^[\d\-x]+$", &["1-x"], &["y"]),
        (r"^[^\d]+$", &["abc"], &["a1"]),
        (r"^[\D]+$", &["abc"], &["1"]),
        ("^[[:alpha:]_]+$", &["aB_"], &["1"]),
        ("^[[:^digit:]]+$", &["ab"], &["1"]),
        (r"^\d+\.\d+$", &["1.5"], &["1x5", "٣.٣"]),
        (r"^\w+\s\W$", &["a_1 !"], &["é !", "a1_!"]),
        (r"\bfoo\b", &["a foo.", "foo"], &["food", "_foo"]),
        (r"\Boo\b", &["foo"], &["oo"]),
        ("(?i)hello", &["HeLLo", "hello"], &["hallo"]),
        ("(?i)^[a-c]$", &["B", "b"], &["d", "D"]),
        ("(?i)^[^a]$", &["b"], &["a", "A"]),
        ("(?i)^k$", &["k", "K", "\u{212a}"], &["x"]),
        ("^(?i:a)b$", &["Ab", "ab"], &["aB"]),
        ("^(?i)a(?-i)b$", &["Ab"], &["aB"]),
        ("^((?i)a)b$", &["Ab"], &["AB"]),
        (r"^\x41\x{1F600}\t$", &["A😀\t"], &["A"]),
        (r"^\Qa.b\E+$", &["a.b", "a.bbb"], &["axb"]),
        (r"^\$\(\)\[\]\{\}\|\^\*\+\?\.\\$", &["$()[]{}|^*+?.\\"], &[]),
        ("^(?P<name>a)(?<other>b)$", &["ab"], &[]),
        ("(a*)*b", &["aaab", "b"], &["aaaa"]),
        (
            "^(a?){20}a{20}$",
            &["aaaaaaaaaaaaaaaaaaaaaaaa"],
            &["aaaaaaaaaaaaaaaaaaa"],
        ),
        (
            "^[a-z0-9._%+-]+@[a-z0-9.-]+\\.[a-z]{2,}$",
            &["a.b@example.org"],
            &["a.b@example", "@x.org"],
        ),
        ("😀+", &["😀😀"], &["x"]),
        ("x*", &["", "y"], &[]),
        ("(|a)+", &["", "aaa"], &[]),
    ] {
        let compiled = Pattern::parse(pattern).expect(pattern);
        let matches = |text: &str| {
            let mut meter = Meter::new(10_000);
            let found = compiled.matches(text, &mut meter);
            assert!(!meter.is_overdrawn(), "{pattern} {text:?}");
            found
        };
        for text in yes {
            assert!(matches(text), "{pattern} {text:?}");
        }
        for text in no {
            assert!(!matches(text), "{pattern} {text:?}");
        }
    }
}

#[test]
fn what_is_no_pattern() {
    for pattern in [
        "(",
        ")",
        "a)",
        "(a",
        "[",
        "[a",
        "[b-a]",
        "*",
        "+a",
        "a**",
        "a{2}{3}",
        "{2}a",
        "a(?i)*",
        "(?i)?",
        "a|{1,}",
        "a+*",
        "(?=a)",
        "(?!a)",
        "(?<=a)",
        "(?<!a)",
        r"\1",
        r"\",
        r"\pL",
        r"\p{Greek}",
        r"\y",
        "a{1001}",
        "a{3,2}",
        "(?P<a",
        "(?P<>a)",
        "[[:nope:]]",
        r"\x{110000}",
        r"\xZZ",
        r"\x4",
        "(?x)a",
        "((a{100}){100}){100}",
        "((((((){1000}){1000}){1000}){1000}){1000})",
        r"[a-\d]",
        "(?i",
    ] {
        assert!(Pattern::parse(pattern).is_err(), "{pattern}");
        let expression = format!("'x'.matches(r\"{pattern}\")");
        assert!(
            outcome("", &expression, "{}").starts_with("refused"),
            "{expression}"
        );
        check(
            "p: string",
            "'x'.matches(p)",
            &serde_json::json!({ "p": pattern }).to_string(),
            "BadPattern",
        );
    }
    let deep = "(".repeat(60) + &")".repeat(60);
    assert!(Pattern::parse(&deep).is_err());
}

#[test]
fn a_pattern_of_a_parameter() {
    check(
        "p: string, t: string",
        "t.matches(p)",
        r#"{"p": "^a+$", "t": "aaa"}"#,
        "true",
    );
    check(
        "p: string, t: string",
        "t.matches(p)",
        r#"{"p": "^a+$", "t": "aab"}"#,
        "false",
    );
    // In time linear in the text, and no longer than the budget.
    let text = "a".repeat(30_000);
    let context = serde_json::json!({ "p": "^(a|a?)+(a|aa)+$", "t": text + "b" }).to_string();
    check("p: string, t: string", "t.matches(p)", &context, "cost");
}
