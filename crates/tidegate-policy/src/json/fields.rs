//! The fields of an object, read by name.
//!
//! One reader for profiles, heads of bundles and what JavaScript asks: readers that are derived for each type are three
//! times the size.

use uuid::Uuid;

use super::{Json, by_name};
use crate::condition::Context;

/// The fields of an object that are still to be read, in order. A list: to take from a map is 2 % of the engine in a
/// browser.
///
/// What is not good is noted, and the reader goes on with nothing in its place: who asks for an object gets it only if
/// all of it was good. A way out at each field is twice the size.
#[derive(Debug)]
pub struct Fields {
    fields: Vec<(String, Json)>,
    /// The first thing that is not good.
    wrong: Option<String>,
}

impl Fields {
    /// Reads an object.
    ///
    /// # Errors
    /// In words: it is none, has fields that were not read, or some that are not as they should be.
    pub fn read<T>(object: Json, read: impl FnOnce(&mut Self) -> T) -> Result<T, String> {
        let mut fields = Self::of(object);
        let found = read(&mut fields);
        fields.end()?;
        Ok(found)
    }

    /// Those of an object, to be read one by one up to [`Self::end`].
    pub fn of(object: Json) -> Self {
        let (fields, wrong) = match object {
            Json::Object(fields) => (fields, None),
            _ => (
                Vec::new(),
                Some("invalid type: expected an object".to_owned()),
            ),
        };
        Self { fields, wrong }
    }

