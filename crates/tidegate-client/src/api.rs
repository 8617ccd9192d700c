//! One typed method for each route of the HTTP API.

mod access; // AuthZEN, and the keys that secrets are proven by
mod admin; // token exchange, signing keys, backups
mod invitations;
mod members; // memberships, links, attachments
mod objects; // objects, grants, audit
mod quotas; // limits, usage
mod secrets; // secrets, and who one's own is
mod terms; // what a change asks for beside itself

use http::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::send::{ApiError, Call, Sender};
use crate::wire::{Batch, BatchAnswer, Changed, Page};
pub use admin::BackupError;
pub use terms::{MAX_IDEMPOTENCY_KEY_BYTES, Terms};

/// A caller of the HTTP API, for one address and one secret. Clones share their connections.
///
/// A request is sent once: what fails is an error, and whether to try again is for the caller to say, with
/// the same [idempotency key](Terms::idempotency_key). (A pooled connection that the server has closed is
/// replaced before anything of the request was sent.)
///
/// ```no_run
/// # async fn example() -> Result<(), tidegate_client::ApiError> {
/// use tidegate_client::{Client, Terms};
/// use tidegate_client::wire::RenameObject;
///
/// let client = Client::new("http://127.0.0.1:8081", Some("…"))?;
/// let orders = client.object("stream:acme/sales/orders").await?;
///
/// // Only while nobody else has changed it, and once only, also when it is sent again.
/// let terms = Terms {
///     idempotency_key: Some("rename-orders-2026-11".to_owned()),
///     if_match: Some(orders.revision),
/// };
/// let name = Some("Orders".to_owned());
/// let rename = RenameObject { object: orders.object, display_name: Some(name) };
/// client.with_terms(terms)?.rename_object(&rename).await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Client {
    sender: Sender,
    terms: Terms,
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
            terms: Terms::default(),
        })
    }

    /// The same client, whose changes are made on these terms instead of its own. Questions are not
    /// affected.
    ///
    /// # Errors
    /// [`ApiError::BadIdempotencyKey`].
    pub fn with_terms(&self, terms: Terms) -> Result<Self, ApiError> {
        terms.check()?;
        Ok(Self {
            sender: self.sender.clone(),
            terms,
        })
    }

    /// `POST /v1/batch`: all of it, or nothing.
    ///
    /// # Errors
    /// See [`ApiError`], here as in every other method.
    pub async fn batch(&self, request: &Batch) -> Result<BatchAnswer, ApiError> {
        self.change(Method::POST, "/v1/batch", request).await
    }

    async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<T, ApiError> {
        let call = Call {
            method: Method::GET,
            path,
            query,
            terms: &Terms::default(),
        };
        self.sender.send(call, None::<&()>).await
    }

    async fn get_page<T: DeserializeOwned>(
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

    /// A question too long for a query.
    async fn ask<B: Serialize, T: DeserializeOwned>(
        &self,
        path: &str,
        body: &B,
    ) -> Result<T, ApiError> {
        let call = Call {
            method: Method::POST,
            path,
            query: &[],
            terms: &Terms::default(),
        };
        self.sender.send(call, Some(body)).await
    }

    async fn change<B: Serialize, T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &B,
    ) -> Result<T, ApiError> {
        let call = Call {
            method,
            path,
            query: &[],
            terms: &self.terms,
        };
        self.sender.send(call, Some(body)).await
    }

    async fn delete(&self, path: &str, query: &[(&str, &str)]) -> Result<Changed, ApiError> {
        self.delete_for(path, query).await
    }

    async fn delete_for<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<T, ApiError> {
        let call = Call {
            method: Method::DELETE,
            path,
            query,
            terms: &self.terms,
        };
        self.sender.send(call, None::<&()>).await
    }
}

#[cfg(test)]
mod tests;
