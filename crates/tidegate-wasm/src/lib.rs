//! JavaScript bindings of the decision engine: the same answers in a browser, an edge function and
//! Node as in the gateway.
//!
//! Objects, subjects and tuples are texts, as everywhere in OpenFGA. What is malformed throws; a
//! question that is well formed is answered, and every doubt is a deny with its reason. Fields that
//! do not exist are refused: a cap with a misspelled name would else be no cap.

use std::fmt::Display;
use std::str::FromStr;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tidegate_policy::{
    Caller, Change, CheckRequest, Context, Decision, Denial, Model, Object, Profile, Request,
    Snapshot, Subject, Tuple,
};
use uuid::Uuid;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("types.d.ts");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EngineInput {
    model: String,
    profile: Profile,
    objects: Vec<KnownObject>,
    tuples: Vec<String>,
    revision: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct KnownObject {
    object: String,
    uid: Uuid,
    valid_from_s: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DecideRequest {
    caller: Option<By>,
    action: String,
    resource: String,
    context: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct By {
    object: String,
    kind: String,
}

#[derive(Serialize)]
struct Answer {
    allowed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

/// A snapshot that answers questions.
#[wasm_bindgen]
pub struct Engine {
    snapshot: Snapshot,
}

#[wasm_bindgen]
impl Engine {
    /// Builds from a model, a profile, objects and tuples.
    ///
    /// # Errors
    /// Everything that is wrong with the model, with line and column; or the first name, tuple or
    /// field that is not good.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_param_type = "EngineInput")] input: &JsValue,
    ) -> Result<Engine, JsError> {
        let EngineInput {
            model,
            profile,
            objects,
            tuples,
            revision,
        } = read(input)?;
        let model = Model::parse(&model)?;
        let mut changes = Vec::with_capacity(objects.len() + tuples.len());
        for KnownObject {
            object,
            uid,
            valid_from_s,
        } in objects
        {
            let object = parse(&object)?;
            changes.push(Change::Put {
                object,
                uid,
                valid_from_s,
            });
        }
        for tuple in parse_all(&tuples)? {
            changes.push(Change::Write(tuple));
        }
        let snapshot = Snapshot::new(model, profile).apply(revision, &changes)?;
        Ok(Self { snapshot })
    }

    /// OpenFGA's check: does the subject have the relation to the object?
    ///
    /// # Errors
    /// A name that is malformed.
    #[wasm_bindgen(unchecked_return_type = "Answer")]
    pub fn check(
        &self,
        subject: &str,
        relation: &str,
        object: &str,
        context: Option<Vec<String>>,
    ) -> Result<JsValue, JsError> {
        let (subject, object): (Subject, Object) = (parse(subject)?, parse(object)?);
        let checked = self.snapshot.check(&CheckRequest {
            subject: &subject,
            relation,
            object: &object,
            contextual_tuples: &parse_all(&context.unwrap_or_default())?,
            context: Context::EMPTY,
        });
        answer(&match checked {
            Ok(true) => Decision::Allow,
            Ok(false) => Decision::Deny(Denial::NotGranted),
            Err(error) => Decision::Deny(error.into()),
        })
    }

    /// May the caller do the action on the resource?
    ///
    /// # Errors
    /// A name or field that is malformed.
    #[wasm_bindgen(unchecked_return_type = "Answer")]
    pub fn decide(
        &self,
        #[wasm_bindgen(unchecked_param_type = "DecideRequest")] request: &JsValue,
    ) -> Result<JsValue, JsError> {
        let DecideRequest {
            caller,
            action,
            resource,
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
        answer(&tidegate_policy::decide(
            &Request {
                caller,
                action: &action,
                resource: &parse(&resource)?,
                contextual_tuples: &parse_all(&context.unwrap_or_default())?,
                context: Context::EMPTY,
            },
            &self.snapshot,
        ))
    }
}

/// By way of JSON text: a quarter of the time of walking the object from here, and serde-wasm-bindgen
/// passes over fields that it is not asked for.
fn read<T: DeserializeOwned>(value: &JsValue) -> Result<T, JsError> {
    let text = js_sys::JSON::stringify(value)
        .ok()
        .and_then(|text| JsValue::from(text).as_string())
        .ok_or_else(|| JsError::new("expected an object that JSON can hold"))?;
    Ok(serde_json::from_str(&text)?)
}

fn parse<T: FromStr<Err: Display>>(text: &str) -> Result<T, JsError> {
    text.parse()
        .map_err(|error| JsError::new(&format!("`{text}`: {error}")))
}

fn parse_all(texts: &[String]) -> Result<Vec<Tuple>, JsError> {
    texts.iter().map(|text| parse(text)).collect()
}

fn answer(decision: &Decision) -> Result<JsValue, JsError> {
    let reason = match decision {
        Decision::Allow => None,
        Decision::Deny(denial) => Some(denial.kind()),
    };
    let allowed = decision.is_allowed();
    Ok(serde_wasm_bindgen::to_value(&Answer { allowed, reason })?)
}
