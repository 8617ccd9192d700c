//! `/v1/members`

use axum::extract::State;
use axum::response::Response;
use tidegate_client::wire::{Membership, Operation, Remove};

use super::extract::Terms;
use super::{Body, Caller, Params, Refusal, Rules, change};

pub(crate) async fn join(
    State(rules): Rules,
    Caller(actor): Caller,
    terms: Terms,
    Body(request): Body<Membership>,
) -> Result<Response, Refusal> {
    change::one(&rules, actor, terms, Operation::Join(request)).await
}

pub(crate) async fn leave(
    State(rules): Rules,
    Caller(actor): Caller,
    terms: Terms,
    Body(request): Body<Membership>,
) -> Result<Response, Refusal> {
    change::one(&rules, actor, terms, Operation::Leave(request)).await
}

pub(crate) async fn remove(
    State(rules): Rules,
    Caller(actor): Caller,
    terms: Terms,
    Params(request): Params<Remove>,
) -> Result<Response, Refusal> {
    change::one(&rules, actor, terms, Operation::Remove(request)).await
}
