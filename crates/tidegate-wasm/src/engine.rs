//! The engine: a snapshot that answers questions and follows changes.

use js_sys::{Object as JsObject, Reflect};
use tidegate_policy::{Caller, CheckRequest, Decision, Denial, Object, Request, Snapshot, Subject};
#[cfg(feature = "language")]
use tidegate_policy::{Change, Profile};
use wasm_bindgen::prelude::*;

#[cfg(feature = "language")]
use crate::error::{of_change, of_input};
#[cfg(feature = "language")]
use crate::given::parse_all;
use crate::given::{Given, parse};
#[cfg(feature = "language")]
use crate::json::uuid;
use crate::json::{Fields, read_list};

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
        let mut fields = Fields::read(input)?;
        let model = fields.text("model")?;
        let profile = profile(&mut fields)?.unwrap_or_default();
        let objects = fields.objects("objects")?;
        let tuples = fields.texts("tuples")?;
        let revision = fields.number("revision")?;
        fields.end()?;
        let model = crate::model::parse(&model)?;
        let mut changes = put(objects)?;
        changes.extend(parse_all(&tuples)?.into_iter().map(Change::Write));
        let snapshot = Snapshot::new(model, profile).apply(revision, &changes);
        let snapshot = snapshot.map_err(|error| of_change(&error))?;
        Ok(Self { snapshot })
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
        let mut fields = Fields::read(changes)?;
        let model = fields.text_or_none("model")?;
        let profile = profile(&mut fields)?;
        let forget = fields.texts("forget")?;
        let objects = fields.objects("put")?;
        let delete = fields.texts("delete")?;
        let write = fields.texts("write")?;
        let revoke = fields.texts("revoke")?;
        let revision = fields.number("revision")?;
        fields.end()?;
        let model = model.map(|model| crate::model::parse(&model)).transpose()?;
        let mut changes = Vec::new();
        for object in &forget {
            changes.push(Change::Forget(parse(object)?));
        }
        changes.extend(put(objects)?);
        changes.extend(parse_all(&delete)?.into_iter().map(Change::Delete));
        changes.extend(parse_all(&write)?.into_iter().map(Change::Write));
        for jti in &revoke {
            let jti = uuid("revoke", jti)?;
            changes.push(Change::Revoke { jti });
        }
        let held = &self.snapshot;
        let renewed = (model.is_some() || profile.is_some()).then(|| {
            let model = model.unwrap_or_else(|| held.model().clone());
            held.with_model(model, profile.unwrap_or_else(|| held.profile().clone()))
        });
        let next = renewed.as_ref().unwrap_or(held).apply(revision, &changes);
        self.snapshot = next.map_err(|error| of_change(&error))?;
        Ok(())
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
        let Given { tuples, context } = Given::read(given)?;
        let (subject, object): (Subject, Object) = (parse(subject)?, parse(object)?);
        Ok(self.answer(&CheckRequest {
            subject: &subject,
            relation,
            object: &object,
            contextual_tuples: &tuples,
            context: &context,
        }))
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
        let answers = js_sys::Array::new();
        for request in read_list(requests)? {
            let mut fields = Fields::of(request)?;
            let subject: Subject = parse(&fields.text("subject")?)?;
            let relation = fields.text("relation")?;
            let object = parse(&fields.text("object")?)?;
            let Given { tuples, context } = Given::take(&mut fields)?;
            fields.end()?;
            answers.push(&self.answer(&CheckRequest {
                subject: &subject,
                relation: &relation,
                object: &object,
                contextual_tuples: &tuples,
                context: &context,
            }));
        }
        Ok(answers.into())
    }

    /// May the caller do the action on the resource?
    ///
    /// # Errors
    /// `bad-name`, `bad-input`
    #[wasm_bindgen(unchecked_return_type = "Answer")]
    pub fn decide(
        &self,
        #[wasm_bindgen(unchecked_param_type = "DecideRequest")] request: &JsValue,
    ) -> Result<JsValue, JsValue> {
        let asked = Asked::read(request)?;
        let decision = tidegate_policy::decide(&asked.request(), &self.snapshot);
        Ok(answer(&decision))
    }
}

impl Engine {
    fn answer(&self, request: &CheckRequest<'_>) -> JsValue {
        answer(&match self.snapshot.check(request) {
            Ok(true) => Decision::Allow,
            Ok(false) => Decision::Deny(Denial::NotGranted),
            Err(error) => Decision::Deny(error.into()),
        })
    }
}

/// What a decision is asked for.
pub(crate) struct Asked {
    /// Object and kind.
    caller: Option<(Object, String)>,
    action: String,
    resource: Object,
    given: Given,
}

impl Asked {
    /// # Errors
    /// `bad-name`, `bad-input`
    pub(crate) fn read(request: &JsValue) -> Result<Self, JsValue> {
        let mut fields = Fields::read(request)?;
        let caller = match fields.take("caller") {
            Some(by) => {
                let mut by = Fields::of(by)?;
                let caller = (by.text("object")?, by.text("kind")?);
                by.end()?;
                Some(caller)
            }
            None => None,
        };
        let action = fields.text("action")?;
        let resource = fields.text("resource")?;
        let given = Given::take(&mut fields)?;
        fields.end()?;
        Ok(Self {
            caller: match caller {
                Some((object, kind)) => Some((parse(&object)?, kind)),
                None => None,
            },
            action,
            resource: parse(&resource)?,
            given,
        })
    }

    pub(crate) fn request(&self) -> Request<'_> {
        Request {
            caller: match &self.caller {
                Some((object, kind)) => Caller::Principal { object, kind },
                None => Caller::Anonymous,
            },
            action: &self.action,
            resource: &self.resource,
            contextual_tuples: &self.given.tuples,
            context: &self.given.context,
        }
    }
}

/// # Errors
/// `bad-input`
#[cfg(feature = "language")]
fn profile(fields: &mut Fields) -> Result<Option<Profile>, JsValue> {
    // By way of text, as bundles have it.
    let found = fields.take("profile");
    let found = found.map(|found| Profile::from_json(&found.to_string()));
    found
        .transpose()
        .map_err(|error| of_input(&error.to_string()))
}

#[cfg(feature = "language")]
fn put(objects: Vec<Fields>) -> Result<Vec<Change>, JsValue> {
    let put = |mut known: Fields| {
        let object = known.text("object")?;
        let uid = known.uuid("uid")?;
        let valid_from_s = known.number("validFromS")?;
        known.end()?;
        Ok(Change::Put {
            object: parse(&object)?,
            uid,
            valid_from_s,
        })
    };
    objects.into_iter().map(put).collect()
}

/// Property by property: this is on the path of every request.
fn answer(decision: &Decision) -> JsValue {
    answer_of(match decision {
        Decision::Allow => None,
        Decision::Deny(denial) => Some(denial.kind()),
    })
}

/// Denied for a reason, or allowed.
pub(crate) fn answer_of(denied: Option<&str>) -> JsValue {
    let answer = JsObject::new();
    let set = |name: &str, value: JsValue| {
        // A fresh object takes every property.
        let _ = Reflect::set(&answer, &name.into(), &value);
    };
    set("allowed", denied.is_none().into());
    if let Some(reason) = denied {
        set("reason", reason.into());
    }
    answer.into()
}
