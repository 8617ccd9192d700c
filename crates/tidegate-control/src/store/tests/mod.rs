//! The store's contract and the ledger's, on each engine: real SQLite files, a real PostgreSQL.

/// Each test of a list, once for each engine.
macro_rules! on_each_engine {
    (with $with:tt; $($test:ident,)+) => {
        mod sqlite {
            $(#[tokio::test $with]
            async fn $test() {
                super::$test(crate::store::Engine::Sqlite).await;
            })+
        }
        mod postgres {
            $(#[tokio::test $with]
            async fn $test() {
                super::$test(crate::store::Engine::Postgres).await;
            })+
        }
    };
    ($($test:ident,)+) => {
        on_each_engine! { with (flavor = "current_thread"); $($test,)+ }
    };
}

mod backup; // backup and restore, across engines
mod contract; // what every engine must do alike
mod crowd; // the ledger under many callers
mod file; // SQLite's file and settings
mod forward; // stores of earlier releases
mod full; // a store with rows in every table
mod keys; // sealed signing keys
mod ledger; // the ledger, step by step
mod nodes; // the ledger for nodes
#[path = "../../../../../tests/it/postgres.rs"]
pub(crate) mod postgres;
mod server; // PostgreSQL's lock, settings and address

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tidegate_quota::{
    AccountId, Answer, Calendar, Chain, Kind, Lease, LeaseId, LeaseRequest, Ledger, LedgerError,
    Refusal, Settlement, Window,
};
use tidegate_tower::Clock;
use uuid::Uuid;

use self::postgres::{Durability, Postgres};
use super::{BalanceRow, Engine, SqlLedger, Store, StoreOpenError, kind_word};

/// 2026-11-21T01:33:11Z
const NOW_S: u64 = 1_795_224_791;

/// A folder that is removed at the end.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        let path = std::env::temp_dir().join(format!("tidegate-control-{}", Uuid::now_v7()));
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &std::path::Path {
        &self.0
    }

    pub(crate) fn store(&self) -> String {
        format!("sqlite:{}", self.0.join("tide gate?.db").display()).replace('?', "#")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

/// Where a test's store is; removed at the end.
pub(crate) enum Home {
    File(Folder),
    Server(Postgres),
}

impl Home {
    pub(crate) fn new(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => Self::File(Folder::new()),
            Engine::Postgres => Self::Server(Postgres::start(Durability::None)),
        }
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::File(folder) => folder.store(),
            Self::Server(server) => server.url(),
        }
    }
}

/// A clock that stands until it is moved.
#[derive(Clone)]
struct Hand(Arc<AtomicU64>);

impl Hand {
    fn clock(&self) -> Clock {
        let now = Arc::clone(&self.0);
        Clock::new(move || now.load(Ordering::SeqCst) * 1000)
    }
}

struct World {
    home: Home,
    url: String,
    hand: Hand,
    store: Store,
    ledger: SqlLedger,
}

impl World {
    async fn new(engine: Engine) -> Self {
        let home = Home::new(engine);
        let url = home.url();
        let hand = Hand(Arc::new(AtomicU64::new(NOW_S)));
        let store = Store::open(&url).await.unwrap();
        let ledger = SqlLedger::new(&store, hand.clock(), Calendar::Month);
        Self {
            home,
            url,
            hand,
            store,
            ledger,
        }
    }

    /// As after a kill -9: nothing was settled or closed in order.
    async fn crash(self) -> Self {
        let Self {
            home,
            url,
            hand,
            store,
            ledger,
        } = self;
        drop((store, ledger));
        let store = Store::open(&url).await.unwrap();
        let ledger = SqlLedger::new(&store, hand.clock(), Calendar::Month);
        ledger.forfeit_lost().await.unwrap();
        Self {
            home,
            url,
            hand,
            store,
            ledger,
        }
    }

    async fn limit(&self, account: AccountId, kind: Kind, bytes: Option<i64>) {
        let delete = sqlx::query("DELETE FROM limits WHERE account = $1 AND kind = $2");
        delete
            .bind(account.to_string())
            .bind(kind_word(kind))
            .execute(&self.store.write)
            .await
            .unwrap();
        if let Some(bytes) = bytes {
            let insert =
                sqlx::query("INSERT INTO limits (account, kind, limit_bytes) VALUES ($1, $2, $3)");
            let insert = insert
                .bind(account.to_string())
                .bind(kind_word(kind))
                .bind(bytes);
            insert.execute(&self.store.write).await.unwrap();
        }
    }

    async fn ask(&self, accounts: &[AccountId], at_least: u64, at_most: u64) -> Answer {
        self.ask_in(accounts, at_least, at_most, None)
            .await
            .unwrap()
    }

    async fn ask_in(
        &self,
        accounts: &[AccountId],
        at_least: u64,
        at_most: u64,
        window: Option<Window>,
    ) -> Result<Answer, LedgerError> {
        let request = LeaseRequest {
            chain: Chain::new(accounts).unwrap(),
            kind: Kind::Read,
            at_least_bytes: at_least,
            at_most_bytes: at_most,
            window,
        };
        self.ledger.lease(&request).await
    }

