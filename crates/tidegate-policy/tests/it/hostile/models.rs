//! Models that are meant to hurt: refused with an error that says why, or answered.

use std::fmt::Write as _;

use tidegate_policy::check::{MAX_OPEN, MAX_PATH};
use tidegate_policy::model::{
    MAX_CONDITIONS, MAX_ERRORS, MAX_JSON, MAX_NESTING, MAX_PARAMETERS, MAX_RELATIONS, MAX_TEXT,
    MAX_TYPES,
};
use tidegate_policy::{CheckRequest, Context, Model, ModelErrorKind, Tuple};

use super::{comes_to, snapshot};

const HEAD: &str = "model\n  schema 1.1\ntype user\n";

/// A model whose type `doc` has these definitions.
fn doc(definitions: &[String]) -> String {
    let mut text = format!("{HEAD}type doc\n  relations\n");
    for definition in definitions {
        _ = writeln!(text, "    define {definition}");
    }
    text
}

/// Whether a text is refused for this reason, among no more than the most reasons.
#[track_caller]
fn refused(text: &str, kind: ModelErrorKind) {
    let errors = Model::parse(text).expect_err("no model").0;
    assert!(errors.len() <= MAX_ERRORS, "{} errors", errors.len());
    assert!(
        errors.iter().any(|error| error.kind == kind),
        "{:?}",
        errors.first()
    );
}

#[test]
fn what_is_too_long_or_too_much_is_refused() {
    use ModelErrorKind::TooLong;
    refused(&" ".repeat(MAX_TEXT + 1), TooLong);
    refused(&format!("{HEAD}{}", "#".repeat(MAX_TEXT)), TooLong);
    let types: String = (0..MAX_TYPES).map(|n| format!("type t{n}\n")).collect();
    refused(&format!("{HEAD}{types}"), TooLong);
    let relations: Vec<String> = (0..=MAX_RELATIONS)
        .map(|n| format!("r{n}: [user]"))
        .collect();
    refused(&doc(&relations), TooLong);
    let conditions: String = (0..=MAX_CONDITIONS)
        .map(|n| format!("condition c{n}(x: int) {{\n  x < 1\n}}\n"))
        .collect();
    refused(&format!("{HEAD}{conditions}"), TooLong);
    let parameters: Vec<String> = (0..=MAX_PARAMETERS).map(|n| format!("x{n}: int")).collect();
    let parameters = parameters.join(", ");
    refused(
        &format!("{HEAD}condition c({parameters}) {{\n  x0 < 1\n}}\n"),
        TooLong,
    );
    refused(&format!("{{{}", " ".repeat(MAX_JSON)), TooLong);
}

#[test]
fn what_is_nested_too_deep_is_refused() {
    for depth in [MAX_NESTING + 1, 1_000, 50_000] {
        let nested = format!("r: {}[user]{}", "(".repeat(depth), ")".repeat(depth));
        refused(&doc(&[nested]), ModelErrorKind::TooDeep);
    }
    // An end that is missing is another error.
    assert!(Model::parse(&doc(&[format!("r: {}", "(".repeat(100_000))])).is_err());
    for open in ["[", "{\"a\":", "{\"union\":{\"child\":["] {
        let json = format!("{{\"type_definitions\":{}", open.repeat(20_000));
        assert!(Model::parse(&json).is_err());
    }
}

#[test]
fn a_thousand_errors_are_told_in_part() {
    let wrong: Vec<String> = (0..5_000).map(|n| format!("r{n}: [ghost{n}]")).collect();
    let errors = Model::parse(&doc(&wrong)).expect_err("no model").0;
    assert_eq!(errors.len(), MAX_ERRORS);
    let junk = "define define [ ( but not % \u{0} \u{202e}\n".repeat(5_000);
    let errors = Model::parse(&junk).expect_err("no model").0;
    assert!((1..=MAX_ERRORS).contains(&errors.len()));
}

