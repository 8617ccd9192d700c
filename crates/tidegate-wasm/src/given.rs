//! What holds for one question alone, and names.

use std::str::FromStr;

use serde::Deserialize;
use tidegate_policy::{Context, NameError, Tuple};
use wasm_bindgen::JsValue;

use crate::error::of_name;

/// Tuples and values that hold for one question alone.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Given {
    pub(crate) contextual_tuples: Option<Vec<String>>,
    pub(crate) context: Option<Context>,
}

impl Given {
    /// # Errors
    /// `bad-name`, of a tuple.
    pub(crate) fn parse(self) -> Result<(Vec<Tuple>, Context), JsValue> {
        let tuples = self.contextual_tuples.unwrap_or_default();
        Ok((parse_all(&tuples)?, self.context.unwrap_or_default()))
    }
}

/// # Errors
/// `bad-name`
pub(crate) fn parse<T: FromStr<Err = NameError>>(text: &str) -> Result<T, JsValue> {
    text.parse().map_err(|error| of_name(text, &error))
}

/// # Errors
/// `bad-name`
pub(crate) fn parse_all(texts: &[String]) -> Result<Vec<Tuple>, JsValue> {
    texts.iter().map(|text| parse(text)).collect()
}
