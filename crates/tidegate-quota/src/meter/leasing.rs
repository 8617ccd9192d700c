//! Asking the ledger for more, by one caller at a time for all that wait.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::ledger::{Answer, LeaseRequest, Refusal};
use crate::meter::pool::{Answered, Asking, Missing, Pool, State};
use crate::meter::{Meter, MeterError};
use crate::window::Window;

/// How often a caller asks before it gives up: others may spend what was leased for it, once or twice.
const MOST_ASKS: usize = 8;

impl Meter {
    /// Takes what a caller needs from a pool, asking the ledger until it is there.
    ///
    /// `window`: the one to debit; none: the one that the ledger's clock is in.
    pub(super) async fn obtain<T>(
        &self,
        pool: &Pool,
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
        let mut least = 1;
        for _ in 0..MOST_ASKS {
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
                least = missing.least;
                self.request(pool, &mut state, missing, window)
            };
            *asking = Some(self.ask(request));
            let refusal = match self.finish(pool, &mut asking, now_ms).await {
                None | Some(Ok(Answer::Granted(_))) => continue,
                Some(Ok(Answer::Refused(refusal))) => refusal,
                Some(Err(error)) => return Err(no(pool, least, window, error.into())),
            };
            if refusal.contended && !recalled && pool.state().may_recall(now_ms) {
                recalled = true;
                match self.recall(pool.kind, &refusal).await {
                    Ok(()) => continue,
                    Err(error) => return Err(no(pool, least, window, error)),
                }
            }
            return Err(no(pool, least, window, refusal.into()));
        }
        // What was leased for this caller went to others each time: there is some, but not enough.
        let account = pool.chain.most_specific();
        let window = window.unwrap_or(Window {
            start_s: 0,
            end_s: 0,
        });
        let (limit_bytes, left_bytes) = (least, 0);
        let contended = true;
        Err(Refusal {
            account,
            limit_bytes,
            left_bytes,
            contended,
            window,
        }
        .into())
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
        let (at_least_bytes, at_most_bytes) = state.ask(missing, window, &self.settings);
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
