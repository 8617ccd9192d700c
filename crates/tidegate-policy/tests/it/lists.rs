//! Whether lists hold what the reference's checks say, for every name there is.

use std::collections::BTreeSet;

use tidegate_policy::{
    Context, ListObjectsRequest, ListUsersRequest, Page, Subject, SubjectKind, Tuple,
};

use crate::agree::{Drawn, tuple};
use crate::random::Random;
use crate::reference::{self, Fact, Question, Rows, bound, named, type_of};
use crate::scale::{Seen, each_seed, scaled};

const WORLDS: u64 = 250;
const FULL_WORLDS: u64 = 5_500;
/// Each is put as a list of objects and as a list of users.
const QUESTIONS: usize = 12;

/// The names of a list, and whether it is complete; or the word of the error.
type Listed = Result<(Vec<String>, bool), &'static str>;

/// Every page of a list as one.
fn all<T: ToString + PartialOrd>(
    mut page: impl FnMut(Option<&T>) -> Result<Page<T>, &'static str>,
) -> Listed {
    let (mut found, mut complete, mut after) = (Vec::new(), true, None);
    loop {
        let next = page(after.as_ref())?;
        found.extend(next.found.iter().map(ToString::to_string));
        complete &= next.complete;
        assert!(next.next.is_none() || next.next > after, "pages go on");
        after = next.next;
        if after.is_none() {
            return Ok((found, complete));
        }
    }
}

/// One question, put as a list of objects and as a list of users.
struct Case<'a> {
    drawn: &'a Drawn,
    rows: &'a Rows<'a>,
    question: &'a Question,
    limit: usize,
}

/// What the reference says of some names: those that have it, and those whose check has no answer.
struct Truth {
    held: BTreeSet<String>,
    open: BTreeSet<String>,
}

