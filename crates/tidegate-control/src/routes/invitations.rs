//! `/v1/invitations`

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use tidegate_client::wire::{
    Changed, Invitation, InvitationId, Invite, Operation, Page, Redeem, Redeemed, form,
};
use utoipa::IntoParams;

use super::answer::Answer;
use super::extract::{Key, MaybeCaller, Terms};
use super::paging::Paging;
use super::refusals::{AskRefusals, ChangeRefusals, KeyedRefusals};
use super::{Body, Caller, Params, Refusal, Rules, change};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct List {
    /// To what; one's own when left out.
    #[param(value_type = Option<form::ObjectName>, inline)]
    object: Option<String>,
    /// Items at most; 100 when left out.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// `next` of the page before, with the same query.
    #[param(max_length = 1024)]
    cursor: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Withdraw {
    /// Which.
    #[param(value_type = form::Id, inline)]
    id: String,
}

/// Invites somebody, by name or by e-mail address. Inviting again replaces the pending invitation.
#[utoipa::path(
    post, path = "/v1/invitations", operation_id = "invite", tag = "invitations",
    params(Terms),
    request_body = Invite,
    responses((status = 201, description = "Done.", body = Invitation), ChangeRefusals),
)]
pub(crate) async fn invite(
    State(rules): Rules,
    Caller(actor): Caller,
    terms: Terms,
    Body(request): Body<Invite>,
) -> Result<Response, Refusal> {
    change::one(&rules, actor, terms, Operation::Invite(request)).await
}

/// A page of pending invitations: one's own, or with `object` those to an object.
#[utoipa::path(
    get, path = "/v1/invitations", operation_id = "listInvitations", tag = "invitations",
    params(List),
    responses((status = 200, description = "Found.", body = Page<Invitation>), AskRefusals),
)]
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
    let list = ["invitations", object.as_deref().unwrap_or_default()];
    let paging = Paging::of(&rules, &actor, &list, limit, cursor.as_deref())?;
    let (rows, after) = (paging.rows(), paging.after());
    let rows = match &object {
        Some(object) => rules.invitations_to(&actor, object, rows, after).await?,
        None => rules.own_invitations(&actor, rows, after).await?,
    };
    let place = |invitation: &Invitation| invitation.id.clone();
    let page = paging.page(rows, place, |invitation| invitation)?;
    Ok(Answer(StatusCode::OK, page).into_response())
}

/// Withdraws a pending invitation, by its `id`.
#[utoipa::path(
    delete, path = "/v1/invitations", operation_id = "withdrawInvitation", tag = "invitations",
    params(Withdraw, Terms),
    responses((status = 200, description = "Done, or so already.", body = Changed), ChangeRefusals),
)]
pub(crate) async fn withdraw(
    State(rules): Rules,
    Caller(actor): Caller,
    terms: Terms,
    Params(Withdraw { id }): Params<Withdraw>,
) -> Result<Response, Refusal> {
    let request = InvitationId {
        id: Some(id),
        object: None,
    };
    change::one(&rules, actor, terms, Operation::Withdraw(request)).await
}

/// Accepts an invitation, by its `id` or by what it invites to (`object`).
#[utoipa::path(
    post, path = "/v1/invitations/accept", operation_id = "acceptInvitation", tag = "invitations",
    params(Terms),
    request_body = InvitationId,
    responses((status = 200, description = "Done, or so already.", body = Changed), ChangeRefusals),
)]
pub(crate) async fn accept(
    State(rules): Rules,
    Caller(actor): Caller,
    terms: Terms,
    Body(request): Body<InvitationId>,
) -> Result<Response, Refusal> {
    change::one(&rules, actor, terms, Operation::Accept(request)).await
}

/// Declines an invitation, by its `id` or by what it invites to (`object`).
#[utoipa::path(
    post, path = "/v1/invitations/decline", operation_id = "declineInvitation", tag = "invitations",
    params(Terms),
    request_body = InvitationId,
    responses((status = 200, description = "Done, or so already.", body = Changed), ChangeRefusals),
)]
pub(crate) async fn decline(
    State(rules): Rules,
    Caller(actor): Caller,
    terms: Terms,
    Body(request): Body<InvitationId>,
) -> Result<Response, Refusal> {
    change::one(&rules, actor, terms, Operation::Decline(request)).await
}

/// Proves an e-mail address by the code of the link that was mailed to it. Works once, and accepts nothing.
///
/// With a secret it proves the address for its holder. Without a secret and with `subject` it creates that person, and
/// answers with their first secret.
#[utoipa::path(
    post, path = "/v1/invitations/redeem", operation_id = "redeemInvitation", tag = "invitations",
    security((), ("secret" = [])),
    params(Key),
    request_body = Redeem,
    responses((status = 200, description = "The address is proven.", body = Redeemed), KeyedRefusals),
)]
pub(crate) async fn redeem(
    State(rules): Rules,
    MaybeCaller(actor): MaybeCaller,
    Key(key): Key,
    Body(request): Body<Redeem>,
) -> Result<Response, Refusal> {
    let redeemed = rules.redeem(actor, key, request).await?;
    Ok(Answer(StatusCode::OK, redeemed).into_response())
}
