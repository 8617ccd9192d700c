//! The store's file, and the ledger's contract, on real SQLite files.

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

    #[track_caller]
    fn granted(answer: Answer) -> Lease {
        match answer {
            Answer::Granted(lease) => lease,
            Answer::Refused(refusal) => panic!("{refusal:?}"),
        }
    }

    #[track_caller]
    fn refused(answer: Answer) -> Refusal {
        match answer {
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

#[tokio::test]
async fn what_cannot_be_opened_is_named() {
    let folder = Folder::new();
    let inside = |name: &str| folder.0.join(name).display().to_string();
    std::fs::write(
        inside("text.db"),
        "this is no database, however long it may be, and never was one at all",
    )
    .unwrap();
    std::fs::create_dir(inside("folder.db")).unwrap();
    let cases = [
        (
            "postgres://localhost/x".to_owned(),
            "postgres://localhost/x",
        ),
        ("sqlite:".to_owned(), "sqlite:PATH"),
        (format!("sqlite:{}", inside("missing/a.db")), "missing/a.db"),
        (format!("sqlite:{}", inside("folder.db")), "folder.db"),
        (format!("sqlite:{}", inside("text.db")), "text.db"),
        ("sqlite:/proc/a.db".to_owned(), "/proc/a.db"),
    ];
    for (url, named) in cases {
        let error = Store::open(&url).await.unwrap_err().to_string();
        assert!(error.contains(named), "{url}: {error}");
    }
}

#[tokio::test]
async fn one_process_has_a_store_and_nobody_else_reads_it() {
    let folder = Folder::new();
    let store = Store::open(&folder.store()).await.unwrap();
    let again = Store::open(&folder.store()).await;
    assert!(matches!(again, Err(StoreOpenError::InUse(_))), "{again:?}");
    assert_eq!(
        (store.incarnation(), store.revision().await.unwrap()),
        (1, 0)
    );
    #[cfg(unix)]
    for entry in std::fs::read_dir(&folder.0).unwrap() {
        use std::os::unix::fs::PermissionsExt;
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", entry.path());
    }
    drop(store);
    assert_eq!(Store::open(&folder.store()).await.unwrap().incarnation(), 2);
}

#[tokio::test]
async fn commits_survive_a_power_cut_and_readers_see_them() {
    let world = World::new().await;
    for (pool, name) in [
        (&world.store.write, "write"),
        (&world.store.read, "read"),
        (&world.store.ledger, "ledger"),
    ] {
        let mut connection = pool.acquire().await.unwrap();
        let (journal,): (String,) = sqlx::query_as("PRAGMA journal_mode")
            .fetch_one(&mut *connection)
            .await
            .unwrap();
        let (synchronous,): (i64,) = sqlx::query_as("PRAGMA synchronous")
            .fetch_one(&mut *connection)
            .await
            .unwrap();
        let (keys,): (i64,) = sqlx::query_as("PRAGMA foreign_keys")
            .fetch_one(&mut *connection)
            .await
            .unwrap();
        assert_eq!(
            (journal.as_str(), synchronous, keys),
            ("wal", 2, 1),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_lease_debits_the_whole_chain_or_nothing() {
    let world = World::new().await;
    let (service, organization) = (account(1), account(2));
    world.limit(service, Kind::Read, Some(1000)).await;
    world.limit(organization, Kind::Read, Some(1500)).await;

    let lease = World::granted(world.ask(&[service, organization], 1, 700).await);
    assert_eq!(
        (lease.bytes, lease.limit_bytes, lease.left_bytes),
        (700, Some(1000), Some(300))
    );
    // Another service of the same organization: the organization is the tighter one.
    let other = account(3);
    let lease = World::granted(world.ask(&[other, organization], 1, 5000).await);
    assert_eq!(
        (lease.bytes, lease.limit_bytes, lease.left_bytes),
        (800, Some(1500), Some(0))
    );

    let refusal = World::refused(world.ask(&[service, organization], 1, 300).await);
    assert_eq!(refusal.account, organization);
    assert_eq!(
        (refusal.limit_bytes, refusal.left_bytes, refusal.contended),
        (1500, 0, true)
    );
    assert_eq!(world.balance(service).await, (700, 0, 0, 0, 0));
    assert_eq!(world.balance(organization).await, (1500, 0, 0, 0, 0));

    // Spent: nothing can come back.
    world.settle(&lease, 800, 0, 3).await.unwrap();
    let refusal = World::refused(world.ask(&[service, organization], 701, 701).await);
    assert_eq!(
        (refusal.account, refusal.contended),
        (organization, false),
        "the one that can get nothing back"
    );
    for account in [service, organization, other] {
        world.adds_up(account).await;
    }
}

#[tokio::test]
async fn without_a_limit_everything_is_granted_and_recorded() {
    let world = World::new().await;
    let lease = World::granted(world.ask(&[account(1)], 1, 5_000_000_000).await);
    assert_eq!(
        (lease.bytes, lease.limit_bytes, lease.left_bytes),
        (5_000_000_000, None, None)
    );
    assert_eq!(world.balance(account(1)).await, (5_000_000_000, 0, 0, 0, 0));
    // The column can count no further than this, and says so instead of wrapping.
    let all = World::granted(world.ask(&[account(1)], 1, u64::MAX).await);
    assert_eq!(all.bytes, i64::MAX.unsigned_abs() - 5_000_000_000);
    assert!(world.ask_in(&[account(1)], 1, 1, None).await.is_err());
    world.adds_up(account(1)).await;
}

#[tokio::test]
async fn limits_at_their_ends() {
    let world = World::new().await;
    for (limit, at_least, at_most, granted) in [
        (0, 1, 1, None),
        (1, 1, 1, Some(1)),
        (1, 1, u64::MAX, Some(1)),
        (1, 2, 2, None),
        (i64::MAX, 1, u64::MAX, Some(i64::MAX.unsigned_abs())),
        (10, 0, 5, Some(5)),
    ] {
        let account = AccountId::own(Uuid::now_v7());
        world.limit(account, Kind::Read, Some(limit)).await;
        let answer = world.ask(&[account], at_least, at_most).await;
        let bytes = match answer {
            Answer::Granted(lease) => Some(lease.bytes),
            Answer::Refused(_) => None,
        };
        assert_eq!(bytes, granted, "limit {limit}, {at_least} to {at_most}");
        world.adds_up(account).await;
    }
}

#[tokio::test]
async fn settlements_are_totals_that_never_fall() {
    let world = World::new().await;
    let a = account(1);
    world.limit(a, Kind::Read, Some(1000)).await;
    let lease = World::granted(world.ask(&[a], 1, 1000).await);
    let steps = [
        // spent, returned, requests, accepted, balance afterwards
        (100, 0, 1, true, (1000, 100, 0, 0, 1)),
        (100, 0, 1, true, (1000, 100, 0, 0, 1)),
        (300, 200, 5, true, (1000, 300, 200, 0, 5)),
        (200, 0, 2, true, (1000, 300, 200, 0, 5)),
        (900, 200, 6, false, (1000, 300, 200, 0, 5)),
        (u64::MAX, 0, 6, false, (1000, 300, 200, 0, 5)),
        (u64::MAX / 2, u64::MAX / 2, 6, false, (1000, 300, 200, 0, 5)),
        (300, 200, u64::MAX / 2, false, (1000, 300, 200, 0, 5)),
        (800, 200, 7, true, (1000, 800, 200, 0, 7)),
        (800, 200, 7, true, (1000, 800, 200, 0, 7)),
    ];
    for (spent, returned, requests, accepted, balance) in steps {
        let settled = world.settle(&lease, spent, returned, requests).await;
        assert_eq!(settled.is_ok(), accepted, "{spent} {returned}: {settled:?}");
        assert_eq!(world.balance(a).await, balance, "{spent} {returned}");
        world.adds_up(a).await;
    }
    // What was returned can be granted again, and no more.
    let lease = World::granted(world.ask(&[a], 1, 1000).await);
    assert_eq!(lease.bytes, 200);
    assert!(!World::refused(world.ask(&[a], 201, 201).await).contended);

    let unknown = Lease {
        id: LeaseId(Uuid::now_v7()),
        ..lease
    };
    assert_eq!(
        world.settle(&unknown, 0, 0, 0).await,
        Err(LedgerError::UnknownLease)
    );
}

#[tokio::test]
async fn one_unknown_lease_spoils_none_by_itself_but_the_batch() {
    let world = World::new().await;
    let lease = World::granted(world.ask(&[account(1)], 1, 10).await);
    let of = |id| Settlement {
        lease: id,
        spent_bytes: 4,
        returned_bytes: 0,
        requests: 1,
    };
    let batch = [of(lease.id), of(LeaseId(Uuid::now_v7()))];
    assert_eq!(
        world.ledger.settle(&batch).await,
        Err(LedgerError::UnknownLease)
    );
    assert_eq!(world.balance(account(1)).await, (10, 0, 0, 0, 0));
    world.ledger.settle(&batch[..1]).await.unwrap();
    assert_eq!(world.balance(account(1)).await, (10, 4, 0, 0, 1));
}

#[tokio::test]
async fn what_a_crash_left_outstanding_is_forfeited_and_settled_late() {
    let world = World::new().await;
    let a = account(1);
    world.limit(a, Kind::Read, Some(1000)).await;
    let lease = World::granted(world.ask(&[a], 1, 600).await);
    world.settle(&lease, 100, 50, 1).await.unwrap();

    let world = world.crash().await;
    assert_eq!(world.balance(a).await, (600, 100, 50, 450, 1));
    world.adds_up(a).await;
    // Forfeited is never granted again, and nothing outstanding could bring it back.
    let refusal = World::refused(world.ask(&[a], 451, 451).await);
    assert_eq!((refusal.left_bytes, refusal.contended), (450, false));

    // Late: what was spent is known after all; a return changes nothing.
    world.settle(&lease, 300, 300, 2).await.unwrap();
    assert_eq!(world.balance(a).await, (600, 300, 50, 250, 2));
    world.settle(&lease, 300, 300, 2).await.unwrap();
    assert_eq!(world.balance(a).await, (600, 300, 50, 250, 2));
    assert_eq!(
        world.settle(&lease, 551, 0, 2).await,
        Err(LedgerError::UnknownLease)
    );
    world.adds_up(a).await;

    // A second crash forfeits nothing twice.
    let world = world.crash().await;
    assert_eq!(world.balance(a).await, (600, 300, 50, 250, 2));
    world.adds_up(a).await;
}

#[tokio::test]
async fn a_lease_counts_in_the_window_that_the_ledgers_clock_names() {
    let world = World::new().await;
    let a = account(1);
    world.limit(a, Kind::Read, Some(100)).await;
    let lease = World::granted(world.ask(&[a], 1, 60).await);
    let november = Calendar::Month.window_at(NOW_S);
    assert_eq!(lease.window, november);

    world.hand.0.store(november.end_s, Ordering::SeqCst);
    let next = World::granted(world.ask(&[a], 1, 500).await);
    assert_eq!(
        (next.window.start_s, next.bytes),
        (november.end_s, 100),
        "the count starts again"
    );
    // A body that began last month goes on in last month's window.
    let late = World::granted(world.ask_in(&[a], 1, 500, Some(november)).await.unwrap());
    assert_eq!((late.window, late.bytes), (november, 40));
    world.settle(&lease, 60, 0, 1).await.unwrap();

    let rows = world.store.balances(a, u64::MAX, 10).await.unwrap();
    let by_window: Vec<_> = rows
        .iter()
        .map(|row| (row.window, row.granted_bytes, row.spent_bytes))
        .collect();
    assert_eq!(by_window, [(next.window, 100, 0), (november, 100, 60)]);
    // Not a window, and one that has not begun.
    let odd = Window {
        start_s: november.start_s + 1,
        end_s: november.end_s,
    };
    let later = Calendar::Month.window_at(next.window.end_s);
    for window in [odd, later] {
        assert!(
            world.ask_in(&[a], 1, 1, Some(window)).await.is_err(),
            "{window:?}"
        );
    }
}

#[tokio::test]
async fn lowering_a_limit_stops_grants() {
    let world = World::new().await;
    let a = account(1);
    world.limit(a, Kind::Read, Some(1000)).await;
    let lease = World::granted(world.ask(&[a], 1, 500).await);
    world.limit(a, Kind::Read, Some(400)).await;
    let refusal = World::refused(world.ask(&[a], 1, 1).await);
    assert_eq!(
        (refusal.limit_bytes, refusal.left_bytes, refusal.contended),
        (400, 0, true)
    );
    world.settle(&lease, 0, 500, 0).await.unwrap();
    assert_eq!(World::granted(world.ask(&[a], 1, 1000).await).bytes, 400);
    world.limit(a, Kind::Read, None).await;
    assert_eq!(World::granted(world.ask(&[a], 1, 1000).await).bytes, 1000);
    world.adds_up(a).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_at_once_never_take_more_than_the_limit() {
    let world = Arc::new(World::new().await);
    let organization = account(100);
    world.limit(organization, Kind::Read, Some(10_000)).await;
    let mut tasks = Vec::new();
    for service in 0..8_u128 {
        let world = Arc::clone(&world);
        tasks.push(tokio::spawn(async move {
            let mut granted = 0;
            for round in 0..20 {
                let answer = world.ask(&[account(service), organization], 1, 97).await;
                let Answer::Granted(lease) = answer else {
                    continue;
                };
                granted += lease.bytes;
                if round % 3 == 0 {
                    let half = lease.bytes / 2;
                    world
                        .settle(&lease, lease.bytes - half, half, 1)
                        .await
                        .unwrap();
                    granted -= half;
                }
            }
            granted
        }));
    }
    let mut total = 0;
    for task in tasks {
        total += task.await.unwrap();
    }
    let (granted, _, returned, ..) = world.balance(organization).await;
    assert_eq!(granted - returned, total);
    assert!(total <= 10_000, "{total}");
    assert!(total > 9_000, "{total}: the limit was nearly reached");
    world.adds_up(organization).await;
    for service in 0..8 {
        world.adds_up(account(service)).await;
    }
}

#[tokio::test]
async fn a_caller_that_goes_away_does_not_stop_the_next() {
    let world = World::new().await;
    let request = LeaseRequest {
        chain: Chain::new(&[account(1)]).unwrap(),
        kind: Kind::Read,
        at_least_bytes: 1,
        at_most_bytes: 10,
        window: None,
    };
    for _ in 0..10 {
        let mut future = world.ledger.lease(&request);
        // Polled once, then dropped in the middle.
        let polled =
            std::future::poll_fn(|context| std::task::Poll::Ready(future.as_mut().poll(context)))
                .await;
        assert!(polled.is_pending());
    }
    World::granted(world.ask(&[account(1)], 1, 10).await);
    world.adds_up(account(1)).await;
}

#[tokio::test]
async fn settled_leases_are_forgotten_after_a_while() {
    let world = World::new().await;
    let settled = World::granted(world.ask(&[account(1)], 1, 10).await);
    let open = World::granted(world.ask(&[account(1)], 1, 10).await);
    world.settle(&settled, 10, 0, 1).await.unwrap();
    world.ledger.prune().await.unwrap();
    world.settle(&settled, 10, 0, 1).await.unwrap();
    world
        .hand
        .0
        .fetch_add(super::ledger::SETTLED_KEPT_S + 1, Ordering::SeqCst);
    world.ledger.prune().await.unwrap();
    assert_eq!(
        world.settle(&settled, 10, 0, 1).await,
        Err(LedgerError::UnknownLease)
    );
    world.settle(&open, 1, 9, 1).await.unwrap();
    assert_eq!(world.balance(account(1)).await, (20, 11, 9, 0, 2));
}

/// Random leases, settlements, changes of limits and crashes: the ledger adds up after each.
#[tokio::test]
async fn the_ledger_always_adds_up() {
    let seed: u64 = std::env::var("TIDEGATE_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or(0x7469_6465);
    println!("TIDEGATE_SEED={seed}");
    let mut state = seed;
    let mut random = move |below: u64| {
        // SplitMix64 (Steele, Lea, Flood 2014).
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % below
    };
    let mut world = World::new().await;
    let accounts = [account(1), account(2), account(3)];
    let mut leases: Vec<(Lease, u64, u64)> = Vec::new();
    for step in 0..300 {
        match random(10) {
            0..=3 => {
                let organization = accounts[2];
                let service = accounts[usize::try_from(random(2)).unwrap()];
                let at_most = random(500) + 1;
                if let Answer::Granted(lease) =
                    world.ask(&[service, organization], 1, at_most).await
                {
                    assert!((1..=at_most).contains(&lease.bytes), "step {step}");
                    leases.push((lease, 0, 0));
                    for account in [service, organization] {
                        let (limit, _) = world.store.limits(account).await.unwrap();
                        let (granted, _, returned, ..) = world.balance(account).await;
                        assert!(
                            limit.is_none_or(|limit| granted - returned <= limit),
                            "step {step}"
                        );
                    }
                }
            }
            4..=7 if !leases.is_empty() => {
                let at = usize::try_from(random(leases.len() as u64)).unwrap();
                let (lease, spent, returned) = leases[at];
                let left = lease.bytes - spent - returned;
                let spent = spent + random(left + 1);
                let returned = returned + random(lease.bytes - spent - returned + 1);
                leases[at] = (lease, spent, returned);
                world.settle(&lease, spent, returned, 1).await.unwrap();
            }
            8 => {
                let account = accounts[usize::try_from(random(3)).unwrap()];
                let limit = match random(4) {
                    0 => None,
                    _ => Some(i64::try_from(random(20_000)).unwrap()),
                };
                world.limit(account, Kind::Read, limit).await;
            }
            _ if random(4) == 0 => world = world.crash().await,
            _ => {}
        }
        for account in accounts {
            world.adds_up(account).await;
        }
    }
    assert!(!leases.is_empty());
}
