//! Questions to the model (OpenID AuthZEN 1.0), and the keys that secrets are proven by.

use tidegate_token::JwkSet;

use super::Client;
use crate::send::ApiError;
use crate::wire::{
    Action, ActionSearch, Entity, Evaluation, EvaluationAnswer, Explain, Explained, ResourceSearch,
    SearchAnswer, SubjectSearch,
};

impl Client {
    /// `POST /access/v1/evaluation`: may S do A on R?
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn evaluate(&self, request: &Evaluation) -> Result<EvaluationAnswer, ApiError> {
        self.ask("/access/v1/evaluation", request).await
    }

    /// `POST /v1/explain`: why may S do A on R, or why not?
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn explain(&self, request: &Explain) -> Result<Explained, ApiError> {
        self.ask("/v1/explain", request).await
    }

    /// `POST /access/v1/search/subject`: who may do A on R?
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn search_subjects(
        &self,
        request: &SubjectSearch,
    ) -> Result<SearchAnswer<Entity>, ApiError> {
        self.ask("/access/v1/search/subject", request).await
    }

    /// `POST /access/v1/search/resource`: on what may S do A?
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn search_resources(
        &self,
        request: &ResourceSearch,
    ) -> Result<SearchAnswer<Entity>, ApiError> {
        self.ask("/access/v1/search/resource", request).await
    }

    /// `POST /access/v1/search/action`: what may S do on R?
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn search_actions(
        &self,
        request: &ActionSearch,
    ) -> Result<SearchAnswer<Action>, ApiError> {
        self.ask("/access/v1/search/action", request).await
    }

    /// `GET /.well-known/jwks.json` (RFC 7517)
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn keys(&self) -> Result<JwkSet, ApiError> {
        self.get("/.well-known/jwks.json", &[]).await
    }
}
