//! Slices: what one subject may do, by itself.
//!
//! A slice is the answers for one subject, worked out from the whole snapshot: for each object on which it
//! may have some relation, what a check of each relation comes to: yes, yes under conditions (a formula
//! that a request's context is put into), or nothing. What is not in it is a no. Groups and folders in
//! between are not in it, nor is anything of another subject.
//!
//! **A slice answers as the whole does**, for its own subject and the kinds of secret that it was made for:
//! [`Slice::decide`] follows [`decide`](crate::decide()), with the caps of these kinds; what has no standing is
//! not in it; an error of a check is a deny, as everywhere: so is what is further away than a check goes, and
//! what a check runs out of its budget for. It answers [`Answer::Unknown`] for what it does not know of, and
//! only for that: another subject, a caller without a secret, contextual tuples, and a kind of secret that it
//! was not made for.
//!
//! **There is all of a slice or none.** One of more than [`MAX_SLICE_OBJECTS`] objects, or that takes more than
//! [`MAX_SLICE_STEPS`] to make, is refused with a typed error: the whole snapshot has to be asked.
//!
//! Kinds that are checked as `anonymous` have a section of their own, with the answers of
//! `anonymous:anonymous`. A slice [for one kind](Snapshot::slice_for_kind) has only what that kind may
//! exercise: a public-read secret, which anybody may have seen, does not tell what its user may see.
//!
//! **What a reader learns**: the objects on which it may have something, which of the relations that its
//! kinds may exercise, and, where that depends on conditions, their texts and what the tuples on the way say of
//! them, but not whose tuples these are. It could learn each of these names by a check of its own: a formula is
//! left out, with its object, where it is never a yes, whichever conditions are met, are not met, or lack a
//! value. That takes conditions for what they are called and not for what they compute: an object behind `x > 5`
//! and `x < 3` is named, though no request meets both.

mod build;
mod change;
mod error;
mod evaluate;
mod found;
mod order;
mod payload;
mod residual;
mod reveal;
mod section;
mod terms;
#[cfg(test)]
mod tests;

pub use change::SliceChange;
pub use error::{SliceChangeError, SliceError};

use uuid::Uuid;

use crate::check::MAX_STEPS;
use crate::condition::Context;
use crate::decide::{Caller, Request};
use crate::tuple::Object;
use evaluate::{Evaluation, Value};
use section::{Row, Section};
use terms::Terms;

/// The audience of bundles that hold a slice: the holder of a secret.
pub const AUDIENCE: &str = "slice";
/// Longest payload of a slice, or of a change of one. Bytes.
pub const MAX_SLICE_BYTES: usize = 64 << 20;
/// Most objects of a section of a slice: the subject's own, or that of `anonymous`.
pub const MAX_SLICE_OBJECTS: usize = 2_000_000;
/// Most steps of the making of a section of a slice, counted as those of a [check](crate::check::MAX_STEPS). The
/// first 64 for each relation of an object are free.
pub const MAX_SLICE_STEPS: u32 = 16 * MAX_STEPS;

/// What one subject may do, at one revision.
#[derive(Clone, Debug)]
pub struct Slice {
    subject: Object,
    uid: Uuid,
    revision: u64,
    kinds: Kinds,
    terms: Terms,
    /// Its own answers; none where no kind is checked as the subject itself.
    own: Option<Section>,
    /// Those of `anonymous:anonymous`; none where no kind is checked as that.
    anonymous: Option<Section>,
}

/// The kinds of secret that a slice is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Kinds {
    /// Whether the subject can hold no other kinds: those are then refused, else unknown.
    all: bool,
    /// In the order of their names, each once.
    by_name: Vec<(String, Cap)>,
}

/// What a kind of secret may exercise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Cap {
    /// In order, each once; none means all.
    actions: Option<Vec<String>>,
    anonymous: bool,
}

impl Kinds {
    fn cap(&self, kind: &str) -> Option<&Cap> {
        let kinds = &self.by_name;
        let place = kinds.binary_search_by(|(name, _)| name.as_str().cmp(kind));
        place
            .ok()
            .and_then(|place| kinds.get(place))
            .map(|(_, cap)| cap)
    }
}

