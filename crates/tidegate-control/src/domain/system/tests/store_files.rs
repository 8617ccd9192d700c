//! The systems decide as their tests say (OpenFGA's store files).

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;
use tidegate_policy::{
    Change, CheckRequest, Context, ListObjectsRequest, ListUsersRequest, Object, Snapshot, Subject,
    SubjectKind, Tuple,
};
use uuid::Uuid;

use super::super::System;

#[derive(Deserialize)]
struct StoreFile {
    tuples: Vec<TupleKey>,
    tests: Vec<Test>,
}

#[derive(Deserialize)]
struct TupleKey {
    user: String,
    relation: String,
    object: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Test {
    name: String,
    #[serde(default)]
    check: Vec<Check>,
    #[serde(default)]
    list_objects: Vec<ListObjects>,
    #[serde(default)]
    list_users: Vec<ListUsers>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Check {
    user: String,
    object: String,
    assertions: BTreeMap<String, bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListObjects {
    user: String,
    #[serde(rename = "type")]
    type_name: String,
    assertions: BTreeMap<String, BTreeSet<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListUsers {
    object: String,
    user_filter: Vec<UserFilter>,
    assertions: BTreeMap<String, Users>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UserFilter {
    #[serde(rename = "type")]
    type_name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Users {
    users: BTreeSet<String>,
}

#[test]
fn beamlit() {
    decides("beamlit", "systems/beamlit");
}

#[test]
fn beneath() {
    decides("beneath", "systems/beneath");
}

#[test]
fn earthly() {
    decides("earthly", "systems/earthly");
}

#[test]
fn lamindb() {
    decides("lamindb", "systems/lamindb");
}

#[test]
fn a_fifth_system_is_a_folder() {
    let folder = "../../tests/systems/githost";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    decides(path.to_str().unwrap(), folder);
}

/// Runs the tests of a system's folder, which is named from the crate's.
#[track_caller]
fn decides(name: &str, folder: &str) {
    let system = System::load(name).unwrap_or_else(|error| panic!("{error}"));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let text = std::fs::read_to_string(path.join("tests.fga.yaml")).unwrap();
    let file: StoreFile = serde_yaml_ng::from_str(&text).unwrap();
    let snapshot = snapshot(&system, &file);
    let mut seen = [0, 0];
    for test in &file.tests {
        for check in &test.check {
            for (relation, expected) in &check.assertions {
                let request = CheckRequest {
                    subject: &check.user.parse::<Subject>().unwrap(),
                    relation,
                    object: &check.object.parse().unwrap(),
                    contextual_tuples: &[],
                    context: Context::EMPTY,
                };
                let answer = snapshot.check(&request);
                let asked = format!("{} {relation} {}", check.user, check.object);
                assert_eq!(answer, Ok(*expected), "{}: {asked}", test.name);
                seen[usize::from(*expected)] += 1;
            }
        }
        for list in &test.list_objects {
            objects(&snapshot, &test.name, list);
        }
        for list in &test.list_users {
            users(&snapshot, &test.name, list);
        }
    }
    let enough = seen.iter().all(|count| *count >= 25);
    assert!(enough, "denied and allowed: {seen:?}");
    let lists = |test: &Test| (test.list_objects.len(), test.list_users.len());
    assert!(
        file.tests
            .iter()
            .map(lists)
            .any(|(objects, users)| objects > 0 && users > 0)
    );
}

fn snapshot(system: &System, file: &StoreFile) -> Snapshot {
    let tuple = |key: &TupleKey| {
        let text = format!("{}#{}@{}", key.object, key.relation, key.user);
        text.parse::<Tuple>().unwrap()
    };
    let tuples: Vec<Tuple> = file.tuples.iter().map(tuple).collect();
    let mut objects: BTreeSet<Object> = tuples.iter().map(|tuple| tuple.object.clone()).collect();
    let checks = file.tests.iter().flat_map(|test| &test.check);
    objects.extend(checks.map(|check| check.object.parse().unwrap()));
    let put = |(n, object): (usize, Object)| Change::Put {
        object,
        uid: Uuid::from_u128(n as u128 + 1),
        valid_from_s: 0,
    };
    let mut changes: Vec<Change> = objects.into_iter().enumerate().map(put).collect();
    changes.extend(tuples.into_iter().map(Change::Write));
    Snapshot::new(system.model().clone(), system.profile().clone())
        .apply(1, &changes)
        .unwrap()
}

#[track_caller]
fn objects(snapshot: &Snapshot, name: &str, list: &ListObjects) {
    for (relation, expected) in &list.assertions {
        let request = ListObjectsRequest {
            subject: &list.user.parse().unwrap(),
            relation,
            object_type: &list.type_name,
            contextual_tuples: &[],
            context: Context::EMPTY,
            after: None,
            limit: 1000,
        };
        let page = snapshot.list_objects(&request).unwrap();
        assert!(page.complete && page.next.is_none());
        let found: BTreeSet<String> = page.found.iter().map(ToString::to_string).collect();
        let asked = format!("{} {relation} {}", list.user, list.type_name);
        assert_eq!(found, *expected, "{name}: {asked}");
    }
}

#[track_caller]
fn users(snapshot: &Snapshot, name: &str, list: &ListUsers) {
    for (relation, expected) in &list.assertions {
        let mut found = BTreeSet::new();
        for filter in &list.user_filter {
            let request = ListUsersRequest {
                object: &list.object.parse().unwrap(),
                relation,
                kind: SubjectKind::Type(&filter.type_name),
                contextual_tuples: &[],
                context: Context::EMPTY,
                after: None,
                limit: 1000,
            };
            let page = snapshot.list_users(&request).unwrap();
            assert!(page.complete && page.next.is_none());
            found.extend(page.found.iter().map(ToString::to_string));
        }
        assert_eq!(found, expected.users, "{name}: {} {relation}", list.object);
    }
}
