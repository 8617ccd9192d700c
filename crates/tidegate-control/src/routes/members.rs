//! `/v1/members`

use axum::extract::State;
use axum::response::Response;
use tidegate_client::wire::{Changed, Membership, Operation, Remove};

use super::extract::Terms;
use super::refusals::ChangeRefusals;
use super::{Body, Caller, Params, Refusal, Rules, change};

/// Joins what is open to be joined.
#[utoipa::path(
    post, path = "/v1/members/join", operation_id = "join", tag = "members",
    params(Terms),
    request_body = Membership,
    responses((status = 200, description = "Done, or so already.", body = Changed), ChangeRefusals),
)]
pub(crate) async fn join(
    State(rules): Rules,
    Caller(actor): Caller,
    terms: Terms,
    Body(request): Body<Membership>,
) -> Result<Response, Refusal> {
    change::one(&rules, actor, terms, Operation::Join(request)).await
}

/// Ends one's own membership, with all that it gave.
#[utoipa::path(
    post, path = "/v1/members/leave", operation_id = "leave", tag = "members",
    params(Terms),
    request_body = Membership,
    responses((status = 200, description = "Done, or so already.", body = Changed), ChangeRefusals),
)]
pub(crate) async fn leave(
    State(rules): Rules,
    Caller(actor): Caller,
    terms: Terms,
    Body(request): Body<Membership>,
) -> Result<Response, Refusal> {
    change::one(&rules, actor, terms, Operation::Leave(request)).await
}

/// Ends somebody's membership, with all that it gave.
#[utoipa::path(
    delete, path = "/v1/members", operation_id = "removeMember", tag = "members",
    params(Remove, Terms),
    responses((status = 200, description = "Done, or so already.", body = Changed), ChangeRefusals),
)]
pub(crate) async fn remove(
    State(rules): Rules,
    Caller(actor): Caller,
    terms: Terms,
    Params(request): Params<Remove>,
) -> Result<Response, Refusal> {
    change::one(&rules, actor, terms, Operation::Remove(request)).await
}
