//! OpenFGA's check, v1 semantics, by one recursive search.
//!
//! A relation asked for again on the way to its own answer is a cycle: false on that path, and false
//! for an `and` or `but not` that it stands in, whatever the other operand says. An error counts only
//! where the answer depends on it: a union with one true operand is true, an intersection with one
//! false operand is false.

use hashbrown::HashMap;

use crate::condition::{Context, EvaluationError};
use crate::model::{Model, Relation, RelationId, Rewrite, Taken};
use crate::snapshot::{Entry, ObjectId, Snapshot, SubjectId, View};
use crate::tuple::{Object, Subject, Tuple, TupleError};

/// Most hops, by usersets and `from`, between the question and a tuple (OpenFGA's
/// `resolve_node_limit`).
pub const MAX_HOPS: u32 = 25;
/// Most relations on the way to one tuple, computed ones too: what the stack has room for.
pub const MAX_PATH: usize = 200;
/// Most operators and relations that are open at once on the way to one tuple: what the stack has room
/// for where the operators of each relation are nested as deep as they may be.
pub const MAX_OPEN: u32 = 1_000;
/// Most steps of one check: each is a relation of an object, or a subject that was looked at.
pub const MAX_STEPS: u32 = 1_000_000;

/// Steps before answers are remembered: most questions need fewer, and then a table costs more than
/// it saves.
const STEPS_BEFORE_MEMORY: u32 = 64;

/// A question with OpenFGA's semantics.
#[derive(Clone, Copy, Debug)]
pub struct CheckRequest<'a> {
    /// The subject: an object, a userset or a wildcard.
    pub subject: &'a Subject,
    /// The relation asked for.
    pub relation: &'a str,
    /// The object.
    pub object: &'a Object,
    /// Tuples that hold for this question alone.
    pub contextual_tuples: &'a [Tuple],
    /// Values of conditions' parameters.
    pub context: &'a Context,
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

impl CheckError {
    /// A stable word for logs, metrics and test vectors.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::UnknownType(_) => "unknown-type",
            Self::UnknownRelation { .. } => "unknown-relation",
            Self::Context { .. } => "bad-context",
            Self::Condition(_) => "condition",
            Self::TooDeep(_) => "too-deep",
            Self::TooMuch(_) => "too-much",
        }
    }
}

/// Answers a question on a snapshot.
pub(crate) fn check(snapshot: &Snapshot, request: &CheckRequest<'_>) -> Result<bool, CheckError> {
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
    for tuple in request.contextual_tuples {
        model.allows(tuple).map_err(|error| CheckError::Context {
            tuple: Box::new(tuple.clone()),
            error,
        })?;
    }

    let view = snapshot.view();
    if request.contextual_tuples.is_empty()
        && let Some(object) = view.id(request.object.as_str())
        && let Some(subject) = known_subject(model, view, request.subject)
    {
        return Search::new(model, view, subject, request.context).answer(object, relation);
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
    Search::new(model, view, subject, request.context).answer(object, relation)
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

fn known_subject(model: &Model, view: View<'_>, subject: &Subject) -> Option<SubjectId> {
    Some(match subject {
        Subject::Object(object) => SubjectId::Object(view.id(object.as_str())?),
        Subject::Userset { object, relation } => {
            SubjectId::Userset(view.id(object.as_str())?, model.relation_id(relation)?)
        }
        Subject::Wildcard { type_name } => SubjectId::Wildcard(model.type_id(type_name)?),
    })
}

/// A relation of an object: what is asked of the subject.
type Goal = (ObjectId, RelationId);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Yes,
    No,
    /// No, because the way here led in a circle: elsewhere the answer may be another.
    Circle,
}

impl From<bool> for Answer {
    fn from(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }
}

/// Why a part of the search has no answer. Small, as each step on the way has room for one.
#[derive(Clone, Copy, Debug)]
enum Halt {
    Undefined(Goal),
    /// The condition of an entry of a row.
    Condition(Goal, Entry),
    TooDeep,
    TooMuch,
}

struct Search<'a> {
    model: &'a Model,
    view: View<'a>,
    subject: SubjectId,
    context: &'a Context,
    path: Vec<Goal>,
    /// Operators and relations that are being evaluated.
    open: u32,
    steps: u32,
    /// Answers that hold wherever they are asked for, with the hops that were behind them.
    memory: HashMap<Goal, (bool, u32)>,
}

impl<'a> Search<'a> {
    fn new(model: &'a Model, view: View<'a>, subject: SubjectId, context: &'a Context) -> Self {
        Self {
            model,
            view,
            subject,
            context,
            path: Vec::new(),
            open: 0,
            steps: 0,
            memory: HashMap::new(),
        }
    }

