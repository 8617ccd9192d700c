//! Whether a snapshot stands behind a secret that was verified, and what a narrowed one may still do.
//!
//! The gateway and the edge ask this on every request, by one code: a signature says who was given the secret, and
//! only the snapshot whether that still holds.

use uuid::Uuid;

use crate::profile::Profile;
use crate::snapshot::Snapshot;
use crate::tuple::Object;

/// What a verified secret says of itself.
#[derive(Clone, Copy, Debug)]
pub struct Credential<'a> {
    /// Whose it is.
    pub object: &'a Object,
    /// The uid that its holder had when it was issued.
    pub uid: Uuid,
    /// Seconds since the epoch, UTC.
    pub issued_at_s: u64,
    /// Its own id.
    pub jti: Uuid,
    /// The secrets that it was exchanged from: it ends with each of them.
    pub parents: &'a [Uuid],
}

/// Why a snapshot does not stand behind a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotStanding {
    /// Nothing of this name is alive.
    #[error("the secret's principal is not known")]
    UnknownPrincipal,
    /// Another one has the name by now.
    #[error("the secret's principal is another one by now")]
    OtherUid,
    /// Issued before the principal's secrets hold.
    #[error("the secret is older than the principal's secrets may be")]
    BeforeValidFrom,
    /// Revoked.
    #[error("the secret is revoked")]
    Revoked,
    /// Exchanged from one that is revoked.
    #[error("a secret that it was exchanged from is revoked")]
    ParentRevoked,
}

impl NotStanding {
    /// A stable word for log and metrics.
    pub fn kind(self) -> &'static str {
        match self {
            Self::UnknownPrincipal => "unknown-principal",
            Self::OtherUid => "other-uid",
            Self::BeforeValidFrom => "before-valid-from",
            Self::Revoked => "revoked",
            Self::ParentRevoked => "parent-revoked",
        }
    }
}

impl Snapshot {
    /// Whether it stands behind a secret.
    ///
    /// # Errors
    /// The first of [`NotStanding`] that applies.
    pub fn accepts(&self, credential: &Credential<'_>) -> Result<(), NotStanding> {
        let standing = self.standing(credential.object);
        let standing = standing.ok_or(NotStanding::UnknownPrincipal)?;
        if standing.uid != credential.uid {
            return Err(NotStanding::OtherUid);
        }
        if credential.issued_at_s < standing.valid_from_s {
            return Err(NotStanding::BeforeValidFrom);
        }
        if self.is_revoked(credential.jti) {
            return Err(NotStanding::Revoked);
        }
        // Their uid is its own, and none of them expires before it.
        let mut parents = credential.parents.iter();
        if parents.any(|parent| self.is_revoked(*parent)) {
            return Err(NotStanding::ParentRevoked);
        }
        Ok(())
    }
}

/// What a narrowed secret may do of what its principal may do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Narrowed {
    actions: Option<Vec<String>>,
    objects: Option<Vec<Object>>,
}

/// A request is outside of what a secret was narrowed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutOfScope {
    /// The secret was narrowed to other actions.
    #[error("the secret is narrowed to other actions")]
    Action,
    /// The secret was narrowed to other objects.
    #[error("the secret is narrowed to other objects")]
    Object,
}

impl OutOfScope {
    /// A stable word for log and metrics.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Action => "scope-action",
            Self::Object => "scope-object",
        }
    }
}

impl Narrowed {
    /// To these actions, and to these objects and what lies below them; without a list to none in particular. None
    /// when one of the objects is no object: such a secret is refused.
    pub fn read(actions: Option<&[String]>, objects: Option<&[String]>) -> Option<Self> {
        // A loop: collected, it is 1 KB of the engine in a browser.
        let mut named = None;
        if let Some(texts) = objects {
            let mut objects: Vec<Object> = Vec::with_capacity(texts.len());
            for text in texts {
                objects.push(text.parse().ok()?);
            }
            named = Some(objects);
        }
        Some(Self {
            actions: actions.map(<[String]>::to_vec),
            objects: named,
        })
    }

    /// Whether an action on a resource is within it.
    ///
    /// # Errors
    /// See [`OutOfScope`].
    pub fn check(
        &self,
        action: &str,
        resource: &Object,
        profile: &Profile,
    ) -> Result<(), OutOfScope> {
        if !self.has_action(action) {
            return Err(OutOfScope::Action);
        }
        if !self.has_object(resource, profile) {
            return Err(OutOfScope::Object);
        }
        Ok(())
    }

    /// Whether an action is within it, on some object.
    pub fn has_action(&self, action: &str) -> bool {
        let actions = self.actions.as_ref();
        actions.is_none_or(|actions| actions.iter().any(|named| *named == *action))
    }

    /// Whether an object is one of its own, or below one.
    pub fn has_object(&self, object: &Object, profile: &Profile) -> bool {
        let objects = self.objects.as_ref();
        objects.is_none_or(|outer| outer.iter().any(|outer| profile.is_within(object, outer)))
    }
}
