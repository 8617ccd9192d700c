//! The ledger: quota is debited here before any node may hand it out.
//!
//! For each account, kind and window: granted = spent + returned + forfeited + outstanding, where
//! outstanding is what the open leases still hold. A lease debits every account of its chain in one
//! transaction, by updates that hold only below the limit, or none of them.
//!
//! Bounds: lowering a limit stops grants at once. What is leased already stays spendable until it is
//! called back (in one process: by `Control::recall_from`), so a limit can be passed by what was
//! outstanding at that moment: at most one lease for each node, chain and kind, each at most
//! `Settings::largest_bytes` of the meter, beside the bodies that were admitted whole.
//! After a kill -9, what was outstanding is forfeited at the next opening, or, of a node, once it was silent
//! for long: true use lies between spent and spent + forfeited. Of one node that is at most one lease for
//! each chain and kind that it held, beside the bodies that were admitted whole.

use std::future::Future;
use std::sync::Arc;

use sqlx::AnyPool;
use tidegate_quota::{
    Answer, Calendar, LeaseId, LeaseRequest, Ledger, LedgerError, LedgerFuture, Settlement,
};
use tidegate_tower::Clock;
use uuid::Uuid;

use super::{Gate, Store, StoreError, leases};

/// The node that lives in this process. Every other is known by its uid.
pub(super) const EMBEDDED: &str = "embedded";

/// How long a settled lease is remembered, so that its settlement can be repeated. Seconds.
pub const SETTLED_KEPT_S: u64 = 3600;

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

/// A lease that is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    /// By whom.
    pub(super) node: &'a str,
    /// None: one is made.
    pub(super) id: Option<LeaseId>,
    pub(super) request: &'a LeaseRequest,
}

/// What a node gets that asks for a lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leased {
    /// The ledger's answer.
    Answer(Answer),
    /// The id is of another lease, or of one that is over.
    Taken,
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

    /// Debits for a node, once for each id: a question that is asked again gets the lease that it got.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn lease_to(
        &self,
        node: Uuid,
        id: LeaseId,
        request: LeaseRequest,
    ) -> Result<Leased, StoreError> {
        let desk = Arc::clone(&self.0);
        whole(async move {
            let node = node.to_string();
            let asked = Asked {
                node: &node,
                id: Some(id),
                request: &request,
            };
            leases::lease(&desk, &asked).await
        })
        .await
    }

    /// Records a node's totals; false when one of the leases is not known or not the node's, or its totals
    /// cannot be, and then none is recorded.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn settle_of(
        &self,
        node: Uuid,
        settlements: Vec<Settlement>,
    ) -> Result<bool, StoreError> {
        let desk = Arc::clone(&self.0);
        whole(async move { leases::settle(&desk, &node.to_string(), &settlements).await }).await
    }

    /// Takes back whole what a node asked for and does not know whether it has; what it was not granted
    /// yet never is.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn abandon_of(&self, node: Uuid, ids: Vec<LeaseId>) -> Result<(), StoreError> {
        let desk = Arc::clone(&self.0);
        whole(async move { leases::abandon(&desk, &node.to_string(), &ids).await }).await
    }

    /// The nodes, but for the one of this process, that hold leases: uids as text.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn holders(&self) -> Result<Vec<String>, StoreError> {
        leases::holders(&self.0).await
    }

    /// Forfeits everything that these nodes hold. Returns how many leases that were.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn forfeit(&self, nodes: Vec<String>) -> Result<u64, StoreError> {
        let desk = Arc::clone(&self.0);
        whole(async move { leases::forfeit(&desk, &nodes).await }).await
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
            let asked = Asked {
                node: EMBEDDED,
                id: None,
                request: &request,
            };
            match leases::lease(&desk, &asked).await {
                Ok(Leased::Answer(answer)) => Ok(answer),
                // An id that is made here is taken by nobody.
                Ok(Leased::Taken) => Err(LedgerError::UnknownLease),
                Err(error) => Err(unavailable(&error)),
            }
        })
    }

    fn settle<'a>(&'a self, settlements: &'a [Settlement]) -> LedgerFuture<'a, ()> {
        let (desk, settlements) = (Arc::clone(&self.0), settlements.to_vec());
        to_the_end(async move {
            match leases::settle(&desk, EMBEDDED, &settlements).await {
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

/// The same, for what fails as the store does.
async fn whole<T: Send + 'static>(
    work: impl Future<Output = Result<T, StoreError>> + Send + 'static,
) -> Result<T, StoreError> {
    match tokio::spawn(work).await {
        Ok(result) => result,
        Err(error) => Err(StoreError::corrupt(error)),
    }
}
