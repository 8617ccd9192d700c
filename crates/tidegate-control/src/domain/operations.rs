//! From an operation to the rules that make it.

use tidegate_client::wire::Operation;
use tidegate_policy::Object;

use super::Fault;
use super::fault::Field;
use super::grants::Way;
use super::guard::{Guard, Roles};
use super::system::Operation as Guarded;
use super::work::{Done, Work};

/// The object that an operation changes, as the request names it.
pub(super) fn named_object(operation: &Operation) -> Option<&str> {
    match operation {
        Operation::Create(request) => Some(&request.object),
        Operation::Rename(request) => Some(&request.object),
        Operation::Delete(request) => Some(&request.object),
        Operation::Grant(request) | Operation::Change(request) | Operation::Revoke(request) => {
            Some(&request.object)
        }
        Operation::Invite(request) => Some(&request.object),
        Operation::Join(request) | Operation::Leave(request) => Some(&request.object),
        Operation::Remove(request) => Some(&request.object),
        Operation::Move(request) => Some(&request.object),
        Operation::Attach(request) | Operation::Detach(request) => Some(&request.to),
        Operation::IssueSecret(request) => Some(&request.subject),
        Operation::SetQuota(request) => Some(&request.account),
        Operation::Accept(_)
        | Operation::Decline(_)
        | Operation::Withdraw(_)
        | Operation::RevokeSecret(_) => None,
    }
}

impl Work<'_> {
    /// Guards an operation and does it.
    pub(super) async fn perform(&mut self, operation: Operation) -> Result<Done, Fault> {
        match operation {
            Operation::Create(request) => self.create(request).await,
            Operation::Rename(request) => self.rename(request).await,
            Operation::Delete(request) => self.delete(request).await,
            Operation::Grant(request) => self.grants(request, Way::Grant).await,
            Operation::Change(request) => self.grants(request, Way::Change).await,
            Operation::Revoke(request) => self.grants(request, Way::Revoke).await,
            Operation::Invite(request) => self.invite(request).await,
            Operation::Accept(request) => self.accept(request).await,
            Operation::Decline(request) => self.decline(request).await,
            Operation::Withdraw(request) => self.withdraw(request).await,
            Operation::Join(request) => self.join(request).await,
            Operation::Leave(request) => self.leave(request).await,
            Operation::Remove(request) => self.remove(request).await,
            Operation::Move(request) => self.move_link(request).await,
            Operation::Attach(request) => self.attach(request).await,
            Operation::Detach(request) => self.detach(request).await,
            Operation::IssueSecret(request) => self.issue_secret(request).await,
            Operation::RevokeSecret(request) => self.revoke_secret(request).await,
            Operation::SetQuota(request) => self.set_quota(request).await,
        }
    }

    /// An object that exists and that the caller may see. To everyone else it does not exist.
    pub(super) fn visible(&self, object: &Object, field: impl Into<Field>) -> Result<(), Fault> {
        self.administration
            .visible(&self.actor, &self.snapshot(), object, field)
    }

    /// The guard of an operation on an object that exists.
    pub(super) fn guard(&self, object: &Object, operation: Guarded) -> Result<(), Fault> {
        self.administration
            .guard(&self.actor, &self.snapshot(), object, operation)
    }

    /// A guard of the system's.
    pub(super) fn pass(&self, guard: &Guard, roles: &Roles<'_>) -> Result<(), Fault> {
        guard
            .check(&self.actor, roles)
            .map_err(|refused| Fault::Forbidden { rule: refused.rule })
    }
}
