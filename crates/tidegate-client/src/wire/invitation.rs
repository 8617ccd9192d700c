//! Invitations, by name or by e-mail address.

use serde::{Deserialize, Serialize};

#[cfg(feature = "openapi")]
use super::form;

use super::IssuedSecret;

/// `POST /v1/invitations`. Inviting again replaces the pending invitation.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({"object": "organization:acme", "invitee": "user:bob", "relations": ["view", "create"]})))]
#[serde(deny_unknown_fields)]
pub struct Invite {
    /// To what.
    #[cfg_attr(feature = "openapi", schema(value_type = form::ObjectName))]
    pub object: String,
    /// Whom: `user:bob`, or an e-mail address, of somebody who may not be registered yet.
    #[cfg_attr(feature = "openapi", schema(value_type = form::PersonName))]
    pub invitee: String,
    /// What acceptance gives, for example `view`, `create`. At least one.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<form::RelationName>, min_items = 1, max_items = 16))]
    pub relations: Vec<String>,
    /// How long it can be accepted; the system's default when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 31622400))]
    pub expires_in_s: Option<u64>,
}

/// An item of `GET /v1/invitations` (one's own) and of `GET /v1/invitations?object=`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Invitation {
    /// Its id (UUIDv7).
    #[cfg_attr(feature = "openapi", schema(value_type = form::Id))]
    pub id: String,
    /// To what.
    #[cfg_attr(feature = "openapi", schema(value_type = form::ObjectName))]
    pub object: String,
    /// Whom: `type:id`, or an e-mail address.
    #[cfg_attr(feature = "openapi", schema(value_type = form::PersonName))]
    pub invitee: String,
    /// What acceptance gives.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<form::RelationName>))]
    pub relations: Vec<String>,
    /// Who invited.
    #[cfg_attr(feature = "openapi", schema(value_type = form::ObjectName))]
    pub invited_by: String,
    /// When.
    pub created_at_s: u64,
    /// Until when it can be accepted.
    pub expires_at_s: u64,
}

/// `POST /v1/invitations/accept`, `POST /v1/invitations/decline` (the invitee);
/// `DELETE /v1/invitations?id=` withdraws (who may invite). Either `id` or `object`; the object is enough where there is
/// one invitation to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", schema(example = json!({"object": "organization:acme"})))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct InvitationId {
    /// The invitation's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<form::Id>))]
    #[cfg_attr(feature = "openapi", param(value_type = Option<form::Id>, inline))]
    pub id: Option<String>,
    /// To what it invites the caller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<form::ObjectName>))]
    #[cfg_attr(feature = "openapi", param(value_type = Option<form::ObjectName>, inline))]
    pub object: Option<String>,
}

/// `POST /v1/invitations/redeem`: proves the address that an invitation was mailed to. With a secret, for the
/// holder; without, and with `subject`, for a new person of that name. Works once; accepts nothing.
#[derive(Clone, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Redeem {
    /// From the link in the mail.
    #[cfg_attr(feature = "openapi", schema(value_type = form::Code))]
    pub code: String,
    /// Who is to be created, for example `user:dora`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<form::ObjectName>))]
    pub subject: Option<String>,
}

impl std::fmt::Debug for Redeem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { code: _, subject } = self;
        f.debug_struct("Redeem")
            .field("code", &"…")
            .field("subject", subject)
            .finish()
    }
}

/// Answer to `POST /v1/invitations/redeem`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Redeemed {
    /// Whose the address is now.
    #[cfg_attr(feature = "openapi", schema(value_type = form::ObjectName))]
    pub subject: String,
    /// The address.
    #[cfg_attr(feature = "openapi", schema(value_type = form::Address))]
    pub address: String,
    /// The invitation, to be accepted or declined.
    pub invitation: Invitation,
    /// A new person's first secret, shown this once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<IssuedSecret>,
    /// The revision that contains it.
    pub revision: u64,
}