    fn answer(mut self, object: ObjectId, relation: RelationId) -> Result<bool, CheckError> {
        match self.resolve((object, relation), 0) {
            Ok(answer) => Ok(answer == Answer::Yes),
            Err(halt) => Err(self.error(halt)),
        }
    }

    fn resolve(&mut self, goal: Goal, hops: u32) -> Result<Answer, Halt> {
        if hops >= MAX_HOPS || self.path.len() >= MAX_PATH {
            return Err(Halt::TooDeep);
        }
        if self.path.contains(&goal) {
            return Ok(Answer::Circle);
        }
        if self.subject == SubjectId::Userset(goal.0, goal.1) {
            return Ok(Answer::Yes);
        }
        if let Some(&(answer, then)) = self.memory.get(&goal)
            && hops <= then
        {
            return Ok(answer.into());
        }
        self.step()?;
        let model = self.model;
        let relation = self
            .view
            .type_of(goal.0)
            .and_then(|type_id| model.relation(type_id, goal.1))
            .ok_or(Halt::Undefined(goal))?;
        self.path.push(goal);
        let answer = self.rewrite(&relation.rewrite, relation, goal, hops);
        self.path.pop();
        if self.steps > STEPS_BEFORE_MEMORY
            && let Ok(known @ (Answer::Yes | Answer::No)) = answer
        {
            self.memory.insert(goal, (known == Answer::Yes, hops));
        }
        answer
    }

    fn rewrite(
        &mut self,
        rewrite: &'a Rewrite,
        relation: &'a Relation,
        goal: Goal,
        hops: u32,
    ) -> Result<Answer, Halt> {
        if self.open >= MAX_OPEN {
            return Err(Halt::TooDeep);
        }
        self.open += 1;
        let answer = self.operator(rewrite, relation, goal, hops);
        self.open -= 1;
        answer
    }

    fn operator(
        &mut self,
        rewrite: &'a Rewrite,
        relation: &'a Relation,
        goal: Goal,
        hops: u32,
    ) -> Result<Answer, Halt> {
        match rewrite {
            Rewrite::Direct => self.direct(relation, goal, hops),
            Rewrite::Computed(other) => self.resolve((goal.0, *other), hops),
            Rewrite::From { relation, tupleset } => self.from(*relation, (goal.0, *tupleset), hops),
            Rewrite::Union(operands) => {
                let mut any = Any::default();
                for operand in operands {
                    if any.add(self.rewrite(operand, relation, goal, hops))? {
                        return Ok(Answer::Yes);
                    }
                }
                any.end()
            }
            Rewrite::Intersection(operands) => {
                let mut error = None;
                let mut circle = false;
                for operand in operands {
                    match self.rewrite(operand, relation, goal, hops) {
                        Ok(Answer::Yes) => {}
                        Ok(Answer::No) => return Ok(Answer::No),
                        Ok(Answer::Circle) => circle = true,
                        Err(fatal @ Halt::TooMuch) => return Err(fatal),
                        Err(found) => error = error.or(Some(found)),
                    }
                }
                match error {
                    _ if circle => Ok(Answer::Circle),
                    Some(error) => Err(error),
                    None => Ok(Answer::Yes),
                }
            }
            Rewrite::Exclusion(base, subtract) => {
                let base = self.rewrite(base, relation, goal, hops);
                match base {
                    Ok(no @ (Answer::No | Answer::Circle)) => return Ok(no),
                    Err(fatal @ Halt::TooMuch) => return Err(fatal),
                    Ok(Answer::Yes) | Err(_) => {}
                }
                match self.rewrite(subtract, relation, goal, hops) {
                    Ok(Answer::Yes) => Ok(Answer::No),
                    Ok(Answer::Circle) => Ok(Answer::Circle),
                    Ok(Answer::No) => base,
                    Err(error) => base.and(Err(error)),
                }
            }
        }
    }

    /// Tuples that name the subject, a wildcard that covers it, or a userset that holds it.
    fn direct(&mut self, relation: &'a Relation, goal: Goal, hops: u32) -> Result<Answer, Halt> {
        let row = self.view.row(goal.0, goal.1);
        if row.is_empty() {
            return Ok(Answer::No);
        }
        let mut any = Any::default();
        if let Some(entry) = row.find(self.subject)
            && any.add(self.holds(relation, goal, entry).map(Answer::from))?
        {
            return Ok(Answer::Yes);
        }
        if let SubjectId::Object(id) = self.subject
            && let Some(wildcard) = self.view.type_of(id).map(SubjectId::Wildcard)
            && let Some(entry) = row.find(wildcard)
            && any.add(self.holds(relation, goal, entry).map(Answer::from))?
        {
            return Ok(Answer::Yes);
        }
        for (member, entry) in row.usersets() {
            self.step()?;
            let answer = match self.holds(relation, goal, entry) {
                Ok(true) => self.resolve(member, hops + 1),
                other => other.map(Answer::from),
            };
            if any.add(answer)? {
                return Ok(Answer::Yes);
            }
        }
        any.end()
    }

