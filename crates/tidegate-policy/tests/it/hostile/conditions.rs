//! Conditions that are meant to hurt: each evaluation ends by its cost, and denies.

use tidegate_policy::check::MAX_STEPS;
use tidegate_policy::condition::{
    COST_OF_A_STEP, MAX_CONTEXT, MAX_COST, MAX_EXPRESSION, MAX_NESTING,
};
use tidegate_policy::{
    Answer, Budget, Change, CheckError, CheckRequest, Context, ListObjectsRequest,
    ListUsersRequest, Model, Object, Profile, SecretKind, SliceError, Snapshot, SubjectKind, Tuple,
};

use super::{check, snapshot, word};

/// A model with one condition over a list, a text, a number and anything.
fn model(expression: &str) -> String {
    format!(
        "model
  schema 1.1
type user
type doc
  relations
    define viewer: [user, user with c]
    define blocked: [user with c]
    define reader: [user] but not blocked
condition c(l: list<int>, t: string, x: int, a: any) {{
  {expression}
}}
"
    )
}

/// The largest values that a request may bring.
fn context() -> Context {
    let numbers: Vec<usize> = (0..2_500).collect();
    let values = serde_json::json!({
        "l": numbers, "t": "a".repeat(18_000), "x": i64::MAX, "a": {"l": [[[[0]]]]},
    });
    values.to_string().parse().expect("values")
}

/// Whether a model with this condition is refused, or denies with an error where it matters.
#[track_caller]
fn denies(expression: &str) {
    let tuples = [
        "doc:a#viewer@user:ann with c",
        "doc:a#reader@user:ann",
        "doc:a#blocked@user:ann with c",
        "doc:a#viewer@user:bob",
    ];
    let snapshot = snapshot(&model(expression), tuples.map(str::to_owned));
    let context = context();
    for (question, expected) in [
        ("doc:a#viewer@user:ann", "condition"),
        // What cannot be told does not unblock.
        ("doc:a#reader@user:ann", "condition"),
        ("doc:a#viewer@user:bob", "true"),
        ("doc:a#viewer@user:cid", "false"),
    ] {
        let found = word(check(&snapshot, question, &context));
        assert_eq!(found, expected, "{question}: {expression}");
    }
}

#[test]
fn what_costs_too_much_denies() {
    for expression in [
        "l.all(a1, l.all(a2, l.all(a3, l.all(a4, a1 + a2 + a3 + a4 >= 0))))",
        "l.map(x1, l).map(x2, x2.map(x3, l)).size() > 0",
        "l.exists(n, (t + t + t + t).contains('b'))",
        "l.all(n, t.matches('(a|aa)*b') == false)",
        "l.filter(n, l.exists(m, m == n + 1)).size() > 5",
        "[t, t].map(y, y + y).map(y, y + y).map(y, y + y).map(y, y + y).map(y, y + y).map(y, y + y).map(y, y + y).map(y, y + y).map(y, y + y).size() > 9",
        "l.all(n, string(l.map(m, m)[n]) != t + t)",
    ] {
        denies(expression);
        denies(&format!("({expression}) || x > 0"));
        denies(&format!("!(({expression}) && x < 0)"));
    }
}

#[test]
fn what_has_no_value_denies() {
    for expression in [
        "x + 1 > 0",
        "x * x > 0",
        "-x - 2 < 0 && x / (x - x) > 1",
        "l[3000] == 0",
        "a.ghost == 1",
        "a.l[0][0][0][0][0] == 1",
        "timestamp(t) < timestamp('2026-01-01T00:00:00Z')",
        "int(t) == 1",
        "duration(t) > duration('1s')",
    ] {
        denies(expression);
    }
}

#[test]
fn expressions_are_bounded() {
    let refused = |expression: &str| {
        let found = Model::parse(&model(expression));
        assert!(found.is_err(), "{} bytes", expression.len());
    };
    refused(&format!("x > 0{}", " && x > 0".repeat(MAX_EXPRESSION / 9)));
    refused(&format!(
        "{}x{} > 0",
        "(".repeat(MAX_NESTING + 1),
        ")".repeat(MAX_NESTING + 1)
    ));
    refused(&format!("{}x > 0", "x > 0 ? x > 1 : ".repeat(200)));
    refused(&format!("{} == x", "[".repeat(1_500)));
    refused(&format!("t.matches('{}')", "(a{1,1000}){1,1000}".repeat(3)));
    refused(&format!("t.matches('{}')", "(".repeat(2_000)));
    refused("");
    refused("x");
    refused("\u{202e} x > 0 \u{0}");
}

