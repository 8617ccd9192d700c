//! OpenFGA's own server tests: checks, lists of objects and of users, with stored and with contextual tuples.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::questions::{Expected, Questions, Stage};
use crate::store::{Given, Question, TupleText};
use crate::suite;

/// Most tuples that the reference's server takes along with a question.
const MAX_CONTEXTUAL: usize = 100;

#[derive(Deserialize)]
struct File {
    tests: Vec<Test>,
}

#[derive(Deserialize)]
struct Test {
    name: String,
    stages: Vec<StageText>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StageText {
    model: String,
    #[serde(default)]
    tuples: Option<Vec<TupleText>>,
    #[serde(default)]
    check_assertions: Option<Vec<Check>>,
    #[serde(default)]
    list_objects_assertions: Option<Vec<List<Objects>>>,
    #[serde(default)]
    list_users_assertions: Option<Vec<List<Users>>>,
}

impl StageText {
    fn stage(&self) -> Stage<'_> {
        Stage {
            model: &self.model,
            tuples: self.tuples.as_deref().unwrap_or_default(),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Check {
    pub(crate) tuple: TupleText,
    #[serde(default)]
    context: Option<Map<String, Value>>,
    #[serde(default)]
    contextual_tuples: Option<Vec<TupleText>>,
    #[serde(default)]
    pub(crate) expectation: Option<bool>,
    #[serde(default)]
    pub(crate) error_code: Option<u32>,
}

impl Check {
    pub(crate) fn given(&self) -> Given<'_> {
        Given {
            contextual_tuples: self.contextual_tuples.as_deref().unwrap_or_default(),
            context: self.context.as_ref(),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct List<Q> {
    request: Q,
    #[serde(default)]
    context: Option<Map<String, Value>>,
    #[serde(default)]
    contextual_tuples: Option<Vec<TupleText>>,
    #[serde(default)]
    expectation: Option<Vec<String>>,
    #[serde(default)]
    error_code: Option<u32>,
}

/// What a list of objects is asked, as the suites write it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Objects {
    user: String,
    #[serde(rename = "type")]
    object_type: String,
    relation: String,
}

#[derive(Clone, Debug, Deserialize)]
struct Users {
    object: String,
    relation: String,
    filters: Vec<String>,
}

impl From<&TupleText> for Question {
    fn from(tuple: &TupleText) -> Self {
        Self::Check {
            subject: tuple.user.clone(),
            relation: tuple.relation.clone(),
            object: tuple.object.clone(),
        }
    }
}

impl From<&Objects> for Question {
    fn from(request: &Objects) -> Self {
        Self::ListObjects {
            subject: request.user.clone(),
            relation: request.relation.clone(),
            object_type: request.object_type.clone(),
        }
    }
}

impl From<&Users> for Question {
    fn from(request: &Users) -> Self {
        Self::ListUsers {
            object: request.object.clone(),
            relation: request.relation.clone(),
            filters: request.filters.clone(),
        }
    }
}

/// One question of a stage.
pub(crate) struct Case<'a> {
    pub(crate) question: Question,
    pub(crate) given: Given<'a>,
    pub(crate) expected: Expected,
}

#[test]
fn consolidated() {
    run("openfga/consolidated_1_1_tests.yaml");
}

#[test]
fn abac() {
    run("openfga/abac_tests.yaml");
}

fn run(name: &str) {
    let Some(file) = suite::<File>(name) else {
        return;
    };
    let mut questions = Questions::new(name);
    for test in &file.tests {
        for (number, text) in test.stages.iter().enumerate() {
            let stages: Vec<Stage<'_>> = test.stages.iter().map(StageText::stage).collect();
            let stages = &stages[..=number];
            let cases = cases(text);
            questions.store(stages);
            for case in &cases {
                questions.ask(&test.name, &case.question, &case.given, &case.expected);
            }
            // As the reference does: tests of one stage are also run with all tuples passed along.
            let [Stage { model, tuples }] = *stages else {
                continue;
            };
            if test.stages.len() > 1 || tuples.len() > MAX_CONTEXTUAL {
                continue;
            }
            questions.store(&[Stage { model, tuples: &[] }]);
            for case in &cases {
                let contextual_tuples = &*[tuples, case.given.contextual_tuples].concat();
                if contextual_tuples.len() > MAX_CONTEXTUAL {
                    continue;
                }
                let given = Given {
                    contextual_tuples,
                    context: case.given.context,
                };
                let name = format!("{} (contextual)", test.name);
                questions.ask(&name, &case.question, &given, &case.expected);
            }
        }
    }
    questions.done();
}

fn cases(stage: &StageText) -> Vec<Case<'_>> {
    let mut cases = Vec::new();
    for check in stage.check_assertions.iter().flatten() {
        cases.push(Case {
            question: (&check.tuple).into(),
            given: check.given(),
            expected: match check.error_code {
                Some(code) => Expected::Code(code),
                None => Expected::Answer(check.expectation.unwrap_or(false)),
            },
        });
    }
    let objects = stage.list_objects_assertions.iter().flatten();
    cases.extend(objects.map(list));
    let users = stage.list_users_assertions.iter().flatten();
    cases.extend(users.map(list));
    cases
}

pub(crate) fn list<'a, Q>(list: &'a List<Q>) -> Case<'a>
where
    Question: From<&'a Q>,
{
    Case {
        question: (&list.request).into(),
        given: Given {
            contextual_tuples: list.contextual_tuples.as_deref().unwrap_or_default(),
            context: list.context.as_ref(),
        },
        expected: Expected::list(list.expectation.as_ref(), list.error_code),
    }
}
