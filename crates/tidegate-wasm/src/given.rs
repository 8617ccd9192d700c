//! What holds for one question alone, and names.

use std::str::FromStr;

use tidegate_policy::{Context, NameError, Tuple};
use wasm_bindgen::JsValue;

use crate::error::of_name;
use crate::json::Fields;

/// Tuples and values that hold for one question alone.
pub(crate) struct Given {
    pub(crate) tuples: Vec<Tuple>,
    pub(crate) context: Context,
}

impl Given {
    /// From the fields that every question has.
    ///
    /// # Errors
    /// `bad-name`, of a tuple; `bad-input`.
    pub(crate) fn take(fields: &mut Fields) -> Result<Self, JsValue> {
        Ok(Self {
            tuples: parse_all(&fields.texts("contextualTuples")?)?,
            context: fields.context("context")?,
        })
    }

    /// Where there is nothing else.
    ///
    /// # Errors
    /// As [`Given::take`].
    pub(crate) fn read(value: &JsValue) -> Result<Self, JsValue> {
        let mut fields = Fields::read_or_none(value)?;
        let given = Self::take(&mut fields)?;
        fields.end()?;
        Ok(given)
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
    let mut tuples = Vec::with_capacity(texts.len());
    for text in texts {
        tuples.push(parse(text)?);
    }
    Ok(tuples)
}
