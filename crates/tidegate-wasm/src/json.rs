//! Objects across the boundary, by way of JSON text: a quarter of the time of walking them from here, and the code
//! that reads and writes it is needed anyway.
//!
//! Fields are taken out of one tree by name. Readers that are derived for each type are three times the size.

use js_sys::{Object, Reflect};
use tidegate_policy::json::Json;
use tidegate_policy::{Context, Tuple};
use uuid::Uuid;
use wasm_bindgen::JsValue;

use crate::error::of_input;
use crate::given::parse;

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

/// The fields of an object that are still to be read, in order. A list: to take from a map is 2 % of the engine.
///
/// What is not good is noted, and the reader goes on with nothing in its place: who asks for an object gets it only if
/// all of it was good. A way out at each field is twice the size.
pub(crate) struct Fields {
    fields: Vec<(String, Json)>,
    /// The first thing that is not good.
    wrong: Option<JsValue>,
}

impl Fields {
    /// Reads an object.
    ///
    /// # Errors
    /// `bad-input`: it is none, has fields that were not read, or some that are not as they should be; `bad-name`, of
    /// a tuple.
    pub(crate) fn read<T>(
        value: &JsValue,
        read: impl FnOnce(&mut Self) -> T,
    ) -> Result<T, JsValue> {
        Self::of(read_any(value)?, read)
    }

    /// The same of what was JSON.
    ///
    /// # Errors
    /// As [`Fields::read`].
    pub(crate) fn of<T>(value: Json, read: impl FnOnce(&mut Self) -> T) -> Result<T, JsValue> {
        let mut fields = Self::new(value);
        let found = read(&mut fields);
        fields.end()?;
        Ok(found)
    }

    /// The same of JSON text; none where that is not good.
    pub(crate) fn parse<T>(json: &[u8], read: impl FnOnce(&mut Self) -> T) -> Option<T> {
        let value = Json::last_holds(str::from_utf8(json).ok()?).ok()?;
        Self::of(value, read).ok()
    }

    fn new(value: Json) -> Self {
        let (fields, wrong) = match value {
            Json::Object(fields) => (fields, None),
            _ => {
                let wrong = of_input("invalid type: expected an object");
                (Vec::new(), Some(wrong))
            }
        };
        Self { fields, wrong }
    }

    /// That nothing is wrong, and nothing left.
    fn end(self) -> Result<(), JsValue> {
        let left = self.fields.first();
        let left = left.map(|(name, _)| of_input(&format!("unknown field `{name}`")));
        self.wrong.or(left).map_or(Ok(()), Err)
    }

    fn note(&mut self, wrong: JsValue) {
        self.wrong.get_or_insert(wrong);
    }

    fn missing(&mut self, name: &str) {
        self.note(of_input(&format!("missing field `{name}`")));
    }

    fn unexpected(&mut self, name: &str, expected: &str, found: &Json) {
        let message = format!("field `{name}`: expected {expected}, found {found}");
        self.note(of_input(&message));
    }

    /// An object within: of a field that was taken.
    pub(crate) fn within<T>(&mut self, value: Json, read: impl FnOnce(&mut Self) -> T) -> T {
        let mut fields = Self::new(value);
        let found = read(&mut fields);
        if let Err(wrong) = fields.end() {
            self.note(wrong);
        }
        found
    }

    /// A field that is there and not null.
    pub(crate) fn take(&mut self, name: &str) -> Option<Json> {
        let at = self.fields.iter().position(|(found, _)| found == name)?;
        let (_, value) = self.fields.remove(at);
        (!matches!(value, Json::Null)).then_some(value)
    }

    /// Like [`Self::take`], where null would turn a limit into its absence.
    pub(crate) fn take_not_null(&mut self, name: &str) -> Option<Json> {
        let is_there = self.fields.iter().any(|(found, _)| found == name);
        let taken = self.take(name);
        if is_there && taken.is_none() {
            self.note(of_input(&format!("field `{name}` is null")));
        }
        taken
    }

    pub(crate) fn text(&mut self, name: &str) -> String {
        let found = self.text_or_none(name);
        found.unwrap_or_else(|| {
            self.missing(name);
            String::new()
        })
    }

    pub(crate) fn text_or_none(&mut self, name: &str) -> Option<String> {
        let value = self.take(name)?;
        Some(self.text_of(name, value))
    }