impl Case<'_> {
    fn objects(&self) -> Listed {
        let asked = tuple(&self.question.fact);
        let (contextual, context) = (self.tuples(), self.values());
        all(|after| {
            let request = ListObjectsRequest {
                subject: &asked.subject,
                relation: &asked.relation,
                object_type: asked.object.type_name(),
                contextual_tuples: &contextual,
                context: &context,
                after,
                limit: self.limit,
            };
            let page = self.drawn.snapshot.list_objects(&request);
            page.map_err(|error| error.kind())
        })
    }

    fn users(&self) -> Listed {
        let asked = tuple(&self.question.fact);
        let (contextual, context) = (self.tuples(), self.values());
        let kind = match &asked.subject {
            Subject::Userset { object, relation } => SubjectKind::Userset {
                type_name: object.type_name(),
                relation,
            },
            other => SubjectKind::Type(other.type_name()),
        };
        all(|after| {
            let request = ListUsersRequest {
                object: &asked.object,
                relation: &asked.relation,
                kind,
                contextual_tuples: &contextual,
                context: &context,
                after,
                limit: self.limit,
            };
            let page = self.drawn.snapshot.list_users(&request);
            page.map_err(|error| error.kind())
        })
    }

    fn tuples(&self) -> Vec<Tuple> {
        self.question.contextual.iter().map(tuple).collect()
    }

    fn values(&self) -> Context {
        self.question.values.parse().expect("values")
    }

    /// Whether some tuple's condition has no answer: a list of users says so wherever the way leads past it.
    fn is_unanswered(&self) -> bool {
        let facts = self.drawn.facts.iter().chain(&self.question.contextual);
        let mut bounds = facts.filter_map(|(_, _, subject)| bound(subject));
        bounds.any(|(name, stored)| {
            let condition = self.drawn.model.conditions.get(name);
            condition.is_some_and(|found| found.is_met(stored, &self.question.values).is_err())
        })
    }

    /// Every object of a type that stands anywhere.
    fn names(&self, type_name: &str) -> BTreeSet<String> {
        let facts = self.drawn.facts.iter().chain(&self.question.contextual);
        let facts = facts.chain([&self.question.fact]);
        let names = facts.flat_map(|(object, _, subject)| {
            let of = named(subject).split('#').next().unwrap_or_default();
            [object.as_str(), of]
        });
        let is_object = |name: &&str| type_of(name) == type_name && !name.ends_with(":*");
        names.filter(is_object).map(str::to_owned).collect()
    }

    /// Asks the reference about each; none when that would take too long.
    fn truth(
        &self,
        rows: &Rows<'_>,
        contextual: &[Fact],
        questions: impl IntoIterator<Item = (String, Fact)>,
    ) -> Option<Result<Truth, &'static str>> {
        let mut truth = Truth {
            held: BTreeSet::new(),
            open: BTreeSet::new(),
        };
        for (name, question) in questions {
            let question = Question {
                fact: question,
                contextual: contextual.to_vec(),
                values: self.question.values.clone(),
            };
            match reference::answer(&self.drawn.model, rows, &question)?.answer {
                Ok(true) => drop(truth.held.insert(name)),
                Ok(false) => {}
                Err("too-deep" | "condition") => drop(truth.open.insert(name)),
                Err(kind) => return Some(Err(kind)),
            }
        }
        Some(Ok(truth))
    }

    fn objects_in_truth(&self) -> Option<Result<Truth, &'static str>> {
        let (object, relation, subject) = &self.question.fact;
        let names = self.names(type_of(object)).into_iter();
        let questions = names.map(|name| (name.clone(), (name, relation.clone(), subject.clone())));
        self.truth(self.rows, &self.question.contextual, questions)
    }

    /// Of every subject of the kind; with no wildcard of it anywhere if so wanted.
    fn users_in_truth(&self, wildcards: bool) -> Option<Result<Truth, &'static str>> {
        let (object, relation, subject) = &self.question.fact;
        let type_name = type_of(subject);
        let mut names = self.names(type_name);
        match subject.split_once('#') {
            Some((_, member)) => {
                names = names
                    .iter()
                    .map(|name| format!("{name}#{member}"))
                    .collect();
            }
            None => drop(names.insert(format!("{type_name}:*"))),
        }
        let questions = names
            .into_iter()
            .map(|name| (name.clone(), (object.clone(), relation.clone(), name)));
        if wildcards {
            return self.truth(self.rows, &self.question.contextual, questions);
        }
        let everyone = format!("{type_name}:*");
        let model = &self.drawn.model;
        let without = |fact: &&Fact| named(&fact.2) != everyone;
        let rows = reference::rows(model, self.drawn.facts.iter().filter(without));
        let contextual = self.question.contextual.iter();
        let contextual: Vec<Fact> = contextual.filter(without).cloned().collect();
        self.truth(&rows, &contextual, questions)
    }

    /// Counts what the case shows.
    #[track_caller]
    fn hold(&self, seen: &mut Seen) {
        let mut count = |what| seen.count(what);
        let at = || {
            let (text, facts) = (&self.drawn.text, &self.drawn.facts);
            format!("{text}\n{facts:#?}\n{:?}", self.question)
        };
        if let Some(truth) = self.objects_in_truth() {
            let found = self.objects();
            // An object without an answer is no candidate where no chain of tuples leads to it.
            let expected = truth.map(|truth| {
                let complete = found.as_ref().is_ok_and(|(_, complete)| *complete);
                let complete = complete || truth.open.is_empty();
                (truth.held.into_iter().collect(), complete)
            });
            assert_eq!(found, expected, "objects, {}", at());
            count("objects");
            match found {
                Ok((found, complete)) => {
                    if found.len() > self.limit {
                        count("objects, pages");
                    }
                    if !complete {
                        count("objects, incomplete");
                    }
                }
                Err(_) => count("objects, errors"),
            }
        }
        let Some((truth, plain)) = self.users_in_truth(true).zip(self.users_in_truth(false)) else {
            return;
        };
        count("users");
        let (truth, plain) = match (truth, plain) {
            (Ok(truth), Ok(plain)) => (truth, plain),
            (Err(kind), _) | (_, Err(kind)) => {
                count("users, errors");
                return assert_eq!(self.users(), Err(kind), "users, {}", at());
            }
        };
        let (found, complete) = self.users().expect("a list");
        let everyone = format!("{}:*", type_of(&self.question.fact.2));
        let mut sorted = found.clone();
        sorted.sort_by_key(|name| (*name == everyone, name.clone()));
        assert_eq!(found, sorted, "users, {}", at());
        let found: BTreeSet<String> = found.into_iter().collect();
        if truth.held.contains(&everyone) {
            count("users, wildcard");
            assert!(found.contains(&everyone), "users, {}", at());
            assert!(found.is_subset(&truth.held), "users, {}", at());
            // Who has it without the wildcard too is there by name.
            let mut by_name = truth.held.intersection(&plain.held);
            assert!(by_name.all(|name| found.contains(name)), "users, {}", at());
            if found.len() > 1 {
                count("users, wildcard and names");
            }
            if found.len() < truth.held.len() {
                count("users, by the wildcard alone");
            }
        } else {
            assert_eq!(found, truth.held, "users, {}", at());
            if found.len() > self.limit {
                count("users, pages");
            }
        }
        let may_lack = !truth.open.is_empty() || self.is_unanswered();
        assert!(complete || may_lack, "users, {}", at());
        assert!(
            !complete || !truth.open.contains(&everyone),
            "users, {}",
            at()
        );
        if !complete {
            count("users, incomplete");
        }
        if self.question.fact.2.contains('#') {
            count("usersets");
            if !found.is_empty() {
                count("usersets, some");
            }
        }
    }
}

#[test]
fn lists_hold_what_checks_say() {
    let seen = each_seed(scaled(WORLDS, FULL_WORLDS), lists);
    let lists = seen.of("objects") + seen.of("users");
    let least = scaled(4_000, 100_000);
    assert!(lists >= least, "{lists} lists of at least {least}: {seen}");
    for (what, least) in [
        ("objects", 2_000),
        ("objects, pages", 80),
        ("objects, incomplete", 15),
        ("objects, errors", 50),
        ("users", 2_000),
        ("users, pages", 12),
        ("users, incomplete", 20),
        ("users, wildcard", 30),
        ("users, wildcard and names", 20),
        ("users, by the wildcard alone", 20),
        ("usersets, some", 15),
        ("with contextual tuples", 300),
    ] {
        seen.at_least(what, least);
    }
}

/// One world: as it is built, after changes, under another model.
fn lists(seed: u64, seen: &mut Seen) {
    let random = &mut Random::new(seed);
    let mut drawn = Drawn::new(random);
    for number in 0..QUESTIONS {
        if number == QUESTIONS / 3 {
            drawn.change(random);
        } else if number == QUESTIONS * 2 / 3 {
            drawn.remodel(random);
        }
        let case = Case {
            drawn: &drawn,
            rows: &reference::rows(&drawn.model, &drawn.facts),
            question: &drawn.world().asked(random),
            limit: random.within(1, 4),
        };
        case.hold(seen);
        seen.count_if(
            "with contextual tuples",
            !case.question.contextual.is_empty(),
        );
    }
}
