//! The calls of Tidegate's HTTP API that a measurement makes.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{HeaderValue, Method, Uri};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tidegate_client::wire::{
    Changed, CreateObject, CreatedObject, GrantRequest, IssueSecret, IssuedSecret, QuotaLimits,
    Usage,
};

use crate::connection::{Ask, Connection, bearer};
use crate::error::{Context, Error, Result};

/// One caller's connection to the API.
pub(crate) struct Api {
    connection: Connection,
    authorization: HeaderValue,
}

impl Api {
    /// Connects to the API at `control` as the principal of `secret`.
    ///
    /// # Errors
    /// When nobody answers there.
    pub(crate) async fn open(control: SocketAddr, secret: &str) -> Result<Self> {
        let authorization = bearer(secret)?;
        Ok(Self {
            connection: Connection::open(control).await?,
            authorization,
        })
    }

    /// Creates `object`.
    ///
    /// # Errors
    /// When the API refuses, as in every other call.
    pub(crate) async fn create(
        &mut self,
        object: &str,
        owner: Option<&str>,
        quota: Option<QuotaLimits>,
    ) -> Result<CreatedObject> {
        let owner = owner.map(str::to_owned);
        let body = CreateObject {
            object: object.to_owned(),
            display_name: None,
            owner,
            quota,
        };
        self.call(Method::POST, "/v1/objects", Some(&body)).await
    }

    /// Grants `relation` on `object` to `subject`.
    ///
    /// # Errors
    /// When the API refuses.
    pub(crate) async fn grant(
        &mut self,
        object: &str,
        relation: &str,
        subject: &str,
    ) -> Result<Changed> {
        let relations = vec![relation.to_owned()];
        let body = GrantRequest {
            object: object.to_owned(),
            relations,
            subject: subject.to_owned(),
        };
        self.call(Method::POST, "/v1/grants", Some(&body)).await
    }

    /// Takes that grant back.
    ///
    /// # Errors
    /// When the API refuses.
    pub(crate) async fn revoke_grant(
        &mut self,
        object: &str,
        relation: &str,
        subject: &str,
    ) -> Result<Changed> {
        // These names hold nothing that a query would have to escape.
        let target = format!("/v1/grants?object={object}&relations={relation}&subject={subject}");
        self.call(Method::DELETE, &target, None::<&()>).await
    }

    /// Issues a secret of `subject`.
    ///
    /// # Errors
    /// When the API refuses.
    pub(crate) async fn issue(&mut self, subject: &str) -> Result<IssuedSecret> {
        let subject = subject.to_owned();
        let body = IssueSecret {
            subject,
            kind: None,
            description: None,
            expires_in_s: None,
        };
        self.call(Method::POST, "/v1/secrets", Some(&body)).await
    }

    /// Revokes the secret with the id `jti`.
    ///
    /// # Errors
    /// When the API refuses.
    pub(crate) async fn revoke_secret(&mut self, jti: &str) -> Result<Changed> {
        self.call(
            Method::DELETE,
            &format!("/v1/secrets?jti={jti}"),
            None::<&()>,
        )
        .await
    }

    /// What `account` has used in the window in force.
    ///
    /// # Errors
    /// When the API refuses.
    pub(crate) async fn usage(&mut self, account: &str) -> Result<Usage> {
        self.call(
            Method::GET,
            &format!("/v1/quotas?account={account}"),
            None::<&()>,
        )
        .await
    }

    async fn call<T: DeserializeOwned>(
        &mut self,
        method: Method,
        target: &str,
        body: Option<&impl Serialize>,
    ) -> Result<T> {
        let what = format!("{method} {target}");
        let content = body.map(serde_json::to_vec).transpose().context(&what)?;
        let ask = Ask {
            method,
            target: target.parse::<Uri>().context(&what)?,
            authorization: Some(self.authorization.clone()),
            content: content.map(Bytes::from).unwrap_or_default(),
        };
        let answer = self.connection.exchange(&ask).await?;
        if !answer.status.is_success() {
            let problem = String::from_utf8_lossy(&answer.content);
            return Err(Error::new(format!(
                "{what} was answered {}: {problem}",
                answer.status
            )));
        }
        serde_json::from_slice(&answer.content).context(format_args!("{what}: unexpected answer"))
    }
}
