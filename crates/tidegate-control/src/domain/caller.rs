//! Who asks the control plane for something.

use tidegate_client::wire;
use tidegate_policy::{Caller, Context, Decision, Object, Request, Snapshot, decide};
use tidegate_tower::{Principal, Scope};
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
    /// What the secret was narrowed to; none: it was not exchanged.
    scope: Option<Scope>,
    /// The secrets that it was exchanged from.
    parents: Vec<Uuid>,
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
            scope: principal.scope().cloned(),
            parents: principal
                .claims()
                .narrow
                .as_ref()
                .map_or_else(Vec::new, |narrow| narrow.parents.clone()),
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
            scope: None,
            parents: Vec::new(),
        }
    }

    /// Whether the secret may do an action on a resource: its kind may, the model grants it, and it is
    /// within what the secret was narrowed to. An error is a no.
    pub(super) fn may(&self, action: &str, resource: &Object, snapshot: &Snapshot) -> bool {
        if let Err(out) = self.scope_check(action, resource, snapshot) {
            tracing::debug!(caller = %self.object, action, %resource, %out, "guard");
            return false;
        }
        let request = Request {
            caller: Caller::Principal {
                object: &self.object,
                kind: &self.kind,
            },
            action,
            resource,
            contextual_tuples: &[],
            context: Context::EMPTY,
        };
        match decide(&request, snapshot) {
            Decision::Allow => true,
            Decision::Deny(denial) => {
                tracing::debug!(caller = %self.object, action, %resource, %denial, "guard");
                false
            }
        }
    }

    /// Whether the secret was not narrowed, or to this.
    pub(super) fn scope_check(
        &self,
        action: &str,
        resource: &Object,
        snapshot: &Snapshot,
    ) -> Result<(), tidegate_tower::OutOfScope> {
        match &self.scope {
            None => Ok(()),
            Some(scope) => scope.check(action, resource, snapshot.profile()),
        }
    }

    /// Whether an object is among what the secret was narrowed to, where it was.
    pub(super) fn reaches(&self, object: &Object, snapshot: &Snapshot) -> bool {
        self.scope
            .as_ref()
            .is_none_or(|scope| scope.has_object(object, snapshot.profile()))
    }

    /// Whether this is the secret, or one that it was exchanged from.
    pub(super) fn comes_from(&self, jti: Uuid) -> bool {
        self.jti == Some(jti) || self.parents.contains(&jti)
    }

    /// Whether the secret was exchanged for a narrower one.
    pub(super) fn is_narrowed(&self) -> bool {
        self.scope.is_some()
    }

    /// For what no guard asks for, and what would outlive the secret: a narrowed one may not.
    pub(super) fn whole(&self) -> Result<(), Fault> {
        if self.is_narrowed() {
            let rule = "narrow: not with a secret that was exchanged for a narrower one".to_owned();
            return Err(Fault::Forbidden { rule });
        }
        Ok(())
    }

    /// Whether the secret is checked as `anonymous`: it shows nothing that is its principal's alone.
    pub(super) fn is_nobody(&self, snapshot: &Snapshot) -> bool {
        let kind = snapshot.profile().kinds.get(&self.kind);
        kind.is_none_or(|kind| kind.anonymous)
    }

    /// Refuses who was deleted, or whose secret was revoked, while the request was on its way.
    pub(super) fn stands(&self, snapshot: &Snapshot) -> Result<(), Fault> {
        let alive = snapshot
            .standing(&self.object)
            .is_some_and(|standing| standing.uid == self.uid);
        let mut secrets = self.jti.iter().chain(&self.parents);
        let revoked = secrets.any(|jti| snapshot.is_revoked(*jti));
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
        let addresses = match actor.is_nobody(&snapshot) {
            true => Vec::new(),
            false => self.store.addresses_of(actor.uid).await?,
        };
        let Actor {
            object,
            uid,
            kind,
            jti,
            expires_at_s,
            scope: _,
            parents: _,
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
