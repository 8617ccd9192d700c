//! The leases that a pool holds in one window, and what has become of their bytes.
//!
//! Requests draw on all leases of a bucket together. Which lease a spent byte belongs to is worked out
//! when it is reported: the oldest lease is filled first. So a debit is one subtraction.

use std::collections::VecDeque;

use crate::ledger::{Lease, LeaseId, Settlement};
use crate::window::Window;

/// INVARIANT: `free + reserved + spent` is the sum of the capacities of `leases`, and `spent` is at
/// least the sum of what was sent to the ledger as spent.
#[derive(Debug)]
pub(super) struct Bucket {
    pub(super) window: Window,
    /// At hand. Bytes.
    pub(super) free: u64,
    /// Promised to tallies. Bytes.
    reserved: u64,
    /// Debited. Bytes.
    spent: u64,
    /// Oldest first.
    leases: VecDeque<Held>,
    /// Requests that no lease has been told of.
    new_requests: u64,
    /// Tallies that draw on it.
    pub(super) tallies: usize,
    /// The smallest limit of the chain at the last lease. Bytes.
    pub(super) limit_bytes: Option<u64>,
    /// What the ledger had left after the last lease. Bytes.
    pub(super) left_bytes: Option<u64>,
    /// New requests use it before this moment. Milliseconds since the epoch, UTC.
    pub(super) current_until_ms: u64,
    /// Whether it was used since maintenance last looked.
    pub(super) touched: bool,
    /// Whether it was, when maintenance last looked.
    pub(super) busy: bool,
    /// When maintenance last found it used. Milliseconds since the epoch, UTC.
    pub(super) last_used_ms: u64,
}

/// A lease as the meter knows it.
#[derive(Debug)]
struct Held {
    id: LeaseId,
    bytes: u64,
    returned: u64,
    requests: u64,
    /// What the ledger was last told, and what it has confirmed.
    sent: Figures,
    confirmed: Figures,
    /// The ledger does not know it: its bytes are not to be spent, and it is not reported again.
    lost: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Figures {
    spent: u64,
    returned: u64,
    requests: u64,
}

impl Held {
    fn capacity(&self) -> u64 {
        self.bytes.saturating_sub(self.returned)
    }
}

impl Bucket {
    pub(super) fn new(window: Window, now_ms: u64) -> Self {
        Self {
            window,
            free: 0,
            reserved: 0,
            spent: 0,
            leases: VecDeque::new(),
            new_requests: 0,
            tallies: 0,
            limit_bytes: None,
            left_bytes: None,
            current_until_ms: window.end_s.saturating_mul(1000),
            touched: false,
            busy: false,
            last_used_ms: now_ms,
        }
    }

    /// Adds a lease of its window.
    pub(super) fn add(&mut self, lease: &Lease) {
        self.free = self.free.saturating_add(lease.bytes);
        self.limit_bytes = lease.limit_bytes;
        self.left_bytes = lease.left_bytes;
        self.leases.push_back(Held {
            id: lease.id,
            bytes: lease.bytes,
            returned: 0,
            requests: 0,
            sent: Figures::default(),
            confirmed: Figures::default(),
            lost: false,
        });
    }

    /// Counts a request and a tally.
    pub(super) fn open(&mut self) {
        self.tallies += 1;
        self.new_requests += 1;
        self.touched = true;
    }

    /// Ends a tally; what it had reserved is free again.
    pub(super) fn close(&mut self, reserved: u64) {
        self.tallies = self.tallies.saturating_sub(1);
        self.release(reserved);
    }

    /// Debits free bytes, as many as there are, at most `most`; returns how many.
    pub(super) fn spend(&mut self, most: u64) -> u64 {
        let bytes = most.min(self.free);
        self.free -= bytes;
        self.spent += bytes;
        self.touched = true;
        bytes
    }

    /// Debits bytes that were reserved.
    pub(super) fn spend_reserved(&mut self, bytes: u64) {
        let bytes = bytes.min(self.reserved);
        self.reserved -= bytes;
        self.spent += bytes;
        self.touched = true;
    }

    /// Reserves free bytes, as many as there are, at most `most`; returns how many.
    pub(super) fn reserve(&mut self, most: u64) -> u64 {
        let bytes = most.min(self.free);
        self.free -= bytes;
        self.reserved += bytes;
        self.touched = true;
        bytes
    }

