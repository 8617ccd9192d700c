//! Generated questions as a file, for engines in any language: the wasm package gives in Node the answers
//! that are given here, where the reference is at hand.
//!
//! `TIDEGATE_CASES_FILE=PATH TIDEGATE_CASES_WORLDS=N cargo test -p tidegate-policy --test it cases` writes the
//! cases of N worlds, beginning with `TIDEGATE_SEED` [1]; `cargo xtask test wasm` has them answered. Each line
//! of the file is one JSON object, a world in its stages:
//!
//! ```json
//! {"seed": 1, "stages": [
//!   {"set": {"revision": 1, "model": "model\n  schema 1.1\n…", "tuples": ["doc:a#r0@user:1 with c0 {\"x\":1}"]},
//!    "cases": [
//!     {"ask": "check", "request": {"subject": "user:1", "relation": "r0", "object": "doc:a",
//!       "contextualTuples": [], "context": {"x": 3}}, "expect": {"allowed": false, "reason": "not-granted"}},
//!     {"ask": "listObjects", "request": {…, "type": "doc", "limit": 2}, "expect": [{"found": […], …}]}]},
//!   {"set": {"revision": 2, "delete": […], "write": […]}, "cases": […]}]}
//! ```
//!
//! An explanation is asked for as a check is, where its native one is complete in few steps (`"ask": "explain"`):
//! what is incomplete says how far a budget goes, and takes long. A slice comes with its world's last question, as the
//! payload of a bundle, with what to ask of it and every answer (`"ask": "slice"`, see the module `slice`).
//!
//! `set` is what the package's engine is made of, then what it is changed by; `ask` is the name of the
//! engine's function, and `expect` what it returns: of a list all pages, one after the other, and for an error
//! `{"thrown": …}` with its kind and what it names.

mod slice;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::sync::Mutex;

use serde_json::{Value, json};
use tidegate_policy::{
    Budget, Change, CheckError, CheckRequest, Context, ListError, ListObjectsRequest,
    ListUsersRequest, Page, Subject, SubjectKind, Tuple,
};

use crate::agree::{Drawn, answer, question, tuple};
use crate::random::Random;
use crate::reference::{self, Fact, Question};
use crate::scale::{Seen, each_seed};

/// Where no file is wanted.
const WORLDS: u64 = 50;
/// As built, after changes, under another model.
const QUESTIONS: [usize; 3] = [12, 6, 6];
/// One question in so many is also put as both lists.
const LISTS_EVERY: usize = 3;
/// One question in so many is also put as an explanation.
const EXPLAIN_EVERY: usize = 2;
/// Explanations that take more steps are left out.
const FEW_STEPS: u32 = 2_000;

/// Writes the file, if one is named, and holds that there is something in it.
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a test may be told its file and scale"
)]
fn cases_are_as_the_reference_says() {
    let worlds = std::env::var("TIDEGATE_CASES_WORLDS");
    let worlds = worlds.map_or(WORLDS, |count| count.parse().expect("a number"));
    let file = std::env::var_os("TIDEGATE_CASES_FILE");
    let file = file.map(|path| Mutex::new(BufWriter::new(File::create(path).expect("a file"))));
    let seen = each_seed(worlds, |seed, seen| {
        let line = world(seed, seen);
        if let Some(file) = &file {
            let mut file = file.lock().expect("a file");
            writeln!(file, "{line}").expect("a line is written");
        }
    });
    if let Some(file) = file {
        let mut file = file.into_inner().expect("a file");
        file.flush().expect("the file is written");
    }
    let checks = seen.of("checks");
    for (what, percent) in [
        ("allowed", 30),
        ("errors", 3),
        ("with values", 30),
        ("lists", 50),
        ("proofs", 8),
        ("remedies", 8),
        ("errors of explanations", 1),
        ("slices", 2),
        ("answers of slices, allowed", 10),
        ("answers of slices, denied", 500),
    ] {
        seen.at_least(what, checks * percent / 100);
    }
    seen.at_least("lists of several pages", checks / 100);
    seen.at_least("lists that lack something", checks / 200);
}

