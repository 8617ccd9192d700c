//! Calling leases back.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use tidegate_quota::AccountId;
use tidegate_tower::Clock;
use tokio::sync::broadcast;

/// Between two recalls of one account that others wait for. Milliseconds.
const PAUSE_MS: u64 = 25;

/// Most accounts whose last recall is remembered.
const REMEMBERED: usize = 4096;

/// What followers are told beside changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    /// Settle what is held of an account, and give back what nobody was promised.
    CallBack(AccountId),
    /// Fetch the key set again.
    Keys,
}

/// Tells nodes to give back what they hold.
#[derive(Debug)]
pub(crate) struct Recalls {
    signals: broadcast::Sender<Signal>,
    clock: Clock,
    last_ms: Mutex<HashMap<AccountId, u64>>,
}

impl Recalls {
    pub(super) fn new(signals: broadcast::Sender<Signal>, clock: Clock) -> Self {
        Self {
            signals,
            clock,
            last_ms: Mutex::new(HashMap::new()),
        }
    }

    /// Its limit has changed.
    pub(super) fn lowered(&self, account: AccountId) {
        // Nobody may be following.
        let _ = self.signals.send(Signal::CallBack(account));
    }

    /// Somebody waits for what others hold. Says whether it was called back: with many that wait, one
    /// recall is for all of them.
    pub(super) fn contended(&self, account: AccountId) -> bool {
        let now_ms = self.clock.now_ms();
        let mut last_ms = self.last_ms.lock().unwrap_or_else(PoisonError::into_inner);
        if last_ms.len() >= REMEMBERED {
            last_ms.retain(|_, last_ms| last_ms.saturating_add(PAUSE_MS) > now_ms);
        }
        let rested = last_ms
            .get(&account)
            .is_none_or(|last_ms| now_ms < *last_ms || now_ms - last_ms >= PAUSE_MS);
        if rested {
            if last_ms.len() < REMEMBERED {
                last_ms.insert(account, now_ms);
            }
            self.lowered(account);
        }
        rested
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use uuid::Uuid;

    use super::*;

    #[test]
    fn those_who_wait_at_a_time_share_one_recall() {
        let now_ms = Arc::new(AtomicU64::new(1_000));
        let clock = Arc::clone(&now_ms);
        let (signals, mut told) = broadcast::channel(16);
        let clock = Clock::new(move || clock.load(Ordering::Relaxed));
        let recalls = Recalls::new(signals, clock);
        let (one, other) = (
            AccountId::own(Uuid::from_u128(1)),
            AccountId::own(Uuid::from_u128(2)),
        );
        assert!(recalls.contended(one));
        assert!(!recalls.contended(one));
        assert!(recalls.contended(other), "each account for itself");
        now_ms.fetch_add(PAUSE_MS, Ordering::Relaxed);
        assert!(recalls.contended(one));
        recalls.lowered(one);
        let heard: Vec<Signal> = std::iter::from_fn(|| told.try_recv().ok()).collect();
        let expected = [one, other, one, one].map(Signal::CallBack);
        assert_eq!(heard, expected);
    }
}
