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
use super::extract::{MaybeCaller, Terms};
use super::refusals::{ActRefusals, AskRefusals, ChangeRefusals};
use super::{Body, Caller, Params, Refusal, Rules, change, page_limit};

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
    let limit = page_limit(limit)?;
    let list = ["invitations", object.as_deref().unwrap_or_default()];
    let after = rules.after(&actor, &list, cursor.as_deref(), "cursor")?;
    let after = after.as_deref();
    let mut items = match &object {
        Some(object) => {
            rules
                .invitations_to(&actor, object, limit + 1, after)
                .await?
        }
        None => rules.own_invitations(&actor, limit + 1, after).await?,
    };
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = items.len() > limit;
    items.truncate(limit);
    let last = items.last().filter(|_| more);
    let next = last.map(|last| rules.cursor(&actor, &list, &last.id));
    let next = next.transpose()?;
    Ok(Answer(StatusCode::OK, Page::<Invitation> { items, next }).into_response())
}

/// Withdraws a pending invitation, by its `id`.
#[utoipa::path(
    delete, path = "/v1/invitations", operation_id = "withdrawInvitation", tag = "invitations",
    params(InvitationId, Terms),
    responses((status = 200, description = "Done, or so already.", body = Changed), ChangeRefusals),
)]
pub(crate) async fn withdraw(
    State(rules): Rules,
    Caller(actor): Caller,
    terms: Terms,
    Params(request): Params<InvitationId>,
) -> Result<Response, Refusal> {
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
    request_body = Redeem,
    responses((status = 200, description = "The address is proven.", body = Redeemed), ActRefusals),
)]
pub(crate) async fn redeem(
    State(rules): Rules,
    MaybeCaller(actor): MaybeCaller,
    Body(request): Body<Redeem>,
) -> Result<Response, Refusal> {
    let redeemed = rules.redeem(actor, request).await?;
    Ok(Answer(StatusCode::OK, redeemed).into_response())
}
