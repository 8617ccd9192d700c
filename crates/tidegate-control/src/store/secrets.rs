//! What is known of secrets. Their text is nowhere.

use sqlx::AssertSqlSafe;
use tidegate_policy::Object;
use uuid::Uuid;

use super::load::{object, uuid};
use super::{Store, StoreChange, StoreError, signed, unsigned};

/// A secret as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretRow {
    /// Its id.
    pub jti: Uuid,
    /// Whose.
    pub subject: Object,
    /// Its kind.
    pub kind: String,
    /// What it is for.
    pub description: Option<String>,
    /// Seconds since the epoch, UTC.
    pub issued_at_s: u64,
    /// Seconds since the epoch, UTC; none: it does not expire.
    pub expires_at_s: Option<u64>,
    /// Seconds since the epoch, UTC; none: it holds.
    pub revoked_at_s: Option<u64>,
    /// By whom.
    pub issued_by: String,
}

type Columns = (
    String,
    String,
    String,
    String,
    Option<String>,
    i64,
    Option<i64>,
    Option<i64>,
    String,
);

impl Store {
    /// A page of a subject's secrets, the oldest first, after a `jti` (empty: from the start).
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn secrets(
        &self,
        subject: Uuid,
        after: &str,
        limit: u32,
    ) -> Result<Vec<SecretRow>, StoreError> {
        let rows: Vec<Columns> = sqlx::query_as(
            "SELECT s.jti, o.type, o.id, s.kind, s.description, s.issued_at_s, s.expires_at_s, s.revoked_at_s, \
             s.issued_by FROM secrets s JOIN objects o ON o.uid = s.subject_uid \
             WHERE s.subject_uid = $1 AND s.jti > $2 ORDER BY s.jti LIMIT $3",
        )
        .bind(subject.to_string())
        .bind(after)
        .bind(i64::from(limit))
        .fetch_all(&self.read)
        .await?;
        rows.into_iter().map(secret_row).collect()
    }
}

/// Secrets that hold: not revoked, not over, not ended with all of their subject's. Issued in `[$1, $2)`.
const LIVING: &str = "FROM secrets s JOIN objects o ON o.uid = s.subject_uid \
     WHERE s.issued_at_s >= $1 AND s.issued_at_s < $2 AND s.revoked_at_s IS NULL \
     AND (s.expires_at_s IS NULL OR s.expires_at_s > $3) AND s.issued_at_s >= o.valid_from_s";

/// Moments from one on and before another, as the columns count them: no end is the last moment.
fn span((from_s, to_s): (u64, u64)) -> Result<(i64, i64), StoreError> {
    Ok((signed(from_s)?, i64::try_from(to_s).unwrap_or(i64::MAX)))
}

impl Store {
    /// How many secrets hold at a moment that were issued from one second on and before another.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn living_secrets_of(
        &self,
        issued: (u64, u64),
        now_s: u64,
    ) -> Result<u64, StoreError> {
        let (from_s, to_s) = span(issued)?;
        let query = format!("SELECT CAST(COUNT(*) AS BIGINT) {LIVING}");
        let (count,): (i64,) = sqlx::query_as(AssertSqlSafe(query))
            .bind(from_s)
            .bind(to_s)
            .bind(signed(now_s)?)
            .fetch_one(&self.read)
            .await?;
        unsigned(count)
    }

    /// Which these are, `limit` at most.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn secrets_of(
        &self,
        issued: (u64, u64),
        now_s: u64,
        limit: u32,
    ) -> Result<Vec<Uuid>, StoreError> {
        let (from_s, to_s) = span(issued)?;
        let query = format!("SELECT s.jti {LIVING} ORDER BY s.jti LIMIT $4");
        let rows: Vec<(String,)> = sqlx::query_as(AssertSqlSafe(query))
            .bind(from_s)
            .bind(to_s)
            .bind(signed(now_s)?)
            .bind(i64::from(limit))
            .fetch_all(&self.read)
            .await?;
        rows.iter().map(|(jti,)| uuid(jti)).collect()
    }
}

impl StoreChange {
    /// A secret by its id.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn secret(&mut self, jti: Uuid) -> Result<Option<SecretRow>, StoreError> {
        let row: Option<Columns> = sqlx::query_as(
            "SELECT s.jti, o.type, o.id, s.kind, s.description, s.issued_at_s, s.expires_at_s, s.revoked_at_s, \
             s.issued_by FROM secrets s JOIN objects o ON o.uid = s.subject_uid WHERE s.jti = $1",
        )
        .bind(jti.to_string())
        .fetch_optional(&mut *self.transaction)
        .await?;
        row.map(secret_row).transpose()
    }

    /// How many secrets of a subject hold at a moment.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn living_secrets(&mut self, subject: Uuid, now_s: u64) -> Result<u64, StoreError> {
        let (count,): (i64,) = sqlx::query_as(
            "SELECT COUNT(*) FROM secrets WHERE subject_uid = $1 AND revoked_at_s IS NULL \
             AND (expires_at_s IS NULL OR expires_at_s > $2)",
        )
        .bind(subject.to_string())
        .bind(signed(now_s)?)
        .fetch_one(&mut *self.transaction)
        .await?;
        unsigned(count)
    }
}

fn secret_row(columns: Columns) -> Result<SecretRow, StoreError> {
    let (jti, type_name, id, kind, description, issued_at_s, expires_at_s, revoked_at_s, issued_by) =
        columns;
    Ok(SecretRow {
        jti: uuid(&jti)?,
        subject: object(&type_name, &id)?,
        kind,
        description,
        issued_at_s: unsigned(issued_at_s)?,
        expires_at_s: expires_at_s.map(unsigned).transpose()?,
        revoked_at_s: revoked_at_s.map(unsigned).transpose()?,
        issued_by,
    })
}
