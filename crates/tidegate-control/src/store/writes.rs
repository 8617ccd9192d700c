//! What a change consists of: rows, and what the audit log says of them.

use tidegate_policy::{Object, Tuple};
use tidegate_quota::{AccountId, Kind};
use uuid::Uuid;

use super::{NewInvitation, StoreError, StoredKey};

/// What an operation says in the audit log.
#[derive(Clone, Debug)]
pub struct Entry {
    /// When. Seconds since the epoch, UTC.
    pub at_s: u64,
    /// Who.
    pub actor: Object,
    /// Who, for good.
    pub actor_uid: Uuid,
    /// By which secret; none for the first start, and for who redeems an invitation without one.
    pub jti: Option<Uuid>,
    /// What was done, for example `create`.
    pub operation: &'static str,
    /// To what.
    pub object: Object,
    /// To what, for good.
    pub object_uid: Option<Uuid>,
    /// What held before, as far as it changed.
    pub before: Option<serde_json::Value>,
    /// What holds after.
    pub after: Option<serde_json::Value>,
}

/// One row's worth of a change.
#[derive(Clone, Debug)]
pub enum Write {
    /// A new object.
    Object(NewObject),
    /// Another display name.
    Rename {
        /// Of which object.
        uid: Uuid,
        /// None takes it away.
        display_name: Option<String>,
    },
    /// Grants or links of an object changed along with another.
    ChangedAlong(Uuid),
    /// Removes an object and everything that hangs on it: tuples, secrets, invitations, what lies below.
    DeleteObject(Uuid),
    /// A tuple between objects that exist.
    Tuple(Tuple),
    /// Removes a tuple.
    DeleteTuple(Tuple),
    /// A secret was issued.
    Secret(NewSecret),
    /// A secret was revoked. `at_s`: seconds since the epoch, UTC.
    RevokeSecret {
        /// Which.
        jti: Uuid,
        /// When.
        at_s: u64,
    },
    /// A limit; none: unlimited.
    Limit {
        /// Of which account.
        account: AccountId,
        /// Of what.
        kind: Kind,
        /// Bytes in a window, at most `i64::MAX`.
        limit_bytes: Option<u64>,
    },
    /// A pending invitation, instead of the one that the invitee may have to the object already.
    Invitation(NewInvitation),
    /// The link of an invitation's mail was used. `at_s`: seconds since the epoch, UTC.
    RedeemInvitation {
        /// Which.
        id: Uuid,
        /// When.
        at_s: u64,
    },
    /// An invitation was accepted, declined or withdrawn.
    DeleteInvitation(Uuid),
    /// A proven e-mail address, in lower case. `at_s`: seconds since the epoch, UTC.
    Address {
        /// Which.
        address: String,
        /// Whose.
        owner: Uuid,
        /// When.
        at_s: u64,
    },
    /// A notification to deliver.
    Notification(NewNotification),
    /// A signing key.
    Key(StoredKey),
    /// From then on a key only verifies.
    RetireKey {
        /// Which.
        kid: String,
        /// When.
        at_s: u64,
    },
    /// A key that nobody needs any more.
    RemoveKey {
        /// Which.
        kid: String,
    },
}

/// A notification that is about to be in the outbox.
#[derive(Clone, Debug)]
pub struct NewNotification {
    /// Its id (UUIDv7).
    pub id: Uuid,
    /// When. Seconds since the epoch, UTC.
    pub created_at_s: u64,
    /// JSON.
    pub notification: String,
}

/// An object that is about to exist.
#[derive(Clone, Debug)]
pub struct NewObject {
    /// Never used again.
    pub uid: Uuid,
    /// Its name.
    pub object: Object,
    /// What it lies below.
    pub parent: Option<Uuid>,
    /// What it was created along with.
    pub companion_of: Option<Uuid>,
    /// For people.
    pub display_name: Option<String>,
    /// When. Its secrets hold from then on, too. Seconds since the epoch, UTC.
    pub created_at_s: u64,
}

/// What is kept of a secret that was issued.
#[derive(Clone, Debug)]
pub struct NewSecret {
    /// Its id.
    pub jti: Uuid,
    /// Whose.
    pub subject_uid: Uuid,
    /// Its kind.
    pub kind: String,
    /// Its audiences.
    pub audiences: Vec<String>,
    /// What it is for.
    pub description: Option<String>,
    /// When. Seconds since the epoch, UTC.
    pub issued_at_s: u64,
    /// When it ends.
    pub expires_at_s: Option<u64>,
    /// By whom.
    pub issued_by: Object,
    /// By whom, for good.
    pub issued_by_uid: Uuid,
}

/// A change that was not made, or perhaps was.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// Nothing was changed.
    #[error(transparent)]
    NotMade(#[from] StoreError),
    /// The answer to the commit was lost.
    #[error("store: whether the change was made is not known: {0}")]
    Unknown(sqlx::Error),
}

impl From<sqlx::Error> for CommitError {
    fn from(error: sqlx::Error) -> Self {
        Self::NotMade(error.into())
    }
}

/// An answer that is kept for whoever repeats the request.
#[derive(Clone, Debug)]
pub struct NewRepeat {
    /// Who asked.
    pub actor: Uuid,
    /// The idempotency key.
    pub key: String,
    /// SHA-256 of the request, in hexadecimal.
    pub fingerprint: String,
    /// JSON, without secrets' texts.
    pub answer: String,
    /// When. Seconds since the epoch, UTC.
    pub created_at_s: u64,
}
