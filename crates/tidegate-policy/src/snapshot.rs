//! Tuples, objects and revocations at one revision.

use uuid::Uuid;

use crate::check::{CheckError, CheckRequest};
use crate::model::Model;
use crate::profile::Profile;
use crate::tuple::{Object, Subject, Tuple, TupleError};

/// Everything a decision needs, at one revision. Immutable; a change makes a new one that shares
/// what did not change.
#[derive(Clone, Debug)]
pub struct Snapshot {}

/// One change of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Adds a tuple (no error when it exists).
    Write(Tuple),
    /// Removes a tuple (no error when it does not exist).
    Delete(Tuple),
    /// Makes an object known, or moves its `valid_from`.
    Put {
        /// The object.
        object: Object,
        /// Its uid (UUIDv7), never used again.
        uid: Uuid,
        /// Secrets of it issued before are refused. Seconds since the epoch, UTC.
        valid_from_s: u64,
    },
    /// Forgets an object, every tuple on it, and every tuple whose subject is it or a userset of it.
    Forget(Object),
    /// Refuses a secret from now on.
    Revoke {
        /// The secret's `jti`.
        jti: Uuid,
    },
}

/// Why a change cannot be applied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChangeError {
    /// The model does not allow the tuple.
    #[error("{tuple}: {error}")]
    Tuple {
        /// The tuple.
        tuple: Box<Tuple>,
        /// The reason.
        error: TupleError,
    },
    /// The revision is not above the snapshot's.
    #[error("revision {offered} does not follow {held}")]
    Revision {
        /// What the snapshot has.
        held: u64,
        /// What was offered.
        offered: u64,
    },
}

/// An object's identity, and since when its secrets hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Never used again.
    pub uid: Uuid,
    /// Seconds since the epoch, UTC.
    pub valid_from_s: u64,
}

impl Snapshot {
    /// An empty snapshot at revision 0.
    pub fn new(_model: Model, _profile: Profile) -> Self {
        todo!()
    }
    /// All changes or none, at a higher revision.
    pub fn apply(&self, _revision: u64, _changes: &[Change]) -> Result<Self, ChangeError> {
        todo!()
    }
    /// The revision.
    pub fn revision(&self) -> u64 {
        todo!()
    }
    /// The model.
    pub fn model(&self) -> &Model {
        todo!()
    }
    /// The profile.
    pub fn profile(&self) -> &Profile {
        todo!()
    }
    /// The object's identity; none when it is not known.
    pub fn standing(&self, _object: &Object) -> Option<Standing> {
        todo!()
    }
    /// Whether the secret was revoked.
    pub fn is_revoked(&self, _jti: Uuid) -> bool {
        todo!()
    }
    /// Stored tuples of (object, relation).
    pub fn subjects(&self, _object: &Object, _relation: &str) -> Vec<Subject> {
        todo!()
    }
    /// Every stored tuple on an object.
    pub fn tuples_on(&self, _object: &Object) -> Vec<Tuple> {
        todo!()
    }
    /// Follows relations, each of which must have exactly one object as its subject.
    pub fn follow(&self, _object: &Object, _path: &[String]) -> Option<Object> {
        todo!()
    }
    /// OpenFGA's check.
    ///
    /// # Errors
    /// See [`CheckError`].
    pub fn check(&self, _request: &CheckRequest<'_>) -> Result<bool, CheckError> {
        todo!()
    }
}
