//! A profile from JSON, by hand: the readers that are derived are 10 % of the engine in a browser.

use super::{Metered, Profile, SecretKind};
use crate::json::{Fields, Json, JsonError};

/// What is wrong with the JSON of a profile, in words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ProfileError(String);

impl Profile {
    /// Reads what [`Serialize`](serde::Serialize) writes as JSON. No name may stand twice in an object.
    ///
    /// # Errors
    /// What is no JSON, and fields that are missing, unknown, or of another form.
    pub fn from_json(json: &str) -> Result<Self, ProfileError> {
        let read = json.parse();
        let node: Json = read.map_err(|error: JsonError| ProfileError(error.to_string()))?;
        node.try_into()
    }
}

/// Reads what [`Serialize`](serde::Serialize) writes as JSON.
impl TryFrom<Json> for Profile {
    type Error = ProfileError;

    fn try_from(json: Json) -> Result<Self, ProfileError> {
        Fields::read(json, profile).map_err(ProfileError)
    }
}

fn profile(fields: &mut Fields) -> Profile {
    let mut profile = Profile::default();
    for (name, value) in fields.each("kinds") {
        profile.kinds.insert(name, fields.within(value, kind));
    }
    for (name, value) in fields.each("metered") {
        let metered = metered(fields, &name, &value);
        profile.metered.insert(name, metered);
    }
    for (name, value) in fields.each("payer") {
        let relations = fields.texts_of(&name, value);
        profile.payer.insert(name, relations);
    }
    for (name, value) in fields.each("parents") {
        let parent = fields.text_of(&name, value);
        profile.parents.insert(name, parent);
    }
    profile
}

fn kind(fields: &mut Fields) -> SecretKind {
    let actions = fields.texts_or_none("actions");
    SecretKind {
        principals: fields.texts_there("principals").into_iter().collect(),
        actions: actions.map(|actions| actions.into_iter().collect()),
        anonymous: fields.flag("anonymous"),
        audiences: fields.texts_there("audiences").into_iter().collect(),
        default_life_s: fields.number_or_none("default_life_s"),
    }
}

fn metered(fields: &mut Fields, name: &str, value: &Json) -> Metered {
    match value {
        Json::Text(text) if text == "read" => return Metered::Read,
        Json::Text(text) if text == "write" => return Metered::Write,
        _ => fields.unexpected(name, "`read` or `write`", value),
    }
    Metered::Read
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The derived reader is what other formats are read by: both must read alike.
    #[test]
    fn json_is_read_as_the_derived_reader_reads_it() {
        let kind = |fields: &str| {
            let more = if fields.is_empty() { "" } else { "," };
            format!(r#"{{"kinds":{{"a":{{"principals":["user"],"audiences":[]{more}{fields}}}}}}}"#)
        };
        let texts = [
            "{}",
            "",
            "null",
            "7",
            "{} {}",
            r#"{"kinds":null}"#,
            r#"{"kinds":[]}"#,
            r#"{"kinds":{},"kinds":{}}"#,
            r#"{"kinds":{"a":{"principals":[]}}}"#,
            r#"{"kinds":{"a":{"audiences":[]}}}"#,
            r#"{"kinds":{"a":{"principals":["b","a","b"],"audiences":["y","x"]}}}"#,
            r#"{"kinds":{"a":{"principals":null,"audiences":[]}}}"#,
            r#"{"other":{}}"#,
            r#"{"metered":{"a":"read","b":"write"}}"#,
            r#"{"metered":{"a":"Read"}}"#,
            r#"{"metered":{"a":null}}"#,
            r#"{"payer":{"a":["x","y","x"],"b":[]}}"#,
            r#"{"payer":{"a":"x"}}"#,
            r#"{"payer":{"a":[1]}}"#,
            r#"{"parents":{"b":"a\u0041","a":"c"}}"#,
            r#"{"parents":{"a":null}}"#,
            &kind(""),
            &kind(r#""actions":["a"],"anonymous":true,"default_life_s":18446744073709551615"#),
            &kind(r#""actions":null,"anonymous":false,"default_life_s":null"#),
            &kind(r#""actions":{}"#),
            &kind(r#""anonymous":null"#),
            &kind(r#""anonymous":1"#),
            &kind(r#""anonymous":true,"anonymous":true"#),
            &kind(r#""default_life_s":-1"#),
            &kind(r#""default_life_s":1.0"#),
            &kind(r#""default_life_s":18446744073709551616"#),
            &kind(r#""default_life_s":"1""#),
            &kind(r#""action":[]"#),
        ];
        for text in texts {
            let derived: Option<Profile> = serde_json::from_str(text).ok();
            assert_eq!(Profile::from_json(text).ok(), derived, "{text}");
        }
    }

    #[test]
    fn a_name_that_stands_twice_is_refused() {
        let text = r#"{"parents":{"a":"b","a":"c"}}"#;
        assert!(Profile::from_json(text).is_err());
    }
}
