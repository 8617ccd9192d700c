//! Limits and what was used.

use http::Method;

use super::{Client, PageQuery};
use crate::send::ApiError;
use crate::wire::{Changed, Page, SetQuota, Usage};

impl Client {
    /// `PATCH /v1/quotas`
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn set_quota(&self, request: &SetQuota) -> Result<Changed, ApiError> {
        self.change(Method::PATCH, "/v1/quotas", request).await
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
}

fn account_query(account: &str, anonymous: bool) -> Vec<(&str, &str)> {
    let mut query = vec![("account", account)];
    if anonymous {
        query.push(("anonymous", "true"));
    }
    query
}
