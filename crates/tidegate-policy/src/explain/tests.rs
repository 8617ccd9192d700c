//! Explanations of small worlds, as tables.

use serde_json::json;

use super::world::World;
use super::{Budget, Explanation, Flaw, Proof};
use crate::snapshot::Overlay;
use crate::{Change, CheckError, CheckRequest, Context, Model, Profile, Snapshot, Tuple};

const MODEL: &str = "
model
  schema 1.1
type user
type team
  relations
    define member: [user, team#member]
type folder
  relations
    define parent: [folder]
    define viewer: [user, user:*, team#member] or viewer from parent
type doc
  relations
    define folder: [folder]
    define owner: [user]
    define editor: [user, team#member] or owner
    define blocked: [user, team#member]
    define reviewed: [user]
    define viewer: (editor or viewer from folder) but not blocked
    define publisher: editor and reviewed
    define lock: [user] but not publisher
";

fn snapshot(tuples: &[&str]) -> Snapshot {
    snapshot_in(MODEL, tuples)
}

pub(super) fn snapshot_in(model: &str, tuples: &[&str]) -> Snapshot {
    let model = Model::parse(model).expect("a model");
    let writes: Vec<Change> = tuples
        .iter()
        .map(|text| Change::Write(tuple(text)))
        .collect();
    let empty = Snapshot::new(model, Profile::default());
    empty.apply(1, &writes).expect("allowed")
}

fn tuple(text: &str) -> Tuple {
    text.parse().expect("a tuple")
}

fn asked<'a>(question: &'a Tuple, contextual_tuples: &'a [Tuple]) -> CheckRequest<'a> {
    CheckRequest {
        subject: &question.subject,
        relation: &question.relation,
        object: &question.object,
        contextual_tuples,
        context: Context::EMPTY,
    }
}

/// Looks at a world in which something is asked.
pub(super) fn look<T>(
    model: &str,
    writes: &[String],
    text: &str,
    look: impl FnOnce(&World<'_>) -> T,
) -> T {
    let writes: Vec<&str> = writes.iter().map(String::as_str).collect();
    let snapshot = snapshot_in(model, &writes);
    let question = tuple(text);
    let request = asked(&question, &[]);
    let mut overlay = Overlay::above(snapshot.store());
    look(&World::open(&snapshot, &request, &mut overlay).expect("a world"))
}

#[track_caller]
fn proof(tuples: &[&str], question: &str) -> Proof {
    let snapshot = snapshot(tuples);
    let question = tuple(question);
    let request = asked(&question, &[]);
    match snapshot.explain(&request, &Budget::DEFAULT) {
        Ok(Explanation::Allowed {
            proof: Some(proof),
            complete: true,
        }) => {
            assert_eq!(proof.verify(&snapshot, &request), Ok(()));
            proof
        }
        other => panic!("{question}: {other:?}"),
    }
}

#[track_caller]
fn check_proof(tuples: &[&str], question: &str, lines: &[&str]) {
    let proof = proof(tuples, question);
    let printed = proof.to_string();
    assert_eq!(printed.lines().collect::<Vec<_>>(), lines, "{printed}");
}

#[test]
fn a_yes_is_a_tree_of_tuples_and_rules() {
    check_proof(
        &["doc:a#owner@user:anne"],
        "doc:a#editor@user:anne",
        &["doc:a#owner:", "  doc:a#owner@user:anne"],
    );
    check_proof(
        &["folder:x#viewer@user:*"],
        "folder:x#viewer@user:anne",
        &["folder:x#viewer@user:*"],
    );
    check_proof(
        &[],
        "team:a#member@team:a#member",
        &["team:a#member is the subject itself"],
    );
    check_proof(
        &[
            "doc:a#folder@folder:x",
            "folder:x#viewer@team:t#member",
            "team:t#member@user:anne",
            "doc:a#blocked@team:u#member",
            "team:u#member@user:bob",
        ],
        "doc:a#viewer@user:anne",
        &[
            "doc:a#folder@folder:x, and folder:x#viewer:",
            "  folder:x#viewer@team:t#member, as in team:t#member:",
            "    team:t#member@user:anne",
            "but not:",
            "  doc:a#blocked:",
            "    no tuple in doc:a#blocked has the subject:",
            "      doc:a#blocked@team:u#member:",
            "        no tuple in team:u#member has the subject",
        ],
    );
    check_proof(
        &["doc:a#editor@user:anne", "doc:a#reviewed@user:anne"],
        "doc:a#publisher@user:anne",
        &[
            "all of:",
            "  doc:a#editor:",
            "    doc:a#editor@user:anne",
            "  doc:a#reviewed:",
            "    doc:a#reviewed@user:anne",
        ],
    );
}

#[test]
fn a_proof_is_json_with_kinds() {
    let proof = proof(&["doc:a#owner@user:anne"], "doc:a#editor@user:anne");
    let json = json!({
        "kind": "union", "operand": 1, "by": {
            "kind": "computed", "object": "doc:a", "relation": "owner", "by": {
                "kind": "tuple", "tuple": "doc:a#owner@user:anne",
            },
        },
    });
    assert_eq!(serde_json::to_value(&proof).expect("JSON"), json);
}

#[test]
fn a_proof_of_something_else_is_refused() {
    let tuples = [
        "doc:a#editor@user:anne",
        "doc:a#blocked@team:u#member",
        "team:u#member@user:bob",
    ];
    let proof = proof(&tuples, "doc:a#viewer@user:anne");
    let judge = |tuples: &[&str], question: &str, context: &[&str]| {
        let question = tuple(question);
        let context: Vec<Tuple> = context.iter().map(|text| tuple(text)).collect();
        proof.verify(&snapshot(tuples), &asked(&question, &context))
    };
    let same = "doc:a#viewer@user:anne";
    assert_eq!(judge(&tuples, same, &[]), Ok(()));
    let [editor, blocked, member] = tuples;
    // What it does not speak of does not count against it.
    assert_eq!(judge(&[editor, blocked], same, &[]), Ok(()));
    let cases: [(&[&str], &str, &[&str], Flaw); 8] = [
        (&[blocked, member], same, &[], Flaw::Tuple),
        (&[editor, member], same, &[], Flaw::Tuple),
        (&tuples, "doc:b#viewer@user:anne", &[], Flaw::Rule),
        (&tuples, "doc:a#viewer@user:bob", &[], Flaw::Tuple),
        (&tuples, "doc:a#editor@user:anne", &[], Flaw::Rule),
        (&tuples, same, &["team:u#member@user:anne"], Flaw::Answer),
        (
            &tuples,
            same,
            &["doc:a#blocked@team:t#member"],
            Flaw::Missing,
        ),
        (&tuples, same, &["doc:a#blocked@user:anne"], Flaw::Answer),
    ];
    for (tuples, question, context, flaw) in cases {
        let found = judge(tuples, question, context);
        assert_eq!(found, Err(flaw), "{tuples:?} {question} {context:?}");
    }
    let unknown = judge(&tuples, "doc:a#ghost@user:anne", &[]);
    assert!(matches!(unknown, Err(Flaw::Question(_))), "{unknown:?}");
}

/// With what is passed over paid for only by what comes next, the last row of a proof could be cut short.
#[test]
fn a_row_that_is_not_gone_through_to_its_end_proves_nothing() {
    const USERS: u32 = 100;
    const MODEL: &str = "
model
  schema 1.1
type user
type group
  relations
    define member: [user]
type doc
  relations
    define up: [user, group]
    define viewer: [user] but not member from up
";
    let users: Vec<String> = (0..USERS)
        .map(|user| format!("doc:a#up@user:{user}"))
        .collect();
    let writes: Vec<Change> = users
        .iter()
        .map(String::as_str)
        .chain(["doc:a#viewer@user:anne"])
        .map(|text| Change::Write(tuple(text)))
        .collect();
    let model = Model::parse(MODEL).expect("a model");
    let snapshot = Snapshot::new(model, Profile::default());
    let snapshot = snapshot.apply(1, &writes).expect("allowed");
    let question = tuple("doc:a#viewer@user:anne");
    let request = asked(&question, &[]);
    let Ok(Explanation::Allowed {
        proof: Some(proof), ..
    }) = snapshot.explain(&request, &Budget::DEFAULT)
    else {
        panic!("no proof");
    };
    let few = proof.verify_within(&snapshot, &request, USERS);
    assert_eq!(few, Err(Flaw::TooMuch));
    assert_eq!(proof.verify_within(&snapshot, &request, 2 * USERS), Ok(()));
}

#[track_caller]
fn check_remedies(tuples: &[&str], context: &[&str], question: &str, expected: &[&str]) {
    let question = tuple(question);
    let context: Vec<Tuple> = context.iter().map(|text| tuple(text)).collect();
    let request = asked(&question, &context);
    match snapshot(tuples).explain(&request, &Budget::DEFAULT) {
        Ok(Explanation::Denied {
            remedies,
            complete: true,
            ..
        }) => {
            let lines = |text: String| text.trim_end().replace('\n', ", ");
            let found: Vec<String> = remedies.iter().map(|one| lines(one.to_string())).collect();
            assert_eq!(found, expected, "{question}");
        }
        other => panic!("{question}: {other:?}"),
    }
}

#[test]
fn a_no_says_what_would_turn_it() {
    // The subject itself, and usersets that it is in or could be in.
    check_remedies(
        &["team:t#member@user:anne", "doc:a#owner@user:bob"],
        &[],
        "doc:a#editor@user:anne",
        &[
            "+ doc:a#editor@team:t#member",
            "+ doc:a#editor@user:anne",
            "+ doc:a#owner@user:anne",
        ],
    );
    // All of an intersection.
    check_remedies(
        &["doc:a#editor@user:anne"],
        &[],
        "doc:a#publisher@user:anne",
        &["+ doc:a#reviewed@user:anne"],
    );
    // By way of an object that grants it already.
    check_remedies(
        &["folder:x#viewer@user:anne", "doc:a#editor@user:bob"],
        &[],
        "doc:a#viewer@user:anne",
        &[
            "+ doc:a#editor@user:anne",
            "+ doc:a#folder@folder:x",
            "+ doc:a#owner@user:anne",
        ],
    );
    // What is taken away, on both ways that lead to it.
    check_remedies(
        &[
            "doc:a#editor@user:anne",
            "doc:a#blocked@user:anne",
            "doc:a#blocked@team:t#member",
            "team:t#member@user:anne",
        ],
        &[],
        "doc:a#viewer@user:anne",
        &[
            "- doc:a#blocked@team:t#member, - doc:a#blocked@user:anne",
            "- doc:a#blocked@user:anne, - team:t#member@user:anne",
        ],
    );
    // Contextual tuples stay.
    check_remedies(
        &["doc:a#editor@user:anne"],
        &["doc:a#blocked@user:anne"],
        "doc:a#viewer@user:anne",
        &[],
    );
    // Nothing is added on an object that is not there.
    check_remedies(&[], &[], "doc:a#editor@user:anne", &[]);
    // What is added may take away, too: then a lock is none.
    check_remedies(
        &["doc:a#editor@user:anne", "doc:a#reviewed@user:anne"],
        &[],
        "doc:a#lock@user:anne",
        &[
            "+ doc:a#lock@user:anne, - doc:a#editor@user:anne",
            "+ doc:a#lock@user:anne, - doc:a#reviewed@user:anne",
        ],
    );
}

#[test]
fn a_budget_that_is_used_up_leaves_an_explanation_incomplete() {
    let tuples = ["doc:a#editor@user:anne", "team:t#member@user:bob"];
    let snapshot = snapshot(&tuples);
    for (question, allowed) in [
        ("doc:a#viewer@user:anne", true),
        ("doc:a#viewer@user:bob", false),
    ] {
        let question = tuple(question);
        let request = asked(&question, &[]);
        let small = [
            Budget {
                steps: 2,
                ..Budget::DEFAULT
            },
            Budget {
                nodes: 2,
                proposals: 1,
                ..Budget::DEFAULT
            },
        ];
        for budget in small {
            let found = snapshot.explain(&request, &budget).expect("explained");
            assert_eq!(found.is_allowed(), allowed, "{budget:?} {found:?}");
            assert!(!found.is_complete(), "{budget:?} {found:?}");
        }
    }
}

#[test]
fn a_proof_is_as_deep_as_readers_take() {
    // As many hops as a check takes.
    let tuples: Vec<String> = (0..24)
        .map(|number| format!("folder:{number}#parent@folder:{}", number + 1))
        .chain(["folder:24#viewer@user:anne".to_owned()])
        .collect();
    let tuples: Vec<&str> = tuples.iter().map(String::as_str).collect();
    let question = "folder:0#viewer@user:anne";
    let proof = proof(&tuples, question);
    let json = serde_json::to_string(&proof).expect("JSON");
    let read: Proof = serde_json::from_str(&json).expect("as deep as readers take");
    assert_eq!(read, proof);

    // The same with more operators on each hop.
    let nested = MODEL.replace(
        "or viewer from parent",
        "or (viewer from parent and (viewer from parent or (viewer from parent and viewer from parent)))",
    );
    let model = Model::parse(&nested).expect("a model");
    let snapshot = snapshot(&tuples).with_model(model, Profile::default());
    let question = tuple(question);
    let request = asked(&question, &[]);
    assert_eq!(snapshot.check(&request), Ok(true));
    let found = snapshot.explain(&request, &Budget::DEFAULT);
    let none = Explanation::Allowed {
        proof: None,
        complete: false,
    };
    assert_eq!(found, Ok(none));
}

#[test]
fn what_is_not_in_the_model_is_an_error() {
    let snapshot = snapshot(&[]);
    for (question, kind) in [
        ("ghost:a#viewer@user:anne", "unknown-type"),
        ("doc:a#ghost@user:anne", "unknown-relation"),
        ("doc:a#viewer@ghost:anne", "unknown-type"),
        ("doc:a#viewer@team:a#ghost", "unknown-relation"),
    ] {
        let question = tuple(question);
        let found = snapshot.explain(&asked(&question, &[]), &Budget::DEFAULT);
        assert_eq!(found.map_err(|error: CheckError| error.kind()), Err(kind));
    }
}
