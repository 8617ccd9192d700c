//! Where a store is, and what its engine is told: the only place where the engines differ.
//!
//! | | SQLite | PostgreSQL |
//! |---|---|---|
//! | address | `sqlite:PATH` | `postgres://USER@HOST/DATABASE?sslmode=…` |
//! | who has it | a locked file beside it | an advisory lock of a connection of its own |
//! | reading at one moment | a read transaction | REPEATABLE READ READ ONLY |
//! | order of texts | by bytes, as it comes | by bytes, as every column says (`COLLATE "C"`) |
//! | who keeps a statement waiting | the process itself | others: [`STATEMENT`], [`LOCK`], [`WHOLE`] end it |
//!
//! A statement that is ended is an error like any other of the database: the store does not answer (503).

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyPool, AssertSqlSafe, ConnectOptions, Executor, SqlSafeStr, SqlStr};

use super::StoreOpenError;

/// How long a request waits for a connection, with opening one where there is none.
const ACQUIRE: Duration = Duration::from_secs(5);

/// How long a server may take until a connection to it is open.
pub(super) const CONNECT: Duration = Duration::from_secs(5);

/// How long a server may work on one statement. The longest is the removal of an object with all that lies
/// below it.
pub(super) const STATEMENT: Duration = Duration::from_secs(30);

/// How long one statement of a server waits for what another session holds: less than [`STATEMENT`], so
/// that the error says which it was.
pub(super) const LOCK: Duration = Duration::from_secs(5);

/// How long a server may work on a statement that reads or rewrites whole tables: loading, backups (whose
/// reader may be slow), migrations.
pub(super) const WHOLE: Duration = Duration::from_secs(3600);

/// A committed change survives a power cut (FULL), readers and the writer do not stop each other (WAL).
const SQLITE: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                      PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000;";

/// What a process that is gone leaves open ends soon, so that the next one need not wait for it; a
/// committed change survives a power cut, whatever the database's default is; and nobody waits for ever.
fn postgres() -> String {
    format!(
        "SET default_transaction_isolation = 'read committed'; \
         SET statement_timeout = '{}s'; SET lock_timeout = '{}s'; \
         SET idle_in_transaction_session_timeout = '60s'; \
         SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 5; \
         SET tcp_keepalives_count = 3; SET client_min_messages = warning; \
         SELECT set_config('synchronous_commit', 'on', false) \
             WHERE current_setting('synchronous_commit') = 'off';",
        STATEMENT.as_secs(),
        LOCK.as_secs(),
    )
}

/// What an address of a server may say. Others are refused here: the driver would log what it ignores.
const PARAMETERS: [&str; 11] = [
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "host",
    "port",
    "user",
    "password",
    "dbname",
    "application_name",
    "options",
];

/// What keeps a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// A file.
    Sqlite,
    /// A database of a server.
    Postgres,
}

impl Engine {
    /// Begins to read all there is, at one moment.
    pub(super) fn begin_reading(self) -> SqlStr {
        match self {
            Self::Sqlite => "BEGIN".into_sql_str(),
            Self::Postgres => AssertSqlSafe(format!(
                "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = '{}s'",
                WHOLE.as_secs()
            ))
            .into_sql_str(),
        }
    }

    /// Gives the statements of a connection, which is closed afterwards, the time that whole tables take.
    pub(super) async fn take_time(
        self,
        connection: &mut PoolConnection<Any>,
    ) -> Result<(), sqlx::Error> {
        if self == Self::Postgres {
            let longer = format!("SET statement_timeout = '{}s'", WHOLE.as_secs());
            connection.close_on_drop();
            connection
                .execute(sqlx::raw_sql(AssertSqlSafe(longer)))
                .await?;
        }
        Ok(())
    }

    /// A migration's statements. Ids sort by their bytes on every engine, whatever a database's own
    /// order is: lists are paged by them.
    pub(super) fn schema(self, statements: &'static str) -> SqlStr {
        match self {
            Self::Sqlite => statements.into_sql_str(),
            Self::Postgres => {
                AssertSqlSafe(statements.replace(" TEXT", " TEXT COLLATE \"C\"")).into_sql_str()
            }
        }
    }