    /// A relation of the objects that a tupleset names; those that do not have it are passed over.
    fn from(&mut self, relation: RelationId, tupleset: Goal, hops: u32) -> Result<Answer, Halt> {
        let model = self.model;
        let type_id = self.view.type_of(tupleset.0);
        let Some(leads) = type_id.and_then(|type_id| model.relation(type_id, tupleset.1)) else {
            return Err(Halt::Undefined(tupleset));
        };
        let mut any = Any::default();
        for (object, entry) in self.view.row(tupleset.0, tupleset.1).objects() {
            self.step()?;
            let has = self
                .view
                .type_of(object)
                .is_some_and(|id| model.relation(id, relation).is_some());
            if !has {
                continue;
            }
            let answer = match self.holds(leads, tupleset, entry) {
                Ok(true) => self.resolve((object, relation), hops + 1),
                other => other.map(Answer::from),
            };
            if any.add(answer)? {
                return Ok(Answer::Yes);
            }
        }
        any.end()
    }

    /// Whether the model still takes such a tuple (what it took before may be stored), and the tuple's
    /// condition is met.
    // Not a part of the frames that the way to a tuple piles up.
    #[inline(never)]
    fn holds(&self, relation: &Relation, goal: Goal, entry: Entry) -> Result<bool, Halt> {
        let taken = match entry.subject() {
            SubjectId::Object(id) => self.view.type_of(id).map(Taken::Object),
            SubjectId::Userset(id, member) => self
                .view
                .type_of(id)
                .map(|type_id| Taken::Userset(type_id, member)),
            SubjectId::Wildcard(type_id) => Some(Taken::Wildcard(type_id)),
        };
        let bound = self.view.bound(goal.0, goal.1, entry);
        let condition = bound.map(|bound| bound.condition);
        let mut restrictions = relation.restrictions.iter();
        let allowed =
            restrictions.any(|found| Some(found.taken) == taken && found.condition == condition);
        match bound {
            _ if !allowed => Ok(false),
            None => Ok(!entry.is_conditional()),
            Some(bound) => match self.model.condition(bound.condition) {
                Some(condition) => condition
                    .is_met(&bound.context, self.context)
                    .map_err(|_| Halt::Condition(goal, entry)),
                None => Ok(false),
            },
        }
    }

    fn step(&mut self) -> Result<(), Halt> {
        self.steps += 1;
        if self.steps > MAX_STEPS {
            Err(Halt::TooMuch)
        } else {
            Ok(())
        }
    }

    fn error(&self, halt: Halt) -> CheckError {
        match halt {
            Halt::Undefined((object, relation)) => {
                let object = self.view.object(object);
                let relation = self.model.relation_name(relation);
                CheckError::UnknownRelation {
                    type_name: object
                        .map_or_else(String::new, |object| object.type_name().to_owned()),
                    relation: relation.unwrap_or_default().to_owned(),
                }
            }
            // Evaluated once more, for its words.
            Halt::Condition(goal, entry) => {
                let bound = self.view.bound(goal.0, goal.1, entry);
                let condition = bound.and_then(|bound| self.model.condition(bound.condition));
                let error = bound.zip(condition).and_then(|(bound, condition)| {
                    condition.is_met(&bound.context, self.context).err()
                });
                error.map_or(CheckError::TooMuch(MAX_STEPS), |error| {
                    CheckError::Condition(Box::new(error))
                })
            }
            Halt::TooDeep => CheckError::TooDeep(MAX_HOPS),
            Halt::TooMuch => CheckError::TooMuch(MAX_STEPS),
        }
    }
}

/// What a union comes to.
#[derive(Default)]
struct Any {
    error: Option<Halt>,
    circle: bool,
}

impl Any {
    /// Adds an operand: true ends the union; a budget that is used up ends everything.
    fn add(&mut self, operand: Result<Answer, Halt>) -> Result<bool, Halt> {
        match operand {
            Ok(Answer::Yes) => return Ok(true),
            Ok(Answer::No) => {}
            Ok(Answer::Circle) => self.circle = true,
            Err(fatal @ Halt::TooMuch) => return Err(fatal),
            Err(error) => self.error = self.error.take().or(Some(error)),
        }
        Ok(false)
    }

    fn end(self) -> Result<Answer, Halt> {
        match self.error {
            Some(error) => Err(error),
            None if self.circle => Ok(Answer::Circle),
            None => Ok(Answer::No),
        }
    }
}
