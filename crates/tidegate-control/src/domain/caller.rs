//! Who asks the control plane for something.

use tidegate_policy::{Object, Snapshot};
use tidegate_tower::Principal;
use uuid::Uuid;

use super::Fault;

/// The holder of a secret, as authenticated; every operation asks again whether it still stands.
#[derive(Clone, Debug)]
pub struct Actor {
    pub(super) object: Object,
    pub(super) uid: Uuid,
    pub(super) kind: String,
    /// None only for the first start, which has no secret yet.
    pub(super) jti: Option<Uuid>,
}

impl Actor {
    /// The holder of a verified secret.
    pub fn new(principal: &Principal) -> Self {
        Self {
            object: principal.object().clone(),
            uid: principal.uid(),
            kind: principal.kind().to_owned(),
            jti: Some(principal.jti()),
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
