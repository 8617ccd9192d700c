//! Objects across the boundary, by way of JSON text: a quarter of the time of walking them from here, and the code
//! that reads and writes it is needed anyway.
//!
//! Fields are taken out of one tree by name. Readers that are derived for each type are three times the size.

use tidegate_policy::Context;
use tidegate_policy::json::Json;
use uuid::Uuid;
use wasm_bindgen::JsValue;

use crate::error::of_input;

/// The fields of an object that are still to be read, in order. A list: to take from a map is 2 % of the engine.
pub(crate) struct Fields(Vec<(String, Json)>);

/// Any value that JSON can hold.
///
/// # Errors
/// `bad-input`
pub(crate) fn read_any(value: &JsValue) -> Result<Json, JsValue> {
    let text = js_sys::JSON::stringify(value).ok();
    let text = text.filter(|text| text.is_string());
    let text = text.ok_or_else(|| of_input("expected an object that JSON can hold"))?;
    Json::last_holds(&String::from(text)).map_err(|error| of_input(&error.to_string()))
}

/// A list.
///
/// # Errors
/// `bad-input`
pub(crate) fn read_list(value: &JsValue) -> Result<Vec<Json>, JsValue> {
    match read_any(value)? {
        Json::List(items) => Ok(items),
        _ => Err(of_input("invalid type: expected a list")),
    }
}

impl Fields {
    /// Of an object.
    ///
    /// # Errors
    /// `bad-input`
    pub(crate) fn read(value: &JsValue) -> Result<Self, JsValue> {
        Self::of(read_any(value)?)
    }

    /// The same, or none where there is no object.
    ///
    /// # Errors
    /// `bad-input`
    pub(crate) fn read_or_none(value: &JsValue) -> Result<Self, JsValue> {
        if value.is_undefined() || value.is_null() {
            return Ok(Self(Vec::new()));
        }
        Self::read(value)
    }

    /// Of JSON text; none where it is no object.
    pub(crate) fn parse(json: &[u8]) -> Option<Self> {
        match Json::last_holds(str::from_utf8(json).ok()?) {
            Ok(Json::Object(fields)) => Some(Self(fields)),
            _ => None,
        }
    }

    /// # Errors
    /// `bad-input`
    pub(crate) fn of(value: Json) -> Result<Self, JsValue> {
        match value {
            Json::Object(fields) => Ok(Self(fields)),
            _ => Err(of_input("invalid type: expected an object")),
        }
    }

    /// A field that is there and not null.
    pub(crate) fn take(&mut self, name: &str) -> Option<Json> {
        let at = self.0.iter().position(|(found, _)| found == name)?;
        let (_, value) = self.0.remove(at);
        (!matches!(value, Json::Null)).then_some(value)
    }

    /// Like [`Self::take`], where null would turn a limit into its absence.
    ///
    /// # Errors
    /// `bad-input`, where it is null.
    pub(crate) fn take_not_null(&mut self, name: &str) -> Result<Option<Json>, JsValue> {
        let is_there = self.0.iter().any(|(found, _)| found == name);
        match self.take(name) {
            None if is_there => Err(of_input(&format!("field `{name}` is null"))),
            taken => Ok(taken),
        }
    }

    /// # Errors
    /// `bad-input`, where it is missing or no text.
    pub(crate) fn text(&mut self, name: &str) -> Result<String, JsValue> {
        let found = self.text_or_none(name)?;
        found.ok_or_else(|| missing(name))
    }

    /// # Errors
    /// `bad-input`, where it is no text.
    pub(crate) fn text_or_none(&mut self, name: &str) -> Result<Option<String>, JsValue> {
        self.take(name).map(|value| text(name, value)).transpose()
    }

    /// None where there is no such field.
    ///
    /// # Errors
    /// `bad-input`, where it is no list of texts.
    pub(crate) fn texts(&mut self, name: &str) -> Result<Vec<String>, JsValue> {
        texts(name, self.items(name)?)
    }

