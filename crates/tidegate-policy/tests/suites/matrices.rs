//! OpenFGA's matrices: one large model, and each stage on a store of its own.

use serde::Deserialize;

use crate::questions::{Expected, Questions, Stage};
use crate::server::{self, Check, List, Objects};
use crate::store::{Question, TupleText};
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
    check_assertions: Option<Vec<NamedCheck>>,
    #[serde(default)]
    list_objects_assertions: Option<Vec<List<Objects>>>,
}

/// A check with what the lists of the same come to.
#[derive(Deserialize)]
struct NamedCheck {
    #[serde(default)]
    name: String,
    #[serde(flatten)]
    check: Check,
    #[serde(default, rename = "listObjectsErrorCode")]
    objects_error_code: Option<u32>,
    #[serde(default, rename = "listUsersErrorCode")]
    users_error_code: Option<u32>,
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
    let Some(file) = suite::<File>(name) else {
        return;
    };
    let mut questions = Questions::new(name);
    for stage in &file.stages {
        questions.store(&[Stage {
            model: &file.model,
            tuples: stage.tuples.as_deref().unwrap_or_default(),
        }]);
        for check in stage.check_assertions.iter().flatten() {
            ask(&mut questions, &stage.name, check);
        }
        let lists = stage.list_objects_assertions.iter().flatten();
        for case in lists.map(server::list) {
            questions.ask(&stage.name, &case.question, &case.given, &case.expected);
        }
    }
    questions.done();
}

/// Every check is also a question to both lists.
fn ask(questions: &mut Questions, stage: &str, named: &NamedCheck) {
    let NamedCheck {
        name,
        check,
        objects_error_code,
        users_error_code,
    } = named;
    let Check {
        tuple, error_code, ..
    } = check;
    let name = format!("{stage}/{name}");
    let given = check.given();
    let is = check.expectation.unwrap_or(false);
    let mut ask = |question: Question, code: Option<u32>, otherwise: Expected| {
        let code = code.filter(|&code| code != 0);
        let expected = code.map_or(otherwise, Expected::Code);
        questions.ask(&name, &question, &given, &expected);
    };
    ask(tuple.into(), *error_code, Expected::Answer(is));
    let member = |name: &str| Expected::Member {
        name: name.to_owned(),
        is,
    };
    if !stage.contains(NO_OBJECTS) {
        let (object_type, _) = tuple.object.split_once(':').expect("an object");
        let question = Question::ListObjects {
            subject: tuple.user.clone(),
            relation: tuple.relation.clone(),
            object_type: object_type.to_owned(),
        };
        let code = objects_error_code.or(*error_code);
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
    let code = users_error_code.or(*error_code);
    ask(question, code, member(&tuple.user));
}
