//! What nodes follow: `GET /v1/watch?from=REVISION` answers lines of JSON, each a [`WatchLine`].

use serde::{Deserialize, Serialize};

/// A line of the stream.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum WatchLine {
    /// The next revision.
    Revision(RevisionChanges),
    /// Each second: what the follower has is the newest.
    Heartbeat {
        /// The newest revision.
        revision: u64,
        /// When this was so.
        at_s: u64,
    },
    /// The change log does not reach back so far: load the bundle again.
    Reset {
        /// The newest revision.
        revision: u64,
    },
    /// Keys were added or taken away: fetch the key set again.
    Keys,
    /// What was leased of an account under an old limit is to be settled now.
    CallBack {
        /// The account, as leases name it.
        account: String,
    },
}

/// A line of what the holder of a secret follows of its own slice: `GET /v1/slice/watch`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SliceLine {
    /// All of it, in the place of what the follower has.
    Slice {
        /// As `GET /v1/slice` answers, in base64.
        bundle: String,
    },
    /// What leads from the revision that the follower has to a later one, signed.
    Change {
        /// One line of compact JWS like that of a slice, with the scope `change` and the revision `from` that it starts
        /// at, and the binary change after it, in base64.
        bundle: String,
    },
    /// Each second where there is no other line: what the follower has holds at this revision.
    Heartbeat {
        /// The newest revision.
        revision: u64,
        /// When this was so.
        at_s: u64,
    },
}

/// What a revision changed of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevisionChanges {
    /// The revision.
    pub revision: u64,
    /// When it was made.
    pub at_s: u64,
    /// In their order.
    pub changes: Vec<SnapshotChange>,
}

/// One change of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SnapshotChange {
    /// An object exists, with this identity.
    Put {
        /// `type:id`
        object: String,
        /// UUIDv7
        uid: String,
        /// Its secrets hold from then on.
        valid_from_s: u64,
    },
    /// An object, `type:id`, is gone, and every tuple with it.
    Forget(String),
    /// A tuple, `object#relation@subject`.
    Write(String),
    /// A tuple is gone.
    Delete(String),
    /// A secret, by its id, is revoked.
    Revoke(String),
}
