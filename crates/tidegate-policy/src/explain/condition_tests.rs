//! Explanations where conditions decide, as tables.

use super::conditions::unmet;
use super::prove::search;
use super::tests::snapshot_in;
use super::world::World;
use super::{Budget, Explanation, Flaw, Proof, Remedy};
use crate::snapshot::Overlay;
use crate::{CheckRequest, Context, Snapshot, Tuple};

const MODEL: &str = "
model
  schema 1.1
type user
type team
  relations
    define member: [user with in_office]
type doc
  relations
    define viewer: [user with in_office, team#member]
    define owner: [user, user with in_office]
    define blocked: [user with banned]
    define reader: [user] but not blocked
    define both: viewer and owner
    define up: [doc, doc with in_office]
    define inherited: owner from up but not blocked from up

condition in_office(open: bool, floor: int) {
  open && floor < 3
}

condition banned(until: int, now: int) {
  now < until
}
";

fn snapshot(tuples: &[&str]) -> Snapshot {
    snapshot_in(MODEL, tuples)
}

fn request<'a>(question: &'a Tuple, context: &'a Context) -> CheckRequest<'a> {
    CheckRequest {
        subject: &question.subject,
        relation: &question.relation,
        object: &question.object,
        contextual_tuples: &[],
        context,
    }
}

/// Conditions as `TUPLE needs MISSING of PARAMETERS`, and remedies, each in a line.
#[track_caller]
fn check(tuples: &[&str], question: &str, context: &str, conditions: &[&str], remedies: &[&str]) {
    check_in(MODEL, tuples, question, context, conditions, remedies);
}

#[track_caller]
fn check_in(
    model: &str,
    tuples: &[&str],
    question: &str,
    context: &str,
    conditions: &[&str],
    remedies: &[&str],
) {
    let question: Tuple = question.parse().expect("a tuple");
    let context: Context = context.parse().expect("a context");
    let explained =
        snapshot_in(model, tuples).explain(&request(&question, &context), &Budget::DEFAULT);
    let Ok(Explanation::Denied {
        remedies: found,
        conditions: unmet,
        complete: true,
    }) = explained
    else {
        panic!("{question} {context}: {explained:?}");
    };
    let unmet: Vec<String> = unmet
        .iter()
        .map(|one| {
            let (missing, all) = (one.missing.join(","), one.parameters.join(","));
            assert_eq!(one.error.is_some(), !one.missing.is_empty(), "{one:?}");
            format!("{} needs {missing} of {all}", one.tuple)
        })
        .collect();
    assert_eq!(unmet, conditions, "{question} {context}");
    let lines = |text: String| text.trim_end().replace('\n', ", ");
    let found: Vec<String> = found.iter().map(|one| lines(one.to_string())).collect();
    assert_eq!(found, remedies, "{question} {context}");
}

#[test]
fn a_condition_that_is_why_is_named_with_its_parameters() {
    let viewer = "doc:a#viewer@user:anne with in_office {\"floor\":2}";
    let question = "doc:a#viewer@user:anne";
    let needs = format!("{viewer} needs open of open,floor");
    check(&[viewer], question, "{}", &[&needs], &[]);
    let unmet = format!("{viewer} needs  of open,floor");
    check(&[viewer], question, "{\"open\":false}", &[&unmet], &[]);
    // On the way, and beside what else is missing.
    check(
        &[
            "doc:a#viewer@team:t#member",
            "team:t#member@user:anne with in_office",
        ],
        question,
        "{\"floor\":1}",
        &["team:t#member@user:anne with in_office needs open of open,floor"],
        &[],
    );
    check(&[viewer], "doc:a#both@user:anne", "{}", &[], &[]);
    // What is taken away under a condition that has no answer.
    let blocked = "doc:a#blocked@user:anne with banned {\"until\":5}";
    check(
        &["doc:a#reader@user:anne", blocked],
        "doc:a#reader@user:anne",
        "{}",
        &[&format!("{blocked} needs now of until,now")],
        &[&format!("- {blocked}")],
    );
    check(
        &["doc:a#reader@user:anne", blocked],
        "doc:a#reader@user:anne",
        "{\"now\":3}",
        &[],
        &[&format!("- {blocked}")],
    );
}

#[test]
fn a_tuple_is_added_under_a_condition_that_is_met() {
    let there = "doc:a#owner@user:bob";
    let question = "doc:a#viewer@user:anne";
    let met = "{\"open\":true,\"floor\":1}";
    check(
        &[there],
        question,
        met,
        &[],
        &["+ doc:a#viewer@user:anne with in_office"],
    );
    check(&[there], question, "{\"open\":true}", &[], &[]);
    // Without a condition where the model takes that; it takes the place of what is there.
    let owner = "doc:a#owner@user:anne with in_office";
    check(
        &[owner],
        "doc:a#owner@user:anne",
        "{}",
        &[&format!("{owner} needs open,floor of open,floor")],
        &["+ doc:a#owner@user:anne"],
    );
}

#[test]
fn what_is_added_in_the_place_of_a_tuple_may_ask_for_removals_behind_it() {
    check(
        &[
            "doc:a#up@doc:a with in_office",
            "doc:a#owner@user:anne",
            "doc:a#blocked@user:anne with banned",
        ],
        "doc:a#inherited@user:anne",
        "{}",
        &[],
        &["+ doc:a#up@doc:a, - doc:a#blocked@user:anne with banned"],
    );
}

#[test]
fn a_proof_holds_under_its_context() {
    let snapshot = snapshot(&[
        "doc:a#viewer@user:anne with in_office {\"floor\":2}",
        "doc:a#reader@user:anne",
        "doc:a#blocked@user:anne with banned {\"until\":5}",
    ]);
    for (question, good, bad, flaw) in [
        (
            "doc:a#viewer@user:anne",
            "{\"open\":true}",
            "{\"open\":false}",
            Flaw::Tuple,
        ),
        (
            "doc:a#viewer@user:anne",
            "{\"open\":true}",
            "{}",
            Flaw::Tuple,
        ),
        (
            "doc:a#reader@user:anne",
            "{\"now\":7}",
            "{\"now\":4}",
            Flaw::Answer,
        ),
        ("doc:a#reader@user:anne", "{\"now\":7}", "{}", Flaw::Answer),
    ] {
        let question: Tuple = question.parse().expect("a tuple");
        let (good, bad): (Context, Context) =
            (good.parse().expect("good"), bad.parse().expect("bad"));
        let explained = snapshot.explain(&request(&question, &good), &Budget::DEFAULT);
        let Ok(Explanation::Allowed {
            proof: Some(proof), ..
        }) = explained
        else {
            panic!("{question}: {explained:?}");
        };
        assert_eq!(proof.verify(&snapshot, &request(&question, &good)), Ok(()));
        assert_eq!(
            proof.verify(&snapshot, &request(&question, &bad)),
            Err(flaw)
        );
    }
}

/// Who verifies a proof evaluates anew what is known where it was found, and pays for it.
#[test]
fn a_proof_is_told_where_there_are_steps_to_verify_it() {
    const MODEL: &str = "
model
  schema 1.1
type user
type doc
  relations
    define blocked: [user with long]
    define viewer: [user with long]
    define reader: [user] but not blocked

condition long(text: string, part: string) {
  text.contains(part)
}
";
    for (tuples, question, part) in [
        (
            &["doc:a#viewer@user:anne with long"][..],
            "doc:a#viewer@user:anne",
            "a",
        ),
        (
            &[
                "doc:a#reader@user:anne",
                "doc:a#blocked@user:anne with long",
            ],
            "doc:a#reader@user:anne",
            "b",
        ),
    ] {
        let snapshot = snapshot_in(MODEL, tuples);
        let text = format!("{{\"text\":\"{}\",\"part\":\"{part}\"}}", "a".repeat(5_000));
        let context: Context = text.parse().expect("a context");
        let question: Tuple = question.parse().expect("a tuple");
        let request = request(&question, &context);
        let mut overlay = Overlay::above(snapshot.store());
        let world = World::open(&snapshot, &request, &mut overlay).expect("a world");
        let found = search(&world, true, 100, &mut { 1_000 }).expect("found");
        let proof = |steps| found.proof_within::<Proof>(&world, steps);
        let enough = (0..1_000).find(|steps| proof(*steps).is_some());
        let enough = enough.expect("enough");
        let verified = proof(enough).expect("a proof");
        let verified = verified.verify_within(&snapshot, &request, enough);
        assert_eq!(verified, Ok(()), "{question} {enough}");
    }
}

/// Something that is taken away from what has no answer is gone for certain.
#[test]
fn what_has_no_answer_can_be_taken_away_from() {
    const MODEL: &str = "
model
  schema 1.1
type user
type org
  relations
    define banned: [user]
type folder
  relations
    define exempt: [user]
type doc
  relations
    define up: [org with small, folder]
    define viewer: [user] but not (banned from up but not exempt from up)
    define reader: [user] but not ((banned from up and banned from up) but not (exempt from up or exempt from up))

condition small(size: int) {
  size < 3
}
";
    for relation in ["viewer", "reader"] {
        check_in(
            MODEL,
            &[
                &format!("doc:a#{relation}@user:anne"),
                "doc:a#up@org:x with small",
                "folder:y#exempt@user:bob",
            ],
            &format!("doc:a#{relation}@user:anne"),
            "{}",
            &["doc:a#up@org:x with small needs size of size"],
            &[
                "- doc:a#up@org:x with small",
                "+ doc:a#up@folder:y, + folder:y#exempt@user:anne",
            ],
        );
    }
}

/// A link whose condition has no value is an obstacle; one without a condition that leads to nothing is not.
#[test]
fn a_link_without_an_answer_can_be_replaced() {
    const MODEL: &str = "
model
  schema 1.1
type user
type org
  relations
    define banned: [user]
type doc
  relations
    define up: [org, org with small]
    define viewer: [user] but not banned from up

condition small(size: int) {
  size < 3
}
";
    check_in(
        MODEL,
        &["doc:a#viewer@user:anne", "doc:a#up@org:x with small"],
        "doc:a#viewer@user:anne",
        "{}",
        &["doc:a#up@org:x with small needs size of size"],
        &["+ doc:a#up@org:x", "- doc:a#up@org:x with small"],
    );
}

/// To tell of a condition is to evaluate it, which nobody pays for: once for each change, however many sets have it.
#[test]
fn what_many_sets_have_is_told_once() {
    const TEAMS: usize = 20;
    const MODEL: &str = "
model
  schema 1.1
type user
type team
  relations
    define member: [user]
type doc
  relations
    define viewer: [team#member with small]
    define owner: [team#member with small]
    define both: viewer and owner

condition small(size: int) {
  size < 3
}
";
    let tuples: Vec<String> = (0..TEAMS)
        .flat_map(|team| {
            [
                format!("team:{team}#member@user:anne"),
                format!("doc:a#viewer@team:{team}#member with small"),
                format!("doc:a#owner@team:{team}#member with small"),
            ]
        })
        .collect();
    let tuples: Vec<&str> = tuples.iter().map(String::as_str).collect();
    let snapshot = snapshot_in(MODEL, &tuples);
    let question = "doc:a#both@user:anne".parse().expect("a tuple");
    let request = request(&question, Context::EMPTY);
    let mut overlay = Overlay::above(snapshot.store());
    let world = World::open(&snapshot, &request, &mut overlay).expect("a world");
    let (mut steps, mut found) = (Budget::DEFAULT.steps, Vec::new());
    assert!(unmet(&world, &mut steps, &mut found));
    assert_eq!(found.len(), 2 * TEAMS);
    // There is a set for each viewer with each owner. What was told more than once is gone from the list, but not
    // the room that it took.
    assert!(found.capacity() < TEAMS * TEAMS, "{}", found.capacity());
}

#[test]
fn conditions_leave_half_of_the_budget_to_remedies() {
    const MODEL: &str = "
model
  schema 1.1
type user
type team
  relations
    define member: [user with small]
type doc
  relations
    define viewer: [user, team#member]
    define owner: [user, team#member]
    define both: viewer and owner

condition small(size: int) {
  size < 3
}
";
    let tuples: Vec<String> = (0..100)
        .flat_map(|team| {
            [
                format!("team:{team}#member@user:anne with small"),
                format!("doc:a#viewer@team:{team}#member"),
                format!("doc:a#owner@team:{team}#member"),
            ]
        })
        .collect();
    let tuples: Vec<&str> = tuples.iter().map(String::as_str).collect();
    let question = "doc:a#both@user:anne".parse().expect("a tuple");
    let budget = Budget {
        steps: 20_000,
        ..Budget::DEFAULT
    };
    let explained =
        snapshot_in(MODEL, &tuples).explain(&request(&question, Context::EMPTY), &budget);
    let Ok(Explanation::Denied {
        remedies, complete, ..
    }) = explained
    else {
        panic!("{explained:?}");
    };
    let remedies: Vec<String> = remedies.iter().map(Remedy::to_string).collect();
    let both = "+ doc:a#owner@user:anne\n+ doc:a#viewer@user:anne\n";
    assert_eq!((&*remedies, complete), (&[both.to_owned()][..], false));
}

/// The context of a tuple to remove may be longer than all names together, and stand in thousands of remedies.
#[test]
fn contexts_that_are_told_are_paid_for() {
    const MODEL: &str = "
model
  schema 1.1
type user
type item
  relations
    define base: [user]
    define blocked: [user with small]
    define usable: base but not blocked
type doc
  relations
    define one: [item]
    define two: [item]
    define both: usable from one and usable from two

condition small(size: int, pad: string) {
  size < 3
}
";
    const ITEMS: usize = 10;
    const PAD: usize = 8_000;
    let pad = "x".repeat(PAD);
    let tuples: Vec<String> = (0..2 * ITEMS)
        .flat_map(|item| {
            let link = if item < ITEMS { "one" } else { "two" };
            [
                format!("doc:a#{link}@item:{item}"),
                format!("item:{item}#base@user:anne"),
                format!(
                    "item:{item}#blocked@user:anne with small {{\"size\":1,\"pad\":\"{pad}\"}}"
                ),
            ]
        })
        .collect();
    let tuples: Vec<&str> = tuples.iter().map(String::as_str).collect();
    let question = "doc:a#both@user:anne".parse().expect("a tuple");
    let snapshot = snapshot_in(MODEL, &tuples);
    let told = |steps| {
        let budget = Budget {
            steps,
            ..Budget::DEFAULT
        };
        let explained = snapshot.explain(&request(&question, Context::EMPTY), &budget);
        let Ok(Explanation::Denied {
            remedies, complete, ..
        }) = explained
        else {
            panic!("{explained:?}");
        };
        let text: usize = remedies.iter().map(|one| one.to_string().len()).sum();
        (remedies.len(), text, complete)
    };
    let (count, text, complete) = told(Budget::DEFAULT.steps);
    assert!(complete && count >= ITEMS * ITEMS, "{count}");
    assert!(text > PAD * count, "{count}, {text}");
    // Each is paid once, however often it is come upon.
    let twice = u32::try_from(2 * text / 8).expect("fits");
    assert_eq!(told(twice), (count, text, complete));
    for steps in [20_000, 50_000, 100_000] {
        let (count, text, complete) = told(steps);
        assert!(!complete, "{steps}: {count}");
        assert!(text <= 8 * steps as usize, "{steps}: {count}, {text}");
    }
}
