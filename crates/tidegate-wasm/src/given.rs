//! What holds for one question alone, and names.

use std::str::FromStr;

use tidegate_policy::{Context, NameError, Tuple};
use wasm_bindgen::JsValue;

use crate::error::of_name;
use crate::json::Fields;

/// Tuples and values that hold for one question alone.
#[derive(Default)]
pub(crate) struct Given {
    pub(crate) tuples: Vec<Tuple>,
    pub(crate) context: Context,
}

impl Given {
    /// From the fields that every question has.
    pub(crate) fn take(fields: &mut Fields) -> Self {
        Self {
            tuples: fields.tuples("contextualTuples"),
            context: fields.context("context"),
        }
    }

    /// Where there is nothing else.
    ///
    /// # Errors
    /// As [`Fields::read`].
    pub(crate) fn read(value: &JsValue) -> Result<Self, JsValue> {
        if value.is_undefined() || value.is_null() {
            return Ok(Self::default());
        }
        Fields::read(value, Self::take)
    }
}

/// # Errors
/// `bad-name`
pub(crate) fn parse<T: FromStr<Err = NameError>>(text: &str) -> Result<T, JsValue> {
    text.parse().map_err(|error| of_name(text, &error))
}
