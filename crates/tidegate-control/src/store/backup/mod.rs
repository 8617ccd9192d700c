//! Backup and restore: the whole store as text, whatever its engine.
//!
//! JSON lines. The first says what it is; then each table says its columns, and each of its rows is an array
//! of them, in order of the table's key; the last holds the number of lines and the SHA-256 of every byte before it:
//!
//! ```text
//! {"tidegate":"backup","format":1,"tables":2,"revision":17,"incarnation":3}
//! {"table":"objects","columns":["uid","type",…]}
//! ["018f…","user",…]
//! {"lines":3,"sha256":"…"}
//! ```
//!
//! It holds no secret's text. Signing keys are in it as the store keeps them: sealed, or whoever reads the
//! file can mint. The change log is left out: whoever follows it starts again.
//!
//! # What follows a restored store
//!
//! After the backup was made, the store that it was made of may have given out more revisions, and nodes may
//! hold them. No backup knows how many. So a restored store goes on from
//!
//! > max(the backup's revision + 1, the milliseconds since the epoch · 2^10),
//!
//! which is above every revision that was given out until then: a store counts by ones, from 0 or from where
//! the last restore put it, and never makes a thousand changes a millisecond. A clock that is behind the backup's
//! own audit log is refused. Should a clock be wrong all the same, nodes take no older revision for a newer one,
//! and no change of another history: each restore names a new history, and who follows loads the bundle again
//! when the name differs.

mod read;
mod write;

use uuid::Uuid;

use super::{StoreError, migrate};

/// The form of the lines.
const FORMAT: u64 = 1;

/// The version of the tables: the last migration that changed one of [`TABLES`]. Those after it changed what a
/// backup leaves out.
const TABLES_VERSION: i64 = 2;
const _: () = assert!(TABLES_VERSION <= migrate::NEWEST);

/// More revisions than a millisecond ever holds: each is a transaction that waits for the one before it. Also small
/// enough for every revision to be a whole number that JSON carries exactly (below 2^53) until the year 2248.
const REVISIONS_PER_MS: i64 = 1 << 10;

/// Most bytes of one line.
const LINE_MAX: usize = 16 << 20;

/// A column's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
    Number,
    Text,
}
use Type::{Number, Text};

/// A table, or those columns of it that can be written only once every row is there.
#[derive(Clone, Copy, Debug)]
struct Table {
    /// In the file.
    name: &'static str,
    /// In the store.
    table: &'static str,
    columns: &'static [(&'static str, Type)],
    /// Which rows.
    only: &'static str,
    /// One order, on every engine.
    order: &'static str,
    /// The rows are there already; the first column says which.
    update: bool,
}

const fn table(
    name: &'static str,
    columns: &'static [(&'static str, Type)],
    order: &'static str,
) -> Table {
    Table {
        name,
        table: name,
        columns,
        only: "",
        order,
        update: false,
    }
}

/// In the order in which they can be written. All but `meta`, which the first line holds, and `changes`.
const TABLES: [Table; 14] = [
    table(
        "objects",
        &[
            ("uid", Text),
            ("type", Text),
            ("id", Text),
            ("id_folded", Text),
            ("display_name", Text),
            ("created_at_s", Number),
            ("valid_from_s", Number),
            ("changed_revision", Number),
        ],
        "uid",
    ),
    Table {
        name: "links",
        table: "objects",
        columns: &[("uid", Text), ("parent", Text), ("companion_of", Text)],
        only: " WHERE parent IS NOT NULL OR companion_of IS NOT NULL",
        order: "uid",
        update: true,
    },
    table(
        "tuples",
        &[
            ("object_uid", Text),
            ("relation", Text),
            ("subject_type", Text),
            ("subject_uid", Text),
            ("subject_relation", Text),
        ],
        "object_uid, relation, subject_type, COALESCE(subject_uid, ''), subject_relation",
    ),
    table(
        "secrets",
        &[
            ("jti", Text),
            ("subject_uid", Text),
            ("kind", Text),
            ("audiences", Text),
            ("description", Text),
            ("issued_at_s", Number),
            ("expires_at_s", Number),
            ("revoked_at_s", Number),
            ("issued_by", Text),
            ("issued_by_uid", Text),
        ],
        "jti",
    ),
    table(
        "keys",
        &[
            ("kid", Text),
            ("algorithm", Text),
            ("pkcs8", Text),
            ("created_at_s", Number),
            ("purpose", Text),
            ("retired_at_s", Number),
        ],
        "kid",
    ),
    table(
        "addresses",
        &[
            ("address", Text),
            ("owner_uid", Text),
            ("proven_at_s", Number),
        ],
        "address",
    ),
    table(
        "invitations",
        &[
            ("id", Text),
            ("object_uid", Text),
            ("invitee_uid", Text),
            ("address", Text),
            ("relations", Text),
            ("invited_by", Text),
            ("invited_by_uid", Text),
            ("created_at_s", Number),
            ("expires_at_s", Number),
            ("redeemed_at_s", Number),
        ],
        "id",
    ),
    table(
        "outbox",
        &[
            ("id", Text),
            ("created_at_s", Number),
            ("notification", Text),
            ("attempts", Number),
            ("due_at_s", Number),
        ],
        "id",
    ),
    table(
        "repeats",
        &[
            ("actor_uid", Text),
            ("idempotency_key", Text),
            ("fingerprint", Text),
            ("answer", Text),
            ("created_at_s", Number),
        ],
        "actor_uid, idempotency_key",
    ),
    table("nodes", &[("uid", Text), ("seen_at_s", Number)], "uid"),
    table(
        "limits",
        &[("account", Text), ("kind", Text), ("limit_bytes", Number)],
        "account, kind",
    ),
    table(
        "balances",
        &[
            ("account", Text),
            ("kind", Text),
            ("window_start_s", Number),
            ("window_end_s", Number),
            ("granted_bytes", Number),
            ("spent_bytes", Number),
            ("returned_bytes", Number),
            ("forfeited_bytes", Number),
            ("requests", Number),
        ],
        "account, window_start_s, kind",
    ),
    table(
        "leases",
        &[
            ("id", Text),
            ("node", Text),
            ("incarnation", Number),
            ("chain", Text),
            ("kind", Text),
            ("window_start_s", Number),
            ("window_end_s", Number),
            ("bytes", Number),
            ("spent_bytes", Number),
            ("returned_bytes", Number),
            ("requests", Number),
            ("state", Text),
            ("changed_at_s", Number),
        ],
        "id",
    ),
    table(
        "audit",
        &[
            ("revision", Number),
            ("ordinal", Number),
            ("at_s", Number),
            ("actor", Text),
            ("actor_uid", Text),
            ("jti", Text),
            ("operation", Text),
            ("object", Text),
            ("object_uid", Text),
            ("before", Text),
            ("after", Text),
        ],
        "revision, ordinal",
    ),
];

