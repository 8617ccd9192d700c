//! Opens the store: file, lock, connections, migrations.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{AnyPool, ConnectOptions, Executor, SqlSafeStr};
use tokio::sync::Mutex;

use super::Store;

/// Connections for reading beside each other.
const READERS: u32 = 4;
/// How long a request waits for a connection.
const ACQUIRE: Duration = Duration::from_secs(5);

/// A committed change survives a power cut (FULL), readers and the writer do not stop each other (WAL).
const PRAGMAS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                       PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000;";

/// Version, name, statements.
const MIGRATIONS: [(i64, &str, &str); 2] = [
    (1, "first", include_str!("../../migrations/0001_first.sql")),
    (
        2,
        "administration",
        include_str!("../../migrations/0002_administration.sql"),
    ),
];

/// Why a store cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreOpenError {
    /// Not `sqlite:PATH`.
    #[error("store: `{0}` is not sqlite:PATH")]
    Scheme(String),
    /// The file, or the lock beside it, cannot be opened or made.
    #[error("store: cannot open {path}: {error}", path = .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// Another process has it.
    #[error("store: {path} is in use by another process", path = .0.display())]
    InUse(PathBuf),
    /// The database cannot be opened.
    #[error("store: {path}: {error}", path = .path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// Why.
        error: sqlx::Error,
    },
    /// Its tables cannot be brought up to date.
    #[error("store: {path}: cannot migrate: {error}", path = .path.display())]
    Migrate {
        /// The file.
        path: PathBuf,
        /// Why.
        error: MigrateError,
    },
}

impl Store {
    /// Opens a store, made and migrated where needed. `url` is `sqlite:PATH`.
    ///
    /// # Errors
    /// See [`StoreOpenError`].
    pub async fn open(url: &str) -> Result<Self, StoreOpenError> {
        let path = match url
            .strip_prefix("sqlite:")
            .map(|path| path.strip_prefix("//").unwrap_or(path))
        {
            Some(path) if !path.is_empty() && !path.contains('?') => PathBuf::from(path),
            _ => return Err(StoreOpenError::Scheme(url.to_owned())),
        };
        let failed = |error| StoreOpenError::File {
            path: path.clone(),
            error,
        };
        let path = absolute(&path).map_err(failed)?;
        let lock = lock(&path)?;
        private_file(&path).map_err(|error| StoreOpenError::File {
            path: path.clone(),
            error,
        })?;

        sqlx::any::install_default_drivers();
        let database = |error| StoreOpenError::Database {
            path: path.clone(),
            error,
        };
        let options = options(&path).map_err(database)?;
        let write = pool(&options, 1).await.map_err(database)?;
        migrator()
            .run(&write)
            .await
            .map_err(|error| StoreOpenError::Migrate {
                path: path.clone(),
                error,
            })?;
        let (incarnation,): (i64,) = sqlx::query_as(
            "UPDATE meta SET incarnation = incarnation + 1 WHERE id = 1 RETURNING incarnation",
        )
        .fetch_one(&write)
        .await
        .map_err(database)?;
        Ok(Self {
            read: pool(&options, READERS).await.map_err(database)?,
            ledger: pool(&options, 1).await.map_err(database)?,
            write,
            gate: Arc::new(Mutex::new(())),
            incarnation,
            _lock: lock,
        })
    }
}

/// The path from the root, so that it means the same whatever the URL parser makes of it.
fn absolute(path: &Path) -> std::io::Result<PathBuf> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let name = path
        .file_name()
        .ok_or(std::io::ErrorKind::InvalidFilename)?;
    Ok(folder.canonicalize()?.join(name))
}

/// The lock is a file of its own: closing any other handle on the database would drop SQLite's locks.
fn lock(path: &Path) -> Result<File, StoreOpenError> {
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
        Err(TryLockError::WouldBlock) => Err(StoreOpenError::InUse(path.to_owned())),
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

fn options(path: &Path) -> Result<AnyConnectOptions, sqlx::Error> {
    let text = path
        .to_str()
        .ok_or_else(|| sqlx::Error::Configuration("the path is not UTF-8".into()))?;
    let mut url = String::from("sqlite:");
    for byte in text.bytes() {
        match byte {
            b'/' | b'.' | b'_' | b'-' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => {
                url.push(char::from(byte));
            }
            _ => url.push_str(&format!("%{byte:02X}")),
        }
    }
    let options: AnyConnectOptions = url.parse()?;
    Ok(options.disable_statement_logging())
}

async fn pool(options: &AnyConnectOptions, connections: u32) -> Result<AnyPool, sqlx::Error> {
    AnyPoolOptions::new()
        .min_connections(1)
        .max_connections(connections)
        .acquire_timeout(ACQUIRE)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .after_connect(|connection, _| {
            Box::pin(async move { connection.execute(sqlx::raw_sql(PRAGMAS)).await.map(|_| ()) })
        })
        .connect_with(options.clone())
        .await
}

fn migrator() -> Migrator {
    let migrations = MIGRATIONS.into_iter().map(|(version, name, sql)| {
        Migration::new(
            version,
            name.into(),
            MigrationType::Simple,
            sql.into_sql_str(),
            false,
        )
    });
    Migrator::with_migrations(migrations.collect())
}
