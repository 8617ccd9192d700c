//! The leases of one account chain and kind.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::Kind;
use crate::account::Chain;
use crate::ledger::{Answer, Lease, LeaseId, LeaseRequest, LedgerError, Settlement};
use crate::meter::bucket::Bucket;
use crate::meter::{MAX_BYTES, MeterError, Settings};
use crate::window::Window;

/// A lease that was used up sooner doubles the next. Milliseconds.
const QUICK_MS: u64 = 1_000;
/// A lease that lasted longer halves the next. Milliseconds.
const SLOW_MS: u64 = 10_000;
/// How long a window that has ended by our clock is used when the ledger still names it, so that
/// clocks that differ a little do not cost a question for each request. Milliseconds.
const SKEW_MS: u64 = 1_000;

/// A question to the ledger that owns what it needs, so that whoever comes next can finish it.
pub(super) type Asking = Pin<Box<dyn Future<Output = (LeaseRequest, Answered)> + Send>>;
/// What came of it.
pub(super) type Answered = Result<Answer, LedgerError>;

/// The leases of one chain and kind.
pub(super) struct Pool {
    pub(super) chain: Chain,
    pub(super) kind: Kind,
    /// Never held across an await.
    state: Mutex<State>,
    /// INVARIANT: one question to the ledger at a time. A caller that goes away while it is asked
    /// leaves it here, and the next one finishes it: no lease that was granted is lost.
    pub(super) asking: async_lock::Mutex<Option<Asking>>,
}

