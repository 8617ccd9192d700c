//! Lists: on which objects does a subject have a relation, and who has a relation on an object?
//!
//! Both are defined by `check` and by nothing else: a list holds what `check` answers true for, in
//! the order of the names, page by page. Each page walks to all candidates, within [`MAX_WALK`], and asks one
//! `check` for each candidate it passes, at most [`MAX_CANDIDATES`] of them and [`MAX_STEPS`] together; the
//! next page goes on from there. Where the walk is ended by what it costs, candidates are missing, on this
//! page and on the next ones: none of them is complete.
//!
//! **Candidates of [`Snapshot::list_objects`]** are the objects of the type that a chain of tuples, stored
//! or contextual, leads to from the subject ([`reach`]), and the subject's own object (`o#r` has `r` on
//! `o`): on any other object every check is a no. As in OpenFGA a standing is not asked for: who answers
//! these as resources needs none either, where every object is put before a tuple names it, and forgotten
//! with its tuples.
//!
//! **Candidates of [`Snapshot::list_users`]** are, as in OpenFGA, the subjects of the wanted kind that
//! are *named* on the way: in a tuple that the relation leads to, by usersets, `from` and computed
//! relations, and whose condition, if it has one, is met or has no answer. For a type `user` the wildcard
//! `user:*` is one more candidate. So the answer reads:
//!
//! * without `user:*` in it: it holds everybody who has the relation, by name;
//! * with it: everybody has the relation, but for those named on the way and not in the answer. A user
//!   whom no tuple on the way names is in the answer by `user:*` alone. Whether one such user may is
//!   for `check` to say.
//!
//! What a `but not` takes away names users only where the other side has the wildcard: without it,
//! who is not named there has nothing that could be taken away. Its conditions are looked at all the same.
//!
//! **A check without an answer** (too deep, too much) does not make the list an error: one chain that
//! is too long, on one object, would close the lists of everybody who can see it. The candidate is
//! left out, as it would be denied, [`Page::complete`] is false, and [`Page::error`] says why. So what is
//! listed is always what a decision would allow, and what was left out for want of an answer never passes
//! unseen. An object that no chain of tuples leads to is no candidate, however deep a check of it would go.
//!
//! **A condition without an answer** on the way to users makes a list of users incomplete in the same way, as in
//! OpenFGA, even where no check of a candidate depends on it: with its parameters the list may be another.

mod named;
mod objects;
mod reach;
#[cfg(test)]
#[cfg(feature = "language")]
mod tests;
mod users;
mod walk;

pub use objects::ListObjectsRequest;
pub(crate) use reach::reach_all;
pub use users::{ListUsersRequest, SubjectKind};
pub use walk::MAX_WALK;

use crate::check::{self, CheckError, Checked, MAX_CONTEXTUAL_TUPLES, check_within, known_subject};
use crate::condition::EvaluationError;
use crate::model::Model;
use crate::snapshot::{ObjectId, Snapshot, SubjectId, View};
use crate::tuple::{Object, Subject, Tuple, TupleError};

/// Most candidates that one page checks.
pub const MAX_CANDIDATES: usize = 10_000;
/// Most steps of all checks of one page together, as those of a check are counted. The first check of a page
/// has all the steps of a check to itself, so that every page comes further.
pub const MAX_STEPS: u32 = check::MAX_STEPS;

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// What was found, sorted, at most as many as were asked for.
    pub found: Vec<T>,
    /// Where the next page starts after (its `after`); none when every candidate was looked at. There
    /// may be a next page after one that is not full ([`MAX_CANDIDATES`], [`MAX_STEPS`]), and the last can
    /// be empty.
    pub next: Option<T>,
    /// Whether every check and condition that this page needed had an answer, and the walk to its candidates
    /// came to its end ([`MAX_WALK`]); if not, something may be missing.
    pub complete: bool,
    /// Why the first candidate that was left out for want of an answer has none, or the walk or the first
    /// condition.
    pub error: Option<CheckError>,
}

impl<T> Page<T> {
    fn empty() -> Self {
        Self {
            found: Vec::new(),
            next: None,
            complete: true,
            error: None,
        }
    }
}

impl Page<Subject> {
    /// A page of subjects that are all objects.
    fn of_objects(self) -> Page<Object> {
        let object = |subject| match subject {
            Subject::Object(object) => Some(object),
            Subject::Userset { .. } | Subject::Wildcard { .. } => None,
        };
        Page {
            found: self.found.into_iter().filter_map(object).collect(),
            next: self.next.and_then(object),
            complete: self.complete,
            error: self.error,
        }
    }
}

