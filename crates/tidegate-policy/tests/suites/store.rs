//! A store under test: a model, tuples, checks and lists with what comes of them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tidegate_policy::{
    Change, CheckError, CheckRequest, Context, ListError, ListObjectsRequest, ListUsersRequest,
    Model, NameError, Page, Profile, Snapshot, Subject, SubjectKind, Tuple,
};

use crate::explain::Explained;

/// A tuple as the suites write it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct TupleText {
    pub(crate) object: String,
    pub(crate) relation: String,
    pub(crate) user: String,
    #[serde(default)]
    pub(crate) condition: Option<ConditionText>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ConditionText {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) context: Option<Map<String, Value>>,
}

impl TupleText {
    /// `object#relation@user`, and its condition.
    pub(crate) fn text(&self) -> String {
        let Self {
            object,
            relation,
            user,
            condition,
        } = self;
        let mut text = format!("{object}#{relation}@{user}");
        if let Some(condition) = condition.as_ref().filter(|found| !found.name.is_empty()) {
            text += &format!(" with {}", condition.name);
            if let Some(context) = &condition.context {
                text += &format!(" {}", Value::from(context.clone()));
            }
        }
        text
    }

    pub(crate) fn parse(&self) -> Result<Tuple, NameError> {
        self.text().parse()
    }
}

/// What is asked.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "ask", rename_all = "camelCase")]
pub(crate) enum Question {
    Check {
        subject: String,
        relation: String,
        object: String,
    },
    ListObjects {
        subject: String,
        relation: String,
        #[serde(rename = "type")]
        object_type: String,
    },
    ListUsers {
        object: String,
        relation: String,
        /// `type` or `type#relation`; the answer is of all of them.
        filters: Vec<String>,
    },
}

/// What holds for a question alone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Given<'a> {
    pub(crate) contextual_tuples: &'a [TupleText],
    pub(crate) context: Option<&'a Map<String, Value>>,
}

/// What comes of a question: an answer, or OpenFGA's error code.
pub(crate) type Outcome = Result<Found, u32>;

#[derive(Clone, Debug)]
pub(crate) enum Found {
    Answer(bool),
    List(BTreeSet<String>),
}

/// OpenFGA's code for an invalid request, for one that is too complex, and for an invalid contextual tuple.
pub(crate) const VALIDATION: u32 = 2000;
const TOO_COMPLEX: u32 = 2002;
const INVALID_TUPLE: u32 = 2027;
/// OpenFGA's codes for a type and a relation that a list asks for and the model does not have.
pub(crate) const NO_TYPE: u32 = 2021;
pub(crate) const NO_RELATION: u32 = 2022;

/// Small, so that most lists have several pages.
const PAGE: usize = 2;

#[derive(Default)]
pub(crate) struct Store {
    snapshot: Option<Snapshot>,
}

impl Store {
    /// Puts a model in force over the tuples that are there.
    pub(crate) fn model(&mut self, model: Model) {
        let next = match self.snapshot.take() {
            Some(held) => held.with_model(model, Profile::default()),
            None => Snapshot::new(model, Profile::default()),
        };
        self.snapshot = Some(next);
    }

    /// # Errors
    /// A tuple that the model does not allow.
    pub(crate) fn write(&mut self, tuples: &[TupleText]) -> Result<(), String> {
        let held = self.snapshot.as_ref().expect("a model");
        let parse = |tuple: &TupleText| {
            let parsed = tuple.parse();
            parsed.map_err(|error| format!("{}: {error}", tuple.text()))
        };
        let changes = tuples.iter().map(|tuple| parse(tuple).map(Change::Write));
        let changes = changes.collect::<Result<Vec<_>, _>>()?;
        let next = held.apply(held.revision() + 1, &changes);
        self.snapshot = Some(next.map_err(|error| error.to_string())?);
        Ok(())
    }

    /// Asks, and explains every check.
    ///
    /// # Errors
    /// What is wrong with an explanation, in words.
    pub(crate) fn ask(
        &self,
        question: &Question,
        given: &Given<'_>,
        explained: &mut Explained,
    ) -> Result<Outcome, String> {
        let mut flaw = None;
        let outcome = self.answer(question, given, |snapshot, request| {
            flaw = explained.explain(snapshot, request).err();
        });
        flaw.map_or(Ok(outcome), Err)
    }

