//! Objects across the boundary, by way of JSON text: a quarter of the time of walking them from here, and the code
//! that reads and writes it is needed anyway.

#[cfg(any(feature = "language", feature = "lists"))]
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;

use crate::error::of_input;

/// A value of an expected shape.
///
/// # Errors
/// `bad-input`
pub(crate) fn read<T: DeserializeOwned>(value: &JsValue) -> Result<T, JsValue> {
    let text = js_sys::JSON::stringify(value).ok();
    let text = text.filter(|text| text.is_string());
    let text = text.ok_or_else(|| of_input(&"expected an object that JSON can hold"))?;
    serde_json::from_str(&String::from(text)).map_err(|error| of_input(&error))
}

/// The same, or the default where there is none.
///
/// # Errors
/// `bad-input`
pub(crate) fn read_or_default<T: DeserializeOwned + Default>(
    value: &JsValue,
) -> Result<T, JsValue> {
    if value.is_undefined() || value.is_null() {
        return Ok(T::default());
    }
    read(value)
}

/// A plain object or list.
///
/// # Errors
/// `bad-input`, of what JSON cannot hold.
#[cfg(any(feature = "language", feature = "lists"))]
pub(crate) fn write(value: &impl Serialize) -> Result<JsValue, JsValue> {
    let text = serde_json::to_string(value).map_err(|error| of_input(&error))?;
    js_sys::JSON::parse(&text)
}
