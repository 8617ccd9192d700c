//! The language, as plain as its definition: text, no numbers, no memory, no layers.

mod condition;
mod model;

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use model::{Model, Rewrite, bound, named, type_of};

/// `(object, relation, subject)`, as texts; after the subject may stand ` with NAME {…}`, the condition
/// that the tuple holds under.
pub(crate) type Fact = (String, String, String);

/// Adds a fact; there is one for each object, relation and subject, whatever its condition.
pub(crate) fn write(facts: &mut BTreeSet<Fact>, fact: Fact) {
    erase(facts, &fact);
    facts.insert(fact);
}

/// Removes a fact, whatever its condition.
pub(crate) fn erase(facts: &mut BTreeSet<Fact>, (object, relation, subject): &Fact) {
    let subject = named(subject);
    let first = (object.clone(), relation.clone(), subject.to_owned());
    let is_same =
        |fact: &&Fact| fact.0 == *object && fact.1 == *relation && named(&fact.2) == subject;
    // What has a condition follows what has none.
    let held: Vec<Fact> = facts.range(first..).take_while(is_same).cloned().collect();
    for fact in held {
        facts.remove(&fact);
    }
}

/// What is asked.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    /// Has the subject the relation on the object?
    pub(crate) fact: Fact,
    /// Contextual tuples.
    pub(crate) contextual: Vec<Fact>,
    /// Values of conditions' parameters: a JSON object.
    pub(crate) values: String,
}

/// What a check comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Yes,
    No,
    /// No on this path: it leads back to itself.
    Circle,
    /// Any of these: there is no order among what has no answer.
    Error(Errors),
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Errors {
    deep: bool,
    condition: bool,
}

/// What the reference says, and what it met on the way.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// Whether, or the word of the error.
    pub(crate) answer: Result<bool, &'static str>,
    /// The word of another error that stands for the same.
    pub(crate) or: Option<&'static str>,
    /// Relations of objects that were looked at.
    pub(crate) steps: u32,
    /// Some path led back to itself.
    pub(crate) circle: bool,
    /// Some tuple with a condition was looked at.
    pub(crate) conditions: bool,
    /// Some condition had no answer.
    pub(crate) failed: bool,
}

impl Outcome {
    /// Whether an engine's answer is this one.
    pub(crate) fn is(&self, found: Result<bool, &'static str>) -> bool {
        found == self.answer || self.or.is_some_and(|or| found == Err(or))
    }
}

/// Deepest chain of usersets and `from`, counted in relations.
const HOPS: usize = 25;
/// The reference forgets what it knows, so some questions would take it too long.
const STEPS: u32 = 1_000;

/// Subjects by object and relation.
pub(crate) type Rows<'a> = BTreeMap<(&'a str, &'a str), Vec<&'a str>>;

/// What counts of what is stored: not what the model does not allow any more.
pub(crate) fn rows<'a>(model: &Model, facts: impl IntoIterator<Item = &'a Fact>) -> Rows<'a> {
    let mut rows = Rows::new();
    for fact in facts.into_iter().filter(|fact| model.counts(fact)) {
        rows.entry((&fact.0, &fact.1)).or_default().push(&fact.2);
    }
    rows
}

/// Answers without values of parameters; none when it would take too long.
pub(crate) fn check(
    model: &Model,
    stored: &Rows<'_>,
    question: &Fact,
    contextual: &[Fact],
) -> Option<Outcome> {
    let question = Question {
        fact: question.clone(),
        contextual: contextual.to_vec(),
        values: "{}".to_owned(),
    };
    answer(model, stored, &question)
}

/// Answers; none when it would take too long.
pub(crate) fn answer(model: &Model, stored: &Rows<'_>, question: &Question) -> Option<Outcome> {
    let mut outcome = Outcome {
        answer: Ok(false),
        or: None,
        steps: 0,
        circle: false,
        conditions: false,
        failed: false,
    };
    if let Some(kind) = refused(model, question) {
        outcome.answer = Err(kind);
        return Some(outcome);
    }
    let (object, relation, subject) = &question.fact;
    // The last of those that differ in nothing but their condition.
    let mut contextual = BTreeSet::new();
    for fact in &question.contextual {
        write(&mut contextual, fact.clone());
    }
    let mut search = Search {
        model,
        stored,
        contextual: rows(model, &contextual),
        subject,
        values: &question.values,
        path: Vec::new(),
        seen: &mut outcome,
    };
    let answer = search.holds(object, relation, 0)?;
    match answer {
        Answer::Yes => outcome.answer = Ok(true),
        Answer::No | Answer::Circle => {}
        Answer::Error(errors) => {
            let deep = errors.deep.then_some("too-deep");
            let mut kinds = deep
                .into_iter()
                .chain(errors.condition.then_some("condition"));
            outcome.answer = Err(kinds.next().expect("an error"));
            outcome.or = kinds.next();
        }
    }
    Some(outcome)
}

/// Why a question is none.
fn refused(model: &Model, question: &Question) -> Option<&'static str> {
    let (object, relation, subject) = &question.fact;
    if !model.types.contains_key(type_of(object)) {
        return Some("unknown-type");
    }
    if model.rewrite(type_of(object), relation).is_none() {
        return Some("unknown-relation");
    }
    if !model.types.contains_key(type_of(subject)) {
        return Some("unknown-type");
    }
    let of = subject.split_once('#');
    if of.is_some_and(|(of, member)| model.rewrite(type_of(of), member).is_none()) {
        return Some("unknown-relation");
    }
    let mut contextual = question.contextual.iter();
    (!contextual.all(|fact| model.allows(fact))).then_some("bad-context")
}

