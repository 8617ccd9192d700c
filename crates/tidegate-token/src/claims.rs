//! What a secret says.

use serde::Serialize;
use tidegate_policy::json::Json;
use uuid::Uuid;

use crate::read::{Fields, Unread, list, number, text, texts, uuid, uuids};

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
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nbf: Option<u64>,
    /// Expires at: the first second at which it is no longer good. Seconds since the epoch, UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exp: Option<u64>,
    /// The kind, a name that the profile defines. 1 to [`MAX_WORD_BYTES`] bytes.
    pub kind: String,
    /// Further limits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub narrow: Option<Narrow>,
}

/// Limits of one secret below those of its kind.
///
/// A secret that was exchanged for a narrower one (RFC 8693) has them; each can only be tightened by
/// the next exchange. Who verifies the secret enforces them, or refuses it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Narrow {
    /// The secrets that it was exchanged from, by their `jti`, the issued one first. It dies with each of
    /// them. At most [`MAX_PARENTS`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parents: Vec<Uuid>,
    /// Only these actions. At most [`MAX_NARROW`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actions: Option<Vec<String>>,
    /// Only these objects and what lies below them. At most [`MAX_NARROW`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub objects: Option<Vec<String>>,
    /// Budgets that it is charged to beside its principal, the tightest first. At most [`MAX_BUDGETS`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub budgets: Vec<Budget>,
}

/// Bytes that a secret, and all that it is exchanged for, may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
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

    /// Claims from the JSON of a payload: exactly these fields, none twice, within their limits; else none.
    pub fn from_json(json: &[u8]) -> Option<Self> {
        let claims = Self::read(json).ok()?;
        claims.within_limits().then_some(claims)
    }

    fn read(json: &[u8]) -> Result<Self, Unread> {
        let mut fields = Fields::parse(json)?;
        let claims = Self {
            iss: fields.of_name("iss", text)?,
            aud: fields.of_name("aud", texts)?,
            sub: fields.of_name("sub", text)?,
            uid: fields.of_name("uid", uuid)?,
            jti: fields.of_name("jti", uuid)?,
            iat: fields.of_name("iat", number)?,
            nbf: fields.if_there("nbf", number)?,
            exp: fields.if_there("exp", number)?,
            kind: fields.of_name("kind", text)?,
            narrow: fields.if_there("narrow", Narrow::read)?,
        };
        fields.end()?;
        Ok(claims)
    }
}

impl Narrow {
    fn read(json: Json) -> Result<Self, Unread> {
        let mut fields = Fields::of(json)?;
        let budgets = |json| list(json, Budget::read);
        let narrow = Self {
            parents: fields.if_there("parents", uuids)?.unwrap_or_default(),
            actions: fields.if_there("actions", texts)?,
            objects: fields.if_there("objects", texts)?,
            budgets: fields.if_there("budgets", budgets)?.unwrap_or_default(),
        };
        fields.end()?;
        Ok(narrow)
    }
}

impl Budget {
    fn read(json: Json) -> Result<Self, Unread> {
        let mut fields = Fields::of(json)?;
        let budget = Self {
            jti: fields.of_name("jti", uuid)?,
            bytes: fields.of_name("bytes", number)?,
        };
        fields.end()?;
        Ok(budget)
    }
}
