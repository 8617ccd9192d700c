//! OpenFGA's check, v1 semantics, by one recursive search (`search`). Relations in which nothing but whether
//! there is a way counts are asked without it (`flat`), and come to the same.
//!
//! A relation asked for again on the way to its own answer is a cycle: false on that path, and false
//! for an `and` or `but not` that it stands in, whatever the other operand says. An error counts only
//! where the answer depends on it: a union with one true operand is true, an intersection with one
//! false operand is false.

mod answer;
mod flat;
mod search;
mod way;

use crate::condition::{Context, EvaluationError};
use crate::model::{Model, RelationId, TypeId};
use crate::snapshot::{Found, ObjectId, Snapshot, SubjectId, View};
use crate::tuple::{NameError, Object, Subject, Tuple, TupleError, check_object};
pub(crate) use flat::MAX_CHAIN;
use flat::Walk;
use search::Search;

/// Most hops, by usersets and `from`, between the question and a tuple (OpenFGA's
/// `resolve_node_limit`).
pub const MAX_HOPS: u32 = 25;
/// Most relations on the way to one tuple, computed ones too: what the stack has room for.
pub const MAX_PATH: usize = 200;
/// Most operators and relations that are open at once on the way to one tuple: what the stack has room
/// for where the operators of each relation are nested as deep as they may be.
pub const MAX_OPEN: u32 = 1_000;
/// Most steps of one check: each is a relation of an object, a subject that was looked at, or
/// [`COST_OF_A_STEP`](crate::condition::COST_OF_A_STEP) of what a condition cost.
pub const MAX_STEPS: u32 = 1_000_000;

/// Most contextual tuples of a question, as in OpenFGA.
pub const MAX_CONTEXTUAL_TUPLES: usize = 100;

/// Steps beyond the first for going through so many operands or type restrictions, which other steps do not
/// pay for: none for as many as models have that are written by hand.
#[inline]
pub(crate) fn steps_of_many(count: usize) -> u32 {
    u32::try_from(count / 16).unwrap_or(u32::MAX)
}

/// A question with OpenFGA's semantics.
#[derive(Clone, Copy, Debug)]
pub struct CheckRequest<'a> {
    /// The subject: an object, a userset or a wildcard.
    pub subject: &'a Subject,
    /// The relation asked for.
    pub relation: &'a str,
    /// The object.
    pub object: &'a Object,
    /// Tuples that hold for this question alone, at most [`MAX_CONTEXTUAL_TUPLES`].
    pub contextual_tuples: &'a [Tuple],
    /// Values of conditions' parameters.
    pub context: &'a Context,
}

/// The same question by names, with neither contextual tuples nor a context.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    /// `type:id`, `type:id#relation` or `type:*`.
    pub subject: &'a str,
    /// The relation asked for.
    pub relation: &'a str,
    /// `type:id`
    pub object: &'a str,
}

/// An answer, and what it took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The answer.
    pub answer: Result<bool, CheckError>,
    /// Relations of objects, and subjects, that were looked at, and what conditions cost, as steps.
    pub steps: u32,
}

/// Why a check has no answer. Every one of them denies.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckError {
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
    /// A condition that the answer depends on has none.
    #[error("{0}")]
    Condition(Box<EvaluationError>),
    /// More hops than [`MAX_HOPS`], or a longer way than [`MAX_PATH`] or [`MAX_OPEN`].
    #[error("more than {0} hops")]
    TooDeep(u32),
    /// The budget is used up.
    #[error("the budget of {0} steps is used up")]
    TooMuch(u32),
}

/// Why a question by names has no answer. Every one of them denies.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NamedError {
    /// What was given as subject or object is no name.
    #[error("`{text}`: {error}")]
    Name {
        /// What was given.
        text: String,
        /// Why it is no name.
        error: NameError,
    },
    /// See [`CheckError`].
    #[error(transparent)]
    Check(#[from] CheckError),
}

