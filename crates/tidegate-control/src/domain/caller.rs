//! Who asks the control plane for something.

use tidegate_client::wire;
use tidegate_policy::{Object, Snapshot};
use tidegate_tower::Principal;
use uuid::Uuid;

use super::{Administration, Fault};

/// The holder of a secret, as authenticated; every operation asks again whether it still stands.
#[derive(Clone, Debug)]
pub struct Actor {
    pub(super) object: Object,
    pub(super) uid: Uuid,
    pub(super) kind: String,
    /// None only for the first start, and for who redeems an invitation without a secret.
    pub(super) jti: Option<Uuid>,
    /// When the secret ends. Seconds since the epoch, UTC.
    pub(super) expires_at_s: Option<u64>,
}

impl Actor {
    /// The holder of a verified secret.
    pub fn new(principal: &Principal) -> Self {
        Self {
            object: principal.object().clone(),
            uid: principal.uid(),
            kind: principal.kind().to_owned(),
            jti: Some(principal.jti()),
            expires_at_s: principal.expires_at_s(),
        }
    }

    /// Who acts without a secret.
    pub(super) fn without_secret(object: Object, uid: Uuid, kind: &str) -> Self {
        Self {
            object,
            uid,
            kind: kind.to_owned(),
            jti: None,
            expires_at_s: None,
        }
    }

    /// Refuses who was deleted, or whose secret was revoked, while the request was on its way.
    pub(super) fn stands(&self, snapshot: &Snapshot) -> Result<(), Fault> {
        let alive = snapshot
            .standing(&self.object)
            .is_some_and(|standing| standing.uid == self.uid);
        let revoked = self.jti.is_some_and(|jti| snapshot.is_revoked(jti));
        if alive && !revoked {
            Ok(())
        } else {
            Err(Fault::Unauthenticated)
        }
    }
}

impl Administration {
    /// Who a secret authenticates as.
    ///
    /// # Errors
    /// See [`Fault`].
    pub async fn whoami(&self, actor: &Actor) -> Result<wire::Whoami, Fault> {
        let snapshot = self.snapshot_for(actor)?;
        let addresses = self.store.addresses_of(actor.uid).await?;
        let Actor {
            object,
            uid,
            kind,
            jti,
            expires_at_s,
        } = actor;
        Ok(wire::Whoami {
            subject: object.to_string(),
            uid: uid.to_string(),
            kind: kind.clone(),
            jti: jti.map(|jti| jti.to_string()).unwrap_or_default(),
            expires_at_s: *expires_at_s,
            addresses,
            revision: snapshot.revision(),
        })
    }
}
