//! OpenFGA's sample stores: models of real products with their tests of checks and lists.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value};
use tidegate_policy::{Model, ModuleFile, parse_fga_mod};

use crate::present;
use crate::questions::{Expected, Questions, Stage};
use crate::store::{Given, Question, TupleText};
use crate::tuple_file;
use crate::users::Filter;

#[derive(Deserialize)]
struct StoreFile {
    model: Option<String>,
    model_file: Option<PathBuf>,
    #[serde(flatten)]
    tuples: Tuples,
    #[serde(default)]
    tests: Option<Vec<Test>>,
}

/// Tuples in place and in files.
#[derive(Deserialize)]
struct Tuples {
    tuples: Option<Vec<TupleText>>,
    tuple_file: Option<PathBuf>,
    tuple_files: Option<Vec<PathBuf>>,
}

impl Tuples {
    fn read(&self, store: &Path) -> Vec<TupleText> {
        let mut all = self.tuples.clone().unwrap_or_default();
        for name in self
            .tuple_file
            .iter()
            .chain(self.tuple_files.iter().flatten())
        {
            all.extend(tuple_file::read(&store.with_file_name(name)));
        }
        all
    }
}

#[derive(Deserialize)]
struct Test {
    name: Option<String>,
    #[serde(flatten)]
    tuples: Tuples,
    check: Option<Vec<Check>>,
    list_objects: Option<Vec<ListObjects>>,
    list_users: Option<Vec<ListUsers>>,
}

#[derive(Deserialize)]
struct Check {
    user: Option<String>,
    users: Option<Vec<String>>,
    object: Option<String>,
    objects: Option<Vec<String>>,
    context: Option<Map<String, Value>>,
    assertions: BTreeMap<String, bool>,
}

#[derive(Deserialize)]
struct ListObjects {
    user: String,
    #[serde(rename = "type")]
    object_type: String,
    context: Option<Map<String, Value>>,
    assertions: BTreeMap<String, Option<BTreeSet<String>>>,
}

#[derive(Deserialize)]
struct ListUsers {
    object: String,
    user_filter: Vec<Filter>,
    context: Option<Map<String, Value>>,
    assertions: BTreeMap<String, Users>,
}

#[derive(Deserialize)]
struct Users {
    users: Option<BTreeSet<String>>,
}

#[test]
fn sample_stores() {
    let Some(folder) = present("openfga-sample-stores") else {
        return;
    };
    let mut files = Vec::new();
    find(&folder, &mut files);
    files.sort();
    let mut questions = Questions::new("openfga-sample-stores");
    for file in &files {
        run(file, &mut questions);
    }
    questions.done();
}

fn find(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.to_string_lossy();
        if path.is_dir() {
            find(&path, files);
        } else if name.ends_with(".fga.yaml") || name.ends_with(".fga.yml") {
            files.push(path);
        }
    }
}

fn run(path: &Path, questions: &mut Questions) {
    let text = std::fs::read_to_string(path).expect("a file");
    let file: StoreFile = serde_yaml_ng::from_str(&text)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let model = match (file.model, file.model_file) {
        (Some(text), _) => text,
        (None, Some(name)) => model_file(&path.with_file_name(name)),
        (None, None) => panic!("{}: no model", path.display()),
    };
    let stored = file.tuples.read(path);
    for test in file.tests.iter().flatten() {
        let tuples = [stored.clone(), test.tuples.read(path)].concat();
        questions.store(&[Stage {
            model: &model,
            tuples: &tuples,
        }]);
        let name = test.name.as_deref().unwrap_or_default();
        let name = format!("{}: {name}", path.display());
        ask(&name, test, questions);
    }
}

/// A model's text: of one file, or of the modules that an `fga.mod` lists.
fn model_file(path: &Path) -> String {
    let read = |path: &Path| {
        std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let text = read(path);
    if path.extension().is_none_or(|ending| ending != "mod") {
        return text;
    }
    let listed = parse_fga_mod(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut files = vec![("fga.mod".to_owned(), text)];
    for name in listed.contents {
        let text = read(&path.with_file_name(&name));
        files.push((name, text));
    }
    let files = files
        .iter()
        .map(|(name, text)| ModuleFile { name, text })
        .collect::<Vec<_>>();
    let model = Model::from_modules(&files);
    let model = model.unwrap_or_else(|errors| panic!("{}:\n{errors}", path.display()));
    model.text().to_owned()
}

fn ask(name: &str, test: &Test, questions: &mut Questions) {
    let given = |context| Given {
        context,
        ..Given::default()
    };
    for check in test.check.iter().flatten() {
        let given = given(check.context.as_ref());
        for subject in check.user.iter().chain(check.users.iter().flatten()) {
            for object in check.object.iter().chain(check.objects.iter().flatten()) {
                for (relation, &expected) in &check.assertions {
                    let question = Question::Check {
                        subject: subject.clone(),
                        relation: relation.clone(),
                        object: object.clone(),
                    };
                    questions.ask(name, &question, &given, &Expected::Answer(expected));
                }
            }
        }
    }
    for list in test.list_objects.iter().flatten() {
        let given = given(list.context.as_ref());
        for (relation, expected) in &list.assertions {
            let question = Question::ListObjects {
                subject: list.user.clone(),
                relation: relation.clone(),
                object_type: list.object_type.clone(),
            };
            let expected = Expected::List(expected.clone().unwrap_or_default());
            questions.ask(name, &question, &given, &expected);
        }
    }
    for list in test.list_users.iter().flatten() {
        let given = given(list.context.as_ref());
        for (relation, expected) in &list.assertions {
            let question = Question::ListUsers {
                object: list.object.clone(),
                relation: relation.clone(),
                filters: list.user_filter.iter().map(Filter::text).collect(),
            };
            let expected = Expected::List(expected.users.clone().unwrap_or_default());
            questions.ask(name, &question, &given, &expected);
        }
    }
}
