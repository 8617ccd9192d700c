//! Worlds as deep as a check goes, and deeper: what the whole denies for an error, the slice denies.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use tidegate_policy::check::{MAX_HOPS, MAX_OPEN, MAX_PATH};
use tidegate_policy::model::MAX_NESTING;
use tidegate_policy::{
    Answer, Caller, Change, Context, Decision, Denial, Model, Object, Request, Slice, SliceChange,
    SliceError, Snapshot, Subject, Tuple, decide,
};

use super::{object, payload, profile, put, through};
use crate::random::Random;
use crate::scale::{Seen, each_seed, scaled};

/// A snapshot with these tuples, in which everything that they name has a standing.
fn world(model: &str, tuples: &[String]) -> Snapshot {
    let model = Model::parse(model).unwrap_or_else(|error| panic!("{error}\n{model}"));
    let mut names: BTreeSet<Object> = [object("user:0")].into();
    let mut changes = Vec::new();
    for text in tuples {
        let tuple: Tuple = text.parse().expect("a tuple");
        names.insert(tuple.object.clone());
        if let Subject::Object(of) | Subject::Userset { object: of, .. } = &tuple.subject {
            names.insert(of.clone());
        }
        changes.push(Change::Write(tuple));
    }
    changes.extend(names.iter().zip(1..).map(put));
    Snapshot::new(model, profile())
        .apply(1, &changes)
        .expect("applies")
}

/// Asks both for these relations of everything; what the whole says, by how often.
#[track_caller]
fn same(
    what: &str,
    snapshot: &Snapshot,
    asked: fn(&str) -> bool,
    contexts: &[&str],
) -> BTreeMap<&'static str, usize> {
    let subject = object("user:0");
    let slice = snapshot.slice(&subject);
    let slice = through(&slice.unwrap_or_else(|error| panic!("{what}: {error}")));
    let mut said = BTreeMap::new();
    let types: Vec<&str> = snapshot.model().type_names().collect();
    let objects = types.iter().flat_map(|of| snapshot.objects_of_type(of));
    for resource in objects {
        for action in snapshot.model().relations(resource.type_name()) {
            if !asked(action) {
                continue;
            }
            for context in contexts {
                let context: Context = context.parse().expect("a context");
                let request = Request {
                    caller: Caller::Principal {
                        object: &subject,
                        kind: "full",
                    },
                    action,
                    resource: &resource,
                    contextual_tuples: &[],
                    context: &context,
                };
                let whole = decide(&request, snapshot);
                let (word, expected) = match &whole {
                    Decision::Allow => ("allow", Answer::Allow),
                    Decision::Deny(Denial::Check(error)) => (error.kind(), Answer::Deny),
                    Decision::Deny(_) => ("deny", Answer::Deny),
                };
                assert_eq!(
                    slice.decide(&request),
                    expected,
                    "{what}: {action} {resource} {context}: {whole:?}"
                );
                *said.entry(word).or_default() += 1;
            }
        }
    }
    said
}

/// Every one of these was said, as a test of nothing else is none.
#[track_caller]
fn all_said(said: &BTreeMap<&'static str, usize>, words: &[&str]) {
    let missing = words.iter().find(|word| !said.contains_key(**word));
    assert_eq!(missing, None, "{said:?}");
}

const CHAINS: &str = "model
  schema 1.1