/// One of both lists.
#[derive(Clone, Copy, Debug)]
pub enum ListRequest<'a> {
    /// See [`Snapshot::list_objects`].
    Objects(ListObjectsRequest<'a>),
    /// See [`Snapshot::list_users`].
    Users(ListUsersRequest<'a>),
}

/// Of whom, or of what, a list is, over numbers.
#[derive(Clone, Copy)]
enum Of {
    Subject(SubjectId),
    Object(ObjectId),
}

/// What a walk to candidates came upon.
struct Walked {
    /// The first that a page is to check, in order.
    names: Vec<Subject>,
    /// Whether the walk came to its end.
    complete: bool,
    /// Why the first condition on the way that has no answer has none.
    error: Option<EvaluationError>,
}

/// Why there is no list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// The model has no such type.
    #[error("type `{0}` is not in the model")]
    UnknownType(String),
    /// The type has no such relation.
    #[error("relation `{relation}` is not defined on type `{type_name}`")]
    UnknownRelation {
        /// The type.
        type_name: String,
        /// The relation.
        relation: String,
    },
    /// A contextual tuple that the model does not allow.
    #[error("contextual tuple {tuple}: {error}")]
    Context {
        /// The tuple.
        tuple: Box<Tuple>,
        /// The reason.
        error: TupleError,
    },
    /// More contextual tuples than [`MAX_CONTEXTUAL_TUPLES`]: so many.
    #[error("{0} contextual tuples, and at most {MAX_CONTEXTUAL_TUPLES} are taken")]
    TooManyTuples(usize),
}

impl ListError {
    /// A stable word for logs and metrics, the same as a check's.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::UnknownType(_) => "unknown-type",
            Self::UnknownRelation { .. } => "unknown-relation",
            Self::Context { .. } => "bad-context",
            Self::TooManyTuples(_) => "too-many-tuples",
        }
    }
}

impl Snapshot {
    /// On which objects of a type a subject has a relation, sorted by id. See the [module](self).
    ///
    /// # Errors
    /// See [`ListError`].
    pub fn list_objects(
        &self,
        request: &ListObjectsRequest<'_>,
    ) -> Result<Page<Object>, ListError> {
        Ok(self.list(&ListRequest::Objects(*request))?.of_objects())
    }

    /// Objects of a type that an object, as a subject, may have a relation on, sorted by id: on no other one
    /// has it the relation, and on which of these is for `check` to say. Empty when the model has no such
    /// relation; none when they are too many to be walked to ([`MAX_WALK`]).
    pub fn reachable_objects(
        &self,
        subject: &Object,
        relation: &str,
        type_name: &str,
    ) -> Option<Vec<Object>> {
        objects::reachable(self, subject, relation, type_name)
    }

    /// Which subjects of a kind have a relation on an object, sorted by id, the wildcard last. See the
    /// [module](self) for what the wildcard says.
    ///
    /// # Errors
    /// See [`ListError`].
    pub fn list_users(&self, request: &ListUsersRequest<'_>) -> Result<Page<Subject>, ListError> {
        self.list(&ListRequest::Users(*request))
    }

    /// Either list, each object as the subject that it is.
    ///
    /// # Errors
    /// See [`ListError`].
    pub fn list(&self, request: &ListRequest<'_>) -> Result<Page<Subject>, ListError> {
        list_within(self, request, MAX_WALK, MAX_STEPS)
    }
}

