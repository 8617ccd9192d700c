//! OpenFGA's sample stores: models of real products with their tests.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use tidegate_policy::Model;

use crate::folder;
use crate::store::{Store, TupleText, is_unsupported};

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
}

#[derive(Deserialize)]
struct Check {
    user: String,
    object: String,
    context: Option<serde_json::Value>,
    assertions: BTreeMap<String, bool>,
}

#[test]
fn sample_stores() {
    let Some(folder) = folder() else { return };
    let mut files = Vec::new();
    find(&folder.join("openfga-sample-stores"), &mut files);
    files.sort();
    let mut checks = 0;
    let mut wrong = Vec::new();
    for file in &files {
        checks += run(file, &mut wrong);
    }
    assert!(
        wrong.is_empty(),
        "{} of {checks}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(checks > 60, "only {checks} checks ran");
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

/// How many checks ran: none where the store needs what the engine does not have yet.
fn run(path: &Path, wrong: &mut Vec<String>) -> usize {
    let read = |name: &Path| std::fs::read_to_string(path.with_file_name(name)).expect("a file");
    let file: StoreFile = serde_yaml_ng::from_str(&read(path)).expect("a store");
    if file.tuple_file.is_some() {
        return 0;
    }
    let text = match (file.model, file.model_file) {
        (Some(text), _) => text,
        (None, Some(name)) => read(&name),
        (None, None) => return 0,
    };
    if is_unsupported(&text) {
        return 0;
    }
    let model = match Model::parse(&text) {
        Ok(model) => model,
        Err(errors) => {
            wrong.push(format!("{}:\n{errors}", path.display()));
            return 0;
        }
    };
    let mut checks = 0;
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
    }
    checks
}
