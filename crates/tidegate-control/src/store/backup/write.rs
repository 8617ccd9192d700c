//! Writes a backup.

use aws_lc_rs::digest::{Context, SHA256};
use futures_util::TryStreamExt as _;
use serde_json::{Value, json};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row as _};
use tokio::io::{AsyncWrite, AsyncWriteExt as _};

use super::super::{Store, StoreError, unsigned};
use super::{BackupError, Contents, FORMAT, LINE_MAX, TABLES, TABLES_VERSION, Table, Type};

impl Store {
    /// Writes everything, as it is at one moment, while the store goes on. A line at a time is held.
    ///
    /// # Errors
    /// [`BackupError`]; what was written then is not a whole backup, and is not taken for one.
    pub async fn backup(
        &self,
        sink: impl AsyncWrite + Send + Unpin,
    ) -> Result<Contents, BackupError> {
        let mut lines = Lines {
            sink,
            digest: Context::new(&SHA256),
            count: 0,
        };
        let mut transaction = self
            .read
            .begin_with(self.engine.begin_reading())
            .await
            .map_err(StoreError::from)?;
        let (revision, incarnation): (i64, i64) =
            sqlx::query_as("SELECT revision, incarnation FROM meta WHERE id = 1")
                .fetch_one(&mut *transaction)
                .await?;
        lines
            .put(&json!({
                "tidegate": "backup",
                "format": FORMAT,
                "tables": TABLES_VERSION,
                "revision": revision,
                "incarnation": incarnation,
            }))
            .await?;
        for table in &TABLES {
            let names: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
            lines
                .put(&json!({"table": table.name, "columns": names}))
                .await?;
            let query = format!(
                "SELECT {} FROM {}{} ORDER BY {}",
                names.join(", "),
                table.table,
                table.only,
                table.order
            );
            let mut rows = sqlx::query(AssertSqlSafe(query)).fetch(&mut *transaction);
            while let Some(row) = rows.try_next().await? {
                lines.put(&values(table, &row)?).await?;
            }
        }
        transaction.rollback().await?;
        lines.end(unsigned(revision)?).await
    }
}

fn values(table: &Table, row: &AnyRow) -> Result<Value, BackupError> {
    let mut values = Vec::with_capacity(table.columns.len());
    for (at, (_, of)) in table.columns.iter().enumerate() {
        values.push(match of {
            Type::Number => json!(row.try_get::<Option<i64>, _>(at)?),
            Type::Text => json!(row.try_get::<Option<String>, _>(at)?),
        });
    }
    Ok(Value::Array(values))
}

struct Lines<S> {
    sink: S,
    digest: Context,
    count: u64,
}

impl<S: AsyncWrite + Unpin> Lines<S> {
    async fn put(&mut self, value: &Value) -> Result<(), BackupError> {
        let mut line = value.to_string();
        line.push('\n');
        self.count += 1;
        if line.len() > LINE_MAX {
            return Err(BackupError::Line {
                line: self.count,
                what: "too long".to_owned(),
            });
        }
        self.digest.update(line.as_bytes());
        self.sink.write_all(line.as_bytes()).await?;
        Ok(())
    }

    async fn end(mut self, revision: u64) -> Result<Contents, BackupError> {
        let sha256 = hex(self.digest.finish().as_ref());
        let mut line = json!({"lines": self.count, "sha256": sha256}).to_string();
        line.push('\n');
        self.sink.write_all(line.as_bytes()).await?;
        self.sink.flush().await?;
        Ok(Contents {
            revision,
            lines: self.count,
        })
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