    /// Connections that open when they are needed first, but for one.
    pub(super) async fn pool(
        self,
        options: &AnyConnectOptions,
        connections: u32,
    ) -> Result<AnyPool, sqlx::Error> {
        let settings = match self {
            Self::Sqlite => SQLITE.into_sql_str(),
            Self::Postgres => AssertSqlSafe(postgres()).into_sql_str(),
        };
        AnyPoolOptions::new()
            .min_connections(1)
            .max_connections(connections)
            .acquire_timeout(ACQUIRE)
            .idle_timeout(None)
            .max_lifetime(None)
            // A file's connection cannot be lost; a server's is opened again.
            .test_before_acquire(self == Self::Postgres)
            .after_connect(move |connection, _| {
                let settings = settings.clone();
                Box::pin(async move {
                    connection
                        .execute(sqlx::raw_sql(settings))
                        .await
                        .map(|_| ())
                })
            })
            .connect_with(options.clone())
            .await
    }
}

/// Where a store is.
#[derive(Clone)]
pub(super) enum Place {
    /// A file, by its path from the root.
    File(PathBuf),
    /// A database of a server.
    Server {
        /// What can be shown: no user, no password.
        name: String,
        options: AnyConnectOptions,
    },
}

impl Place {
    /// # Errors
    /// [`StoreOpenError::Address`], which holds nothing of a user or password.
    pub(super) fn parse(url: &str) -> Result<Self, StoreOpenError> {
        let address = |why: &str| StoreOpenError::Address(why.to_owned());
        match url.split_once(':') {
            Some(("sqlite", path)) => {
                let path = path.strip_prefix("//").unwrap_or(path);
                if path.is_empty() || path.contains('?') {
                    return Err(address("write sqlite:PATH, without a `?`"));
                }
                let path = Path::new(path);
                absolute(path)
                    .map(Self::File)
                    .map_err(|error| StoreOpenError::File {
                        path: path.to_owned(),
                        error,
                    })
            }
            Some(("postgres" | "postgresql", _)) => server(url),
            _ => Err(address(
                "it is neither sqlite:PATH nor postgres://USER@HOST/DATABASE",
            )),
        }
    }

    pub(super) fn engine(&self) -> Engine {
        match self {
            Self::File(_) => Engine::Sqlite,
            Self::Server { .. } => Engine::Postgres,
        }
    }

    /// What can be shown in errors and logs.
    pub(super) fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Server { name, .. } => name.clone(),
        }
    }

    pub(super) fn options(&self) -> Result<AnyConnectOptions, sqlx::Error> {
        match self {
            Self::File(path) => file_options(path),
            Self::Server { options, .. } => Ok(options.clone()),
        }
    }
}

fn server(url: &str) -> Result<Place, StoreOpenError> {
    let address = |why: String| StoreOpenError::Address(why);
    // The parser's errors tell of the fault, never of the text.
    let options: AnyConnectOptions = url.parse().map_err(|_| {
        address("it is not of the form postgres://USER@HOST:PORT/DATABASE (is an `@`, `/` or `#` in a password written %40, %2F, %23?)".to_owned())
    })?;
    let parsed = &options.database_url;
    let mut host = parsed.host_str().unwrap_or_default().to_owned();
    let mut port = parsed.port().map(|port| port.to_string());
    let mut database = parsed.path().trim_start_matches('/').to_owned();
    for (key, value) in parsed.query_pairs() {
        match &*key {
            "host" => host = value.into_owned(),
            "port" => port = Some(value.into_owned()),
            "dbname" => database = value.into_owned(),
            known if PARAMETERS.contains(&known) => {}
            unknown => {
                return Err(address(format!(
                    "there is no parameter `{unknown}`; there are {}",
                    PARAMETERS.join(", ")
                )));
            }
        }
    }
    if database.is_empty() {
        return Err(address(
            "it names no database: postgres://USER@HOST/DATABASE".to_owned(),
        ));
    }
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    Ok(Place::Server {
        name: format!("postgres://{host}{port}/{database}"),
        options: options.disable_statement_logging(),
    })
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

fn file_options(path: &Path) -> Result<AnyConnectOptions, sqlx::Error> {
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
