//! The ledger: quota is debited here before any node may hand it out.
//!
//! For each account, kind and window: granted = spent + returned + forfeited + outstanding, where
//! outstanding is what the open leases still hold. A lease debits every account of its chain in one
//! transaction, by updates that hold only below the limit, or none of them.
//!
//! Bounds: lowering a limit stops grants at once. Leases that are already out stay spendable, so a limit
//! can be passed by what is outstanding at that moment: at most one lease for each node, chain and kind,
//! each at most `Settings::largest_bytes` of the meter beside the bodies that were admitted whole.
//! After a kill -9, what was outstanding is forfeited at the next opening: true use lies between spent and
//! spent + forfeited.

use std::future::Future;
use std::sync::Arc;

use sqlx::AnyPool;
use tidegate_quota::{
    Answer, Calendar, LeaseRequest, Ledger, LedgerError, LedgerFuture, Settlement,
};
use tidegate_tower::Clock;

use super::{Gate, Store, StoreError, leases};

/// The node that lives in this process.
pub(super) const NODE: &str = "embedded";

/// How long a settled lease is remembered, so that its settlement can be repeated. Seconds.
pub(crate) const SETTLED_KEPT_S: u64 = 3600;

/// The ledger in the store.
#[derive(Clone, Debug)]
pub struct SqlLedger(Arc<Desk>);

/// What the ledger works with.
#[derive(Debug)]
pub(super) struct Desk {
    pub(super) pool: AnyPool,
    pub(super) gate: Gate,
    pub(super) clock: Clock,
    pub(super) calendar: Calendar,
    pub(super) incarnation: i64,
}

impl SqlLedger {
    /// The ledger of an open store. Its clock names the window.
    pub fn new(store: &Store, clock: Clock, calendar: Calendar) -> Self {
        let (pool, gate, incarnation) = (
            store.ledger.clone(),
            Arc::clone(&store.gate),
            store.incarnation,
        );
        Self(Arc::new(Desk {
            pool,
            gate,
            clock,
            calendar,
            incarnation,
        }))
    }

    /// Forfeits what earlier openings of the store left outstanding: whoever held it is gone.
    /// Returns how many leases that were.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn forfeit_lost(&self) -> Result<u64, StoreError> {
        leases::forfeit_lost(&self.0).await
    }

    /// Forgets leases that were settled to their end more than [`SETTLED_KEPT_S`] ago.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn prune(&self) -> Result<(), StoreError> {
        leases::prune(&self.0).await
    }

    /// The calendar that windows follow.
    pub fn calendar(&self) -> Calendar {
        self.0.calendar
    }
}

impl Ledger for SqlLedger {
    fn lease<'a>(&'a self, request: &'a LeaseRequest) -> LedgerFuture<'a, Answer> {
        let (desk, request) = (Arc::clone(&self.0), request.clone());
        to_the_end(async move {
            // A caller that went away before the debit wants nothing; one that goes away after it finds
            // the lease among those that are outstanding, until the store is opened again.
            leases::lease(&desk, &request)
                .await
                .map_err(|error| unavailable(&error))
        })
    }

    fn settle<'a>(&'a self, settlements: &'a [Settlement]) -> LedgerFuture<'a, ()> {
        let (desk, settlements) = (Arc::clone(&self.0), settlements.to_vec());
        to_the_end(async move {
            match leases::settle(&desk, &settlements).await {
                Ok(true) => Ok(()),
                Ok(false) => Err(LedgerError::UnknownLease),
                Err(error) => Err(unavailable(&error)),
            }
        })
    }
}

fn unavailable(error: &StoreError) -> LedgerError {
    LedgerError::Unavailable(error.to_string())
}

/// Work that a caller who goes away must not leave half done, least of all with the gate held.
fn to_the_end<'a, T: Send + 'static>(
    work: impl Future<Output = Result<T, LedgerError>> + Send + 'static,
) -> LedgerFuture<'a, T> {
    Box::pin(async move {
        let lost = |error: tokio::task::JoinError| LedgerError::Unavailable(error.to_string());
        tokio::spawn(work)
            .await
            .unwrap_or_else(|error| Err(lost(error)))
    })
}
