//! Requests that came with an idempotency key, and what was answered.

use uuid::Uuid;

use super::hold::fence;
use super::{Store, StoreError, signed, unsigned};

/// An answer that was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeat {
    /// SHA-256 of the request, in hexadecimal.
    pub fingerprint: String,
    /// JSON, without secrets' texts.
    pub answer: String,
    /// When. Seconds since the epoch, UTC.
    pub created_at_s: u64,
}

impl Store {
    /// What was answered under a key.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn repeat(&self, actor: Uuid, key: &str) -> Result<Option<Repeat>, StoreError> {
        let row: Option<(String, String, i64)> = sqlx::query_as(
            "SELECT fingerprint, answer, created_at_s FROM repeats \
             WHERE actor_uid = $1 AND idempotency_key = $2",
        )
        .bind(actor.to_string())
        .bind(key)
        .fetch_optional(&self.read)
        .await?;
        let Some((fingerprint, answer, created_at_s)) = row else {
            return Ok(None);
        };
        Ok(Some(Repeat {
            fingerprint,
            answer,
            created_at_s: unsigned(created_at_s)?,
        }))
    }

    /// Forgets what was answered before a moment (seconds since the epoch, UTC).
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn forget_repeats(&self, before_s: u64) -> Result<(), StoreError> {
        let _turn = self.gate.lock().await;
        let mut transaction = self.write.begin().await?;
        fence(&mut transaction, self.incarnation).await?;
        sqlx::query("DELETE FROM repeats WHERE created_at_s < $1")
            .bind(signed(before_s)?)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }
}
