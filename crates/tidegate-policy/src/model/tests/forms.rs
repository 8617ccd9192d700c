//! Models in JSON form, as text again, as parts, as a drawing.

use crate::NoTextError;
use crate::model::dot::MAX_GRAPH;
use crate::model::{Model, ModelErrorKind, Parts, Relation, Rewrite, Type};

const TEXT: &str = "model
  schema 1.1

type user

type team
  relations
    define member: [user, team#member]

type doc
  relations
    define a: [user with early, user:*, team#member] and (b or c from parent)
    define b: [user] but not (a2 and b2)
    define a2: [user]
    define b2: [user]
    define parent: [doc]
    define c: b

condition early(now: timestamp, until: timestamp, names: list<string>) {
  now < until &&
    \"x\" in names
}
";

#[test]
fn a_model_is_the_same_in_every_form() {
    let model = Model::parse(TEXT).unwrap();
    let printed = model.to_dsl().unwrap();
    let form = model.to_json();
    for other in [
        Model::parse(&printed).unwrap(),
        Model::from_json(&form.to_string()).unwrap(),
        // The JSON form is read where a text is.
        Model::parse(&form.to_string()).unwrap(),
    ] {
        assert_eq!(other.to_dsl().unwrap(), printed);
        assert_eq!(other.to_json(), form);
        assert_eq!(other.text(), printed);
    }
    assert_eq!(model.text(), TEXT);
    assert_eq!((model.schema(), model.modules()), ("1.1", vec![]));
}

#[test]
fn numbers_are_those_of_the_text() {
    let model = Model::from_json(&Model::parse(TEXT).unwrap().to_json().to_string()).unwrap();
    let again = Model::parse(model.text()).unwrap();
    for type_name in model.type_names() {
        let id = model.type_id(type_name).unwrap();
        assert_eq!(again.type_id(type_name), Some(id));
        assert!(model.relations(type_name).eq(again.relations(type_name)));
        for name in model.relations(type_name) {
            let relation = model.relation_id(name).unwrap();
            assert_eq!(again.relation_id(name), Some(relation));
            let (one, two) = (model.relation(id, relation), again.relation(id, relation));
            let (one, two) = (one.unwrap(), two.unwrap());
            assert_eq!(
                (&one.rewrite, &one.restrictions),
                (&two.rewrite, &two.restrictions)
            );
        }
    }
}

/// What `from_json` finds wrong with the relation `r` of a type `doc`.
#[track_caller]
fn check(relation: &str, taken: &str, expected: &[ModelErrorKind]) {
    let text = format!(
        r#"{{"schema_version": "1.1", "type_definitions": [{{"type": "user"}}, {{"type": "doc",
        "relations": {{"r": {relation}, "s": {{"this": {{}}}}}},
        "metadata": {{"relations": {{"r": {{"directly_related_user_types": {taken}}},
        "s": {{"directly_related_user_types": [{{"type": "user"}}]}}}}}}}}]}}"#
    );
    let found = Model::from_json(&text).err();
    let found: Vec<_> = found
        .iter()
        .flat_map(|found| &found.0)
        .map(|error| error.kind)
        .collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn json_is_checked_like_a_text() {
    use ModelErrorKind::*;
    const THIS: &str = r#"{"this": {}}"#;
    const USER: &str = r#"[{"type": "user"}]"#;
    check(THIS, USER, &[]);
    check(THIS, "[]", &[Untyped]);
    check(THIS, r#"[{"type": "nobody"}]"#, &[UndefinedType]);
    check(
        THIS,
        r#"[{"type": "user", "condition": "c"}]"#,
        &[UndefinedCondition],
    );
    check(
        THIS,
        r#"[{"type": "user", "relation": "r", "wildcard": {}}]"#,
        &[WildcardUserset],
    );
    check(r#"{"computedUserset": {"relation": "s"}}"#, "null", &[]);
    check(
        r#"{"computed_userset": {"relation": "s"}}"#,
        USER,
        &[NotAssignable],
    );
    check(
        r#"{"computedUserset": {"relation": "t"}}"#,
        "[]",
        &[UndefinedRelation],
    );
    check("{}", "[]", &[Json]);
    check(r#"{"this": {}, "union": {"child": []}}"#, USER, &[Json]);
    check(r#"{"union": {"child": []}}"#, "[]", &[Json]);
    check(r#"{"intersection": {"child": [{"this": {}}]}}"#, USER, &[]);
    let deep = format!(
        "{}{THIS}{}",
        r#"{"union": {"child": ["#.repeat(27),
        "]}}".repeat(27)
    );
    check(&deep, USER, &[TooDeep]);
    let kind = |text: &str| Model::from_json(text).expect_err(text).0[0].kind;
    assert_eq!(kind("{"), Json);
    assert_eq!(kind("[]"), Json);
    assert_eq!(
        kind(r#"{"schema_version": "1.1", "schema_version": "1.1"}"#),
        Json
    );
    assert_eq!(kind(r#"{"type_definitions": []}"#), SchemaRequired);
    assert_eq!(kind(r#"{"schema_version": "1.0"}"#), SchemaVersion);
    assert_eq!(
        kind(&format!("{{{}}}", " ".repeat(crate::model::MAX_JSON))),
        TooLong
    );
    assert!(Model::from_json(r#"{"schema_version": null}"#).is_ok());
}

#[test]
fn what_has_no_text_keeps_its_json() {
    let text = r#"{"schema_version": "1.1", "type_definitions": [{"type": "user"}, {"type": "doc",
        "relations": {"r": {"difference": {"base": {"computedUserset": {"relation": "s"}}, "subtract": {"this": {}}}},
                      "s": {"this": {}}},
        "metadata": {"relations": {"r": {"directly_related_user_types": [{"type": "user"}]},
                                   "s": {"directly_related_user_types": [{"type": "user"}]}}}}]}"#;
    let model = Model::from_json(text).unwrap();
    let error = NoTextError::Relation {
        type_name: "doc".to_owned(),
        relation: "r".to_owned(),
    };
    assert_eq!(model.to_dsl(), Err(error));
    assert_eq!(model.text(), text);
    assert_eq!(
        Model::parse(model.text()).unwrap().to_json(),
        model.to_json()
    );
}

#[test]
fn parts_that_do_not_fit_are_refused() {
    let parts = |rewrite, relations| Parts {
        types: vec![Type {
            name: "doc".into(),
            relations,
            source: None,
        }],
        relations: vec![Relation {
            name: 0,
            rewrite,
            restrictions: Vec::new(),
            source: None,
        }],
        relation_names: vec!["r".into()],
        ..Parts::default()
    };
    assert!(Model::from_parts(parts(Rewrite::Direct, 0..1)).is_ok());
    assert!(Model::from_parts(parts(Rewrite::Computed(1), 0..1)).is_err());
    assert!(Model::from_parts(parts(Rewrite::Union(Vec::new()), 0..1)).is_err());
    assert!(Model::from_parts(parts(Rewrite::Direct, 0..2)).is_err());
    assert!(Model::from_parts(parts(Rewrite::Direct, 0..0)).is_err());
    let mut deep = Rewrite::Direct;
    for _ in 0..100 {
        deep = Rewrite::Union(vec![deep]);
    }
    assert!(Model::from_parts(parts(deep, 0..1)).is_err());
}

#[test]
fn a_drawing_has_every_arrow() {
    let drawn = Model::parse(TEXT).unwrap().graph();
    for line in [
        "\"user\" [shape=box];",
        "\"user\" -> \"team#member\";",
        "\"team#member\" -> \"team#member\";",
        "\"user\" -> operator1 [label=\"with early\"];",
        "\"user\" -> operator1 [label=\"everyone\"];",
        "\"doc#c\" -> operator1 [label=\"from parent\"];",
        "operator2 [shape=diamond, label=\"but not\"];",
        "operator3 -> operator2 [label=\"not\"];",
        "\"doc#b\" -> \"doc#c\";",
    ] {
        assert!(drawn.contains(&format!("  {line}\n")), "{line}\n{drawn}");
    }
}

/// A small text may say more arrows than anybody has room for.
#[test]
fn a_drawing_has_an_end() {
    let types: Vec<String> = (0..90)
        .map(|number| format!("a_type_{number:060}"))
        .collect();
    let mut text = "model\n  schema 1.1\n".to_owned();
    for name in &types {
        text += &format!("type {name}\n  relations\n    define v: [{name}]\n");
    }
    let all = types.join(", ");
    let operands = vec!["v from q"; 12_000].join(" or ");
    text += &format!("type top\n  relations\n    define q: [{all}]\n    define w: {operands}\n");
    let drawn = Model::parse(&text).unwrap().graph();
    assert!(drawn.len() < MAX_GRAPH + 1_000, "{}", drawn.len());
    assert!(drawn.ends_with("  // There is more than this.\n}\n"));
}

/// It would not end: each of many parts has each of many restrictions.
#[test]
fn what_has_no_room_is_not_gone_through() {
    let this = vec![r#"{"this": {}}"#; 40_000].join(",");
    let user = vec![r#"{"type": "user"}"#; 20_000].join(",");
    let text = format!(
        r#"{{"schema_version": "1.1", "type_definitions": [{{"type": "user",
            "relations": {{"r": {{"union": {{"child": [{this}]}}}}}},
            "metadata": {{"relations": {{"r": {{"directly_related_user_types": [{user}]}}}}}}}}]}}"#
    );
    let drawn = Model::parse(&text).unwrap().graph();
    assert!(drawn.len() < MAX_GRAPH + 1_000, "{}", drawn.len());
}
