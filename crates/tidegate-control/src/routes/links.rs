//! `/v1/links`, `/v1/attachments`

use axum::extract::State;
use axum::response::Response;
use tidegate_client::wire::{Attach, Move, Operation};

use super::extract::Terms;
use super::{Body, Caller, Params, Refusal, Rules, change};

pub(crate) async fn point(
    State(rules): Rules,
    Caller(actor): Caller,
    terms: Terms,
    Body(request): Body<Move>,
) -> Result<Response, Refusal> {
    change::one(&rules, actor, terms, Operation::Move(request)).await
}

pub(crate) async fn attach(
    State(rules): Rules,
    Caller(actor): Caller,
    terms: Terms,
    Body(request): Body<Attach>,
) -> Result<Response, Refusal> {
    change::one(&rules, actor, terms, Operation::Attach(request)).await
}

pub(crate) async fn detach(
    State(rules): Rules,
    Caller(actor): Caller,
    terms: Terms,
    Params(request): Params<Attach>,
) -> Result<Response, Refusal> {
    change::one(&rules, actor, terms, Operation::Detach(request)).await
}
