//! OpenFGA's table of lists of users.

use serde::Deserialize;
use serde_json::{Map, Value};
use tidegate_policy::Model;

use crate::exceptions::is_excepted;
use crate::questions::{Expected, Questions, Stage};
use crate::store::{Given, NO_RELATION, NO_TYPE, Question, TupleText, VALIDATION};
use crate::suite;

const FILE: &str = "openfga/list_users_table.json";

#[derive(Deserialize)]
struct Row {
    #[serde(default)]
    group: String,
    name: String,
    model: Value,
    #[serde(default)]
    tuples: Option<Vec<TupleText>>,
    #[serde(default)]
    context: Option<Map<String, Value>>,
    #[serde(default)]
    contextual_tuples: Option<Vec<TupleText>>,
    request: Request,
    #[serde(default)]
    expected_users: Option<Vec<String>>,
    #[serde(default)]
    expected_error: Option<String>,
}

#[derive(Deserialize)]
struct Request {
    object: String,
    relation: String,
    user_filters: Vec<Filter>,
}

/// A kind of user, as the suites write it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Filter {
    #[serde(rename = "type")]
    type_name: String,
    #[serde(default)]
    relation: Option<String>,
}

impl Filter {
    /// `type` or `type#relation`.
    pub(crate) fn text(&self) -> String {
        match self.relation.as_deref() {
            None | Some("") => self.type_name.clone(),
            Some(relation) => format!("{}#{relation}", self.type_name),
        }
    }
}

#[test]
fn table() {
    let Some(rows) = suite::<Vec<Row>>(FILE) else {
        return;
    };
    let mut questions = Questions::new(FILE);
    for row in rows {
        if is_excepted(FILE, &row.group, &row.name, row.expected_error.is_some()) {
            questions.except();
            continue;
        }
        let model = match row.model {
            Value::String(text) => text,
            json => json.to_string(),
        };
        // The table's tuples go past the check of what may be written, as if written under another model.
        let mut tuples = row.tuples.unwrap_or_default();
        if let Ok(model) = Model::parse(&model) {
            tuples.retain(|tuple| {
                tuple
                    .parse()
                    .is_ok_and(|tuple| model.allows(&tuple).is_ok())
            });
        }
        questions.store(&[Stage {
            model: &model,
            tuples: &tuples,
        }]);
        let request = row.request;
        let question = Question::ListUsers {
            object: request.object,
            relation: request.relation,
            filters: request.user_filters.iter().map(Filter::text).collect(),
        };
        let given = Given {
            contextual_tuples: row.contextual_tuples.as_deref().unwrap_or_default(),
            context: row.context.as_ref(),
        };
        let code = row.expected_error.as_deref().map(code);
        let expected = Expected::list(row.expected_users.as_ref(), code);
        questions.ask(&row.name, &question, &given, &expected);
    }
    questions.done();
}

/// The code of an error that the table has in words; unless they are known, that of an invalid request.
fn code(message: &str) -> u32 {
    if message.ends_with("relation is undefined") {
        NO_RELATION
    } else if message.ends_with("type is undefined") {
        NO_TYPE
    } else {
        VALIDATION
    }
}
