//! Questions on stores: each is asked here, compared with what its suite expects, and written down. A check holds when
//! its explanation does, too.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Value, json};
use tidegate_policy::Model;

use crate::explain::Explained;
use crate::native;
use crate::store::{Found, Given, Outcome, Question, Store, TupleText};
use crate::tally::Tally;

/// A model, and the tuples that are written once it is in force.
#[derive(Clone, Copy)]
pub(crate) struct Stage<'a> {
    pub(crate) model: &'a str,
    pub(crate) tuples: &'a [TupleText],
}

/// What a suite expects.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Expected {
    /// Of a check.
    Answer(bool),
    /// Exactly these.
    List(BTreeSet<String>),
    /// Whether the list holds this name. A list with a wildcard in it says nothing of names.
    Member { name: String, is: bool },
    /// OpenFGA's error code.
    Code(u32),
}

impl Expected {
    pub(crate) fn list(names: Option<&Vec<String>>, code: Option<u32>) -> Self {
        match code {
            Some(code) => Self::Code(code),
            None => Self::List(names.into_iter().flatten().cloned().collect()),
        }
    }

    fn holds(&self, found: &Outcome) -> bool {
        match (self, found) {
            (Self::Answer(expected), Ok(Found::Answer(found))) => expected == found,
            (Self::List(expected), Ok(Found::List(found))) => expected == found,
            (Self::Member { name, is }, Ok(Found::List(found))) => {
                found.iter().any(|name| name.ends_with(":*")) || found.contains(name) == *is
            }
            (Self::Code(expected), Err(found)) => expected == found,
            _ => false,
        }
    }
}

/// The cases of one file, on one store after the other.
pub(crate) struct Questions {
    tally: Tally,
    /// The store that is asked; none when it could not be made.
    store: Result<Store, String>,
    explained: Explained,
}

impl Questions {
    pub(crate) fn new(suite: &str) -> Self {
        Self {
            tally: Tally::new(suite),
            store: Err("no store".to_owned()),
            explained: Explained::default(),
        }
    }

    /// Asks a store from here on: these stages, one after the other.
    pub(crate) fn store(&mut self, stages: &[Stage<'_>]) {
        let texts = stages.iter().map(|stage| {
            let tuples = stage.tuples.iter().map(TupleText::text);
            json!({ "model": stage.model, "tuples": tuples.collect::<Vec<_>>() })
        });
        self.tally
            .write(&json!({ "stages": texts.collect::<Vec<_>>() }));
        self.store = build(stages);
    }

    pub(crate) fn ask(
        &mut self,
        name: &str,
        question: &Question,
        given: &Given<'_>,
        expected: &Expected,
    ) {
        let mut line = serde_json::to_value(question).expect("a question has a JSON form");
        line["name"] = name.into();
        let texts = given.contextual_tuples.iter().map(TupleText::text);
        line["contextualTuples"] = texts.collect::<Vec<_>>().into();
        line["context"] = given.context.cloned().map_or(Value::Null, Value::from);
        line["expect"] = serde_json::to_value(expected).expect("what is expected has a JSON form");
        let found = match &self.store {
            Ok(store) => store.ask(question, given, &mut self.explained),
            Err(message) => Err(message.clone()),
        };
        line["native"] = native::outcome(&found);
        self.tally.write(&line);
        let holds = found.as_ref().is_ok_and(|found| expected.holds(found));
        self.tally.count(name, holds, || {
            format!("{question:?}\n{given:?}: {found:?}, not {expected:?}")
        });
    }

    /// One case that cannot hold here.
    pub(crate) fn except(&mut self) {
        self.tally.except();
    }

    #[track_caller]
    pub(crate) fn done(self) {
        eprintln!("{:?}", self.explained);
        self.tally.done();
    }
}

fn build(stages: &[Stage<'_>]) -> Result<Store, String> {
    let mut store = Store::default();
    for stage in stages {
        let model = Model::parse(stage.model).map_err(|errors| errors.to_string())?;
        store.model(model);
        store.write(stage.tuples)?;
    }
    Ok(store)
}
