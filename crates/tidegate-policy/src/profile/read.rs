//! A profile from JSON, by hand: the readers that are derived are 10 % of the engine in a browser.

use super::{BTreeSet, Metered, Profile, SecretKind};
use crate::json::{Json, JsonError};

/// What is wrong with the JSON of a profile, in words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ProfileError(String);

type Fields = Vec<(String, Json)>;

impl Profile {
    /// Reads what [`Serialize`](serde::Serialize) writes as JSON. No name may stand twice in an object.
    ///
    /// # Errors
    /// What is no JSON, and fields that are missing, unknown, or of another form.
    pub fn from_json(json: &str) -> Result<Self, ProfileError> {
        let read = json.parse();
        let node: Json = read.map_err(|error: JsonError| ProfileError(error.to_string()))?;
        let mut profile = Self::default();
        for (name, node) in fields(node)? {
            match name.as_str() {
                "kinds" => each(node, &mut |name, node| {
                    profile.kinds.insert(name, kind(node)?);
                    Ok(())
                })?,
                "metered" => each(node, &mut |name, node| {
                    profile.metered.insert(name, metered(node)?);
                    Ok(())
                })?,
                "payer" => each(node, &mut |name, node| {
                    profile.payer.insert(name, texts(node)?);
                    Ok(())
                })?,
                "parents" => each(node, &mut |name, node| {
                    profile.parents.insert(name, text(node)?);
                    Ok(())
                })?,
                _ => return Err(unknown(&name)),
            }
        }
        Ok(profile)
    }
}

fn kind(node: Json) -> Result<SecretKind, ProfileError> {
    let (mut principals, mut audiences) = (None, None);
    let (mut actions, mut anonymous, mut default_life_s) = (None, false, None);
    for (name, node) in fields(node)? {
        let list = match name.as_str() {
            "principals" => &mut principals,
            "audiences" => &mut audiences,
            "actions" if matches!(node, Json::Null) => continue,
            "actions" => &mut actions,
            "anonymous" => {
                let Json::Bool(is_so) = node else {
                    return Err(expected("true or false"));
                };
                anonymous = is_so;
                continue;
            }
            "default_life_s" => {
                default_life_s = match node {
                    Json::Null => None,
                    Json::Number(seconds) if let Some(seconds) = seconds.as_u64() => Some(seconds),
                    _ => return Err(expected("a whole number from 0")),
                };
                continue;
            }
            _ => return Err(unknown(&name)),
        };
        *list = Some(set(node)?);
    }
    let missing = |name: &str| ProfileError(format!("missing field `{name}`"));
    Ok(SecretKind {
        principals: principals.ok_or_else(|| missing("principals"))?,
        actions,
        anonymous,
        audiences: audiences.ok_or_else(|| missing("audiences"))?,
        default_life_s,
    })
}

fn metered(node: Json) -> Result<Metered, ProfileError> {
    match text(node)?.as_str() {
        "read" => Ok(Metered::Read),
        "write" => Ok(Metered::Write),
        _ => Err(expected("`read` or `write`")),
    }
}

/// The fields of an object, in the order of their names: in a map, each goes to the end. One loop for all types of
/// values.
fn each(
    node: Json,
    take: &mut dyn FnMut(String, Json) -> Result<(), ProfileError>,
) -> Result<(), ProfileError> {
    let mut fields = fields(node)?;
    crate::sort::by(&mut fields, |one, two| one.0.cmp(&two.0));
    for (name, node) in fields {
        take(name, node)?;
    }
    Ok(())
}

fn set(node: Json) -> Result<BTreeSet<String>, ProfileError> {
    let mut texts = texts(node)?;
    crate::sort::sort(&mut texts);
    Ok(texts.into_iter().collect())
}

fn texts(node: Json) -> Result<Vec<String>, ProfileError> {
    match node {
        Json::List(nodes) => {
            let mut texts = Vec::with_capacity(nodes.len());
            for node in nodes {
                texts.push(text(node)?);
            }
            Ok(texts)
        }
        _ => Err(expected("a list")),
    }
}

fn text(node: Json) -> Result<String, ProfileError> {
    match node {
        Json::Text(text) => Ok(text),
        _ => Err(expected("a string")),
    }
}

fn fields(node: Json) -> Result<Fields, ProfileError> {
    match node {
        Json::Object(fields) => Ok(fields),
        _ => Err(expected("an object")),
    }
}

fn expected(what: &str) -> ProfileError {
    ProfileError(format!("expected {what}"))
}

fn unknown(name: &str) -> ProfileError {
    ProfileError(format!("unknown field `{name}`"))
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
