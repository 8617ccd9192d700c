//! Quotas: windows, accounts, leases, the meter, the Ledger trait. Pure: time comes in as an argument.

pub mod account;
pub mod ledger;
pub mod meter;
pub mod window;

pub use account::{AccountId, Chain, ChainError, Part};
pub use ledger::{
    Answer, Lease, LeaseId, LeaseRequest, Ledger, LedgerError, LedgerFuture, Refusal, Settlement,
};
pub use meter::{Meter, MeterError, Settings, Standing, Tally};
pub use window::{Calendar, Window};

use serde::{Deserialize, Serialize};

/// What is metered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Content of responses to read actions.
    Read,
    /// Content of requests of write actions.
    Write,
}
