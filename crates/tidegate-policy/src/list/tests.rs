//! Lists on small snapshots.

mod bounds;
#[cfg(feature = "conditions")]
mod conditions;

use std::fmt::Debug;

use uuid::Uuid;

use super::{ListError, ListObjectsRequest, ListUsersRequest, Page, SubjectKind};
use crate::condition::Context;
use crate::model::Model;
use crate::profile::Profile;
use crate::snapshot::{Change, Snapshot};
use crate::tuple::{Object, Tuple};

const MODEL: &str = "model
  schema 1.1
type user
type team
  relations
    define member: [user, user:*, team#member]
type folder
  relations
    define parent: [folder]
    define owner: [user, team#member]
    define blocked: [user, user:*] but not pardoned
    define pardoned: [user]
    define viewer: [user:*] or owner or viewer from parent
    define editor: owner and viewer
    define guest: viewer but not blocked
    define heir: owner but not blocked
    define barred: [user:*] but not pardoned
    define late: guest but not barred
";

fn tuple(text: &str) -> Tuple {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn with<T: AsRef<str>>(tuples: impl IntoIterator<Item = T>) -> Snapshot {
    let changes: Vec<Change> = tuples
        .into_iter()
        .map(|text| Change::Write(tuple(text.as_ref())))
        .collect();
    Snapshot::new(Model::parse(MODEL).expect("a model"), Profile::default())
        .apply(1, &changes)
        .expect("applies")
}

fn names<T: ToString>(all: &[T]) -> String {
    let all: Vec<String> = all.iter().map(ToString::to_string).collect();
    all.join(" ")
}

/// What is expected: names, `…` for an incomplete list, or the word of the error. Each list is also
/// read one name a page.
#[track_caller]
fn compare<T: ToString + PartialOrd + Debug>(
    question: &str,
    expected: &str,
    ask: impl Fn(Option<&T>, usize) -> Result<Page<T>, ListError>,
) {
    let whole = match ask(None, 1_000) {
        Ok(whole) => whole,
        Err(error) => return assert_eq!(error.kind(), expected, "{question}"),
    };
    let mark = if whole.complete { "" } else { "…" };
    assert_eq!(names(&whole.found) + mark, expected, "{question}");
    assert_eq!(whole.next, None);

    let mut pages = Page {
        found: Vec::new(),
        next: None,
        complete: true,
        error: None,
    };
    loop {
        let page = ask(pages.next.as_ref(), 1).expect("a page");
        assert!(page.found.len() <= 1);
        pages.found.extend(page.found);
        pages.complete &= page.complete;
        pages.error = pages.error.or(page.error);
        assert!(page.next.is_none() || page.next > pages.next);
        pages.next = page.next;
        if pages.next.is_none() {
            break;
        }
    }
    assert_eq!(pages, whole, "{question}");
}

/// `relation@subject`, on folders.
#[track_caller]
fn on_folders(snapshot: &Snapshot, question: &str, context: &[&str], expected: &str) {
    let asked = tuple(&format!("folder:any#{question}"));
    let context: Vec<Tuple> = context.iter().map(|text| tuple(text)).collect();
    compare(question, expected, |after, limit| {
        snapshot.list_objects(&ListObjectsRequest {
            subject: &asked.subject,
            relation: &asked.relation,
            object_type: "folder",
            contextual_tuples: &context,
            context: Context::EMPTY,
            after,
            limit,
        })
    });
}

/// `object#relation@kind`.
#[track_caller]
fn users(snapshot: &Snapshot, question: &str, context: &[&str], expected: &str) {
    let (goal, kind) = question.split_once('@').expect("a kind");
    let (object, relation) = goal.split_once('#').expect("a relation");
    let object: Object = object.parse().expect("an object");
    let kind = match kind.split_once('#') {
        Some((type_name, relation)) => SubjectKind::Userset {
            type_name,
            relation,
        },
        None => SubjectKind::Type(kind),
    };
    let context: Vec<Tuple> = context.iter().map(|text| tuple(text)).collect();
    compare(question, expected, |after, limit| {
        snapshot.list_users(&ListUsersRequest {
            object: &object,
            relation,
            kind,
            contextual_tuples: &context,
            context: Context::EMPTY,
            after,
            limit,
        })
    });
}

fn some() -> Snapshot {
    with([
        "folder:c#owner@user:ann",
        "folder:a#parent@folder:c",
        "folder:b#owner@team:x#member",
        "folder:b#blocked@user:bob",
        "team:x#member@team:y#member",
        "team:y#member@user:bob",
        "team:y#member@user:ann",
        "folder:d#viewer@user:*",
        "folder:d#blocked@user:bob",
        "folder:d#pardoned@user:cid",
        "folder:e#viewer@user:*",
        "folder:e#blocked@user:*",
        "folder:e#pardoned@user:cid",
        "folder:f#viewer@user:*",
        "folder:f#barred@user:*",
        "folder:f#pardoned@user:cid",
    ])
}

#[test]
fn objects_by_every_operator() {
    let snapshot = some();
    for (question, expected) in [
        ("owner@user:ann", "folder:b folder:c"),
        (
            "viewer@user:ann",
            "folder:a folder:b folder:c folder:d folder:e folder:f",
        ),
        ("editor@user:bob", "folder:b"),
        (
            "guest@user:ann",
            "folder:a folder:b folder:c folder:d folder:f",
        ),
        ("guest@user:bob", "folder:f"),
        ("guest@user:cid", "folder:d folder:e folder:f"),
        ("guest@user:new", "folder:d folder:f"),
        ("viewer@user:*", "folder:d folder:e folder:f"),
        ("owner@team:y#member", "folder:b"),
        // A userset has its own relation, on an object that no tuple names too.
        ("owner@folder:new#owner", "folder:new"),
        ("viewer@folder:c#owner", "folder:a folder:c"),
        ("parent@folder:c", "folder:a"),
        ("ghost@user:ann", "unknown-relation"),
        ("owner@ghost:ann", "unknown-type"),
        ("owner@team:x#ghost", "unknown-relation"),
    ] {
        on_folders(&snapshot, question, &[], expected);
    }
    let context = ["folder:new#parent@folder:c", "folder:d#owner@user:ann"];
    let expected = "folder:b folder:c folder:d";
    on_folders(&snapshot, "owner@user:ann", &context, expected);
    let expected = "folder:a folder:b folder:c folder:d folder:e folder:f folder:new";
    on_folders(&snapshot, "viewer@user:ann", &context, expected);
    let bad = ["folder:a#viewer@user:ann"];
    on_folders(&snapshot, "viewer@user:ann", &bad, "bad-context");
}

#[test]
fn users_by_every_operator() {
    let snapshot = some();
    for (question, expected) in [
        ("folder:c#owner@user", "user:ann"),
        ("folder:a#viewer@user", "user:ann"),
        ("folder:b#editor@user", "user:ann user:bob"),
        ("folder:b#heir@user", "user:ann"),
        ("folder:b#guest@user", "user:ann"),
        ("folder:b#viewer@team#member", "team:x#member team:y#member"),
        ("folder:b#viewer@team", ""),
        (
            "folder:a#viewer@folder#viewer",
            "folder:a#viewer folder:c#viewer",
        ),
        (
            "folder:a#viewer@folder#owner",
            "folder:a#owner folder:c#owner",
        ),
        ("folder:a#parent@folder", "folder:c"),
        ("folder:new#viewer@user", ""),
        ("folder:new#viewer@folder#owner", "folder:new#owner"),
        // Nobody but the wildcard is named, and who is taken away is not there.
        ("folder:d#viewer@user", "user:*"),
        ("folder:d#guest@user", "user:*"),
        // Whoever is named in what is taken away from what is taken away comes back by name.
        ("folder:e#guest@user", "user:cid"),
        ("folder:e#blocked@user", "user:*"),
        ("folder:f#late@user", "user:cid"),
        ("folder:c#ghost@user", "unknown-relation"),
        ("ghost:c#owner@user", "unknown-type"),
        ("folder:c#owner@ghost", "unknown-type"),
        ("folder:c#owner@team#ghost", "unknown-relation"),
    ] {
        users(&snapshot, question, &[], expected);
    }
    let context = ["team:y#member@user:new", "folder:d#owner@user:dan"];
    users(
        &snapshot,
        "folder:b#owner@user",
        &context,
        "user:ann user:bob user:new",
    );
    users(
        &snapshot,
        "folder:d#guest@user",
        &context,
        "user:dan user:*",
    );
    let bad = ["folder:a#viewer@user:ann"];
    users(&snapshot, "folder:a#viewer@user", &bad, "bad-context");
}

#[test]
fn what_has_no_answer_is_left_out_and_said() {
    let chain = (0..30).map(|at| format!("folder:{at:02}#parent@folder:{:02}", at + 1));
    let snapshot = with(chain.chain(["folder:30#owner@user:ann".into()]));
    let near: Vec<String> = (6..=30).map(|at| format!("folder:{at:02}")).collect();
    let expected = near.join(" ") + "…";
    on_folders(&snapshot, "viewer@user:ann", &[], &expected);
    on_folders(&snapshot, "owner@user:ann", &[], "folder:30");
    users(&snapshot, "folder:00#viewer@user", &[], "…");
    users(&snapshot, "folder:06#viewer@user", &[], "user:ann");
}

#[test]
fn who_is_not_named_is_as_the_wildcard_says() {
    let snapshot = some();
    users(&snapshot, "folder:d#guest@user", &[], "user:*");
    for (user, expected) in [("ann", true), ("bob", false), ("cid", true), ("new", true)] {
        let asked = tuple(&format!("folder:d#guest@user:{user}"));
        let request = crate::CheckRequest {
            subject: &asked.subject,
            relation: &asked.relation,
            object: &asked.object,
            contextual_tuples: &[],
            context: Context::EMPTY,
        };
        assert_eq!(snapshot.check(&request), Ok(expected), "{user}");
    }
}

#[test]
fn pages_go_on_after_what_is_gone() {
    let mut snapshot = some();
    let ann = "user:ann".parse().expect("a subject");
    let mut request = ListObjectsRequest {
        subject: &ann,
        relation: "viewer",
        object_type: "folder",
        contextual_tuples: &[],
        context: Context::EMPTY,
        after: None,
        limit: 2,
    };
    let first = snapshot.list_objects(&request).expect("a page");
    assert_eq!(names(&first.found), "folder:a folder:b");
    let gone = first.next.expect("there is more");
    snapshot = snapshot
        .apply(2, &[Change::Forget(gone.clone())])
        .expect("applies");
    request.after = Some(&gone);
    // A limit of none is one.
    request.limit = 0;
    let second = snapshot.list_objects(&request).expect("a page");
    assert_eq!(names(&second.found), "folder:c");
}

#[test]
fn errors_have_the_words_of_checks() {
    let snapshot = some();
    let ann = "user:ann".parse().expect("a subject");
    let request = ListObjectsRequest {
        subject: &ann,
        relation: "viewer",
        object_type: "ghost",
        contextual_tuples: &[],
        context: Context::EMPTY,
        after: None,
        limit: 1,
    };
    let error = snapshot.list_objects(&request).expect_err("no such type");
    assert_eq!(error, ListError::UnknownType("ghost".into()));
    assert_eq!(error.kind(), "unknown-type");
}

#[test]
fn where_an_object_stands_and_what_there_is() {
    let snapshot = some();
    let put = |name: &str| Change::Put {
        object: name.parse().expect("an object"),
        uid: Uuid::from_u128(1),
        valid_from_s: 0,
    };
    let changes = [
        put("folder:z"),
        put("folder:c"),
        put("team:x"),
        put("folder:gone"),
        Change::Write(tuple("folder:a#owner@team:x#member")),
        Change::Delete(tuple("folder:b#owner@team:x#member")),
        Change::Forget("folder:gone".parse().expect("an object")),
    ];
    let snapshot = snapshot.apply(2, &changes).expect("applies");
    let stands_in = |name: &str| {
        let object: Object = name.parse().expect("an object");
        names(&snapshot.stands_in(&object))
    };
    assert_eq!(stands_in("team:x"), "folder:a#owner@team:x#member");
    assert_eq!(stands_in("folder:c"), "folder:a#parent@folder:c");
    assert_eq!(
        stands_in("user:ann"),
        "folder:c#owner@user:ann team:y#member@user:ann"
    );
    assert_eq!(stands_in("user:none"), "");

    let of_type = |name: &str| names(&snapshot.objects_of_type(name).collect::<Vec<_>>());
    assert_eq!(of_type("folder"), "folder:c folder:z");
    assert_eq!(of_type("team"), "team:x");
    assert_eq!(of_type("user"), "");
}
