//! A node's side of the ledger: leases over `POST /v1/leases`.
//!
//! Each lease is asked for under an id of this side's choosing, and a question whose answer was lost is
//! asked again under the same id, so that it is granted once. Where no answer comes at all the id is
//! *abandoned*: with the calls that follow the control plane is told to take the lease back, or, if the
//! question is still on its way, never to grant it. So nothing is debited that nobody may spend, but
//! while the control plane is out of reach.
//!
//! A node that goes silent has what it holds forfeited. [`HttpLedger::run`] keeps it from that.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::Method;
use http_body_util::{BodyExt, Limited};
use tidegate_quota::{
    Answer, Lease, LeaseId, LeaseRequest, Ledger, LedgerError, LedgerFuture, Refusal, Settlement,
};
use tokio::sync::Semaphore;
use tokio::time::{MissedTickBehavior, interval, timeout};
use uuid::Uuid;

use crate::send::{ApiError, Sender};
use crate::wire::{AskLease, LeaseAnswer, LeaseCall, Leased, SettleLease};

/// Most leases given up in one call.
pub const ABANDON_MAX: usize = 64;
/// Most leases settled in one call.
pub const SETTLE_MAX: usize = 256;
/// How often a node is heard of at the least.
pub const HEARTBEAT_EVERY: Duration = Duration::from_secs(1);

/// How long a call may take.
const CALL_TIMEOUT: Duration = Duration::from_secs(2);
/// How often a question is asked whose answer is lost.
const ASKS: u32 = 2;
/// Calls at a time; more wait.
const CALLS: usize = 32;
/// Most abandoned leases remembered; those above it come back when the node is silent for long.
const ABANDONED_KEPT: usize = 65_536;
/// Longest answer. Bytes.
const ANSWER_LIMIT_BYTES: usize = 64 * 1024;

/// Makes ids for leases: UUIDv7, each once.
pub type NewId = Arc<dyn Fn() -> Uuid + Send + Sync>;

/// The ledger of a control plane, as a node has it. Clones share everything.
#[derive(Clone)]
pub struct HttpLedger(Arc<Inner>);

struct Inner {
    sender: Sender,
    new_id: NewId,
    calls: Semaphore,
    abandoned: Mutex<BTreeSet<LeaseId>>,
}

impl HttpLedger {
    /// The ledger of the control plane at `base_url`, for the node with this secret. Nothing is sent yet.
    ///
    /// # Errors
    /// [`ApiError::BadUrl`], [`ApiError::BadSecret`], [`ApiError::Tls`].
    pub fn new(base_url: &str, secret: &str, new_id: NewId) -> Result<Self, ApiError> {
        Ok(Self(Arc::new(Inner {
            sender: Sender::new(base_url, Some(secret))?,
            new_id,
            calls: Semaphore::new(CALLS),
            abandoned: Mutex::new(BTreeSet::new()),
        })))
    }

    /// Calls with another secret of the same node from now on.
    ///
    /// # Errors
    /// [`ApiError::BadSecret`].
    pub fn renew(&self, secret: &str) -> Result<(), ApiError> {
        self.0.sender.renew(secret)
    }

    /// Says each second that the node is there, and gives up what was abandoned, for as long as it is
    /// polled.
    pub async fn run(&self) {
        let mut ticks = interval(HEARTBEAT_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut is_failing = false;
        loop {
            ticks.tick().await;
            let outcome = self.heartbeat().await;
            match &outcome {
                Err(error) if !is_failing => {
                    tracing::warn!(%error, "the control plane does not hear of this node");
                }
                Ok(()) if is_failing => tracing::info!("the control plane hears of this node"),
                _ => {}
            }
            is_failing = outcome.is_err();
        }
    }

    /// Says once that the node is there, and gives up what was abandoned, in as many calls as that takes.
    /// To be called a last time at shutdown, after the meter was closed.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn heartbeat(&self) -> Result<(), ApiError> {
        loop {
            let abandon = self.0.some_abandoned();
            let call = LeaseCall {
                abandon: abandon.clone(),
                ..LeaseCall::default()
            };
            self.0.call(&call).await?;
            let mut abandoned = self.0.abandoned();
            for id in &abandon {
                abandoned.remove(id);
            }
            if abandoned.is_empty() {
                return Ok(());
            }
        }
    }
}

impl Ledger for HttpLedger {
    fn lease<'a>(&'a self, request: &'a LeaseRequest) -> LedgerFuture<'a, Answer> {
        let (inner, request) = (Arc::clone(&self.0), request.clone());
        to_the_end(async move { inner.lease(&request).await })
    }

    fn settle<'a>(&'a self, settlements: &'a [Settlement]) -> LedgerFuture<'a, ()> {
        let (inner, settlements) = (Arc::clone(&self.0), settlements.to_vec());
        to_the_end(async move { inner.settle(&settlements).await })
    }
}

