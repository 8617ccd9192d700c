//! Quotas: so many bytes read and written, for each account and window.
//!
//! Three parts. A [`Calendar`] says which [`Window`] a moment is in. A [`Ledger`] is the durable record:
//! it debits a [`Lease`] from every account of a [`Chain`] at once, or from none. A [`Meter`] spends
//! leases in its process, byte by byte, before the bytes are released.
//!
//! The only way to release a byte is to debit it from a [`Tally`] first, and a tally only has bytes of
//! leases. So in each window
//!
//! - no account's `granted - returned` goes above the limit in force when it was granted;
//! - what was released is at most what was granted, whatever crashes or is cut off in between;
//! - granted = spent + returned + forfeited + outstanding, at every moment.
//!
//! A deployer can break it by giving two ledgers the same accounts, or by a ledger that forgets
//! ([`MemoryLedger`] does, at a restart). A caller can break it by releasing bytes that were not debited.
//!
//! The crate is pure: time comes in as an argument, nothing here sleeps, spawns or opens a file, and the
//! futures run on any executor.
//!
//! ```
//! use std::sync::Arc;
//! use tidegate_quota::{
//!     AccountId, Calendar, Chain, Kind, MemoryLedger, Meter, MeterError, Settings,
//! };
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let ledger = Arc::new(MemoryLedger::new(Calendar::Month, Arc::new(|| 1_700_000_000)));
//! let bot = AccountId::own("0193a1c0-0000-7000-8000-000000000001".parse()?);
//! ledger.set_limit(bot, Kind::Read, Some(1_000));
//!
//! let meter = Arc::new(Meter::new(ledger.clone(), Settings::default()));
//! let chain = Chain::new(&[bot])?;
//! let now_ms = 1_700_000_000_000;
//!
//! // Allowed: 600 of the 1,000 bytes of the month.
//! let mut tally = meter.open(&chain, Kind::Read, now_ms).await?;
//! tally.admit(600, now_ms).await?;
//! assert!(tally.try_debit(600));
//!
//! // Denied: another 600. The 400 that are left are still there for someone who needs fewer.
//! let refused = tally.admit(600, now_ms).await;
//! assert!(matches!(refused, Err(MeterError::Exceeded(refusal)) if refusal.left_bytes == 400));
//! drop(tally);
//!
//! meter.close().await?;
//! let balance = ledger.balance(bot, Kind::Read, ledger.window());
//! assert_eq!((balance.spent_bytes, balance.outstanding_bytes()), (600, 0));
//! # Ok(())
//! # }
//! ```

pub mod account;
pub mod ledger;
pub mod memory;
pub mod meter;
pub mod window;

pub use account::{AccountId, AccountIdError, Chain, ChainError, Part};
pub use ledger::{
    Answer, Lease, LeaseId, LeaseRequest, Ledger, LedgerError, LedgerFuture, Refusal, Settlement,
};
pub use memory::{Balance, Clock, MemoryLedger};
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
