//! What a secret says.

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Most audiences in a secret.
pub const MAX_AUDIENCES: usize = 8;
/// Longest `iss` and `sub`. Bytes.
pub const MAX_NAME_BYTES: usize = 512;
/// Longest `kind` and longest single audience. Bytes.
pub const MAX_WORD_BYTES: usize = 128;

/// The claims of a secret.
///
/// `aud` is always an array here. RFC 7519 also lets a single audience be a string; nothing mints that,
/// so nothing accepts it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// Issuer. 1 to [`MAX_NAME_BYTES`] bytes.
    pub iss: String,
    /// Audiences: `control`, `gateway`, or a named third-party layer. 1 to [`MAX_AUDIENCES`].
    pub aud: Vec<String>,
    /// The principal, `type:id`. 1 to [`MAX_NAME_BYTES`] bytes.
    pub sub: String,
    /// The principal's uid.
    pub uid: Uuid,
    /// The secret's own id (UUIDv7).
    pub jti: Uuid,
    /// Issued at. Seconds since the epoch, UTC.
    pub iat: u64,
    /// Not before. Seconds since the epoch, UTC.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "not_null"
    )]
    pub nbf: Option<u64>,
    /// Expires at: the first second at which it is no longer good. Seconds since the epoch, UTC.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "not_null"
    )]
    pub exp: Option<u64>,
    /// The kind, a name that the profile defines. 1 to [`MAX_WORD_BYTES`] bytes.
    pub kind: String,
    /// Further limits.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "narrow"
    )]
    pub narrow: Option<Narrow>,
}

/// Limits of one secret below those of its kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Narrow {
    /// Only these actions.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "not_null"
    )]
    pub actions: Option<Vec<String>>,
    /// Only these objects and what lies below them.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "not_null"
    )]
    pub objects: Option<Vec<String>>,
    /// A budget of its own, in bytes.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "not_null"
    )]
    pub budget_bytes: Option<u64>,
}

impl Claims {
    /// Whether every field is within its limits.
    pub(crate) fn within_limits(&self) -> bool {
        let sized = |text: &str, most: usize| !text.is_empty() && text.len() <= most;
        sized(&self.iss, MAX_NAME_BYTES)
            && sized(&self.sub, MAX_NAME_BYTES)
            && sized(&self.kind, MAX_WORD_BYTES)
            && !self.aud.is_empty()
            && self.aud.len() <= MAX_AUDIENCES
            && self
                .aud
                .iter()
                .all(|audience| sized(audience, MAX_WORD_BYTES))
    }

    /// Claims from the JSON of a payload.
    pub(crate) fn from_json(json: &[u8]) -> Option<Self> {
        let claims: Self = object_from_json(json)?;
        claims.within_limits().then_some(claims)
    }
}

/// A value from the text of one JSON object, and from nothing else.
pub(crate) fn object_from_json<T: DeserializeOwned>(json: &[u8]) -> Option<T> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let value = object(&mut deserializer).ok()?;
    deserializer.end().ok()?;
    Some(value)
}

/// Only a JSON object: derived code would take an array of the fields' values too.
fn object<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    struct Object<T>(std::marker::PhantomData<T>);
    impl<'de, T: Deserialize<'de>> Visitor<'de> for Object<T> {
        type Value = T;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object")
        }
        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
            T::deserialize(MapAccessDeserializer::new(map))
        }
    }
    deserializer.deserialize_map(Object(std::marker::PhantomData))
}

fn narrow<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Narrow>, D::Error> {
    object(deserializer).map(Some)
}

/// A field that is there has a value: `null` would turn a limit into its absence.
fn not_null<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
