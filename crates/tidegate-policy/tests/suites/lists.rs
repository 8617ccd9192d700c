//! OpenFGA's own server tests: lists of objects and of users.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use serde::Deserialize;
use tidegate_policy::Model;

use crate::store::{ListOutcome, ObjectsText, Store, TupleText, UsersText, is_unsupported};
use crate::suite;

#[derive(Deserialize)]
struct File {
    tests: Vec<Test>,
}

#[derive(Deserialize)]
struct Test {
    name: String,
    stages: Vec<Stage>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stage {
    model: String,
    #[serde(default)]
    tuples: Option<Vec<TupleText>>,
    #[serde(default)]
    list_objects_assertions: Option<Vec<Assertion<ObjectsText>>>,
    #[serde(default)]
    list_users_assertions: Option<Vec<Assertion<UsersText>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Assertion<Q> {
    request: Q,
    #[serde(default)]
    contextual_tuples: Option<Vec<TupleText>>,
    #[serde(default)]
    expectation: Option<Vec<String>>,
    #[serde(default)]
    error_code: Option<u32>,
}

/// What ran and what came out otherwise than expected.
#[derive(Default)]
struct Tally {
    ran: BTreeMap<&'static str, usize>,
    unsupported: usize,
    wrong: Vec<String>,
}

impl Tally {
    fn note(
        &mut self,
        what: &'static str,
        name: &str,
        question: &dyn Debug,
        found: ListOutcome,
        expected: ListOutcome,
    ) {
        *self.ran.entry(what).or_default() += 1;
        let as_set = |list: Vec<String>| list.into_iter().collect::<BTreeSet<_>>();
        let (found, expected) = (found.map(as_set), expected.map(as_set));
        if found != expected {
            self.wrong.push(format!(
                "{name} ({what}): {question:?}: {found:?}, not {expected:?}"
            ));
        }
    }

    #[track_caller]
    fn end(self, at_least: &[(&str, usize)]) {
        eprintln!("{:?}, {} tests unsupported", self.ran, self.unsupported);
        assert!(
            self.wrong.is_empty(),
            "{} of {:?}:\n{}",
            self.wrong.len(),
            self.ran,
            self.wrong.join("\n")
        );
        for &(what, least) in at_least {
            let ran = self.ran.get(what).copied().unwrap_or_default();
            assert!(ran >= least, "{what}: only {ran} ran, {least} did before");
        }
    }
}

#[test]
fn consolidated() {
    let Some(text) = suite("openfga/consolidated_1_1_tests.yaml") else {
        return;
    };
    let file: File = serde_yaml_ng::from_str(&text).expect("the suite is YAML");
    let mut tally = Tally::default();
    for test in &file.tests {
        if test.stages.iter().any(|stage| is_unsupported(&stage.model)) {
            tally.unsupported += 1;
            continue;
        }
        let mut store = Store::new();
        for stage in &test.stages {
            let stored = stage.tuples.as_deref().unwrap_or_default();
            let model = || Model::parse(&stage.model).expect("a model");
            store.model(model());
            store.write(stored);
            // As the reference does: tests of one stage are also run with all tuples passed along.
            let mut empty = Store::new();
            empty.model(model());
            let passes = test.stages.len() == 1;
            for Assertion {
                request,
                contextual_tuples,
                expectation,
                error_code,
            } in stage.list_objects_assertions.iter().flatten()
            {
                let context = contextual_tuples.as_deref().unwrap_or_default();
                let expected = || expected(expectation.as_ref(), *error_code);
                let found = store.list_objects(request, context);
                tally.note("objects", &test.name, request, found, expected());
                if passes && stored.len() + context.len() <= 100 {
                    let found = empty.list_objects(request, &[stored, context].concat());
                    let what = "objects, contextual";
                    tally.note(what, &test.name, request, found, expected());
                }
            }
            for Assertion {
                request,
                contextual_tuples,
                expectation,
                error_code,
            } in stage.list_users_assertions.iter().flatten()
            {
                let context = contextual_tuples.as_deref().unwrap_or_default();
                let expected = || expected(expectation.as_ref(), *error_code);
                let found = store.list_users(request, context);
                tally.note("users", &test.name, request, found, expected());
                if passes && stored.len() + context.len() <= 100 {
                    let found = empty.list_users(request, &[stored, context].concat());
                    let what = "users, contextual";
                    tally.note(what, &test.name, request, found, expected());
                }
            }
        }
    }
    tally.end(&[
        ("objects", 128),
        ("objects, contextual", 106),
        ("users", 149),
        ("users, contextual", 129),
    ]);
}

fn expected(expectation: Option<&Vec<String>>, error_code: Option<u32>) -> ListOutcome {
    match error_code {
        Some(code) => Err(code),
        None => Ok(expectation.cloned().unwrap_or_default()),
    }
}

#[derive(Deserialize)]
struct Row {
    name: String,
    model: String,
    tuples: Vec<TupleText>,
    request: RowRequest,
    expected_users: Vec<String>,
    #[serde(default)]
    expected_error: Option<String>,
}

#[derive(Deserialize)]
struct RowRequest {
    object: String,
    relation: String,
    user_filters: [Filter; 1],
}

#[derive(Deserialize)]
struct Filter {
    #[serde(rename = "type")]
    type_name: String,
    #[serde(default)]
    relation: String,
}

/// Expects a user whom a circle under `but not` keeps out of every check, in the reference too: the
/// engine's list goes with its checks.
const AGAINST_CHECK: &str = "exclusion_with_chained_negation";

/// What checks leave of what a list is expected to hold: less.
fn checked(store: &Store, list: &UsersText, mut expected: Vec<String>) -> Vec<String> {
    let all = expected.len();
    expected.retain(|user| {
        let question = TupleText {
            object: list.object.clone(),
            relation: list.relation.clone(),
            user: user.clone(),
        };
        store.check(&question, &[]) == Ok(true)
    });
    assert!(expected.len() < all, "{list:?} agrees with check now");
    expected
}

#[test]
fn table_of_users() {
    let Some(text) = suite("openfga/list_users_table.json") else {
        return;
    };
    let rows: Vec<Row> = serde_json::from_str(&text).expect("the table is JSON");
    let mut tally = Tally::default();
    for row in rows {
        if is_unsupported(&row.model) {
            tally.unsupported += 1;
            continue;
        }
        let model =
            Model::parse(&row.model).unwrap_or_else(|errors| panic!("{}:\n{errors}", row.name));
        // The table's tuples go past the check of what may be written, as if written under another model.
        let allowed: Vec<TupleText> = row
            .tuples
            .into_iter()
            .filter(|tuple| model.allows(&tuple.parse().expect("a tuple")).is_ok())
            .collect();
        let mut store = Store::new();
        store.model(model);
        store.write(&allowed);
        let [
            Filter {
                type_name,
                relation,
            },
        ] = row.request.user_filters;
        let filter = if relation.is_empty() {
            type_name
        } else {
            format!("{type_name}#{relation}")
        };
        let request = UsersText {
            object: row.request.object,
            relation: row.request.relation,
            filters: [filter],
        };
        let expected = match row.expected_error.as_deref() {
            None if row.name == AGAINST_CHECK => Ok(checked(&store, &request, row.expected_users)),
            None => Ok(row.expected_users),
            Some(error) if error.ends_with("relation is undefined") => Err(2022),
            Some(error) => panic!("{}: {error}", row.name),
        };
        let found = store.list_users(&request, &[]);
        tally.note("users", &row.name, &request, found, expected);
    }
    tally.end(&[("users", 45)]);
}
