//! Invitations: by who may invite, and by who is invited.

use http::Method;

use super::{Client, PageQuery};
use crate::send::ApiError;
use crate::wire::{Changed, Invitation, InvitationId, Invite, Page, Redeem, Redeemed};

impl Client {
    /// `POST /v1/invitations`: replaces what is pending for the same invitee.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn invite(&self, request: &Invite) -> Result<Invitation, ApiError> {
        self.change(Method::POST, "/v1/invitations", request).await
    }

    /// `GET /v1/invitations`: the pending ones of the caller.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn own_invitations(&self, page: &PageQuery) -> Result<Page<Invitation>, ApiError> {
        self.get_page("/v1/invitations", Vec::new(), page).await
    }

    /// `GET /v1/invitations?object=`: the pending ones to an object.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn invitations(
        &self,
        object: &str,
        page: &PageQuery,
    ) -> Result<Page<Invitation>, ApiError> {
        self.get_page("/v1/invitations", vec![("object", object)], page)
            .await
    }

    /// `POST /v1/invitations/accept`
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn accept_invitation(&self, request: &InvitationId) -> Result<Changed, ApiError> {
        self.change(Method::POST, "/v1/invitations/accept", request)
            .await
    }

    /// `POST /v1/invitations/decline`
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn decline_invitation(&self, request: &InvitationId) -> Result<Changed, ApiError> {
        self.change(Method::POST, "/v1/invitations/decline", request)
            .await
    }

    /// `DELETE /v1/invitations?id=`
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn withdraw_invitation(&self, id: &str) -> Result<Changed, ApiError> {
        self.delete("/v1/invitations", &[("id", id)]).await
    }

    /// `POST /v1/invitations/redeem`: works without a secret, to create a person.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn redeem_invitation(&self, request: &Redeem) -> Result<Redeemed, ApiError> {
        self.change(Method::POST, "/v1/invitations/redeem", request)
            .await
    }
}