/// A line.
fn world(seed: u64, seen: &mut Seen) -> Value {
    let random = &mut Random::new(seed);
    let mut drawn = Drawn::new(random);
    let mut stages = Vec::new();
    let asked_at = random.within(1, QUESTIONS.len());
    for (questions, revision) in QUESTIONS.into_iter().zip(1..) {
        let set = match revision {
            1 => {
                let tuples = texts(drawn.facts.iter());
                json!({ "revision": revision, "model": drawn.text, "tuples": tuples })
            }
            2 => {
                let (held, before) = (drawn.snapshot.clone(), drawn.facts.clone());
                drawn.change(random);
                let gone: Vec<&Fact> = before.difference(&drawn.facts).collect();
                let new: Vec<&Fact> = drawn.facts.difference(&before).collect();
                // In the order of the file: the order of a proof's parts follows from it.
                let deletes = gone.iter().map(|fact| Change::Delete(tuple(fact)));
                let writes = new.iter().map(|fact| Change::Write(tuple(fact)));
                let changes: Vec<Change> = deletes.chain(writes).collect();
                let changed = held.apply(held.revision() + 1, &changes);
                drawn.snapshot = changed.expect("the model allows these tuples");
                json!({
                    "revision": revision,
                    "delete": texts(gone.into_iter()),
                    "write": texts(new.into_iter()),
                })
            }
            _ => {
                drawn.remodel(random);
                json!({ "revision": revision, "model": drawn.text })
            }
        };
        let mut cases = cases(random, &drawn, questions, seen);
        if revision == asked_at {
            cases.extend(slice::case(random, &drawn, seen));
        }
        stages.push(json!({ "set": set, "cases": cases }));
    }
    json!({ "seed": seed, "stages": stages })
}

fn texts<'a>(facts: impl Iterator<Item = &'a Fact>) -> Vec<String> {
    facts.map(|fact| tuple(fact).to_string()).collect()
}

fn cases(random: &mut Random, drawn: &Drawn, questions: usize, seen: &mut Seen) -> Vec<Value> {
    let rows = reference::rows(&drawn.model, &drawn.facts);
    let mut cases = Vec::new();
    for number in 0..questions {
        let Some((question, outcome)) = question(random, drawn, &rows, number) else {
            continue;
        };
        let found = answer(&drawn.snapshot, &question);
        assert!(
            outcome.is(found),
            "{found:?}, expected {outcome:?}: {question:?}\n{}\n{:#?}",
            drawn.text,
            drawn.facts
        );
        let put = Put::new(drawn, &question);
        seen.count("checks");
        seen.count_if("allowed", found == Ok(true));
        seen.count_if("errors", found.is_err());
        seen.count_if("with values", question.values != "{}");
        cases.push(put.check(found));
        if number % EXPLAIN_EVERY == 0 {
            cases.extend(put.explain(seen));
        }
        if number % LISTS_EVERY == 0 {
            let limit = random.within(1, 4);
            for list in [put.objects(limit), put.users(limit)] {
                seen.count("lists");
                let pages = list["expect"].as_array();
                seen.count_if(
                    "lists of several pages",
                    pages.is_some_and(|pages| pages.len() > 1),
                );
                let lacks = pages.is_some_and(|pages| {
                    let mut pages = pages.iter();
                    pages.any(|page| page["complete"] == false)
                });
                seen.count_if("lists that lack something", lacks);
                cases.push(list);
            }
        }
    }
    cases
}

/// A question in the ways that it can be put.
struct Put<'a> {
    drawn: &'a Drawn,
    asked: Tuple,
    contextual: Vec<Tuple>,
    context: Context,
    /// What holds for this question alone, as the package takes it.
    given: Value,
}

impl<'a> Put<'a> {
    fn new(drawn: &'a Drawn, question: &Question) -> Self {
        let values: Value = serde_json::from_str(&question.values).expect("values");
        Self {
            drawn,
            asked: tuple(&question.fact),
            contextual: question.contextual.iter().map(tuple).collect(),
            context: question.values.parse().expect("values"),
            given: json!({
                "contextualTuples": texts(question.contextual.iter()),
                "context": values,
            }),
        }
    }

    fn check(&self, found: Result<bool, &'static str>) -> Value {
        let Tuple {
            object,
            relation,
            subject,
            ..
        } = &self.asked;
        let expect = match found {
            Ok(true) => json!({ "allowed": true }),
            Ok(false) => json!({ "allowed": false, "reason": "not-granted" }),
            Err(kind) => json!({ "allowed": false, "reason": kind }),
        };
        let request = json!({
            "subject": subject.to_string(),
            "relation": relation.to_string(),
            "object": object.to_string(),
        });
        self.case("check", request, &expect)
    }