/// Names that follow from each other, further than a check goes.
#[test]
fn long_chains_of_relations() {
    let chain = |length: usize| {
        let mut all = vec!["r0: [user]".to_owned()];
        all.extend((1..length).map(|n| format!("r{n}: r{}", n - 1)));
        doc(&all)
    };
    let tuple = || ["doc:a#r0@user:ann".to_owned()];
    let within = snapshot(&chain(MAX_PATH), tuple());
    let last = format!("doc:a#r{}@user:ann", MAX_PATH - 1);
    comes_to(&within, &last, &["true"]);
    let beyond = snapshot(&chain(5_000), tuple());
    comes_to(&beyond, "doc:a#r4999@user:ann", &["too-deep"]);
    comes_to(&beyond, "doc:a#r4999@user:bob", &["too-deep"]);
    comes_to(&beyond, "doc:a#r9@user:ann", &["true"]);
}

/// The deepest operators that a model may have, in each relation of the longest way.
#[test]
fn deep_operators_on_a_long_way() {
    let wrap = |inner: String, word: &str| {
        (0..MAX_NESTING - 1).fold(inner, |inner, _| format!("({inner} {word} base)"))
    };
    for (word, held, other) in [("or", "true", "false"), ("and", "true", "false")] {
        let mut all = vec!["base: [user]".to_owned()];
        for n in 0..MAX_PATH + 50 {
            let before = n
                .checked_sub(1)
                .map_or("base".to_owned(), |n| format!("r{n}"));
            all.push(format!("r{n}: {}", wrap(before, word)));
        }
        let snapshot = snapshot(&doc(&all), ["doc:a#base@user:ann".to_owned()]);
        let few = MAX_OPEN as usize / (2 * MAX_NESTING) - 1;
        comes_to(&snapshot, &format!("doc:a#r{few}@user:ann"), &[held]);
        comes_to(&snapshot, &format!("doc:a#r{few}@user:bob"), &[other]);
        // What is open at once has a limit too, and no stack overflows before it. A definite answer that
        // the rest cannot change is one all the same.
        let last = format!("doc:a#r{}@user", MAX_PATH + 49);
        comes_to(&snapshot, &format!("{last}:ann"), &["too-deep", "true"]);
        comes_to(&snapshot, &format!("{last}:bob"), &["too-deep", "false"]);
    }
}

#[test]
fn wide_unions_and_intersections() {
    const WIDTH: usize = 3_000;
    let mut all: Vec<String> = (0..WIDTH).map(|n| format!("r{n}: [user]")).collect();
    let names: Vec<String> = (0..WIDTH).map(|n| format!("r{n}")).collect();
    all.push(format!("any: {}", names.join(" or ")));
    all.push(format!("every: {}", names.join(" and ")));
    all.push("none: [user] but not any".to_owned());
    let tuples = (0..WIDTH).map(|n| format!("doc:a#r{n}@user:ann"));
    let last = format!("doc:a#r{}@user:bob", WIDTH - 1);
    let snapshot = snapshot(
        &doc(&all),
        tuples.chain([
            last,
            "doc:a#none@user:bob".to_owned(),
            "doc:a#none@user:cid".to_owned(),
        ]),
    );
    for (question, expected) in [
        ("doc:a#any@user:bob", "true"),
        ("doc:a#any@user:cid", "false"),
        ("doc:a#every@user:ann", "true"),
        ("doc:a#every@user:bob", "false"),
        ("doc:a#none@user:bob", "false"),
        ("doc:a#none@user:cid", "true"),
    ] {
        comes_to(&snapshot, question, &[expected]);
    }
}

