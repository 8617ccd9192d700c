//! Restores a backup: all of it or nothing.

use aws_lc_rs::digest::{Context, SHA256};
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::{Any, AssertSqlSafe, Transaction};
use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _};
use uuid::Uuid;

use super::super::{Store, leases, signed, unsigned};
use super::write::hex;
use super::{
    BackupError, Contents, FORMAT, LINE_MAX, REVISIONS_PER_MS, Restore, TABLES, TABLES_VERSION,
    Table, Type,
};

/// Who restores, in the audit log: whoever has the store in their hands.
const ACTOR: &str = "tidegate:restore";

/// The first line.
#[derive(Deserialize)]
struct Head {
    tidegate: String,
    format: u64,
    tables: i64,
    revision: i64,
    incarnation: i64,
}

/// Before a table's rows.
#[derive(Deserialize)]
struct TableHead {
    table: String,
    columns: Vec<String>,
}

/// The last line.
#[derive(Deserialize)]
struct End {
    lines: u64,
    sha256: String,
}

impl Store {
    /// Restores a backup, of whichever engine, into this store, which must be empty, and closes it: it is to
    /// be opened anew. All in one transaction; a line at a time is held.
    ///
    /// The revision goes on above every one that was given out so far. What leases held is forfeited: whoever held them may
    /// have spent it. Unless `keep_secrets`, no secret that was issued before holds any longer.
    ///
    /// # Errors
    /// [`BackupError`]; then the store is still empty.
    pub async fn restore(
        self,
        source: impl AsyncBufRead + Send + Unpin,
        how: Restore,
    ) -> Result<Contents, BackupError> {
        let restored = self.restore_open(source, how).await;
        self.close().await;
        restored
    }

    async fn restore_open(
        &self,
        source: impl AsyncBufRead + Send + Unpin,
        how: Restore,
    ) -> Result<Contents, BackupError> {
        let change = self.begin().await?;
        if change.revision() != 1 {
            return Err(BackupError::NotEmpty("it holds changes"));
        }
        let (mut transaction, _turn) = change.into_parts();
        check_empty(&mut transaction).await?;
        let mut lines = Lines {
            source,
            line: Vec::new(),
            digest: Context::new(&SHA256),
            before: Context::new(&SHA256),
            count: 0,
        };
        let head = head(&mut lines).await?;
        rows(&mut lines, &mut transaction).await?;
        finish(&mut transaction, &head, self.incarnation, how).await?;
        transaction.commit().await?;
        Ok(Contents {
            revision: unsigned(head.revision)?,
            lines: lines.count - 1,
        })
    }
}

async fn check_empty(transaction: &mut Transaction<'_, Any>) -> Result<(), BackupError> {
    let names = TABLES.iter().map(|table| table.table).chain(["changes"]);
    for name in names {
        let query = format!("SELECT CAST(COUNT(*) AS BIGINT) FROM {name}");
        let (count,): (i64,) = sqlx::query_as(AssertSqlSafe(query))
            .fetch_one(&mut **transaction)
            .await?;
        if count > 0 {
            return Err(BackupError::NotEmpty(name));
        }
    }
    Ok(())
}

async fn head<S: AsyncBufRead + Unpin>(lines: &mut Lines<S>) -> Result<Head, BackupError> {
    let value = match lines.next().await {
        Ok(line) => serde_json::from_slice(line).map_err(|_| BackupError::NotABackup)?,
        Err(BackupError::Io(error)) => return Err(error.into()),
        Err(_) => return Err(BackupError::NotABackup),
    };
    let value: Value = value;
    // The format first: another one may have other words.
    let format = value.get("format").and_then(Value::as_u64);
    let (Some("backup"), Some(format)) = (value.get("tidegate").and_then(Value::as_str), format)
    else {
        return Err(BackupError::NotABackup);
    };
    let tables = value.get("tables").and_then(Value::as_i64).unwrap_or(0);
    if (format, tables) != (FORMAT, TABLES_VERSION) {
        return Err(BackupError::Version { format, tables });
    }
    let head: Head = serde_json::from_value(value).map_err(|error| lines.wrong(error))?;
    debug_assert_eq!(head.tidegate, "backup");
    debug_assert_eq!((head.format, head.tables), (FORMAT, TABLES_VERSION));
    if !(0..i64::MAX).contains(&head.revision) || !(0..i64::MAX - 1).contains(&head.incarnation) {
        return Err(lines.wrong("a number out of range"));
    }
    Ok(head)
}