/// What is nested as deep as it may be is gone through once.
#[test]
fn choices_in_each_other_are_looked_at_once() {
    let depth = MAX_NESTING - 10;
    let first = format!(
        "{}x > 0{}",
        "x > 0 ? (".repeat(depth / 2),
        ") : x > 1".repeat(depth / 2)
    );
    let last = format!("{}x > 0", "x < 0 ? x > 1 : ".repeat(depth));
    for expression in [first, last] {
        let tuples = ["doc:a#viewer@user:ann with c".to_owned()];
        let snapshot = snapshot(&model(&expression), tuples);
        let context = r#"{"l": [], "t": "", "x": 1, "a": null}"#;
        let context = context.parse().expect("values");
        let found = word(check(&snapshot, "doc:a#viewer@user:ann", &context));
        assert_eq!(found, "true", "{expression}");
    }
}

/// A pattern does not try one way after another.
#[test]
fn patterns_do_not_explode() {
    let pattern = "t.matches('^(a+)+$') && !t.matches('^(a|a)*b$') && !t.matches('(x+x+)+y')";
    let tuples = ["doc:a#viewer@user:ann with c".to_owned()];
    let snapshot = snapshot(&model(pattern), tuples);
    for length in [10, 100, 1_000, 10_000] {
        let values = serde_json::json!({"l": [], "t": "a".repeat(length), "x": 0, "a": null});
        let context = values.to_string().parse().expect("values");
        let found = word(check(&snapshot, "doc:a#viewer@user:ann", &context));
        assert!(["true", "condition"].contains(&found), "{length}: {found}");
        assert!(length > 100 || found == "true", "{length}: {found}");
    }
}

#[test]
fn contexts_are_bounded() {
    let text = |length: usize| format!("{{\"t\":\"{}\"}}", "a".repeat(length - 8));
    assert!(text(MAX_CONTEXT).parse::<Context>().is_ok());
    assert!(text(MAX_CONTEXT + 1).parse::<Context>().is_err());
    for depth in [200, 16_000] {
        let deep = format!("{{\"a\":{}0{}}}", "[".repeat(depth), "]".repeat(depth));
        assert!(deep.parse::<Context>().is_err(), "{depth}");
        let tuple = format!("doc:a#viewer@user:ann with c {deep}");
        assert!(tuple.parse::<Tuple>().is_err(), "{depth}");
    }
    for text in ["", "[]", "null", "{", "{\"a\":1e999}", "{\"a\":1}x"] {
        assert!(text.parse::<Context>().is_err(), "{text}");
    }
}

/// A document on which many groups have a relation, each under a condition that costs much and is not met.
fn many_costly(relation: &str, count: usize) -> Snapshot {
    let costly = "l.all(n, n >= 0) && l.exists(n, n == x + 0)";
    let text = model(costly).replace("user with c]", "user with c, group#member with c]");
    let text = text.replace(
        "type doc\n",
        "type group\n  relations\n    define member: [user]\ntype doc\n",
    );
    let usersets =
        (1..=count).map(|n| format!("doc:a#{relation}@group:{n}#member with c {{\"x\":-{n}}}"));
    let members = (1..=count).map(|n| format!("group:{n}#member@user:ann"));
    snapshot(&text, usersets.chain(members))
}

#[test]
fn what_conditions_cost_counts_as_steps() {
    let (few, many) = (many_costly("viewer", 3), many_costly("viewer", 900));
    let context = context();
    let asked: Tuple = "doc:a#viewer@user:ann".parse().expect("a question");
    let request = CheckRequest {
        subject: &asked.subject,
        relation: &asked.relation,
        object: &asked.object,
        contextual_tuples: &[],
        context: &context,
    };
    let checked = few.check_counted(&request);
    assert_eq!(checked.answer, Ok(false));
    assert!(checked.steps > 3 * 1_000, "{} steps", checked.steps);
    let checked = many.check_counted(&request);
    assert_eq!(word(checked.answer), "too-much");
    // No further than one evaluation beyond.
    let most = MAX_STEPS + 2 * MAX_COST / COST_OF_A_STEP;
    assert!(checked.steps <= most, "{} steps", checked.steps);

    let object = &asked.object;
    let users = |snapshot: &Snapshot| {
        let page = snapshot.list_users(&ListUsersRequest {
            object,
            relation: "viewer",
            kind: SubjectKind::Type("user"),
            contextual_tuples: &[],
            context: &context,
            after: None,
            limit: 10,
        });
        let page = page.expect("a list");
        (page.complete, page.error.map(|error| error.kind()))
    };
    assert_eq!(users(&few), (true, None));
    assert_eq!(users(&many), (false, Some("too-much")));

    // An explanation pays too, of a budget of its own.
    for (steps, expected) in [(2_000, false), (1_000_000, true)] {
        let budget = Budget {
            steps,
            ..Budget::DEFAULT
        };
        let explained = few.explain(&request, &budget).expect("an explanation");
        assert!(!explained.is_allowed());
        assert_eq!(explained.is_complete(), expected, "{steps} steps");
    }
    let explained = many.explain(&request, &Budget::DEFAULT);
    assert_eq!(
        explained.map_err(|error| error.kind()).err(),
        Some("too-much")
    );
}

