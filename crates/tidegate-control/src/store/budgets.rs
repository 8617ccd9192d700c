//! Limits of secrets' own budgets: part of the ledger, so without a revision.

use tidegate_quota::{AccountId, Kind};
use uuid::{NoContext, Timestamp, Uuid};

use super::hold::fence;
use super::{Store, StoreError, kind_word, signed};

/// How long budgets are remembered: far longer than the secret or any lease on it lives. Seconds.
pub const BUDGETS_KEPT_S: u64 = 2 * 86_400;

impl Store {
    /// Sets the limit of a budget, for reads and for writes.
    ///
    /// # Errors
    /// [`StoreError`]; then there is none, and nothing is granted on it.
    pub async fn open_budget(&self, account: AccountId, bytes: u64) -> Result<(), StoreError> {
        let _turn = self.gate.lock().await;
        let mut transaction = self.ledger.begin().await?;
        fence(&mut transaction, self.incarnation).await?;
        for kind in [Kind::Read, Kind::Write] {
            sqlx::query("INSERT INTO limits (account, kind, limit_bytes) VALUES ($1, $2, $3)")
                .bind(account.to_string())
                .bind(kind_word(kind))
                .bind(signed(bytes)?)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Forgets budgets that were made more than [`BUDGETS_KEPT_S`] ago: their secrets are over. What was
    /// spent stays counted on the accounts behind them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn forget_budgets(&self, now_s: u64) -> Result<(), StoreError> {
        // A `jti` tells when it was made: it is a UUIDv7, and those sort by time.
        let before_s = now_s.saturating_sub(BUDGETS_KEPT_S);
        let before = Uuid::new_v7(Timestamp::from_unix(NoContext, before_s, 0));
        let _turn = self.gate.lock().await;
        let mut transaction = self.ledger.begin().await?;
        fence(&mut transaction, self.incarnation).await?;
        for query in [
            "DELETE FROM limits WHERE account < $1 AND account LIKE '%.budget'",
            "DELETE FROM balances WHERE account < $1 AND account LIKE '%.budget'",
        ] {
            sqlx::query(query)
                .bind(before.to_string())
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}