impl CheckError {
    /// A stable word for logs, metrics and test vectors.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::UnknownType(_) => "unknown-type",
            Self::UnknownRelation { .. } => "unknown-relation",
            Self::Context { .. } => "bad-context",
            Self::TooManyTuples(_) => "too-many-tuples",
            Self::Condition(_) => "condition",
            Self::TooDeep(_) => "too-deep",
            Self::TooMuch(_) => "too-much",
        }
    }
}

/// Answers a question on a snapshot.
pub(crate) fn check(snapshot: &Snapshot, request: &CheckRequest<'_>) -> Checked {
    let mut steps = 0;
    let answer = search(snapshot, request, &mut steps);
    Checked { answer, steps }
}

/// Answers a question over numbers, of what the model has, in so many steps at most.
pub(crate) fn check_within(
    model: &Model,
    view: View<'_>,
    subject: SubjectId,
    (object, relation): (ObjectId, RelationId),
    context: &Context,
    max_steps: u32,
) -> Checked {
    if view.overlay.is_none()
        && let SubjectId::Object(subject) = subject
        && let Some(subject_type) = view.type_of(subject)
    {
        let found = view.store.rows.find(object);
        let type_id = found.type_id;
        let place = type_id.and_then(|type_id| model.place(type_id, relation));
        if let Some(flat) = place.and_then(|place| model.flat(place)) {
            let mut walk = Walk::new(model, view.store, subject, subject_type);
            let answer = walk.holds(object, found, flat, 0);
            let steps = walk.steps();
            if let Ok(answer) = answer
                && steps <= max_steps
            {
                let answer = Ok(answer);
                return Checked { answer, steps };
            }
        }
    }
    let mut search = Search::new(model, view, subject, context).within(max_steps);
    let answer = search.answer(object, relation);
    Checked {
        answer,
        steps: search.steps(),
    }
}

/// Answers a question by names. Names that a tuple holds are well formed: nothing of them is read again.
pub(crate) fn check_named(snapshot: &Snapshot, named: &Named<'_>) -> Result<bool, NamedError> {
    let (model, view) = (snapshot.model(), snapshot.view());
    let (object, subject) = view.store.both_ids(named.object, named.subject);
    if let Some(relation) = model.relation_id(named.relation)
        && let Some((object, found)) = known(model, view, named.object, object)
        && let Some((subject, subject_type)) = known_type(model, view, named.subject, subject)
        && let Some(place) = found.type_id.and_then(|id| model.place(id, relation))
    {
        if let Some(flat) = model.flat(place) {
            let mut walk = Walk::new(model, view.store, subject, subject_type);
            if let Ok(answer) = walk.holds(object, found, flat, 0) {
                return Ok(answer);
            }
        }
        if object != NOBODY && subject != NOBODY {
            let subject = SubjectId::Object(subject);
            let answer = Search::new(model, view, subject, Context::EMPTY).answer(object, relation);
            return Ok(answer?);
        }
    }
    let bad = |text: &str, error| NamedError::Name {
        text: text.to_owned(),
        error,
    };
    let subject = named.subject.parse();
    let object = named.object.parse();
    let request = CheckRequest {
        subject: &subject.map_err(|error| bad(named.subject, error))?,
        relation: named.relation,
        object: &object.map_err(|error| bad(named.object, error))?,
        contextual_tuples: &[],
        context: Context::EMPTY,
    };
    Ok(check(snapshot, &request).answer?)
}

/// What no tuple names: nothing has this number.
const NOBODY: ObjectId = ObjectId::MAX;

/// An object, its type and its rows, if the text can name one and the model has the type.
#[inline]
fn known<'a>(
    model: &Model,
    view: View<'a>,
    text: &str,
    id: Option<ObjectId>,
) -> Option<(ObjectId, Found<'a>)> {
    match id {
        Some(id) => Some((id, view.store.rows.find(id))),
        None => Some((NOBODY, Found::of_type(unknown(model, text)?))),
    }
}

