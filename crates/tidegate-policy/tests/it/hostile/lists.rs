//! Lists that are meant to hurt: every page ends, and says whether it is complete and where the next one starts.

use std::fmt::Write as _;

use tidegate_policy::list::MAX_CANDIDATES;
use tidegate_policy::{Context, ListObjectsRequest, Model, Profile, SnapshotBuilder, Standing};
use uuid::Uuid;

use super::{objects, snapshot, users};
use crate::agree::full_scale;

/// Everybody may view everything.
#[test]
fn a_wildcard_on_all() {
    let model = Model::parse(
        "model
  schema 1.1
type user
type doc
  relations
    define viewer: [user:*]
    define can_view: viewer
",
    );
    let count = if full_scale() { 1_000_000 } else { 25_000 };
    let mut builder = SnapshotBuilder::new(model.expect("a model"), Profile::default());
    for n in 0..count {
        let standing = Standing {
            uid: Uuid::from_u128(1),
            valid_from_s: 0,
        };
        let name = format!("doc:{n:07}").parse().expect("an object");
        let doc = builder.put(name, standing);
        let everybody = tidegate_policy::PlacedSubject::Wildcard("user");
        let written = builder.write(doc, "viewer", everybody, None);
        written.expect("an allowed tuple");
    }
    let snapshot = builder.finish(1);
    let subject = "user:ann".parse().expect("a subject");
    let mut request = ListObjectsRequest {
        subject: &subject,
        relation: "can_view",
        object_type: "doc",
        contextual_tuples: &[],
        context: Context::EMPTY,
        after: None,
        limit: usize::MAX,
    };
    let first = snapshot.list_objects(&request).expect("a page");
    assert_eq!(first.found.len(), MAX_CANDIDATES);
    assert!(first.complete && first.next.is_some());
    let last = format!("doc:{:07}", count - 2).parse().expect("an object");
    request.after = Some(&last);
    let last = snapshot.list_objects(&request).expect("a page");
    assert_eq!(
        (last.found.len(), last.next, last.complete),
        (1, None, true)
    );
    if !full_scale() {
        let all = objects(&snapshot, "user:ann", "can_view", "doc");
        assert_eq!((all.0.len(), all.1), (count, true));
    }
}

#[test]
fn wide_unions_are_listed_whole() {
    const WIDTH: usize = 2_000;
    let mut text = "model\n  schema 1.1\ntype user\ntype doc\n  relations\n".to_owned();
    for n in 0..WIDTH {
        _ = writeln!(text, "    define r{n}: [user]");
    }
    let names: Vec<String> = (0..WIDTH).map(|n| format!("r{n}")).collect();
    _ = writeln!(text, "    define any: {}", names.join(" or "));
    let tuples = (0..WIDTH).map(|n| format!("doc:{n}#r{n}@user:{}", n % 7));
    let snapshot = snapshot(&text, tuples);
    let held = objects(&snapshot, "user:3", "any", "doc");
    assert_eq!((held.0.len(), held.1), (WIDTH / 7 + 1, true));
    let who = users(&snapshot, "doc:9", "any");
    assert_eq!(who, (vec!["user:2".to_owned()], true));
}

/// Many ways through one tupleset that takes many kinds: each is a way once.
#[test]
fn tuplesets_that_take_many_kinds() {
    const CONDITIONS: usize = 100;
    const TYPES: usize = 50;
    const RELATIONS: usize = 2_000;
    let mut text = "model\n  schema 1.1\ntype user\n".to_owned();
    for n in 0..TYPES {
        _ = writeln!(text, "type t{n}\n  relations\n    define v: [user]");
    }
    let kinds = (0..TYPES * CONDITIONS).map(|n| {
        let (kind, condition) = (n / CONDITIONS, n % CONDITIONS);
        format!("t{kind} with c{condition}")
    });
    let kinds: Vec<String> = kinds.chain(["t0".to_owned()]).collect();
    _ = writeln!(
        text,
        "type doc\n  relations\n    define up: [{}]\n    define v: [user]",
        kinds.join(", ")
    );
    for n in 0..RELATIONS {
        _ = writeln!(text, "    define r{n}: v from up");
    }
    let names: Vec<String> = (0..RELATIONS).map(|n| format!("r{n}")).collect();
    _ = writeln!(text, "    define any: {}", names.join(" or "));
    for n in 0..CONDITIONS {
        _ = writeln!(text, "condition c{n}(x: int) {{\n  x < {n}\n}}");
    }
    let tuples = ["t0:a#v@user:ann", "doc:a#up@t0:a"];
    let snapshot = snapshot(&text, tuples.map(str::to_owned));
    let held = objects(&snapshot, "user:ann", "any", "doc");
    assert_eq!(held, (vec!["doc:a".to_owned()], true));
}
