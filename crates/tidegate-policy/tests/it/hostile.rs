//! Input that is meant to hurt: an answer or an error, within the limits that the crate documents, and
//! never a crash. Nothing here looks at the clock: what is not bounded would not come to its end.

mod conditions;
mod lists;
mod models;
mod proofs;
mod remedies;
mod texts;

use tidegate_policy::check::{MAX_CONTEXTUAL_TUPLES, MAX_STEPS};
use tidegate_policy::{
    Budget, Change, CheckError, CheckRequest, Context, ListObjectsRequest, ListUsersRequest, Model,
    PlacedSubject, Profile, Snapshot, SnapshotBuilder, Standing, SubjectKind, Tuple,
};
use uuid::Uuid;

use crate::agree::full_scale;

const GROUPS: &str = "model
  schema 1.1
type user
type group
  relations
    define member: [user, user:*, group#member]
    define safe: [user, group#safe] and member
    define rest: [group#rest, user] but not member
type doc
  relations
    define parent: [doc]
    define viewer: [user, group#member] or viewer from parent
    define blocked: [user, group#member] or blocked from parent
    define reader: viewer but not blocked
";

/// A snapshot of these tuples, as texts.
#[track_caller]
fn snapshot(model: &str, tuples: impl IntoIterator<Item = String>) -> Snapshot {
    let model = Model::parse(model).unwrap_or_else(|error| panic!("{error}"));
    let changes: Vec<Change> = tuples
        .into_iter()
        .map(|text| {
            Change::Write(
                text.parse()
                    .unwrap_or_else(|error| panic!("{text}: {error}")),
            )
        })
        .collect();
    let empty = Snapshot::new(model, Profile::default());
    empty.apply(1, &changes).expect("allowed tuples")
}

/// Checks `object#relation@subject`, over a request's context.
fn check(snapshot: &Snapshot, question: &str, context: &Context) -> Result<bool, CheckError> {
    let asked: Tuple = question.parse().expect("a question");
    snapshot.check(&CheckRequest {
        subject: &asked.subject,
        relation: &asked.relation,
        object: &asked.object,
        contextual_tuples: &[],
        context,
    })
}

/// `true`, `false` or the word of the error.
fn word(answer: Result<bool, CheckError>) -> &'static str {
    match answer {
        Ok(true) => "true",
        Ok(false) => "false",
        Err(error) => error.kind(),
    }
}

/// Whether a check comes to one of these, within the budget.
#[track_caller]
fn comes_to(snapshot: &Snapshot, question: &str, these: &[&str]) {
    let found = word(check(snapshot, question, Context::EMPTY));
    assert!(
        these.contains(&found),
        "{question}: {found}, expected {these:?}"
    );
}

#[test]
fn chains_end_where_the_hops_do() {
    let groups = (1..2_000).map(|n| format!("group:{}#member@group:{n}#member", n - 1));
    let snapshot = snapshot(
        GROUPS,
        groups.chain([
            "group:1999#member@user:ann".to_owned(),
            "group:24#member@user:bob".to_owned(),
            "group:25#member@user:cid".to_owned(),
        ]),
    );
    comes_to(&snapshot, "group:0#member@user:ann", &["too-deep"]);
    comes_to(&snapshot, "group:0#member@user:bob", &["true"]);
    comes_to(&snapshot, "group:0#member@user:cid", &["too-deep"]);
    comes_to(&snapshot, "group:1980#member@user:ann", &["true"]);
    comes_to(&snapshot, "group:0#member@group:1999#member", &["too-deep"]);
    // No list follows it further than a check does.
    let users = users(&snapshot, "group:0", "member");
    assert_eq!(users, (vec!["user:bob".to_owned()], false));
    let groups = objects(&snapshot, "user:ann", "member", "group");
    assert_eq!((groups.0.len(), groups.1), (25, false));
}

/// Every page of who has a relation on an object, and whether all are complete.
fn users(snapshot: &Snapshot, object: &str, relation: &str) -> (Vec<String>, bool) {
    let object = object.parse().expect("an object");
    let (mut found, mut complete, mut after) = (Vec::new(), true, None);
    loop {
        let page = snapshot
            .list_users(&ListUsersRequest {
                object: &object,
                relation,
                kind: SubjectKind::Type("user"),
                contextual_tuples: &[],
                context: Context::EMPTY,
                after: after.as_ref(),
                limit: 100_000,
            })
            .expect("a list");
        found.extend(page.found.iter().map(ToString::to_string));
        complete &= page.complete;
        after = page.next;
        if after.is_none() {
            return (found, complete);
        }
    }
}

/// Every page of the objects that a subject has a relation on, and whether all are complete.
fn objects(
    snapshot: &Snapshot,
    subject: &str,
    relation: &str,
    object_type: &str,
) -> (Vec<String>, bool) {
    let subject = subject.parse().expect("a subject");
    let (mut found, mut complete, mut after) = (Vec::new(), true, None);
    loop {
        let page = snapshot
            .list_objects(&ListObjectsRequest {
                subject: &subject,
                relation,
                object_type,
                contextual_tuples: &[],
                context: Context::EMPTY,
                after: after.as_ref(),
                limit: 100_000,
            })
            .expect("a list");
        found.extend(page.found.iter().map(ToString::to_string));
        complete &= page.complete;
        after = page.next;
        if after.is_none() {
            return (found, complete);
        }
    }
}

/// Layers of groups, each of which holds all of the next layer: width^layers ways.
fn layers(layers: usize, width: usize, relation: &'static str) -> impl Iterator<Item = String> {
    let all = (1..layers).flat_map(move |layer| (0..width * width).map(move |n| (layer, n)));
    all.map(move |(layer, n)| {
        let (one, two) = (n / width, n % width);
        let before = layer - 1;
        format!("group:{before}-{one}#{relation}@group:{layer}-{two}#{relation}")
    })
}

#[test]
fn many_ways_are_gone_once() {
    let ways = layers(24, 10, "member").chain(["group:23-9#member@user:ann".to_owned()]);
    let snapshot = snapshot(GROUPS, ways);
    comes_to(&snapshot, "group:0-0#member@user:ann", &["true"]);
    comes_to(&snapshot, "group:0-0#member@user:bob", &["false"]);
    let held = objects(&snapshot, "user:ann", "member", "group");
    assert_eq!(held.0.len(), 23 * 10 + 1);
}

/// Where every way leads in circles nothing is allowed, under any operator.
#[test]
fn circles_upon_circles_are_denied() {
    for relation in ["member", "safe", "rest"] {
        for size in [2, 24, 30] {
            let pairs = (0..size * size).map(|n| (n / size, n % size));
            let all = pairs.filter(|(one, two)| one != two);
            let tuples =
                all.map(|(one, two)| format!("group:{one}#{relation}@group:{two}#{relation}"));
            let snapshot = snapshot(GROUPS, tuples);
            // Of the longer ways there are more than a budget is for, or they are too long.
            let denied: &[&str] = match size {
                2 => &["false"],
                _ => &["false", "too-deep", "too-much"],
            };
            comes_to(&snapshot, &format!("group:0#{relation}@user:ann"), denied);
            assert_eq!(
                users(&snapshot, "group:0", relation).0,
                Vec::<String>::new()
            );
        }
    }
}

#[test]
fn a_parent_of_itself_and_of_all_others() {
    let size = 40;
    let tuples = (0..size * size).map(|n| format!("doc:{}#parent@doc:{}", n / size, n % size));
    let snapshot = snapshot(GROUPS, tuples.chain(["doc:0#viewer@user:ann".to_owned()]));
    comes_to(&snapshot, "doc:0#viewer@user:ann", &["true"]);
    comes_to(&snapshot, "doc:39#viewer@user:ann", &["true"]);
    // Whether it is blocked goes round in circles.
    comes_to(
        &snapshot,
        "doc:39#reader@user:ann",
        &["false", "too-deep", "too-much"],
    );
    comes_to(
        &snapshot,
        "doc:39#viewer@user:bob",
        &["false", "too-deep", "too-much"],
    );
}

#[test]
fn a_group_of_a_million() {
    let crowd = if full_scale() { 1_000_000 } else { 50_000 };
    let model = Model::parse(GROUPS).expect("a model");
    let mut builder = SnapshotBuilder::new(model, Profile::default());
    let mut put = |name: String| {
        let object = name.parse().expect("an object");
        let standing = Standing {
            uid: Uuid::from_u128(1),
            valid_from_s: 0,
        };
        builder.put(object, standing)
    };
    let (group, doc) = (put("group:all".to_owned()), put("doc:a".to_owned()));
    let crowd: Vec<_> = (0..crowd).map(|n| put(format!("user:{n}"))).collect();
    for user in crowd {
        let written = builder.write(group, "member", PlacedSubject::Object(user), None);
        written.expect("an allowed tuple");
    }
    let everyone = PlacedSubject::Userset(group, "member");
    builder
        .write(doc, "viewer", everyone, None)
        .expect("an allowed tuple");
    let snapshot = builder.finish(1);
    for (question, expected) in [
        ("group:all#member@user:0", "true"),
        ("group:all#member@user:49999", "true"),
        ("group:all#member@user:1000000", "false"),
        ("doc:a#reader@user:25000", "true"),
        ("doc:a#blocked@user:25000", "false"),
    ] {
        comes_to(&snapshot, question, &[expected]);
    }
    // A page of a list looks at a bounded number of them.
    let object = "doc:a".parse().expect("an object");
    let page = snapshot.list_users(&ListUsersRequest {
        object: &object,
        relation: "viewer",
        kind: SubjectKind::Type("user"),
        contextual_tuples: &[],
        context: Context::EMPTY,
        after: None,
        limit: usize::MAX,
    });
    let page = page.expect("a list");
    assert_eq!(page.found.len(), tidegate_policy::list::MAX_CANDIDATES);
    assert!(page.next.is_some());
    // One is taken out, and put back.
    let ann: Tuple = "group:all#member@user:7".parse().expect("a tuple");
    let without = snapshot
        .apply(2, &[Change::Delete(ann.clone())])
        .expect("applies");
    comes_to(&without, "doc:a#viewer@user:7", &["false"]);
    let again = without.apply(3, &[Change::Write(ann)]).expect("applies");
    comes_to(&again, "doc:a#viewer@user:7", &["true"]);
}

#[test]
fn a_folder_of_many() {
    let children = (0..20_000).map(|n| format!("doc:{n}#parent@doc:top"));
    let fan = |n: u32| format!("doc:top#parent@doc:up-{n}");
    let snapshot = snapshot(
        GROUPS,
        children
            .chain((0..2_000).map(fan))
            .chain(["doc:up-1999#viewer@user:ann".to_owned()]),
    );
    comes_to(&snapshot, "doc:7#viewer@user:ann", &["true"]);
    comes_to(&snapshot, "doc:7#viewer@user:bob", &["false"]);
    comes_to(&snapshot, "doc:7#reader@user:ann", &["true"]);
    let subject = "user:ann".parse().expect("a subject");
    let page = snapshot.list_objects(&ListObjectsRequest {
        subject: &subject,
        relation: "blocked",
        object_type: "doc",
        contextual_tuples: &[],
        context: Context::EMPTY,
        after: None,
        limit: 10,
    });
    let page = page.expect("a list");
    assert!(page.found.is_empty() && page.next.is_none() && page.complete);
}

/// More usersets than a check may look at, where they are at full scale.
#[test]
fn a_budget_ends_what_nothing_else_does() {
    let model = Model::parse(GROUPS).expect("a model");
    let mut builder = SnapshotBuilder::new(model, Profile::default());
    let standing = Standing {
        uid: Uuid::from_u128(1),
        valid_from_s: 0,
    };
    let mut put = |name: String| builder.put(name.parse().expect("an object"), standing);
    let doc = put("doc:a".to_owned());
    let count = if full_scale() { MAX_STEPS } else { 20_000 };
    let groups: Vec<_> = (0..count).map(|n| put(format!("group:{n}"))).collect();
    for group in groups {
        let userset = PlacedSubject::Userset(group, "member");
        let written = builder.write(doc, "viewer", userset, None);
        written.expect("an allowed tuple");
    }
    let snapshot = builder.finish(1);
    let expected = if full_scale() { "too-much" } else { "false" };
    comes_to(&snapshot, "doc:a#viewer@user:ann", &[expected]);
    // Of a `but not` too: never an allow.
    comes_to(&snapshot, "doc:a#reader@user:ann", &[expected]);
    // At any scale: ways in circles are not remembered, and there are 40^25 of them.
    let size = 40;
    let pairs = (0..size * size).map(|n| (n / size, n % size));
    let all = pairs.filter(|(one, two)| one != two);
    let tuples = all.map(|(one, two)| format!("group:{one}#safe@group:{two}#safe"));
    let members = (0..size).map(|n| format!("group:{n}#member@user:ann"));
    let snapshot = self::snapshot(GROUPS, tuples.chain(members));
    comes_to(
        &snapshot,
        "group:0#safe@user:ann",
        &["too-much", "too-deep"],
    );
}

#[test]
fn contextual_tuples_are_bounded() {
    let snapshot = snapshot(GROUPS, ["doc:a#viewer@group:0#member".to_owned()]);
    let ask = |subject: &str, tuples: &[Tuple]| {
        let subject = subject.parse().expect("a subject");
        let object = "doc:a".parse().expect("an object");
        let request = CheckRequest {
            subject: &subject,
            relation: "viewer",
            object: &object,
            contextual_tuples: tuples,
            context: Context::EMPTY,
        };
        let explained = snapshot.explain(&request, &Budget::DEFAULT);
        let explained = explained.map(|found| found.is_allowed());
        let answer = snapshot.check(&request);
        assert_eq!(answer, explained);
        let objects = snapshot.list_objects(&ListObjectsRequest {
            subject: &subject,
            relation: "viewer",
            object_type: "doc",
            contextual_tuples: tuples,
            context: Context::EMPTY,
            after: None,
            limit: 10,
        });
        let users = snapshot.list_users(&ListUsersRequest {
            object: &object,
            relation: "viewer",
            kind: SubjectKind::Type("user"),
            contextual_tuples: tuples,
            context: Context::EMPTY,
            after: None,
            limit: 1_000,
        });
        match &answer {
            Ok(_) => {
                let users = users.expect("a list").found;
                assert_eq!(answer, Ok(users.contains(&subject)));
                let objects = objects.expect("a list").found;
                assert_eq!(answer, Ok(objects.contains(&object)));
            }
            Err(error) => {
                assert_eq!(users.map_err(|error| error.kind()), Err(error.kind()));
                assert_eq!(objects.map_err(|error| error.kind()), Err(error.kind()));
            }
        }
        word(answer)
    };
    let text = |n: usize| match n {
        1..5 => format!("group:{}#member@group:{n}#member", n - 1),
        _ => format!("group:4#member@user:{n}"),
    };
    let tuple = |n: usize| -> Tuple { text(n).parse().expect("a tuple") };
    let mut tuples: Vec<Tuple> = (1..=MAX_CONTEXTUAL_TUPLES).map(tuple).collect();
    assert_eq!(ask("user:100", &tuples), "true");
    assert_eq!(ask("user:101", &tuples), "false");
    tuples.push(tuple(101));
    assert_eq!(ask("user:101", &tuples), "too-many-tuples");
    // One that the model does not allow is an error, wherever it stands.
    tuples.truncate(MAX_CONTEXTUAL_TUPLES - 1);
    tuples.push("doc:a#reader@user:ann".parse().expect("a tuple"));
    assert_eq!(ask("user:100", &tuples), "bad-context");
}
