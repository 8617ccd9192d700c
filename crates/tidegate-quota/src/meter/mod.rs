//! Spends leases locally, before bytes are released.
//!
//! A [`Meter`] holds, for each account chain and kind, quota that the [`Ledger`] has already debited,
//! and hands it out without asking again: opening a [`Tally`] and debiting from it takes two short
//! locks and no allocation while a lease is at hand. Only a tally that finds too little asks the
//! ledger, one question at a time for each chain and kind, however many wait for the answer.
//!
//! How much is asked for follows the rate: twice as much when the last lease was used up within a
//! second, half when it lasted ten; near the limit a quarter of what is left, so that the last bytes
//! are not held by one who does not need them.
//!
//! The meter keeps no time of its own: whoever owns it calls [`Meter::maintain`] every second or so,
//! and [`Meter::close`] at the end. On [`MeterError::Contended`] it does not wait either; a caller may
//! try again for up to [`Settings::contended_wait_ms`].

mod bucket;
mod leasing;
mod pool;
mod pools;
mod settling;
mod tally;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

pub use tally::Tally;

use crate::Kind;
use crate::account::Chain;
use crate::ledger::{Ledger, Refusal};
use crate::meter::pool::{Missing, Pool, State};
use crate::meter::pools::Pools;
use crate::meter::settling::Sending;
use crate::window::Window;

/// Most chains, read and write apart, that a meter holds leases of. One holds about 500 bytes of
/// memory. Above it, what is idle goes back first; then new chains are refused.
pub const MAX_POOLS: usize = 65_536;

/// Most bytes in one lease or admitted body: 16 TiB. It keeps sums far from the end of 63 bits, which
/// is what databases have.
pub const MAX_BYTES: u64 = 1 << 44;

/// Sizes and times of leasing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Smallest lease asked for. Bytes.
    pub smallest_bytes: u64,
    /// Largest lease asked for ahead of need. Bytes.
    pub largest_bytes: u64,
    /// A lease unused for so long goes back. Milliseconds.
    pub idle_ms: u64,
    /// How long a caller should wait for what others hold. Milliseconds. The meter itself never waits.
    pub contended_wait_ms: u64,
}

impl Default for Settings {
    /// 64 KiB to 256 MiB, back after 10 s, wait 250 ms.
    fn default() -> Self {
        Self {
            smallest_bytes: 64 << 10,
            largest_bytes: 256 << 20,
            idle_ms: 10_000,
            contended_wait_ms: 250,
        }
    }
}

impl Settings {
    fn smallest(&self) -> u64 {
        self.smallest_bytes.clamp(1, MAX_BYTES)
    }

    fn largest(&self) -> u64 {
        self.largest_bytes.clamp(self.smallest(), MAX_BYTES)
    }
}

/// Hands out quota to requests from leases of a ledger.
pub struct Meter {
    ledger: Arc<dyn Ledger>,
    settings: Settings,
    pools: Pools,
    /// INVARIANT: one settlement under way at a time. Taken after a pool's `asking`, never before.
    sending: async_lock::Mutex<Option<Sending>>,
    /// When all pools were last looked at for a recall. Milliseconds since the epoch, UTC.
    recalled_ms: AtomicU64,
    closed: AtomicBool,
}

/// What is known of a chain's quota, for the `RateLimit` headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The smallest limit of the chain. Bytes; none: unlimited.
    pub limit_bytes: Option<u64>,
    /// What may still be spent, as far as this node knows. Bytes; none: unlimited.
    pub left_bytes: Option<u64>,
    /// The window.
    pub window: Window,
}

impl Meter {
    /// A meter on a ledger.
    pub fn new(ledger: Arc<dyn Ledger>, settings: Settings) -> Self {
        Self {
            ledger,
            settings,
            pools: Pools::new(),
            sending: async_lock::Mutex::new(None),
            recalled_ms: AtomicU64::new(0),
            closed: AtomicBool::new(false),
        }
    }

    /// Its sizes and times.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Opens a tally for one request; refused when nothing is left.
    ///
    /// The request is counted, in the window that the ledger named last, once something of it is let
    /// through or it ends without having been refused.
    /// `now_ms`: milliseconds since the epoch, UTC.
    ///
    /// # Errors
    /// See [`MeterError`].
    pub async fn open(
        self: &Arc<Self>,
        chain: &Chain,
        kind: Kind,
        now_ms: u64,
    ) -> Result<Tally, MeterError> {
        let pool = match self.pools.get(chain, kind) {
            Some(pool) => pool,
            None => self.make_pool(chain, kind).await?,
        };
        let open = |state: &mut State| match state.current(now_ms) {
            Some(bucket) if bucket.free > 0 => {
                bucket.open();
                Ok(bucket.window)
            }
            _ => Err(Missing {
                least: 1,
                wanted: 1,
            }),
        };
        let window = self.obtain(&pool, None, now_ms, open).await?;
        Ok(Tally::new(Arc::clone(self), pool, window))
    }

    async fn make_pool(&self, chain: &Chain, kind: Kind) -> Result<Arc<Pool>, MeterError> {
        if let Some(pool) = self.pools.get_or_make(chain, kind, &self.settings) {
            return Ok(pool);
        }
        self.make_room().await;
        self.pools
            .get_or_make(chain, kind, &self.settings)
            .ok_or_else(|| MeterError::Unavailable("too many accounts are metered at once".into()))
    }

    fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }
}

impl std::fmt::Debug for Meter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Meter")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// Why bytes are not handed out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MeterError {
    /// Spent or forfeited has reached the limit of an account, or the body does not fit.
    #[error("quota exceeded")]
    Exceeded(Refusal),
    /// Others hold what is left.
    #[error("quota contended")]
    Contended(Refusal),
    /// The ledger cannot be asked, or the meter is closed or full.
    #[error("ledger unavailable: {0}")]
    Unavailable(String),
}

impl MeterError {
    fn closed() -> Self {
        Self::Unavailable("the meter is closed".into())
    }
}

impl From<Refusal> for MeterError {
    fn from(refusal: Refusal) -> Self {
        if refusal.contended {
            Self::Contended(refusal)
        } else {
            Self::Exceeded(refusal)
        }
    }
}

impl From<crate::ledger::LedgerError> for MeterError {
    fn from(error: crate::ledger::LedgerError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

#[cfg(test)]
mod tests;