/// A page ends with its steps, long before its candidates do; the next one goes on from there.
#[test]
fn checks_that_cost_much_end_a_page() {
    let few = many_costly("viewer", 40);
    let write = |text: String| Change::Write(text.parse().expect("a tuple"));
    let others = (0..25).flat_map(|doc| {
        let on =
            move |n: u32| format!("doc:b{doc:02}#viewer@group:{n}#member with c {{\"x\":-{n}}}");
        (1..=40).map(on)
    });
    let last = "doc:c#viewer@user:ann".to_owned();
    let changes: Vec<Change> = others.chain([last]).map(write).collect();
    let snapshot = few.apply(2, &changes).expect("allowed tuples");
    let (subject, context) = ("user:ann".parse().expect("a subject"), context());
    let (mut pages, mut found, mut after) = (0, Vec::new(), None);
    loop {
        let page = snapshot.list_objects(&ListObjectsRequest {
            subject: &subject,
            relation: "viewer",
            object_type: "doc",
            contextual_tuples: &[],
            context: &context,
            after: after.as_ref(),
            limit: 100,
        });
        let page = page.expect("a page");
        assert!(page.complete, "{:?}", page.error);
        pages += 1;
        found.extend(page.found.iter().map(ToString::to_string));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!((pages, found), (2, vec!["doc:c".to_owned()]));
}

/// A slice evaluates what a tuple alone decides when it is made, the rest when it is asked.
#[test]
fn what_conditions_cost_counts_in_slices() {
    let ann: Object = "user:ann".parse().expect("a name");
    let put = |name: &str| Change::Put {
        object: name.parse().expect("a name"),
        uid: uuid::Uuid::from_u128(1),
        valid_from_s: 0,
    };
    let write = |text: &str| Change::Write(text.parse().expect("a tuple"));
    let changes = [
        put("user:ann"),
        put("doc:a"),
        write("doc:a#reader@user:ann"),
    ];
    let kind = SecretKind {
        principals: ["user".into()].into(),
        actions: None,
        anonymous: false,
        audiences: ["gateway".into()].into(),
        default_life_s: None,
    };
    let mut profile = Profile::default();
    profile.kinds.insert("full".to_owned(), kind);
    // A check of so many may be out of steps, by what its request says: there is no slice of that.
    for (count, expected) in [
        (3, Ok(Answer::Allow)),
        (20, Ok(Answer::Allow)),
        (900, Err(SliceError::TooMuch)),
    ] {
        let snapshot = many_costly("blocked", count)
            .apply(2, &changes)
            .expect("applies");
        let model = snapshot.model().clone();
        let snapshot = snapshot.with_model(model, profile.clone());
        let answer = snapshot
            .slice(&ann)
            .map(|slice| slice.answer("full", "reader", "doc:a", &context()));
        assert_eq!(answer, expected, "{count}");
    }
}

/// Work that is done at once pays before it is done.
#[test]
fn what_is_done_at_once_has_its_cost() {
    for expression in [
        // Each `1e-300` is worked out with three hundred digits.
        "l.exists(n, double(string(a.d)) < 0.0)",
        // Maps of thousands of entries that differ in the first.
        "l.exists(n, a.m == a.n)",
        // A text of thousands of bytes that is no network.
        "l.exists(n, ipaddress('192.0.2.1').in_cidr(t))",
        // A pattern that is refused once it has become too large.
        "l.exists(n, t.matches(string(a.p)))",
    ] {
        let text = model(expression);
        let snapshot = snapshot(&text, ["doc:a#viewer@user:ann with c".to_owned()]);
        let entries = |last: u32| -> serde_json::Map<String, serde_json::Value> {
            let entry = |n: u32| (format!("k{n}"), if n == 0 { last } else { n }.into());
            (0..500).map(entry).collect()
        };
        let numbers: Vec<usize> = (0..2_500).collect();
        let values = serde_json::json!({
            "l": numbers, "t": "a".repeat(4_000), "x": 0,
            "a": {"d": "1e-300", "m": entries(1), "n": entries(2), "p": "(a{1,1000}){1,1000}"},
        });
        let context: Context = values.to_string().parse().expect("values");
        let found = check(&snapshot, "doc:a#viewer@user:ann", &context);
        let Err(CheckError::Condition(error)) = found else {
            panic!("{expression}: {found:?}");
        };
        assert_eq!(error.kind(), "cost_limit", "{expression}");
    }
}
