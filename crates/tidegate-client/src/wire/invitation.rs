//! Invitations, by name or by e-mail address.

use serde::{Deserialize, Serialize};

use super::IssuedSecret;

/// `POST /v1/invitations`. Inviting again replaces the pending invitation.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Invite {
    /// To what.
    pub object: String,
    /// Whom: `user:bob`, or an e-mail address, of somebody who may not be registered yet.
    pub invitee: String,
    /// What acceptance gives, for example `view`, `create`. At least one.
    pub relations: Vec<String>,
    /// How long it can be accepted; the system's default when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in_s: Option<u64>,
}

/// An item of `GET /v1/invitations` (one's own) and of `GET /v1/invitations?object=`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Invitation {
    /// Its id (UUIDv7).
    pub id: String,
    /// To what.
    pub object: String,
    /// Whom: `type:id`, or an e-mail address.
    pub invitee: String,
    /// What acceptance gives.
    pub relations: Vec<String>,
    /// Who invited.
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
#[serde(deny_unknown_fields)]
pub struct InvitationId {
    /// The invitation's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// To what it invites the caller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
}

/// `POST /v1/invitations/redeem`: proves the address that an invitation was mailed to. With a secret, for the
/// holder; without, and with `subject`, for a new person of that name. Works once; accepts nothing.
#[derive(Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Redeem {
    /// From the link in the mail.
    pub code: String,
    /// Who is to be created, for example `user:dora`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
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
pub struct Redeemed {
    /// Whose the address is now.
    pub subject: String,
    /// The address.
    pub address: String,
    /// The invitation, to be accepted or declined.
    pub invitation: Invitation,
    /// A new person's first secret, shown this once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<IssuedSecret>,
    /// The revision that contains it.
    pub revision: u64,
}
