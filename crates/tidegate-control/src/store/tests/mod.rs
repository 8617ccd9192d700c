//! The store's file, and the ledger's contract, on real SQLite files.

mod crowd;
mod file;
mod ledger;
mod nodes;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tidegate_quota::{
    AccountId, Answer, Calendar, Chain, Kind, Lease, LeaseId, LeaseRequest, Ledger, LedgerError,
    Refusal, Settlement, Window,
};
use tidegate_tower::Clock;
use uuid::Uuid;

use super::{BalanceRow, SqlLedger, Store, StoreOpenError, kind_word};

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

    pub(crate) fn store(&self) -> String {
        format!("sqlite:{}", self.0.join("tide gate?.db").display()).replace('?', "#")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
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
    _folder: Folder,
    url: String,
    hand: Hand,
    store: Store,
    ledger: SqlLedger,
}

impl World {
    async fn new() -> Self {
        let folder = Folder::new();
        let url = folder.store();
        let hand = Hand(Arc::new(AtomicU64::new(NOW_S)));
        let store = Store::open(&url).await.unwrap();
        let ledger = SqlLedger::new(&store, hand.clock(), Calendar::Month);
        Self {
            _folder: folder,
            url,
            hand,
            store,
            ledger,
        }
    }

    /// As after a kill -9: nothing was settled or closed in order.
    async fn crash(self) -> Self {
        let Self {
            _folder,
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
            _folder,
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
            "SELECT SUM(bytes - spent_bytes - returned_bytes) FROM leases \
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
