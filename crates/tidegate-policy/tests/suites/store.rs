//! A store under test: a model, tuples, checks and lists with what comes of them.

use serde::Deserialize;
use tidegate_policy::{
    Change, CheckError, CheckRequest, Context, ListError, ListObjectsRequest, ListUsersRequest,
    Model, NameError, Profile, Snapshot, SubjectKind, Tuple,
};

/// A tuple as the suites write it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct TupleText {
    pub(crate) object: String,
    pub(crate) relation: String,
    pub(crate) user: String,
}

impl TupleText {
    pub(crate) fn parse(&self) -> Result<Tuple, NameError> {
        format!("{}#{}@{}", self.object, self.relation, self.user).parse()
    }
}

/// What `list_objects` is asked, as the suites write it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ObjectsText {
    pub(crate) user: String,
    #[serde(rename = "type")]
    pub(crate) object_type: String,
    pub(crate) relation: String,
}

/// What `list_users` is asked, with one filter, `type` or `type#relation`.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct UsersText {
    pub(crate) object: String,
    pub(crate) relation: String,
    pub(crate) filters: [String; 1],
}

/// A list's outcome: sorted names, or OpenFGA's error code.
pub(crate) type ListOutcome = Result<Vec<String>, u32>;

/// A check's outcome: an answer, or OpenFGA's error code.
pub(crate) type Outcome = Result<bool, u32>;

/// OpenFGA's code for an invalid request, for one that is too complex, and for an invalid contextual tuple.
const VALIDATION: u32 = 2000;
const TOO_COMPLEX: u32 = 2002;
const INVALID_TUPLE: u32 = 2027;
/// OpenFGA's codes for a type and a relation that a list asks for and the model does not have.
const NO_TYPE: u32 = 2021;
const NO_RELATION: u32 = 2022;

/// Small, so that most lists have several pages.
const PAGE: usize = 2;

pub(crate) struct Store {
    snapshot: Option<Snapshot>,
}

impl Store {
    pub(crate) fn new() -> Self {
        Self { snapshot: None }
    }

    /// Puts a model in force over the tuples that are there.
    pub(crate) fn model(&mut self, model: Model) {
        let next = match self.snapshot.take() {
            Some(held) => held.with_model(model, Profile::default()),
            None => Snapshot::new(model, Profile::default()),
        };
        self.snapshot = Some(next);
    }

    pub(crate) fn write(&mut self, tuples: &[TupleText]) {
        let held = self.snapshot.as_ref().expect("a model");
        let changes: Vec<Change> = tuples
            .iter()
            .map(|tuple| Change::Write(tuple.parse().expect("a tuple")))
            .collect();
        let next = held
            .apply(held.revision() + 1, &changes)
            .expect("the model allows the tuples");
        self.snapshot = Some(next);
    }

    pub(crate) fn snapshot(&self) -> &Snapshot {
        self.snapshot.as_ref().expect("a model")
    }

    pub(crate) fn check(&self, question: &TupleText, context: &[TupleText]) -> Outcome {
        let snapshot = self.snapshot.as_ref().expect("a model");
        let subject = question.user.parse().map_err(|_| VALIDATION)?;
        let object = question.object.parse().map_err(|_| VALIDATION)?;
        let context = parse_context(context)?;
        let request = CheckRequest {
            subject: &subject,
            relation: &question.relation,
            object: &object,
            contextual_tuples: &context,
            context: Context::EMPTY,
        };
        snapshot.check(&request).map_err(|error| match error {
            CheckError::UnknownType(_)
            | CheckError::UnknownRelation { .. }
            | CheckError::Condition(_) => VALIDATION,
            CheckError::Context { .. } => INVALID_TUPLE,
            CheckError::TooDeep(_) | CheckError::TooMuch(_) => TOO_COMPLEX,
        })
    }

    pub(crate) fn list_objects(
        &self,
        question: &ObjectsText,
        context: &[TupleText],
    ) -> ListOutcome {
        let snapshot = self.snapshot.as_ref().expect("a model");
        let subject = question.user.parse().map_err(|_| VALIDATION)?;
        let context = parse_context(context)?;
        let mut found = Vec::new();
        let mut after = None;
        loop {
            let request = ListObjectsRequest {
                subject: &subject,
                relation: &question.relation,
                object_type: &question.object_type,
                contextual_tuples: &context,
                context: Context::EMPTY,
                after: after.as_ref(),
                limit: PAGE,
            };
            // What is wrong with the subject has another code than what is wrong with the rest.
            let asked = (&question.object_type, &question.relation);
            let page = snapshot
                .list_objects(&request)
                .map_err(|error| match error {
                    ListError::UnknownType(name) if name == *asked.0 => NO_TYPE,
                    ListError::UnknownRelation {
                        type_name,
                        relation,
                    } if (&type_name, &relation) == asked => NO_RELATION,
                    ListError::UnknownType(_) | ListError::UnknownRelation { .. } => VALIDATION,
                    ListError::Context { .. } => INVALID_TUPLE,
                })?;
            if !page.complete {
                return Err(TOO_COMPLEX);
            }
            found.extend(page.found.iter().map(ToString::to_string));
            assert!(page.next.is_none() || page.next > after, "pages go on");
            after = match page.next {
                Some(next) => Some(next),
                None => return Ok(found),
            };
        }
    }

    pub(crate) fn list_users(&self, question: &UsersText, context: &[TupleText]) -> ListOutcome {
        let snapshot = self.snapshot.as_ref().expect("a model");
        let object = question.object.parse().map_err(|_| VALIDATION)?;
        let context = parse_context(context)?;
        let [filter] = &question.filters;
        let kind = match filter.split_once('#') {
            Some((type_name, relation)) => SubjectKind::Userset {
                type_name,
                relation,
            },
            None => SubjectKind::Type(filter),
        };
        let mut found = Vec::new();
        let mut after = None;
        loop {
            let request = ListUsersRequest {
                object: &object,
                relation: &question.relation,
                kind,
                contextual_tuples: &context,
                context: Context::EMPTY,
                after: after.as_ref(),
                limit: PAGE,
            };
            let page = snapshot.list_users(&request).map_err(|error| match error {
                ListError::UnknownType(_) => NO_TYPE,
                ListError::UnknownRelation { .. } => NO_RELATION,
                ListError::Context { .. } => INVALID_TUPLE,
            })?;
            if !page.complete {
                return Err(TOO_COMPLEX);
            }
            found.extend(page.found.iter().map(ToString::to_string));
            assert!(page.next.is_none() || page.next > after, "pages go on");
            after = match page.next {
                Some(next) => Some(next),
                None => break,
            };
        }
        found.sort();
        Ok(found)
    }
}

fn parse_context(context: &[TupleText]) -> Result<Vec<Tuple>, u32> {
    let context: Result<Vec<Tuple>, _> = context.iter().map(TupleText::parse).collect();
    context.map_err(|_| INVALID_TUPLE)
}

/// Whether a model's text needs what the engine does not have yet.
pub(crate) fn is_unsupported(model: &str) -> bool {
    model.contains(" with ")
        || model
            .lines()
            .map(str::trim_start)
            .any(|line| line.starts_with("condition ") || line.starts_with("module "))
}
