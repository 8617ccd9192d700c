//! Limits and balances, for reading.

use sqlx::{Any, Executor};
use tidegate_quota::{AccountId, Kind, Window};

use super::{Store, StoreChange, StoreError, unsigned};

/// A kind's word in columns.
pub fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Read => "read",
        Kind::Write => "write",
    }
}

/// The figures of an account, a kind and a window:
/// `granted = spent + returned + forfeited + outstanding`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BalanceRow {
    /// The window.
    pub window: Window,
    /// Of what.
    pub kind: Kind,
    /// Debited by leases. Bytes.
    pub granted_bytes: u64,
    /// Sent. Bytes.
    pub spent_bytes: u64,
    /// Given back. Bytes.
    pub returned_bytes: u64,
    /// Lost. Bytes.
    pub forfeited_bytes: u64,
    /// Charged to it.
    pub requests: u64,
}

type Columns = (i64, i64, String, i64, i64, i64, i64, i64);

impl Store {
    /// The limits of an account, read and write. Bytes; none: unlimited.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn limits(
        &self,
        account: AccountId,
    ) -> Result<(Option<u64>, Option<u64>), StoreError> {
        limits(&self.read, account).await
    }

    /// The balances of an account in windows that start before a moment, the newest window first: at
    /// most `windows` windows of up to two kinds each.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn balances(
        &self,
        account: AccountId,
        before_s: u64,
        windows: u32,
    ) -> Result<Vec<BalanceRow>, StoreError> {
        let rows: Vec<Columns> = sqlx::query_as(
            "SELECT window_start_s, window_end_s, kind, granted_bytes, spent_bytes, returned_bytes, \
             forfeited_bytes, requests FROM balances WHERE account = $1 AND window_start_s IN ( \
                 SELECT DISTINCT window_start_s FROM balances WHERE account = $2 AND window_start_s < $3 \
                 ORDER BY window_start_s DESC LIMIT $4) \
             ORDER BY window_start_s DESC, kind",
        )
        .bind(account.to_string())
        .bind(account.to_string())
        .bind(i64::try_from(before_s).unwrap_or(i64::MAX))
        .bind(i64::from(windows))
        .fetch_all(&self.read)
        .await?;
        rows.into_iter().map(balance_row).collect()
    }
}

impl StoreChange {
    /// The limits of an account, read and write. Bytes; none: unlimited.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn limits(
        &mut self,
        account: AccountId,
    ) -> Result<(Option<u64>, Option<u64>), StoreError> {
        limits(&mut *self.transaction, account).await
    }
}

async fn limits<'c>(
    executor: impl Executor<'c, Database = Any>,
    account: AccountId,
) -> Result<(Option<u64>, Option<u64>), StoreError> {
    let rows: Vec<(String, i64)> =
        sqlx::query_as("SELECT kind, limit_bytes FROM limits WHERE account = $1")
            .bind(account.to_string())
            .fetch_all(executor)
            .await?;
    let limit = |kind| {
        let row = rows.iter().find(|(word, _)| word == kind_word(kind));
        row.map(|(_, limit_bytes)| unsigned(*limit_bytes))
            .transpose()
    };
    Ok((limit(Kind::Read)?, limit(Kind::Write)?))
}

fn balance_row(columns: Columns) -> Result<BalanceRow, StoreError> {
    let (start_s, end_s, kind, granted, spent, returned, forfeited, requests) = columns;
    Ok(BalanceRow {
        window: Window {
            start_s: unsigned(start_s)?,
            end_s: unsigned(end_s)?,
        },
        kind: kind_of(&kind)?,
        granted_bytes: unsigned(granted)?,
        spent_bytes: unsigned(spent)?,
        returned_bytes: unsigned(returned)?,
        forfeited_bytes: unsigned(forfeited)?,
        requests: unsigned(requests)?,
    })
}

pub(super) fn kind_of(word: &str) -> Result<Kind, StoreError> {
    match word {
        "read" => Ok(Kind::Read),
        "write" => Ok(Kind::Write),
        other => Err(StoreError::corrupt(format_args!("kind {other}"))),
    }
}
