//! `/v1/links`, `/v1/attachments`

use axum::extract::State;
use axum::response::Response;
use tidegate_client::wire::{Attach, Changed, CreatedObject, Move, Operation};

use super::extract::Terms;
use super::refusals::ChangeRefusals;
use super::{Body, Caller, Params, Refusal, Rules, change};

/// Points a relation that has exactly one subject at another.
#[utoipa::path(
    put, path = "/v1/links", operation_id = "moveLink", tag = "links",
    params(Terms),
    request_body = Move,
    responses((status = 200, description = "Done, or so already.", body = Changed), ChangeRefusals),
)]
pub(crate) async fn point(
    State(rules): Rules,
    Caller(actor): Caller,
    terms: Terms,
    Body(request): Body<Move>,
) -> Result<Response, Refusal> {
    change::one(&rules, actor, terms, Operation::Move(request)).await
}

/// Attaches an object to another.
#[utoipa::path(
    post, path = "/v1/attachments", operation_id = "attach", tag = "links",
    params(Terms),
    request_body = Attach,
    responses((status = 201, description = "Done.", body = CreatedObject), ChangeRefusals),
)]
pub(crate) async fn attach(
    State(rules): Rules,
    Caller(actor): Caller,
    terms: Terms,
    Body(request): Body<Attach>,
) -> Result<Response, Refusal> {
    change::one(&rules, actor, terms, Operation::Attach(request)).await
}

/// Ends an attachment.
#[utoipa::path(
    delete, path = "/v1/attachments", operation_id = "detach", tag = "links",
    params(Attach, Terms),
    responses((status = 200, description = "Done, or so already.", body = Changed), ChangeRefusals),
)]
pub(crate) async fn detach(
    State(rules): Rules,
    Caller(actor): Caller,
    terms: Terms,
    Params(request): Params<Attach>,
) -> Result<Response, Refusal> {
    change::one(&rules, actor, terms, Operation::Detach(request)).await
}
