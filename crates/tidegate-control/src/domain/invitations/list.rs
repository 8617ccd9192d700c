//! Pending invitations, for reading.

use tidegate_client::wire;
use tidegate_policy::Object;

use super::to_wire;
use crate::domain::caller::Actor;
use crate::domain::guard::Roles;
use crate::domain::{Administration, Fault, named};

impl Administration {
    /// A page of the caller's own pending invitations, the oldest first, after an id.
    ///
    /// # Errors
    /// See [`Fault`].
    pub async fn own_invitations(
        &self,
        actor: &Actor,
        limit: u32,
        cursor: Option<&str>,
    ) -> Result<Vec<wire::Invitation>, Fault> {
        let snapshot = self.snapshot_for(actor)?;
        actor.whole()?;
        if actor.is_nobody(&snapshot) {
            let rule = format!("secret.{}: checked as anonymous", actor.kind);
            return Err(Fault::Forbidden { rule });
        }
        let (now_s, after) = (self.clock.now_s(), cursor.unwrap_or_default());
        let rows = self
            .store
            .invitations_of(actor.uid, now_s, after, limit)
            .await?;
        Ok(rows.into_iter().map(to_wire).collect())
    }

    /// A page of the invitations that are pending to an object, for those who may invite.
    ///
    /// # Errors
    /// See [`Fault`].
    pub async fn invitations_to(
        &self,
        actor: &Actor,
        object: &str,
        limit: u32,
        cursor: Option<&str>,
    ) -> Result<Vec<wire::Invitation>, Fault> {
        let snapshot = self.snapshot_for(actor)?;
        let object: Object = named(object, "object")?;
        self.visible(actor, &snapshot, &object, "object")?;
        let rules = self.system.rules(object.type_name());
        let Some(invite) = rules.and_then(|rules| rules.invite()) else {
            let detail = format!("nobody is invited to a {}", object.type_name());
            return Err(Fault::bad("object", detail));
        };
        let parent = self.parent_of(&object);
        let roles = Roles::of(&object, &snapshot, parent.as_ref());
        invite
            .guard
            .check(actor, &roles)
            .map_err(|refused| Fault::Forbidden { rule: refused.rule })?;
        let Some(standing) = snapshot.standing(&object) else {
            return Err(Fault::missing("object", &object));
        };
        let (now_s, after) = (self.clock.now_s(), cursor.unwrap_or_default());
        let rows = self
            .store
            .invitations_to(standing.uid, now_s, after, limit)
            .await?;
        Ok(rows.into_iter().map(to_wire).collect())
    }
}
