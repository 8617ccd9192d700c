//! What is thrown: an `Error` whose `kind` is a stable word.

use std::fmt::Display;

#[cfg(feature = "language")]
use tidegate_policy::ChangeError;
#[cfg(feature = "language")]
use tidegate_policy::ListError;
use tidegate_policy::NameError;
use wasm_bindgen::prelude::*;

#[cfg(feature = "language")]
use crate::host::Object;

/// The input is not of the shape that the types describe.
pub(crate) const BAD_INPUT: &str = "bad-input";
/// A text is no object, subject, tuple or context.
pub(crate) const BAD_NAME: &str = "bad-name";
/// The model is not valid; `errors` says why.
#[cfg(feature = "language")]
pub(crate) const BAD_MODEL: &str = "bad-model";
/// The model does not allow a tuple that is to be stored.
#[cfg(feature = "language")]
pub(crate) const BAD_TUPLE: &str = "bad-tuple";
/// The revision does not follow the one held.
#[cfg(feature = "language")]
const BAD_REVISION: &str = "bad-revision";

#[wasm_bindgen(module = "/src/error.js")]
extern "C" {
    #[wasm_bindgen(js_name = policyError)]
    fn policy_error(kind: &str, message: &str) -> JsValue;
}

/// A `PolicyError` of a kind. The message is written here alone: to write one is code for each type.
pub(crate) fn error(kind: &str, message: &dyn Display) -> JsValue {
    policy_error(kind, &message.to_string())
}

/// The same with one more property.
#[cfg(feature = "language")]
pub(crate) fn with(error: JsValue, name: &str, value: &JsValue) -> JsValue {
    let error = Object::from(error);
    error.set(name, value);
    error.into()
}

pub(crate) fn of_input(message: &dyn Display) -> JsValue {
    error(BAD_INPUT, message)
}

pub(crate) fn of_name(text: &str, found: &NameError) -> JsValue {
    error(BAD_NAME, &format_args!("`{text}`: {found}"))
}

#[cfg(feature = "language")]
pub(crate) fn of_change(found: &ChangeError) -> JsValue {
    let kind = match found {
        ChangeError::Revision { .. } => BAD_REVISION,
        _ => BAD_TUPLE,
    };
    error(kind, found)
}

/// With the type, and the relation, that is not known.
#[cfg(feature = "language")]
pub(crate) fn of_list(found: &ListError) -> JsValue {
    let thrown = error(found.kind(), found);
    match found {
        ListError::UnknownType(name) => with(thrown, "type", &name.into()),
        ListError::UnknownRelation {
            type_name,
            relation,
        } => {
            let thrown = with(thrown, "type", &type_name.into());
            with(thrown, "relation", &relation.into())
        }
        ListError::Context { .. } | ListError::TooManyTuples(_) => thrown,
    }
}
