//! Changes of an engine's snapshot, and what it is built from: objects, tuples, revocations, a profile.

use tidegate_policy::json::{Fields, Json};
use tidegate_policy::{Change, Profile};
use uuid::Uuid;
use wasm_bindgen::JsValue;

use crate::error::of_input;
use crate::given::{parse, parse_all};

/// As the types have them.
pub(crate) struct Changes {
    pub(crate) model: Option<String>,
    pub(crate) profile: Option<Json>,
    forget: Vec<String>,
    put: Vec<Known>,
    delete: Vec<String>,
    write: Vec<String>,
    revoke: Vec<Uuid>,
    pub(crate) revision: u64,
}

/// An object that exists.
struct Known {
    object: String,
    uid: Uuid,
    valid_from_s: u64,
}

impl Changes {
    /// What an engine is built from: all of it is put and written.
    pub(crate) fn from_nothing(fields: &mut Fields) -> Self {
        Self {
            model: Some(fields.text("model")),
            profile: fields.take("profile"),
            forget: Vec::new(),
            put: fields.objects("objects", Known::take),
            delete: Vec::new(),
            write: fields.texts("tuples"),
            revoke: Vec::new(),
            revision: fields.number("revision"),
        }
    }

    pub(crate) fn take(fields: &mut Fields) -> Self {
        let revoke = fields.texts("revoke");
        let mut uuid = |jti: &String| fields.uuid_of("revoke", jti);
        let revoke = revoke.iter().map(&mut uuid).collect();
        Self {
            model: fields.text_or_none("model"),
            profile: fields.take("profile"),
            forget: fields.texts("forget"),
            put: fields.objects("put", Known::take),
            delete: fields.texts("delete"),
            write: fields.texts("write"),
            revoke,
            revision: fields.number("revision"),
        }
    }

    /// In the order in which they are made.
    ///
    /// # Errors
    /// `bad-name`
    pub(crate) fn list(self) -> Result<Vec<Change>, JsValue> {
        let mut changes = Vec::new();
        for object in &self.forget {
            changes.push(Change::Forget(parse(object)?));
        }
        for known in self.put {
            changes.push(Change::Put {
                object: parse(&known.object)?,
                uid: known.uid,
                valid_from_s: known.valid_from_s,
            });
        }
        changes.extend(parse_all(&self.delete)?.into_iter().map(Change::Delete));
        changes.extend(parse_all(&self.write)?.into_iter().map(Change::Write));
        let revoked = self.revoke.into_iter();
        changes.extend(revoked.map(|jti| Change::Revoke { jti }));
        Ok(changes)
    }
}

impl Known {
    fn take(fields: &mut Fields) -> Self {
        Self {
            object: fields.text("object"),
            uid: fields.uuid("uid"),
            valid_from_s: fields.number("validFromS"),
        }
    }
}

/// # Errors
/// `bad-input`
pub(crate) fn profile(found: &Json) -> Result<Profile, JsValue> {
    // By way of text, as bundles have it.
    let profile = Profile::from_json(&found.to_string());
    profile.map_err(|error| of_input(&error.to_string()))
}