    /// None where it takes too long.
    fn explain(&self, seen: &mut Seen) -> Option<Value> {
        let Tuple {
            object,
            relation,
            subject,
            ..
        } = &self.asked;
        let asked = CheckRequest {
            subject,
            relation,
            object,
            contextual_tuples: &self.contextual,
            context: &self.context,
        };
        let few = Budget {
            steps: FEW_STEPS,
            ..Budget::DEFAULT
        };
        let expect = match self.drawn.snapshot.explain(&asked, &few) {
            Ok(found) if found.is_complete() => {
                seen.count(if found.is_allowed() {
                    "proofs"
                } else {
                    "remedies"
                });
                serde_json::to_value(&found).expect("JSON")
            }
            Ok(_) => {
                seen.count("incomplete explanations");
                return None;
            }
            Err(error) => {
                seen.count("errors of explanations");
                json!({ "thrown": { "kind": error.kind() } })
            }
        };
        let request = json!({
            "subject": subject.to_string(),
            "relation": relation.to_string(),
            "object": object.to_string(),
        });
        Some(self.case("explain", request, &expect))
    }

    fn objects(&self, limit: usize) -> Value {
        let Tuple {
            object,
            relation,
            subject,
            ..
        } = &self.asked;
        let expect = pages(|after| {
            self.drawn.snapshot.list_objects(&ListObjectsRequest {
                subject,
                relation,
                object_type: object.type_name(),
                contextual_tuples: &self.contextual,
                context: &self.context,
                after,
                limit,
            })
        });
        let request = json!({
            "subject": subject.to_string(),
            "relation": relation.to_string(),
            "type": object.type_name(),
            "limit": limit,
        });
        self.case("listObjects", request, &expect)
    }

    fn users(&self, limit: usize) -> Value {
        let Tuple {
            object,
            relation,
            subject,
            ..
        } = &self.asked;
        let (kind, text) = match subject {
            Subject::Userset { object, relation } => {
                let type_name = object.type_name();
                let text = format!("{type_name}#{relation}");
                (
                    SubjectKind::Userset {
                        type_name,
                        relation,
                    },
                    text,
                )
            }
            other => {
                let type_name = other.type_name();
                (SubjectKind::Type(type_name), type_name.to_owned())
            }
        };
        let expect = pages(|after| {
            self.drawn.snapshot.list_users(&ListUsersRequest {
                object,
                relation,
                kind,
                contextual_tuples: &self.contextual,
                context: &self.context,
                after,
                limit,
            })
        });
        let request = json!({
            "object": object.to_string(),
            "relation": relation.to_string(),
            "kind": text,
            "limit": limit,
        });
        self.case("listUsers", request, &expect)
    }

    fn case(&self, ask: &str, mut request: Value, expect: &Value) -> Value {
        let fields = request.as_object_mut().expect("an object");
        fields.extend(self.given.as_object().expect("an object").clone());
        json!({ "ask": ask, "request": request, "expect": expect })
    }
}

/// All pages of a list as the package returns them, or what it throws.
fn pages<T: Clone + ToString>(
    mut page: impl FnMut(Option<&T>) -> Result<Page<T>, ListError>,
) -> Value {
    let (mut pages, mut after) = (Vec::new(), None);
    loop {
        let page = match page(after.as_ref()) {
            Ok(page) => page,
            Err(error) => return thrown(&error),
        };
        let mut found = json!({
            "found": page.found.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "complete": page.complete,
        });
        if let Some(next) = &page.next {
            found["next"] = next.to_string().into();
        }
        if let Some(reason) = page.error.as_ref().map(CheckError::kind) {
            found["reason"] = reason.into();
        }
        pages.push(found);
        after = page.next;
        if after.is_none() {
            return pages.into();
        }
    }
}

fn thrown(error: &ListError) -> Value {
    let mut thrown = json!({ "kind": error.kind() });
    match error {
        ListError::UnknownType(name) => thrown["type"] = name.as_str().into(),
        ListError::UnknownRelation {
            type_name,
            relation,
        } => {
            thrown["type"] = type_name.as_str().into();
            thrown["relation"] = relation.as_str().into();
        }
        ListError::Context { .. } | ListError::TooManyTuples(_) => {}
    }
    json!({ "thrown": thrown })
}