/// Every column: its table, its name, its type in the store's engine.
#[cfg(test)]
pub(super) fn columns(text: &str) -> Vec<(String, String, String)> {
    let of = |table: &Table| {
        let name = table.table;
        // A row that is there already is found by the first.
        let columns = table.columns.iter().skip(usize::from(table.update));
        let column = |(column, of): &(&str, Type)| {
            let of = match of {
                Number => "BIGINT",
                Text => text,
            };
            (name.to_owned(), (*column).to_owned(), of.to_owned())
        };
        columns.map(column).collect::<Vec<_>>()
    };
    TABLES.iter().flat_map(of).collect()
}

/// What was written into a backup, or read from one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contents {
    /// The revision of the last change in it.
    pub revision: u64,
    /// Its lines, the last one left out.
    pub lines: u64,
}

/// How a backup is restored.
#[derive(Clone, Copy, Debug)]
pub struct Restore {
    /// The moment. Milliseconds since the epoch, UTC.
    pub now_ms: u64,
    /// Secrets that were issued before hold on. DANGER: those too that were revoked after the backup was
    /// made, and those of who was removed since.
    pub keep_secrets: bool,
    /// The name of the history that begins: one that no other has.
    pub history: Uuid,
}

impl Restore {
    /// Secrets that were issued before have ended, unless they are kept: the next whole second, as secrets name
    /// whole seconds and what was issued in this one must end too. Seconds since the epoch, UTC.
    pub fn ends_s(&self) -> u64 {
        self.now_ms / 1000 + 1
    }
}

/// Why there is no backup, or none was restored: then the store is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// It does not begin as one.
    #[error("backup: this is no backup of Tidegate's")]
    NotABackup,
    /// Another release has written it.
    #[error(
        "backup: it is of format {format} and tables {tables}; this version reads format {FORMAT} and \
         tables {TABLES_VERSION}: restore it with the version that wrote it, and start this one on that store"
    )]
    Version {
        /// The form of its lines.
        format: u64,
        /// The version of its tables.
        tables: i64,
    },
    /// It ends too early.
    #[error("backup: it is cut off after line {0}")]
    Cut(u64),
    /// A line is not what it must be.
    #[error("backup: line {line}: {what}")]
    Line {
        /// Which, from 1.
        line: u64,
        /// Why.
        what: String,
    },
    /// It was changed after it was written.
    #[error("backup: it was changed or damaged: the checksum differs")]
    Checksum,
    /// The store is not empty.
    #[error("backup: the store is not empty ({0}): restore into a new one")]
    NotEmpty(&'static str),
    /// What was issued after the clock's moment would not end, and revisions could come twice.
    #[error(
        "backup: this machine's clock is at {now_s} s and the backup holds changes of {newest_s} s: set the clock"
    )]
    Clock {
        /// The clock. Seconds since the epoch, UTC.
        now_s: u64,
        /// The backup's last change. Seconds since the epoch, UTC.
        newest_s: u64,
    },
    /// It cannot be read or written.
    #[error("backup: {0}")]
    Io(#[from] std::io::Error),
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for BackupError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}
