//! The engine: a snapshot that answers questions and follows changes.

use tidegate_policy::json::Fields;
use tidegate_policy::{CheckRequest, Denial, Object, Snapshot, Subject};
use wasm_bindgen::prelude::*;

#[cfg(feature = "language")]
use crate::changes::Changes;
#[cfg(feature = "language")]
use crate::error::of_change;
use crate::given::{Given, parse};
use crate::host::Array;
#[cfg(feature = "language")]
use crate::json::read;
use crate::json::{end, object_of, read_list};

/// A snapshot that answers questions.
#[wasm_bindgen]
pub struct Engine {
    pub(crate) snapshot: Snapshot,
}

#[wasm_bindgen]
impl Engine {
    /// Builds from a model, a profile, objects and tuples.
    ///
    /// # Errors
    /// `bad-model` with everything that is wrong with the model; `bad-input`, `bad-name`, `bad-tuple` or
    /// `bad-revision` for the first field, name, tuple or number that is not good.
    #[cfg(feature = "language")]
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_param_type = "EngineInput")] input: &JsValue,
    ) -> Result<Engine, JsValue> {
        let mut input = read(input, Changes::from_nothing)?;
        let profile = input.profile()?;
        let model = crate::model::parse(input.model.as_deref().unwrap_or_default())?;
        let mut engine = Self {
            snapshot: Snapshot::new(model, profile.unwrap_or_default()),
        };
        engine.follow(None, input)?;
        Ok(engine)
    }

    /// Applies changes up to a revision: all of them, or none.
    ///
    /// # Errors
    /// As the constructor.
    #[cfg(feature = "language")]
    pub fn apply(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "Changes")] changes: &JsValue,
    ) -> Result<(), JsValue> {
        let mut changes = read(changes, Changes::take)?;
        let model = changes.model.as_deref();
        let model = model.map(crate::model::parse).transpose()?;
        let profile = changes.profile()?;
        let held = &self.snapshot;
        let renewed = (model.is_some() || profile.is_some()).then(|| held.renewed(model, profile));
        self.follow(renewed.as_ref(), changes)
    }

    /// The number of the last change.
    #[wasm_bindgen(getter)]
    pub fn revision(&self) -> f64 {
        // A number in JavaScript.
        self.snapshot.revision() as f64
    }

    /// OpenFGA's check: does the subject have the relation to the object?
    ///
    /// # Errors
    /// `bad-name`, `bad-input`
    #[wasm_bindgen(unchecked_return_type = "Answer")]
    pub fn check(
        &self,
        subject: &str,
        relation: &str,
        object: &str,
        #[wasm_bindgen(unchecked_optional_param_type = "Given | null")] given: &JsValue,
    ) -> Result<JsValue, JsValue> {
        self.answer(subject, relation, object, &Given::read(given)?)
    }

    /// Many checks, in order; one crossing of the boundary for all of their inputs.
    ///
    /// # Errors
    /// `bad-name`, `bad-input`, for the first that is not good.
    #[wasm_bindgen(js_name = checkMany, unchecked_return_type = "Answer[]")]
    pub fn check_many(
        &self,
        #[wasm_bindgen(unchecked_param_type = "CheckRequest[]")] requests: &JsValue,
    ) -> Result<JsValue, JsValue> {
        let answers = Array::new();
        for request in read_list(requests)? {
            let mut fields = Fields::of(request);
            let subject = fields.text("subject");
            let relation = fields.text("relation");
            let object = fields.text("object");
            let given = Given::take(&mut fields);
            end(fields)?;
            answers.push(&self.answer(&subject, &relation, &object, &given)?);
        }
        Ok(answers.into())
    }
}

impl Engine {
    /// Applies changes to what is held, or to what that was made anew.
    #[cfg(feature = "language")]
    fn follow(&mut self, renewed: Option<&Snapshot>, changes: Changes) -> Result<(), JsValue> {
        let revision = changes.revision;
        let changes = changes.list()?;
        let from = renewed.unwrap_or(&self.snapshot);
        let next = from.apply(revision, &changes);
        self.snapshot = next.map_err(|error| of_change(&error))?;
        Ok(())
    }

    fn answer(
        &self,
        subject: &str,
        relation: &str,
        object: &str,
        given: &Given,
    ) -> Result<JsValue, JsValue> {
        ask(subject, relation, object, given, &|request| {
            Ok(answer_of(match self.snapshot.check(request) {
                Ok(true) => None,
                Ok(false) => Some(Denial::NotGranted.kind()),
                Err(error) => Some(error.kind()),
            }))
        })
    }
}

/// Puts a question by its names.
///
/// # Errors
/// `bad-name`
pub(crate) fn ask(
    subject: &str,
    relation: &str,
    object: &str,
    given: &Given,
    answer: &dyn Fn(&CheckRequest<'_>) -> Result<JsValue, JsValue>,
) -> Result<JsValue, JsValue> {
    let (subject, object): (Subject, Object) = (parse(subject)?, parse(object)?);
    answer(&CheckRequest {
        subject: &subject,
        relation,
        object: &object,
        contextual_tuples: &given.tuples()?,
        context: &given.context,
    })
}

/// Denied for a reason, or allowed. Property by property: this is on the path of every request.
pub(crate) fn answer_of(denied: Option<&str>) -> JsValue {
    let allowed = ("allowed", denied.is_none().into());
    match denied {
        Some(reason) => object_of(&[allowed, ("reason", reason.into())]),
        None => object_of(&[allowed]),
    }
}
