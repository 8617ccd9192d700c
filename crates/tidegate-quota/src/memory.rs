//! A ledger in memory: for a single process that may forget, for examples and for tests.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use uuid::Uuid;

use crate::Kind;
use crate::account::{AccountId, Chain};
use crate::ledger::{
    Answer, Lease, LeaseId, LeaseRequest, Ledger, LedgerError, LedgerFuture, Refusal, Settlement,
};
use crate::window::{Calendar, Window};

/// Leases settled to their end that are remembered, so that a settlement can be repeated.
const FINISHED_KEPT: usize = 65_536;

/// Seconds since the epoch, UTC.
pub type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

/// What a ledger holds for one account, kind and window. Bytes, but for `requests`.
///
/// granted = spent + returned + forfeited + outstanding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// Debited by leases.
    pub granted_bytes: u64,
    /// Released to callers.
    pub spent_bytes: u64,
    /// Given back.
    pub returned_bytes: u64,
    /// Held by leases that were written off.
    pub forfeited_bytes: u64,
    /// Requests charged.
    pub requests: u64,
}

impl Balance {
    /// Held by leases that are neither spent, returned nor written off. Bytes.
    pub fn outstanding_bytes(&self) -> u64 {
        let gone = self.spent_bytes.saturating_add(self.returned_bytes);
        self.granted_bytes
            .saturating_sub(gone.saturating_add(self.forfeited_bytes))
    }
}

/// A [`Ledger`] that lives and dies with its process.
///
/// **Not durable:** a restart forgets what was spent. Use it where that is fine: one process whose
/// quotas guard against excess, not against the bill. Memory grows with the accounts and windows used.
pub struct MemoryLedger {
    calendar: Calendar,
    clock: Clock,
    books: Mutex<Books>,
}

type Balances = HashMap<(AccountId, Kind, Window), Balance>;

#[derive(Default)]
struct Books {
    limits: HashMap<(AccountId, Kind), u64>,
    balances: Balances,
    leases: HashMap<LeaseId, Entry>,
    finished: VecDeque<LeaseId>,
    issued: u128,
}

/// A lease as the ledger knows it.
struct Entry {
    chain: Chain,
    kind: Kind,
    window: Window,
    bytes: u64,
    spent_bytes: u64,
    returned_bytes: u64,
    requests: u64,
    forfeited: bool,
}

impl Entry {
    fn new(chain: Chain, kind: Kind, window: Window, bytes: u64) -> Self {
        let (spent_bytes, returned_bytes, requests) = (0, 0, 0);
        Self {
            chain,
            kind,
            window,
            bytes,
            spent_bytes,
            returned_bytes,
            requests,
            forfeited: false,
        }
    }

    fn open_bytes(&self) -> u64 {
        self.bytes
            .saturating_sub(self.spent_bytes.saturating_add(self.returned_bytes))
    }

    /// Changes every balance that the lease was debited from.
    fn each_balance(&self, balances: &mut Balances, mut change: impl FnMut(&mut Balance)) {
        for account in self.chain.accounts() {
            change(
                balances
                    .entry((*account, self.kind, self.window))
                    .or_default(),
            );
        }
    }
}

impl MemoryLedger {
    /// An empty ledger without limits. `clock` names the windows.
    pub fn new(calendar: Calendar, clock: Clock) -> Self {
        Self {
            calendar,
            clock,
            books: Mutex::default(),
        }
    }

    /// Sets the limit of an account in every window, or takes it away. Bytes.
    pub fn set_limit(&self, account: AccountId, kind: Kind, limit_bytes: Option<u64>) {
        let mut books = self.books();
        match limit_bytes {
            Some(limit) => books.limits.insert((account, kind), limit),
            None => books.limits.remove(&(account, kind)),
        };
    }

    /// What is on record; zeros for what was never used.
    pub fn balance(&self, account: AccountId, kind: Kind, window: Window) -> Balance {
        self.books()
            .balances
            .get(&(account, kind, window))
            .copied()
            .unwrap_or_default()
    }

    /// The window that the ledger's clock is in.
    pub fn window(&self) -> Window {
        self.calendar.window_at((self.clock)())
    }

    /// Writes off what is outstanding of a lease, whose holder is gone: it is not granted again. What
    /// the holder still reports as spent moves there from `forfeited`.
    ///
    /// # Errors
    /// [`LedgerError::UnknownLease`].
    pub fn forfeit(&self, lease: LeaseId) -> Result<(), LedgerError> {
        let mut books = self.books();
        let Books {
            leases, balances, ..
        } = &mut *books;
        let entry = leases.get_mut(&lease).ok_or(LedgerError::UnknownLease)?;
        if !entry.forfeited {
            entry.forfeited = true;
            let open = entry.open_bytes();
            entry.each_balance(balances, |balance| balance.forfeited_bytes += open);
        }
        Ok(())
    }

    /// The leases that are neither settled to their end nor written off, oldest first.
    pub fn outstanding(&self) -> Vec<LeaseId> {
        let books = self.books();
        let open = books
            .leases
            .iter()
            .filter(|(_, entry)| entry.open_bytes() > 0 && !entry.forfeited);
        let mut ids: Vec<LeaseId> = open.map(|(id, _)| *id).collect();
        ids.sort_unstable();
        ids
    }

