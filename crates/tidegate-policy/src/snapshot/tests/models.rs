//! A snapshot under another model.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{MODEL, check, tuple, with};
use crate::model::Model;
use crate::profile::Profile;
use crate::snapshot::{Change, Snapshot};

/// What a model has no name for is on no list, and comes back with the name.
#[test]
fn a_model_without_a_name_loses_nothing() {
    let all = [
        "folder:a#owner@team:x#member",
        "folder:a#owner@user:ann",
        "folder:a#viewer@user:*",
        "folder:b#blocked@user:cid",
        "folder:b#parent@folder:a",
        "team:x#member@user:bob",
    ];
    let put = |name: &str| Change::Put {
        object: name.parse().expect("an object"),
        uid: Uuid::from_u128(1),
        valid_from_s: 0,
    };
    let put = [put("team:x"), put("gone:z")];
    let before = with(&all).apply(2, &put).expect("applies");
    let under = |snapshot: &Snapshot, text: &str| {
        let model = Model::parse(text).expect("a model");
        snapshot.with_model(model, Profile::default())
    };
    let stored = |snapshot: &Snapshot| -> BTreeSet<String> {
        snapshot.tuples().map(|tuple| tuple.to_string()).collect()
    };
    let all: BTreeSet<String> = all.map(str::to_owned).into();

    // Other numbers, and none for `team`, `member` and `blocked`.
    const LESS: &str = "model
  schema 1.1
type folder
  relations
    define viewer: [user:*] or owner or viewer from parent
    define parent: [folder]
    define owner: [user]
type user
";
    let less = under(&before, LESS);
    assert_eq!(stored(&less), all);
    check(&less, "folder:b#owner@user:ann", Ok(false));
    check(&less, "folder:b#viewer@user:ann", Ok(true));
    check(&less, "folder:a#owner@user:ann", Ok(true));
    check(&less, "folder:a#owner@user:bob", Ok(false));
    let team = "team:x".parse().expect("an object");
    assert!(less.stands_in(&team).is_empty() && less.standing(&team).is_some());
    let counts = ["gone", "team", "folder"].map(|of| less.objects_of_type(of).count());
    assert_eq!(counts, [1, 1, 0]);

    let back = under(&under(&less, LESS), MODEL);
    assert_eq!(stored(&back), all);
    check(&back, "folder:a#owner@user:bob", Ok(true));
    check(&back, "folder:b#guest@user:cid", Ok(false));
    assert_eq!(
        (
            back.objects_of_type("team").count(),
            back.stands_in(&team).len()
        ),
        (1, 1)
    );

    // Changes reach what is set aside, too.
    let changes = [
        Change::Delete(tuple("folder:b#blocked@user:cid")),
        Change::Forget(team),
    ];
    let less = less.apply(3, &changes).expect("applies");
    let mut kept = all;
    kept.retain(|text| !text.contains("team") && !text.contains("blocked"));
    assert_eq!(stored(&under(&less, MODEL)), kept);
}
