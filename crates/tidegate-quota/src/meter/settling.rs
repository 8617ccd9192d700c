//! Telling the ledger what was spent, and giving back what will not be.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;

use crate::account::AccountId;
use crate::ledger::{LedgerError, Refusal, Settlement};
use crate::meter::leasing::drive;
use crate::meter::pool::Pool;
use crate::meter::{Meter, MeterError};

/// Most leases settled in one call.
const BATCH: usize = 256;
/// Most pools looked after before other tasks get a turn.
const AT_ONCE: usize = 1024;

/// One lease's figures, with the pool to confirm them to.
pub(super) type Line = (Arc<Pool>, Settlement);
/// A settlement under way. As with leases, a caller that goes away leaves it to be finished.
pub(super) type Sending =
    Pin<Box<dyn Future<Output = (Vec<Line>, Result<(), LedgerError>)> + Send>>;

impl Meter {
    /// Settles what was spent, returns idle leases, refills ahead. Called every second or so.
    /// `now_ms`: milliseconds since the epoch, UTC.
    ///
    /// # Errors
    /// [`MeterError::Unavailable`] when the ledger did not answer: everything is kept and tried again
    /// the next time, and what is held stays usable. Also when the ledger did not know a lease: what
    /// was spent of it is then on no record.
    pub async fn maintain(&self, now_ms: u64) -> Result<(), MeterError> {
        let pools = self.pools.filter(|_| true);
        let mut result = Ok(());
        for pools in pools.chunks(AT_ONCE) {
            if result.is_ok() {
                result = self.maintain_some(pools, now_ms).await;
            }
            let_others_run().await;
        }
        drop(pools);
        self.pools.sweep();
        result
    }

    async fn maintain_some(&self, pools: &[Arc<Pool>], now_ms: u64) -> Result<(), MeterError> {
        for pool in pools {
            // Only what somebody left: a question that is being asked has its own caller.
            if let Some(mut asking) = pool.asking.try_lock() {
                self.finish(pool, &mut asking, now_ms).await;
            }
            pool.state().mark_use(now_ms);
        }
        self.settle(pools, |_| ()).await?;
        self.return_idle(pools, now_ms).await?;
        let low = |pool: &&Arc<Pool>| pool.state().runs_low(now_ms);
        for pool in pools.iter().filter(low) {
            self.refill(pool, now_ms).await?;
        }
        for pool in pools {
            pool.state().tidy();
        }
        Ok(())
    }

    /// Settles and returns everything; afterwards nothing is outstanding, and nothing is handed out
    /// any more. A tally that is still open gets no more bytes, and what it had reserved goes back.
    /// At shutdown.
    ///
    /// # Errors
    /// [`MeterError::Unavailable`] as for [`Self::maintain`]; call it again to try again.
    pub async fn close(&self) -> Result<(), MeterError> {
        self.closed.store(true, Ordering::SeqCst);
        let pools = self.pools.filter(|_| true);
        for pool in &pools {
            // Who asks for a lease looks whether the meter is closed after taking this lock.
            let mut asking = pool.asking.lock().await;
            self.finish(pool, &mut asking, 0).await;
            pool.state().close();
        }
        let result = self.settle(&pools, |_| ()).await;
        for pool in &pools {
            pool.state().tidy();
        }
        drop(pools);
        self.pools.sweep();
        result
    }

    /// Tells the ledger now what was spent of an account, for who asks for its usage.
    ///
    /// # Errors
    /// [`MeterError::Unavailable`] as for [`Self::maintain`].
    pub async fn report(&self, account: AccountId) -> Result<(), MeterError> {
        let pools = self
            .pools
            .filter(|pool| pool.chain.accounts().contains(&account));
        self.settle(&pools, |_| ()).await
    }

    /// Gives back what is held of an account and was promised to nobody, in every window: for when its
    /// limit was lowered. Tallies that are open keep what was admitted, and ask again for more.
    ///
    /// # Errors
    /// [`MeterError::Unavailable`] as for [`Self::maintain`].
    pub async fn call_back(&self, account: AccountId) -> Result<(), MeterError> {
        let pools = self
            .pools
            .filter(|pool| pool.chain.accounts().contains(&account));
        self.settle(&pools, |pool| pool.state().give_back_free())
            .await
    }

    /// Calls back, for a pool that was refused, what this meter holds of the account that has too
    /// little, and tells the ledger what was spent of it. Other pools than the refused one are asked
    /// only now and then, because all have to be looked at.
    pub(super) async fn recall(
        &self,
        refused: &Arc<Pool>,
        refusal: &Refusal,
        now_ms: u64,
    ) -> Result<(), MeterError> {
        let Refusal {
            account, window, ..
        } = refusal;
        let pools = if refused.state().may_recall(now_ms) && self.may_recall(now_ms) {
            let kind = refused.kind;
            let of_account = |pool: &Pool| pool.chain.accounts().contains(account);
            self.pools
                .filter(|pool| pool.kind == kind && of_account(pool))
        } else {
            vec![Arc::clone(refused)]
        };
        self.settle(&pools, |pool| {
            if let Some(bucket) = pool.state().bucket(*window) {
                bucket.give_back();
            }
        })
        .await
    }

