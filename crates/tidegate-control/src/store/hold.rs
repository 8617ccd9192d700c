//! One process at a time has a store.
//!
//! The only ways to write into a store: its first statement is an update of the row of `meta` that holds
//! under the incarnation of this opening alone ([`fence`], [`super::Store::begin`]). Whoever opens the store
//! raises the incarnation, in the same row: from then on every earlier opening is refused, whatever it
//! still believes. The locks here only keep a second process from opening a store that is in use.
//!
//! What a deployer can break: a pooler between Tidegate and PostgreSQL that hands one session to several
//! clients takes the advisory lock away. Then two processes take the store from each other; still, only
//! one of them writes at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqlx::any::AnyConnectOptions;
use sqlx::{Any, AnyConnection, ConnectOptions, Connection, Executor, Transaction};
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::engine::{CONNECT, Place};
use super::{StoreError, StoreOpenError};

/// A session that was cut off lets go of its lock once the server sees it; a process that starts right
/// after another has ended waits as long.
const TAKE: &str = "SET lock_timeout = '3s'; SET client_min_messages = warning; \
                    SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 5; \
                    SET tcp_keepalives_count = 3; \
                    SELECT CAST(pg_advisory_lock(8388064998437909605) AS TEXT);";

/// PostgreSQL's code for a lock that was not to be had in time.
const LOCK_NOT_AVAILABLE: &str = "55P03";

/// How often it is looked after the lock's connection, and how long it has to answer.
const LOOK_EVERY: Duration = Duration::from_secs(1);
const ANSWER: Duration = Duration::from_secs(5);

/// The lock, held for as long as this lives; the system lets go of it when the process ends.
#[derive(Debug)]
pub(super) enum Hold {
    File {
        _lock: File,
    },
    Server {
        held: Arc<AtomicBool>,
        keeper: JoinHandle<()>,
    },
}

impl Hold {
    /// False while the lock's connection is lost, and for good once another process has the store.
    pub(super) fn stands(&self) -> bool {
        match self {
            Self::File { .. } => true,
            Self::Server { held, .. } => held.load(Ordering::Acquire),
        }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        match self {
            Self::File { .. } => {}
            Self::Server { keeper, .. } => keeper.abort(),
        }
    }
}

/// A lock that was just taken.
#[derive(Debug)]
pub(super) enum Claim {
    File(File),
    Server(AnyConnection),
}

impl Claim {
    /// # Errors
    /// [`StoreOpenError::InUse`], or that the store cannot be reached.
    pub(super) async fn take(place: &Place) -> Result<Self, StoreOpenError> {
        match place {
            Place::File(path) => {
                let lock = lock_file(path)?;
                private_file(path).map_err(|error| StoreOpenError::File {
                    path: path.clone(),
                    error,
                })?;
                Ok(Self::File(lock))
            }
            Place::Server { name, options } => match lock_server(options).await {
                Ok(connection) => Ok(Self::Server(connection)),
                Err(error) if is_taken(&error) => Err(StoreOpenError::InUse(name.clone())),
                Err(error) => Err(StoreOpenError::Database {
                    store: name.clone(),
                    error,
                }),
            },
        }
    }

    /// Looks after it from now on.
    pub(super) fn keep(self, options: &AnyConnectOptions, incarnation: i64) -> Hold {
        match self {
            Self::File(lock) => Hold::File { _lock: lock },
            Self::Server(connection) => {
                let held = Arc::new(AtomicBool::new(true));
                let keeper = keep(connection, options.clone(), incarnation, Arc::clone(&held));
                Hold::Server {
                    held,
                    keeper: tokio::spawn(keeper),
                }
            }
        }
    }
}

/// Keeps earlier openings out of a transaction of the ledger's.
///
/// # Errors
/// [`StoreError::Lost`].
pub(super) async fn fence(
    transaction: &mut Transaction<'_, Any>,
    incarnation: i64,
) -> Result<(), StoreError> {
    // An update, so that it waits for whoever is about to open the store, and they for this.
    let done =
        sqlx::query("UPDATE meta SET incarnation = incarnation WHERE id = 1 AND incarnation = $1")
            .bind(incarnation)
            .execute(&mut **transaction)
            .await?;
    match done.rows_affected() {
        1 => Ok(()),
        _ => Err(StoreError::Lost),
    }
}

/// The lock is a file of its own: closing any other handle on the database would drop SQLite's locks.
fn lock_file(path: &Path) -> Result<File, StoreOpenError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let lock_path = PathBuf::from(name);
    let failed = |error| StoreOpenError::File {
        path: lock_path.clone(),
        error,
    };
    let file = private_file(&lock_path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreOpenError::InUse(path.display().to_string())),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

/// Opens for writing; a new file is its owner's alone, as signing keys are in it.
fn private_file(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

async fn lock_server(options: &AnyConnectOptions) -> Result<AnyConnection, sqlx::Error> {
    let mut connection = within(CONNECT, options.connect()).await?;
    within(ANSWER, connection.execute(sqlx::raw_sql(TAKE))).await?;
    Ok(connection)
}

/// A server that takes connections and says nothing is not there.
async fn within<T>(
    time: Duration,
    answer: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    let late = |_| sqlx::Error::Io(std::io::ErrorKind::TimedOut.into());
    timeout(time, answer).await.map_err(late)?
}

fn is_taken(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code)
        .is_some_and(|code| code == LOCK_NOT_AVAILABLE)
}

async fn keep(
    mut connection: AnyConnection,
    options: AnyConnectOptions,
    incarnation: i64,
    held: Arc<AtomicBool>,
) {
    let mut looks = interval(LOOK_EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        if matches!(timeout(ANSWER, connection.ping()).await, Ok(Ok(()))) {
            continue;
        }
        if held.swap(false, Ordering::AcqRel) {
            tracing::error!("the store's lock was lost: nothing is written until it is held again");
        }
        match retake(&options, incarnation).await {
            Ok(Some(again)) => {
                connection = again;
                held.store(true, Ordering::Release);
                tracing::warn!("the store's lock is held again");
            }
            Ok(None) => {
                tracing::error!("another process has taken the store over");
                return;
            }
            Err(error) => tracing::warn!(%error, "the store's lock cannot be taken again yet"),
        }
    }
}

/// The lock again; none when another process opened the store meanwhile.
async fn retake(
    options: &AnyConnectOptions,
    incarnation: i64,
) -> Result<Option<AnyConnection>, sqlx::Error> {
    let mut connection = lock_server(options).await?;
    let now = sqlx::query_as("SELECT incarnation FROM meta WHERE id = 1");
    let (now,): (i64,) = within(ANSWER, now.fetch_one(&mut connection)).await?;
    Ok((now == incarnation).then_some(connection))
}
