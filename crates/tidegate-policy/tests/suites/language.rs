//! OpenFGA's own parser tests: what is accepted, what is refused, and on which lines.

use serde::Deserialize;
use tidegate_policy::{Model, ModelError, ModelErrorKind};

use crate::store::is_unsupported;
use crate::{folder, suite};

#[derive(Deserialize)]
struct Case {
    name: String,
    dsl: String,
    #[serde(default)]
    skip: bool,
    #[serde(default)]
    expected_errors: Option<Vec<Expected>>,
}

#[derive(Deserialize)]
struct Expected {
    msg: String,
    line: Line,
    #[serde(default)]
    metadata: Metadata,
}

#[derive(Deserialize)]
struct Line {
    start: u32,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    #[serde(default)]
    error_type: Option<String>,
}

#[test]
fn syntax() {
    run(
        "openfga-language/dsl-syntax-validation-cases.yaml",
        25,
        |case, found| {
            let expected = case.expected_errors.as_deref().unwrap_or_default();
            // What follows a first error is up to the parser; where it stands is not.
            match (expected.first(), found.first()) {
                (None, None) => None,
                (Some(expected), Some(found)) if found.line == expected.line.start + 1 => None,
                (expected, _) => Some(expected.map_or("accepted".to_owned(), |e| {
                    format!("line {}: {}", e.line.start + 1, e.msg)
                })),
            }
        },
    );
}

#[test]
fn semantics() {
    run(
        "openfga-language/dsl-semantic-validation-cases.yaml",
        35,
        |case, found| {
            let mut expected: Vec<(u32, String)> = case
                .expected_errors
                .iter()
                .flatten()
                .map(|error| {
                    (
                        error.line.start + 1,
                        error.metadata.error_type.clone().unwrap_or_default(),
                    )
                })
                .collect();
            let mut found: Vec<(u32, String)> = found
                .iter()
                .map(|error| (error.line, word(error.kind).to_owned()))
                .collect();
            expected.sort();
            expected.dedup();
            found.sort();
            found.dedup();
            (expected != found).then(|| format!("{expected:?}"))
        },
    );
}

#[test]
fn transformer_models_are_accepted() {
    let Some(folder) = folder() else { return };
    let mut read = 0;
    for entry in std::fs::read_dir(folder.join("openfga-language/transformer")).expect("a folder") {
        let path = entry
            .expect("an entry")
            .path()
            .join("authorization-model.fga");
        let text = std::fs::read_to_string(&path).expect("a model");
        if !is_unsupported(&text) {
            Model::parse(&text).unwrap_or_else(|errors| panic!("{}:\n{errors}", path.display()));
            read += 1;
        }
    }
    assert!(read >= 5, "only {read} models were read");
}

/// The reference's word for an error.
fn word(kind: ModelErrorKind) -> &'static str {
    kind.as_str()
}

fn run(path: &str, at_least: usize, judge: impl Fn(&Case, &[ModelError]) -> Option<String>) {
    let Some(text) = suite(path) else { return };
    let cases: Vec<Case> = serde_yaml_ng::from_str(&text).expect("the suite is YAML");
    let mut ran = 0;
    let mut wrong = Vec::new();
    for case in cases
        .iter()
        .filter(|case| !case.skip && !is_unsupported(&case.dsl))
    {
        ran += 1;
        let mut found = Model::lint(&case.dsl);
        // The reference's parser leaves these to its server.
        found.retain(|error| error.kind != ModelErrorKind::Circular);
        if let Some(expected) = judge(case, &found) {
            let found: Vec<String> = found
                .iter()
                .map(|e| format!("{} [{}]", e, word(e.kind)))
                .collect();
            wrong.push(format!(
                "{}\n{}\n  expected {expected}\n  found {found:?}",
                case.name, case.dsl
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {ran}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(ran >= at_least, "only {ran} cases ran");
}