/// Whether one of sorted names is this.
fn has(names: &[String], wanted: &str) -> bool {
    let order = |name: &String| name.as_str().cmp(wanted);
    names.binary_search_by(order).is_ok()
}

/// What a slice says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Yes.
    Allow,
    /// No.
    Deny,
    /// It cannot say: the whole snapshot has to be asked.
    Unknown,
}

/// An object of a slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SliceEntry<'a> {
    /// `type:id`
    pub object: &'a str,
    /// A relation.
    pub relation: &'a str,
    /// What it comes to.
    pub outcome: Outcome,
}

/// What a relation of an object comes to, before a request's context is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The subject has it.
    Always,
    /// The subject has it under conditions.
    Conditional,
}

/// Objects of a type on which an action is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed<'a> {
    /// `type:id`, sorted.
    pub objects: Vec<&'a str>,
    /// Whether the slice was made for this kind of secret; if not, none is listed.
    pub complete: bool,
}

/// An action with a kind of secret, looked up: for [`Slice::answer_to`].
#[derive(Clone, Copy, Debug)]
pub struct Question(Result<(bool, u32), Answer>);

impl Slice {
    /// Whose it is.
    pub fn subject(&self) -> &Object {
        &self.subject
    }

    /// The subject's uid.
    pub fn uid(&self) -> Uuid {
        self.uid
    }

    /// Of the snapshot that it was made from.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The kinds of secret that it was made for.
    pub fn kinds(&self) -> impl Iterator<Item = &str> {
        self.kinds.by_name.iter().map(|(name, _)| name.as_str())
    }

    /// How many objects it knows: those of its own section, and those of the section of `anonymous`.
    pub fn len(&self) -> usize {
        self.sections().map(Section::len).sum()
    }

    /// Whether it knows no object.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Decides as [`decide`](crate::decide()) does on the whole snapshot.
    pub fn decide(&self, request: &Request<'_>) -> Answer {
        let Caller::Principal { object, kind } = request.caller else {
            return Answer::Unknown;
        };
        if *object != self.subject || !request.contextual_tuples.is_empty() {
            return Answer::Unknown;
        }
        let resource = request.resource.as_str();
        self.answer(kind, request.action, resource, request.context)
    }

    /// Decides for the subject itself, with a secret of a kind. `resource` is `type:id`.
    pub fn answer(&self, kind: &str, action: &str, resource: &str, context: &Context) -> Answer {
        self.answer_to(self.question(kind, action), resource, context)
    }

    /// Looks up what all questions of an action have in common. Good until the slice [changes](Self::apply).
    pub fn question(&self, kind: &str, action: &str) -> Question {
        let section = self.section(kind, action);
        Question(section.and_then(|(is_anonymous, _)| {
            let relation = self.terms.relation(action);
            Ok((is_anonymous, relation.ok_or(Answer::Deny)?))
        }))
    }

    /// Decides as [`Slice::answer`].
    pub fn answer_to(&self, question: Question, resource: &str, context: &Context) -> Answer {
        let mut found = Answer::Deny;
        self.answer_all(&[question], resource, context, |answer| found = answer);
        found
    }

    /// Decides several questions about one resource, in their order. It is looked up once where they are of one kind
    /// of secret.
    pub fn answer_all(
        &self,
        questions: &[Question],
        resource: &str,
        context: &Context,
        mut each: impl FnMut(Answer),
    ) {
        let mut evaluation = Evaluation::new(&self.terms, context);
        let mut known = None;
        for question in questions {
            each(match question.0 {
                Err(answer) => answer,
                Ok((is_anonymous, relation)) => {
                    let row = match known {
                        Some((of_anonymous, row)) if of_anonymous == is_anonymous => row,
                        _ => self.row(is_anonymous, resource),
                    };
                    known = Some((is_anonymous, row));
                    row.map_or(Answer::Deny, |row| {
                        self.outcome(row, relation, &mut evaluation)
                    })
                }
            });
        }
    }

