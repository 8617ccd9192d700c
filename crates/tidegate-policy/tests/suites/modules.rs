//! OpenFGA's tests of modular models: files to one model, its forms, and what is wrong with the files.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};
use tidegate_policy::{Model, ModelErrors, ModuleFile};

use crate::exceptions::left_out;
use crate::language::{Expected, folders, same, without_nothing};
use crate::tally::Tally;
use crate::{folder, native};

#[test]
fn modular_models() {
    let Some(folder) = folder() else { return };
    let mut tally = Tally::new("openfga-language/transformer-module");
    for path in folders(&folder.join("openfga-language/transformer-module")) {
        let mut files = Vec::new();
        read(&path.join("module"), "", &mut files);
        let files: Vec<ModuleFile<'_>> = files
            .iter()
            .map(|(name, text)| ModuleFile { name, text })
            .collect();
        let found = Model::from_modules(&files);
        let name = path.display().to_string();
        tally.write(&line(&path, &files, &found));
        let holds = if path.join("expected_errors.json").exists() {
            let mut expected: Vec<Expected> = json(&path.join("expected_errors.json"));
            let errors = Model::lint_modules(&files);
            let is_refused = errors.iter().any(|error| !error.kind.is_warning());
            let left_out = left_out(&kinds(&expected));
            let errors: BTreeSet<_> = errors
                .iter()
                .map(|error| (error.file.as_deref(), error.line, error.kind.as_str()))
                .filter(|(.., kind)| !left_out.contains(kind))
                .collect();
            // Where the suite names no kind, any is right.
            let places = |error: &Expected| (error.file.clone(), error.line());
            let places: BTreeSet<_> = expected.iter().map(places).collect();
            expected.retain(|error| error.kind().is_some());
            found.is_err() == is_refused
                && places
                    == errors
                        .iter()
                        .map(|found| (found.0.map(str::to_owned), found.1))
                        .collect()
                && expected.iter().all(|error| {
                    let kind = error.kind().unwrap_or_default();
                    errors.contains(&(error.file.as_deref(), error.line(), kind))
                })
        } else {
            found.as_ref().is_ok_and(|model| {
                let text = |name: &str| std::fs::read_to_string(path.join(name)).expect("a file");
                let expected: Value = json(&path.join("authorization-model.json"));
                let modules: Vec<String> = json(&path.join("expected_modules.json"));
                let from_json = Model::from_json(&expected.to_string()).expect("a model");
                model.to_dsl().ok() == Some(text("combined.fga"))
                    && model.text() == text("combined.fga")
                    && model.to_dsl_with_sources().ok() == Some(text("combined-sourceinfo.fga"))
                    && model.modules() == modules
                    && without_order(&model.to_json()) == without_order(&expected)
                    && from_json.to_dsl_with_sources() == model.to_dsl_with_sources()
                    && from_json.modules() == modules
                    && same(&from_json.to_json(), &model.to_json())
            })
        };
        tally.count(&name, holds, || format!("{found:?}"));
    }
    tally.done();
}

fn kinds(expected: &[Expected]) -> BTreeSet<String> {
    let kinds = expected.iter().filter_map(Expected::kind);
    kinds.map(str::to_owned).collect()
}

/// The case as others are to run it.
fn line(path: &Path, files: &[ModuleFile<'_>], found: &Result<Model, ModelErrors>) -> Value {
    let written = files
        .iter()
        .map(|file| json!({ "name": file.name, "text": file.text }));
    let errors = path.join("expected_errors.json");
    let mut besides = left_out(&BTreeSet::new());
    let expect = if errors.exists() {
        let errors: Vec<Expected> = json(&errors);
        besides = left_out(&kinds(&errors));
        // What is only odd is not told by who takes a model.
        let lint = Model::lint_modules(files);
        let is_odd = |error: &&Expected| {
            let at = (error.file.as_deref(), error.line(), error.kind());
            let mut odd = lint.iter().filter(|found| found.kind.is_warning());
            odd.any(|found| (found.file.as_deref(), found.line, Some(found.kind.as_str())) == at)
        };
        let is_taken = lint.iter().all(|found| found.kind.is_warning());
        let errors = errors
            .iter()
            .filter(|error| !(is_taken && is_odd(error)))
            .map(|error| json!({ "file": error.file, "line": error.line(), "kind": error.kind() }));
        json!({ "errors": errors.collect::<Vec<_>>() })
    } else {
        let text = |name: &str| std::fs::read_to_string(path.join(name)).expect("a file");
        json!({
            "dsl": text("combined.fga"),
            "dslWithSources": text("combined-sourceinfo.fga"),
            "json": without_order(&json(&path.join("authorization-model.json"))),
            "modules": json::<Value>(&path.join("expected_modules.json")),
        })
    };
    json!({
        "ask": "modules",
        "name": path.display().to_string(),
        "files": written.collect::<Vec<_>>(),
        "besides": besides,
        "expect": expect,
        "native": native::model(found),
    })
}

/// The types of a model in order of their names: the suite's are in that of the files.
fn without_order(model: &Value) -> Value {
    let mut model = without_nothing(model);
    let types = model
        .get_mut("type_definitions")
        .and_then(Value::as_array_mut);
    let name = |found: &Value| found.get("type").and_then(Value::as_str).map(str::to_owned);
    types.expect("a list of types").sort_by_key(name);
    model
}

fn json<T: serde::de::DeserializeOwned>(path: &Path) -> T {
    let text = std::fs::read_to_string(path).expect("a file");
    serde_json::from_str(&text).expect("JSON")
}

fn read(folder: &Path, below: &str, files: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        if path.is_dir() {
            read(&path, &format!("{below}{name}/"), files);
        } else {
            let text = std::fs::read_to_string(&path).expect("a file");
            files.push((format!("{below}{name}"), text));
        }
    }
}
