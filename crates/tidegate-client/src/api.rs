//! One typed method for each route of the HTTP API.

use http::Method;

use crate::send::{ApiError, Sender};
use crate::wire::{
    Changed, CreateObject, CreatedObject, Evaluation, EvaluationAnswer, GrantInfo, GrantRequest,
    IssueSecret, IssuedSecret, ObjectInfo, Page, SecretInfo, SetQuota, Usage,
};

/// A caller of the HTTP API, for one address and one secret. Clones share their connections.
///
/// ```no_run
/// # async fn example() -> Result<(), tidegate_client::ApiError> {
/// let client = tidegate_client::Client::new("http://127.0.0.1:8081", Some("…"))?;
/// let orders = client.object("stream:acme/sales/orders").await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Client {
    sender: Sender,
}

/// Which part of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageQuery {
    /// Items at most, 1 to 1,000; none: the server's default of 100.
    pub limit: Option<u32>,
    /// The `next` of the page before; none: the first page.
    pub cursor: Option<String>,
}

impl Client {
    /// A client of the API at `base_url` (`http://` or `https://`, a path in front is kept), which
    /// shows `secret` with every request. Nothing is sent yet.
    ///
    /// # Errors
    /// [`ApiError::BadUrl`], [`ApiError::BadSecret`], [`ApiError::Tls`].
    pub fn new(base_url: &str, secret: Option<&str>) -> Result<Self, ApiError> {
        Ok(Self {
            sender: Sender::new(base_url, secret)?,
        })
    }

    /// `POST /v1/objects`
    ///
    /// # Errors
    /// See [`ApiError`], here as in every method below.
    pub async fn create_object(&self, request: &CreateObject) -> Result<CreatedObject, ApiError> {
        self.sender
            .send(Method::POST, "/v1/objects", &[], Some(request))
            .await
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
        self.sender
            .send(Method::POST, "/v1/grants", &[], Some(request))
            .await
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

    /// `POST /v1/secrets`
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn issue_secret(&self, request: &IssueSecret) -> Result<IssuedSecret, ApiError> {
        self.sender
            .send(Method::POST, "/v1/secrets", &[], Some(request))
            .await
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

    /// `PATCH /v1/quotas`
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn set_quota(&self, request: &SetQuota) -> Result<Changed, ApiError> {
        self.sender
            .send(Method::PATCH, "/v1/quotas", &[], Some(request))
            .await
    }

    /// `GET /v1/quotas?account=&anonymous=`: the window in force.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn quota(&self, account: &str, anonymous: bool) -> Result<Usage, ApiError> {
        self.get("/v1/quotas", &account_query(account, anonymous))
            .await
    }

    /// `GET /v1/usage?account=&anonymous=`: one for each window with an entry, newest first.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn usage(
        &self,
        account: &str,
        anonymous: bool,
        page: &PageQuery,
    ) -> Result<Page<Usage>, ApiError> {
        self.get_page("/v1/usage", account_query(account, anonymous), page)
            .await
    }

    /// `POST /access/v1/evaluation` (OpenID AuthZEN 1.0)
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn evaluate(&self, request: &Evaluation) -> Result<EvaluationAnswer, ApiError> {
        self.sender
            .send(Method::POST, "/access/v1/evaluation", &[], Some(request))
            .await
    }

    async fn get<T: serde::de::DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<T, ApiError> {
        self.sender
            .send(Method::GET, path, query, None::<&()>)
            .await
    }

    async fn get_page<T: serde::de::DeserializeOwned>(
        &self,
        path: &str,
        mut query: Vec<(&str, &str)>,
        page: &PageQuery,
    ) -> Result<Page<T>, ApiError> {
        let PageQuery { limit, cursor } = page;
        let limit = limit.map(|limit| limit.to_string());
        query.extend(limit.as_deref().map(|limit| ("limit", limit)));
        query.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
        self.get(path, &query).await
    }

    async fn delete(&self, path: &str, query: &[(&str, &str)]) -> Result<Changed, ApiError> {
        self.sender
            .send(Method::DELETE, path, query, None::<&()>)
            .await
    }
}

fn account_query(account: &str, anonymous: bool) -> Vec<(&str, &str)> {
    let mut query = vec![("account", account)];
    if anonymous {
        query.push(("anonymous", "true"));
    }
    query
}

#[cfg(test)]
mod tests;
