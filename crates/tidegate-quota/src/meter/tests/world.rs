//! A memory ledger with faults, a meter on it, and accounts.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use uuid::Uuid;

use crate::meter::{Meter, MeterError, Settings, Tally};
use crate::{
    AccountId, Answer, Balance, Calendar, Chain, Kind, LeaseId, LeaseRequest, Ledger, LedgerError,
    LedgerFuture, MemoryLedger, Settlement, Window,
};

/// 2023-11-14T22:13:20Z.
pub(super) const START_S: u64 = 1_700_000_000;

/// What the ledger does with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Up,
    /// Answers only when it was polled three times, and acts at the second.
    Slow,
    /// Does nothing and says so.
    Down,
    /// Does it and says that it did not.
    AnswersLost,
}

pub(super) struct TestLedger {
    pub(super) books: MemoryLedger,
    mode: Mutex<Mode>,
    /// What was asked, and what was granted.
    pub(super) asked: Mutex<Vec<(LeaseRequest, Option<u64>)>>,
    pub(super) settled: Mutex<Vec<Settlement>>,
    /// Leases that were granted and whose holder never learned of it.
    pub(super) orphans: Mutex<Vec<LeaseId>>,
    /// A lease that it says it does not know.
    pub(super) unknown: Mutex<Option<LeaseId>>,
    /// Limits, kept once more to check each grant against.
    limits: Mutex<Vec<(AccountId, Kind, u64)>>,
}

impl TestLedger {
    pub(super) fn set_limit(&self, account: AccountId, kind: Kind, limit: Option<u64>) {
        let mut limits = self.limits.lock().unwrap();
        limits.retain(|(a, k, _)| (*a, *k) != (account, kind));
        limits.extend(limit.map(|limit| (account, kind, limit)));
        self.books.set_limit(account, kind, limit);
    }

    async fn passed(&self) -> Mode {
        let mode = *self.mode.lock().unwrap();
        if mode == Mode::Slow {
            pause().await;
        }
        mode
    }

    fn check_grant(&self, request: &LeaseRequest, window: Window, bytes: u64) {
        assert!((request.at_least_bytes..=request.at_most_bytes).contains(&bytes));
        for (account, kind, limit) in self.limits.lock().unwrap().iter() {
            if *kind == request.kind && request.chain.accounts().contains(account) {
                let balance = self.books.balance(*account, *kind, window);
                assert!(balance.granted_bytes - balance.returned_bytes <= *limit);
            }
        }
    }
}

impl Ledger for TestLedger {
    fn lease<'a>(&'a self, request: &'a LeaseRequest) -> LedgerFuture<'a, Answer> {
        Box::pin(async move {
            let mode = self.passed().await;
            if mode == Mode::Down {
                return Err(LedgerError::Unavailable("down".into()));
            }
            let answer = self.books.lease(request).await?;
            let granted = match &answer {
                Answer::Granted(lease) => {
                    self.check_grant(request, lease.window, lease.bytes);
                    if mode == Mode::AnswersLost {
                        self.orphans.lock().unwrap().push(lease.id);
                    }
                    Some(lease.bytes)
                }
                Answer::Refused(_) => None,
            };
            self.asked.lock().unwrap().push((request.clone(), granted));
            match mode {
                Mode::AnswersLost => return Err(LedgerError::Unavailable("lost".into())),
                Mode::Slow => pause().await,
                Mode::Up | Mode::Down => {}
            }
            Ok(answer)
        })
    }

    fn settle<'a>(&'a self, settlements: &'a [Settlement]) -> LedgerFuture<'a, ()> {
        Box::pin(async move {
            let mode = self.passed().await;
            if mode == Mode::Down {
                return Err(LedgerError::Unavailable("down".into()));
            }
            let unknown = *self.unknown.lock().unwrap();
            if settlements
                .iter()
                .any(|settlement| Some(settlement.lease) == unknown)
            {
                return Err(LedgerError::UnknownLease);
            }
            self.books.settle(settlements).await?;
            self.settled.lock().unwrap().extend(settlements);
            match mode {
                Mode::AnswersLost => return Err(LedgerError::Unavailable("lost".into())),
                Mode::Slow => pause().await,
                Mode::Up | Mode::Down => {}
            }
            Ok(())
        })
    }
}