/// Every table, to the last line.
async fn rows<S: AsyncBufRead + Unpin>(
    lines: &mut Lines<S>,
    transaction: &mut Transaction<'_, Any>,
) -> Result<(), BackupError> {
    let mut tables = TABLES.iter();
    let mut into: Option<(&Table, String)> = None;
    loop {
        let before = lines.count;
        let line = lines.next().await?;
        let value: Value = match serde_json::from_slice(line) {
            Ok(value) => value,
            Err(error) => return Err(lines.wrong(error)),
        };
        match (value, &into) {
            (Value::Array(row), Some((table, statement))) => {
                put(transaction, table, statement, row)
                    .await
                    .map_err(|error| match error {
                        Wrong::Value(what) => lines.wrong(what),
                        Wrong::Refused(error) if error.as_database_error().is_some() => {
                            lines.wrong(error)
                        }
                        Wrong::Refused(error) => error.into(),
                    })?;
            }
            (Value::Object(object), _) if object.contains_key("table") => {
                let head: TableHead = serde_json::from_value(Value::Object(object))
                    .map_err(|error| lines.wrong(error))?;
                let expected = tables.next();
                let as_expected = expected.filter(|table| {
                    table.name == head.table
                        && table
                            .columns
                            .iter()
                            .map(|(name, _)| *name)
                            .eq(head.columns.iter().map(String::as_str))
                });
                let Some(table) = as_expected else {
                    return Err(lines.wrong(format_args!(
                        "table {} is not expected here, or has other columns",
                        head.table
                    )));
                };
                into = Some((table, statement(table)));
            }
            (Value::Object(object), _) => {
                let end: End = serde_json::from_value(Value::Object(object))
                    .map_err(|error| lines.wrong(error))?;
                let sha256 = hex(lines.before.clone().finish().as_ref());
                if end.sha256 != sha256 || end.lines != before {
                    return Err(BackupError::Checksum);
                }
                if tables.next().is_some() {
                    return Err(BackupError::Cut(before));
                }
                return lines.nothing_more().await;
            }
            _ => return Err(lines.wrong("not a row of a table")),
        }
    }
}

fn statement(table: &Table) -> String {
    let names: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
    if table.update {
        let sets: Vec<String> = (2..)
            .zip(names.iter().skip(1))
            .map(|(n, name)| format!("{name} = ${n}"))
            .collect();
        let key = names.first().copied().unwrap_or_default();
        return format!(
            "UPDATE {} SET {} WHERE {key} = $1",
            table.table,
            sets.join(", ")
        );
    }
    let places: Vec<String> = (1..=names.len()).map(|n| format!("${n}")).collect();
    format!(
        "INSERT INTO {} ({}) VALUES ({})",
        table.table,
        names.join(", "),
        places.join(", ")
    )
}

/// Why a row cannot be written.
enum Wrong {
    Value(String),
    Refused(sqlx::Error),
}

async fn put(
    transaction: &mut Transaction<'_, Any>,
    table: &Table,
    statement: &str,
    row: Vec<Value>,
) -> Result<(), Wrong> {
    if row.len() != table.columns.len() {
        return Err(Wrong::Value(format!(
            "{} values, not {}",
            row.len(),
            table.columns.len()
        )));
    }
    let mut query = sqlx::query(AssertSqlSafe(statement.to_owned()));
    for ((name, of), value) in table.columns.iter().zip(row) {
        query = match (of, value) {
            (Type::Number, Value::Null) => query.bind(None::<i64>),
            (Type::Text, Value::Null) => query.bind(None::<String>),
            (Type::Text, Value::String(text)) => query.bind(text),
            (Type::Number, Value::Number(number)) if number.is_i64() => {
                query.bind(number.as_i64().unwrap_or_default())
            }
            _ => return Err(Wrong::Value(format!("{name} is of another type"))),
        };
    }
    let done = query
        .execute(&mut **transaction)
        .await
        .map_err(Wrong::Refused)?;
    match done.rows_affected() {
        1 => Ok(()),
        _ => Err(Wrong::Value("there is no such row".to_owned())),
    }
}