    async fn granted(&self, accounts: &[AccountId], at_least: u64, at_most: u64) -> Lease {
        lease_of(&self.ask(accounts, at_least, at_most).await)
    }

    async fn refused(&self, accounts: &[AccountId], at_least: u64, at_most: u64) -> Refusal {
        match self.ask(accounts, at_least, at_most).await {
            Answer::Refused(refusal) => refusal,
            Answer::Granted(lease) => panic!("{lease:?}"),
        }
    }

    async fn settle(
        &self,
        lease: &Lease,
        spent: u64,
        returned: u64,
        requests: u64,
    ) -> Result<(), LedgerError> {
        let settlement = Settlement {
            lease: lease.id,
            spent_bytes: spent,
            returned_bytes: returned,
            requests,
        };
        self.ledger.settle(&[settlement]).await
    }

    /// granted, spent, returned, forfeited, requests of reads in the newest window.
    async fn balance(&self, account: AccountId) -> (u64, u64, u64, u64, u64) {
        let rows = self.store.balances(account, u64::MAX, 1).await.unwrap();
        let Some(row) = rows.iter().find(|row| row.kind == Kind::Read) else {
            return (0, 0, 0, 0, 0);
        };
        let BalanceRow {
            granted_bytes,
            spent_bytes,
            returned_bytes,
            forfeited_bytes,
            requests,
            ..
        } = *row;
        (
            granted_bytes,
            spent_bytes,
            returned_bytes,
            forfeited_bytes,
            requests,
        )
    }

    /// The balance equation, with what the open leases hold worked out on its own.
    async fn adds_up(&self, account: AccountId) {
        let (open,): (Option<i64>,) = sqlx::query_as(
            "SELECT CAST(SUM(bytes - spent_bytes - returned_bytes) AS BIGINT) FROM leases \
             WHERE state = 'open' AND kind = 'read' AND chain LIKE $1",
        )
        .bind(format!("%\"{account}\"%"))
        .fetch_one(&self.store.read)
        .await
        .unwrap();
        let outstanding = u64::try_from(open.unwrap_or(0)).unwrap();
        let (granted, spent, returned, forfeited, _) = self.balance(account).await;
        assert_eq!(
            granted,
            spent + returned + forfeited + outstanding,
            "{account}"
        );
    }
}

fn account(n: u128) -> AccountId {
    AccountId::own(Uuid::from_u128(n))
}

#[track_caller]
fn lease_of(answer: &Answer) -> Lease {
    match answer {
        Answer::Granted(lease) => *lease,
        Answer::Refused(refusal) => panic!("{refusal:?}"),
    }
}

/// Every audit row: revision, actor, operation, object, before, after.
pub(crate) async fn audit(store: &Store) -> Vec<AuditRow> {
    let query =
        "SELECT revision, actor, operation, object, before, after FROM audit ORDER BY revision";
    sqlx::query_as(query).fetch_all(&store.read).await.unwrap()
}

pub(crate) type AuditRow = (i64, String, String, String, Option<String>, Option<String>);

/// How long a server's statements and waits for locks may take from now on, on the connections that are
/// open: so that a test need not wait as long as the store does.
pub(crate) async fn patience(store: &Store, time: &str) {
    for pool in [&store.write, &store.read, &store.ledger] {
        // They are given back by tasks of their own; whoever finds none opens another.
        let all_back = async || {
            while pool.num_idle() < pool.size() as usize {
                tokio::task::yield_now().await;
            }
        };
        all_back().await;
        let mut open = Vec::new();
        while let Some(connection) = pool.try_acquire() {
            open.push(connection);
        }
        for connection in &mut open {
            let settings = format!("SET statement_timeout = '{time}'; SET lock_timeout = '{time}'");
            let settings = sqlx::raw_sql(sqlx::AssertSqlSafe(settings));
            sqlx::Executor::execute(&mut **connection, settings)
                .await
                .unwrap();
        }
        drop(open);
        all_back().await;
    }
}

/// A session of somebody else on a server.
pub(crate) async fn session(url: &str) -> sqlx::AnyConnection {
    <sqlx::AnyConnection as sqlx::Connection>::connect(url)
        .await
        .unwrap()
}

/// Everything that is stored, as text, to look for what must not be.
pub(crate) async fn dump(store: &Store) -> String {
    let mut text = String::new();
    for query in [
        "SELECT jti || ' ' || kind || ' ' || COALESCE(description, '') || ' ' || audiences FROM secrets",
        "SELECT operation || ' ' || COALESCE(before, '') || ' ' || COALESCE(after, '') FROM audit",
    ] {
        let rows: Vec<(String,)> = sqlx::query_as(query).fetch_all(&store.read).await.unwrap();
        text.extend(rows.into_iter().map(|(row,)| row + "\n"));
    }
    text
}

/// A change that this process knows nothing of: every user (there is one) has another name.
pub(crate) async fn change_elsewhere(store: &Store) {
    let update = "UPDATE meta SET revision = revision + 1 WHERE id = 1";
    sqlx::query(update).execute(&store.write).await.unwrap();
    let rename = "UPDATE objects SET id = 'renamed', id_folded = 'renamed' WHERE type = 'user'";
    sqlx::query(rename).execute(&store.write).await.unwrap();
}
