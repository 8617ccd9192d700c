//! Lists of what is under conditions.

use super::super::{ListUsersRequest, SubjectKind};
use super::{names, tuple};
use crate::check::CheckError;
use crate::condition::Context;
use crate::model::Model;
use crate::profile::Profile;
use crate::snapshot::{Change, Snapshot};
use crate::tuple::Object;

/// A condition on the way that has no answer is told, also where no check depends on it.
#[test]
fn conditions_on_the_way_to_users() {
    let text = "model
  schema 1.1
type user
type doc
  relations
    define owner: [user, user with small]
    define member: [user]
    define viewer: owner and member
    define editor: [user]
condition small(size: int) {
  size < 10
}
";
    let write = |text: &str| Change::Write(tuple(text));
    let snapshot = Snapshot::new(Model::parse(text).expect("a model"), Profile::default())
        .apply(
            1,
            &[
                write("doc:a#owner@user:ann"),
                write("doc:a#owner@user:bob with small"),
                write("doc:a#member@user:ann"),
                write("doc:a#editor@user:ann"),
            ],
        )
        .expect("applies");
    for (relation, context, expected, error) in [
        ("viewer", "{}", "user:ann", Some("condition")),
        ("viewer", r#"{"size": 5}"#, "user:ann", None),
        ("owner", r#"{"size": 5}"#, "user:ann user:bob", None),
        ("owner", r#"{"size": 50}"#, "user:ann", None),
        ("editor", "{}", "user:ann", None),
    ] {
        check(&snapshot, "doc:a", relation, context, expected, error);
    }
}

/// A list of users, and the kind of error that keeps it from being complete.
#[track_caller]
fn check(
    snapshot: &Snapshot,
    object: &str,
    relation: &str,
    context: &str,
    expected: &str,
    error: Option<&str>,
) {
    let question = format!("{object} {relation} {context}");
    let object: Object = object.parse().expect("an object");
    let context: Context = context.parse().expect("a context");
    let page = snapshot.list_users(&ListUsersRequest {
        object: &object,
        relation,
        kind: SubjectKind::Type("user"),
        contextual_tuples: &[],
        context: &context,
        after: None,
        limit: 10,
    });
    let page = page.expect("a list");
    let found = page.error.as_ref().map(CheckError::kind);
    assert_eq!(names(&page.found), expected, "{question}");
    assert_eq!(
        (found, page.complete),
        (error, error.is_none()),
        "{question}"
    );
}

/// A tuple whose condition is not met leads nowhere, and names nobody beside the wildcard; one whose condition has no
/// answer is told, whatever type it names. As in OpenFGA's list of users.
#[test]
fn conditions_that_are_not_met_on_the_way_to_users() {
    let text = "model
  schema 1.1
type user
type robot
type group
  relations
    define member: [user with small]
type doc
  relations
    define group: [group with small]
    define viewer: member from group
    define editor: [group#member with small]
    define reader: [user with small, user:*]
    define both: [user, robot with small, robot:* with small]
    define blocked: [user with small]
    define free: both but not blocked
condition small(size: int) {
  size < 10
}
";
    let large = "with small {\"size\":20}";
    let write = |text: String| Change::Write(tuple(&text));
    let snapshot = Snapshot::new(Model::parse(text).expect("a model"), Profile::default())
        .apply(
            1,
            &[
                write(format!("doc:a#group@group:g {large}")),
                write(format!("doc:a#editor@group:g#member {large}")),
                write("group:g#member@user:ann with small".to_owned()),
                write(format!("doc:a#reader@user:ann {large}")),
                write("doc:a#reader@user:*".to_owned()),
                write("doc:a#both@user:ann".to_owned()),
                write("doc:a#both@robot:r with small".to_owned()),
                write("doc:b#both@user:ann".to_owned()),
                write("doc:c#both@user:ann".to_owned()),
                write("doc:c#blocked@user:bob with small".to_owned()),
                write("doc:b#both@robot:* with small".to_owned()),
            ],
        )
        .expect("applies");
    for (object, relation, expected, error) in [
        ("doc:a", "viewer", "", None),
        ("doc:a", "editor", "", None),
        ("doc:a", "reader", "user:*", None),
        ("doc:a", "both", "user:ann", Some("condition")),
        ("doc:b", "both", "user:ann", Some("condition")),
        ("doc:c", "both", "user:ann", None),
        ("doc:c", "free", "user:ann", Some("condition")),
    ] {
        check(&snapshot, object, relation, "{}", expected, error);
    }
}

/// What is taken away is looked at for conditions once all names are there: what that costs keeps nobody from being
/// named.
#[test]
fn conditions_of_what_is_taken_away_cost_no_name() {
    const GROUPS: usize = 200;
    const SUSPENDED: usize = 500;
    let text = "model
  schema 1.1
type user
type org
  relations
    define suspended: [user, user with small]
type group
  relations
    define org: [org]
    define member: [user] but not suspended from org
type doc
  relations
    define viewer: [group#member]
condition small(size: int) {
  size < 10
}
";
    let write = |text: String| Change::Write(tuple(&text));
    let suspended = (0..SUSPENDED).map(|user| write(format!("org:o#suspended@user:s{user}")));
    let groups = (0..GROUPS).flat_map(|group| {
        [
            write(format!("group:{group}#org@org:o")),
            write(format!("group:{group}#member@user:m{group}")),
            write(format!("doc:a#viewer@group:{group}#member")),
        ]
    });
    let writes: Vec<Change> = suspended.chain(groups).collect();
    let snapshot = Snapshot::new(Model::parse(text).expect("a model"), Profile::default())
        .apply(1, &writes)
        .expect("applies");
    let object: Object = "doc:a".parse().expect("an object");
    let request = ListUsersRequest {
        object: &object,
        relation: "viewer",
        kind: SubjectKind::Type("user"),
        contextual_tuples: &[],
        context: Context::EMPTY,
        after: None,
        limit: usize::MAX,
    };
    let view = snapshot.view();
    let start = (
        snapshot.store().id("doc:a").expect("an object"),
        snapshot.model().relation_id("viewer").expect("a relation"),
    );
    // Enough for the names, and less than going through what is taken away for each group would take.
    let walk = u32::try_from(GROUPS * 100).expect("fits");
    let found = super::super::named::named(&snapshot, view, &request, start, walk);
    assert!(found.complete && found.error.is_none());
    assert_eq!(found.names.len(), GROUPS + 1);
}