struct Search<'a> {
    model: &'a Model,
    stored: &'a Rows<'a>,
    contextual: Rows<'a>,
    subject: &'a str,
    values: &'a str,
    path: Vec<(&'a str, &'a str)>,
    seen: &'a mut Outcome,
}

impl<'a> Search<'a> {
    fn holds(&mut self, object: &'a str, relation: &'a str, hops: usize) -> Option<Answer> {
        self.seen.steps += 1;
        if self.seen.steps > STEPS {
            return None;
        }
        if hops == HOPS {
            return Some(Answer::Error(Errors {
                deep: true,
                condition: false,
            }));
        }
        if self.subject.split_once('#') == Some((object, relation)) {
            return Some(Answer::Yes);
        }
        let goal = (object, relation);
        if self.path.contains(&goal) {
            self.seen.circle = true;
            return Some(Answer::Circle);
        }
        self.path.push(goal);
        let rewrite = self
            .model
            .rewrite(type_of(object), relation)
            .expect("defined");
        let answer = self.rewrite(rewrite, object, relation, hops);
        self.path.pop();
        answer
    }

    fn rewrite(
        &mut self,
        rewrite: &'a Rewrite,
        object: &'a str,
        relation: &'a str,
        hops: usize,
    ) -> Option<Answer> {
        match rewrite {
            Rewrite::Computed(other) => self.holds(object, other, hops),
            Rewrite::Direct(_) => {
                let everyone = format!("{}:*", type_of(self.subject));
                let plain = !self.subject.contains('#');
                let mut all = Vec::new();
                for found in self.subjects(object, relation) {
                    let subject = named(found);
                    if subject == self.subject || plain && subject == everyone {
                        all.push(self.met(found));
                    } else if let Some((of, member)) = subject.split_once('#') {
                        let met = self.met(found);
                        all.push(match met {
                            Answer::Yes => self.holds(of, member, hops + 1)?,
                            _ => met,
                        });
                    }
                }
                Some(any(&all))
            }
            Rewrite::From(wanted, tupleset) => {
                let mut all = Vec::new();
                for found in self.subjects(object, tupleset) {
                    let next = named(found);
                    if self.model.rewrite(type_of(next), wanted).is_none() {
                        continue;
                    }
                    let met = self.met(found);
                    all.push(match met {
                        Answer::Yes => self.holds(next, wanted, hops + 1)?,
                        _ => met,
                    });
                }
                Some(any(&all))
            }
            Rewrite::Or(operands) => {
                let mut all = Vec::new();
                for operand in operands {
                    all.push(self.rewrite(operand, object, relation, hops)?);
                }
                Some(any(&all))
            }
            Rewrite::And(operands) => {
                let mut all = Vec::new();
                for operand in operands {
                    all.push(self.rewrite(operand, object, relation, hops)?);
                }
                Some(if all.contains(&Answer::No) {
                    Answer::No
                } else if all.contains(&Answer::Circle) {
                    Answer::Circle
                } else {
                    errors(&all).unwrap_or(Answer::Yes)
                })
            }
            Rewrite::ButNot(base, subtract) => {
                let base = self.rewrite(base, object, relation, hops)?;
                let subtract = self.rewrite(subtract, object, relation, hops)?;
                Some(match (base, subtract) {
                    (Answer::No, _) => Answer::No,
                    (Answer::Circle, _) => Answer::Circle,
                    (_, Answer::Yes) => Answer::No,
                    (_, Answer::Circle) => Answer::Circle,
                    (Answer::Yes, Answer::No) => Answer::Yes,
                    _ => errors(&[base, subtract]).expect("an error"),
                })
            }
        }
    }

    /// Subjects with their conditions. A contextual tuple stands for the stored one that differs in
    /// nothing but its condition.
    fn subjects(&self, object: &str, relation: &str) -> Vec<&'a str> {
        let row = |rows: &Rows<'a>| rows.get(&(object, relation)).cloned().unwrap_or_default();
        let mut all = row(&self.contextual);
        let stored = row(self.stored).into_iter();
        let names: Vec<&str> = all.iter().map(|found| named(found)).collect();
        let others: Vec<&str> = stored
            .filter(|found| !names.contains(&named(found)))
            .collect();
        all.extend(others);
        all
    }

    /// Whether a tuple holds.
    fn met(&mut self, subject: &str) -> Answer {
        let Some((name, values)) = bound(subject) else {
            return Answer::Yes;
        };
        self.seen.conditions = true;
        match self.model.conditions[name].is_met(values, self.values) {
            Ok(true) => Answer::Yes,
            Ok(false) => Answer::No,
            Err(_) => {
                self.seen.failed = true;
                Answer::Error(Errors {
                    deep: false,
                    condition: true,
                })
            }
        }
    }
}

/// One that is true beats what has no answer.
fn any(all: &[Answer]) -> Answer {
    if all.contains(&Answer::Yes) {
        Answer::Yes
    } else if let Some(error) = errors(all) {
        error
    } else if all.contains(&Answer::Circle) {
        Answer::Circle
    } else {
        Answer::No
    }
}

/// What has no answer among all.
fn errors(all: &[Answer]) -> Option<Answer> {
    let mut errors = Errors::default();
    for answer in all {
        if let Answer::Error(found) = answer {
            errors.deep |= found.deep;
            errors.condition |= found.condition;
        }
    }
    (errors != Errors::default()).then_some(Answer::Error(errors))
}
