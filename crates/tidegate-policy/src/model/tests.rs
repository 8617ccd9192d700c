//! Models that are good, and every error with its place.

mod forms;
mod modules;

use super::{Model, ModelErrorKind};

/// The kinds of error in a model's types, with line and column.
#[track_caller]
fn check(types: &str, expected: &[(ModelErrorKind, u32, u32)]) {
    let text = format!("model\n  schema 1.1\n{types}");
    let found: Vec<_> = match Model::parse(&text) {
        Ok(_) => Vec::new(),
        Err(errors) => errors
            .0
            .iter()
            .map(|error| (error.kind, error.line, error.column))
            .collect(),
    };
    assert_eq!(found, expected, "{text}");
}

#[test]
fn good_models() {
    check("type user\n", &[]);
    check(
        "# comment\ntype user # people\ntype team\n  relations\n    define member: [user, team#member]\n",
        &[],
    );
    check(
        "type user\ntype doc\n  relations\n    define a: [user]\n    define b: [user, user:*]\n    define c: (([user] or b) and (a but not b)) or a\n    define p: [doc]\n    define d: (c from p)\n",
        &[],
    );
    // Words of the language can be names.
    check(
        "type type\n  relations\n    define model: [type]\n    define type: model\n",
        &[],
    );
}

#[test]
fn every_error_at_once_with_its_place() {
    use ModelErrorKind::*;
    check(
        "type user\ntype user\ntype self\ntype doc\n  relations\n    define a: [user]\n    define a: [usr]\n    define b: c\n    define d: [user, user]\n    define e: a from a\n    define f: [user#x]\n",
        &[
            (Duplicate, 3, 6),
            (ReservedType, 5, 6),
            (Duplicate, 9, 12),
            (UndefinedType, 9, 16),
            (UndefinedRelation, 10, 15),
            (UndefinedOnTupleset, 12, 15),
            (UndefinedReference, 13, 21),
        ],
    );
    check(
        "type user\ntype doc\n  relations\n    define a: [user\n    define b: or\n    define c: [user]\n",
        &[(Syntax, 7, 5), (Syntax, 7, 15)],
    );
    let mixed = "type user\ntype doc\n  relations\n    define a: [user]\n    define b: [user]\n    define c: a or b and a\n    define d: a but not b or a\n    define e: (a or b) and a\n";
    check(mixed, &[(MixedOperators, 8, 22), (MixedOperators, 9, 27)]);
    check(
        "type user\ntype doc\n  relations\n    define a: [user with x]\n",
        &[(UndefinedCondition, 6, 26)],
    );
    check(
        "type user\ntype doc\n  relations\n    define a: [user with x]\ncondition x(\n  a: int,\n  b: list<string>\n) {\n  a > 1 && \"}#\" in b // }\n}\n",
        &[],
    );
    let unclosed = "condition x(a: int) {\n  a == 'b\n}\n";
    check(&format!("type user\n{unclosed}"), &[(Syntax, 5, 8)]);
    check("type user\ncondition x(a: int) {\n", &[(Syntax, 5, 1)]);
    check(
        "condition x(a: int) { true }\ntype user\n",
        &[(Syntax, 4, 1)],
    );
    check("condition x() { true }\n", &[(Syntax, 3, 13)]);
    check(
        "type user\ntype doc\n  relations\n    define a: [user with x]\ncondition x(a: int, a: int) { true }\ncondition x(a: int) { true }\n",
        &[(Duplicate, 7, 21), (Duplicate, 8, 11)],
    );
    check("extend type user\n", &[(Syntax, 3, 13)]);
    check(
        "type user\ntype doc\n  relations\n    define p: [user:*, doc]\n    define a: a from p\n",
        &[(BadTupleset, 7, 22)],
    );
}

#[test]
fn what_is_odd_is_told_and_accepted() {
    let text = "model\n  schema 1.1\ntype user\ntype doc\n  relations\n    define a: [user, user]\n    define b: a or a\ncondition x(a: int) { true }\n";
    assert!(Model::parse(text).is_ok());
    let found: Vec<_> = Model::lint(text)
        .iter()
        .map(|error| (error.kind, error.line))
        .collect();
    assert_eq!(
        found,
        [
            (ModelErrorKind::DuplicateRestriction, 6),
            (ModelErrorKind::DuplicateOperand, 7),
            (ModelErrorKind::UnusedCondition, 8),
        ]
    );
}

#[test]
fn relations_that_can_never_hold() {
    use ModelErrorKind::{Circular, NoEntryPoint};
    check(
        "type doc\n  relations\n    define a: [doc#a]\n",
        &[(NoEntryPoint, 5, 12)],
    );
    check(
        "type doc\n  relations\n    define a: [doc] or a\n",
        &[(Circular, 5, 12)],
    );
    check(
        "type user\ntype doc\n  relations\n    define a: [user] and b\n    define b: [doc#b]\n",
        &[(NoEntryPoint, 6, 12), (NoEntryPoint, 7, 12)],
    );
    // A group that holds groups has an entry: the users.
    check(
        "type user\ntype team\n  relations\n    define a: [user, team#a]\n",
        &[],
    );
}

#[test]
fn other_schemas_and_deep_nesting_are_refused() {
    let kind = |text: &str| Model::parse(text).expect_err(text).0[0].kind;
    assert_eq!(
        kind("model\n  schema 1.0\ntype user"),
        ModelErrorKind::SchemaVersion
    );
    assert_eq!(kind("model\n  schema\ntype user"), ModelErrorKind::Syntax);
    assert_eq!(kind("module x\ntype user"), ModelErrorKind::SchemaRequired);
    assert_eq!(kind(""), ModelErrorKind::Syntax);
    // Denies everything, but is a model.
    assert!(Model::parse("model\n  schema 1.1\n").is_ok());
    assert_eq!(
        kind(&" ".repeat(crate::model::MAX_TEXT + 1)),
        ModelErrorKind::TooLong
    );
    let nested = |depth: usize| {
        format!(
            "model\n  schema 1.1\ntype user\ntype doc\n  relations\n    define a: {}[user]{}\n",
            "(".repeat(depth),
            ")".repeat(depth)
        )
    };
    assert!(Model::parse(&nested(25)).is_ok());
    assert_eq!(kind(&nested(26)), ModelErrorKind::TooDeep);
    assert_eq!(kind(&nested(100_000)), ModelErrorKind::TooDeep);
}
