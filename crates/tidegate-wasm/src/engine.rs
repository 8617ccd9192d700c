//! The engine: a snapshot that answers questions and follows changes.

use js_sys::{Object as JsObject, Reflect};
use serde::Deserialize;
use tidegate_policy::{
    Caller, CheckRequest, Context, Decision, Denial, Object, Request, Snapshot, Subject,
};
#[cfg(feature = "language")]
use tidegate_policy::{Change, Profile};
#[cfg(feature = "language")]
use uuid::Uuid;
use wasm_bindgen::prelude::*;

#[cfg(feature = "language")]
use crate::error::of_change;
use crate::given::{Given, parse, parse_all};
use crate::json::{read, read_or_default};

#[cfg(feature = "language")]
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EngineInput {
    model: String,
    #[serde(default)]
    profile: Profile,
    #[serde(default)]
    objects: Vec<KnownObject>,
    #[serde(default)]
    tuples: Vec<String>,
    revision: u64,
}

#[cfg(feature = "language")]
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct KnownObject {
    object: String,
    uid: Uuid,
    valid_from_s: u64,
}

/// Changes up to one revision, in the order of the fields.
#[cfg(feature = "language")]
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Changes {
    revision: u64,
    model: Option<String>,
    profile: Option<Profile>,
    #[serde(default)]
    forget: Vec<String>,
    #[serde(default)]
    put: Vec<KnownObject>,
    #[serde(default)]
    delete: Vec<String>,
    #[serde(default)]
    write: Vec<String>,
    #[serde(default)]
    revoke: Vec<Uuid>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct DecideRequest {
    caller: Option<By>,
    action: String,
    resource: String,
    contextual_tuples: Option<Vec<String>>,
    context: Option<Context>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct By {
    object: String,
    kind: String,
}

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
        let EngineInput {
            model,
            profile,
            objects,
            tuples,
            revision,
        } = read(input)?;
        let model = crate::model::parse(&model)?;
        let mut changes = put(&objects)?;
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
        let Changes {
            revision,
            model,
            profile,
            forget,
            put: objects,
            delete,
            write,
            revoke,
        } = read(changes)?;
        let model = model.map(|model| crate::model::parse(&model)).transpose()?;
        let mut changes = Vec::new();
        for object in &forget {
            changes.push(Change::Forget(parse(object)?));
        }
        changes.extend(put(&objects)?);
        changes.extend(parse_all(&delete)?.into_iter().map(Change::Delete));
        changes.extend(parse_all(&write)?.into_iter().map(Change::Write));
        changes.extend(revoke.into_iter().map(|jti| Change::Revoke { jti }));
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
        let (subject, object): (Subject, Object) = (parse(subject)?, parse(object)?);
        let (tuples, context) = read_or_default::<Given>(given)?.parse()?;
        let checked = self.snapshot.check(&CheckRequest {
            subject: &subject,
            relation,
            object: &object,
            contextual_tuples: &tuples,
            context: &context,
        });
        Ok(answer(&match checked {
            Ok(true) => Decision::Allow,
            Ok(false) => Decision::Deny(Denial::NotGranted),
            Err(error) => Decision::Deny(error.into()),
        }))
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
        let DecideRequest {
            caller,
            action,
            resource,
            contextual_tuples,
            context,
        } = read(request)?;
        let by = match caller {
            Some(By { object, kind }) => Some((parse(&object)?, kind)),
            None => None,
        };
        let caller = match &by {
            Some((object, kind)) => Caller::Principal { object, kind },
            None => Caller::Anonymous,
        };
        let request = Request {
            caller,
            action: &action,
            resource: &parse(&resource)?,
            contextual_tuples: &parse_all(&contextual_tuples.unwrap_or_default())?,
            context: &context.unwrap_or_default(),
        };
        Ok(answer(&tidegate_policy::decide(&request, &self.snapshot)))
    }
}

#[cfg(feature = "language")]
fn put(objects: &[KnownObject]) -> Result<Vec<Change>, JsValue> {
    let put = |known: &KnownObject| {
        Ok(Change::Put {
            object: parse(&known.object)?,
            uid: known.uid,
            valid_from_s: known.valid_from_s,
        })
    };
    objects.iter().map(put).collect()
}

/// Property by property: this is on the path of every request.
fn answer(decision: &Decision) -> JsValue {
    let answer = JsObject::new();
    let set = |name: &str, value: JsValue| {
        // A fresh object takes every property.
        let _ = Reflect::set(&answer, &name.into(), &value);
    };
    set("allowed", decision.is_allowed().into());
    if let Decision::Deny(denial) = decision {
        set("reason", denial.kind().into());
    }
    answer.into()
}