/// Each relation asks for the one before it several times: without a memory 3^150 ways.
#[test]
fn relations_that_double() {
    let mut all = vec!["up: [doc]".to_owned(), "r0: [user]".to_owned()];
    for n in 1..150 {
        let one = n - 1;
        all.push(format!(
            "r{n}: (r{one} or r{one} from up) and (r{one} or r{one} from up)"
        ));
    }
    let tuples = ["doc:a#up@doc:b", "doc:b#up@doc:a", "doc:b#r0@user:ann"];
    let snapshot = snapshot(&doc(&all), tuples.map(str::to_owned));
    for subject in ["user:ann", "user:bob"] {
        let question = format!("doc:a#r149@{subject}");
        comes_to(
            &snapshot,
            &question,
            &["true", "false", "too-deep", "too-much"],
        );
    }
    comes_to(&snapshot, "doc:a#r9@user:bob", &["false"]);
    comes_to(&snapshot, "doc:a#r9@user:ann", &["true"]);
}

/// What is told of one fault does not grow with what is told of the others.
#[test]
fn long_names_are_not_told_again_and_again() {
    let long = "t".repeat(100_000);
    let wrong: String = (0..5_000)
        .map(|n| format!("    define r{n}: x{n}\n"))
        .collect();
    let text = format!("{HEAD}type {long}\n  relations\n{wrong}");
    let wrong: Vec<String> = (0..5_000)
        .map(|n| format!("\"r{n}\":{{\"ghost\":1}}"))
        .collect();
    let wrong = wrong.join(",");
    let json =
        format!("{{\"type_definitions\":[{{\"type\":\"{long}\",\"relations\":{{{wrong}}}}}]}}");
    for text in [text, json] {
        let errors = Model::parse(&text).expect_err("no model").0;
        assert!((1..=MAX_ERRORS).contains(&errors.len()));
        let told: usize = errors.iter().map(|error| error.message.len()).sum();
        assert!(told < 10 * long.len(), "{told} bytes");
    }
}

/// Operands and restrictions that no step of their own pays for.
#[test]
fn wide_definitions_cost_steps() {
    const WIDTH: usize = 1_000;
    let names: Vec<String> = (0..WIDTH).map(|n| format!("r{n}")).collect();
    let mut all = vec!["up: [doc]".to_owned()];
    all.extend(names.iter().map(|name| format!("{name}: [user]")));
    all.push(format!("any: {} or any from up", names.join(" or ")));
    // Ways in circles, which are not remembered: each goes through all operands again.
    let pairs = (0..30 * 30).map(|n| (n / 30, n % 30));
    let pairs = pairs.filter(|(one, two)| one != two);
    let up = pairs.map(|(one, two)| format!("doc:{one}#up@doc:{two}"));
    let snapshot = snapshot(&doc(&all), up);
    comes_to(
        &snapshot,
        "doc:0#any@user:ann",
        &["false", "too-deep", "too-much"],
    );
}

#[test]
fn many_restrictions_cost_steps() {
    const GROUPS: usize = 100;
    let steps = |count: usize| {
        let taken = (0..count).map(|n| format!("group#member with c{n}"));
        let taken: Vec<String> = taken.chain(["group#member".to_owned()]).collect();
        let mut text = format!(
            "{HEAD}type group\n  relations\n    define member: [user]\ntype doc\n  relations\n    define viewer: [{}]\n",
            taken.join(", ")
        );
        for n in 0..count {
            _ = writeln!(text, "condition c{n}(x: int) {{\n  x < {n}\n}}");
        }
        let tuples = (0..GROUPS).map(|n| format!("doc:a#viewer@group:{n}#member"));
        let snapshot = snapshot(&text, tuples);
        let asked: Tuple = "doc:a#viewer@user:ann".parse().expect("a question");
        let checked = snapshot.check_counted(&CheckRequest {
            subject: &asked.subject,
            relation: &asked.relation,
            object: &asked.object,
            contextual_tuples: &[],
            context: Context::EMPTY,
        });
        assert_eq!(checked.answer, Ok(false));
        usize::try_from(checked.steps).expect("fits")
    };
    assert!(steps(MAX_CONDITIONS) >= steps(1) + GROUPS * MAX_CONDITIONS / 20);
}
