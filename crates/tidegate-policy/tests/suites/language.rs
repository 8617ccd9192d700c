//! OpenFGA's own parser tests: what is accepted, what is refused and on which lines, and the two forms of a model.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tidegate_policy::tuple::is_portable_id;
use tidegate_policy::{Model, ModelError, Object, parse_fga_mod};

use crate::exceptions::left_out;
use crate::tally::Tally;
use crate::{folder, native, suite};

const FOLDER: &str = "openfga-language";

#[derive(Deserialize)]
struct Case {
    name: String,
    #[serde(default)]
    dsl: String,
    #[serde(default)]
    json: Option<String>,
    #[serde(default)]
    skip: bool,
    #[serde(default)]
    expected_errors: Option<Vec<Expected>>,
    /// Why a model has no form in the language.
    #[serde(default)]
    error_message: Option<String>,
    #[serde(default, rename = "modFile")]
    mod_file: String,
}

#[derive(Deserialize)]
pub(crate) struct Expected {
    #[serde(default)]
    pub(crate) file: Option<String>,
    #[serde(default)]
    pub(crate) line: Option<Range>,
    #[serde(default)]
    column: Option<Range>,
    #[serde(default)]
    metadata: Metadata,
}

#[derive(Deserialize)]
pub(crate) struct Range {
    start: u32,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    #[serde(default)]
    error_type: Option<String>,
}

impl Expected {
    /// From 1; 0 where the suite names none.
    pub(crate) fn line(&self) -> u32 {
        self.line.as_ref().map_or(0, |line| line.start + 1)
    }

    pub(crate) fn kind(&self) -> Option<&str> {
        self.metadata.error_type.as_deref()
    }
}

#[test]
fn syntax() {
    run("dsl-syntax-validation-cases.yaml", |case, tally| {
        let expected = case.expected_errors.as_deref().unwrap_or_default();
        let line = expected.first().map(Expected::line);
        let kinds = BTreeSet::new();
        tally.write(&lint(
            &case.name,
            &case.dsl,
            &kinds,
            &json!({ "firstLine": line }),
        ));
        if let Some(json) = &case.json {
            let accepted = json!({ "accepted": expected.is_empty() });
            tally.write(&lint(&case.name, json, &kinds, &accepted));
        }
        let found = errors(&case.dsl, &kinds);
        // What follows a first error is up to the parser; where it stands is not.
        let holds = match (expected.first(), found.first()) {
            (None, None) => true,
            (Some(expected), Some(found)) => found.line == expected.line(),
            _ => false,
        };
        holds
            && case
                .json
                .as_ref()
                .is_none_or(|json| errors(json, &kinds).is_empty() == expected.is_empty())
    });
}

#[test]
fn semantics() {
    run("dsl-semantic-validation-cases.yaml", |case, tally| {
        let expected = case.expected_errors.as_deref().unwrap_or_default();
        let places = |errors: &[ModelError]| -> BTreeSet<(u32, String)> {
            errors
                .iter()
                .map(|error| (error.line, error.kind.as_str().to_owned()))
                .collect()
        };
        let kinds = expected
            .iter()
            .map(|error| error.kind().unwrap_or_default().to_owned());
        let kinds: BTreeSet<String> = kinds.collect();
        let expected: BTreeSet<(u32, String)> = expected
            .iter()
            .map(|error| (error.line(), error.kind().unwrap_or_default().to_owned()))
            .collect();
        tally.write(&lint(
            &case.name,
            &case.dsl,
            &kinds,
            &json!({ "places": expected }),
        ));
        if let Some(json) = &case.json {
            tally.write(&lint(&case.name, json, &kinds, &json!({ "kinds": kinds })));
        }
        places(&errors(&case.dsl, &kinds)) == expected
            && case
                .json
                .as_ref()
                .is_none_or(|json| found_kinds(json, &kinds) == kinds)
    });
}

#[test]
fn models_in_json_form() {
    run("json-validation-cases.yaml", |case, tally| {
        let expected = case.expected_errors.iter().flatten();
        let expected = expected.map(|error| error.kind().unwrap_or_default().to_owned());
        let expected: BTreeSet<String> = expected.collect();
        let text = case.json.as_deref().unwrap_or_default();
        tally.write(&lint(
            &case.name,
            text,
            &expected,
            &json!({ "kinds": expected }),
        ));
        found_kinds(text, &expected) == expected
    });
}

#[test]
fn models_in_json_form_that_have_a_text_or_none() {
    run(
        "json-syntax-transformer-validation-cases.yaml",
        |case, tally| {
            let json = case.json.as_deref().unwrap_or_default();
            let refused = case.error_message.is_some() || case.expected_errors.is_some();
            let expect = json!({ "refused": refused });
            tally.write(&convert(&case.name, json, &expect));
            let printed = Model::from_json(json)
                .ok()
                .and_then(|model| model.to_dsl().ok());
            printed.is_some() != refused
        },
    );
}

#[test]
fn object_ids() {
    #[derive(Deserialize)]
    struct Id {
        name: String,
        object_id: String,
        valid: bool,
    }
    const FILE: &str = "object-id-validation-cases.yaml";
    let Some(cases) = read::<Vec<Id>>(FILE) else {
        return;
    };
    let mut tally = Tally::new(&format!("{FOLDER}/{FILE}"));
    for case in &cases {
        let expect = json!({ "answer": case.valid });
        let found = Object::new("type", &case.object_id).is_ok() && is_portable_id(&case.object_id);
        tally.write(&json!({
            "ask": "objectId", "name": case.name, "id": case.object_id, "expect": expect,
            "native": { "answer": found },
        }));
        tally.count(&case.name, found == case.valid, || format!("{found:?}"));
    }
    tally.done();
}

