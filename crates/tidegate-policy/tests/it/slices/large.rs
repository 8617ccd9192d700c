//! Subjects that can reach much.

use tidegate_policy::slice::MAX_SLICE_BYTES;
use tidegate_policy::{Answer, Change, Context, Model, Snapshot};

use super::{object, profile, put, through};
use crate::agree::full_scale;

const MODEL: &str = "model
  schema 1.1
type user
type group
  relations
    define member: [user]
type folder
  relations
    define view: [group#member]
type doc
  relations
    define folder: [folder]
    define open: [user:*]
    define view: [user] or view from folder
    define read: view and open
";

fn write(text: &str) -> Change {
    Change::Write(text.parse().expect("a tuple"))
}

/// Ten thousand objects, at full scale a million, through a folder of a group and by everybody's wildcard.
#[test]
fn ten_thousand_objects() {
    let count = if full_scale() { 1_000_000 } else { 10_000 };
    let model = Model::parse(MODEL).expect("a model");
    let (ann, bob) = (object("user:ann"), object("user:bob"));
    let folder = object("folder:all");
    let mut changes = vec![
        put((&ann, 1)),
        put((&bob, 2)),
        put((&folder, 3)),
        write("group:staff#member@user:ann"),
        write("folder:all#view@group:staff#member"),
    ];
    for number in 0..count {
        let doc = object(&format!("doc:{number:07}"));
        changes.push(put((&doc, 10 + number as u128)));
        changes.push(write(&format!("{doc}#folder@folder:all")));
        if number % 2 == 0 {
            changes.push(write(&format!("{doc}#open@user:*")));
        }
    }
    let snapshot = Snapshot::new(model, profile())
        .apply(1, &changes)
        .expect("applies");
    for (subject, known, readable) in [(ann, count + 1, count / 2), (bob, count / 2, 0)] {
        let slice = through(&snapshot.slice(&subject).expect("a slice"));
        assert_eq!(slice.len(), known, "{subject}");
        let list = slice.list_objects("full", "read", "doc", Context::EMPTY);
        assert_eq!((list.objects.len(), list.complete), (readable, true));
        for (name, expected) in [
            (
                "doc:0000000",
                if readable > 0 {
                    Answer::Allow
                } else {
                    Answer::Deny
                },
            ),
            ("doc:0000001", Answer::Deny),
            ("doc:9999999", Answer::Deny),
        ] {
            let found = slice.answer("full", "read", name, Context::EMPTY);
            assert_eq!(found, expected, "{subject} {name}");
        }
        let bytes = slice.to_bundle_payload().expect("a payload");
        println!("{subject}: {} bytes of {known} objects", bytes.len());
        assert!(bytes.len() < 6 * known + 200 && bytes.len() < MAX_SLICE_BYTES / 8);
    }
}
