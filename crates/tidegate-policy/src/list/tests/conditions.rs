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
    let object: Object = "doc:a".parse().expect("an object");
    for (relation, context, expected, error) in [
        ("viewer", "{}", "user:ann", Some("condition")),
        ("viewer", r#"{"size": 5}"#, "user:ann", None),
        ("owner", r#"{"size": 5}"#, "user:ann user:bob", None),
        ("owner", r#"{"size": 50}"#, "user:ann", None),
        ("editor", "{}", "user:ann", None),
    ] {
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
        let question = format!("{relation} {context}");
        assert_eq!(names(&page.found), expected, "{question}");
        assert_eq!(
            (found, page.complete),
            (error, error.is_none()),
            "{question}"
        );
    }
}
