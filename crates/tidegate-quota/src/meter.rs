//! Spends leases locally, before bytes are released.

use std::sync::Arc;

use crate::Kind;
use crate::account::Chain;
use crate::ledger::{Ledger, Refusal};
use crate::window::Window;

/// Sizes and times of leasing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Smallest lease asked for. Bytes.
    pub smallest_bytes: u64,
    /// Largest lease asked for ahead of need. Bytes.
    pub largest_bytes: u64,
    /// A lease unused for so long goes back. Milliseconds.
    pub idle_ms: u64,
    /// How long to wait for what others hold. Milliseconds.
    pub contended_wait_ms: u64,
}

/// Hands out quota to requests from leases of a ledger.
pub struct Meter {
    #[expect(dead_code, reason = "skeleton")]
    ledger: Arc<dyn Ledger>,
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
    pub fn new(_ledger: Arc<dyn Ledger>, _settings: Settings) -> Self {
        todo!()
    }
    /// Opens a tally for one request; refused when nothing is left.
    /// `now_ms`: milliseconds since the epoch, UTC.
    ///
    /// # Errors
    /// See [`MeterError`].
    pub async fn open(
        self: &Arc<Self>,
        _chain: &Chain,
        _kind: Kind,
        _now_ms: u64,
    ) -> Result<Tally, MeterError> {
        todo!()
    }
    /// Settles what was spent, returns idle leases, refills ahead. Called every second or so.
    pub async fn maintain(&self, _now_ms: u64) -> Result<(), MeterError> {
        todo!()
    }
    /// Settles and returns everything; afterwards nothing is outstanding. At shutdown.
    pub async fn close(&self) -> Result<(), MeterError> {
        todo!()
    }
}

/// One request's account of bytes. What was admitted and not debited goes back when it is dropped.
pub struct Tally {}

impl Tally {
    /// Reserves a body of known length, whole or not at all. May ask the ledger.
    ///
    /// # Errors
    /// See [`MeterError`].
    pub async fn admit(&mut self, _bytes: u64, _now_ms: u64) -> Result<(), MeterError> {
        todo!()
    }
    /// Debits what is at hand (reserved, or in the local lease) without waiting; false when that
    /// is not enough, and then nothing is debited.
    pub fn try_debit(&mut self, _bytes: u64) -> bool {
        todo!()
    }
    /// Debits up to `bytes`, asking the ledger where needed, in the window that the tally was
    /// opened in: returns how many were debited, less than `bytes` only at a limit.
    ///
    /// # Errors
    /// Only [`MeterError::Unavailable`].
    pub async fn debit(&mut self, _bytes: u64, _now_ms: u64) -> Result<u64, MeterError> {
        todo!()
    }
    /// Gives back bytes that were debited and never sent.
    pub fn refund(&mut self, _bytes: u64) {
        todo!()
    }
    /// For the `RateLimit` headers.
    pub fn standing(&self) -> Standing {
        todo!()
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
    /// The ledger cannot be asked.
    #[error("ledger unavailable: {0}")]
    Unavailable(String),
}
