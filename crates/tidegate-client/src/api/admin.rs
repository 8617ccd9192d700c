//! Token exchange, and what operators do: signing keys, backups.

use std::time::Duration;

use http::Method;
use http_body_util::BodyExt as _;
use tokio::io::{AsyncWrite, AsyncWriteExt as _};

use super::Client;
use crate::send::ApiError;
use crate::wire::{Keys, RetiredKey, RotateKey, RotatedKey, TokenAnswer, TokenRequest};

/// How long the server may be silent while a backup is taken.
const SILENCE: Duration = Duration::from_secs(60);

/// Why a backup is not whole.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// The API said no, or the connection broke.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// It cannot be written down.
    #[error("the backup cannot be written: {0}")]
    Write(#[from] std::io::Error),
    /// It was cut off on its way.
    #[error("the backup was cut off: {0}")]
    Cut(String),
}

impl Client {
    /// `POST /v1/token`
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn exchange(&self, request: &TokenRequest) -> Result<TokenAnswer, ApiError> {
        self.change(Method::POST, "/v1/token", request).await
    }

    /// `GET /v1/admin/keys`
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn signing_keys(&self) -> Result<Keys, ApiError> {
        self.get("/v1/admin/keys", &[]).await
    }

    /// `POST /v1/admin/keys`
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn rotate_key(&self, request: &RotateKey) -> Result<RotatedKey, ApiError> {
        self.change(Method::POST, "/v1/admin/keys", request).await
    }

    /// `DELETE /v1/admin/keys?kid=&force=`
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn retire_key(&self, kid: &str, force: bool) -> Result<RetiredKey, ApiError> {
        let force = if force { "true" } else { "false" };
        let query = [("kid", kid), ("force", force)];
        self.delete_for("/v1/admin/keys", &query).await
    }

    /// `GET /v1/admin/backup`: everything, as it is at one moment, into a sink. Returns its length. Bytes.
    ///
    /// # Errors
    /// See [`BackupError`]: what is in the sink then is not a whole backup.
    pub async fn backup(&self, mut sink: impl AsyncWrite + Unpin) -> Result<u64, BackupError> {
        let opened = self
            .sender
            .open(Method::GET, "/v1/admin/backup", &[], None, SILENCE);
        let mut body = opened.await?.into_body();
        let mut bytes = 0_u64;
        loop {
            let frame = tokio::time::timeout(SILENCE, body.frame())
                .await
                .map_err(|_| BackupError::Cut(format!("silent for {} s", SILENCE.as_secs())))?;
            let Some(frame) = frame else { break };
            let frame = frame.map_err(|error| BackupError::Cut(error.to_string()))?;
            if let Ok(piece) = frame.into_data() {
                sink.write_all(&piece).await?;
                bytes = bytes.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
            }
        }
        sink.flush().await?;
        Ok(bytes)
    }
}
