//! OpenFGA's matrices: one large model, and each stage on a store of its own.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::questions::{Expected, Questions, Stage};
use crate::server::Objects;
use crate::store::{Given, Question, TupleText};
use crate::suite;

/// Of stages with this in their names the reference asserts no lists of objects.
const NO_OBJECTS: &str = "usersets_userset_cond_to_computed_cond";

#[derive(Deserialize)]
struct File {
    model: String,
    #[serde(alias = "tests")]
    stages: Vec<StageText>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StageText {
    name: String,
    #[serde(default)]
    tuples: Option<Vec<TupleText>>,
    #[serde(default)]
    check_assertions: Option<Vec<Check>>,
    #[serde(default)]
    list_objects_assertions: Option<Vec<List>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Check {
    #[serde(default)]
    name: String,
    tuple: TupleText,
    #[serde(default)]
    context: Option<Map<String, Value>>,
    #[serde(default)]
    contextual_tuples: Option<Vec<TupleText>>,
    #[serde(default)]
    expectation: bool,
    #[serde(default)]
    error_code: Option<u32>,
    #[serde(default)]
    list_objects_error_code: Option<u32>,
    #[serde(default)]
    list_users_error_code: Option<u32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct List {
    request: Objects,
    #[serde(default)]
    context: Option<Map<String, Value>>,
    #[serde(default)]
    contextual_tuples: Option<Vec<TupleText>>,
    #[serde(default)]
    expectation: Option<Vec<String>>,
    #[serde(default)]
    error_code: Option<u32>,
}

#[test]
fn checks() {
    run("openfga/check_matrix.json");
}

#[test]
fn lists_of_objects() {
    run("openfga/listobjects_matrix.json");
}

fn run(name: &str) {
    let Some(text) = suite(name) else { return };
    let file: File = serde_json::from_str(&text).expect("the suite is JSON");
    let mut questions = Questions::new(name);
    for stage in &file.stages {
        questions.store(&[Stage {
            model: &file.model,
            tuples: stage.tuples.as_deref().unwrap_or_default(),
        }]);
        for check in stage.check_assertions.iter().flatten() {
            ask(&mut questions, &stage.name, check);
        }
        for list in stage.list_objects_assertions.iter().flatten() {
            let given = Given {
                contextual_tuples: list.contextual_tuples.as_deref().unwrap_or_default(),
                context: list.context.as_ref(),
            };
            let expected = Expected::list(list.expectation.as_ref(), list.error_code);
            questions.ask(&stage.name, &(&list.request).into(), &given, &expected);
        }
    }
    questions.done();
}

/// Every check is also a question to both lists.
fn ask(questions: &mut Questions, stage: &str, check: &Check) {
    let Check {
        name,
        tuple,
        context,
        contextual_tuples,
        expectation: is,
        error_code,
        list_objects_error_code,
        list_users_error_code,
    } = check;
    let name = format!("{stage}/{name}");
    let given = Given {
        contextual_tuples: contextual_tuples.as_deref().unwrap_or_default(),
        context: context.as_ref(),
    };
    let mut ask = |question: Question, code: Option<u32>, otherwise: Expected| {
        let code = code.filter(|&code| code != 0);
        let expected = code.map_or(otherwise, Expected::Code);
        questions.ask(&name, &question, &given, &expected);
    };
    ask(tuple.into(), *error_code, Expected::Answer(*is));
    let member = |name: &str| Expected::Member {
        name: name.to_owned(),
        is: *is,
    };
    if !stage.contains(NO_OBJECTS) {
        let (object_type, _) = tuple.object.split_once(':').expect("an object");
        let question = Question::ListObjects {
            subject: tuple.user.clone(),
            relation: tuple.relation.clone(),
            object_type: object_type.to_owned(),
        };
        let code = list_objects_error_code.or(*error_code);
        ask(question, code, member(&tuple.object));
    }
    let filter = match tuple.user.split_once('#') {
        Some((object, relation)) => {
            let (type_name, _) = object.split_once(':').expect("a userset");
            format!("{type_name}#{relation}")
        }
        None => {
            let (type_name, _) = tuple.user.split_once(':').expect("a user");
            type_name.to_owned()
        }
    };
    let question = Question::ListUsers {
        object: tuple.object.clone(),
        relation: tuple.relation.clone(),
        filters: vec![filter],
    };
    let code = list_users_error_code.or(*error_code);
    ask(question, code, member(&tuple.user));
}