    fn row(&self, is_anonymous: bool, resource: &str) -> Option<&Row> {
        let section = if is_anonymous {
            &self.anonymous
        } else {
            &self.own
        };
        section.as_ref().and_then(|section| section.get(resource))
    }

    /// Objects of a type on which the subject, with a secret of a kind, may do an action. Looks at every
    /// object that the slice knows.
    pub fn list_objects(
        &self,
        kind: &str,
        action: &str,
        type_name: &str,
        context: &Context,
    ) -> Listed<'_> {
        let mut listed = Listed {
            objects: Vec::new(),
            complete: true,
        };
        let section = match self.section(kind, action) {
            Ok((_, section)) => section,
            Err(answer) => {
                listed.complete = answer != Answer::Unknown;
                return listed;
            }
        };
        let Some(relation) = self.terms.relation(action) else {
            return listed;
        };
        let mut evaluation = Evaluation::new(&self.terms, context);
        for (name, row) in section.iter() {
            let rest = name.strip_prefix(type_name);
            if rest.is_none_or(|rest| !rest.starts_with(':')) {
                continue;
            }
            if self.outcome(row, relation, &mut evaluation) == Answer::Allow {
                listed.objects.push(name);
            }
        }
        crate::sort::sort(&mut listed.objects);
        listed
    }

    /// Every relation that the subject has or may have, as itself, in no order.
    pub fn entries(&self) -> impl Iterator<Item = SliceEntry<'_>> {
        self.entries_of(self.own.as_ref())
    }

    /// Every relation that `anonymous:anonymous` has or may have, for the kinds that are checked as that,
    /// in no order.
    pub fn anonymous_entries(&self) -> impl Iterator<Item = SliceEntry<'_>> {
        self.entries_of(self.anonymous.as_ref())
    }

    fn entries_of<'a>(
        &'a self,
        section: Option<&'a Section>,
    ) -> impl Iterator<Item = SliceEntry<'a>> {
        let names = self.terms.relation_names();
        // By hand: nested adapters are 1 KB of the engine in a browser.
        let (mut at, mut cell) = (0, 0);
        std::iter::from_fn(move || {
            loop {
                let (object, row) = section?.at(at)?;
                let Some(&(relation, outcome)) = row.get(cell) else {
                    (at, cell) = (at + 1, 0);
                    continue;
                };
                cell += 1;
                if let Some(relation) = names.get(relation as usize) {
                    let outcome = match outcome {
                        terms::YES => Outcome::Always,
                        _ => Outcome::Conditional,
                    };
                    return Some(SliceEntry {
                        object,
                        relation,
                        outcome,
                    });
                }
            }
        })
    }

    fn sections(&self) -> impl Iterator<Item = &Section> {
        self.own.iter().chain(&self.anonymous)
    }

    /// Where the answers for a kind are, if it may exercise the action, and whether these are of `anonymous`.
    fn section(&self, kind: &str, action: &str) -> Result<(bool, &Section), Answer> {
        let Some(cap) = self.kinds.cap(kind) else {
            return Err(if self.kinds.all {
                Answer::Deny
            } else {
                Answer::Unknown
            });
        };
        let actions = cap.actions.as_ref();
        if actions.is_some_and(|actions| !has(actions, action)) {
            return Err(Answer::Deny);
        }
        let section = if cap.anonymous {
            &self.anonymous
        } else {
            &self.own
        };
        let section = section.as_ref().ok_or(Answer::Unknown)?;
        Ok((cap.anonymous, section))
    }

    fn outcome(&self, row: &Row, relation: u32, evaluation: &mut Evaluation<'_>) -> Answer {
        let at = row.binary_search_by_key(&relation, |&(relation, _)| relation);
        let found = at.ok().and_then(|at| row.get(at));
        match found {
            None => Answer::Deny,
            Some(&(_, outcome)) => match evaluation.value(outcome) {
                Value::Yes => Answer::Allow,
                Value::No | Value::Circle | Value::Fault => Answer::Deny,
            },
        }
    }
}
