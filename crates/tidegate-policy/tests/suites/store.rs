//! A store under test: a model, tuples, and checks with what is expected of them.

use serde::Deserialize;
use tidegate_policy::{
    Change, CheckError, CheckRequest, Model, NameError, Profile, Snapshot, Tuple,
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

/// A check's outcome: an answer, or OpenFGA's error code.
pub(crate) type Outcome = Result<bool, u32>;

/// OpenFGA's code for an invalid request, for one that is too complex, and for an invalid contextual tuple.
const VALIDATION: u32 = 2000;
const TOO_COMPLEX: u32 = 2002;
const INVALID_TUPLE: u32 = 2027;

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

    pub(crate) fn check(&self, question: &TupleText, context: &[TupleText]) -> Outcome {
        let snapshot = self.snapshot.as_ref().expect("a model");
        let subject = question.user.parse().map_err(|_| VALIDATION)?;
        let object = question.object.parse().map_err(|_| VALIDATION)?;
        let context: Result<Vec<Tuple>, _> = context.iter().map(TupleText::parse).collect();
        let request = CheckRequest {
            subject: &subject,
            relation: &question.relation,
            object: &object,
            context: &context.map_err(|_| INVALID_TUPLE)?,
        };
        snapshot.check(&request).map_err(|error| match error {
            CheckError::UnknownType(_) | CheckError::UnknownRelation { .. } => VALIDATION,
            CheckError::Context { .. } => INVALID_TUPLE,
            CheckError::TooDeep(_) | CheckError::TooMuch(_) => TOO_COMPLEX,
        })
    }
}

/// Whether a model's text needs what the engine does not have yet.
pub(crate) fn is_unsupported(model: &str) -> bool {
    model.contains(" with ")
        || model
            .lines()
            .any(|line| line.starts_with("condition ") || line.starts_with("module "))
}
