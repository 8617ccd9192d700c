//! Objects, grants, memberships, links.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

#[cfg(feature = "openapi")]
use super::form;

use super::{IssuedSecret, QuotaLimits};

/// `POST /v1/objects`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({"object": "stream:acme/sales/orders", "display_name": "Orders"})))]
#[serde(deny_unknown_fields)]
pub struct CreateObject {
    /// `type:id`, for example `stream:acme/sales/orders`.
    #[cfg_attr(feature = "openapi", schema(value_type = form::ObjectName))]
    pub object: String,
    /// For people; may change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<form::DisplayName>))]
    pub display_name: Option<String>,
    /// What it points at besides its parent, by relation (only where the system has such links): for a
    /// record of a Lamin instance, `{"attachment": "attachment:acme/main/ml"}`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, form::ObjectName>))]
    pub links: BTreeMap<String, String>,
    /// Who is written as the creator; the caller unless said otherwise (only where the system allows it).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<form::PersonName>))]
    pub owner: Option<String>,
    /// Quotas to set in the same transaction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota: Option<QuotaLimits>,
}

/// Answer to `POST /v1/objects` (201).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatedObject {
    /// As asked.
    #[cfg_attr(feature = "openapi", schema(value_type = form::ObjectName))]
    pub object: String,
    /// Never used again (UUIDv7).
    #[cfg_attr(feature = "openapi", schema(value_type = form::Id))]
    pub uid: String,
    /// The revision that contains it.
    pub revision: u64,
    /// A new person's first secret, shown this once (only where the system says so).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<IssuedSecret>,
}

/// `GET /v1/objects?object=`, and an item of `GET /v1/objects?type=&parent=`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ObjectInfo {
    /// `type:id`.
    #[cfg_attr(feature = "openapi", schema(value_type = form::ObjectName))]
    pub object: String,
    /// Never used again (UUIDv7).
    #[cfg_attr(feature = "openapi", schema(value_type = form::Id))]
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
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({"object": "stream:acme/sales/orders", "relations": ["read"], "subject": "service:acme/sales/bot"})))]
#[serde(deny_unknown_fields)]
pub struct GrantRequest {
    /// On what.
    #[cfg_attr(feature = "openapi", schema(value_type = form::ObjectName))]
    pub object: String,
    /// Relations, for example `read`, `write`. At least one.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<form::RelationName>, min_items = 1, max_items = 16))]
    pub relations: Vec<String>,
    /// To whom: `type:id`, `type:id#relation` or `type:*`.
    #[cfg_attr(feature = "openapi", schema(value_type = form::SubjectName))]
    pub subject: String,
}

/// An item of `GET /v1/grants?object=`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GrantInfo {
    /// On what.
    #[cfg_attr(feature = "openapi", schema(value_type = form::ObjectName))]
    pub object: String,
    /// The relation.
    #[cfg_attr(feature = "openapi", schema(value_type = form::RelationName))]
    pub relation: String,
    /// To whom.
    #[cfg_attr(feature = "openapi", schema(value_type = form::SubjectName))]
    pub subject: String,
}

/// `PATCH /v1/objects`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({"object": "organization:acme", "display_name": "Acme"})))]
#[serde(deny_unknown_fields)]
pub struct RenameObject {
    /// Which.
    #[cfg_attr(feature = "openapi", schema(value_type = form::ObjectName))]
    pub object: String,
    /// The new display name; `null` takes it away, and left out it stays (RFC 7396).
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "given"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<form::DisplayName>, required = false))]
    pub display_name: Option<Option<String>>,
}

/// What is there, be it `null`: only what is left out is none.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// `DELETE /v1/objects?object=`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct DeleteObject {
    /// Which, with everything that hangs on it.
    #[cfg_attr(feature = "openapi", schema(value_type = form::ObjectName))]
    #[cfg_attr(feature = "openapi", param(value_type = form::ObjectName, inline))]
    pub object: String,
}

/// `POST /v1/members/join`, `POST /v1/members/leave`: oneself.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({"object": "organization:acme"})))]
#[serde(deny_unknown_fields)]
pub struct Membership {
    /// Of what.
    #[cfg_attr(feature = "openapi", schema(value_type = form::ObjectName))]
    pub object: String,
}

/// `DELETE /v1/members?object=&subject=`: ends everything that a membership gave.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct Remove {
    /// Of what.
    #[cfg_attr(feature = "openapi", schema(value_type = form::ObjectName))]
    #[cfg_attr(feature = "openapi", param(value_type = form::ObjectName, inline))]
    pub object: String,
    /// Whom.
    #[cfg_attr(feature = "openapi", schema(value_type = form::SubjectName))]
    #[cfg_attr(feature = "openapi", param(value_type = form::SubjectName, inline))]
    pub subject: String,
}

/// `PUT /v1/links`: points a relation that has exactly one subject at another, for example who pays for
/// a user (`billing_organization`).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({"object": "user:alice", "relation": "billing_organization", "to": "organization:acme"})))]
#[serde(deny_unknown_fields)]
pub struct Move {
    /// What is moved.
    #[cfg_attr(feature = "openapi", schema(value_type = form::ObjectName))]
    pub object: String,
    /// Its relation.
    #[cfg_attr(feature = "openapi", schema(value_type = form::RelationName))]
    pub relation: String,
    /// Where to.
    #[cfg_attr(feature = "openapi", schema(value_type = form::ObjectName))]
    pub to: String,
}

/// `POST /v1/attachments`; `DELETE /v1/attachments?object=&to=` takes the same as a query.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", schema(example = json!({"object": "space:acme/ml", "to": "instance:acme/main"})))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct Attach {
    /// What is attached, for example `space:acme/ml`.
    #[cfg_attr(feature = "openapi", schema(value_type = form::ObjectName))]
    #[cfg_attr(feature = "openapi", param(value_type = form::ObjectName, inline))]
    pub object: String,
    /// To what, for example `instance:acme/main`.
    #[cfg_attr(feature = "openapi", schema(value_type = form::ObjectName))]
    #[cfg_attr(feature = "openapi", param(value_type = form::ObjectName, inline))]
    pub to: String,
}

/// `GET /v1/me`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Whoami {
    /// Who the secret authenticates as.
    #[cfg_attr(feature = "openapi", schema(value_type = form::ObjectName))]
    pub subject: String,
    /// Never used again (UUIDv7).
    #[cfg_attr(feature = "openapi", schema(value_type = form::Id))]
    pub uid: String,
    /// The secret's kind.
    pub kind: String,
    /// The secret's id.
    #[cfg_attr(feature = "openapi", schema(value_type = form::Id))]
    pub jti: String,
    /// When the secret ends; none: it does not expire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at_s: Option<u64>,
    /// Proven e-mail addresses.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<form::Address>))]
    pub addresses: Vec<String>,
    /// The newest revision.
    pub revision: u64,
}
