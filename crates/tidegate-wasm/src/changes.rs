//! Changes of an engine's snapshot, and what it is built from: objects, tuples, revocations, a profile.

use tidegate_policy::json::Fields;
#[cfg(feature = "core")]
use tidegate_policy::json::Json;
use tidegate_policy::{Change, NameError, Profile};
use wasm_bindgen::JsValue;

#[cfg(feature = "core")]
use crate::error::of_input;
use crate::error::of_name;

/// As the types have them.
pub(crate) struct Changes {
    pub(crate) model: Option<String>,
    /// Only `decide` looks at it.
    #[cfg(feature = "core")]
    profile: Option<Json>,
    pub(crate) revision: u64,
    /// In the order in which they are made.
    list: Vec<Change>,
    /// Of the first name that is none.
    bad_name: Option<JsValue>,
}

impl Changes {
    /// What an engine is built from: all of it is put and written.
    pub(crate) fn from_nothing(fields: &mut Fields) -> Self {
        let mut changes = Self {
            model: Some(fields.text("model")),
            #[cfg(feature = "core")]
            profile: fields.take("profile"),
            revision: 0,
            list: Vec::new(),
            bad_name: None,
        };
        changes.put(fields, "objects");
        changes.each(fields, "tuples", write);
        changes.revision = fields.number("revision");
        changes
    }

    pub(crate) fn take(fields: &mut Fields) -> Self {
        // First or last: no other change looks at them.
        let mut list = Vec::new();
        for jti in fields.texts("revoke") {
            let jti = fields.uuid_of("revoke", &jti);
            list.push(Change::Revoke { jti });
        }
        let mut changes = Self {
            model: fields.text_or_none("model"),
            #[cfg(feature = "core")]
            profile: fields.take("profile"),
            revision: 0,
            list,
            bad_name: None,
        };
        changes.each(fields, "forget", |text| text.parse().map(Change::Forget));
        changes.put(fields, "put");
        changes.each(fields, "delete", |text| text.parse().map(Change::Delete));
        changes.each(fields, "write", write);
        changes.revision = fields.number("revision");
        changes
    }

    /// Objects that exist.
    fn put(&mut self, fields: &mut Fields, name: &str) {
        for item in fields.items(name) {
            fields.within(item, |known| {
                let text = known.text("object");
                let uid = known.uuid("uid");
                let valid_from_s = known.number("validFromS");
                let made = text.parse().map(|object| Change::Put {
                    object,
                    uid,
                    valid_from_s,
                });
                self.add(&text, made);
            });
        }
    }

    fn each(&mut self, fields: &mut Fields, name: &str, make: fn(&str) -> Made) {
        for text in fields.texts(name) {
            self.add(&text, make(&text));
        }
    }

    fn add(&mut self, text: &str, made: Made) {
        match made {
            Ok(change) => self.list.push(change),
            Err(error) => {
                self.bad_name.get_or_insert_with(|| of_name(text, &error));
            }
        }
    }

    /// # Errors
    /// `bad-input`
    #[cfg(feature = "core")]
    pub(crate) fn profile(&mut self) -> Result<Option<Profile>, JsValue> {
        let profile = self.profile.take().map(Profile::try_from).transpose();
        profile.map_err(|error| of_input(&error))
    }

    /// Nothing that is in this package looks at one: as a field, it is unknown.
    #[cfg(not(feature = "core"))]
    #[expect(
        clippy::unused_self,
        clippy::unnecessary_wraps,
        reason = "as with `core`"
    )]
    pub(crate) fn profile(&mut self) -> Result<Option<Profile>, JsValue> {
        Ok(None)
    }

    /// In the order in which they are made.
    ///
    /// # Errors
    /// `bad-name`
    pub(crate) fn list(self) -> Result<Vec<Change>, JsValue> {
        self.bad_name.map_or(Ok(self.list), Err)
    }
}

/// Of a text, which has to be a name.
type Made = Result<Change, NameError>;

fn write(text: &str) -> Made {
    text.parse().map(Change::Write)
}
