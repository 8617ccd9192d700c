//! The outbox: notifications that are still to be delivered.
//!
//! Rows come in with the change that they tell of ([`super::Write::Notification`]). What becomes of them
//! changes nothing of a snapshot, so it has neither a revision nor an audit row.

use uuid::Uuid;

use super::{Store, StoreError, signed, unsigned};

/// A notification that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueNotification {
    /// Its id (UUIDv7).
    pub id: Uuid,
    /// When it was written. Seconds since the epoch, UTC.
    pub created_at_s: u64,
    /// JSON.
    pub notification: String,
    /// How often it was tried in vain.
    pub attempts: u64,
}

impl Store {
    /// Notifications that are due at a moment (seconds since the epoch, UTC), the first written first: at
    /// most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn due_notifications(
        &self,
        now_s: u64,
        limit: u32,
    ) -> Result<Vec<DueNotification>, StoreError> {
        let rows: Vec<(String, i64, String, i64)> = sqlx::query_as(
            "SELECT id, created_at_s, notification, attempts FROM outbox WHERE due_at_s <= $1 \
             ORDER BY id LIMIT $2",
        )
        .bind(signed(now_s)?)
        .bind(i64::from(limit))
        .fetch_all(&self.read)
        .await?;
        rows.into_iter()
            .map(|(id, created_at_s, notification, attempts)| {
                Ok(DueNotification {
                    id: id.parse().map_err(|_| {
                        StoreError::corrupt(format_args!("notification `{id}` has no id"))
                    })?,
                    created_at_s: unsigned(created_at_s)?,
                    notification,
                    attempts: unsigned(attempts)?,
                })
            })
            .collect()
    }

    /// When the next notification is due; none: there is none. Seconds since the epoch, UTC.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn next_notification_at_s(&self) -> Result<Option<u64>, StoreError> {
        let row: Option<(i64,)> =
            sqlx::query_as("SELECT due_at_s FROM outbox ORDER BY due_at_s, id LIMIT 1")
                .fetch_optional(&self.read)
                .await?;
        row.map(|(due_at_s,)| unsigned(due_at_s)).transpose()
    }

    /// A notification was delivered, or what it tells of is over.
    ///
    /// # Errors
    /// [`StoreError`]; it is delivered again then.
    pub async fn notification_delivered(&self, id: Uuid) -> Result<(), StoreError> {
        let _turn = self.gate.lock().await;
        sqlx::query("DELETE FROM outbox WHERE id = $1")
            .bind(id.to_string())
            .execute(&self.write)
            .await?;
        Ok(())
    }

    /// A notification was tried in vain `attempts` times, and is due again at a moment (seconds since the
    /// epoch, UTC).
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn notification_failed(
        &self,
        id: Uuid,
        attempts: u64,
        due_at_s: u64,
    ) -> Result<(), StoreError> {
        let _turn = self.gate.lock().await;
        sqlx::query("UPDATE outbox SET attempts = $1, due_at_s = $2 WHERE id = $3")
            .bind(signed(attempts)?)
            .bind(signed(due_at_s)?)
            .bind(id.to_string())
            .execute(&self.write)
            .await?;
        Ok(())
    }
}