    fn answer(
        &self,
        question: &Question,
        given: &Given<'_>,
        explain: impl FnOnce(&Snapshot, &CheckRequest<'_>),
    ) -> Outcome {
        let snapshot = self.snapshot.as_ref().expect("a model");
        let tuples = given.contextual_tuples.iter().map(TupleText::parse);
        let tuples = tuples.collect::<Result<Vec<_>, _>>();
        let tuples = tuples.map_err(|_| INVALID_TUPLE)?;
        let context = Context::new(given.context.cloned().unwrap_or_default());
        let context = context.map_err(|_| VALIDATION)?;
        let asked = Asked {
            snapshot,
            tuples: &tuples,
            context: &context,
        };
        match question {
            Question::Check {
                subject,
                relation,
                object,
            } => {
                let checked = asked.check(subject, relation, object, explain);
                checked.map(Found::Answer)
            }
            Question::ListObjects {
                subject,
                relation,
                object_type,
            } => asked
                .objects(subject, relation, object_type)
                .map(Found::List),
            Question::ListUsers {
                object,
                relation,
                filters,
            } => {
                let mut found = BTreeSet::new();
                for filter in filters {
                    found.extend(asked.users(object, relation, filter)?);
                }
                Ok(Found::List(found))
            }
        }
    }
}

struct Asked<'a> {
    snapshot: &'a Snapshot,
    tuples: &'a [Tuple],
    context: &'a Context,
}

impl Asked<'_> {
    fn check(
        &self,
        subject: &str,
        relation: &str,
        object: &str,
        explain: impl FnOnce(&Snapshot, &CheckRequest<'_>),
    ) -> Result<bool, u32> {
        let request = CheckRequest {
            subject: &subject.parse().map_err(|_| VALIDATION)?,
            relation,
            object: &object.parse().map_err(|_| VALIDATION)?,
            contextual_tuples: self.tuples,
            context: self.context,
        };
        explain(self.snapshot, &request);
        self.snapshot.check(&request).map_err(|error| code(&error))
    }

    fn objects(
        &self,
        subject: &str,
        relation: &str,
        object_type: &str,
    ) -> Result<BTreeSet<String>, u32> {
        let subject: Subject = subject.parse().map_err(|_| VALIDATION)?;
        pages(|after| {
            let request = ListObjectsRequest {
                subject: &subject,
                relation,
                object_type,
                contextual_tuples: self.tuples,
                context: self.context,
                after,
                limit: PAGE,
            };
            // What is wrong with the subject has another code than what is wrong with the rest.
            let page = self.snapshot.list_objects(&request);
            page.map_err(|error| match error {
                ListError::UnknownType(name) if name == object_type => NO_TYPE,
                ListError::UnknownRelation {
                    type_name,
                    relation: found,
                } if type_name == object_type && found == relation => NO_RELATION,
                ListError::UnknownType(_) | ListError::UnknownRelation { .. } => VALIDATION,
                ListError::Context { .. } | ListError::TooManyTuples(_) => INVALID_TUPLE,
            })
        })
    }

    fn users(&self, object: &str, relation: &str, filter: &str) -> Result<BTreeSet<String>, u32> {
        let object = object.parse().map_err(|_| VALIDATION)?;
        let kind = match filter.split_once('#') {
            Some((type_name, relation)) => SubjectKind::Userset {
                type_name,
                relation,
            },
            None => SubjectKind::Type(filter),
        };
        pages(|after| {
            let request = ListUsersRequest {
                object: &object,
                relation,
                kind,
                contextual_tuples: self.tuples,
                context: self.context,
                after,
                limit: PAGE,
            };
            let page = self.snapshot.list_users(&request);
            page.map_err(|error| match error {
                ListError::UnknownType(_) => NO_TYPE,
                ListError::UnknownRelation { .. } => NO_RELATION,
                ListError::Context { .. } | ListError::TooManyTuples(_) => INVALID_TUPLE,
            })
        })
    }
}

/// All pages of a list; an error when something was left out for want of an answer.
fn pages<T: Clone + Ord + ToString>(
    mut page: impl FnMut(Option<&T>) -> Result<Page<T>, u32>,
) -> Result<BTreeSet<String>, u32> {
    let mut found = BTreeSet::new();
    let mut after = None;
    loop {
        let page = page(after.as_ref())?;
        if !page.complete {
            return Err(page.error.as_ref().map_or(TOO_COMPLEX, code));
        }
        found.extend(page.found.iter().map(ToString::to_string));
        assert!(page.next.is_none() || page.next > after, "pages go on");
        after = match page.next {
            Some(next) => Some(next),
            None => return Ok(found),
        };
    }
}

fn code(error: &CheckError) -> u32 {
    match error {
        CheckError::UnknownType(_)
        | CheckError::UnknownRelation { .. }
        | CheckError::Condition(_) => VALIDATION,
        CheckError::Context { .. } | CheckError::TooManyTuples(_) => INVALID_TUPLE,
        CheckError::TooDeep(_) | CheckError::TooMuch(_) => TOO_COMPLEX,
    }
}