    /// That nothing is wrong, and nothing left.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn end(mut self) -> Result<(), String> {
        if let Some((name, _)) = self.fields.first() {
            let unknown = format!("unknown field `{name}`");
            self.note(unknown);
        }
        self.wrong.map_or(Ok(()), Err)
    }

    /// Notes what is wrong, in words.
    pub fn note(&mut self, wrong: String) {
        self.wrong.get_or_insert(wrong);
    }

    fn missing(&mut self, name: &str) {
        self.note(format!("missing field `{name}`"));
    }

    /// Notes that a field is of another form.
    pub fn unexpected(&mut self, name: &str, expected: &str, found: &Json) {
        self.note(format!(
            "field `{name}`: expected {expected}, found {found}"
        ));
    }

    /// An object within: the value of a field.
    pub fn within<T>(&mut self, object: Json, read: impl FnOnce(&mut Self) -> T) -> T {
        let mut fields = Self::of(object);
        let found = read(&mut fields);
        if let Err(wrong) = fields.end() {
            self.note(wrong);
        }
        found
    }

    /// The fields of an object whose names are not known, in their order; none where there is no such object.
    pub fn each(&mut self, name: &str) -> Vec<(String, Json)> {
        match self.take_not_null(name) {
            Some(Json::Object(mut fields)) => {
                by_name(&mut fields);
                return fields;
            }
            Some(other) => self.unexpected(name, "an object", &other),
            None => {}
        }
        Vec::new()
    }

    /// A field that is there and not null.
    pub fn take(&mut self, name: &str) -> Option<Json> {
        let at = self.fields.iter().position(|(found, _)| found == name)?;
        let (_, value) = self.fields.remove(at);
        (!matches!(value, Json::Null)).then_some(value)
    }

    /// Like [`Self::take`], where null would turn a limit into its absence.
    pub fn take_not_null(&mut self, name: &str) -> Option<Json> {
        let is_there = self.fields.iter().any(|(found, _)| found == name);
        let taken = self.take(name);
        if is_there && taken.is_none() {
            self.note(format!("field `{name}` is null"));
        }
        taken
    }

    /// A text that has to be there.
    pub fn text(&mut self, name: &str) -> String {
        let found = self.text_or_none(name);
        found.unwrap_or_else(|| {
            self.missing(name);
            String::new()
        })
    }

    /// A text.
    pub fn text_or_none(&mut self, name: &str) -> Option<String> {
        let value = self.take(name)?;
        Some(self.text_of(name, value))
    }

    /// The text that a field's value is.
    pub fn text_of(&mut self, name: &str, value: Json) -> String {
        match value {
            Json::Text(text) => text,
            other => {
                self.unexpected(name, "a string", &other);
                String::new()
            }
        }
    }

    /// A list of texts; none where there is no such field.
    pub fn texts(&mut self, name: &str) -> Vec<String> {
        let texts = self.texts_or_none(name);
        texts.unwrap_or_default()
    }

    /// A list of texts that has to be there.
    pub fn texts_there(&mut self, name: &str) -> Vec<String> {
        let texts = self.texts_or_none(name);
        texts.unwrap_or_else(|| {
            self.missing(name);
            Vec::new()
        })
    }

    /// A list of texts.
    pub fn texts_or_none(&mut self, name: &str) -> Option<Vec<String>> {
        let value = self.take(name)?;
        Some(self.texts_of(name, value))
    }

    /// Like [`Self::texts_or_none`], of [`Self::take_not_null`].
    pub fn texts_not_null(&mut self, name: &str) -> Option<Vec<String>> {
        let value = self.take_not_null(name)?;
        Some(self.texts_of(name, value))
    }

    /// The texts that a field's value is a list of.
    pub fn texts_of(&mut self, name: &str, value: Json) -> Vec<String> {
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

    /// The items of a list; none where there is no such field.
    pub fn items(&mut self, name: &str) -> Vec<Json> {
        let value = self.take(name);
        value.map_or_else(Vec::new, |value| self.items_of(name, value))
    }

    /// True or false; false where there is no such field.
    pub fn flag(&mut self, name: &str) -> bool {
        match self.take_not_null(name) {
            Some(Json::Bool(flag)) => flag,
            Some(other) => {
                self.unexpected(name, "true or false", &other);
                false
            }
            None => false,
        }
    }

    /// A whole number from 0 that has to be there.
    pub fn number(&mut self, name: &str) -> u64 {
        let found = self.number_or_none(name);
        found.unwrap_or_else(|| {
            self.missing(name);
            0
        })
    }

    /// A whole number from 0.
    pub fn number_or_none(&mut self, name: &str) -> Option<u64> {
        let value = self.take(name)?;
        let number = match &value {
            Json::Number(number) => number.as_u64(),
            _ => None,
        };
        if number.is_none() {
            self.unexpected(name, "a whole number from 0", &value);
        }
        number
    }

    /// A UUID that has to be there.
    pub fn uuid(&mut self, name: &str) -> Uuid {
        let text = self.text(name);
        self.uuid_of(name, &text)
    }

    /// A UUID.
    pub fn uuid_or_none(&mut self, name: &str) -> Option<Uuid> {
        let text = self.text_or_none(name)?;
        Some(self.uuid_of(name, &text))
    }

    /// The UUID that is in a field's text.
    pub fn uuid_of(&mut self, name: &str, text: &str) -> Uuid {
        crate::uuid_text::parse(text).unwrap_or_else(|| {
            self.note(format!("field `{name}`: `{text}` is no UUID"));
            Uuid::nil()
        })
    }

    /// Values of conditions' parameters; none where there is no such field.
    pub fn context(&mut self, name: &str) -> Context {
        let values = self.take(name).unwrap_or(Json::EMPTY);
        values.try_into().unwrap_or_else(|error| {
            self.note(format!("field `{name}`: {error}"));
            Context::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Eq)]
    struct Read {
        text: String,
        texts: Vec<String>,
        limit: Option<Vec<String>>,
        flag: bool,
        number: u64,
        numbers: Vec<Option<u64>>,
        uuid: Option<Uuid>,
    }

    fn read(fields: &mut Fields) -> Read {
        let mut numbers = Vec::new();
        Read {
            text: fields.text("text"),
            texts: fields.texts("texts"),
            limit: fields.texts_not_null("limit"),
            flag: fields.flag("flag"),
            number: fields.number("number"),
            numbers: {
                for item in fields.items("numbers") {
                    numbers.push(fields.within(item, |item| item.number_or_none("n")));
                }
                numbers
            },
            uuid: fields.uuid_or_none("uuid"),
        }
    }

    #[test]
    fn an_object_is_read_if_all_of_it_is_good() {
        let cases = [
            (r#"{"text":"a","number":7}"#, Ok(())),
            (
                r#"{"number":0,"text":"","texts":["x"],"limit":[],"flag":true,"numbers":[{},{"n":1}],"uuid":null}"#,
                Ok(()),
            ),
            ("[]", Err("invalid type: expected an object")),
            ("{}", Err("missing field `text`")),
            (r#"{"text":"a"}"#, Err("missing field `number`")),
            (
                r#"{"text":"a","number":null}"#,
                Err("missing field `number`"),
            ),
            (
                r#"{"text":5,"number":7}"#,
                Err("field `text`: expected a string, found 5"),
            ),
            (
                r#"{"text":"a","number":-1}"#,
                Err("field `number`: expected a whole number from 0, found -1"),
            ),
            (
                r#"{"text":"a","number":7,"texts":[1]}"#,
                Err("field `texts`: expected a string, found 1"),
            ),
            (
                r#"{"text":"a","number":7,"texts":{}}"#,
                Err("field `texts`: expected a list, found {}"),
            ),
            (
                r#"{"text":"a","number":7,"limit":null}"#,
                Err("field `limit` is null"),
            ),
            (
                r#"{"text":"a","number":7,"flag":"true"}"#,
                Err(r#"field `flag`: expected true or false, found "true""#),
            ),
            (
                r#"{"text":"a","number":7,"numbers":[{"n":1,"m":2}]}"#,
                Err("unknown field `m`"),
            ),
            (
                r#"{"text":"a","number":7,"numbers":[3]}"#,
                Err("invalid type: expected an object"),
            ),
            (
                r#"{"text":"a","number":7,"uuid":"1"}"#,
                Err("field `uuid`: `1` is no UUID"),
            ),
            (
                r#"{"text":"a","number":7,"more":1}"#,
                Err("unknown field `more`"),
            ),
            // The first of several things.
            (r#"{"number":"x","more":1}"#, Err("missing field `text`")),
        ];
        for (text, expected) in cases {
            let found = Fields::read(text.parse().expect("JSON"), read);
            let found = found.as_ref().map(|_| ()).map_err(String::as_str);
            assert_eq!(found, expected, "{text}");
        }
    }
}
