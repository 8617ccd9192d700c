//! What was done, for reading.

use uuid::Uuid;

use super::{Store, StoreError, signed, unsigned};

/// One operation that was done.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditRow {
    /// The revision that contains it.
    pub revision: u64,
    /// Which operation of that revision, from 0.
    pub ordinal: u64,
    /// When. Seconds since the epoch, UTC.
    pub at_s: u64,
    /// Who.
    pub actor: String,
    /// Who, for good.
    pub actor_uid: String,
    /// By which secret.
    pub jti: Option<String>,
    /// What was done.
    pub operation: String,
    /// To what.
    pub object: String,
    /// What held before. JSON.
    pub before: Option<serde_json::Value>,
    /// What held after. JSON.
    pub after: Option<serde_json::Value>,
}

/// Which entries to list, the newest first.
#[derive(Clone, Copy, Debug)]
pub enum ListAudit {
    /// Everything.
    All,
    /// What was done to an object.
    Object(Uuid),
    /// What somebody did.
    Actor(Uuid),
}

type Columns = (
    i64,
    i64,
    i64,
    String,
    String,
    Option<String>,
    String,
    String,
    Option<String>,
    Option<String>,
);

/// What [`Columns`] are; `$1` is empty text for every one.
macro_rules! select {
    ($condition:literal) => {
        concat!(
            "SELECT revision, ordinal, at_s, actor, actor_uid, jti, operation, object, before, after FROM audit \
             WHERE ",
            $condition,
            " AND (revision < $2 OR (revision = $3 AND ordinal < $4)) \
             ORDER BY revision DESC, ordinal DESC LIMIT $5"
        )
    };
}

impl Store {
    /// A page of entries before (revision, ordinal).
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn audit(
        &self,
        list: ListAudit,
        before: (u64, u64),
        limit: u32,
    ) -> Result<Vec<AuditRow>, StoreError> {
        let (query, uid) = match list {
            ListAudit::All => (select!("$1 = ''"), String::new()),
            ListAudit::Object(uid) => (select!("object_uid = $1"), uid.to_string()),
            ListAudit::Actor(uid) => (select!("actor_uid = $1"), uid.to_string()),
        };
        let rows: Vec<Columns> = sqlx::query_as(query)
            .bind(uid)
            .bind(signed(before.0)?)
            .bind(signed(before.0)?)
            .bind(signed(before.1)?)
            .bind(i64::from(limit))
            .fetch_all(&self.read)
            .await?;
        rows.into_iter().map(row).collect()
    }
}

fn row(columns: Columns) -> Result<AuditRow, StoreError> {
    let (revision, ordinal, at_s, actor, actor_uid, jti, operation, object, before, after) =
        columns;
    let json = |text: Option<String>| {
        let parse = |text: String| {
            serde_json::from_str(&text)
                .map_err(|error| StoreError::corrupt(format_args!("audit {revision}: {error}")))
        };
        text.map(parse).transpose()
    };
    Ok(AuditRow {
        revision: unsigned(revision)?,
        ordinal: unsigned(ordinal)?,
        at_s: unsigned(at_s)?,
        actor,
        actor_uid,
        jti,
        operation,
        object,
        before: json(before)?,
        after: json(after)?,
    })
}
