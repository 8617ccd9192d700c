//! The systems decide as their tests say (OpenFGA's store files).

use std::path::Path;

use super::super::System;
use super::super::store_file::{StoreFile, Test};

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
    let store = StoreFile::parse(&text).unwrap_or_else(|error| panic!("{error}"));
    let no_files = |_: &str| Err("not read here".to_owned());
    let reports = store.run(system.model(), no_files).unwrap();
    for report in &reports {
        assert!(report.failed.is_empty(), "{report:#?}");
    }
    let mut seen = [0, 0];
    for check in store.tests().iter().flat_map(|test| &test.check) {
        for expected in check.assertions.values() {
            seen[usize::from(*expected)] += 1;
        }
    }
    let enough = seen.iter().all(|count| *count >= 25);
    assert!(enough, "denied and allowed: {seen:?}");
    let lists = |test: &Test| !test.list_objects.is_empty() && !test.list_users.is_empty();
    assert!(store.tests().iter().any(lists));
}
