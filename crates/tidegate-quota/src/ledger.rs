//! The durable record of quota, as the meter sees it.

use std::future::Future;
use std::pin::Pin;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Kind;
use crate::account::{AccountId, Chain};
use crate::window::Window;

/// What a ledger's methods return.
pub type LedgerFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, LedgerError>> + Send + 'a>>;

/// The durable record of what has been granted, spent, returned, forfeited.
///
/// For each account, kind and window: granted = spent + returned + forfeited + outstanding.
/// INVARIANT: no lease takes `granted - returned` of any account above the limit in force.
///
/// What a meter expects of an implementation:
///
/// - a call makes progress on its own once its future has been polled, and holds nothing that other
///   calls need while nobody polls it: a caller that goes away leaves the future for the next one to
///   finish. On tokio, spawn the work and await its handle;
/// - sums that do not fit their type are refused, never wrapped;
/// - a lease that is settled to its end is remembered long enough for its settlement to be repeated.
pub trait Ledger: Send + Sync + 'static {
    /// Debits every account of the chain, or none. The ledger's clock names the window.
    ///
    /// # Errors
    /// [`LedgerError::Unavailable`].
    fn lease<'a>(&'a self, request: &'a LeaseRequest) -> LedgerFuture<'a, Answer>;

    /// Records what was spent of a lease, and takes back what the node will not spend.
    ///
    /// Idempotent: the figures are totals since the lease was granted. They never fall, so of two
    /// that arrive out of order the larger ones count.
    ///
    /// # Errors
    /// [`LedgerError::Unavailable`]: none or some of it was recorded, and it will be repeated.
    /// [`LedgerError::UnknownLease`]: one of them is not known; the meter then sends them one by one
    /// and gives up the one that is refused.
    fn settle<'a>(&'a self, settlements: &'a [Settlement]) -> LedgerFuture<'a, ()>;
}

/// What a node asks of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaseRequest {
    /// Who pays, all or nothing.
    pub chain: Chain,
    /// Read or write.
    pub kind: Kind,
    /// Refuse below this. Bytes, at least 1.
    pub at_least_bytes: u64,
    /// Do not grant more than this. Bytes.
    pub at_most_bytes: u64,
    /// Debit this window (it may have ended) instead of the current one.
    pub window: Option<Window>,
}

/// A lease's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, Serialize)]
pub struct LeaseId(pub Uuid);

/// The ledger's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Debited.
    Granted(Lease),
    /// Nothing debited.
    Refused(Refusal),
}

/// Quota that a node has debited and may hand out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Its id.
    pub id: LeaseId,
    /// The window it counts in.
    pub window: Window,
    /// How much. Bytes.
    pub bytes: u64,
    /// The smallest limit in the chain, if any has one. Bytes.
    pub limit_bytes: Option<u64>,
    /// What the tightest account of the chain had left after this lease. Bytes.
    pub left_bytes: Option<u64>,
}

/// Why nothing was debited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The account that had too little.
    pub account: AccountId,
    /// Its limit. Bytes.
    pub limit_bytes: u64,
    /// What it had left. Bytes.
    pub left_bytes: u64,
    /// Whether leases that are outstanding could still bring enough back: `limit - spent - forfeited`
    /// is at least what was asked for.
    pub contended: bool,
    /// The window.
    pub window: Window,
}

/// What became of a lease so far: totals since it was granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// The lease.
    pub lease: LeaseId,
    /// Spent. Bytes.
    pub spent_bytes: u64,
    /// Given back; `spent + returned` is at most what was granted. Bytes.
    pub returned_bytes: u64,
    /// Requests that were charged to it.
    pub requests: u64,
}

/// The ledger cannot answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// It is out of reach, or its storage failed; the text is for the log.
    #[error("the ledger does not answer: {0}")]
    Unavailable(String),
    /// The lease is not known, or settled otherwise before.
    #[error("no such lease")]
    UnknownLease,
}
