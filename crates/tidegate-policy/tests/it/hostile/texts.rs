//! Models in JSON form with names, operators and expressions that the language may have no form for: their
//! text is an error, or is read as the same model.

use serde_json::{Map, Value, json};
use tidegate_policy::{Model, NoTextError};

use crate::random::Random;
use crate::scale::{each_seed, scaled};

const MODELS: u64 = 3_000;
const FULL_MODELS: u64 = 100_000;

/// Words of the language, what looks like them, and what only one of the two forms takes.
const NAMES: [&str; 36] = [
    "and",
    "or",
    "but",
    "not",
    "from",
    "with",
    "define",
    "relations",
    "condition",
    "in",
    "true",
    "null",
    "model",
    "module",
    "schema",
    "extend",
    "type",
    "relation",
    "list",
    "map",
    "any",
    "int",
    "string",
    "a",
    "b-c",
    "-d",
    "e-",
    "f.g",
    "h/i",
    "j..k",
    "1l",
    "_m",
    "m--n",
    "é",
    "o{",
    "p\u{200b}",
];

const EXPRESSIONS: [&str; 14] = [
    "a > 1",
    "a > 1 // more",
    "a > 1 # more",
    "a > 1\n  && a < 5",
    "a > 1  \n  && a < 5",
    "a > 1\n\n\n  && a < 5",
    "'}' == '}' && a > 1",
    "'#' == ' # ' && a > 1",
    "\"\"\"\n } \"\"\" != '' && a > 1",
    "{'a': a}.a > 1",
    "r'\\' == '' || a > 1",
    "a > 1 && '//' != ''",
    "a\t> 1",
    "a > 1\r\n && a < 5",
];

fn name(random: &mut Random) -> &'static str {
    // Mostly plain, so that most models have a text.
    match random.below(4) {
        0 => random.of::<&str>(&NAMES),
        _ => random.of::<&str>(&["user", "doc", "viewer", "editor", "x1"]),
    }
}

fn rewrite(random: &mut Random, relations: &[&str], depth: usize) -> Value {
    let one = |random: &mut Random| json!({"relation": random.of::<&str>(relations)});
    let all = |random: &mut Random| -> Vec<Value> {
        let count = 1 + random.below(3);
        (0..count)
            .map(|_| rewrite(random, relations, depth + 1))
            .collect()
    };
    let kinds = if depth > 3 { 3 } else { 6 };
    match random.below(kinds) {
        0 => json!({"this": {}}),
        1 => json!({"computedUserset": one(random)}),
        2 => json!({"tupleToUserset": {"computedUserset": one(random), "tupleset": one(random)}}),
        3 => json!({"union": {"child": all(random)}}),
        4 => json!({"intersection": {"child": all(random)}}),
        _ => json!({"difference": {
            "base": rewrite(random, relations, depth + 1),
            "subtract": rewrite(random, relations, depth + 1),
        }}),
    }
}

fn model(random: &mut Random) -> Value {
    let user = name(random);
    let condition = name(random);
    let parameter = if random.below(4) == 0 {
        name(random)
    } else {
        "a"
    };
    let relations: Vec<&str> = (0..1 + random.below(3)).map(|_| name(random)).collect();
    let (mut definitions, mut details) = (Map::new(), Map::new());
    for relation in &relations {
        let rewrite = match random.below(2) {
            0 => json!({"this": {}}),
            _ => rewrite(random, &relations, 0),
        };
        if rewrite.to_string().contains("this") {
            let mut taken = vec![json!({"type": user})];
            if random.below(2) == 0 {
                taken.push(json!({"type": user, "condition": condition}));
            }
            let taken = json!({"directly_related_user_types": taken});
            details.insert((*relation).to_owned(), taken);
        }
        definitions.insert((*relation).to_owned(), rewrite);
    }
    let int = json!({"type_name": "TYPE_NAME_INT"});
    let kind = match random.below(8) {
        0 => json!({"type_name": "TYPE_NAME_LIST", "generic_types": [
            {"type_name": "TYPE_NAME_LIST", "generic_types": [int]}]}),
        1 => json!({"type_name": "TYPE_NAME_MAP", "generic_types": [int]}),
        _ => int,
    };
    let expression = match random.below(2) {
        0 => EXPRESSIONS[0],
        _ => random.of::<&str>(&EXPRESSIONS),
    };
    json!({
        "schema_version": random.of::<&str>(&["1.1", "1.2"]),
        "type_definitions": [
            {"type": user},
            {"type": name(random), "relations": definitions, "metadata": {"relations": details}},
        ],
        "conditions": {condition: {
            "name": condition,
            "expression": expression.replace('a', parameter),
            "parameters": {parameter: kind},
        }},
    })
}

