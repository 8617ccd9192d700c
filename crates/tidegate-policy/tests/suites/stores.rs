//! OpenFGA's sample stores: models of real products with their tests of checks and lists.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use tidegate_policy::Model;

use crate::folder;
use crate::store::{ObjectsText, Store, TupleText, UsersText, is_unsupported};

#[derive(Deserialize)]
struct StoreFile {
    model: Option<String>,
    model_file: Option<PathBuf>,
    tuples: Option<Vec<TupleText>>,
    tuple_file: Option<PathBuf>,
    #[serde(default)]
    tests: Vec<Test>,
}

#[derive(Deserialize)]
struct Test {
    name: Option<String>,
    #[serde(default)]
    tuples: Vec<TupleText>,
    #[serde(default)]
    check: Vec<Check>,
    #[serde(default)]
    list_objects: Vec<ListObjects>,
    #[serde(default)]
    list_users: Vec<ListUsers>,
}

#[derive(Deserialize)]
struct Check {
    user: String,
    object: String,
    context: Option<serde_json::Value>,
    assertions: BTreeMap<String, bool>,
}

#[derive(Deserialize)]
struct ListObjects {
    user: String,
    #[serde(rename = "type")]
    object_type: String,
    assertions: BTreeMap<String, BTreeSet<String>>,
}

#[derive(Deserialize)]
struct ListUsers {
    object: String,
    user_filter: Vec<Filter>,
    assertions: BTreeMap<String, Users>,
}

#[derive(Deserialize)]
struct Filter {
    #[serde(rename = "type")]
    type_name: String,
    relation: Option<String>,
}

#[derive(Deserialize)]
struct Users {
    users: BTreeSet<String>,
}

#[test]
fn sample_stores() {
    let Some(folder) = folder() else { return };
    let mut files = Vec::new();
    find(&folder.join("openfga-sample-stores"), &mut files);
    files.sort();
    let (mut checks, mut lists) = (0, 0);
    let mut wrong = Vec::new();
    for file in &files {
        let ran = run(file, &mut wrong);
        checks += ran.0;
        lists += ran.1;
    }
    println!("{checks} checks, {lists} lists");
    assert!(
        wrong.is_empty(),
        "{} of {checks} checks and {lists} lists:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(checks > 60, "only {checks} checks ran");
    assert!(lists >= 9, "only {lists} lists ran");
}

fn find(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            find(&path, files);
        } else if path.to_string_lossy().ends_with(".fga.yaml") {
            files.push(path);
        }
    }
}

/// How many checks and lists ran: none where the store needs what the engine does not have yet.
fn run(path: &Path, wrong: &mut Vec<String>) -> (usize, usize) {
    let read = |name: &Path| std::fs::read_to_string(path.with_file_name(name)).expect("a file");
    let file: StoreFile = serde_yaml_ng::from_str(&read(path)).expect("a store");
    if file.tuple_file.is_some() {
        return (0, 0);
    }
    let text = match (file.model, file.model_file) {
        (Some(text), _) => text,
        (None, Some(name)) => read(&name),
        (None, None) => return (0, 0),
    };
    if is_unsupported(&text) {
        return (0, 0);
    }
    let model = match Model::parse(&text) {
        Ok(model) => model,
        Err(errors) => {
            wrong.push(format!("{}:\n{errors}", path.display()));
            return (0, 0);
        }
    };
    let (mut checks, mut lists) = (0, 0);
    for test in &file.tests {
        let mut store = Store::new();
        store.model(model.clone());
        store.write(&file.tuples.clone().unwrap_or_default());
        store.write(&test.tuples);
        for check in &test.check {
            assert!(
                check.context.is_none(),
                "{}: context without conditions",
                path.display()
            );
            for (relation, expected) in &check.assertions {
                checks += 1;
                let question = TupleText {
                    object: check.object.clone(),
                    relation: relation.clone(),
                    user: check.user.clone(),
                };
                let found = store.check(&question, &[]);
                if found != Ok(*expected) {
                    let name = test.name.as_deref().unwrap_or_default();
                    wrong.push(format!(
                        "{} {name}: {question:?}: {found:?}, not {expected}",
                        path.display()
                    ));
                }
            }
        }
        lists += run_lists(&store, test, path, wrong);
    }
    (checks, lists)
}

fn run_lists(store: &Store, test: &Test, path: &Path, wrong: &mut Vec<String>) -> usize {
    let mut lists = 0;
    let mut compare = |question: &dyn Debug, found, expected: &BTreeSet<String>| {
        lists += 1;
        let found: Result<BTreeSet<String>, u32> =
            Result::map(found, |list: Vec<String>| list.into_iter().collect());
        if found.as_ref() != Ok(expected) {
            wrong.push(format!(
                "{}: {question:?}: {found:?}, not {expected:?}",
                path.display()
            ));
        }
    };
    for list in &test.list_objects {
        for (relation, expected) in &list.assertions {
            let question = ObjectsText {
                user: list.user.clone(),
                object_type: list.object_type.clone(),
                relation: relation.clone(),
            };
            compare(&question, store.list_objects(&question, &[]), expected);
        }
    }
    for list in &test.list_users {
        let [filter] = &*list.user_filter else {
            panic!("{}: one filter a list", path.display());
        };
        let filter = match &filter.relation {
            Some(relation) => format!("{}#{relation}", filter.type_name),
            None => filter.type_name.clone(),
        };
        for (relation, expected) in &list.assertions {
            let question = UsersText {
                object: list.object.clone(),
                relation: relation.clone(),
                filters: [filter.clone()],
            };
            compare(&question, store.list_users(&question, &[]), &expected.users);
        }
    }
    lists
}
