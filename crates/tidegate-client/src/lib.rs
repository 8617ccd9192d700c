//! The HTTP API's wire types and a client for it.
//!
//! [`wire`] is what travels, used by both sides; [`Client`] is a caller's side of it, with one
//! method for each route. A node follows by a [`Replica`] and leases from an [`HttpLedger`].

pub mod api;
pub mod leases;
pub mod replica;
mod send;
pub mod wire;

pub use api::{Client, MAX_IDEMPOTENCY_KEY_BYTES, PageQuery, Terms};
pub use leases::HttpLedger;
pub use replica::{Replica, ReplicaError};
pub use send::ApiError;