/// The same model in the order of its names.
#[track_caller]
fn canonical(model: &Model) -> Value {
    let json = model.to_json().to_string();
    let again = Model::from_json(&json).unwrap_or_else(|error| panic!("{json}: {error}"));
    again.to_json()
}

#[test]
fn a_text_is_an_error_or_the_same_model() {
    let seen = each_seed(scaled(MODELS, FULL_MODELS), |seed, seen| {
        let json = model(&mut Random::new(seed)).to_string();
        let Ok(model) = Model::from_json(&json) else {
            return;
        };
        let Ok(text) = model.to_dsl() else {
            seen.count("errors");
            return;
        };
        seen.count("texts");
        let again = Model::parse(&text)
            .unwrap_or_else(|error| panic!("seed {seed}: {json}\n{text}\n{error}"));
        assert_eq!(canonical(&again), canonical(&model), "seed {seed}: {text}");
        assert_eq!(again.to_dsl().as_deref(), Ok(&*text), "seed {seed}");
    });
    seen.at_least("texts", 100);
    seen.at_least("errors", 100);
}

/// A model of one relation and one condition, with these names.
fn named(type_name: &str, relation: &str, condition: &str, parameter: &str) -> Model {
    let json = json!({
        "schema_version": "1.1",
        "type_definitions": [{"type": "user"}, {
            "type": type_name,
            "relations": {relation: {"this": {}}},
            "metadata": {"relations": {relation: {"directly_related_user_types": [
                {"type": "user", "condition": condition},
            ]}}},
        }],
        "conditions": {condition: {
            "name": condition,
            "expression": "1 > 0",
            "parameters": {parameter: {"type_name": "TYPE_NAME_INT"}},
        }},
    });
    Model::from_json(&json.to_string()).unwrap_or_else(|error| panic!("{json}: {error}"))
}

#[test]
fn names_that_the_language_does_not_take() {
    let refused = |name: &str| Err(NoTextError::Name(name.to_owned()));
    for word in ["define", "from", "true", "b{", "é"] {
        let model = named(word, "viewer", "c", "x");
        assert_eq!(model.to_dsl(), refused(word));
        let model = named("doc", word, "c", "x");
        assert_eq!(model.to_dsl(), refused(word));
    }
    for word in ["list", "type", "a.b", "and"] {
        let model = named("doc", "viewer", word, "x");
        assert_eq!(model.to_dsl(), refused(word));
    }
    for word in ["map", "int", "a/b", "é"] {
        let model = named("doc", "viewer", "c", word);
        assert_eq!(model.to_dsl(), refused(word));
    }
    for word in ["type", "but", "a.b/c-d", "list"] {
        assert!(named(word, word, "c", "x").to_dsl().is_ok(), "{word}");
    }
}

#[test]
fn sources_do_not_leave_their_comments() {
    let json = json!({
        "schema_version": "1.2",
        "type_definitions": [
            {"type": "user", "metadata": {"module": "m\ntype ghost", "source_info": {"file": "f"}}},
        ],
    });
    let model = Model::from_json(&json.to_string()).expect("a model");
    let found = model.to_dsl_with_sources();
    assert_eq!(found, Err(NoTextError::Source("m\ntype ghost".to_owned())));
    assert!(model.to_dsl().is_ok());
}
