//! The meter on a ledger that can fail, be slow, and be asked what it saw.

mod clocks; // windows, and clocks that differ
mod herd; // many callers at once
mod limits; // what is handed out, and what is refused
mod model; // random interleavings against what must always hold
mod outages; // the ledger away, answers lost, callers gone
mod rates; // lease sizes, idle leases, bounded memory
mod world;
