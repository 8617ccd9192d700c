//! Secrets, and who the caller's own says that it is.

use http::Method;

use super::{Client, PageQuery};
use crate::send::ApiError;
use crate::wire::{Changed, IssueSecret, IssuedSecret, Page, SecretInfo, Whoami};

impl Client {
    /// `POST /v1/secrets`
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn issue_secret(&self, request: &IssueSecret) -> Result<IssuedSecret, ApiError> {
        self.change(Method::POST, "/v1/secrets", request).await
    }

    /// `GET /v1/secrets?subject=`
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn secrets(
        &self,
        subject: &str,
        page: &PageQuery,
    ) -> Result<Page<SecretInfo>, ApiError> {
        self.get_page("/v1/secrets", vec![("subject", subject)], page)
            .await
    }

    /// `DELETE /v1/secrets?jti=`
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn revoke_secret(&self, jti: &str) -> Result<Changed, ApiError> {
        self.delete("/v1/secrets", &[("jti", jti)]).await
    }

    /// `GET /v1/me`
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn whoami(&self) -> Result<Whoami, ApiError> {
        self.get("/v1/me", &[]).await
    }
}