/// Pends once.
async fn pause() {
    let mut paused = false;
    std::future::poll_fn(|context| {
        context.waker().wake_by_ref();
        if std::mem::replace(&mut paused, true) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
}

/// Polls to the end; nothing here waits for anything but to be polled.
pub(super) fn now<T>(future: impl Future<Output = T>) -> T {
    polled(future, 1_000).expect("the future waits for something that never comes")
}

/// Polls so many times and then drops the future: the caller has gone away.
pub(super) fn polled<T>(future: impl Future<Output = T>, times: usize) -> Option<T> {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..times {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return Some(output);
        }
    }
    None
}

pub(super) struct World {
    pub(super) ledger: Arc<TestLedger>,
    pub(super) meter: Arc<Meter>,
    /// Of the ledger. Milliseconds since the epoch, UTC.
    clock_ms: Arc<AtomicU64>,
}

/// Leases of 100 to 800 bytes, idle after 10 s.
pub(super) const SMALL: Settings = Settings {
    smallest_bytes: 100,
    largest_bytes: 800,
    idle_ms: 10_000,
    contended_wait_ms: 250,
};

impl World {
    pub(super) fn new(settings: Settings) -> Self {
        let clock_ms = Arc::new(AtomicU64::new(START_S * 1000));
        let clock = Arc::clone(&clock_ms);
        let clock_s = Arc::new(move || clock.load(Ordering::SeqCst) / 1000);
        let ledger = Arc::new(TestLedger {
            books: MemoryLedger::new(Calendar::Month, clock_s),
            mode: Mutex::new(Mode::Up),
            asked: Mutex::default(),
            settled: Mutex::default(),
            orphans: Mutex::default(),
            unknown: Mutex::default(),
            limits: Mutex::default(),
        });
        let meter = Arc::new(Meter::new(ledger.clone(), settings));
        Self {
            ledger,
            meter,
            clock_ms,
        }
    }

    /// A world where the service has a read limit.
    pub(super) fn limited(limit: u64) -> Self {
        let world = Self::new(SMALL);
        world.ledger.set_limit(service(0), Kind::Read, Some(limit));
        world
    }

    pub(super) fn now_ms(&self) -> u64 {
        self.clock_ms.load(Ordering::SeqCst)
    }

    pub(super) fn advance(&self, ms: u64) {
        self.clock_ms.fetch_add(ms, Ordering::SeqCst);
    }

    pub(super) fn mode(&self, mode: Mode) {
        *self.ledger.mode.lock().unwrap() = mode;
    }

    pub(super) fn open(&self, chain: &Chain) -> Result<Tally, MeterError> {
        now(self.meter.open(chain, Kind::Read, self.now_ms()))
    }

    pub(super) fn debit(&self, tally: &mut Tally, bytes: u64) -> u64 {
        now(tally.debit(bytes, self.now_ms())).unwrap()
    }

    pub(super) fn admit(&self, tally: &mut Tally, bytes: u64) -> Result<(), MeterError> {
        now(tally.admit(bytes, self.now_ms()))
    }

    pub(super) fn maintain(&self) -> Result<(), MeterError> {
        now(self.meter.maintain(self.now_ms()))
    }

    pub(super) fn read_balance(&self, account: AccountId) -> Balance {
        self.ledger
            .books
            .balance(account, Kind::Read, self.ledger.books.window())
    }

    /// Closes the meter, and checks what is then on record for an account. Bytes.
    #[track_caller]
    pub(super) fn close_and_expect_spent(&self, account: AccountId, spent: u64) {
        now(self.meter.close()).unwrap();
        let balance = self.read_balance(account);
        assert_eq!(
            (balance.spent_bytes, balance.outstanding_bytes()),
            (spent, 0),
            "{balance:?}"
        );
    }

    /// How many questions the ledger was asked.
    pub(super) fn asked(&self) -> usize {
        self.ledger.asked.lock().unwrap().len()
    }

    /// The bytes of each grant.
    pub(super) fn granted(&self) -> Vec<u64> {
        self.ledger
            .asked
            .lock()
            .unwrap()
            .iter()
            .filter_map(|(_, granted)| *granted)
            .collect()
    }
}

pub(super) fn service(n: u128) -> AccountId {
    AccountId::own(Uuid::from_u128(100 + n))
}

pub(super) fn organization() -> AccountId {
    AccountId::own(Uuid::from_u128(1))
}

/// A service alone.
pub(super) fn alone(n: u128) -> Chain {
    Chain::new(&[service(n)]).unwrap()
}

/// A service and the organization that pays.
pub(super) fn paid(n: u128) -> Chain {
    Chain::new(&[service(n), organization()]).unwrap()
}

/// What kind of refusal, and how many bytes it says were left.
#[track_caller]
pub(super) fn refused<T: std::fmt::Debug>(result: Result<T, MeterError>) -> (&'static str, u64) {
    match result.unwrap_err() {
        MeterError::Exceeded(refusal) => ("exceeded", refusal.left_bytes),
        MeterError::Contended(refusal) => ("contended", refusal.left_bytes),
        MeterError::Unavailable(_) => ("unavailable", 0),
    }
}
