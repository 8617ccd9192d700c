//! What turns a deny where there is more than a search can go through: what is near comes first.

use tidegate_policy::{Budget, CheckRequest, Context, Explanation, Remedy, Snapshot, Tuple};

use super::snapshot;
use crate::remedy::judge;

const MODEL: &str = "model
  schema 1.1
type user
type group
  relations
    define member: [user, group#member]
type doc
  relations
    define viewer: [user, group#member]
    define cleared: [user, group#member]
    define blocked: [user, group#member]
    define reader: viewer but not blocked
    define signer: viewer and cleared
";

/// Most remedies that are judged.
const JUDGED: usize = 10;

/// Groups in groups, ten in each.
fn nested(count: usize) -> impl Iterator<Item = String> {
    (1..count).map(|inner| format!("group:{}#member@group:{inner}#member", (inner - 1) / 10))
}

/// Groups in rows, each in every one of the row before.
fn wide(rows: usize, width: usize) -> impl Iterator<Item = String> {
    (width..rows * width).flat_map(move |inner| {
        let before = (inner / width - 1) * width;
        (before..before + width)
            .map(move |outer| format!("group:{outer}#member@group:{inner}#member"))
    })
}

fn request(asked: &Tuple) -> CheckRequest<'_> {
    CheckRequest {
        subject: &asked.subject,
        relation: &asked.relation,
        object: &asked.object,
        contextual_tuples: &[],
        context: Context::EMPTY,
    }
}

/// What a deny is explained by, and whether that is all.
#[track_caller]
fn remedies(snapshot: &Snapshot, question: &str, budget: &Budget) -> (Vec<Remedy>, bool) {
    let asked: Tuple = question.parse().expect("a question");
    match snapshot.explain(&request(&asked), budget) {
        Ok(Explanation::Denied {
            remedies, complete, ..
        }) => (remedies, complete),
        other => panic!("{question}: {other:?}"),
    }
}

/// Explains a deny, and looks for remedies each of which is a line, tuples apart by commas.
#[track_caller]
fn finds(tuples: impl Iterator<Item = String>, question: &str, expected: &[&str]) {
    finds_within(&Budget::DEFAULT, tuples, question, expected);
}

#[track_caller]
fn finds_within(
    budget: &Budget,
    tuples: impl Iterator<Item = String>,
    question: &str,
    expected: &[&str],
) {
    let snapshot = snapshot(MODEL, tuples);
    let (remedies, complete) = remedies(&snapshot, question, budget);
    let text = |text: String| text.trim_end().replace('\n', ", ");
    let found: Vec<String> = remedies.iter().map(|one| text(one.to_string())).collect();
    for wanted in expected {
        let is_found = found.iter().any(|one| one == wanted);
        assert!(
            is_found,
            "{question}, {wanted}: {} found: {found:#?}",
            found.len()
        );
    }
    // There are pairs and threes without number: a new member of any group, in any of the others.
    assert!(!complete, "{question}: {found:#?}");
    let asked: Tuple = question.parse().expect("a question");
    for remedy in remedies.iter().take(JUDGED) {
        judge(remedy, &snapshot, &request(&asked))
            .unwrap_or_else(|error| panic!("{question}: {error}"));
    }
}

#[test]
fn what_is_near_is_found_among_nested_groups() {
    let world = || {
        let docs = [
            "doc:all#viewer@group:0#member",
            "doc:last#viewer@group:9999#member",
            "doc:all#cleared@group:1#member",
            "doc:far#viewer@user:bob",
            "doc:far#blocked@group:0#member",
            "group:crew#member@user:cat",
        ];
        nested(10_000).chain(docs.map(str::to_owned))
    };
    finds(
        world(),
        "doc:all#reader@user:ann",
        &[
            "+ doc:all#viewer@user:ann",
            "+ group:0#member@user:ann",
            "+ group:1#member@user:ann",
            "+ group:10#member@user:ann",
        ],
    );
    finds(
        world(),
        "doc:last#reader@user:ann",
        &["+ doc:last#viewer@user:ann", "+ group:9999#member@user:ann"],
    );
    finds(
        world(),
        "doc:far#reader@user:ann",
        &["+ doc:far#viewer@user:ann"],
    );
    // What the subject is in already.
    finds(
        world(),
        "doc:all#reader@user:cat",
        &[
            "+ doc:all#viewer@user:cat",
            "+ doc:all#viewer@group:crew#member",
            "+ group:0#member@group:crew#member",
        ],
    );
    // More than one tuple, or one that is in both.
    finds(
        world(),
        "doc:all#signer@user:ann",
        &[
            "+ group:1#member@user:ann",
            "+ doc:all#cleared@user:ann, + doc:all#viewer@user:ann",
            "+ doc:all#cleared@user:ann, + group:0#member@user:ann",
        ],
    );
}

#[test]
fn what_is_near_is_found_among_many_groups_in_many() {
    let docs = (0..150).map(|group| format!("doc:all#viewer@group:{group}#member"));
    finds(
        wide(2, 150).chain(docs),
        "doc:all#reader@user:ann",
        &[
            "+ doc:all#viewer@user:ann",
            "+ group:0#member@user:ann",
            "+ group:50#member@user:ann",
        ],
    );
}

/// To know the objects takes more than a part of the steps.
#[test]
fn what_is_near_is_found_among_many_objects_in_few_steps() {
    let docs = (0..80_000).map(|number| format!("doc:{number}#viewer@user:bob"));
    let budget = Budget {
        steps: 300_000,
        proposals: 100,
        ..Budget::DEFAULT
    };
    finds_within(
        &budget,
        docs,
        "doc:7#reader@user:ann",
        &["+ doc:7#viewer@user:ann"],
    );
}

/// Of two tuples there are more sets near than are told, of one tuple there are some far.
#[test]
fn small_sets_stand_before_large_ones_that_are_nearer() {
    let model = "model
  schema 1.1
type user
type group
  relations
    define member: [user]
type folder
  relations
    define parent: [folder]
    define viewer: [user] or viewer from parent
type doc
  relations
    define parent: [folder]
    define a: [user, group#member]
    define b: [user, group#member]
    define viewer: (a and b) or viewer from parent
";
    let groups = (0..10).map(|group| format!("group:{group}#member@user:ann"));
    let folders = (0..40).map(|folder| format!("folder:top#parent@folder:{folder}"));
    let tuples = groups
        .chain(folders)
        .chain(["doc:d#parent@folder:top".to_owned()]);
    let snapshot = snapshot(model, tuples);
    let budget = Budget {
        proposals: 100,
        ..Budget::DEFAULT
    };
    let (remedies, _) = remedies(&snapshot, "doc:d#viewer@user:ann", &budget);
    let singles = remedies.iter().filter(|one| one.add.len() == 1).count();
    assert_eq!((remedies.len(), singles), (100, 41));
}