    /// Whether all pools may be looked at now: with many, not so often that it shows.
    fn may_recall(&self, now_ms: u64) -> bool {
        let pause_ms = self.pools.len() as u64 / 1024;
        let last_ms = self.recalled_ms.load(Ordering::Relaxed);
        let rested = now_ms < last_ms || now_ms - last_ms >= pause_ms;
        if rested {
            self.recalled_ms.store(now_ms, Ordering::Relaxed);
        }
        rested
    }

    /// Gives back what no tally draws on, and drops the pools that this empties.
    pub(super) async fn make_room(&self) {
        let pools = self.pools.filter(|_| true);
        let returned = self
            .settle(&pools, |pool| pool.state().give_back_unused())
            .await;
        for pool in &pools {
            pool.state().tidy();
        }
        drop(pools);
        if returned.is_ok() {
            self.pools.sweep();
        }
    }

    /// Returns what was not used for a while.
    async fn return_idle(&self, pools: &[Arc<Pool>], now_ms: u64) -> Result<(), MeterError> {
        let idle_ms = self.settings.idle_ms;
        let idle = |pool: &&Arc<Pool>| pool.state().has_idle(now_ms, idle_ms);
        let idle: Vec<Arc<Pool>> = pools.iter().filter(idle).cloned().collect();
        // What a call that fails wanted to return can neither be spent nor be known to be back, so
        // the first one tries with little.
        let (first, rest) = idle.split_at(idle.len().min(1));
        for pools in [first].into_iter().chain(rest.chunks(BATCH / 2)) {
            self.settle(pools, |pool| {
                pool.state().give_back_idle(now_ms, &self.settings);
            })
            .await?;
        }
        Ok(())
    }

    /// Reports what the ledger has not confirmed, after `before` has changed what is to be reported.
    async fn settle(&self, pools: &[Arc<Pool>], before: impl Fn(&Pool)) -> Result<(), MeterError> {
        let mut sending = self.sending.lock().await;
        // One that somebody left; what it did not bring across is in the next one.
        self.finish_sending(&mut sending).await;

        let mut lines = Vec::new();
        let mut figures = Vec::new();
        for pool in pools {
            before(pool);
            pool.state().report(&mut figures);
            lines.extend(
                figures
                    .drain(..)
                    .map(|settlement| (Arc::clone(pool), settlement)),
            );
        }
        let mut result = Ok(());
        for batch in lines.chunks(BATCH) {
            *sending = Some(self.send(batch.to_vec()));
            match self.finish_sending(&mut sending).await {
                None | Some(Ok(())) => {}
                Some(Err(LedgerError::UnknownLease)) => {
                    result = self.settle_singly(&mut sending, batch).await;
                }
                Some(Err(error @ LedgerError::Unavailable(_))) => return Err(error.into()),
            }
        }
        result
    }

    /// Finds the lease that the ledger does not know, and gives it up: its bytes were never debited, or
    /// are debited no more, so they must not be spent.
    async fn settle_singly(
        &self,
        sending: &mut Option<Sending>,
        batch: &[Line],
    ) -> Result<(), MeterError> {
        let mut result = Ok(());
        for (pool, settlement) in batch {
            *sending = Some(self.send(vec![(Arc::clone(pool), *settlement)]));
            match self.finish_sending(sending).await {
                None | Some(Ok(())) => {}
                Some(Err(LedgerError::UnknownLease)) => {
                    pool.state().lose(settlement.lease);
                    result = Err(MeterError::Unavailable(format!(
                        "the ledger does not know lease {}: {} spent bytes are on no record",
                        settlement.lease.0, settlement.spent_bytes
                    )));
                }
                Some(Err(error @ LedgerError::Unavailable(_))) => return Err(error.into()),
            }
        }
        result
    }

    fn send(&self, lines: Vec<Line>) -> Sending {
        let ledger = Arc::clone(&self.ledger);
        Box::pin(async move {
            let figures: Vec<Settlement> = lines.iter().map(|(_, figures)| *figures).collect();
            let result = ledger.settle(&figures).await;
            (lines, result)
        })
    }

    /// Waits for the settlement under way, if there is one, and notes what it confirms.
    async fn finish_sending(
        &self,
        sending: &mut Option<Sending>,
    ) -> Option<Result<(), LedgerError>> {
        let (lines, result) = drive(sending).await?;
        if result.is_ok() {
            for (pool, settlement) in &lines {
                pool.state().confirm(settlement);
            }
        }
        Some(result)
    }
}

/// Gives the executor a chance to run something else.
async fn let_others_run() {
    let mut ran = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut ran, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
