//! Decisions as files, for engines in any language: `tests/vectors/decide/*.json`.
//!
//! What is expected comes from the reference, never from the engine. The files are made anew with
//! `TIDEGATE_WRITE_VECTORS=1 cargo test -p tidegate-policy --test it`.

mod build;
mod models;

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use tidegate_policy::{
    Caller, Change, Context, Decision, Model, Object, Profile, Request, Snapshot, Tuple, decide,
};
use uuid::Uuid;

use crate::bundles::through;

/// One file.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Vectors {
    model: String,
    profile: Profile,
    objects: Vec<Known>,
    tuples: Vec<String>,
    cases: Vec<Case>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Known {
    object: String,
    uid: Uuid,
    valid_from_s: u64,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Case {
    caller: Option<By>,
    action: String,
    resource: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    context: Vec<String>,
    /// `allow`, or the word of the denial.
    expect: String,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct By {
    object: String,
    kind: String,
}

impl Vectors {
    /// JSON with an element a line, so that a change can be read.
    fn text(&self) -> String {
        fn lines<T: Serialize>(all: &[T]) -> String {
            let lines: Vec<String> = all.iter().map(one).collect();
            lines.join(",\n    ")
        }
        fn one<T: Serialize>(value: &T) -> String {
            serde_json::to_string(value).expect("serializes")
        }
        format!(
            "{{\n  \"model\": {},\n  \"profile\": {},\n  \"objects\": [\n    {}\n  ],\n  \"tuples\": [\n    {}\n  ],\n  \"cases\": [\n    {}\n  ]\n}}\n",
            one(&self.model),
            one(&self.profile),
            lines(&self.objects),
            lines(&self.tuples),
            lines(&self.cases),
        )
    }
}

fn folder() -> PathBuf {
    PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/vectors/decide"
    ))
}

/// Names and texts of the files on disk.
#[expect(clippy::disallowed_methods, reason = "vectors are files")]
fn files() -> Vec<(String, String)> {
    let mut found: Vec<_> = std::fs::read_dir(folder())
        .expect("the folder of vectors")
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let name = path
                .file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            (name, std::fs::read_to_string(path).expect("a text"))
        })
        .collect();
    found.sort();
    found
}

#[test]
#[expect(clippy::disallowed_methods, reason = "vectors are files")]
fn the_files_are_what_the_reference_says() {
    let expected: Vec<(String, String)> = build::all()
        .into_iter()
        .map(|(name, vectors)| (name.to_owned(), vectors.text()))
        .collect();
    if std::env::var_os("TIDEGATE_WRITE_VECTORS").is_some_and(|value| value == "1") {
        std::fs::create_dir_all(folder()).expect("creates the folder");
        for (name, text) in &expected {
            std::fs::write(folder().join(format!("{name}.json")), text).expect("writes");
        }
    }
    let found = files();
    let names =
        |all: &[(String, String)]| all.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&found), names(&expected));
    for ((name, found), (_, expected)) in found.iter().zip(&expected) {
        for (number, (found, expected)) in found.lines().zip(expected.lines()).enumerate() {
            assert_eq!(found, expected, "{name}.json, line {}", number + 1);
        }
        assert_eq!(found.len(), expected.len(), "{name}.json");
    }
}

#[test]
fn the_engine_decides_every_vector_so() {
    let (mut cases, mut allowed) = (0, 0);
    let mut expectations = BTreeSet::new();
    for (name, text) in files() {
        let vectors: Vectors = serde_json::from_str(&text).expect("vectors");
        let model = Model::parse(&vectors.model).unwrap_or_else(|error| panic!("{name}: {error}"));
        let put = |known: &Known| Change::Put {
            object: object(&known.object),
            uid: known.uid,
            valid_from_s: known.valid_from_s,
        };
        let mut changes: Vec<Change> = vectors.objects.iter().map(put).collect();
        changes.extend(vectors.tuples.iter().map(|text| Change::Write(tuple(text))));
        let snapshot = Snapshot::new(model, vectors.profile)
            .apply(1, &changes)
            .expect("applies");
        let loaded = through(&snapshot);
        for case in &vectors.cases {
            let expect = decided(case, &snapshot);
            let json = serde_json::to_string(case).expect("serializes");
            assert_eq!(expect, case.expect, "{name}: {json}");
            assert_eq!(decided(case, &loaded), case.expect, "{name}: {json}");
            cases += 1;
            allowed += usize::from(expect == "allow");
            expectations.insert(expect);
        }
    }
    assert!(
        cases >= 500 && allowed * 100 >= cases * 30,
        "{allowed} of {cases} allowed"
    );
    for needed in build::ERRORS {
        assert!(expectations.contains(needed), "no vector for {needed}");
    }
}

fn decided(case: &Case, snapshot: &Snapshot) -> &'static str {
    let by = case
        .caller
        .as_ref()
        .map(|by| (object(&by.object), by.kind.as_str()));
    let caller = match &by {
        Some((object, kind)) => Caller::Principal { object, kind },
        None => Caller::Anonymous,
    };
    let resource = object(&case.resource);
    let context: Vec<Tuple> = case.context.iter().map(|text| tuple(text)).collect();
    let request = Request {
        caller,
        action: &case.action,
        resource: &resource,
        contextual_tuples: &context,
        context: Context::EMPTY,
    };
    match decide(&request, snapshot) {
        Decision::Allow => "allow",
        Decision::Deny(denial) => denial.kind(),
    }
}

#[track_caller]
fn object(text: &str) -> Object {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[track_caller]
fn tuple(text: &str) -> Tuple {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}
