//! Objects, who has what on them, and what was done to them.

use http::Method;

use super::{Client, PageQuery};
use crate::send::ApiError;
use crate::wire::{
    AuditEntry, Changed, CreateObject, CreatedObject, GrantInfo, GrantRequest, ObjectInfo, Page,
    RenameObject,
};

impl Client {
    /// `POST /v1/objects`
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn create_object(&self, request: &CreateObject) -> Result<CreatedObject, ApiError> {
        self.change(Method::POST, "/v1/objects", request).await
    }

    /// `GET /v1/objects?object=`
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn object(&self, object: &str) -> Result<ObjectInfo, ApiError> {
        self.get("/v1/objects", &[("object", object)]).await
    }

    /// `GET /v1/objects?type=&parent=`: objects of a type, below `parent` where it is given.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn objects(
        &self,
        type_name: &str,
        parent: Option<&str>,
        page: &PageQuery,
    ) -> Result<Page<ObjectInfo>, ApiError> {
        let mut query = vec![("type", type_name)];
        query.extend(parent.map(|parent| ("parent", parent)));
        self.get_page("/v1/objects", query, page).await
    }

    /// `PATCH /v1/objects`
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn rename_object(&self, request: &RenameObject) -> Result<Changed, ApiError> {
        self.change(Method::PATCH, "/v1/objects", request).await
    }

    /// `DELETE /v1/objects?object=`
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn delete_object(&self, object: &str) -> Result<Changed, ApiError> {
        self.delete("/v1/objects", &[("object", object)]).await
    }

    /// `POST /v1/grants`
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn grant(&self, request: &GrantRequest) -> Result<Changed, ApiError> {
        self.change(Method::POST, "/v1/grants", request).await
    }

    /// `PATCH /v1/grants`: instead of what the subject has on the object.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn change_grants(&self, request: &GrantRequest) -> Result<Changed, ApiError> {
        self.change(Method::PATCH, "/v1/grants", request).await
    }

    /// `DELETE /v1/grants?object=&relations=&subject=`
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn revoke(&self, request: &GrantRequest) -> Result<Changed, ApiError> {
        let GrantRequest {
            object,
            relations,
            subject,
        } = request;
        let relations = relations.join(",");
        let query = [
            ("object", object.as_str()),
            ("relations", &relations),
            ("subject", subject),
        ];
        self.delete("/v1/grants", &query).await
    }

    /// `GET /v1/grants?object=`
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn grants(
        &self,
        object: &str,
        page: &PageQuery,
    ) -> Result<Page<GrantInfo>, ApiError> {
        self.get_page("/v1/grants", vec![("object", object)], page)
            .await
    }

    /// `GET /v1/audit?object=`: what was done to an object, the newest first.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn audit_of_object(
        &self,
        object: &str,
        page: &PageQuery,
    ) -> Result<Page<AuditEntry>, ApiError> {
        self.get_page("/v1/audit", vec![("object", object)], page)
            .await
    }

    /// `GET /v1/audit?actor=`: what a principal did, the newest first.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn audit_of_actor(
        &self,
        actor: &str,
        page: &PageQuery,
    ) -> Result<Page<AuditEntry>, ApiError> {
        self.get_page("/v1/audit", vec![("actor", actor)], page)
            .await
    }
}