/// An object and its type, likewise. A name that is stored is well formed, and tells the type without another look
/// at the store.
#[inline]
fn known_type(
    model: &Model,
    view: View<'_>,
    text: &str,
    id: Option<ObjectId>,
) -> Option<(ObjectId, TypeId)> {
    match id {
        Some(id) => {
            let type_id = model.type_of_name(text).or_else(|| view.type_of(id));
            Some((id, type_id?))
        }
        None => Some((NOBODY, unknown(model, text)?)),
    }
}

/// The type of an object that nothing names.
fn unknown(model: &Model, text: &str) -> Option<TypeId> {
    check_object(text).ok()?;
    let (type_name, _) = crate::text::cut(text, b':')?;
    model.type_id(type_name)
}

fn search(
    snapshot: &Snapshot,
    request: &CheckRequest<'_>,
    steps: &mut u32,
) -> Result<bool, CheckError> {
    let model = snapshot.model();
    let relation = known_relation(model, request.object.type_name(), request.relation)?;
    if !model.has_type(request.subject.type_name()) {
        return Err(CheckError::UnknownType(
            request.subject.type_name().to_owned(),
        ));
    }
    if let Subject::Userset { object, relation } = request.subject {
        known_relation(model, object.type_name(), relation)?;
    }
    allowed_context(model, request.contextual_tuples)?;

    let mut answer = |view, subject, object| {
        let goal = (object, relation);
        let checked = check_within(model, view, subject, goal, request.context, MAX_STEPS);
        *steps = checked.steps;
        checked.answer
    };
    let view = snapshot.view();
    if request.contextual_tuples.is_empty()
        && let Some(object) = view.id(request.object.as_str())
        && let Some(subject) = known_subject(model, view, request.subject)
    {
        return answer(view, subject, object);
    }
    // Names that no tuple holds get a number for this question, as do contextual tuples a place.
    let store = snapshot.store();
    let mut overlay = snapshot.overlay(request.contextual_tuples);
    let object = overlay.intern(store, model, request.object);
    let subject = overlay
        .subject(store, model, request.subject)
        .ok_or_else(|| CheckError::UnknownType(request.subject.type_name().to_owned()))?;
    let view = View {
        overlay: Some(&overlay),
        ..view
    };
    answer(view, subject, object)
}

/// Whether these may be contextual tuples.
pub(crate) fn allowed_context(model: &Model, tuples: &[Tuple]) -> Result<(), CheckError> {
    if tuples.len() > MAX_CONTEXTUAL_TUPLES {
        return Err(CheckError::TooManyTuples(tuples.len()));
    }
    tuples.iter().try_for_each(|tuple| {
        model.allows(tuple).map_err(|error| CheckError::Context {
            tuple: Box::new(tuple.clone()),
            error,
        })
    })
}

fn known_relation(
    model: &Model,
    type_name: &str,
    relation: &str,
) -> Result<RelationId, CheckError> {
    let type_id = model
        .type_id(type_name)
        .ok_or_else(|| CheckError::UnknownType(type_name.to_owned()))?;
    model
        .relation_id(relation)
        .filter(|&id| model.relation(type_id, id).is_some())
        .ok_or_else(|| CheckError::UnknownRelation {
            type_name: type_name.to_owned(),
            relation: relation.to_owned(),
        })
}

/// A subject's number, if anything in the view names it.
pub(crate) fn known_subject(model: &Model, view: View<'_>, subject: &Subject) -> Option<SubjectId> {
    Some(match subject {
        Subject::Object(object) => SubjectId::Object(view.id(object.as_str())?),
        Subject::Userset { object, relation } => {
            SubjectId::Userset(view.id(object.as_str())?, model.relation_id(relation)?)
        }
        Subject::Wildcard { type_name } => SubjectId::Wildcard(model.type_id(type_name)?),
    })
}
