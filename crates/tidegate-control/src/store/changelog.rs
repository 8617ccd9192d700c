//! What each revision changed, for those that follow; and when nodes were heard of.

use std::collections::{HashMap, HashSet};

use tidegate_quota::AccountId;
use uuid::Uuid;

use super::hold::fence;
use super::load::uuid;
use super::{Store, StoreError, signed, unsigned};

/// One revision of the change log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedChanges {
    /// The revision.
    pub revision: u64,
    /// When it was made. Seconds since the epoch, UTC.
    pub at_s: u64,
    /// A JSON array.
    pub changes: String,
}

impl Store {
    /// What was changed after a revision, in order, at most so many revisions. Where the next one is not
    /// the first, the log does not reach back so far.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn changes_after(
        &self,
        revision: u64,
        limit: u32,
    ) -> Result<Vec<LoggedChanges>, StoreError> {
        let rows: Vec<(i64, i64, String)> = sqlx::query_as(
            "SELECT revision, at_s, changes FROM changes WHERE revision > $1 ORDER BY revision LIMIT $2",
        )
        // Beyond what a revision can be, there is none.
        .bind(i64::try_from(revision).unwrap_or(i64::MAX))
        .bind(i64::from(limit))
        .fetch_all(&self.read)
        .await?;
        rows.into_iter()
            .map(|(revision, at_s, changes)| {
                Ok(LoggedChanges {
                    revision: unsigned(revision)?,
                    at_s: unsigned(at_s)?,
                    changes,
                })
            })
            .collect()
    }

    /// Forgets the changes of all but the newest `keep` revisions, and those that were made before a
    /// moment (seconds since the epoch, UTC), with all before them: what is left has no gap.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn compact_changes(&self, keep: u64, before_s: u64) -> Result<(), StoreError> {
        let _turn = self.gate.lock().await;
        let mut transaction = self.write.begin().await?;
        fence(&mut transaction, self.incarnation).await?;
        sqlx::query(
            "DELETE FROM changes WHERE revision <= (SELECT revision FROM meta WHERE id = 1) - $1 \
             OR revision <= (SELECT COALESCE(MAX(old.revision), 0) FROM changes old WHERE old.at_s < $2)",
        )
        .bind(signed(keep)?)
        .bind(signed(before_s)?)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// The accounts of a node's open leases that have more granted than their limit allows: it was
    /// lowered, and the node may not have heard of it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn over_limit(&self, node: Uuid, now_s: u64) -> Result<Vec<AccountId>, StoreError> {
        let chains: Vec<(String,)> =
            sqlx::query_as("SELECT DISTINCT chain FROM leases WHERE state = 'open' AND node = $1")
                .bind(node.to_string())
                .fetch_all(&self.read)
                .await?;
        let mut held = HashSet::new();
        for (chain,) in chains {
            let chain: Vec<String> = serde_json::from_str(&chain).map_err(StoreError::corrupt)?;
            held.extend(chain);
        }
        if held.is_empty() {
            return Ok(Vec::new());
        }
        let over: Vec<(String,)> = sqlx::query_as(
            "SELECT DISTINCT b.account FROM limits l \
             JOIN balances b ON b.account = l.account AND b.kind = l.kind \
             WHERE b.window_end_s > $1 AND b.granted_bytes - b.returned_bytes > l.limit_bytes",
        )
        .bind(signed(now_s)?)
        .fetch_all(&self.read)
        .await?;
        over.into_iter()
            .filter(|(account,)| held.contains(account))
            .map(|(account,)| account.parse().map_err(StoreError::corrupt))
            .collect()
    }

    /// Notes when nodes were heard of last. Seconds since the epoch, UTC. One that was deleted is passed
    /// over.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn note_nodes(&self, seen: &[(Uuid, u64)]) -> Result<(), StoreError> {
        let _turn = self.gate.lock().await;
        let mut transaction = self.write.begin().await?;
        fence(&mut transaction, self.incarnation).await?;
        for (node, seen_at_s) in seen {
            sqlx::query(
                "INSERT INTO nodes (uid, seen_at_s) SELECT uid, CAST($1 AS BIGINT) FROM objects WHERE uid = $2 \
                 ON CONFLICT (uid) DO UPDATE SET seen_at_s = excluded.seen_at_s",
            )
            .bind(signed(*seen_at_s)?)
            .bind(node.to_string())
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// When each node was heard of last. Seconds since the epoch, UTC.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn nodes_seen(&self) -> Result<HashMap<Uuid, u64>, StoreError> {
        let rows: Vec<(String, i64)> = sqlx::query_as("SELECT uid, seen_at_s FROM nodes")
            .fetch_all(&self.read)
            .await?;
        rows.into_iter()
            .map(|(node, seen_at_s)| Ok((uuid(&node)?, unsigned(seen_at_s)?)))
            .collect()
    }
}