    /// # Errors
    /// `bad-input`, where it is there and no list of texts.
    pub(crate) fn texts_not_null(&mut self, name: &str) -> Result<Option<Vec<String>>, JsValue> {
        match self.take_not_null(name)? {
            None => Ok(None),
            Some(Json::List(items)) => texts(name, items).map(Some),
            Some(other) => Err(unexpected(name, "a list", &other)),
        }
    }

    /// # Errors
    /// `bad-input`, where it is no list of objects.
    #[cfg(feature = "language")]
    pub(crate) fn objects(&mut self, name: &str) -> Result<Vec<Self>, JsValue> {
        self.items(name)?.into_iter().map(Self::of).collect()
    }

    /// # Errors
    /// `bad-input`, where it is no list.
    pub(crate) fn items(&mut self, name: &str) -> Result<Vec<Json>, JsValue> {
        match self.take(name) {
            None => Ok(Vec::new()),
            Some(Json::List(items)) => Ok(items),
            Some(other) => Err(unexpected(name, "a list", &other)),
        }
    }

    /// # Errors
    /// `bad-input`, where it is missing, or no whole number from 0.
    pub(crate) fn number(&mut self, name: &str) -> Result<u64, JsValue> {
        let found = self.number_or_none(name)?;
        found.ok_or_else(|| missing(name))
    }

    /// # Errors
    /// `bad-input`, where it is no whole number from 0.
    pub(crate) fn number_or_none(&mut self, name: &str) -> Result<Option<u64>, JsValue> {
        let read = |value: Json| {
            let number = match &value {
                Json::Number(number) => number.as_u64(),
                _ => None,
            };
            number.ok_or_else(|| unexpected(name, "a whole number", &value))
        };
        self.take(name).map(read).transpose()
    }

    /// # Errors
    /// `bad-input`, where it is missing or no UUID.
    #[cfg(feature = "language")]
    pub(crate) fn uuid(&mut self, name: &str) -> Result<Uuid, JsValue> {
        uuid(name, &self.text(name)?)
    }

    /// Values of conditions' parameters; none where there is no such field.
    ///
    /// # Errors
    /// `bad-input`
    pub(crate) fn context(&mut self, name: &str) -> Result<Context, JsValue> {
        match self.take(name) {
            None => Ok(Context::default()),
            Some(values @ Json::Object(_)) => {
                Context::try_from(values).map_err(|error| of_input(&error.to_string()))
            }
            Some(other) => Err(unexpected(name, "an object", &other)),
        }
    }

    /// That nothing is left.
    ///
    /// # Errors
    /// `bad-input`
    pub(crate) fn end(&self) -> Result<(), JsValue> {
        match self.0.first() {
            None => Ok(()),
            Some((name, _)) => Err(of_input(&format!("unknown field `{name}`"))),
        }
    }
}

/// # Errors
/// `bad-input`
pub(crate) fn uuid(name: &str, text: &str) -> Result<Uuid, JsValue> {
    Uuid::try_parse(text).map_err(|_| of_input(&format!("field `{name}`: `{text}` is no UUID")))
}

fn text(name: &str, value: Json) -> Result<String, JsValue> {
    match value {
        Json::Text(text) => Ok(text),
        other => Err(unexpected(name, "a string", &other)),
    }
}

fn texts(name: &str, items: Vec<Json>) -> Result<Vec<String>, JsValue> {
    let mut texts = Vec::with_capacity(items.len());
    for item in items {
        texts.push(text(name, item)?);
    }
    Ok(texts)
}

fn missing(name: &str) -> JsValue {
    of_input(&format!("missing field `{name}`"))
}

fn unexpected(name: &str, expected: &str, found: &Json) -> JsValue {
    of_input(&format!(
        "field `{name}`: expected {expected}, found {found}"
    ))
}

/// A plain object or list.
///
/// # Errors
/// None: what is written here is JSON.
#[cfg(feature = "language")]
pub(crate) fn write(value: &Json) -> Result<JsValue, JsValue> {
    js_sys::JSON::parse(&value.to_string())
}