#[test]
fn fga_mod() {
    run("fga-mod-transformer-cases.yaml", |case, tally| {
        let expected = case.expected_errors.iter().flatten();
        let mut expected: Vec<(u32, u32)> = expected
            .map(|error| {
                (
                    error.line(),
                    error.column.as_ref().map_or(0, |column| column.start + 1),
                )
            })
            .collect();
        // Here in the order of the text, there key by key.
        expected.sort_unstable();
        let expect = json!({ "places": expected });
        let found = parse_fga_mod(&case.mod_file);
        tally.write(&json!({
            "ask": "fgaMod", "name": case.name, "text": case.mod_file, "expect": expect,
            "native": native::fga_mod(&found),
        }));
        let found = match found {
            Ok(_) => Vec::new(),
            Err(errors) => errors
                .0
                .iter()
                .map(|error| (error.line, error.column))
                .collect(),
        };
        found == expected
    });
}

#[test]
fn both_forms_of_a_model() {
    let Some(folder) = folder() else { return };
    let mut tally = Tally::new(&format!("{FOLDER}/transformer"));
    for path in folders(&folder.join(FOLDER).join("transformer")) {
        let file = |name: &str| std::fs::read_to_string(path.join(name)).expect("a file");
        let (dsl, json) = (
            file("authorization-model.fga"),
            file("authorization-model.json"),
        );
        let expected: Value = serde_json::from_str(&json).expect("a model in JSON form");
        let forms = |model: Model| {
            Some((
                model.to_dsl().ok()?,
                model.to_json(),
                model.text().to_owned(),
            ))
        };
        let name = path.display().to_string();
        let expect = json!({ "dsl": dsl, "json": without_nothing(&expected) });
        for text in [&dsl, &json] {
            tally.write(&convert(&name, text, &expect));
        }
        let found = Model::parse(&dsl).map(forms);
        let holds = found.as_ref().is_ok_and(|found| {
            found
                .as_ref()
                .is_some_and(|(text, form, _)| *text == dsl && same(form, &expected))
        });
        tally.count(&name, holds, || format!("from the text: {found:?}"));
        let found = Model::from_json(&json).map(forms);
        let holds = found.as_ref().is_ok_and(|found| {
            found.as_ref().is_some_and(|(text, form, kept)| {
                *text == dsl && *kept == dsl && same(form, &expected)
            })
        });
        tally.count(&name, holds, || format!("from JSON: {found:?}"));
    }
    tally.done();
}

/// Whether two JSON forms say the same: a field that is null is not there, nor are conditions where there are none.
pub(crate) fn same(one: &Value, two: &Value) -> bool {
    without_nothing(one) == without_nothing(two)
}

pub(crate) fn without_nothing(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            // That there are no conditions may be said or not.
            let is_nothing = |name: &str, value: &Value| {
                value.is_null() || name == "conditions" && *value == json!({})
            };
            let fields = fields
                .iter()
                .filter(|(name, value)| !is_nothing(name, value));
            fields
                .map(|(name, value)| (name.clone(), without_nothing(value)))
                .collect()
        }
        Value::Array(items) => items.iter().map(without_nothing).collect(),
        other => other.clone(),
    }
}

/// What is compared of what is wrong with a text, where these kinds are expected.
fn errors(text: &str, kinds: &BTreeSet<String>) -> Vec<ModelError> {
    let mut found = Model::lint(text);
    let left_out = left_out(kinds);
    found.retain(|error| !left_out.contains(&error.kind.as_str()));
    found
}

/// A case of what is wrong with a text.
fn lint(name: &str, text: &str, kinds: &BTreeSet<String>, expect: &Value) -> Value {
    let besides = left_out(kinds);
    let native = native::faults(&Model::lint(text));
    json!({
        "ask": "lint", "name": name, "text": text, "besides": besides, "expect": expect, "native": native,
    })
}

/// A case of the two forms of a model.
fn convert(name: &str, text: &str, expect: &Value) -> Value {
    let native = native::model(&Model::parse(text));
    json!({ "ask": "convert", "name": name, "text": text, "expect": expect, "native": native })
}

/// The folders in a folder, sorted; none, with a note, when it is not here.
pub(crate) fn folders(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        eprintln!("ABSENT: {}", folder.display());
        return Vec::new();
    };
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut paths: Vec<PathBuf> = paths.filter(|path| path.is_dir()).collect();
    paths.sort();
    paths
}

fn found_kinds(text: &str, expected: &BTreeSet<String>) -> BTreeSet<String> {
    errors(text, expected)
        .iter()
        .map(|error| error.kind.as_str().to_owned())
        .collect()
}

fn read<T: DeserializeOwned>(name: &str) -> Option<T> {
    suite(&format!("{FOLDER}/{name}"))
}

/// Runs every case of a file, which also writes it down.
fn run(name: &str, holds: impl Fn(&Case, &mut Tally) -> bool) {
    let Some(cases) = read::<Vec<Case>>(name) else {
        return;
    };
    let mut tally = Tally::new(&format!("{FOLDER}/{name}"));
    for case in cases.iter().filter(|case| !case.skip) {
        let holds = holds(case, &mut tally);
        tally.count(&case.name, holds, || {
            let text = case.json.as_deref().unwrap_or(&case.dsl);
            let found: Vec<_> = Model::lint(text)
                .iter()
                .map(|error| format!("{error} [{}]", error.kind.as_str()))
                .collect();
            format!("{text}{}\n  found {found:#?}", case.mod_file)
        });
    }
    tally.done();
}
