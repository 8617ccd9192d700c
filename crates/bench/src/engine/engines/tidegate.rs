//! This engine.

use tidegate_policy::{
    Change, CheckError, CheckRequest, Context, Model, Named, Object, Profile, Snapshot, Subject,
    Tuple,
};

use super::super::workload::{Question, World};
use super::Engine;
use crate::error::{Context as _, Error, Result};

/// From names to the answer: the path that is measured. An error is a no.
pub(in crate::engine) fn ask(
    snapshot: &Snapshot,
    subject: &str,
    relation: &str,
    object: &str,
) -> bool {
    let question = Named {
        subject,
        relation,
        object,
    };
    snapshot.check_named(&question).unwrap_or(false)
}

/// From parsed names to the answer.
fn check(
    snapshot: &Snapshot,
    subject: &Subject,
    relation: &str,
    object: &Object,
) -> std::result::Result<bool, CheckError> {
    snapshot.check(&CheckRequest {
        subject,
        relation,
        object,
        contextual_tuples: &[],
        context: Context::EMPTY,
    })
}

/// Names in, each time.
pub(super) struct ByName(Snapshot);

impl ByName {
    pub(super) fn load(world: &World, model: &str) -> Result<Self> {
        // What is measured cannot tell an error from a no: so let there be none.
        let prebuilt = Prebuilt::load(world, model)?;
        for question in &world.questions {
            prebuilt.answer(question)?;
        }
        Ok(Self(prebuilt.snapshot))
    }
}

impl Engine for ByName {
    fn ask(&mut self, question: &Question) -> Result<bool> {
        let (user, object) = (&question.user_name, &question.object_name);
        Ok(ask(&self.0, user, question.action.relation, object))
    }
}

/// Parsed names in.
pub(super) struct Prebuilt {
    snapshot: Snapshot,
    names: Vec<(Subject, Object)>,
}

impl Prebuilt {
    pub(super) fn load(world: &World, model: &str) -> Result<Self> {
        let model = Model::parse(model).context("the OpenFGA model")?;
        let mut changes = Vec::new();
        for fact in &world.facts {
            let tuple: Tuple = fact.to_string().parse().context(fact)?;
            changes.push(Change::Write(tuple));
        }
        let snapshot = Snapshot::new(model, Profile::default()).apply(1, &changes);
        let mut names = Vec::new();
        for question in &world.questions {
            let user = question.user_name.parse().context(question)?;
            names.push((user, question.object_name.parse().context(question)?));
        }
        Ok(Self {
            snapshot: snapshot.context("cannot load the tuples")?,
            names,
        })
    }

    fn answer(&self, question: &Question) -> Result<bool> {
        let Some((user, object)) = self.names.get(question.number) else {
            return Err(Error::new(format!("{question}: of another world")));
        };
        check(&self.snapshot, user, question.action.relation, object).context(question)
    }
}

impl Engine for Prebuilt {
    fn ask(&mut self, question: &Question) -> Result<bool> {
        self.answer(question)
    }
}
