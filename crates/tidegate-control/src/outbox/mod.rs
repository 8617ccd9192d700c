//! Notifications, delivered at least once.

pub(crate) mod link;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What somebody is told. It holds no secret: the code of a link is worked out on delivery.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Notification {
    /// Somebody was invited.
    Invited {
        /// The invitation.
        invitation: Uuid,
        /// To what.
        object: String,
        /// What people call it.
        display_name: Option<String>,
        /// What acceptance gives.
        relations: Vec<String>,
        /// Who invited.
        invited_by: String,
        /// Who is told.
        recipient: Recipient,
        /// Until when it can be accepted. Seconds since the epoch, UTC.
        expires_at_s: u64,
        /// Whether a link that proves the address goes along.
        link: bool,
    },
}

/// Who is told.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Recipient {
    /// Whoever reads the mails of an address.
    Address(String),
    /// Somebody by name, with the addresses that they have proven.
    Subject {
        /// Who.
        object: String,
        /// Their addresses; none: only a log or a webhook is told.
        addresses: Vec<String>,
    },
}
