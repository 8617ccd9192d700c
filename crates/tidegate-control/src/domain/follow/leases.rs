//! Leases: those of nodes, and those of the gateway in this process.

use std::sync::Arc;

use tidegate_client::leases::{ABANDON_MAX, SETTLE_MAX};
use tidegate_client::wire::{self, AskLease, LeaseAnswer, LeaseCall, SettleLease};
use tidegate_quota::meter::MAX_BYTES;
use tidegate_quota::{
    AccountId, Answer, Chain, Lease, LeaseId, LeaseRequest, Ledger, LedgerFuture, Refusal,
    Settlement, Window,
};

use super::recalls::Recalls;
use super::{Actor, Administration, Fault};
use crate::store::{Leased, SqlLedger};

impl Administration {
    /// What a node gives up, settles and asks for.
    ///
    /// # Errors
    /// See [`Fault`]. After [`Fault::Unavailable`] some of it may be done: the node says it again.
    pub async fn leases(&self, actor: &Actor, call: LeaseCall) -> Result<LeaseAnswer, Fault> {
        self.for_node(actor)?;
        let LeaseCall {
            abandon,
            settle,
            ask,
        } = call;
        for (field, length, most) in [
            ("abandon", abandon.len(), ABANDON_MAX),
            ("settle", settle.len(), SETTLE_MAX),
        ] {
            if length > most {
                return Err(Fault::bad(field, format!("more than {most}")));
            }
        }
        let ask = ask.map(|ask| self.request(ask)).transpose()?;
        let ledger = &self.following.ledger;
        if !abandon.is_empty() {
            ledger.abandon_of(actor.uid, abandon).await?;
        }
        let settled = if settle.is_empty() {
            true
        } else {
            let settlements = settle.into_iter().map(settlement).collect();
            ledger.settle_of(actor.uid, settlements).await?
        };
        let lease = match ask {
            None => None,
            Some((id, request)) => match ledger.lease_to(actor.uid, id, request).await? {
                Leased::Answer(answer) => {
                    self.recall_for(&answer);
                    Some(to_wire(answer))
                }
                Leased::Taken => {
                    let detail = "of another lease, or of one that is over";
                    return Err(Fault::conflict("ask.id", detail));
                }
            },
        };
        Ok(LeaseAnswer { settled, lease })
    }

    fn request(&self, ask: AskLease) -> Result<(LeaseId, LeaseRequest), Fault> {
        let AskLease {
            id,
            chain,
            kind,
            at_least_bytes,
            at_most_bytes,
            window,
        } = ask;
        let accounts: Result<Vec<AccountId>, _> = chain.iter().map(|text| text.parse()).collect();
        let accounts = accounts.map_err(|error| Fault::bad("ask.chain", error.to_string()))?;
        let chain =
            Chain::new(&accounts).map_err(|error| Fault::bad("ask.chain", error.to_string()))?;
        for (field, bytes) in [
            ("ask.at_least_bytes", at_least_bytes),
            ("ask.at_most_bytes", at_most_bytes),
        ] {
            if bytes > MAX_BYTES {
                return Err(Fault::bad(field, format!("more than {MAX_BYTES}")));
            }
        }
        let now_s = self.clock.now_s();
        let is_one = |window: Window| {
            window.start_s <= now_s && self.calendar.window_at(window.start_s) == window
        };
        if window.is_some_and(|window| !is_one(window)) {
            return Err(Fault::bad("ask.window", "no window so far"));
        }
        let request = LeaseRequest {
            chain,
            kind,
            at_least_bytes,
            at_most_bytes,
            window,
        };
        Ok((id, request))
    }

    /// What others hold, the gateway in this process too, is called back for who waits for it.
    fn recall_for(&self, answer: &Answer) {
        let Answer::Refused(Refusal {
            account,
            contended: true,
            ..
        }) = *answer
        else {
            return;
        };
        if self.following.recalls.contended(account)
            && let Some(meter) = self.meter.get()
        {
            let meter = Arc::clone(meter);
            tokio::spawn(async move {
                if let Err(error) = meter.call_back(account).await {
                    tracing::warn!(%account, %error, "leases that others wait for stay here");
                }
            });
        }
    }
}

fn settlement(figures: SettleLease) -> Settlement {
    let SettleLease {
        lease,
        spent_bytes,
        returned_bytes,
        requests,
    } = figures;
    Settlement {
        lease,
        spent_bytes,
        returned_bytes,
        requests,
    }
}

fn to_wire(answer: Answer) -> wire::Leased {
    match answer {
        Answer::Granted(Lease {
            id: _,
            window,
            bytes,
            limit_bytes,
            left_bytes,
        }) => wire::Leased::Granted {
            window,
            bytes,
            limit_bytes,
            left_bytes,
        },
        Answer::Refused(Refusal {
            account,
            limit_bytes,
            left_bytes,
            contended,
            window,
        }) => wire::Leased::Refused {
            account: account.to_string(),
            limit_bytes,
            left_bytes,
            contended,
            window,
        },
    }
}

/// The ledger for the meter of a gateway in this process: what nodes hold is called back when it waits
/// for it.
#[derive(Clone, Debug)]
pub struct OwnLedger {
    ledger: SqlLedger,
    recalls: Arc<Recalls>,
}

impl OwnLedger {
    pub(super) fn new(ledger: SqlLedger, recalls: Arc<Recalls>) -> Self {
        Self { ledger, recalls }
    }
}

impl Ledger for OwnLedger {
    fn lease<'a>(&'a self, request: &'a LeaseRequest) -> LedgerFuture<'a, Answer> {
        let asked = self.ledger.lease(request);
        Box::pin(async move {
            let answer = asked.await?;
            if let Answer::Refused(Refusal {
                account,
                contended: true,
                ..
            }) = answer
            {
                self.recalls.contended(account);
            }
            Ok(answer)
        })
    }

    fn settle<'a>(&'a self, settlements: &'a [Settlement]) -> LedgerFuture<'a, ()> {
        self.ledger.settle(settlements)
    }
}