impl Inner {
    async fn lease(&self, request: &LeaseRequest) -> Result<Answer, LedgerError> {
        let id = LeaseId((self.new_id)());
        let call = LeaseCall {
            ask: Some(ask(id, request)),
            ..LeaseCall::default()
        };
        // From the first question on whose answer is lost, the lease may be debited.
        let mut doubtful = false;
        let mut asks = 0;
        loop {
            asks += 1;
            let error = match self.call(&call).await {
                Ok(LeaseAnswer { lease, .. }) => match lease.and_then(|l| answer(id, request, l)) {
                    Some(answer) => return Ok(answer),
                    None => {
                        doubtful = true;
                        "an answer that is none".to_owned()
                    }
                },
                Err(error) => {
                    let lost = is_lost(&error);
                    doubtful |= lost;
                    if lost && asks < ASKS {
                        continue;
                    }
                    error.to_string()
                }
            };
            if doubtful {
                self.abandon(id);
            }
            return Err(LedgerError::Unavailable(error));
        }
    }

    async fn settle(&self, settlements: &[Settlement]) -> Result<(), LedgerError> {
        for batch in settlements.chunks(SETTLE_MAX) {
            let call = LeaseCall {
                settle: batch.iter().map(figures).collect(),
                ..LeaseCall::default()
            };
            let answer = self.call(&call).await;
            let answer = answer.map_err(|error| LedgerError::Unavailable(error.to_string()))?;
            if !answer.settled {
                return Err(LedgerError::UnknownLease);
            }
        }
        Ok(())
    }

    async fn call(&self, call: &LeaseCall) -> Result<LeaseAnswer, ApiError> {
        const PATH: &str = "/v1/leases";
        let broken = |reason: String| ApiError::Broken {
            url: PATH.to_owned(),
            reason,
        };
        let body = serde_json::to_vec(call).map_err(|error| broken(error.to_string()))?;
        let turn = self.calls.acquire().await;
        let _turn = turn.map_err(|error| broken(error.to_string()))?;
        let opened = self
            .sender
            .open(Method::POST, PATH, &[], Some(body.into()), CALL_TIMEOUT);
        let response = opened.await?;
        let content = Limited::new(response.into_body(), ANSWER_LIMIT_BYTES).collect();
        let content = timeout(CALL_TIMEOUT, content)
            .await
            .map_err(|_| broken("the answer took too long".to_owned()))?
            .map_err(|error| broken(error.to_string()))?;
        serde_json::from_slice(&content.to_bytes()).map_err(|error| broken(error.to_string()))
    }

    fn abandon(&self, id: LeaseId) {
        let mut abandoned = self.abandoned();
        if abandoned.len() < ABANDONED_KEPT {
            abandoned.insert(id);
        } else {
            tracing::warn!(lease = %id.0, "too many leases are in doubt; this one stays out");
        }
    }

    fn some_abandoned(&self) -> Vec<LeaseId> {
        self.abandoned().iter().take(ABANDON_MAX).copied().collect()
    }

    fn abandoned(&self) -> std::sync::MutexGuard<'_, BTreeSet<LeaseId>> {
        self.abandoned
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the control plane may have done what it was asked all the same.
fn is_lost(error: &ApiError) -> bool {
    match error {
        // It has not heard of it.
        ApiError::Connect { .. }
        | ApiError::BadUrl { .. }
        | ApiError::BadSecret
        | ApiError::Tls(_) => false,
        ApiError::Problem(problem) => problem.status >= 500,
        _ => true,
    }
}

fn ask(id: LeaseId, request: &LeaseRequest) -> AskLease {
    let LeaseRequest {
        chain,
        kind,
        at_least_bytes,
        at_most_bytes,
        window,
    } = request;
    AskLease {
        id,
        chain: chain.accounts().iter().map(ToString::to_string).collect(),
        kind: *kind,
        at_least_bytes: *at_least_bytes,
        at_most_bytes: *at_most_bytes,
        window: *window,
    }
}

/// None where the answer is none to this question.
fn answer(id: LeaseId, request: &LeaseRequest, leased: Leased) -> Option<Answer> {
    match leased {
        Leased::Granted {
            window,
            bytes,
            limit_bytes,
            left_bytes,
        } => {
            let at_least = request.at_least_bytes.max(1);
            let fits = (at_least..=request.at_most_bytes.max(at_least)).contains(&bytes);
            let asked = request.window.is_none_or(|asked| asked == window);
            (fits && asked).then_some(Answer::Granted(Lease {
                id,
                window,
                bytes,
                limit_bytes,
                left_bytes,
            }))
        }
        Leased::Refused {
            account,
            limit_bytes,
            left_bytes,
            contended,
            window,
        } => Some(Answer::Refused(Refusal {
            account: account.parse().ok()?,
            limit_bytes,
            left_bytes,
            contended,
            window,
        })),
    }
}

fn figures(settlement: &Settlement) -> SettleLease {
    let Settlement {
        lease,
        spent_bytes,
        returned_bytes,
        requests,
    } = *settlement;
    SettleLease {
        lease,
        spent_bytes,
        returned_bytes,
        requests,
    }
}

/// Work that goes on when its caller goes away.
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

impl std::fmt::Debug for HttpLedger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpLedger")
            .field("sender", &self.0.sender)
            .finish_non_exhaustive()
    }
}
