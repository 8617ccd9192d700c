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
/// Most exchanges that a secret can come from.
pub const MAX_PARENTS: usize = 3;
/// Most budgets that a secret is charged to.
pub const MAX_BUDGETS: usize = 2;
/// Most actions, and most objects, that a secret is narrowed to.
pub const MAX_NARROW: usize = 64;
/// Largest number in a secret: the largest up to which JavaScript has every whole number (RFC 8259 §6), so that all
/// who verify read the same.
pub const MAX_NUMBER: u64 = (1 << 53) - 1;

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
    /// Issued at. Seconds since the epoch, UTC; at most [`MAX_NUMBER`], as `nbf` and `exp`.
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
///
/// A secret that was exchanged for a narrower one (RFC 8693) has them; each can only be tightened by
/// the next exchange. Who verifies the secret enforces them, or refuses it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Narrow {
    /// The secrets that it was exchanged from, by their `jti`, the issued one first. It dies with each of
    /// them. At most [`MAX_PARENTS`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parents: Vec<Uuid>,
    /// Only these actions. At most [`MAX_NARROW`].
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "not_null"
    )]
    pub actions: Option<Vec<String>>,
    /// Only these objects and what lies below them. At most [`MAX_NARROW`].
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "not_null"
    )]
    pub objects: Option<Vec<String>>,
    /// Budgets that it is charged to beside its principal, the tightest first. At most [`MAX_BUDGETS`].
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "objects"
    )]
    pub budgets: Vec<Budget>,
}

/// Bytes that a secret, and all that it is exchanged for, may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// The `jti` of the secret that it was made for: the account that is charged.
    pub jti: Uuid,
    /// Bytes of reads, and as many of writes. At most [`MAX_NUMBER`].
    pub bytes: u64,
}

impl Narrow {
    fn within_limits(&self) -> bool {
        let Self {
            parents,
            actions,
            objects,
            budgets,
        } = self;
        let listed = |list: &Option<Vec<String>>, most: usize| {
            list.as_ref().is_none_or(|list| {
                list.len() <= MAX_NARROW
                    && list
                        .iter()
                        .all(|text| !text.is_empty() && text.len() <= most)
            })
        };
        parents.len() <= MAX_PARENTS
            && budgets.len() <= MAX_BUDGETS
            && budgets.iter().all(|budget| budget.bytes <= MAX_NUMBER)
            && listed(actions, MAX_WORD_BYTES)
            && listed(objects, MAX_NAME_BYTES)
    }
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
            && [Some(self.iat), self.nbf, self.exp]
                .into_iter()
                .flatten()
                .all(|time_s| time_s <= MAX_NUMBER)
            && self.narrow.as_ref().is_none_or(Narrow::within_limits)
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

/// A list of JSON objects, each like [`object`].
fn objects<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    struct Item<T>(T);
    impl<'de, T: Deserialize<'de>> Deserialize<'de> for Item<T> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            object(deserializer).map(Self)
        }
    }
    let items = Vec::<Item<T>>::deserialize(deserializer)?;
    Ok(items.into_iter().map(|Item(item)| item).collect())
}

/// A field that is there has a value: `null` would turn a limit into its absence.
fn not_null<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