impl Pool {
    pub(super) fn new(chain: Chain, kind: Kind, settings: &Settings) -> Self {
        let state = State {
            buckets: Vec::new(),
            current: None,
            size_bytes: settings.smallest(),
            granted_ms: None,
            recalled_ms: None,
            last_no: None,
            answers: 0,
            closed: false,
        };
        Self {
            chain,
            kind,
            state: Mutex::new(state),
            asking: async_lock::Mutex::new(None),
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        // The state is whole between any two statements that change it, so a panic elsewhere while
        // it is locked leaves nothing half done that matters more than going on.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a pool holds.
pub(super) struct State {
    /// One for each window in use: rarely more than one, at the turn of a window two.
    pub(super) buckets: Vec<Bucket>,
    /// The window that the ledger named last.
    current: Option<Window>,
    /// The size of the next lease. Bytes.
    size_bytes: u64,
    /// When the last lease came. Milliseconds since the epoch, UTC.
    granted_ms: Option<u64>,
    /// When what other pools hold was last called back for this one.
    recalled_ms: Option<u64>,
    /// The last answer that brought nothing.
    last_no: Option<No>,
    /// How many answers there were.
    pub(super) answers: u64,
    /// Nothing is handed out any more.
    pub(super) closed: bool,
}

/// An answer that brought nothing, and what it was the answer to.
struct No {
    number: u64,
    at_least: u64,
    window: Option<Window>,
    error: MeterError,
}

/// What a caller lacks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Missing {
    /// Fewer are no use. Bytes, at least 1.
    pub(super) least: u64,
    /// As many could be used at once. Bytes.
    pub(super) wanted: u64,
}

impl State {
    /// The bucket that new requests use: of the window that the ledger named last.
    pub(super) fn current(&mut self, now_ms: u64) -> Option<&mut Bucket> {
        let bucket = self.bucket(self.current?)?;
        (now_ms < bucket.current_until_ms).then_some(bucket)
    }

    /// The bucket of a window.
    pub(super) fn bucket(&mut self, window: Window) -> Option<&mut Bucket> {
        self.buckets
            .iter_mut()
            .find(|bucket| bucket.window == window)
    }

    /// Puts a lease where it belongs.
    pub(super) fn deposit(
        &mut self,
        lease: &Lease,
        request: &LeaseRequest,
        settings: &Settings,
        now_ms: u64,
    ) {
        if let Some(before_ms) = self.granted_ms {
            let lasted_ms = now_ms.saturating_sub(before_ms);
            if lasted_ms < QUICK_MS {
                self.size_bytes = self.size_bytes.saturating_mul(2).min(settings.largest());
            } else if lasted_ms > SLOW_MS {
                self.size_bytes = (self.size_bytes / 2).max(settings.smallest());
            }
        }
        self.granted_ms = Some(now_ms);
        if request.window.is_none() {
            self.current = Some(lease.window);
        }
        if self.bucket(lease.window).is_none() {
            self.buckets.push(Bucket::new(lease.window, now_ms));
        }
        if let Some(bucket) = self.bucket(lease.window) {
            bucket.add(lease);
            bucket.last_used_ms = bucket.last_used_ms.max(now_ms);
            if request.window.is_none() {
                let until_ms = now_ms.saturating_add(SKEW_MS);
                bucket.current_until_ms = bucket.current_until_ms.max(until_ms);
            }
        }
    }

    /// How much to ask for.
    pub(super) fn ask(&mut self, missing: Missing, window: Option<Window>) -> (u64, u64) {
        let known = window
            .or(self.current)
            .and_then(|window| self.bucket(window));
        let ahead = match known.map(|bucket| (bucket.limit_bytes, bucket.left_bytes)) {
            Some((Some(_), left)) => self.size_bytes.min(left.unwrap_or(0) / 4),
            // Nothing known yet; or no limit, where what is held takes nothing from anyone, yet is
            // forfeited if this node dies.
            None | Some((None, _)) => self.size_bytes,
        };
        let least = missing.least.clamp(1, MAX_BYTES);
        (least, missing.wanted.clamp(least, MAX_BYTES).max(ahead))
    }

    /// Whether it is worth calling back what other pools hold: not more often than every 10 ms.
    pub(super) fn may_recall(&mut self, now_ms: u64) -> bool {
        let recently = |then| (then..then + 10).contains(&now_ms);
        if self.recalled_ms.is_some_and(recently) {
            return false;
        }
        self.recalled_ms = Some(now_ms);
        true
    }

    /// Notes an answer that brought nothing, for those who waited to ask the same.
    pub(super) fn note_no(&mut self, at_least: u64, window: Option<Window>, error: &MeterError) {
        self.answers += 1;
        self.last_no = Some(No {
            number: self.answers,
            at_least,
            window,
            error: error.clone(),
        });
    }

    /// What was answered, while the caller waited, to one who asked for no more.
    pub(super) fn no_since(
        &self,
        answers: u64,
        least: u64,
        window: Option<Window>,
    ) -> Option<MeterError> {
        let no = self.last_no.as_ref()?;
        let same = no.number > answers && no.window == window && no.at_least <= least;
        same.then(|| no.error.clone())
    }

    /// Adds what the ledger has not confirmed to a batch.
    pub(super) fn report(&mut self, batch: &mut Vec<Settlement>) {
        for bucket in &mut self.buckets {
            bucket.report(batch);
        }
    }

    /// Notes what the ledger has confirmed.
    pub(super) fn confirm(&mut self, settlement: &Settlement) {
        for bucket in &mut self.buckets {
            bucket.confirm(settlement);
        }
    }

    /// Gives up a lease that the ledger does not know.
    pub(super) fn lose(&mut self, lease: LeaseId) {
        for bucket in &mut self.buckets {
            bucket.lose(lease);
        }
    }

    /// Notes which buckets were used since the last time.
    pub(super) fn mark_use(&mut self, now_ms: u64) {
        for bucket in &mut self.buckets {
            bucket.busy = std::mem::take(&mut bucket.touched);
            if bucket.busy {
                bucket.last_used_ms = now_ms;
            }
        }
    }

    /// Whether something lies unused.
    pub(super) fn has_idle(&self, now_ms: u64, idle_ms: u64) -> bool {
        self.buckets
            .iter()
            .any(|bucket| bucket.is_idle(now_ms, idle_ms))
    }

    /// Takes out what lies unused; the next lease is smaller.
    pub(super) fn give_back_idle(&mut self, now_ms: u64, settings: &Settings) {
        for bucket in &mut self.buckets {
            if bucket.is_idle(now_ms, settings.idle_ms) {
                bucket.give_back();
            }
        }
        self.size_bytes = (self.size_bytes / 2).max(settings.smallest());
    }

    /// Takes out what is promised to nobody.
    pub(super) fn give_back_free(&mut self) {
        self.buckets.iter_mut().for_each(Bucket::give_back);
    }

    /// Takes out what no tally draws on.
    pub(super) fn give_back_unused(&mut self) {
        for bucket in self.buckets.iter_mut().filter(|bucket| bucket.tallies == 0) {
            bucket.give_back();
        }
    }

    /// Whether it is in use and will soon have nothing at hand, while the ledger has plenty.
    pub(super) fn runs_low(&mut self, now_ms: u64) -> bool {
        let size = self.size_bytes;
        self.current(now_ms).is_some_and(|bucket| {
            let plenty = bucket.left_bytes.is_none_or(|left| left >= size);
            bucket.busy && bucket.free < size / 2 && plenty
        })
    }

    /// Hands out nothing any more, and takes out everything that is not spent.
    pub(super) fn close(&mut self) {
        self.closed = true;
        for bucket in &mut self.buckets {
            bucket.revoke();
            bucket.give_back();
            bucket.tallies = 0;
        }
    }

    /// Drops what holds nothing.
    pub(super) fn tidy(&mut self) {
        self.buckets.retain(|bucket| !bucket.is_empty());
    }
}
