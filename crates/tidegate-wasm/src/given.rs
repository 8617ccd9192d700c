//! What holds for one question alone, and names.

use std::str::FromStr;

use tidegate_policy::json::Fields;
use tidegate_policy::{Context, NameError, Tuple};
use wasm_bindgen::JsValue;

use crate::error::of_name;
use crate::json::read;

/// Tuples and values that hold for one question alone.
#[derive(Default)]
pub(crate) struct Given {
    tuples: Vec<String>,
    pub(crate) context: Context,
}

impl Given {
    /// From the fields that every question has.
    pub(crate) fn take(fields: &mut Fields) -> Self {
        Self {
            tuples: fields.texts("contextualTuples"),
            context: fields.context("context"),
        }
    }

    /// Where there is nothing else.
    ///
    /// # Errors
    /// `bad-input`
    pub(crate) fn read(value: &JsValue) -> Result<Self, JsValue> {
        if value.is_undefined() || value.is_null() {
            return Ok(Self::default());
        }
        read(value, Self::take)
    }

    /// # Errors
    /// `bad-name`
    pub(crate) fn tuples(&self) -> Result<Vec<Tuple>, JsValue> {
        let mut tuples = Vec::with_capacity(self.tuples.len());
        for text in &self.tuples {
            tuples.push(parse(text)?);
        }
        Ok(tuples)
    }
}

/// # Errors
/// `bad-name`
pub(crate) fn parse<T: FromStr<Err = NameError>>(text: &str) -> Result<T, JsValue> {
    text.parse().map_err(|error| of_name(text, &error))
}
