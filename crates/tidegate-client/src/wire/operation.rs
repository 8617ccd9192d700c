//! Any change, and several at once.

use serde::{Deserialize, Serialize};

use super::{
    Attach, CreateObject, CreatedObject, DeleteObject, GrantRequest, Invitation, InvitationId,
    Invite, IssueSecret, IssuedSecret, Membership, Move, Remove, RenameObject, RevokeSecret,
    SetQuota,
};

/// A change, for `POST /v1/batch`: `{"op": "grant", "object": …}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum Operation {
    /// `POST /v1/objects`
    Create(CreateObject),
    /// `PATCH /v1/objects`
    Rename(RenameObject),
    /// `DELETE /v1/objects`
    Delete(DeleteObject),
    /// `POST /v1/grants`
    Grant(GrantRequest),
    /// `PATCH /v1/grants`
    Change(GrantRequest),
    /// `DELETE /v1/grants`
    Revoke(GrantRequest),
    /// `POST /v1/invitations`
    Invite(Invite),
    /// `POST /v1/invitations/accept`
    Accept(InvitationId),
    /// `POST /v1/invitations/decline`
    Decline(InvitationId),
    /// `DELETE /v1/invitations`
    Withdraw(InvitationId),
    /// `POST /v1/members/join`
    Join(Membership),
    /// `POST /v1/members/leave`
    Leave(Membership),
    /// `DELETE /v1/members`
    Remove(Remove),
    /// `PUT /v1/links`
    Move(Move),
    /// `POST /v1/attachments`
    Attach(Attach),
    /// `DELETE /v1/attachments`
    Detach(Attach),
    /// `POST /v1/secrets`
    IssueSecret(IssueSecret),
    /// `DELETE /v1/secrets`
    RevokeSecret(RevokeSecret),
    /// `PATCH /v1/quotas`
    SetQuota(SetQuota),
}

/// `POST /v1/batch`: at least one operation, at most 100. A later one sees what an earlier one did.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({"operations": [{"op": "create", "object": "project:acme/sales"}, {"op": "grant", "object": "project:acme/sales", "relations": ["view"], "subject": "user:bob"}]})))]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// In order.
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 100))]
    pub operations: Vec<Operation>,
}

/// Answer to `POST /v1/batch`. A refused batch is answered by a problem document whose `field` starts
/// with `operations[N].`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BatchAnswer {
    /// The revision that contains all of it.
    pub revision: u64,
    /// What each route of its own would have answered.
    pub answers: Vec<Answer>,
}

/// What an operation answers; which one, follows from the operation.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// To a creation, and to attaching.
    Created(CreatedObject),
    /// To issuing a secret.
    Issued(IssuedSecret),
    /// To inviting.
    Invited(Invitation),
    /// To everything else.
    Changed(Changed),
}

/// Answer to everything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Changed {
    /// The revision that contains the change.
    pub revision: u64,
}