/// Lists, with so much for the walk to the candidates, and so many steps for all checks but the first.
fn list_within(
    snapshot: &Snapshot,
    request: &ListRequest<'_>,
    max_walk: u32,
    max_steps: u32,
) -> Result<Page<Subject>, ListError> {
    let (type_name, relation, kind, tuples, context, limit) = match *request {
        ListRequest::Objects(asked) => (
            asked.object_type,
            asked.relation,
            SubjectKind::of(asked.subject),
            asked.contextual_tuples,
            asked.context,
            asked.limit,
        ),
        ListRequest::Users(asked) => (
            asked.object.type_name(),
            asked.relation,
            asked.kind,
            asked.contextual_tuples,
            asked.context,
            asked.limit,
        ),
    };
    let (model, store) = (snapshot.model(), snapshot.store());
    known(model, type_name, relation, kind, tuples)?;

    let mut overlay = snapshot.overlay(tuples);
    let of = match request {
        ListRequest::Objects(asked) => overlay
            .subject(store, model, asked.subject)
            .map(Of::Subject),
        ListRequest::Users(asked) => Some(Of::Object(overlay.intern(store, model, asked.object))),
    };
    let view = View {
        overlay: (!overlay.is_empty()).then_some(&overlay),
        ..snapshot.view()
    };
    let wanted = model.type_id(type_name).zip(model.relation_id(relation));
    let (Some(of), Some((type_id, relation))) = (of, wanted) else {
        return Ok(Page::empty());
    };
    let walked = match (request, of) {
        (ListRequest::Objects(asked), Of::Subject(subject)) => objects::reached(
            model,
            view,
            subject,
            (type_id, relation),
            asked.after,
            max_walk,
        ),
        (ListRequest::Users(asked), Of::Object(object)) => {
            named::named(snapshot, view, asked, (object, relation), max_walk)
        }
        _ => return Ok(Page::empty()),
    };
    let holds = |candidate: &Subject, most: u32| {
        let (object, subject) = match (of, known_subject(model, view, candidate)?) {
            (Of::Object(object), subject) => (object, subject),
            (Of::Subject(subject), SubjectId::Object(object)) => (object, subject),
            (Of::Subject(_), _) => return None,
        };
        let goal = (object, relation);
        Some(check_within(model, view, subject, goal, context, most))
    };
    let mut page = page(&walked.names, limit, max_steps, &holds);
    if !walked.complete {
        page.complete = false;
        page.error.get_or_insert(CheckError::TooMuch(max_walk));
    }
    if let Some(error) = walked.error {
        page.complete = false;
        let error = CheckError::Condition(Box::new(error));
        page.error.get_or_insert(error);
    }
    Ok(page)
}

fn known_type(model: &Model, type_name: &str) -> Result<(), ListError> {
    if model.has_type(type_name) {
        Ok(())
    } else {
        Err(ListError::UnknownType(type_name.to_owned()))
    }
}

fn known_relation(model: &Model, type_name: &str, relation: &str) -> Result<(), ListError> {
    known_type(model, type_name)?;
    if model.has_relation(type_name, relation) {
        Ok(())
    } else {
        Err(ListError::UnknownRelation {
            type_name: type_name.to_owned(),
            relation: relation.to_owned(),
        })
    }
}

/// That a relation of a type can be listed for subjects of a kind.
fn known(
    model: &Model,
    type_name: &str,
    relation: &str,
    kind: SubjectKind<'_>,
    context: &[Tuple],
) -> Result<(), ListError> {
    known_relation(model, type_name, relation)?;
    match kind {
        SubjectKind::Type(type_name) => known_type(model, type_name)?,
        SubjectKind::Userset {
            type_name,
            relation,
        } => known_relation(model, type_name, relation)?,
    }
    if context.len() > MAX_CONTEXTUAL_TUPLES {
        return Err(ListError::TooManyTuples(context.len()));
    }
    context.iter().try_for_each(|tuple| {
        model.allows(tuple).map_err(|error| ListError::Context {
            tuple: Box::new(tuple.clone()),
            error,
        })
    })
}

/// The candidates that pass the check, until the page is full or its steps are spent. The check of none for
/// what has no number is a no.
fn page(
    candidates: &[Subject],
    limit: usize,
    max_steps: u32,
    check: &dyn Fn(&Subject, u32) -> Option<Checked>,
) -> Page<Subject> {
    let mut page = Page::empty();
    let mut left = max_steps;
    let mut last: Option<&Subject> = None;
    for (candidate, name) in candidates.iter().enumerate() {
        // Every page comes at least one candidate further.
        let most = match last {
            None => check::MAX_STEPS,
            Some(_) => left.min(check::MAX_STEPS),
        };
        if page.found.len() >= limit.max(1) || candidate >= MAX_CANDIDATES || most == 0 {
            page.next = last.cloned();
            break;
        }
        if let Some(Checked { answer, steps }) = check(name, most) {
            left = left.saturating_sub(steps);
            match answer {
                Ok(true) => page.found.push(name.clone()),
                Ok(false) => {}
                Err(CheckError::TooMuch(_)) if most < check::MAX_STEPS => {
                    page.next = last.cloned();
                    break;
                }
                // The request was found good before, so this is about the candidate: it is denied.
                Err(error) => {
                    page.complete = false;
                    page.error.get_or_insert(error);
                }
            }
        }
        last = Some(name);
    }
    page
}
