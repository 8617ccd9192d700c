//! What one subject may do, signed for the holder of a secret of its own.
//!
//! Any secret gets it, whatever it is for: it says what its holder could learn by asking. It is made for the
//! kind of the secret that asks, so that a secret that anybody may have seen (public read) does not tell what its
//! user may see. A secret that was narrowed gets none: it would say more than the secret may do.

use std::sync::Arc;

use bytes::Bytes;
use tidegate_policy::bundle::{Digest, Head, Scope};
use tidegate_policy::slice::AUDIENCE;
use tidegate_policy::{Slice, SliceError, Snapshot};
use tidegate_token::bundle::digest;

use super::bundle::{LIFE_S, SignedBundle, tag};
use super::{Actor, Administration, Fault};

/// Most slices that are made at a time.
pub(super) const MADE_AT_ONCE: usize = 2;

impl Administration {
    /// The slice of the caller's subject, for the kind of the caller's secret.
    ///
    /// # Errors
    /// See [`Fault`].
    pub async fn slice(&self, actor: &Actor) -> Result<SignedBundle, Fault> {
        let slice = Arc::new(self.made(actor).await?);
        self.signed_slice(actor, &slice).await
    }

    /// A slice that was made for the caller, signed.
    pub(super) async fn signed_slice(
        &self,
        actor: &Actor,
        slice: &Arc<Slice>,
    ) -> Result<SignedBundle, Fault> {
        let revision = slice.revision();
        let slice = Arc::clone(slice);
        let writing = tokio::task::spawn_blocking(move || {
            let payload = Bytes::from(slice.to_bundle_payload()?);
            Ok::<_, tidegate_policy::bundle::PayloadError>((digest(&payload), payload))
        });
        let (digest, payload) = writing
            .await
            .map_err(|error| Fault::internal("a slice was not written", &error))?
            .map_err(|error| Fault::internal("a slice cannot be written", &error))?;
        let scope = Scope::Slice { uid: actor.uid };
        self.signed_for(actor, scope, revision, (digest, payload))
    }

    /// What leads to a revision of the caller's slice from an earlier one, signed.
    pub(super) fn signed_change(
        &self,
        actor: &Actor,
        (from, to): (u64, u64),
        payload: Bytes,
    ) -> Result<SignedBundle, Fault> {
        let scope = Scope::Change {
            uid: actor.uid,
            from,
        };
        self.signed_for(actor, scope, to, (digest(&payload), payload))
    }

    fn signed_for(
        &self,
        actor: &Actor,
        scope: Scope,
        revision: u64,
        (digest, payload): (Digest, Bytes),
    ) -> Result<SignedBundle, Fault> {
        let now_s = self.clock.now_s();
        let head = Head {
            issuer: self.issuer.clone(),
            audience: AUDIENCE.to_owned(),
            subject: actor.object.clone(),
            scope,
            revision,
            issued_at_s: now_s,
            expires_at_s: now_s.saturating_add(LIFE_S),
            payload: digest,
        };
        Ok(SignedBundle {
            head: self.signed(&head)?,
            payload,
            tag: tag(&head),
        })
    }

    /// Made from the snapshot in force, in its turn.
    pub(super) async fn made(&self, actor: &Actor) -> Result<Slice, Fault> {
        self.for_slice(actor)?;
        let turn = self.following.slices.acquire().await;
        let _turn = turn.map_err(|_| Fault::Unavailable)?;
        // After the wait, in which the secret may have ended.
        let snapshot = self.for_slice(actor)?;
        let (object, uid, kind) = (actor.object.clone(), actor.uid, actor.kind.clone());
        let making = tokio::task::spawn_blocking(move || snapshot.slice_for_kind(&object, &kind));
        let made = making
            .await
            .map_err(|error| Fault::internal("a slice was not made", &error))?;
        match made {
            Ok(slice) if slice.uid() == uid => Ok(slice),
            Ok(_) | Err(SliceError::UnknownSubject) => Err(Fault::Unauthenticated),
            Err(SliceError::UnknownKind) => {
                let rule = "there is no slice for this kind of secret".to_owned();
                Err(Fault::Forbidden { rule })
            }
            // Nothing is wrong here: it is for its holder to ask instead.
            Err(error @ (SliceError::TooLong | SliceError::TooMuch)) => Err(Fault::Forbidden {
                rule: error.to_string(),
            }),
        }
    }

    /// The snapshot, to the holder of a secret that may have a slice.
    pub(super) fn for_slice(&self, actor: &Actor) -> Result<Arc<Snapshot>, Fault> {
        let snapshot = self.snapshot_for(actor)?;
        actor.whole()?;
        Ok(snapshot)
    }
}