/// What a restored store has that its backup had not.
async fn finish(
    transaction: &mut Transaction<'_, Any>,
    head: &Head,
    incarnation: i64,
    how: Restore,
) -> Result<(), BackupError> {
    let now_s = signed(how.ends_s())?;
    leases::forfeit_all(transaction, now_s).await?;
    if !how.keep_secrets {
        sqlx::query("UPDATE objects SET valid_from_s = $1 WHERE valid_from_s < $1")
            .bind(now_s)
            .execute(&mut **transaction)
            .await?;
    }
    let revision = first_revision(transaction, head, how).await?;
    sqlx::query("UPDATE meta SET revision = $1, incarnation = $2, history = $3 WHERE id = 1")
        .bind(revision)
        .bind(incarnation.max(head.incarnation) + 1)
        .bind(how.history.to_string())
        .execute(&mut **transaction)
        .await?;
    let after = json!({"secrets": if how.keep_secrets { "kept" } else { "ended" }});
    sqlx::query(
        "INSERT INTO audit (revision, ordinal, at_s, actor, actor_uid, jti, operation, object, object_uid, \
         before, after) VALUES ($1, 0, $2, $3, $4, NULL, 'restore', $3, NULL, NULL, $5)",
    )
    .bind(revision)
    .bind(now_s)
    .bind(ACTOR)
    .bind(Uuid::nil().to_string())
    .bind(after.to_string())
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// Above every revision that was given out until now, as far as clocks are right.
async fn first_revision(
    transaction: &mut Transaction<'_, Any>,
    head: &Head,
    how: Restore,
) -> Result<i64, BackupError> {
    let (newest_s,): (i64,) = sqlx::query_as("SELECT COALESCE(MAX(at_s), 0) FROM audit")
        .fetch_one(&mut **transaction)
        .await?;
    let newest_s = unsigned(newest_s)?;
    match signed(how.now_ms)?.checked_mul(REVISIONS_PER_MS) {
        Some(by_time) if newest_s <= how.ends_s() => Ok(by_time.max(head.revision + 1)),
        _ => Err(BackupError::Clock {
            now_s: how.now_ms / 1000,
            newest_s,
        }),
    }
}

struct Lines<S> {
    source: S,
    line: Vec<u8>,
    digest: Context,
    /// Of what comes before the line.
    before: Context,
    count: u64,
}

impl<S: AsyncBufRead + Unpin> Lines<S> {
    async fn next(&mut self) -> Result<&[u8], BackupError> {
        self.line.clear();
        let most = u64::try_from(LINE_MAX).unwrap_or(u64::MAX);
        (&mut self.source)
            .take(most)
            .read_until(b'\n', &mut self.line)
            .await?;
        if self.line.last() != Some(&b'\n') {
            return Err(match self.line.len() {
                LINE_MAX.. => self.wrong("too long"),
                _ => BackupError::Cut(self.count),
            });
        }
        self.count += 1;
        self.before = self.digest.clone();
        self.digest.update(&self.line);
        Ok(&self.line)
    }

    async fn nothing_more(&mut self) -> Result<(), BackupError> {
        match self.source.fill_buf().await?.is_empty() {
            true => Ok(()),
            false => Err(BackupError::Checksum),
        }
    }

    fn wrong(&self, what: impl std::fmt::Display) -> BackupError {
        BackupError::Line {
            line: self.count.max(1),
            what: what.to_string(),
        }
    }
}
