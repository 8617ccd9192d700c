//! What travels over the HTTP API, as JSON. Both sides use these types; unknown keys are refused.
//!
//! Objects and subjects are written `type:id`. Times are seconds since the epoch, UTC (`_s`);
//! sizes are bytes (`_bytes`).

use serde::{Deserialize, Serialize};

/// `POST /v1/objects`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CreateObject {
    /// `type:id`, for example `stream:acme/sales/orders`.
    pub object: String,
    /// For people; may change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Who is written as the creator; the caller unless said otherwise (only where the system allows it).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Quotas to set in the same transaction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota: Option<QuotaLimits>,
}

/// Limits of an account; a kind that is left out stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct QuotaLimits {
    /// Content of responses to read actions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<Limit>,
    /// Content of requests of write actions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub write: Option<Limit>,
}

/// A limit, in JSON a number of bytes or the word `"unlimited"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(untagged)]
pub enum Limit {
    /// So many bytes in a window.
    Bytes(u64),
    /// No limit.
    Unlimited(Unlimited),
}

/// The word `"unlimited"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub enum Unlimited {
    /// The word.
    #[serde(rename = "unlimited")]
    Unlimited,
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

/// `POST /v1/grants`; `DELETE /v1/grants?object=&relations=a,b&subject=` takes the same as a query.
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

/// Answer to every other change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Changed {
    /// The revision that contains the change.
    pub revision: u64,
}

/// `POST /v1/secrets`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct IssueSecret {
    /// Whose: a user or a service.
    pub subject: String,
    /// A kind that the system defines; may be left out where the subject's type has exactly one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// What it is for. At most 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// How long it holds; the kind's default when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in_s: Option<u64>,
}

/// Answer to `POST /v1/secrets` (201). The text is shown this once.
#[derive(Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct IssuedSecret {
    /// The secret's text.
    pub secret: String,
    /// Its id.
    pub jti: String,
    /// Whose.
    pub subject: String,
    /// Its kind.
    pub kind: String,
    /// When it ends; none: it does not expire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at_s: Option<u64>,
    /// The revision that contains it.
    pub revision: u64,
}

impl std::fmt::Debug for IssuedSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            secret: _,
            jti,
            subject,
            kind,
            expires_at_s,
            revision,
        } = self;
        f.debug_struct("IssuedSecret")
            .field("secret", &"…")
            .field("jti", jti)
            .field("subject", subject)
            .field("kind", kind)
            .field("expires_at_s", expires_at_s)
            .field("revision", revision)
            .finish()
    }
}

/// An item of `GET /v1/secrets?subject=`. `DELETE /v1/secrets?jti=` revokes it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct SecretInfo {
    /// Its id.
    pub jti: String,
    /// Whose.
    pub subject: String,
    /// Its kind.
    pub kind: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// When it was issued.
    pub issued_at_s: u64,
    /// When it ends; none: it does not expire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at_s: Option<u64>,
    /// When it was revoked; none: it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at_s: Option<u64>,
    /// Who issued it.
    pub issued_by: String,
}

/// `PATCH /v1/quotas`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SetQuota {
    /// A principal or organization, `type:id`.
    pub account: String,
    /// The account of the organization's anonymous readers instead of its own.
    #[serde(default)]
    pub anonymous: bool,
    /// The new limits.
    pub limits: QuotaLimits,
}

/// `GET /v1/quotas?account=&anonymous=`: the window in force; `GET /v1/usage?account=&anonymous=`:
/// one for each window that has an entry, newest first (a page).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Usage {
    /// `type:id`.
    pub account: String,
    /// The account of the organization's anonymous readers instead of its own.
    pub anonymous: bool,
    /// First second of the window.
    pub window_start_s: u64,
    /// First second after it.
    pub window_end_s: u64,
    /// Reads.
    pub read: Balance,
    /// Writes.
    pub write: Balance,
}

/// One kind of one account in one window:
/// `granted = spent + returned + forfeited + outstanding`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Balance {
    /// The limit; none: unlimited.
    pub limit_bytes: Option<u64>,
    /// Debited by leases.
    pub granted_bytes: u64,
    /// Sent.
    pub spent_bytes: u64,
    /// Given back.
    pub returned_bytes: u64,
    /// Lost with a node that went silent; never granted again.
    pub forfeited_bytes: u64,
    /// Held by nodes.
    pub outstanding_bytes: u64,
    /// Requests charged.
    pub requests: u64,
}

/// `POST /access/v1/evaluation` (OpenID AuthZEN 1.0).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Evaluation {
    /// Who.
    pub subject: Entity,
    /// Does what.
    pub action: Action,
    /// On what.
    pub resource: Entity,
    /// Not used by these systems; accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<serde_json::Value>,
}

/// AuthZEN's subject or resource.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Entity {
    /// The type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// The id.
    pub id: String,
    /// Not used by these systems; accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub properties: Option<serde_json::Value>,
}

/// AuthZEN's action.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Action {
    /// A relation, for example `can_read`.
    pub name: String,
    /// Not used by these systems; accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub properties: Option<serde_json::Value>,
}

/// AuthZEN's answer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct EvaluationAnswer {
    /// Yes or no.
    pub decision: bool,
}

/// A problem document (RFC 9457), as a client reads it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct ProblemDocument {
    /// Stable.
    #[serde(rename = "type")]
    pub type_uri: String,
    /// For people.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The field of the request that is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The rule that was broken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
}