    fn text_of(&mut self, name: &str, value: Json) -> String {
        match value {
            Json::Text(text) => text,
            other => {
                self.unexpected(name, "a string", &other);
                String::new()
            }
        }
    }

    /// None where there is no such field.
    pub(crate) fn texts(&mut self, name: &str) -> Vec<String> {
        let value = self.take(name);
        value.map_or_else(Vec::new, |value| self.texts_of(name, value))
    }

    /// Like [`Self::texts`], of [`Self::take_not_null`].
    pub(crate) fn texts_not_null(&mut self, name: &str) -> Option<Vec<String>> {
        let value = self.take_not_null(name)?;
        Some(self.texts_of(name, value))
    }

    fn texts_of(&mut self, name: &str, value: Json) -> Vec<String> {
        let items = self.items_of(name, value);
        let mut texts = Vec::with_capacity(items.len());
        for item in items {
            texts.push(self.text_of(name, item));
        }
        texts
    }

    fn items_of(&mut self, name: &str, value: Json) -> Vec<Json> {
        match value {
            Json::List(items) => items,
            other => {
                self.unexpected(name, "a list", &other);
                Vec::new()
            }
        }
    }

    /// None where there is no such field.
    #[cfg(feature = "language")]
    pub(crate) fn objects<T>(&mut self, name: &str, read: impl Fn(&mut Self) -> T) -> Vec<T> {
        let value = self.take(name);
        let items = value.map_or_else(Vec::new, |value| self.items_of(name, value));
        let mut objects = Vec::with_capacity(items.len());
        for item in items {
            objects.push(self.within(item, &read));
        }
        objects
    }

    /// None where there is no such field.
    pub(crate) fn tuples(&mut self, name: &str) -> Vec<Tuple> {
        let texts = self.texts(name);
        let mut tuples = Vec::with_capacity(texts.len());
        for text in &texts {
            match parse(text) {
                Ok(tuple) => tuples.push(tuple),
                Err(wrong) => self.note(wrong),
            }
        }
        tuples
    }

    /// A whole number from 0.
    pub(crate) fn number(&mut self, name: &str) -> u64 {
        let found = self.number_or_none(name);
        found.unwrap_or_else(|| {
            self.missing(name);
            0
        })
    }

    /// A whole number from 0.
    pub(crate) fn number_or_none(&mut self, name: &str) -> Option<u64> {
        let value = self.take(name)?;
        let number = match &value {
            Json::Number(number) => number.as_u64(),
            _ => None,
        };
        if number.is_none() {
            self.unexpected(name, "a whole number", &value);
        }
        number
    }

    pub(crate) fn uuid(&mut self, name: &str) -> Uuid {
        let text = self.text(name);
        self.uuid_of(name, &text)
    }

    pub(crate) fn uuids_of(&mut self, name: &str, texts: &[String]) -> Vec<Uuid> {
        let mut uuids = Vec::with_capacity(texts.len());
        for text in texts {
            uuids.push(self.uuid_of(name, text));
        }
        uuids
    }

    pub(crate) fn uuid_of(&mut self, name: &str, text: &str) -> Uuid {
        Uuid::try_parse(text).unwrap_or_else(|_| {
            self.note(of_input(&format!("field `{name}`: `{text}` is no UUID")));
            Uuid::nil()
        })
    }

    /// Values of conditions' parameters; none where there is no such field.
    pub(crate) fn context(&mut self, name: &str) -> Context {
        match self.take(name) {
            Some(values) => read_context(values).unwrap_or_else(|wrong| {
                self.note(wrong);
                Context::default()
            }),
            None => Context::default(),
        }
    }
}

/// Values of conditions' parameters.
///
/// # Errors
/// `bad-input`
pub(crate) fn read_context(values: Json) -> Result<Context, JsValue> {
    Context::try_from(values).map_err(|error| of_input(&error.to_string()))
}

/// An object of these properties.
pub(crate) fn object_of(properties: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in properties {
        // A fresh object takes every property.
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object.into()
}

/// A plain object or list.
///
/// # Errors
/// None: what is written here is JSON.
#[cfg(feature = "language")]
pub(crate) fn write(value: &Json) -> Result<JsValue, JsValue> {
    js_sys::JSON::parse(&value.to_string())
}

/// An object.
#[cfg(feature = "language")]
pub(crate) fn object<const FIELDS: usize>(fields: [(&str, Json); FIELDS]) -> Json {
    fields.into()
}