type user
type team
  relations
    define up: [team, team with c]
    define r0: [user, team#r0]
    define r1: [user, user with c] or r1 from up
    define r2: r1 but not r0
    define r3: r1 and r0
    define r4: [user, team#r4, team#r4 with c]
    define r5: [user] but not r1
    define r6: r5 or r3 from up or r2 from up
    define r7: ([user:*] or r1 from up) and (r0 or r4)
    define r8: [user, user:*] but not (r4 but not r0)
    define r9: (r0 and r1) or (r4 but not r7) or r9 from up
condition c(x: int) {
  x > 0
}
";

/// Chains of every length about the bound of hops, by `from`, by usersets and by both, through each operator.
#[test]
fn chains_about_the_bound_of_hops() {
    let mut said = BTreeMap::new();
    for length in 20..=40 {
        for under in ["", " with c"] {
            let mut tuples = Vec::new();
            for number in 1..length {
                let above = number - 1;
                tuples.push(format!("team:{above}#up@team:{number}{under}"));
                tuples.push(format!("team:{above}#r0@team:{number}#r0"));
                tuples.push(format!("team:{above}#r4@team:{number}#r4{under}"));
            }
            let last = length - 1;
            for relation in ["r0", "r1", "r4"] {
                tuples.push(format!("team:{last}#{relation}@user:0"));
            }
            for number in [0, 3, last - MAX_HOPS as usize / 2, last] {
                tuples.push(format!("team:{number}#r5@user:0"));
                tuples.push(format!("team:{number}#r7@user:*"));
                tuples.push(format!("team:{number}#r8@user:*"));
            }
            let snapshot = world(CHAINS, &tuples);
            let what = format!("{length}{under}");
            let contexts: &[&str] = match under {
                "" => &["{}"],
                _ => &["{}", "{\"x\":1}", "{\"x\":0}"],
            };
            for (word, count) in same(&what, &snapshot, |_| true, contexts) {
                *said.entry(word).or_default() += count;
            }
        }
    }
    println!("{said:?}");
    all_said(&said, &["allow", "deny", "too-deep", "condition"]);
}

/// A tuple of a chain of so many, if the model takes it: mostly a link to one of the next, seldom one back.
fn drawn(random: &mut Random, model: &Model, length: usize) -> Option<Tuple> {
    let on = random.below(length);
    let next = match random.below(30) {
        0 => random.below(length),
        _ => on + random.within(1, 3),
    };
    let relation = format!("r{}", random.below(9));
    let mut text = match random.below(10) {
        0..5 => format!("team:{on}#up@team:{next}"),
        5..7 => format!("team:{on}#{relation}@team:{next}#{relation}"),
        7 => format!("team:{on}#{relation}@user:*"),
        _ => format!("team:{on}#{relation}@user:0"),
    };
    if random.percent(25) {
        text += random.of::<&str>(&[" with c", " with c {\"x\":1}", " with c {\"x\":-1}"]);
    }
    let tuple: Tuple = text.parse().expect("a tuple");
    model.allows(&tuple).is_ok().then_some(tuple)
}

/// Generated chains, through random changes: what is held and brought up to date is what is made anew.
#[test]
fn generated_chains_through_changes() {
    let model = Model::parse(CHAINS).expect("a model");
    let seen = each_seed(scaled(25, 500), |seed, seen| chain_of(&model, seed, seen));
    for word in ["allow", "deny", "too-deep", "condition"] {
        seen.at_least(word, 1);
    }
    seen.at_least("slices", scaled(60, 1_200));
    seen.at_least("changed", scaled(16, 320));
    assert!(seen.of("refused") < scaled(5, 100), "{seen}");
}

fn chain_of(model: &Model, seed: u64, seen: &mut Seen) {
    let random = &mut Random::new(seed);
    let length = random.within(24, 34);
    let mut tuples: Vec<String> = (1..length)
        .map(|number| format!("team:{}#up@team:{number}", number - 1))
        .collect();
    for relation in ["r0", "r4"] {
        let link =
            |number: usize| format!("team:{}#{relation}@team:{number}#{relation}", number - 1);
        tuples.extend((1..length).map(link));
    }
    let more = (0..random.within(5, 25)).filter_map(|_| drawn(random, model, length));
    tuples.extend(more.map(|tuple| tuple.to_string()));
    let mut snapshot = world(CHAINS, &tuples);
    let mut held = None;
    for revision in 2..5 {
        let Ok(slice) = snapshot.slice(&object("user:0")) else {
            seen.count("refused");
            break;
        };
        seen.count("slices");
        if let Some(mut held) = held.replace(slice.clone()) {
            let change = Slice::difference(&held, &slice).expect("a difference");
            let bytes = change.to_bytes().expect("bytes");
            let change = SliceChange::of_bytes(&bytes).expect("a change");
            held.apply(&change).expect("applies");
            assert!(payload(&held) == payload(&slice), "TIDEGATE_SEED={seed}");
            seen.count_if("changed", !change.is_empty());
        }
        let what = format!("TIDEGATE_SEED={seed}, {revision}");
        for (word, count) in same(&what, &snapshot, |_| true, &["{}", "{\"x\":1}"]) {
            seen.count_by(word, count);
        }
        let mut changes: Vec<Change> = Vec::new();
        let more = (0..4).filter_map(|_| drawn(random, model, length));
        changes.extend(more.map(Change::Write));
        let mut all: Vec<Tuple> = snapshot.tuples().collect();
        all.sort_unstable();
        changes.extend((0..3).map(|_| Change::Delete(random.of(&all).clone())));
        snapshot = snapshot.apply(revision, &changes).expect("applies");
    }
}

/// Relations of one object that follow from each other, so many, and back to the first one of the next object: flat
/// where `wrap` leaves them alone, and each of two ways down has another length.
fn stairs(relations: usize, wrap: impl Fn(&str) -> String) -> String {
    let mut text = "model
  schema 1.1
type user
type doc
  relations
    define up: [doc]
    define side: [doc, doc with c]
    define out: [user]
    define all: [user:*]
    define end: [user, user with c]
"
    .to_owned();
    for number in 0..relations {
        let next = match number + 1 {
            last if last == relations => "(end or (r0 from up)) or r1 from side".to_owned(),
            next => format!("r{next}"),
        };
        _ = writeln!(text, "    define r{number}: {}", wrap(&next));
    }
    text += "    define not: [user] but not r0\ncondition c(x: int) {\n  x > 0\n}\n";
    text
}

/// A ladder of objects with two rungs each; the one who is at its end is everywhere outside, too.
fn ladder(height: usize, under: &str) -> Vec<String> {
    let mut tuples = Vec::new();
    for number in 0..height {
        tuples.push(format!("doc:{number}#not@user:0"));
        tuples.push(format!("doc:{number}#all@user:*"));
        if number > 0 {
            let above = number - 1;
            tuples.push(format!("doc:{above}#up@doc:{number}"));
            // Not everywhere: what is remembered of no check would take too long.
            if number % 4 == 1 {
                tuples.push(format!("doc:{above}#side@doc:{number}{under}"));
            }
        }
    }
    tuples.push(format!("doc:{}#end@user:0{under}", height - 1));
    tuples
}

type Wrap = (&'static str, fn(&str) -> String);

/// What stands around each step. `out` is nobody's.
const WRAPS: [Wrap; 4] = [
    ("flat", |next| next.to_owned()),
    ("or", |next| format!("({next}) or out")),
    ("but not", |next| format!("({next}) but not out")),
    ("and", |next| format!("({next}) and all")),
];

/// The longest way that a check takes, from what is flat and what is not, by ways of two lengths: so that what is
/// remembered of one would not be found on the other.
#[test]
fn ladders_about_the_longest_way() {
    let mut said = BTreeMap::new();
    for (name, wrap) in WRAPS {
        for relations in [8, 11, 17, 40] {
            let height = MAX_PATH / relations + 2;
            for under in ["", " with c"] {
                let snapshot = world(&stairs(relations, wrap), &ladder(height, under));
                let what = format!("{name} {relations}{under}");
                let contexts: &[&str] = match under {
                    "" => &["{}"],
                    _ => &["{}", "{\"x\":1}", "{\"x\":0}"],
                };
                for (word, count) in same(&what, &snapshot, |_| true, contexts) {
                    *said.entry(word).or_default() += count;
                }
            }
        }
    }
    println!("{said:?}");
    all_said(&said, &["allow", "deny", "too-deep", "condition"]);
}

/// The most that is open at once, by operators that nest in every object of a chain.
#[test]
fn operators_about_the_most_that_are_open() {
    let mut said = BTreeMap::new();
    for word in ["or", "and", "but not"] {
        for depth in [18, 20, MAX_NESTING - 2] {
            let other = if word == "and" { "inside" } else { "out" };
            let nested = |inner: &str| {
                (0..depth).fold(inner.to_owned(), |inner, _| {
                    format!("({inner} {word} {other})")
                })
            };
            let (outer, inner) = (nested("q"), nested("r from up"));
            assert!(2 * 24 * MAX_NESTING > MAX_OPEN as usize);
            let model = format!(
                "model
  schema 1.1
type user
type doc
  relations
    define up: [doc]
    define inside: [user]
    define out: [user]
    define end: [user, user with c]
    define r: {outer} or end
    define q: {inner}
    define not: [user] but not r
condition c(x: int) {{
  x > 0
}}
"
            );
            for under in ["", " with c"] {
                let mut tuples = Vec::new();
                for number in 0..24 {
                    tuples.push(format!("doc:{number}#not@user:0"));
                    tuples.push(format!("doc:{number}#inside@user:0"));
                    if number > 0 {
                        tuples.push(format!("doc:{}#up@doc:{number}", number - 1));
                    }
                }
                tuples.push(format!("doc:23#end@user:0{under}"));
                let snapshot = world(&model, &tuples);
                let what = format!("{word} {depth}{under}");
                for (said_word, count) in same(&what, &snapshot, |_| true, &["{}", "{\"x\":1}"]) {
                    *said.entry(said_word).or_default() += count;
                }
            }
        }
    }
    println!("{said:?}");
    all_said(&said, &["allow", "deny", "too-deep", "condition"]);
}

/// Two objects on each level that both lead to both below, and on the last to themselves: each level doubles what a
/// check takes, as no part of a circle is remembered. At the first few levels somebody has a relation of its own.
fn doubling(levels: usize, own: usize, under: &str) -> Snapshot {
    let model = "model
  schema 1.1
type user
type doc
  relations
    define up: [doc, doc with c]
    define own: [user]
    define helper: [user] or helper from up
    define x: (helper or own) and own
    define y: own but not helper
condition c(x: int) {
  x > 0
}
";
    let mut tuples: Vec<String> = (0..own)
        .map(|level| format!("doc:{level}a#own@user:0"))
        .collect();
    for level in 1..levels {
        for (above, below) in [("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")] {
            let above = format!("doc:{}{above}", level - 1);
            tuples.push(format!("{above}#up@doc:{level}{below}{under}"));
        }
    }
    for side in ["a", "b"] {
        let last = format!("doc:{}{side}", levels - 1);
        tuples.push(format!("{last}#up@{last}{under}"));
    }
    world(model, &tuples)
}

/// `helper` of everything would take too long.
const ASKED: fn(&str) -> bool = |action| action != "helper";

/// What a check runs out of its budget for is a deny, one level less is not.
#[test]
fn questions_about_the_budget() {
    for (levels, allowed, too_much) in [(15, 4, 0), (18, 3, 3)] {
        let said = same(
            &levels.to_string(),
            &doubling(levels, 2, ""),
            ASKED,
            &["{}"],
        );
        let found = [said.get("allow"), said.get("too-much")];
        let found = found.map(|count| count.copied().unwrap_or_default());
        // `own` and `x` of both; `x` and `y` of the first are too much first.
        assert_eq!(found, [allowed, too_much], "{levels}: {said:?}");
    }
}

/// Where a request's context decides whether a check runs out of its budget, there is no slice, and no guess.
#[test]
fn conditions_about_the_budget() {
    let snapshot = doubling(12, 2, " with c");
    let said = same("12", &snapshot, ASKED, &["{}", "{\"x\":1}", "{\"x\":0}"]);
    all_said(&said, &["allow", "deny", "condition"]);
    let snapshot = doubling(20, 2, " with c");
    let refused = snapshot.slice(&object("user:0")).map(|_| ());
    assert_eq!(refused, Err(SliceError::TooMuch));
}

/// A slice has a budget of its own, whatever the budget of each of its checks.
#[test]
fn many_questions_about_the_budget() {
    let refused = doubling(23, 5, "").slice(&object("user:0")).map(|_| ());
    assert_eq!(refused, Err(SliceError::TooMuch));
}