    /// Frees bytes that were reserved.
    pub(super) fn release(&mut self, bytes: u64) {
        let bytes = bytes.min(self.reserved);
        self.reserved -= bytes;
        self.free += bytes;
    }

    /// Frees bytes that were debited, as many as the ledger was not told of; returns how many.
    pub(super) fn refund(&mut self, bytes: u64) -> u64 {
        let told: u64 = self.leases.iter().map(|held| held.sent.spent).sum();
        let bytes = bytes.min(self.spent.saturating_sub(told));
        self.spent -= bytes;
        self.free += bytes;
        bytes
    }

    /// Revokes what is reserved, so that it can be given back.
    pub(super) fn revoke(&mut self) {
        self.release(self.reserved);
    }

    /// Takes every free byte out, to be returned with the next report.
    pub(super) fn give_back(&mut self) {
        self.take_out(|_| true);
    }

    fn take_out(&mut self, which: impl Fn(&Held) -> bool) {
        let mut used = self.spent.saturating_add(self.reserved);
        for held in &mut self.leases {
            let capacity = held.capacity();
            let filled = used.min(capacity);
            used -= filled;
            if which(held) {
                let spare = (capacity - filled).min(self.free);
                held.returned += spare;
                self.free -= spare;
            }
        }
    }

    /// Adds what the ledger has not confirmed to a batch.
    pub(super) fn report(&mut self, batch: &mut Vec<Settlement>) {
        self.take_out(|held| held.lost);
        if let Some(newest) = self.leases.iter_mut().rfind(|held| !held.lost) {
            newest.requests = newest.requests.saturating_add(self.new_requests);
            self.new_requests = 0;
        }
        let mut unassigned = self.spent;
        for held in &mut self.leases {
            let spent = unassigned.min(held.capacity());
            unassigned -= spent;
            let figures = Figures {
                spent,
                returned: held.returned,
                requests: held.requests,
            };
            held.sent = figures;
            if figures != held.confirmed && !held.lost {
                batch.push(Settlement {
                    lease: held.id,
                    spent_bytes: figures.spent,
                    returned_bytes: figures.returned,
                    requests: figures.requests,
                });
            }
        }
    }

    /// Notes what the ledger has confirmed, and forgets leases that are settled to their end.
    pub(super) fn confirm(&mut self, settlement: &Settlement) {
        let Settlement {
            lease,
            spent_bytes,
            returned_bytes,
            requests,
        } = *settlement;
        if let Some(held) = self.leases.iter_mut().find(|held| held.id == lease) {
            held.confirmed = Figures {
                spent: spent_bytes,
                returned: returned_bytes,
                requests,
            };
        }
        self.forget_finished();
    }

    /// Gives up a lease that the ledger does not know.
    pub(super) fn lose(&mut self, lease: LeaseId) {
        if let Some(held) = self.leases.iter_mut().find(|held| held.id == lease) {
            held.lost = true;
        }
        self.take_out(|held| held.lost);
        self.forget_finished();
    }

    fn forget_finished(&mut self) {
        let spent = &mut self.spent;
        let mut unassigned = *spent;
        self.leases.retain(|held| {
            let filled = unassigned.min(held.capacity());
            unassigned -= filled;
            let confirmed = held.confirmed.spent.saturating_add(held.confirmed.returned);
            let finished = if held.lost {
                filled == held.capacity()
            } else {
                confirmed == held.bytes
            };
            if finished {
                *spent -= filled;
            }
            !finished
        });
    }

    /// Whether it has free bytes that were not used for a while, or that no request will use.
    pub(super) fn is_idle(&self, now_ms: u64, idle_ms: u64) -> bool {
        let over = self.tallies == 0 && now_ms >= self.current_until_ms;
        let unused = now_ms.saturating_sub(self.last_used_ms) >= idle_ms && !self.touched;
        self.free > 0 && (over || unused)
    }

    /// Whether nothing is left in it, and nobody draws on it.
    pub(super) fn is_empty(&self) -> bool {
        self.leases.is_empty() && self.tallies == 0
    }

    /// The two sides of the invariant.
    #[cfg(test)]
    pub(super) fn sums(&self) -> (u64, u64) {
        let capacity = self.leases.iter().map(Held::capacity).sum();
        (self.free + self.reserved + self.spent, capacity)
    }
}