    fn books(&self) -> std::sync::MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ledger for MemoryLedger {
    fn lease<'a>(&'a self, request: &'a LeaseRequest) -> LedgerFuture<'a, Answer> {
        let window = request.window.unwrap_or_else(|| self.window());
        let answer = self.books().lease(request, window);
        Box::pin(std::future::ready(Ok(answer)))
    }

    fn settle<'a>(&'a self, settlements: &'a [Settlement]) -> LedgerFuture<'a, ()> {
        let mut books = self.books();
        let result = settlements
            .iter()
            .try_for_each(|settlement| books.settle(settlement));
        Box::pin(std::future::ready(result))
    }
}

/// How much an account can still grant.
struct Room {
    account: AccountId,
    limit_bytes: Option<u64>,
    /// Now.
    left_bytes: u64,
    /// If everything outstanding came back unspent.
    reachable_bytes: u64,
}

impl Books {
    fn lease(&mut self, request: &LeaseRequest, window: Window) -> Answer {
        let LeaseRequest {
            chain,
            kind,
            at_least_bytes,
            at_most_bytes,
            window: _,
        } = request;
        let at_least = (*at_least_bytes).max(1);
        let accounts = chain.accounts().iter();
        let rooms: Vec<Room> = accounts
            .map(|account| self.room(*account, *kind, window))
            .collect();

        // An account that can never have enough says more than one that waits for others.
        let lacking = rooms.iter().filter(|room| room.left_bytes < at_least);
        let tightest =
            lacking.min_by_key(|room| (room.reachable_bytes >= at_least, room.left_bytes));
        if let Some(room) = tightest {
            return Answer::Refused(Refusal {
                account: room.account,
                limit_bytes: room.limit_bytes.unwrap_or(u64::MAX),
                left_bytes: room.left_bytes,
                contended: room.reachable_bytes >= at_least,
                window,
            });
        }
        let wanted = (*at_most_bytes).max(at_least);
        let bytes = rooms
            .iter()
            .fold(wanted, |bytes, room| bytes.min(room.left_bytes));
        for account in chain.accounts() {
            self.balances
                .entry((*account, *kind, window))
                .or_default()
                .granted_bytes += bytes;
        }
        self.issued += 1;
        let id = LeaseId(Uuid::from_u128(self.issued));
        let (chain, kind) = (chain.clone(), *kind);
        self.leases
            .insert(id, Entry::new(chain, kind, window, bytes));
        let limited = || rooms.iter().filter(|room| room.limit_bytes.is_some());
        Answer::Granted(Lease {
            id,
            window,
            bytes,
            limit_bytes: limited().filter_map(|room| room.limit_bytes).min(),
            left_bytes: limited().map(|room| room.left_bytes - bytes).min(),
        })
    }

    fn room(&self, account: AccountId, kind: Kind, window: Window) -> Room {
        let balance = self
            .balances
            .get(&(account, kind, window))
            .copied()
            .unwrap_or_default();
        let limit_bytes = account.limit_bytes(self.limits.get(&(account, kind)).copied());
        // Without a limit, still no more than can be counted.
        let countable = u64::MAX - balance.granted_bytes;
        let limit = limit_bytes.unwrap_or(u64::MAX);
        let left = limit.saturating_sub(balance.granted_bytes - balance.returned_bytes);
        let reachable = limit.saturating_sub(balance.spent_bytes + balance.forfeited_bytes);
        Room {
            account,
            limit_bytes,
            left_bytes: left.min(countable),
            reachable_bytes: reachable.min(countable),
        }
    }

    fn settle(&mut self, settlement: &Settlement) -> Result<(), LedgerError> {
        let Settlement {
            lease,
            spent_bytes,
            returned_bytes,
            requests,
        } = *settlement;
        let entry = self
            .leases
            .get_mut(&lease)
            .ok_or(LedgerError::UnknownLease)?;
        if spent_bytes
            .checked_add(returned_bytes)
            .is_none_or(|sum| sum > entry.bytes)
        {
            return Err(LedgerError::UnknownLease);
        }
        let was_open = entry.open_bytes() > 0;
        let spent = spent_bytes.saturating_sub(entry.spent_bytes);
        let returned = returned_bytes.saturating_sub(entry.returned_bytes);
        let asked = requests.saturating_sub(entry.requests);
        entry.spent_bytes += spent;
        entry.returned_bytes += returned;
        entry.requests += asked;
        entry.each_balance(&mut self.balances, |balance| {
            balance.requests += asked;
            balance.spent_bytes += spent;
            if entry.forfeited {
                // What comes back late was written off and stays so.
                balance.forfeited_bytes -= spent;
            } else {
                balance.returned_bytes += returned;
            }
        });
        if was_open && entry.open_bytes() == 0 {
            self.finished.push_back(lease);
            if self.finished.len() > FINISHED_KEPT
                && let Some(oldest) = self.finished.pop_front()
            {
                self.leases.remove(&oldest);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
