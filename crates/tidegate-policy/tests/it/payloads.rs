//! Payloads of bundles as files, for readers in any language: `tests/vectors/bundles/*`.
//!
//! A `.json` is what a snapshot is made of; beside it are the payload of the whole and those of slices of `user:ann`:
//! for all of her secrets, for those of the kind `full` alone, and what changes of the latter with the next revision.
//! The payloads are made anew with `TIDEGATE_WRITE_VECTORS=1 cargo test -p tidegate-policy --test it`.

use std::path::PathBuf;

use serde::Deserialize;
use tidegate_policy::{Change, Model, Profile, Snapshot};
use uuid::Uuid;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct World {
    model: String,
    profile: Profile,
    objects: Vec<Known>,
    tuples: Vec<String>,
    revision: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Known {
    object: String,
    uid: Uuid,
    valid_from_s: u64,
}

#[track_caller]
#[expect(
    clippy::disallowed_methods,
    reason = "a test may read vectors, and write them anew when told to"
)]
fn check(name: &str, taken: &[&str]) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/bundles");
    let text = std::fs::read(folder.join(format!("{name}.json"))).expect("the world");
    let world: World = serde_json::from_slice(&text).expect("a world");
    let put = world.objects.iter().map(|known| Change::Put {
        object: known.object.parse().expect("an object"),
        uid: known.uid,
        valid_from_s: known.valid_from_s,
    });
    let write = world
        .tuples
        .iter()
        .map(|tuple| Change::Write(tuple.parse().expect("a tuple")));
    let changes: Vec<Change> = put.chain(write).collect();
    let model = Model::parse(&world.model).expect("a model");
    let snapshot = Snapshot::new(model, world.profile)
        .apply(world.revision, &changes)
        .expect("applies");
    let ann = "user:ann".parse().expect("an object");
    let slice = snapshot.slice(&ann).expect("a slice");
    let tuple = |text: &str| text.parse().expect("a tuple");
    let next: Vec<Change> = taken
        .iter()
        .map(|text| Change::Delete(tuple(text)))
        .collect();
    let next = snapshot.apply(world.revision + 1, &next).expect("applies");
    let full = |of: &Snapshot| of.slice_for_kind(&ann, "full").expect("a slice");
    let change = full(&snapshot).difference(&full(&next)).expect("a change");
    let payloads = [
        ("whole", snapshot.to_bundle_payload()),
        ("slice", slice.to_bundle_payload()),
        ("full", full(&snapshot).to_bundle_payload()),
        ("change", change.to_bytes()),
    ];
    for (part, payload) in payloads {
        let payload = payload.expect("a payload");
        let file = folder.join(format!("{name}.{part}.bin"));
        if std::env::var_os("TIDEGATE_WRITE_VECTORS").is_some() {
            std::fs::write(&file, &payload).expect("writes");
        }
        let held = std::fs::read(&file).expect("the payload");
        assert!(held == payload, "{} is out of date", file.display());
    }
}

/// She may read `doc:c` then, and `doc:b` no more.
const OF_DOCS: [&str; 2] = ["doc:c#blocked@user:ann", "doc:b#viewer@team:x#member"];

#[test]
fn payloads_without_conditions_are_what_is_written() {
    check("plain", &OF_DOCS);
}

#[test]
fn payloads_with_conditions_are_what_is_written() {
    check("conditions", &OF_DOCS);
}

/// What the npm package's README asks about.
#[test]
fn payloads_of_streams_are_what_is_written() {
    check("streams", &["stream:acme/sales/orders#writer@user:ann"]);
}
