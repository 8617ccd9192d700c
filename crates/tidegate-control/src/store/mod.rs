//! The store: the only place with SQL.
//!
//! One schema and one set of statements for every engine: columns are BIGINT and TEXT, placeholders
//! `$1`. Every change of what the snapshot contains is one transaction ([`Store::begin`]), whose first
//! statement takes the next revision from the one row of `meta`, so that revisions become visible in
//! order, and which writes its audit rows. The ledger ([`SqlLedger`]) has neither.
//!
//! Nothing is tried again in here: a lost connection fails what was under way, and the pools open another.

mod audit;
mod backup;
mod budgets;
mod changelog;
mod changes;
mod engine;
mod hold;
mod invitations;
mod keys;
mod leases;
mod ledger;
mod load;
mod migrate;
mod objects;
mod open;
mod outbox;
mod repeats;
mod seal;
mod secrets;
#[cfg(test)]
pub(crate) mod tests;
mod usage;
mod writes;

use std::sync::Arc;

use sqlx::AnyPool;
use tokio::sync::Mutex;

pub use self::audit::{AuditRow, ListAudit};
pub use self::backup::{BackupError, Contents, Restore};
pub use self::budgets::BUDGETS_KEPT_S;
pub use self::changelog::LoggedChanges;
pub use self::changes::StoreChange;
pub use self::engine::Engine;
use self::hold::Hold;
pub use self::invitations::{InvitationRow, Invitee, NewInvitation};
pub use self::keys::StoredKey;
pub use self::ledger::{Leased, SETTLED_KEPT_S, SqlLedger};
pub use self::objects::{ListObjects, ObjectRow};
pub use self::open::StoreOpenError;
pub use self::outbox::DueNotification;
pub use self::repeats::Repeat;
pub use self::seal::{SealError, SealKey, VARIABLE as STORE_KEY_VARIABLE};
pub use self::secrets::SecretRow;
pub use self::usage::{BalanceRow, kind_word};
pub use self::writes::{
    CommitError, Entry, NewNotification, NewObject, NewRepeat, NewSecret, Write,
};

/// Keeps writers in a fair queue. SQLite has one writer at a time, and its own way to wait is to poll.
pub(crate) type Gate = Arc<Mutex<()>>;

/// An open store. One process at a time has it.
#[derive(Debug)]
pub struct Store {
    /// One connection: changes are made one after the other.
    write: AnyPool,
    read: AnyPool,
    /// The ledger's own connection, so that it waits for no reader.
    ledger: AnyPool,
    gate: Gate,
    engine: Engine,
    incarnation: i64,
    /// Signing keys are sealed under it.
    seal: Option<Arc<SealKey>>,
    hold: Hold,
}

/// The store cannot answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The database says no.
    #[error("store: {0}")]
    Database(#[from] sqlx::Error),
    /// A row cannot be what it is.
    #[error("store: {0}")]
    Corrupt(String),
    /// Another process has opened it, or the lock on it is lost for now: nothing was written.
    #[error("store: it is no longer held by this process")]
    Lost,
    /// A signing key cannot be sealed or opened.
    #[error("store: {0}")]
    Seal(#[from] SealError),
}

impl StoreError {
    fn corrupt(what: impl std::fmt::Display) -> Self {
        Self::Corrupt(what.to_string())
    }
}

impl Store {
    /// How often the store was opened, this time included.
    pub fn incarnation(&self) -> i64 {
        self.incarnation
    }

    /// What keeps it.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// The revision of the last change; 0 before the first.
    ///
    /// # Errors
    /// [`StoreError::Lost`]: what this process knows is no longer the newest. [`StoreError`].
    pub async fn revision(&self) -> Result<u64, StoreError> {
        self.stands()?;
        let row: Option<(i64,)> =
            sqlx::query_as("SELECT revision FROM meta WHERE id = 1 AND incarnation = $1")
                .bind(self.incarnation)
                .fetch_optional(&self.read)
                .await?;
        let (revision,) = row.ok_or(StoreError::Lost)?;
        unsigned(revision)
    }

    /// The name of the history that revisions are of: another one after each restore, empty before the first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn history(&self) -> Result<String, StoreError> {
        let (history,) = sqlx::query_as("SELECT history FROM meta WHERE id = 1")
            .fetch_one(&self.read)
            .await?;
        Ok(history)
    }

    fn stands(&self) -> Result<(), StoreError> {
        match self.hold.stands() {
            true => Ok(()),
            false => Err(StoreError::Lost),
        }
    }

    /// Closes every connection once its work is done.
    pub async fn close(&self) {
        self.ledger.close().await;
        self.read.close().await;
        self.write.close().await;
    }
}

/// The columns are signed; what is in them never is.
fn unsigned(value: i64) -> Result<u64, StoreError> {
    u64::try_from(value).map_err(|_| StoreError::corrupt(format_args!("negative number {value}")))
}

/// Times and sizes above `i64::MAX` are refused before they come here.
fn signed(value: u64) -> Result<i64, StoreError> {
    i64::try_from(value)
        .map_err(|_| StoreError::corrupt(format_args!("number {value} is too large")))
}
