//! What was done, for those who may read it.

use tidegate_policy::Object;

use super::caller::Actor;
use super::system::Operation;
use super::{Administration, Fault, named};
use crate::store::{AuditRow, ListAudit};

/// Whose entries to read.
#[derive(Clone, Debug)]
pub enum AuditOf {
    /// What was done to an object.
    Object(String),
    /// What somebody did.
    Actor(String),
    /// Everything.
    All,
}

impl Administration {
    /// A page of entries, the newest first, before (revision, ordinal). Of an object: with its guard
    /// `view_audit`; of an actor: oneself, or with the guard of the actor; everything: with the guard of the site.
    ///
    /// # Errors
    /// See [`Fault`].
    pub async fn audit(
        &self,
        actor: &Actor,
        of: &AuditOf,
        before: (u64, u64),
        limit: u32,
    ) -> Result<Vec<AuditRow>, Fault> {
        let snapshot = self.snapshot_for(actor)?;
        let guarded = |object: &Object, field: &'static str| {
            self.visible(actor, &snapshot, object, field)?;
            self.guard(actor, &snapshot, object, Operation::ViewAudit)?;
            let standing = snapshot.standing(object);
            standing
                .map(|standing| standing.uid)
                .ok_or_else(|| Fault::missing(field, object))
        };
        let list = match of {
            AuditOf::All => {
                guarded(&self.site, "object")?;
                ListAudit::All
            }
            AuditOf::Object(text) => ListAudit::Object(guarded(&named(text, "object")?, "object")?),
            AuditOf::Actor(text) => ListAudit::Actor(guarded(&named(text, "actor")?, "actor")?),
        };
        Ok(self.store.audit(list, before, limit).await?)
    }
}
