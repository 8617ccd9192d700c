//! Asking the ledger for more, by one caller at a time for all that wait.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::ledger::{Answer, Lease, LeaseRequest, Refusal};
use crate::meter::pool::{Answered, Asking, Missing, Pool, State};
use crate::meter::{MAX_BYTES, Meter, MeterError};
use crate::window::Window;

/// How often a caller asks before it gives up: others may spend what was leased for it, once or twice.
const MOST_ASKS: usize = 8;

impl Meter {
    /// Takes what a caller needs from a pool, asking the ledger until it is there.
    ///
    /// `window`: the one to debit; none: the one that the ledger's clock is in.
    pub(super) async fn obtain<T>(
        &self,
        pool: &Arc<Pool>,
        window: Option<Window>,
        now_ms: u64,
        mut take: impl FnMut(&mut State) -> Result<T, Missing>,
    ) -> Result<T, MeterError> {
        let answers = {
            let mut state = pool.state();
            if state.closed {
                return Err(MeterError::closed());
            }
            match take(&mut state) {
                Ok(taken) => return Ok(taken),
                Err(_) => state.answers,
            }
        };
        let mut asking = pool.asking.lock().await;
        let mut recalled = false;
        let mut asks = 0;
        loop {
            asks += 1;
            // One that somebody left.
            self.finish(pool, &mut asking, now_ms).await;
            let request = {
                let mut state = pool.state();
                if state.closed || self.is_closed() {
                    return Err(MeterError::closed());
                }
                let missing = match take(&mut state) {
                    Ok(taken) => return Ok(taken),
                    Err(missing) => missing,
                };
                if let Some(no) = state.no_since(answers, missing.least, window) {
                    return Err(no);
                }
                self.request(pool, &mut state, missing, window)
            };
            let least = request.at_least_bytes;
            *asking = Some(self.ask(request));
            let refusal = match self.finish(pool, &mut asking, now_ms).await {
                None => continue,
                // The next round takes it, unless others were quicker.
                Some(Ok(Answer::Granted(_))) if asks < MOST_ASKS => continue,
                Some(Ok(Answer::Granted(lease))) => {
                    let mut state = pool.state();
                    return take(&mut state).map_err(|_| gone(pool, &lease).into());
                }
                Some(Ok(Answer::Refused(refusal))) => refusal,
                Some(Err(error)) => return Err(no(pool, least, window, error.into())),
            };
            if refusal.contended && !recalled {
                recalled = true;
                match self.recall(pool, &refusal, now_ms).await {
                    Ok(()) => continue,
                    Err(error) => return Err(no(pool, least, window, error)),
                }
            }
            return Err(no(pool, least, window, refusal.into()));
        }
    }

    /// Leases ahead for a busy pool, unless somebody is asking already.
    pub(super) async fn refill(&self, pool: &Pool, now_ms: u64) -> Result<(), MeterError> {
        let Some(mut asking) = pool.asking.try_lock() else {
            return Ok(());
        };
        if self.finish(pool, &mut asking, now_ms).await.is_some() || self.is_closed() {
            return Ok(());
        }
        let request = {
            let mut state = pool.state();
            self.request(
                pool,
                &mut state,
                Missing {
                    least: 1,
                    wanted: 1,
                },
                None,
            )
        };
        *asking = Some(self.ask(request));
        match self.finish(pool, &mut asking, now_ms).await {
            Some(Err(error)) => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn request(
        &self,
        pool: &Pool,
        state: &mut State,
        missing: Missing,
        window: Option<Window>,
    ) -> LeaseRequest {
        let (at_least_bytes, at_most_bytes) = state.ask(missing, window);
        LeaseRequest {
            chain: pool.chain.clone(),
            kind: pool.kind,
            at_least_bytes,
            at_most_bytes,
            window,
        }
    }

    fn ask(&self, request: LeaseRequest) -> Asking {
        let ledger = Arc::clone(&self.ledger);
        Box::pin(async move {
            let answered = ledger.lease(&request).await;
            (request, answered)
        })
    }

    /// Waits for the question under way, if there is one, and deposits what it brings.
    pub(super) async fn finish(
        &self,
        pool: &Pool,
        asking: &mut Option<Asking>,
        now_ms: u64,
    ) -> Option<Answered> {
        let (request, answered) = drive(asking).await?;
        if let Ok(Answer::Granted(lease)) = &answered {
            pool.state()
                .deposit(lease, &request, &self.settings, now_ms);
        }
        Some(answered)
    }
}

/// What was leased went to others each time.
fn gone(pool: &Pool, lease: &Lease) -> Refusal {
    Refusal {
        account: pool.chain.most_specific(),
        limit_bytes: lease.limit_bytes.unwrap_or(MAX_BYTES),
        left_bytes: lease.left_bytes.unwrap_or(0),
        contended: true,
        window: lease.window,
    }
}

fn no(pool: &Pool, least: u64, window: Option<Window>, error: MeterError) -> MeterError {
    pool.state().note_no(least, window, &error);
    error
}

/// Polls what is in a slot until it is done, and empties the slot only then: a caller that goes away
/// in between leaves it for the next.
pub(super) async fn drive<T>(
    slot: &mut Option<Pin<Box<dyn Future<Output = T> + Send>>>,
) -> Option<T> {
    let output = slot.as_mut()?.as_mut().await;
    *slot = None;
    Some(output)
}
