//! Memberships, and what points where.

use http::Method;

use super::Client;
use crate::send::ApiError;
use crate::wire::{Attach, Changed, CreatedObject, Membership, Move, Remove};

impl Client {
    /// `POST /v1/members/join`: oneself.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn join(&self, request: &Membership) -> Result<Changed, ApiError> {
        self.change(Method::POST, "/v1/members/join", request).await
    }

    /// `POST /v1/members/leave`: oneself.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn leave(&self, request: &Membership) -> Result<Changed, ApiError> {
        self.change(Method::POST, "/v1/members/leave", request)
            .await
    }

    /// `DELETE /v1/members?object=&subject=`
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn remove_member(&self, request: &Remove) -> Result<Changed, ApiError> {
        let Remove { object, subject } = request;
        self.delete("/v1/members", &[("object", object), ("subject", subject)])
            .await
    }

    /// `PUT /v1/links`
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn move_link(&self, request: &Move) -> Result<Changed, ApiError> {
        self.change(Method::PUT, "/v1/links", request).await
    }

    /// `POST /v1/attachments`
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn attach(&self, request: &Attach) -> Result<CreatedObject, ApiError> {
        self.change(Method::POST, "/v1/attachments", request).await
    }

    /// `DELETE /v1/attachments?object=&to=`
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn detach(&self, request: &Attach) -> Result<Changed, ApiError> {
        let Attach { object, to } = request;
        self.delete("/v1/attachments", &[("object", object), ("to", to)])
            .await
    }
}
