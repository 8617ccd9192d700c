//! Objects, grants, memberships, links.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{IssuedSecret, QuotaLimits};

/// `POST /v1/objects`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CreateObject {
    /// `type:id`, for example `stream:acme/sales/orders`.
    pub object: String,
    /// For people; may change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// What it points at besides its parent, by relation (only where the system has such links): for a
    /// record of a Lamin instance, `{"attachment": "attachment:acme/main/ml"}`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub links: BTreeMap<String, String>,
    /// Who is written as the creator; the caller unless said otherwise (only where the system allows it).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Quotas to set in the same transaction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota: Option<QuotaLimits>,
}

/// Answer to `POST /v1/objects` (201).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct CreatedObject {
    /// As asked.
    pub object: String,
    /// Never used again (UUIDv7).
    pub uid: String,
    /// The revision that contains it.
    pub revision: u64,
    /// A new person's first secret, shown this once (only where the system says so).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<IssuedSecret>,
}

/// `GET /v1/objects?object=`, and an item of `GET /v1/objects?type=&parent=`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct ObjectInfo {
    /// `type:id`.
    pub object: String,
    /// Never used again (UUIDv7).
    pub uid: String,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// When it was created.
    pub created_at_s: u64,
    /// The revision of the last change of the object, of its grants, links, limits, invitations or secrets: to be
    /// shown as `If-Match` by a change that must not overwrite another's.
    pub revision: u64,
}

/// One page of a list. `GET …?limit=&cursor=`: limit 1 to 1,000, default 100.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Page<T> {
    /// In a stable order.
    pub items: Vec<T>,
    /// To be passed as `cursor` for the next page; none at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// `POST /v1/grants` grants; `PATCH /v1/grants` gives these instead of what the subject has on the object,
/// and is refused when that is nothing; `DELETE /v1/grants?object=&relations=a,b&subject=` takes back.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct GrantRequest {
    /// On what.
    pub object: String,
    /// Relations, for example `read`, `write`. At least one.
    pub relations: Vec<String>,
    /// To whom: `type:id`, `type:id#relation` or `type:*`.
    pub subject: String,
}

/// An item of `GET /v1/grants?object=`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct GrantInfo {
    /// On what.
    pub object: String,
    /// The relation.
    pub relation: String,
    /// To whom.
    pub subject: String,
}

/// `PATCH /v1/objects`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RenameObject {
    /// Which.
    pub object: String,
    /// The new display name; none takes it away.
    pub display_name: Option<String>,
}

/// `DELETE /v1/objects?object=`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct DeleteObject {
    /// Which, with everything that hangs on it.
    pub object: String,
}

/// `POST /v1/members/join`, `POST /v1/members/leave`: oneself.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Membership {
    /// Of what.
    pub object: String,
}

/// `DELETE /v1/members?object=&subject=`: ends everything that a membership gave.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Remove {
    /// Of what.
    pub object: String,
    /// Whom.
    pub subject: String,
}

/// `PUT /v1/links`: points a relation that has exactly one subject at another, for example who pays for
/// a user (`billing_organization`).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Move {
    /// What is moved.
    pub object: String,
    /// Its relation.
    pub relation: String,
    /// Where to.
    pub to: String,
}

/// `POST /v1/attachments`; `DELETE /v1/attachments?object=&to=` takes the same as a query.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Attach {
    /// What is attached, for example `space:acme/ml`.
    pub object: String,
    /// To what, for example `instance:acme/main`.
    pub to: String,
}

/// `GET /v1/me`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Whoami {
    /// Who the secret authenticates as.
    pub subject: String,
    /// Never used again (UUIDv7).
    pub uid: String,
    /// The secret's kind.
    pub kind: String,
    /// The secret's id.
    pub jti: String,
    /// When the secret ends; none: it does not expire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at_s: Option<u64>,
    /// Proven e-mail addresses.
    pub addresses: Vec<String>,
    /// The newest revision.
    pub revision: u64,
}
