//! Objects across the boundary, by way of JSON text: a quarter of the time of walking them from here, and the code
//! that reads and writes it is needed anyway.

use tidegate_policy::json::{Fields, Json};
use wasm_bindgen::JsValue;

use crate::error::of_input;
use crate::host::{self, Object};

/// Any value that JSON can hold.
///
/// # Errors
/// `bad-input`
pub(crate) fn read_any(value: &JsValue) -> Result<Json, JsValue> {
    let text = host::stringify(value).ok().flatten();
    let text = text.ok_or_else(|| of_input(&"expected an object that JSON can hold"))?;
    Json::last_holds(&text).map_err(|error| of_input(&error))
}

/// A list.
///
/// # Errors
/// `bad-input`
pub(crate) fn read_list(value: &JsValue) -> Result<Vec<Json>, JsValue> {
    match read_any(value)? {
        Json::List(items) => Ok(items),
        _ => Err(of_input(&"invalid type: expected a list")),
    }
}

/// Reads an object.
///
/// # Errors
/// `bad-input`
pub(crate) fn read<T>(value: &JsValue, read: impl FnOnce(&mut Fields) -> T) -> Result<T, JsValue> {
    let mut fields = fields_of(value)?;
    let found = read(&mut fields);
    end(fields)?;
    Ok(found)
}

/// The fields of an object, to be read one by one up to [`end`].
///
/// # Errors
/// `bad-input`
pub(crate) fn fields_of(value: &JsValue) -> Result<Fields, JsValue> {
    read_any(value).map(Fields::of)
}

/// That all was good, and nothing is left.
///
/// # Errors
/// `bad-input`
pub(crate) fn end(fields: Fields) -> Result<(), JsValue> {
    fields.end().map_err(|wrong| of_input(&wrong))
}

/// An object of these properties.
pub(crate) fn object_of(properties: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in properties {
        object.set(name, value);
    }
    object.into()
}

/// A plain object or list.
///
/// # Errors
/// None: what is written here is JSON.
#[cfg(feature = "language")]
pub(crate) fn write(value: &Json) -> Result<JsValue, JsValue> {
    let mut text = String::new();
    value.write(&mut text);
    host::parse(&text)
}
