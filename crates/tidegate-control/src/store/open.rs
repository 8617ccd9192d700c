//! Opens the store: lock, connections, migrations, keys.

use std::path::PathBuf;
use std::sync::Arc;

use sqlx::AnyPool;
use sqlx::migrate::MigrateError;
use tokio::sync::Mutex;

use super::engine::{Engine, Place};
use super::hold::Claim;
use super::seal::{SealError, SealKey};
use super::{Store, StoreError, migrate};

/// Connections for reading beside each other.
const READERS: u32 = 4;

/// Why a store cannot be opened. None of it shows a password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreOpenError {
    /// Neither `sqlite:PATH` nor `postgres://…`, or not of their form.
    #[error("store: its address cannot be read: {0}")]
    Address(String),
    /// The file, or the lock beside it, cannot be opened or made.
    #[error("store: cannot open {path}: {error}", path = .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// Another process has it.
    #[error("store: {0} is in use by another process")]
    InUse(String),
    /// The database cannot be opened.
    #[error("store: {store}: {error}")]
    Database {
        /// Where.
        store: String,
        /// Why.
        error: sqlx::Error,
    },
    /// The database keeps texts in another encoding than UTF-8.
    #[error(
        "store: {store}: the database's encoding is {encoding}: create it with ENCODING 'UTF8'"
    )]
    Encoding {
        /// Where.
        store: String,
        /// Which.
        encoding: String,
    },
    /// A newer release has written it.
    #[error(
        "store: {store} was written by a newer version of Tidegate (its tables are of version {version}, \
         this one knows {known}): use that one, or restore a backup",
        known = migrate::NEWEST
    )]
    Newer {
        /// Where.
        store: String,
        /// The version of its tables.
        version: i64,
    },
    /// Its tables cannot be brought up to date.
    #[error("store: {store}: cannot migrate: {error}")]
    Migrate {
        /// Where.
        store: String,
        /// Why.
        error: MigrateError,
    },
    /// Its signing keys cannot be read.
    #[error("store: {store}: {error}")]
    Seal {
        /// Where.
        store: String,
        /// Why.
        error: SealError,
    },
    /// It cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// Opens a store whose signing keys are not sealed. See [`Store::open_sealed`].
    ///
    /// # Errors
    /// See [`StoreOpenError`].
    pub async fn open(url: &str) -> Result<Self, StoreOpenError> {
        Self::open_sealed(url, None).await
    }

    /// Opens a store, made and migrated where needed. `url` is `sqlite:PATH` or
    /// `postgres://USER@HOST/DATABASE?sslmode=…`.
    ///
    /// With a key, the signing keys in it are sealed under that key, those too that were not so far.
    ///
    /// # Errors
    /// See [`StoreOpenError`].
    pub async fn open_sealed(url: &str, seal: Option<SealKey>) -> Result<Self, StoreOpenError> {
        sqlx::any::install_default_drivers();
        let place = Place::parse(url)?;
        let claim = Claim::take(&place).await?;
        let database = |error| StoreOpenError::Database {
            store: place.name(),
            error,
        };
        let engine = place.engine();
        let options = place.options().map_err(database)?;
        let write = engine.pool(&options, 1).await.map_err(database)?;
        if engine == Engine::Postgres {
            check_encoding(&write, &place).await?;
        }
        migrate::migrate(&write, &place).await?;
        let (incarnation,): (i64,) = sqlx::query_as(
            "UPDATE meta SET incarnation = incarnation + 1 WHERE id = 1 RETURNING incarnation",
        )
        .fetch_one(&write)
        .await
        .map_err(database)?;
        let store = Self {
            read: engine.pool(&options, READERS).await.map_err(database)?,
            ledger: engine.pool(&options, 1).await.map_err(database)?,
            write,
            gate: Arc::new(Mutex::new(())),
            engine,
            incarnation,
            seal: seal.map(Arc::new),
            hold: claim.keep(&options, incarnation),
        };
        match store.seal_keys().await {
            Ok(()) => Ok(store),
            Err(StoreError::Seal(error)) => Err(StoreOpenError::Seal {
                store: place.name(),
                error,
            }),
            Err(error) => Err(error.into()),
        }
    }
}

async fn check_encoding(pool: &AnyPool, place: &Place) -> Result<(), StoreOpenError> {
    let (encoding,): (String,) = sqlx::query_as("SELECT current_setting('server_encoding')")
        .fetch_one(pool)
        .await
        .map_err(|error| StoreOpenError::Database {
            store: place.name(),
            error,
        })?;
    match encoding.as_str() {
        "UTF8" => Ok(()),
        _ => Err(StoreOpenError::Encoding {
            store: place.name(),
            encoding,
        }),
    }
}
