//! `/v1/invitations`

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use tidegate_client::wire::{Invitation, InvitationId, Invite, Operation, Page, Redeem};

use super::answer::Answer;
use super::extract::{MaybeCaller, Terms};
use super::{Body, Caller, Params, Refusal, Rules, change, page_limit};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct List {
    object: Option<String>,
    limit: Option<u32>,
    cursor: Option<String>,
}

pub(crate) async fn invite(
    State(rules): Rules,
    Caller(actor): Caller,
    terms: Terms,
    Body(request): Body<Invite>,
) -> Result<Response, Refusal> {
    change::one(&rules, actor, terms, Operation::Invite(request)).await
}

/// One's own, or those to an object.
pub(crate) async fn list(
    State(rules): Rules,
    Caller(actor): Caller,
    Params(query): Params<List>,
) -> Result<Response, Refusal> {
    let List {
        object,
        limit,
        cursor,
    } = query;
    let limit = page_limit(limit)?;
    let cursor = cursor.as_deref();
    let mut items = match object {
        Some(object) => {
            rules
                .invitations_to(&actor, &object, limit + 1, cursor)
                .await?
        }
        None => rules.own_invitations(&actor, limit + 1, cursor).await?,
    };
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(|item| item.id.clone());
    Ok(Answer(StatusCode::OK, Page::<Invitation> { items, next }).into_response())
}

pub(crate) async fn withdraw(
    State(rules): Rules,
    Caller(actor): Caller,
    terms: Terms,
    Params(request): Params<InvitationId>,
) -> Result<Response, Refusal> {
    change::one(&rules, actor, terms, Operation::Withdraw(request)).await
}

pub(crate) async fn accept(
    State(rules): Rules,
    Caller(actor): Caller,
    terms: Terms,
    Body(request): Body<InvitationId>,
) -> Result<Response, Refusal> {
    change::one(&rules, actor, terms, Operation::Accept(request)).await
}

pub(crate) async fn decline(
    State(rules): Rules,
    Caller(actor): Caller,
    terms: Terms,
    Body(request): Body<InvitationId>,
) -> Result<Response, Refusal> {
    change::one(&rules, actor, terms, Operation::Decline(request)).await
}

/// Works without a secret: whoever redeems may be about to exist.
pub(crate) async fn redeem(
    State(rules): Rules,
    MaybeCaller(actor): MaybeCaller,
    Body(request): Body<Redeem>,
) -> Result<Response, Refusal> {
    let redeemed = rules.redeem(actor, request).await?;
    Ok(Answer(StatusCode::OK, redeemed).into_response())
}
